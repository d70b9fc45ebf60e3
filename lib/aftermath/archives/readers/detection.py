"""What format a file is in: by its first bytes and records, never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.encoding import Source, Unreadable, detect_encoding
from aftermath.archives.readers.json_lines import first_values
from aftermath.archives.readers.official import GDELT_FIELDS, NHTSA_FIELDS, read_gdelt, read_nhtsa
from aftermath.archives.readers.opening import Member, members
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.parquet import SIGNATURE
from aftermath.archives.readers.platforms import read_platforms, unwrapped
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.separated import DELIMITERS, read_csv
from aftermath.archives.readers.twitter_v1 import read_twitter_v1
from aftermath.archives.readers.twitter_v2 import read_twitter_v2

FORMATS = {
    "twitter-v1": "Twitter's first interface: search replies, streams",
    "twitter-v2": "Twitter's second interface: pages of replies, or a post a line (twarc, 4CAT)",
    "4cat": "4CAT: CSV, or NDJSON of X, TikTok, Douyin and Weibo",
    "zeeschuimer": "Zeeschuimer: NDJSON of X, TikTok, Douyin and Weibo",
    "nhtsa": "NHTSA complaints: FLAT_CMPL, tab-delimited",
    "gdelt": "GDELT Global Knowledge Graph 2: page titles",
    "csv": "any table with a header: comma, tab, semicolon or bar",
    "parquet": "Parquet",
}
_JSON = {
    "twitter-v1": read_twitter_v1,
    "twitter-v2": read_twitter_v2,
    "zeeschuimer": read_platforms,
    "4cat": read_platforms,
}
_OTHERS = {"nhtsa": read_nhtsa, "gdelt": read_gdelt, "csv": read_csv, "4cat": read_csv}
# days of NHTSA are days in Washington
ZONES = {"nhtsa": "America/New_York"}

_GDELT_RECORD = re.compile(r"\d{14}-T?\d+\t\d{14}\t")
_NHTSA_RECORD = re.compile(r"\d+\t\d+\t[^\t]*\t[^\t]*\t[^\t]*\t(\d{4}|)\t")


def detect(path: Path) -> str:
    """The format of a file.

    Parameters
    ----------
    path
        As it was exported, packed or not. Of a zip the first member tells.

    Returns
    -------
    str
        A key of ``FORMATS``.

    Raises
    ------
    ArchiveError
        If it is in none of them.
    """
    files = members(path)
    if not files:
        raise ArchiveError(f"{path.name} is empty: there is nothing to read in it. Copy or export it again.")
    return detect_format(files[0], None)


def source_of(member: Member) -> Source:
    """A member with its encoding found."""
    return Source(member, detect_encoding(member))


def is_parquet(member: Member) -> bool:
    """Whether a member is a Parquet file."""
    return member.head().startswith(SIGNATURE)


def detect_format(member: Member, source: Source | None) -> str:
    """The format of a member; see ``detect``."""
    if is_parquet(member):
        return "parquet"
    source = source or source_of(member)
    first = _first_line(source)
    if first[:1] in ("{", "["):
        return _json_format(source)
    if _GDELT_RECORD.match(first):
        return "gdelt"
    if _NHTSA_RECORD.match(first) and first.count("\t") + 1 in NHTSA_FIELDS and first.count("\t") + 1 != GDELT_FIELDS:
        return "nhtsa"
    if any(delimiter in first for delimiter in DELIMITERS):
        return "4cat" if {"id", "thread_id", "body"} <= set(re.split(r"\W+", first.lower())) else "csv"
    raise _unknown(source.name)


def reader_of(format: str, source: Source) -> Callable[[Source, Options], Iterator[Chunk]]:
    """What reads a format; 4CAT's is JSON or a table, as the file has it."""
    if format not in FORMATS:
        raise ArchiveError(f"{format[:60]!r} is no format that is read; those that are: {', '.join(FORMATS)}")
    is_json = format in _JSON and (format not in _OTHERS or _first_line(source)[:1] in ("{", "["))
    return _JSON[format] if is_json else _OTHERS[format]


def _first_line(source: Source) -> str:
    first = source.first_lines(1)
    if not first:
        raise ArchiveError(f"{source.name} is empty: there is nothing to read in it. Copy or export it again.")
    try:
        return source.text(first[0]).lstrip("\ufeff \t")
    except Unreadable:
        return first[0].decode("latin-1").lstrip()


def _json_format(source: Source) -> str:
    """The format that most of the first values have the marks of."""
    votes = [vote for vote in map(_vote, first_values(source)) if vote]
    if not votes:
        raise _unknown(source.name)
    return max(sorted(set(votes)), key=votes.count)


def _vote(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if "source_platform" in value:
        return "zeeschuimer"
    if "__import_meta" in value:
        return "4cat"
    if isinstance(value.get("statuses"), list):
        first = next(iter(value["statuses"]), None)
        return "zeeschuimer" if isinstance(first, dict) and "idstr" in first else "twitter-v1"
    if {"data", "includes"} & set(value) or (value.get("meta") is not None and "errors" in value):
        return "twitter-v2"
    if {"id_str", "created_at", "user"} <= set(value) or "delete" in value:
        return "twitter-v1"
    if {"author_id", "edit_history_tweet_ids", "public_metrics", "referenced_tweets"} & set(value) and "id" in value:
        return "twitter-v2"
    if unwrapped(value)[0]:
        return "zeeschuimer"
    return "twitter-v1" if {"id_str", "created_at"} <= set(value) else None


def _unknown(name: str) -> ArchiveError:
    known = "\n".join(f"  {format:12} {what}" for format, what in FORMATS.items())
    return ArchiveError(
        f"{name}: its format is not known. Say which it is with --format, if it is one of these:\n{known}"
    )
