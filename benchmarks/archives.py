"""Posts per second from a raw archive to a series, against a plain loop: ``python benchmarks/archives.py``.

The United archive is repeated until it has as many posts as asked for (``--posts``), in three ways:

- ``real``: texts differ from one repetition to the next and are repeated within each as people reposted them;
- ``unique``: every text differs from every other;
- ``copies``: repetitions are alike, so that most texts have been seen before.

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
NEEDED = {"real": 8.0, "unique": 1.8}
SIZES = (100_000, 1_000_000, 10_000_000)
MEGABYTE = 1024  # kilobytes, as the system counts


def repeated(archives: Path, posts: int, way: str, target: Path) -> Path:
    """Write so many posts, the archive over and over.

    Parameters
    ----------
    archives
        The folder of archives.
    posts
        How many.
    way
        ``real``, ``unique`` or ``copies``.
    target
        The parquet file to write.
    """
    tweets = pl.read_parquet(archives / TWEETS).filter(pl.col("kind") == "search").select(COLUMNS.values())
    rounds = math.ceil(posts / tweets.height)
    parts = (_round(tweets, place, way).lazy() for place in range(rounds))
    pl.concat(parts).head(posts).sink_parquet(target)
    return target


def _round(tweets: pl.DataFrame, place: int, way: str) -> pl.DataFrame:
    own = {
        "real": pl.format("{} r{}", "text", pl.lit(place)),
        "unique": pl.format("{} u{}", "text", pl.int_range(pl.len()) + place * tweets.height),
        "copies": pl.col("text"),
    }
    author = pl.col("author_ref") if way == "copies" else pl.format("{}-{}", "author_ref", pl.lit(place))
    return tweets.with_columns(
        text=own[way], author_ref=author.cast(pl.String), tweet_id=pl.format("{}{}", "tweet_id", pl.lit(place))
    )


# Ours


def ours(source: Path, workers: int) -> dict[str, float]:
    """Seconds of reading, features (reading included) and series, and the peak of memory in megabytes."""
    from loky import ProcessPoolExecutor

    pool = ProcessPoolExecutor(workers, env={"POLARS_MAX_THREADS": "1"})
    for started in [pool.submit(_awake) for _ in range(4 * workers)]:
        started.result()
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        features = Path(folder) / "features.parquet"
        settings = {"key": b"of no worth, for a benchmark", "aliases": ALIASES, "workers": workers, "executor": pool}
        seconds = {"reading": _timed(lambda: sum(batch.posts.height for batch in _batches(source)))}
        seconds["features"] = _timed(lambda: write_features(_batches(source), features, **settings))
        pool.shutdown()
        seconds["series"] = _timed(lambda: series(features, zone=ZONE))
    return seconds | {"megabytes": _peak(workers)}


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


def _peak(workers: int) -> float:
    """Of this process, and of its largest child for every worker: no less than all of them held at once."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + workers * child) / MEGABYTE


# The loop


def loop(source: Path, posts: int) -> float:
    """Seconds that the plain loop needs for the first posts; reading them is not counted."""
    import pandas
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    columns = ["created_at", "text", "author_ref", "retweet_of"]
    frame = pandas.DataFrame(pl.read_parquet(source, columns=columns, n_rows=posts).to_dict(as_series=False))
    analyser = SentimentIntensityAnalyzer()
    start = time.perf_counter()
    frame["score"] = [analyser.polarity_scores(mask(clean(text), ALIASES))["compound"] for text in frame["text"]]
    frame["negative"], frame["positive"] = frame["score"] <= -0.05, frame["score"] >= 0.05
    frame["day"] = frame["created_at"].dt.tz_convert(ZONE).dt.date
    frame["repost"] = frame["retweet_of"].notna()
    what = {"score": ["size", "mean", "var"], "negative": "mean", "positive": "mean", "author_ref": "nunique"}
    frame.groupby(["day", "repost"]).agg(what)
    return time.perf_counter() - start


# Telling


def main() -> None:
    """Measure and print."""
    options = _options()
    if options.job:
        source, way, number = options.job
        job = {"ours": ours, "loop": lambda *given: {"loop": loop(*given)}}[way]
        print(json.dumps(job(Path(source), int(number))))
        return
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder or not (Path(folder) / TWEETS).is_file():
        print("skipped: AFTERMATH_ARCHIVES is not set to a folder that holds the United archive")
        return
    print(f"{os.cpu_count()} processors, load before {os.getloadavg()[0]:.1f}, {options.workers} workers")
    with tempfile.TemporaryDirectory() as scratch:
        for way in ("real", "unique", "copies"):
            _compare(Path(folder), Path(scratch), way, options)
        if options.full:
            _growth(Path(folder), Path(scratch), options)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=100_000, help="how many posts to compare on (100,000)")
    parser.add_argument("--loop", type=int, default=20_000, help="posts that the plain loop gets (20,000)")
    parser.add_argument("--workers", type=int, default=os.cpu_count(), help="worker processes (one a processor)")
    parser.add_argument("--full", action="store_true", help="add growth from 0.1 to 10 million posts")
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def _alone(source: Path, way: str, number: int) -> dict[str, float]:
    """A measurement in a process of its own, so that its peak of memory is its own too."""
    program = [sys.executable, __file__, "--job", str(source), way, str(number)]
    return json.loads(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


def _compare(archives: Path, scratch: Path, way: str, options: argparse.Namespace) -> None:
    source = repeated(archives, options.posts, way, scratch / "posts.parquet")
    texts = pl.scan_parquet(source).select(pl.col("text").n_unique()).collect().item() / options.posts
    before = _alone(source, "loop", options.loop)["loop"]
    made = _alone(source, "ours", options.workers)
    after = _alone(source, "loop", options.loop)["loop"]
    each = (before + after) / 2 / min(options.loop, options.posts)
    total = made["features"] + made["series"]
    needed = f"(at least {NEEDED[way]:g})" if way in NEEDED else ""
    print(f"\n{way}: {options.posts:,} posts, {texts:.0%} of the texts different")
    for step in ("reading", "features", "series"):
        print(f"  {step:9} {options.posts / made[step]:12,.0f} posts/s")
    print(f"  plain loop{1 / each:12,.0f} posts/s (on {options.loop:,} before and after, scaled)")
    print(f"  all steps {each * options.posts / total:11.1f} times as fast as the loop {needed}")


def _growth(archives: Path, scratch: Path, options: argparse.Namespace) -> None:
    print("\ngrowth (real)          seconds    peak memory")
    measured = {}
    for posts in SIZES:
        source = repeated(archives, posts, "real", scratch / "posts.parquet")
        measured[posts] = _alone(source, "ours", options.workers)
        total = measured[posts]["features"] + measured[posts]["series"]
        print(f"  {posts:12,} posts {total:10.1f} {measured[posts]['megabytes']:10,.0f} MB", flush=True)
    seconds = [measured[posts]["features"] + measured[posts]["series"] for posts in SIZES]
    slope = math.log(seconds[-1] / seconds[0]) / math.log(SIZES[-1] / SIZES[0])
    memory = [measured[posts]["megabytes"] for posts in SIZES]
    print(f"  slope of time {slope:.3f} (0.9 to 1.1)")
    print(
        f"  memory at 10 million, of that at 1 million: {memory[2] / memory[1]:.2f} (at most 1.2; and below 2,048 MB)"
    )


if __name__ == "__main__":
    main()
