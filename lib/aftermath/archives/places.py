"""Where archived data lie. Reading none of it, this can be asked without loading what reads it."""

from __future__ import annotations

from pathlib import Path

from aftermath.workspace import INSTALLED_FROM, Workspace, find_workspace

MANIFEST = "manifest.yaml"
SERIES = "series.csv"
VECTORS = "coverage-abstracts.parquet"


def archives_folder(workspace: Workspace | None = None) -> Path:
    """``data/archives`` of a workspace: one folder for each archive."""
    return (workspace or find_workspace()).root / "data" / "archives"


def attached_files(case_id: str, workspace: Workspace) -> tuple[Path, ...]:
    """The files that a page of the case may rest on: manifests that name the case anywhere, and the series beside them.

    Parameters
    ----------
    case_id
        Any case.
    workspace
        Where to look.
    """
    manifests = sorted(archives_folder(workspace).glob(f"[!.]*/{MANIFEST}"))
    naming = [path for path in manifests if case_id.encode() in path.read_bytes()]
    return tuple(file for path in naming for file in (path, path.with_name(SERIES)))


def vector_files(workspace: Workspace) -> tuple[Path, Path]:
    """The manifest and the vectors in force: the workspace's own, or those that came with the library."""
    own = workspace.root / "data" / "embeddings"
    folder = own if (own / MANIFEST).is_file() else INSTALLED_FROM / "data" / "embeddings"
    return folder / MANIFEST, folder / VECTORS
