"""From the file of an archive to its features, against a plain loop: ``python benchmarks/archives.py``.

The United archive is repeated until it has as many posts as asked for (``--posts``), as CSV, in four ways:

- ``unique``: every text differs from every other;
- ``copied``: so they do, but four posts in ten have the text of one of the 50,000 before them;
- ``apart``: every repetition has texts and authors of its own, so that a text comes again only as people reposted it;
- ``repeated``: as it is, 57 % of it reposts; most texts come again with each repetition.

Beside each, on some of the same posts, before and after, and scaled to all of them, stands a loop in one process: pandas reads
the file, and ``polarity_scores`` of vaderSentiment scores every text, cleaned and masked by the same functions, one by one.
**Compared is processor time**, user and system, of all processes: of ours with their start, of the loop without. Memory is the
proportional set size of all processes together, at its highest. ``--full`` adds how time and memory grow from 0.1 to 10 million
posts. Needs ``AFTERMATH_ARCHIVES``. Writes ``build/bench-archives.json``.
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
import threading
import time
from pathlib import Path

import numpy as np
import polars as pl
import psutil

from aftermath.archives.cleaning import clean, mask
from aftermath.archives.features import write_features
from aftermath.archives.readers import read

TWEETS = Path("united-3411-tweets-2017") / "tweets.parquet"
ALIASES = ("Republic Airline", "United", "United Airlines", "UnitedAirlines")
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
NEEDED = {"unique": 5.0, "copied": 6.0}  # times the processor time of the loop
MOST_MEGABYTES = 260
WAYS = ("unique", "copied", "apart", "repeated")
COPIED, NEAR = 0.4, 50_000  # share of copies, and how many posts before a copy its original is at most
RESULT = Path(__file__).resolve().parents[1] / "build" / "bench-archives.json"
SIZES = (100_000, 1_000_000, 10_000_000)
MEGABYTE = 1 << 20


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
        The CSV file to write.
    """
    tweets = pl.read_parquet(archives / TWEETS).filter(pl.col("kind") == "search").select(COLUMNS.values())
    rounds = math.ceil(posts / tweets.height)
    table = pl.concat([_round(tweets, place, way) for place in range(rounds)]).head(posts)
    if way == "copied":
        table = table.with_columns(table["text"].gather(_originals(posts)))
    table.write_csv(target)
    return table["text"].n_unique()


def _round(tweets: pl.DataFrame, place: int, way: str) -> pl.DataFrame:
    numbered = pl.format("{} u{}", "text", pl.int_range(pl.len()) + place * tweets.height)
    own = {"apart": pl.format("{} r{}", "text", pl.lit(place)), "repeated": pl.col("text")}
    author = pl.col("author_ref") if way == "repeated" else pl.format("{}-{}", "author_ref", pl.lit(place))
    return tweets.with_columns(
        text=own.get(way, numbered),
        author_ref=author.cast(pl.String),
        tweet_id=pl.format("{}{}", "tweet_id", pl.lit(place)),
    )


def _originals(posts: int) -> np.ndarray:
    """Place of the post whose text each has: its own, or another shortly before."""
    draw = np.random.default_rng(15)
    places = np.arange(posts)
    before = places - 1 - (draw.random(posts) * np.minimum(places, NEAR)).astype(np.int64)
    return np.where(draw.random(posts) < COPIED, np.maximum(before, 0), places)


# Ours


def ours(source: Path, workers: int) -> dict[str, float]:
    """Seconds from the file to features."""
    settings = {"key": b"of no worth, for a benchmark", "aliases": ALIASES, "workers": workers}
    with tempfile.TemporaryDirectory(dir=source.parent) as folder:
        start = time.perf_counter()
        write_features(read(source, columns=COLUMNS), Path(folder) / "features.parquet", **settings)
        return {"seconds": time.perf_counter() - start}


# The loop


