"""Series of posts that belong to a case: those in ``data/archives`` whose manifest names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from aftermath.archives.description import Manifest
from aftermath.archives.manifest import SERIES_FILE, archives, archives_folder
from aftermath.archives.posts import ArchiveError
from aftermath.archives.series import read_series
from aftermath.cases.case import Case
from aftermath.workspace import Workspace


@dataclass(frozen=True, eq=False)
class AttachedSeries:
    """A series with what its manifest says.

    Parameters
    ----------
    folder
        ``data/archives/<name>``.
    manifest
        What the archive is.
    series
        All its rows, see ``aftermath.archives.series.series``.
    """

    folder: Path
    manifest: Manifest = field(repr=False)
    series: pl.DataFrame = field(repr=False)

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name


def attached_series(case: Case) -> tuple[AttachedSeries, ...]:
    """The series that belong to a case, by name.

    Parameters
    ----------
    case
        Any case; ``data/`` is looked for beside its ``casestudies/``.

    Returns
    -------
    tuple of AttachedSeries
        Empty where no manifest names the case, or it comes without a series.

    Raises
    ------
    ArchiveError
        If a manifest or series cannot be read, or a series is not the one that its manifest describes.
    """
    workspace = Workspace(case.folder.parent.parent)
    folders = {archives_folder(workspace) / name: found for name, found in archives(workspace).items()}
    return tuple(
        _attached(folder, manifest)
        for folder, manifest in folders.items()
        if manifest.case == case.id and (folder / SERIES_FILE).is_file()
    )


def _attached(folder: Path, manifest: Manifest) -> AttachedSeries:
    path = folder / SERIES_FILE
    recorded, found = manifest.shared.get(SERIES_FILE), hashlib.sha256(path.read_bytes()).hexdigest()
    if recorded is None or recorded.sha256 != found:
        raise ArchiveError(
            f"{folder.name}/{SERIES_FILE}: is not the series that the manifest describes.\n"
            f"  recorded  sha256 {recorded.sha256 if recorded else 'none'}\n  found     sha256 {found}\n"
            f"  Make it anew with `aftermath archive series {folder.name}`."
        )
    return AttachedSeries(folder, manifest, read_series(path))
