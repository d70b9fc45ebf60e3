"""What format a file is in: by its first bytes and records, never by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from aftermath.archives.posts import ArchiveError, NoExport
from aftermath.archives.readers.encoding import Source, Unreadable, detect_encoding
from aftermath.archives.readers.json_lines import first_values, script_of
from aftermath.archives.readers.official import GDELT_FIELDS, NHTSA_FIELDS, read_gdelt, read_nhtsa
from aftermath.archives.readers.opening import Member, members
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.parquet import SIGNATURE
from aftermath.archives.readers.platforms import PLATFORMS, platform_of, read_platforms
from aftermath.archives.readers.platforms.x_archive import SCRIPTS
from aftermath.archives.readers.rows import Chunk
from aftermath.archives.readers.separated import read_csv
from aftermath.archives.readers.tables.dialect import DELIMITERS
from aftermath.archives.readers.tables.spreadsheet import is_spreadsheet
from aftermath.archives.readers.twitter_others import other_than_posts
from aftermath.archives.readers.twitter_v1 import read_twitter_v1
from aftermath.archives.readers.twitter_v2 import MARKS, read_twitter_v2
from aftermath.archives.readers.unread import known_but_not_read

FORMATS = {
    "twitter-v1": "Twitter's first interface: search replies, streams",
    "twitter-v2": "Twitter's second interface: pages of replies, or a post a line (twarc, 4CAT)",
    "4cat": "4CAT: CSV, or NDJSON of the platforms below",
    "zeeschuimer": "Zeeschuimer: NDJSON of the platforms below",
    **{platform.format: platform.label for platform in PLATFORMS},
    "nhtsa": "NHTSA complaints: FLAT_CMPL, tab-delimited",
    "gdelt": "GDELT Global Knowledge Graph 2: page titles",
    "csv": "any table with a header: comma, tab, semicolon or bar",
    "parquet": "Parquet",
    "spreadsheet": "XLSX or ODS: the first sheet that holds a table of posts",
}
_JSON = {
    "twitter-v1": read_twitter_v1,
    "twitter-v2": read_twitter_v2,
    "zeeschuimer": read_platforms,
    "4cat": read_platforms,
    **{platform.format: read_platforms for platform in PLATFORMS},
}
_OTHERS = {"nhtsa": read_nhtsa, "gdelt": read_gdelt, "csv": read_csv, "4cat": read_csv}
# days of NHTSA are days in Washington
ZONES = {"nhtsa": "America/New_York"}

_LINES = 20  # among which there is one of a table, though some tools write a preamble above the header

_GDELT_RECORD = re.compile(r"\d{14}-T?\d+\t\d{14}\t")
_NOT_POSTS = {
    # 58 fields in version 1, 61 in version 2: number, day, month, year, year with fraction, actors ...
    re.compile(r"\d+\t\d{8}\t\d{6}\t\d{4}\t\d{4}\.\d+\t(?:[^\t]*\t){52,55}[^\t]*$"): (
        "GDELT's records of events, which have no texts. Its Global Knowledge Graph 2 is read (*.gkg.csv): there pages have titles."
    ),
    re.compile(r"DATE\tNUMARTS\tCOUNTS\tTHEMES\tLOCATIONS\t"): (
        "GDELT's Global Knowledge Graph 1 (GKG 1.0), which has neither texts nor titles. Version 2 is read (from 2015 on, "
        "*.gkg.csv): there pages have titles."
    ),
    re.compile(
        r"\u200e?\[?\d{1,4}[./-]\d{1,2}[./-]\d{2,4}, \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?:\s?[APap]\.?\s?[Mm]\.?)?(?:\] | - )"
    ): (
        "a chat from WhatsApp, whose messages have no ids. Make a table of it, with the columns id, created_at and text, and add that."
    ),
}
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
    if is_spreadsheet(member):
        return "spreadsheet"
    source = source or source_of(member)
    first = _first_line(source)
    for pattern, why in _NOT_POSTS.items():
        if pattern.match(first):
            raise ArchiveError(f"{source.name} holds {why}")
    script = script_of(first)
    if script is not None and script not in SCRIPTS:
        raise ArchiveError(
            f"{source.name} is the part {script!r} of an archive from X, which holds no posts; add tweets.js."
        )
    if script is not None or first[:1] in ("{", "["):
        return _json_format(source)
    if _GDELT_RECORD.match(first):
        return "gdelt"
    if _NHTSA_RECORD.match(first) and first.count("\t") + 1 in NHTSA_FIELDS and first.count("\t") + 1 != GDELT_FIELDS:
        return "nhtsa"
    if first[:1] != "<" and any(
        delimiter.encode() in line for line in source.first_lines(_LINES) for delimiter in DELIMITERS
    ):
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
    """The format that most of the first values have the required fields of."""
    values = first_values(source)
    votes = [vote for vote in map(_vote, values) if vote]
    if votes:
        return max(sorted(set(votes)), key=votes.count)
    what = next((what for what in map(other_than_posts, values) if what), None)
    if what:
        raise ArchiveError(f"{source.name} holds {what}, no posts. Leave it out; add the files that hold posts.")
    what = next((what for what in map(known_but_not_read, values) if what), None)
    raise NoExport(f"{source.name} {what}") if what else _unknown(source.name)


def _vote(value: Any) -> str | None:
    if not isinstance(value, dict):
        return None
    if "source_platform" in value and "data" in value:
        return "zeeschuimer"
    if "__import_meta" in value:
        return "4cat"
    if (platform := platform_of(value)) is not None:
        return platform.format
    if _is_of_v1(value):
        return "twitter-v1"
    return "twitter-v2" if _is_of_v2(value) else None


def _is_of_v1(value: dict[str, Any]) -> bool:
    """A post, a notice of a stream, or a search reply: each has what only Twitter's first interface writes."""
    statuses = value.get("statuses")
    if isinstance(statuses, list):
        return "search_metadata" in value or any(map(_is_status, statuses[:5]))
    if isinstance(notice := value.get("delete"), dict):
        return isinstance(notice.get("status"), dict)
    return _is_status(value)


def _is_status(value: Any) -> bool:
    if not isinstance(value, dict) or "created_at" not in value or not {"text", "full_text"} & set(value):
        return False
    return "id_str" in value or ("id" in value and isinstance(value.get("user"), dict))


def _is_of_v2(value: dict[str, Any]) -> bool:
    """A post, or a page: of posts, of errors alone, or without a result."""
    data = value.get("data")
    record = data[0] if isinstance(data, list) and data else data
    if isinstance(record, dict):
        of_page = {"includes", "matching_rules", "__twarc", "meta"} & set(value)
        return {"id", "text"} <= set(record) and bool(of_page or MARKS & set(record))
    if {"id", "text"} <= set(value):
        return bool(MARKS & set(value)) and "speaker" not in value  # ConvoKit's utterances have conversations, too
    errors, meta = value.get("errors"), value.get("meta")
    if isinstance(errors, list) and errors:
        return isinstance(errors[0], dict) and "title" in errors[0]
    return isinstance(meta, dict) and "result_count" in meta


def _unknown(name: str) -> NoExport:
    known = "\n".join(f"  {format:12} {what}" for format, what in FORMATS.items())
    return NoExport(
        f"{name}: its format is not known. Say which it is with --format, if it is one of these:\n{known}\n"
        "If it is another tool's, make a table of its posts, with the columns id, created_at and text, and add that."
    )
