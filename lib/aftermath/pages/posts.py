"""What people posted, in words and cells: the archive, its series bin by bin, and how far its scorer can be trusted."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import polars as pl

from aftermath.archives.description import Manifest
from aftermath.archives.sentiment import accuracy, accuracy_text
from aftermath.archives.series import ALL_KINDS
from aftermath.measures.archive_sentiment import ArchiveSentiment
from aftermath.wording import counted, day_text, interval, moment, number

_ON_TWEETS = "Tweets, rated"


def source(manifest: Manifest) -> str:
    """What the archive is, what it was reduced to, and what it cannot show."""
    words = [f"{manifest.title}. {manifest.producer}."]
    if manifest.filter.get("words"):
        words.append(f"Posts that match {manifest.filter['words']}.")
    if manifest.aliases:
        words.append(f"Masked before scoring: {', '.join(manifest.aliases)}.")
    if manifest.capped:
        words.append(f"Collection was capped, so shares are shown and volume is not. {manifest.capped_why}")
    words.append("No text, name or address of a post is kept here.")
    return " ".join(words)


def trust(manifest: Manifest) -> str:
    """How often the scorers agree with people, on the labelled set most like the archive."""
    words = []
    for scorer in manifest.scorer.split(", ") if manifest.scorer else []:
        sets = accuracy(scorer)["set"].unique(maintain_order=True).to_list()
        named = [
            name for name in sets if any(re.search(rf"\b{re.escape(alias)}\b", name) for alias in manifest.aliases)
        ]
        # that which names the organisation, or else rated tweets, or else the first
        nearest = next(iter([*named, *(name for name in sets if name == _ON_TWEETS), *sets, _ON_TWEETS]))
        words.append(accuracy_text(scorer, nearest))
    return " ".join(words)


def extent(sentiment: ArchiveSentiment) -> str:
    """How many days or hours the series holds."""
    return counted(sentiment.days.height, "day" if sentiment.days.schema["time"] == pl.Date else "hour")


def bins(sentiment: ArchiveSentiment) -> list[list[str]]:
    """The series of all kinds of post together, a row of cells a bin."""
    rows = sentiment.table.filter(pl.col("kind") == ALL_KINDS)
    return [_bin(row, sentiment.zone) for row in rows.iter_rows(named=True)]


def _bin(row: dict[str, Any], zone: str) -> list[str]:
    start = row["time"]
    title = moment(start, zone) if isinstance(start, datetime) else day_text(start)
    volume = "capped" if row["volume"] is None else number(row["volume"])
    authors = "–" if row["authors"] is None else number(row["authors"])
    shares = (_spread(row, name, 0, 100) for name in ("share_negative", "share_positive"))
    return [title, volume, number(row["n"]), authors, *shares, _spread(row, "mean", 2, 1)]


def _spread(row: dict[str, Any], name: str, digits: int, factor: int) -> str:
    value, lower, upper = (row[name + end] for end in ("", "_lower", "_upper"))
    if value is None:
        return "–"
    shown = number(factor * value, digits)
    return shown if lower is None else f"{shown} {interval(factor * lower, factor * upper, digits)}"


def accuracies(scorer: str) -> list[list[str]]:
    """How far a scorer, or several, agrees with people: a row of cells a labelled set, as posts are treated."""
    if not scorer:
        return []
    measured = pl.concat([accuracy(name) for name in scorer.split(", ")])
    rows = []
    # the last treatment of a set is what posts go through
    for row in measured.group_by("set", maintain_order=True).last().iter_rows(named=True):
        agrees = f"{number(100 * row['accuracy'])} {interval(100 * row['accuracy_lower'], 100 * row['accuracy_upper'])}"
        f1 = f"{number(row['macro_f1'], 2)} {interval(row['macro_f1_lower'], row['macro_f1_upper'], 2)}"
        rows.append([row["set"], row["treatment"], number(row["n"]), agrees, f1])
    return rows
