"""``manifest.yaml``: what an archive is, where it came from, what may be done with it, and the sums of its files.

The posts themselves stay where their owner keeps them. The manifest names the place by the variable ``AFTERMATH_ARCHIVES``,
or as ``raw``, a folder beside it that is never committed; **a path of one machine is refused**.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from aftermath.archives.places import LARGEST_MANIFEST, MANIFEST
from aftermath.archives.posts import ArchiveError
from aftermath.files import ReadError, read_plain, write_whole
from aftermath.problems import short
from aftermath.yaml_text import Value, YamlError, read_yaml

LEVELS = ("raw", "features", "series")
VARIABLE = "AFTERMATH_ARCHIVES"
BESIDE = "raw"

_SUM = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,100}")


@dataclass(frozen=True)
class File:
    """A file of an archive as it was when it was added.

    Parameters
    ----------
    sha256
        Of its content.
    bytes
        Its size.
    """

    sha256: str
    bytes: int


@dataclass(frozen=True)
class Manifest:
    """What ``manifest.yaml`` says; a field that it does not have is empty.

    Parameters
    ----------
    title, producer, citation, url, rights, redistribution
        What the archive is, who made it, how it is cited, where it came from, who holds rights in it, and **what of it may be
        passed on**.
    case
        Id of the case that it belongs to.
    retrieved
        Day on which the posts were collected.
    level
        The richest level that is in the repository: ``raw`` means that there is nothing but this description.
    location
        ``${AFTERMATH_ARCHIVES}/...`` or ``raw``.
    files
        Raw files by their names from there.
    shared
        Files beside the manifest, that may be passed on.
    format, columns, quoting, zone_of_times, language, max_bad
        How the files are read; see ``aftermath.archives.readers.read``.
    rows, posts, span
        Lines or records of the files; posts in them; times of the first and the last post.
    left_out
        Why and how many lines are no posts: ``bad``, ``duplicates``, ``outside``.
    remarks
        What was noticed when it was read: kinds, languages, what is lacking, what was passed over.
    capped, capped_why
        Whether collection stopped at a number of posts, so that volume says nothing.
    filter
        ``words`` that a text must match, ``since``, ``until``.
    aliases
        Names of the organisation, masked before scoring.
    missing
        Ids of posts that are known to be gone.
    scorer, every, zone
        Of the series beside the manifest: what scored the posts, its step, the time zone in which its days begin.
    """

    title: str = ""
    case: str = ""
    producer: str = ""
    citation: str = ""
    url: str = ""
    retrieved: date | None = None
    rights: str = ""
    redistribution: str = ""
    level: str = "raw"
    location: str = ""
    files: Mapping[str, File] = field(default_factory=dict)
    shared: Mapping[str, File] = field(default_factory=dict)
    format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    quoting: str = ""
    zone_of_times: str = ""
    language: str = ""
    max_bad: float | None = None
    rows: int | None = None
    posts: int | None = None
    span: tuple[datetime, ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    capped: bool = False
    capped_why: str = ""
    filter: Mapping[str, str] = field(default_factory=dict)
    aliases: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    scorer: str = ""
    every: str = ""
    zone: str = ""

    def raw_folder(self, folder: Path) -> Path:
        """Where the raw files are on this machine.

        Parameters
        ----------
        folder
            The folder of the manifest.

        Raises
        ------
        ArchiveError
            If the variable that the manifest names is not set.
        """
        first, *rest = PurePosixPath(self.location or BESIDE).parts
        if first == BESIDE:
            return folder.joinpath(BESIDE, *rest)
        root = os.environ.get(VARIABLE)
        if not root:
            raise ArchiveError(
                f"{folder.name}: the posts are not in the repository, and {VARIABLE} is not set. Set it to the folder that "
                f"holds {'/'.join(rest) or 'the archives'}, e.g. export {VARIABLE}=~/archives"
            )
        return Path(root).expanduser().joinpath(*rest)


def load_manifest(folder: Path) -> Manifest:
    """Read and check a manifest.

    Parameters
    ----------
    folder
        The folder of an archive, ``data/archives/<name>``.

    Raises
    ------
    ArchiveError
        With every fault of the file: a field that is unknown or not in its form, a path that leads elsewhere.
    """
    record, lines = _record(folder / MANIFEST)
    faults: list[str] = []
    values = {}
    for name, value in record.items():
        if value is None:
            continue
        known = _READERS.get(name)
        try:
            if known is None:
                raise ValueError(f"is no field of a manifest; those are {', '.join(_READERS)}")
            values[name] = known(value)
        except (ValueError, TypeError, AttributeError) as error:
            faults.append(f"{folder.name}/{MANIFEST}:{lines[short(name)]}: {short(name)} {error}")
    if faults:
        raise ArchiveError("\n".join(faults))
    return Manifest(**values)


def write_manifest(manifest: Manifest, folder: Path) -> Path:
    """Write a manifest; fields that are empty are left out.

    Parameters
    ----------
    manifest
        What to write.
    folder
        The folder of the archive; it is made where it is missing.
    """
    record = {field.name: _plain(getattr(manifest, field.name)) for field in fields(Manifest)}
    given = {
        name: value
        for name, value in record.items()
        if (value is not False and value not in (None, "", [], {})) or name == "capped"
    }
    text = yaml.safe_dump(given, sort_keys=False, allow_unicode=True, width=120)
    return write_whole(folder / MANIFEST, text)


def check_name(name: str) -> str:
    """A name that can be a folder.

    Raises
    ------
    ArchiveError
        If it could lead elsewhere, or would be another name on another system.
    """
    if not _NAME.fullmatch(name) or ".." in name:
        raise ArchiveError(f"{name[:60]!r} is no name of an archive: write lower-case letters, digits and hyphens")
    return name


def _record(path: Path) -> tuple[dict[str, Value], dict[str, int]]:
    """The fields of a manifest, and the line of each."""
    where = f"{path.parent.name}/{path.name}"
    try:
        record, lines = read_yaml(read_plain(path, LARGEST_MANIFEST).decode("utf-8-sig"))
    except FileNotFoundError:
        raise ArchiveError(
            f"{where}: there is no such archive. `aftermath archive list` shows those that are."
        ) from None
    except ReadError as error:
        raise ArchiveError(f"{where}: {error}") from None
    except UnicodeDecodeError:
        raise ArchiveError(f"{where}: is not UTF-8 text; save the file as UTF-8") from None
    except YamlError as error:
        place = f":{error.row}:{error.column}" if error.row else ""
        raise ArchiveError(f"{where}{place}: is no well-formed YAML ({error.what}); {error.mend}") from None
    if not isinstance(record, dict):
        raise ArchiveError(f"{where}: holds no fields; `aftermath archive add` writes a manifest")
    return record, lines


# How each field is read; a reader raises ValueError with what is wrong


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError("must be text")
    return value.strip()


def _number(value: Any) -> int:
    if not (isinstance(value, str) and re.fullmatch(r"\d{1,15}", value)):
        raise ValueError(f"is {str(value)[:40]!r}; write a whole number")
    return int(value)


def _share(value: Any) -> float:
    try:
        share = float(_text(value))
    except ValueError:
        share = -1
    if not 0 <= share <= 1:
        raise ValueError(f"is {str(value)[:40]!r}; write a share between 0 and 1, such as 0.05")
    return share


def _truth(value: Any) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"is {str(value)[:40]!r}; write true or false")
    return value == "true"


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise ValueError(f"is {str(value)[:40]!r}; write a date such as 2017-04-20") from None


def _instant(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise ValueError(f"is {str(value)[:40]!r}; write a time with zone, such as 2017-04-07T05:02:21+00:00")
    return moment.astimezone(UTC)


def _span(value: Any) -> tuple[datetime, ...]:
    ends = tuple(map(_instant, value if isinstance(value, list) else [value]))
    if len(ends) != 2 or ends[0] > ends[1]:
        raise ValueError("must be two times, the earlier first")
    return ends


def _level(value: Any) -> str:
    if value not in LEVELS:
        raise ValueError(f"is {str(value)[:40]!r}; it is one of {', '.join(LEVELS)}")
    return str(value)


def _inside(value: Any) -> str:
    """A name with ``/`` that stays inside its folder."""
    path = PurePosixPath(_text(value))
    if not path.parts or path.is_absolute() or ".." in path.parts or re.search(r"[\\\x00]|^[A-Za-z]:", str(value)):
        raise ValueError(f"has {str(value)[:60]!r}, which leads out of the folder of the archive")
    return str(path)


def _location(value: Any) -> str:
    first, *rest = _text(value).split("/")
    if first not in (f"${{{VARIABLE}}}", BESIDE):
        raise ValueError(
            f"is {str(value)[:60]!r}, which only one machine has; write ${{{VARIABLE}}}/folder, or {BESIDE} for the folder beside "
            "the manifest that is never committed"
        )
    return "/".join([first, *([_inside("/".join(rest))] if any(rest) else [])])


def _files(value: Any) -> dict[str, File]:
    return {_inside(name): _file(name, entry) for name, entry in _mapping(value).items()}


def _file(name: str, entry: Any) -> File:
    entry = _mapping(entry)
    total = entry.get("sha256")
    if not (isinstance(total, str) and _SUM.fullmatch(total)):
        raise ValueError(f"has no sha256 of 64 hexadecimal digits for {name[:60]!r}; add the archive again")
    return File(total, _number(entry.get("bytes")))


def _mapping(value: Any) -> dict:
    if not isinstance(value, dict):
        raise ValueError("must have entries of the form `name: value`")
    return value


def _texts(value: Any) -> dict[str, str]:
    return {_text(name): _text(entry) for name, entry in _mapping(value).items()}


def _numbers(value: Any) -> dict[str, int]:
    return {_text(name): _number(entry) for name, entry in _mapping(value).items()}


def _list(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError("must be a list")
    return tuple(map(_text, value))


_READERS: dict[str, Callable[[Any], Any]] = {field.name: _text for field in fields(Manifest)} | {
    "retrieved": _day,
    "level": _level,
    "location": _location,
    "files": _files,
    "shared": _files,
    "columns": _texts,
    "max_bad": _share,
    "rows": _number,
    "posts": _number,
    "span": _span,
    "left_out": _numbers,
    "remarks": _list,
    "capped": _truth,
    "filter": _texts,
    "aliases": _list,
    "missing": _list,
}


def _plain(value: Any) -> Any:
    """A value as YAML has it."""
    if isinstance(value, File):
        return {"sha256": value.sha256, "bytes": value.bytes}
    if isinstance(value, Mapping):
        return {name: _plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value