def loop(source: Path, posts: int) -> dict[str, float]:
    """Processor seconds of the plain loop for the first posts, reading included, imports not."""
    import pandas
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    begun = time.process_time()
    frame = pandas.read_csv(source, nrows=posts, parse_dates=["created_at"])
    analyser = SentimentIntensityAnalyzer()
    frame["score"] = [analyser.polarity_scores(mask(clean(text), ALIASES))["compound"] for text in frame["text"]]
    return {"processor": time.process_time() - begun}


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
    print(f"{os.cpu_count()} processors")
    with tempfile.TemporaryDirectory() as scratch:
        found = {way: _compare(Path(scratch) / f"{way}.csv", options) for way in options.ways}
        if options.full:
            found["growth"] = _growth(Path(scratch) / "apart.csv")
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--posts", type=int, default=1_000_000, help="how many posts to compare on (1,000,000)")
    parser.add_argument("--loop", type=int, default=40_000, help="posts that the plain loop gets (40,000)")
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, help="which ways (all)")
    parser.add_argument("--full", action="store_true", help="add growth from 0.1 to 10 million posts")
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    return parser.parse_args()


def _write(source: Path, posts: int) -> dict:
    """In a process of its own too: what this one holds would count for its children."""
    return {"different": repeated(Path(os.environ["AFTERMATH_ARCHIVES"]), posts, source.stem, source)}


_TASKS = {"ours": ours, "loop": loop, "write": _write}


def _alone(source: Path, task: str, number: int) -> dict[str, float]:
    """A task in a process of its own: what it gives, processor seconds of all its processes, megabytes at their highest."""
    program = [sys.executable, __file__, "--job", str(source), task, str(number)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as process:
        peak: list[float] = [0.0]
        watcher = threading.Thread(target=_watch, args=(process, peak))
        watcher.start()
        given, _ = process.communicate()
        watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"processor": used, "megabytes": peak[0]} | json.loads(given)


def _watch(process: subprocess.Popen, peak: list[float]) -> None:
    while process.poll() is None:
        held = 0
        try:
            root = psutil.Process(process.pid)
            for one in (root, *root.children(recursive=True)):
                held += one.memory_full_info().pss  # pages that several processes share count once
        except psutil.Error:
            continue
        peak[0] = max(peak[0], held / MEGABYTE)
        time.sleep(0.1)


def _compare(source: Path, options: argparse.Namespace) -> dict[str, float]:
    way, posts, some = source.stem, options.posts, min(options.loop, options.posts)
    different = _alone(source, "write", posts)["different"]
    before = _alone(source, "loop", some)
    made = {workers: _alone(source, "ours", workers) for workers in (1, 2)}
    after = _alone(source, "loop", some)
    per_post = (before["processor"] + after["processor"]) / 2 / some
    needed = f"(at least {NEEDED[way]:g})" if way in NEEDED else ""
    print(f"\n{way}: {posts:,} posts, {different:,} different texts; load {os.getloadavg()[0]:.1f}")
    print(f"  loop       {per_post * 1e6:6.1f} microseconds of a processor a post (on {some:,} before and after)")
    found = {"posts": posts, "different": different, "loop, microseconds": per_post * 1e6}
    for workers, measured in made.items():
        times = per_post * posts / measured["processor"]
        print(
            f"  {workers} worker{'s' * (workers > 1):1} {measured['processor'] / posts * 1e6:8.1f} microseconds; {times:.2f} times as "
            f"fast {needed}; {posts / measured['seconds']:,.0f} posts/s; {measured['megabytes']:.0f} MB (at most {MOST_MEGABYTES})",
            flush=True,
        )
        found |= {f"{workers}, times": times} | {f"{workers}, {name}": value for name, value in measured.items()}
    return found


def _growth(source: Path) -> dict[str, float]:
    print("\ngrowth (apart)         seconds  processor    peak memory")
    measured = {}
    for posts in SIZES:
        _alone(source, "write", posts)
        measured[posts] = made = _alone(source, "ours", 2)
        print(
            f"  {posts:12,} posts {made['seconds']:10.1f} {made['processor']:10.1f} {made['megabytes']:11,.0f} MB",
            flush=True,
        )
    few, many, most = (measured[posts] for posts in SIZES)
    decades = math.log(SIZES[-1] / SIZES[0])
    slopes = {name: math.log(most[name] / few[name]) / decades for name in ("seconds", "processor")}
    for name, slope in slopes.items():
        print(f"  slope of {name:9} {slope:.3f} (0.9 to 1.1)")
    print(f"  memory at 10 million, of that at 1 million: {most['megabytes'] / many['megabytes']:.2f} (at most 1.2)")
    return slopes | {"megabytes at 10 million": most["megabytes"]}


if __name__ == "__main__":
    main()
