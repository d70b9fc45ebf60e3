"""Series of posts that belong to a case: those in ``data/archives`` whose manifest names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from aftermath.archives.description import Manifest, load_manifest
from aftermath.archives.places import MANIFEST, SERIES, attached_files
from aftermath.archives.posts import ArchiveError
from aftermath.archives.series import read_series
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


def attached_series(case_id: str, workspace: Workspace) -> tuple[AttachedSeries, ...]:
    """The series that belong to a case, by name.

    Parameters
    ----------
    case_id
        Any case.
    workspace
        Where to look.

    Returns
    -------
    tuple of AttachedSeries
        Empty where no manifest names the case, or it comes without a series.

    Raises
    ------
    ArchiveError
        If a manifest or series cannot be read, or a series is not the one that its manifest describes.
    """
    folders = [path.parent for path in attached_files(case_id, workspace) if path.name == MANIFEST]
    manifests = ((folder, load_manifest(folder)) for folder in folders)
    return tuple(
        _attached(folder, manifest)
        for folder, manifest in manifests
        if manifest.case == case_id and (folder / SERIES).is_file()
    )


def _attached(folder: Path, manifest: Manifest) -> AttachedSeries:
    path = folder / SERIES
    recorded, actual = manifest.shared.get(SERIES), hashlib.sha256(path.read_bytes()).hexdigest()
    if recorded is None or recorded.sha256 != actual:
        raise ArchiveError(
            f"{folder.name}/{SERIES}: is not the series that the manifest describes.\n"
            f"  recorded  sha256 {recorded.sha256 if recorded else 'none'}\n  found     sha256 {actual}\n"
            f"  Make it anew with `aftermath archive series {folder.name}`."
        )
    return AttachedSeries(folder, manifest, read_series(path))
