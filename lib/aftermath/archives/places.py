"""Where archived data lie. Reading none of it, this can be asked without loading what reads it."""

from __future__ import annotations

from pathlib import Path

from aftermath.files import ReadError, read_plain
from aftermath.workspace import INSTALLED_FROM, Workspace, find_workspace

MANIFEST = "manifest.yaml"
LARGEST_MANIFEST = 64 << 20  # bytes: it may name every post that is gone
SERIES = "series.csv"
VECTORS = "coverage-abstracts.parquet"


def archives_folder(workspace: Workspace | None = None) -> Path:
    """``data/archives`` of a workspace: one folder for each archive."""
    return (workspace or find_workspace()).root / "data" / "archives"


def attached_files(case_id: str, workspace: Workspace) -> tuple[Path, ...]:
    """The files that a page of the case may rest on: manifests that name the case anywhere, and the series beside them.

    **A manifest that cannot be read may name any case**, so that it is among those of each: who reads it then says what is wrong.

    Parameters
    ----------
    case_id
        Any case.
    workspace
        Where to look.
    """
    manifests = sorted(archives_folder(workspace).glob(f"[!.]*/{MANIFEST}"))
    return tuple(file for path in manifests if _may_name(path, case_id) for file in (path, path.with_name(SERIES)))


def _may_name(manifest: Path, case_id: str) -> bool:
    try:
        return case_id.encode() in read_plain(manifest, LARGEST_MANIFEST)
    except FileNotFoundError:  # removed meanwhile
        return False
    except ReadError:
        return True


def vector_files(workspace: Workspace) -> tuple[Path, Path]:
    """The manifest and the vectors in force: the workspace's own, or those that came with the library."""
    own = workspace.root / "data" / "embeddings"
    folder = own if (own / MANIFEST).is_file() else INSTALLED_FROM / "data" / "embeddings"
    return folder / MANIFEST, folder / VECTORS
