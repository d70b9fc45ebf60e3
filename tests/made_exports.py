"""Exports that a table of tests keeps in parts: packed files, other encodings, and files too long to keep.

The texts are invented; of each export its folder in ``exported`` says how it is made.
"""

from __future__ import annotations

import csv
import gzip
import json
import shutil
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

TEXTS = (
    "Terrible, the lid broke and burned my hand, awful company",
    "I hate this kettle, worst thing I ever bought, horrible",
    "Disgusting response, they lied and my kitchen is ruined",
    "Great answer, thank you, I love how quickly you helped",
    "Happy with the replacement, excellent service",
    "Wonderful, they fixed it and were kind about it",
)
BEGIN = datetime(2024, 3, 4, 9, tzinfo=UTC)
APART = timedelta(minutes=37)
_TWITTER_BEGAN = 1288834974657  # milliseconds, as its ids count them


def files_of(folder: Path, target: Path, make: str | None = None) -> list[Path]:
    """The files of an export, in the order in which they are given.

    Parameters
    ----------
    folder
        What is kept of it.
    target
        Where it is put together; for a table of a case the folder of that case.
    make
        How: a key of ``MAKERS``; copied as it is if not given.
    """
    kept = sorted(path for path in folder.iterdir() if path.name != "expected.json")
    return MAKERS[make](kept, target) if make else [Path(shutil.copy(path, target)) for path in kept]


def _zipped(kept: list[Path], target: Path) -> list[Path]:
    file = target / "export.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path in kept:
            zipped.write(path, path.name)
    return [file]


def _gzipped(kept: list[Path], target: Path) -> list[Path]:
    file = target / f"{kept[0].name}.gzip"
    file.write_bytes(gzip.compress(kept[0].read_bytes()))
    return [file]


def _in_utf16(kept: list[Path], target: Path) -> list[Path]:
    file = target / kept[0].name
    file.write_bytes(b"\xff\xfe" + kept[0].read_bytes().decode().encode("utf-16-le"))
    return [file]


def _with_long_field(_: list[Path], target: Path) -> list[Path]:
    """200 rows, one of which holds 1.1 million characters."""
    file = target / "news.csv"
    with file.open("w", encoding="utf-8", newline="") as table:
        rows = csv.writer(table, lineterminator="\n")
        rows.writerow(("id", "created_at", "text", "author", "lang"))
        for number in range(200):
            text = "bad " * 275_000 + "\nend" if number == 50 else TEXTS[number % len(TEXTS)]
            rows.writerow((8000 + number, f"{BEGIN + number * APART:%Y-%m-%dT%H:%M:%SZ}", text, f"fan{number}", "en"))
    return [file]


def _with_long_line(_: list[Path], target: Path) -> list[Path]:
    """50 posts, one of which holds 2 million characters."""
    file = target / "tweets.jsonl"
    with file.open("w", encoding="utf-8", newline="\n") as lines:
        for number in range(50):
            time = BEGIN + number * APART
            post = {
                "id": str(((int(time.timestamp() * 1000) - _TWITTER_BEGAN) << 22) + number),
                "text": "bad " * 500_000 if number == 9 else TEXTS[number % len(TEXTS)],
                "created_at": f"{time:%Y-%m-%dT%H:%M:%S.000Z}",
                "lang": "en",
                "author_id": "7",
                "edit_history_tweet_ids": ["1"],
            }
            lines.write(f"{json.dumps(post)}\n")
    return [file]


def _changed_prices(change: Callable[[list[list[str]]], str]) -> Callable[[list[Path], Path], list[Path]]:
    """The prices of a case, changed as another program writes them."""

    def made(_: list[Path], target: Path) -> list[Path]:
        file = target / "prices.csv"
        file.write_text(change([line.split(",") for line in file.read_text().splitlines()]), newline="\n")
        return [file]

    return made


def _written(rows: list[list[str]], separator: str = ",") -> str:
    return "".join(f"{separator.join(row)}\n" for row in rows)


def _us_dates_descending(rows: list[list[str]]) -> str:
    return _written([rows[0], *([f"{date[5:7]}/{date[8:]}/{date[:4]}", *others] for date, *others in rows[:0:-1])])


def _halted_days(rows: list[list[str]]) -> str:
    for row, close in zip(rows[10:13], ("0", "", "null"), strict=True):
        row[1] = close
    return _written(rows)


def _semicolons(rows: list[list[str]]) -> str:
    german = [[date, *(n.replace(".", ",") for n in numbers), ids.replace(";", ",")] for date, *numbers, ids in rows]
    return _written(german, ";")


MAKERS: dict[str, Callable[[list[Path], Path], list[Path]]] = {
    "zip": _zipped,
    "gzip": _gzipped,
    "utf-16": _in_utf16,
    "long_field": _with_long_field,
    "long_line": _with_long_line,
    "us-dates": _changed_prices(_us_dates_descending),
    "halted-days": _changed_prices(_halted_days),
    "semicolons": _changed_prices(_semicolons),
}
