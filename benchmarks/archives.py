"""Posts per second from a raw archive to a series, against a plain loop: ``python benchmarks/archives.py``.

The United archive is repeated until it has as many posts as asked for (``--posts``), in three ways:

- ``repeated``: as it is, 57 % of it reposts; most texts come again with each repetition;
- ``apart``: every repetition has texts and authors of its own, so that a text comes again only as people reposted it;
- ``unique``: every text differs from every other.

Beside each, on some of the same posts and scaled to all of them, stands a loop in one process: pandas, and
``polarity_scores`` of vaderSentiment for every text, cleaned and masked by the same functions. Reading is not counted in
its time, as it is in ours. ``--full`` adds how time and memory grow from 0.1 to 10 million posts. Needs
``AFTERMATH_ARCHIVES``.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from aftermath.archives.cleaning import clean, mask
from aftermath.archives.features import write_features
from aftermath.archives.readers import read
from aftermath.archives.series import series

TWEETS = Path("united-3411-tweets-2017") / "tweets.parquet"
ALIASES = ("Republic Airline", "United", "United Airlines", "UnitedAirlines")
ZONE = "America/Chicago"
COLUMNS = {
    "post_id": "tweet_id",
    "time": "created_at",
    "text": "text",
    "language": "lang",
    "author": "author_ref",
    "repost_of": "retweet_of",
    "quote_of": "quote_of",
    "reply_to": "reply_to",
}
NEEDED = {"repeated": 8.0, "unique": 1.8}
WAYS = ("repeated", "apart", "unique")
SIZES = (100_000, 1_000_000, 10_000_000)
MEGABYTE = 1024  # kilobytes, as the system counts


def repeated(archives: Path, posts: int, way: str, target: Path) -> int:
    """Write so many posts, the archive over and over, and count the different texts among them.

    Parameters
    ----------
    archives
        The folder of archives.
    posts
        How many.
    way
        One of ``WAYS``.
    target
        The parquet file to write.
    """
    tweets = pl.read_parquet(archives / TWEETS).filter(pl.col("kind") == "search").select(COLUMNS.values())
    rounds = math.ceil(posts / tweets.height)
    parts = (_round(tweets, place, way).lazy() for place in range(rounds))
    pl.concat(parts).head(posts).sink_parquet(target)
    return pl.scan_parquet(target).select(pl.col("text").n_unique()).collect(engine="streaming").item()


def _round(tweets: pl.DataFrame, place: int, way: str) -> pl.DataFrame:
    own = {
        "apart": pl.format("{} r{}", "text", pl.lit(place)),
        "unique": pl.format("{} u{}", "text", pl.int_range(pl.len()) + place * tweets.height),
        "repeated": pl.col("text"),
    }
    author = pl.col("author_ref") if way == "repeated" else pl.format("{}-{}", "author_ref", pl.lit(place))
    return tweets.with_columns(
        text=own[way], author_ref=author.cast(pl.String), tweet_id=pl.format("{}{}", "tweet_id", pl.lit(place))
    )


# Ours


def ours(source: Path, workers: int) -> dict[str, float]:
    """Seconds of reading, features (reading included) and series; processor seconds of the last two; peak of memory in megabytes."""
    from loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, env={"POLARS_MAX_THREADS": "1"})
    for started in [pool.submit(_awake) for _ in range(4 * workers)]:
        started.result()
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        features = Path(folder) / "features.parquet"
        settings = {"key": b"of no worth, for a benchmark", "aliases": ALIASES, "workers": workers, "executor": pool}
        seconds = {"reading": _timed(lambda: sum(batch.posts.height for batch in _batches(source)))}
        begun = _processor()
        seconds["features"] = _timed(lambda: write_features(_batches(source), features, **settings))
        pool.shutdown()
        seconds["series"] = _timed(lambda: series(features, zone=ZONE))
    return seconds | {"processor": _processor() - begun, "megabytes": _peak(workers)}


def _batches(source: Path) -> Iterator:
    return read(source, columns=COLUMNS)


def _awake() -> None:
    from aftermath.archives.sentiment import scorer_for

    scorer_for("en").score(["good"])
    time.sleep(0.2)  # so that every worker gets one


def _timed(work) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _processor() -> float:
    """Processor seconds of this process and of the workers that have ended, their start included."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def _peak(workers: int) -> float:
    """Of this process, and of its largest child for every worker: no less than all of them held at once."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + workers * child) / MEGABYTE


# The loop


def loop(source: Path, posts: int) -> dict[str, float]:
    """Seconds that the plain loop needs for the first posts, and processor seconds; reading them is not counted."""
    import pandas
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    columns = ["created_at", "text", "author_ref", "retweet_of"]
    frame = pandas.DataFrame(pl.read_parquet(source, columns=columns, n_rows=posts).to_dict(as_series=False))
    analyser = SentimentIntensityAnalyzer()
    start, begun = time.perf_counter(), time.process_time()
    frame["score"] = [analyser.polarity_scores(mask(clean(text), ALIASES))["compound"] for text in frame["text"]]
    frame["negative"], frame["positive"] = frame["score"] <= -0.05, frame["score"] >= 0.05
    frame["day"] = frame["created_at"].dt.tz_convert(ZONE).dt.date
    frame["repost"] = frame["retweet_of"].notna()
    what = {"score": ["size", "mean", "var"], "negative": "mean", "positive": "mean", "author_ref": "nunique"}
    frame.groupby(["day", "repost"]).agg(what)
    return {"loop": time.perf_counter() - start, "processor": time.process_time() - begun}


# Telling


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.job:
        source, task, number = options.job
        print(json.dumps(_TASKS[task](Path(source), int(number))))
        return
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder or not (Path(folder) / TWEETS).is_file():
        print("skipped: AFTERMATH_ARCHIVES is not set to a folder that holds the United archive")
        return
    print(f"{os.cpu_count()} processors, {options.workers} workers")
    with tempfile.TemporaryDirectory() as scratch:
        for way in WAYS:
            _compare(Path(scratch) / f"{way}.parquet", options)
        if options.full:
            _growth(Path(scratch) / "apart.parquet", options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000, help="how many posts to compare on (1,000,000)")
    parser.add_argument("--loop", type=int, default=20_000, help="posts that the plain loop gets (20,000)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="worker processes (one a processor)")
    parser.add_argument("--full", action="store_true", help="add growth from 0.1 to 10 million posts")
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def _write(source: Path, posts: int) -> dict:
    """In a process of its own too: what this one holds would count for its children."""
    return {"different": repeated(Path(os.environ["AFTERMATH_ARCHIVES"]), posts, source.stem, source)}


_TASKS = {"ours": ours, "loop": loop, "write": _write}


def _alone(source: Path, task: str, number: int) -> dict[str, float]:
    """A task in a process of its own, so that its peak of memory is its own too."""
    program = [sys.executable, __file__, "--job", str(source), task, str(number)]
    return json.loads(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


def _compare(source: Path, options: argparse.Namespace) -> None:
    way, posts, some = source.stem, options.posts, min(options.loop, options.posts)
    different = _alone(source, "write", posts)["different"]
    before, made, after = (
        _alone(source, *task) for task in (("loop", some), ("ours", options.workers), ("loop", some))
    )
    each, busy = ((before[name] + after[name]) / 2 / some for name in ("loop", "processor"))
    total = made["features"] + made["series"]
    needed = f"(at least {NEEDED[way]:g})" if way in NEEDED else ""
    print(f"\n{way}: {posts:,} posts, {different:,} different texts; load {os.getloadavg()[0]:.1f}")
    for step in ("reading", "features", "series"):
        print(f"  {step:9} {posts / made[step]:12,.0f} posts/s")
    print(f"  loop      {1 / each:12,.0f} posts/s (on {some:,} before and after, scaled)")
    print(f"  all steps {each * posts / total:12.1f} times as fast as the loop {needed}")
    print(f"  by processor time {busy * posts / made['processor']:4.1f} times, on one processor", flush=True)


def _growth(source: Path, options: argparse.Namespace) -> None:
    print("\ngrowth (apart)         seconds  processor    peak memory")
    measured = {}
    for posts in SIZES:
        _alone(source, "write", posts)
        measured[posts] = made = _alone(source, "ours", options.workers)
        made["seconds"] = made["features"] + made["series"]
        print(
            f"  {posts:12,} posts {made['seconds']:10.1f} {made['processor']:10.1f} {made['megabytes']:11,.0f} MB",
            flush=True,
        )
    few, many, most = (measured[posts] for posts in SIZES)
    decades = math.log(SIZES[-1] / SIZES[0])
    for name in ("seconds", "processor"):
        print(f"  slope of {name:9} {math.log(most[name] / few[name]) / decades:.3f} (0.9 to 1.1)")
    print(f"  memory at 10 million, of that at 1 million: {most['megabytes'] / many['megabytes']:.2f} (at most 1.2)")
    print(f"  memory at 10 million: {most['megabytes']:,.0f} MB (below 2,048)")


if __name__ == "__main__":
    main()
