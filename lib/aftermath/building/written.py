"""Which files of the build folder builds have written: **only those does a build ever remove**."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from aftermath.files import write_whole
from aftermath.workspace import Workspace

RECORD = ".written.json"
_FOLDERS = ("site", "notebooks", "logs")


def written(workspace: Workspace) -> frozenset[str] | None:
    """The names, from the build folder, of all files that builds have written.

    Parameters
    ----------
    workspace
        Whose build folder.

    Returns
    -------
    frozenset of str or None
        None where no build has left a record that can be read. **Names that no build writes are left out**, whatever the
        record says: what is hidden, and what lies elsewhere.
    """
    try:
        record = json.loads((workspace.build / RECORD).read_text(encoding="utf-8"))
        return frozenset(name for name in record["written"] if isinstance(name, str) and _may_be_ours(name))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _may_be_ours(name: str) -> bool:
    path = PurePosixPath(name)
    strange = any(part.startswith(".") or {*part} & {*"\\:\0"} for part in path.parts)
    return path.parts[:1] != path.parts and path.parts[0] in _FOLDERS and not strange


def remember(workspace: Workspace, paths: Iterable[Path], *, gone: Iterable[Path] = ()) -> None:
    """Note files **before they are written**, so that a build that is killed has noted them, too.

    Parameters
    ----------
    workspace
        Whose build folder.
    paths
        What is about to be written.
    gone
        What was removed.
    """
    before = written(workspace)
    now = (before or frozenset()) - _names(workspace, gone) | _names(workspace, paths)
    if now != before:
        write_whole(workspace.build / RECORD, json.dumps({"written": sorted(now)}, indent=0, ensure_ascii=False) + "\n")


def _names(workspace: Workspace, paths: Iterable[Path]) -> frozenset[str]:
    return frozenset(path.relative_to(workspace.build).as_posix() for path in paths)


def unknown(workspace: Workspace, paths: Iterable[Path]) -> tuple[str, ...]:
    """What stands beside the pages and no build known here has written; hidden folders are named, not looked into.

    Parameters
    ----------
    workspace, paths
        As ``remember`` takes them.
    """
    ours = (written(workspace) or frozenset()) | _names(workspace, paths)
    return tuple(sorted(name for name in _names(workspace, _there(workspace.build)) if name not in ours))


def _there(build: Path) -> Iterator[Path]:
    for top in _FOLDERS:
        for folder, folders, files in os.walk(build / top):
            hidden = [name for name in folders if name.startswith(".")]
            folders[:] = sorted(set(folders) - set(hidden))
            yield from (Path(folder, name) for name in (*hidden, *files))
