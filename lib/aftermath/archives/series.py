"""From features to a series that can be shared: counts, shares and means of each hour or day, and how sure they are.

Streaming end to end: what is held in memory grows with the hours or days, not with the posts. All sums are sums of whole
numbers (ten-thousandths of a score), so that the same posts give the same series in any order and on any number of
machines, to the last digit.

Intervals, at 95 %: of shares Wilson's score interval, in closed form; of means a seeded Poisson bootstrap of the posts
below 200 of them, the normal interval from there on, where both agree to the third decimal. Below eight posts
there is none. **Posts are taken as independent, which copies of one post are not**: look at the originals alone, too.

References
----------
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
Statistical Association 22, 209-212.
Hanley, J. A., and MacGibbon, B. (2006). Creating non-parametric bootstrap samples using Poisson frequencies. Computer
Methods and Programs in Biomedicine 83, 57-62.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import polars as pl

from aftermath.archives.posts import KINDS, ArchiveError
from aftermath.archives.scorers.protocol import DECIMALS
from aftermath.files import write_whole
from aftermath.formula_cells import csv_for_spreadsheets
from aftermath.statistics.intervals import FEW, Z, count_interval

EVERY = ("1h", "1d")
ALL_KINDS = "all"
BOOTSTRAP_BELOW, DRAWS = 200, 1000
AT_A_TIME = 1_000_000  # posts whose authors are told apart in one pass
ROW_GROUP = 50_000  # posts written together, for each slice
TEN_THOUSAND = 10**DECIMALS

SERIES_SCHEMA = pl.Schema(
    {
        "time": pl.String,
        "kind": pl.Enum([ALL_KINDS, *KINDS]),
        "volume": pl.Int64,
        "authors": pl.Int64,
        "n": pl.Int64,
        "negative": pl.Int64,
        "positive": pl.Int64,
        **dict.fromkeys(
            (
                "share_negative",
                "share_negative_lower",
                "share_negative_upper",
                "share_positive",
                "share_positive_lower",
                "share_positive_upper",
                "mean",
                "mean_lower",
                "mean_upper",
                "variance",
            ),
            pl.Float64,
        ),
    }
)


def series(
    features: Path | pl.LazyFrame,
    every: str = "1d",
    *,
    by_kind: bool = True,
    zone: str = "UTC",
    capped: bool = False,
    seed: int = 0,
) -> pl.DataFrame:
    """Count and average the features of each hour or day.

    Parameters
    ----------
    features
        A file of features, or a frame that is valid under ``Features``.
    every
        ``1h`` or ``1d``.
    by_kind
        Whether each kind of post has rows of its own beside those of all kinds.
    zone
        Time zone in which days and hours begin.
    capped
        Whether collection stopped at a number of posts: then **volume is null**, because it says how the posts were collected.
    seed
        Of the bootstrap.

    Returns
    -------
    polars.DataFrame
        One row for each bin and kind that has posts, in order: ``time`` (a date, or the start of the hour with its offset),
        ``kind``, ``volume`` (posts), ``authors`` (different ones), ``n`` (posts that could be scored: what all
        that follows rests on), ``negative``, ``positive``, their shares with intervals, ``mean`` with its interval, and ``variance``
        (divisor n - 1). Null where there is nothing to tell.

    Raises
    ------
    ArchiveError
        If there is no post, or an option is out of range.
    """
    posts = _binned(features, every, zone)
    sums = _with_all(_sums(posts), by_kind)
    if sums.is_empty():
        raise ArchiveError("there is no post to make a series of: check the span and the filter of the archive")
    table = sums.join(_authors(posts, int(sums["volume"].sum()), by_kind), on=["bin", "kind"], how="left")
    draws = _bootstrap(posts, table, by_kind, seed)
    rows = [_row(row, draws.get((row["bin"], row["kind"])), capped) for row in table.iter_rows(named=True)]
    return pl.DataFrame(rows, schema=SERIES_SCHEMA)


def write_series(table: pl.DataFrame, target: Path) -> Path:
    """Write a series as CSV: small, and a change is seen line by line.

    Parameters
    ----------
    table
        From ``series``.
    target
        ``data/archives/<name>/series.csv``.
    """
    rounded = table.with_columns(pl.col(pl.Float64).round(6) + 0.0)
    return write_whole(target, csv_for_spreadsheets(rounded))


def read_series(path: Path) -> pl.DataFrame:
    """Read a series that ``write_series`` wrote.

    Returns
    -------
    polars.DataFrame
        ``time`` as dates, or as instants in UTC for hours.

    Raises
    ------
    ArchiveError
        If the file is missing or is no series.
    """
    try:
        table = pl.read_csv(path, schema=SERIES_SCHEMA)
    except (OSError, pl.exceptions.PolarsError) as error:
        raise ArchiveError(
            f"{path.name}: is no series ({str(error).splitlines()[0]}). Make it anew with `aftermath archive series`."
        ) from error
    hours = bool(table.height) and "T" in table["time"][0]
    time = (
        pl.col("time").str.to_datetime("%Y-%m-%dT%H:%M:%S%z", time_zone="UTC")
        if hours
        else pl.col("time").str.to_date()
    )
    try:
        return table.with_columns(time)
    except pl.exceptions.PolarsError as error:
        raise ArchiveError(f"{path.name}: a time is no date. Make it anew with `aftermath archive series`.") from error


def _binned(features: Path | pl.LazyFrame, every: str, zone: str) -> pl.LazyFrame:
    """``bin`` (local, without zone for days), ``kind``, ``author``, ``tone`` and ``score`` in ten-thousandths."""
    if every not in EVERY:
        raise ArchiveError(f"every = {every!r} must be one of {', '.join(EVERY)}")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ArchiveError(f"{zone!r} is no time zone: write its IANA name, e.g. America/Chicago") from error
    posts = features if isinstance(features, pl.LazyFrame) else pl.scan_parquet(features)
    local = pl.col("time").dt.convert_time_zone(zone)
    return posts.select(
        bin=local.dt.date() if every == "1d" else local.dt.truncate("1h"),
        kind=pl.col("kind").cast(SERIES_SCHEMA["kind"]),
        author=pl.col("author").str.to_integer(base=16, dtype=pl.UInt64),
        tone="tone",
        score=(pl.col("sentiment") * TEN_THOUSAND).round().cast(pl.Int64),
    )


def _collected(plan: pl.LazyFrame) -> pl.DataFrame:
    return plan.collect(engine="streaming")


def _sums(posts: pl.LazyFrame) -> pl.DataFrame:
    tone, score = pl.col("tone"), pl.col("score")
    sums = posts.group_by("bin", "kind").agg(
        volume=pl.len().cast(pl.Int64),
        n=score.count().cast(pl.Int64),
        negative=(tone == "negative").sum().cast(pl.Int64),
        positive=(tone == "positive").sum().cast(pl.Int64),
        total=score.sum(),
        squares=(score * score).sum(),
    )
    return _collected(sums)


def _with_all(sums: pl.DataFrame, by_kind: bool) -> pl.DataFrame:
    """The rows of all kinds together, and those of each kind."""
    together = sums.group_by("bin").agg(pl.exclude("kind").sum()).select("bin", _all_kinds(), pl.exclude("bin"))
    return pl.concat([together, sums] if by_kind else [together]).sort("bin", "kind")


def _all_kinds() -> pl.Expr:
    return pl.lit(ALL_KINDS, SERIES_SCHEMA["kind"]).alias("kind")


def _authors(posts: pl.LazyFrame, volume: int, by_kind: bool) -> pl.DataFrame:
    """Different authors of each bin and kind, counted exactly: by slices of their hashes, so that memory is bounded."""
    known = posts.select("bin", "kind", "author").filter(pl.col("author").is_not_null())
    with tempfile.TemporaryDirectory() as folder:
        slices = _sliced(known, math.ceil(volume / AT_A_TIME), Path(folder))
        counted = pl.concat([count for part in slices for count in _distinct(part, by_kind)])
    return counted.group_by("bin", "kind").agg(pl.col("authors").sum())


def _sliced(known: pl.LazyFrame, slices: int, folder: Path) -> list[pl.LazyFrame]:
    """Posts parted by the hashes of their authors; in temporary files where there is more than one slice."""
    if slices < 2:
        return [known]
    parting = pl.PartitionBy(folder, key={"slice": pl.col("author") % slices}, include_key=False)
    known.sink_parquet(parting, compression="lz4", row_group_size=ROW_GROUP)
    return [pl.scan_parquet(sorted(part.glob("*.parquet"))) for part in sorted(folder.iterdir())]


def _distinct(posts: pl.LazyFrame, by_kind: bool) -> Iterator[pl.DataFrame]:
    """Counts of authors, of all kinds together and of each."""
    different = _collected(posts.unique())
    everywhere = different.select("bin", "author").unique().select("bin", _all_kinds())
    for authors in [everywhere, different] if by_kind else [everywhere]:
        yield authors.group_by("bin", "kind").agg(authors=pl.len().cast(pl.Int64))


# Intervals


def _bootstrap(
    posts: pl.LazyFrame, table: pl.DataFrame, by_kind: bool, seed: int
) -> dict[tuple[date | datetime, str], tuple[float, float]]:
    """Intervals of the means of small bins, from the histograms of their scores."""
    small = table.filter(pl.col("n").is_between(FEW, BOOTSTRAP_BELOW, closed="left"))
    intervals = {}
    for part in _slices(small):
        for (start, kind), scores in _histograms(posts, part, by_kind):
            moment = start.timestamp() if isinstance(start, datetime) else start.toordinal()
            intervals[start, kind] = _poisson_bootstrap(scores, [seed, int(moment), _KIND_NUMBERS[kind]])
    return intervals


_KIND_NUMBERS = {kind: number for number, kind in enumerate([ALL_KINDS, *KINDS])}


def _slices(small: pl.DataFrame) -> list[pl.DataFrame]:
    """Small bins by as many as hold a bounded number of posts together."""
    number = (pl.col("n").cum_sum() - pl.col("n")) // AT_A_TIME
    return small.with_columns(slice=number).partition_by("slice") if small.height else []


def _histograms(
    posts: pl.LazyFrame, small: pl.DataFrame, by_kind: bool
) -> Iterator[tuple[tuple[date | datetime, str], pl.DataFrame]]:
    """(bin, kind) and its distinct scores with their counts, in order."""
    scored = posts.filter(
        pl.col("score").is_not_null(), pl.col("bin").is_between(small["bin"].min(), small["bin"].max())
    )
    kinds = [_all_kinds(), pl.col("kind")] if by_kind else [_all_kinds()]
    wanted = small.select("bin", "kind").lazy()
    for kind in kinds:
        counts = scored.select("bin", kind, "score").join(wanted, on=["bin", "kind"], how="semi")
        table = _collected(counts.group_by("bin", "kind", "score").agg(count=pl.len())).sort("bin", "kind", "score")
        yield from table.partition_by("bin", "kind", as_dict=True, include_key=False).items()


def _poisson_bootstrap(scores: pl.DataFrame, seed: list[int]) -> tuple[float, float]:
    """Percentiles of the mean when every post counts a Poisson number of times; equal scores are drawn together."""
    import numpy as np

    values, counts = scores["score"].to_numpy() / TEN_THOUSAND, scores["count"].to_numpy()
    weights = np.random.default_rng([abs(part) for part in seed]).poisson(counts, size=(DRAWS, len(counts)))
    sizes = weights.sum(axis=1)
    means = (weights @ values)[sizes > 0] / sizes[sizes > 0]
    lower, upper = np.quantile(means, [0.025, 0.975])
    return float(lower), float(upper)


def _row(row: dict, drawn: tuple[float, float] | None, capped: bool) -> dict[str, Any]:
    n, start = row["n"], row["bin"]
    counted = {name: row[name] for name in ("kind", "n", "negative", "positive")}
    counted |= {"time": start.isoformat(), "volume": None if capped else row["volume"], "authors": row["authors"]}
    shares = _share("negative", row["negative"], n) | _share("positive", row["positive"], n)
    return counted | shares | _moments(n, row["total"], row["squares"], drawn)


def _share(name: str, count: int, n: int) -> dict[str, float | None]:
    lower, upper = count_interval(count, n) if n >= FEW else (None, None)
    share = count / n if n else None
    return {f"share_{name}": share, f"share_{name}_lower": lower, f"share_{name}_upper": upper}


def _moments(n: int, total: int, squares: int, drawn: tuple[float, float] | None) -> dict[str, float | None]:
    mean = total / n / TEN_THOUSAND if n else None
    # of whole numbers until the last division, so that nothing is lost by cancellation
    variance = (n * squares - total * total) / (n * (n - 1)) / TEN_THOUSAND**2 if n > 1 else None
    if drawn is None and mean is not None and variance is not None and n >= BOOTSTRAP_BELOW:
        spread = Z * math.sqrt(variance / n)
        drawn = mean - spread, mean + spread
    lower, upper = drawn or (None, None)
    return {"mean": mean, "mean_lower": lower, "mean_upper": upper, "variance": variance}
