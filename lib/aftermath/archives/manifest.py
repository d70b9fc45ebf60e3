"""Archives in ``data/archives``: added, checked against their sums, read again."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from aftermath.archives.description import (
    BESIDE,
    VARIABLE,
    File,
    Manifest,
    check_name,
    load_manifest,
    write_manifest,
)
from aftermath.archives.filtering import only
from aftermath.archives.places import MANIFEST, SERIES, archives_folder
from aftermath.archives.posts import ArchiveError, Batch
from aftermath.archives.readers import Reading, read
from aftermath.archives.series import write_series
from aftermath.wording import NO_BREAK
from aftermath.workspace import Workspace, find_workspace

_BLOCK = 1 << 20


@dataclass(frozen=True)
class Verified:
    """What was found when the files of an archive were compared with their sums.

    Parameters
    ----------
    name
        Of the archive.
    sound
        Files that are as they were.
    absent
        Why raw files could not be looked at; empty where they could.
    """

    name: str
    sound: tuple[str, ...]
    absent: str = ""

    @property
    def text(self) -> str:
        """The same in a sentence."""
        counted = f"{len(self.sound)} of its files {'is' if len(self.sound) == 1 else 'are'} as recorded"
        return f"{self.name}: {counted}." + (f" Its posts were not looked at: {self.absent}" if self.absent else "")


def archive_folder(name: str, workspace: Workspace | None = None) -> Path:
    """The folder of an archive.

    Raises
    ------
    ArchiveError
        If there is none of that name.
    """
    folder = archives_folder(workspace) / check_name(name)
    if not (folder / MANIFEST).is_file():
        known = ", ".join(names(workspace)) or "none yet; `aftermath archive add` makes one"
        raise ArchiveError(f"{name}: there is no such archive in data/archives. Those that are: {known}")
    return folder


def names(workspace: Workspace | None = None) -> list[str]:
    """Names of the archives of a workspace, sorted, whatever their manifests say."""
    paths = archives_folder(workspace).glob(f"*/{MANIFEST}")
    return sorted(path.parent.name for path in paths if not path.parent.name.startswith("."))


def archives(workspace: Workspace | None = None) -> dict[str, Manifest]:
    """Every archive of a workspace by its name, sorted."""
    folder = archives_folder(workspace)
    return {name: load_manifest(folder / name) for name in names(workspace)}


def verify(folder: Path) -> Verified:
    """Compare every file of an archive with the sum that its manifest has.

    Parameters
    ----------
    folder
        ``data/archives/<name>``.

    Returns
    -------
    Verified
        Raw files may be absent where something that can be shared is in the repository; it says so then.

    Raises
    ------
    ArchiveError
        If a file is missing or has changed: with its name and both sums.
    """
    manifest = load_manifest(folder)
    _compare(manifest.shared, folder)
    absent = _absent(manifest, folder)
    if not absent:
        _compare(manifest.files, manifest.raw_folder(folder))
    return Verified(folder.name, (*manifest.shared, *(() if absent else manifest.files)), absent)


def read_archive(
    folder: Path, *, since: datetime | None = None, until: datetime | None = None
) -> tuple[Reading, Iterator[Batch]]:
    """Read the posts of an archive as its manifest says, after its files were compared with their sums.

    Parameters
    ----------
    folder
        ``data/archives/<name>``.
    since, until
        A window; the manifest's own if not given.

    Returns
    -------
    tuple
        The reading, which counts what was left out, and the batches with the posts that the manifest's filter means.

    Raises
    ------
    ArchiveError
        As ``verify`` and ``readers.read`` do, and if the posts are not on this machine.
    """
    manifest = load_manifest(folder)
    raw = manifest.raw_folder(folder)
    _compare(manifest.files, raw)
    reading = read(
        [raw / name for name in manifest.files],
        format=manifest.format or None,
        columns=manifest.columns,
        zone=manifest.zone_of_times or None,
        name=folder.name,
        retrieved=manifest.retrieved,
        since=since or _moment(manifest, "since"),
        until=until or _moment(manifest, "until"),
        language=manifest.language or None,
        quoting=manifest.quoting or None,
        max_bad=manifest.max_bad,
    )
    words = manifest.filter.get("words")
    return reading, only(reading, words) if words else reading


def add(
    name: str,
    files: Sequence[Path],
    *,
    workspace: Workspace | None = None,
    format: str | None = None,
    columns: Mapping[str, str] | None = None,
    zone: str | None = None,
    retrieved: date | None = None,
    again: bool = False,
    missing: Sequence[str] = (),
    tell: Callable[[Reading], None] | None = None,
    **described: Any,
) -> Manifest:
    """Describe an archive: its files are read whole, summed, and named in a new manifest. **They are not copied.**

    Parameters
    ----------
    name
        Name of the folder in ``data/archives``.
    files
        The export. It lies under the folder that ``AFTERMATH_ARCHIVES`` names, or in ``data/archives/<name>/raw``, which is
        never committed.
    workspace
        The workspace in force if not given.
    format, columns, zone
        See ``aftermath.archives.readers.read``.
    retrieved
        Day on which the posts were collected; the day on which the newest file was written if not given.
    again
        Replace a manifest that is there; what it says of missing posts, and everything not given now, is kept.
    missing
        Ids of posts that are known to be gone, besides those that the export itself names.
    tell
        Is given the reading once it has ended well: its remarks and the lines that were left out.
    described
        Further fields of ``Manifest``.

    Raises
    ------
    ArchiveError
        As ``readers.read``; if the archive is there already, or its files lie in the repository or out of reach of other
        machines. **Nothing is written then.**
    """
    workspace = workspace or find_workspace(to_write=True)
    folder = archives_folder(workspace) / check_name(name)
    before = _before(folder, again)
    paths = [_plain_path(file) for file in files]
    location, root = _location(paths, folder, workspace)
    newest = max(datetime.fromtimestamp(path.stat().st_mtime, UTC).date() for path in paths)
    retrieved = retrieved or before.retrieved or newest
    given = replace(before, **{field: value for field, value in described.items() if value or type(value) is float})
    reading = read(
        paths,
        format=format,
        columns=columns or before.columns,
        zone=zone or before.zone_of_times or None,
        name=name,
        retrieved=retrieved,
        since=_moment(given, "since"),
        until=_moment(given, "until"),
        language=given.language or None,
        quoting=given.quoting or None,
        max_bad=given.max_bad,
    )
    for _ in reading:
        pass
    left_out = {"bad": reading.bad, "duplicates": reading.duplicates, "outside": reading.outside}
    manifest = replace(
        given,
        retrieved=retrieved,
        location=location,
        files={path.relative_to(root).as_posix(): _sum(path) for path in paths},
        format=_one_format(reading),
        columns=reading.columns,
        zone_of_times=zone or before.zone_of_times,
        rows=reading.lines,
        posts=reading.posts,
        span=(reading.first, reading.last),
        left_out={why: count for why, count in left_out.items() if count},
        remarks=tuple(remark.replace(NO_BREAK, " ") for remark in (*reading.facts, *reading.remarks)),
        missing=tuple(dict.fromkeys([*before.missing, *missing, *reading.missing])),
    )
    write_manifest(manifest, folder)
    if tell is not None:
        tell(reading)
    return manifest


def record_series(folder: Path, table: pl.DataFrame, features: Path, *, every: str, zone: str) -> Path:
    """Put a series beside the manifest, and its sum, scorers and step into it.

    Parameters
    ----------
    folder
        ``data/archives/<name>``.
    table
        From ``aftermath.archives.series.series``.
    features
        The file that it was made from; it says what scored the posts.
    every, zone
        As the series was made.
    """
    manifest = load_manifest(folder)
    path = write_series(table, folder / SERIES)
    scorers = pl.scan_parquet(features).select(pl.col("scorer").drop_nulls().unique().sort()).collect()["scorer"]
    made = {"scorer": ", ".join(scorers), "every": every, "zone": zone, "level": "series"}
    write_manifest(replace(manifest, shared={**manifest.shared, path.name: _sum(path)}, **made), folder)
    return path


def _before(folder: Path, again: bool) -> Manifest:
    if not (folder / MANIFEST).exists():
        return Manifest()
    if not again:
        raise ArchiveError(
            f"{folder.name}: there is such an archive already. Choose another name, or replace it with --again."
        )
    return load_manifest(folder)


def _plain_path(path: Path) -> Path:
    """A path from the root on, without steps up: a manifest names none, for they may lead out of its folder."""
    return Path(os.path.abspath(Path(path).expanduser()))  # noqa: PTH100 - resolve() would also follow links


def _location(paths: Sequence[Path], folder: Path, workspace: Workspace) -> tuple[str, Path]:
    """How the manifest names the place of the files, and that place."""
    if not paths:
        raise ArchiveError(f"{folder.name}: no file is named. Name the files that were exported.")
    for path in paths:
        if not path.is_file():
            raise ArchiveError(
                f"{path.name}: there is no such file"
                if not path.exists()
                else f"{path.name} is a folder: name the files in it"
            )
    if all(path.is_relative_to(folder / BESIDE) for path in paths):
        return BESIDE, folder / BESIDE
    if any(path.resolve().is_relative_to(workspace.root.resolve()) for path in paths):
        raise ArchiveError(
            f"{paths[0].name} lies in the repository, from where its texts would be passed on. Move it to a folder outside, or "
            f"into data/archives/{folder.name}/{BESIDE}, which is never committed."
        )
    root = _plain_path(Path(os.environ.get(VARIABLE) or "/nowhere"))
    if not all(path.is_relative_to(root) for path in paths):
        raise ArchiveError(
            f"{paths[0].name}: a manifest names no path of one machine. Set {VARIABLE} to a folder above the files, e.g. "
            f"export {VARIABLE}=~/archives, and keep them there."
        )
    common = Path(os.path.commonpath([path.parent for path in paths]))
    return "/".join([f"${{{VARIABLE}}}", *common.relative_to(root).parts]), common


def _one_format(reading: Reading) -> str:
    formats = sorted(set(reading.formats.values()))
    if len(formats) > 1:
        raise ArchiveError(
            f"the files are in different formats ({', '.join(formats)}). Add those of each format as an archive of their own."
        )
    return formats[0]


def _moment(manifest: Manifest, which: str) -> datetime | None:
    written = manifest.filter.get(which)
    if not written:
        return None
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        moment = datetime.min
    if moment.tzinfo is None:
        raise ArchiveError(
            f"filter.{which} is {written[:40]!r}; write a time with zone, such as 2017-04-07T00:00:00-05:00"
        )
    return moment.astimezone(UTC)


def _absent(manifest: Manifest, folder: Path) -> str:
    """Why the raw files cannot be looked at on this machine, where that is no fault."""
    if manifest.level == "raw" and not manifest.shared:
        return ""
    try:
        raw = manifest.raw_folder(folder)
    except ArchiveError as error:
        return str(error)
    return "" if raw.is_dir() else f"there is no folder {manifest.location} on this machine."


def _compare(files: Mapping[str, File], root: Path) -> None:
    faults = []
    for name, recorded in files.items():
        path = root / name
        if not path.is_file():
            faults.append(f"{name}: is missing in {root.name}. Bring it back, or add the archive again.")
        elif (actual := _sum(path)) != recorded:
            faults.append(
                f"{name}: has changed since it was added.\n  recorded  sha256 {recorded.sha256}  {recorded.bytes:,} bytes\n"
                f"  found     sha256 {actual.sha256}  {actual.bytes:,} bytes\n"
                "  Bring the recorded file back; if the new one is meant, add the archive again with --again."
            )
    if faults:
        raise ArchiveError("\n".join(faults))


def _sum(path: Path) -> File:
    digest = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                digest.update(block)
    except OSError as error:
        raise ArchiveError(f"{path.name}: cannot be read ({error.strerror or error})") from error
    return File(digest.hexdigest(), path.stat().st_size)
