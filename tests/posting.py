"""Posts, batches and a scorer for the tests of archives: small, and with known answers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from aftermath.archives.posts import KINDS, SCHEMA, Batch

KEY = b"a key for tests, of no worth"
START = datetime(2017, 4, 9, 0, 0, tzinfo=UTC)


def posts(texts: Sequence[str], **columns: object) -> pl.DataFrame:
    """A post for each text, an hour apart; columns replace what is made up."""
    n = len(texts)
    table = pl.DataFrame(
        {
            "post_id": [str(10**17 + place) for place in range(n)],
            "time": [START + timedelta(hours=place) for place in range(n)],
            "text": list(texts),
            "language": ["en"] * n,
            "kind": [KINDS[place % len(KINDS)] for place in range(n)],
            "author": [f"author {place % 3}" for place in range(n)],
            "engagement": list(range(n)),
            "url": [None] * n,
        }
        | {name: list(values) for name, values in columns.items()},
        strict=False,
    )
    return table.cast(dict(SCHEMA))


def batches(table: pl.DataFrame, size: int = 4) -> Iterator[Batch]:
    """The posts in batches."""
    for part in table.iter_slices(size):
        yield Batch(part, (), part.height)


class Counting:
    """Scores a text by its marks, +0.1 for each "+" and -0.1 for each "-", and counts what it was asked."""

    id = "marks 1"
    language = "en"
    negative, positive = -0.05, 0.05

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, texts: Sequence[str]) -> list[float]:
        """As a scorer does."""
        self.asked += texts
        return [max(-1.0, min(1.0, (text.count("+") - text.count("-")) / 10)) for text in texts]


_MARKS = Counting()


def marks(language: str) -> Counting | None:
    """English alone can be scored."""
    return _MARKS if language == "en" else None


def archives() -> Path:
    """The folder of real archives; the test is skipped where there is none."""
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip("AFTERMATH_ARCHIVES is not set: no real archive to test on")
    return Path(folder)
