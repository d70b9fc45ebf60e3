"""Beginning a workspace: a folder of one's own for cases, with everything in it that a newcomer needs."""

from __future__ import annotations

import os
from pathlib import Path

from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.wording import counted, listed
from aftermath.workspace import INSTALLED_FROM, Workspace, WorkspaceError, find_workspace

EXAMPLES = ("kitchenaid-tweet", "red-cross-tweet")  # those that start_here.ipynb works with
NOTEBOOKS = ("start_here.ipynb", "explore.ipynb")
_FILES = Path(__file__).with_name("workspace_files")
_SHOWN = 5


class BeginningError(AftermathError):
    """A workspace cannot be begun there; nothing was written."""


def begin_workspace(folder: Path | str, *, examples: bool = True) -> Workspace:
    """Begin a workspace with a README, two documented cases as examples, a notebook to start with, and checks for GitHub.

    Parameters
    ----------
    folder
        Where: a folder that is not there yet, or holds nothing but hidden files. **What is there is never written over.**
    examples
        Whether the example cases are copied.

    Returns
    -------
    Workspace

    Raises
    ------
    BeginningError
        If the folder holds anything, or lies inside another workspace.
    WriteError
        If it cannot be written.
    """
    root = Path(folder).expanduser().resolve()
    contents = _contents(examples)
    _refuse(root, contents)
    workspace = Workspace(root)
    for place, content in contents.items():
        write_whole(root / place, content)
    for case_id in EXAMPLES if examples else ():
        _copy_case(case_id, workspace)
    return workspace


def workspace_to_write() -> Workspace:
    """The workspace in force; where there is none, one that is begun with the codebook alone.

    It is begun in the folder that ``AFTERMATH_ROOT`` names, or in the working directory where that is empty.

    Raises
    ------
    WorkspaceError
        If the working directory is no workspace and holds something else.
    """
    try:
        return find_workspace(to_write=True)
    except WorkspaceError:
        chosen = os.environ.get("AFTERMATH_ROOT")
        root = Path(chosen).expanduser().resolve() if chosen else Path.cwd()
        if not chosen and _shown(root):
            raise
    write_whole(root / "casestudies" / "CODEBOOK.md", _codebook())
    return Workspace(root)


def _contents(examples: bool) -> dict[str, bytes]:
    """Where a file goes, and what it holds."""
    shared = INSTALLED_FROM / "casestudies"
    notebooks = {name: INSTALLED_FROM / "notebooks" / name for name in NOTEBOOKS}
    contents = {
        "README.md": (_FILES / "README.md").read_bytes(),
        ".gitignore": (_FILES / "gitignore").read_bytes(),
        ".github/workflows/check.yml": (_FILES / "check.yml").read_bytes(),
        "casestudies/CODEBOOK.md": _codebook(),
    }
    contents |= {f"notebooks/{name}": path.read_bytes() for name, path in notebooks.items() if path.is_file()}
    return contents | ({"casestudies/texts.csv": (shared / "texts.csv").read_bytes()} if examples else {})


def _codebook() -> bytes:
    return (INSTALLED_FROM / "casestudies" / "CODEBOOK.md").read_bytes()


def _refuse(root: Path, contents: dict[str, bytes]) -> None:
    if os.path.lexists(root) and not root.is_dir():
        raise BeginningError(f"{root}: is a file where a folder is needed. Name another folder.")
    there = _shown(root)
    if there:
        more = [counted(len(there) - _SHOWN, "more", "more")] if len(there) > _SHOWN else []
        raise BeginningError(
            f"{root}: is not empty; it holds {listed([*there[:_SHOWN], *more])}. Name a folder that is empty or not there yet."
        )
    taken = [place for place in contents if os.path.lexists(root / place)]
    if taken:
        raise BeginningError(f"{root}: has {listed(taken)} already. Name another folder, or move it away.")
    above = next((folder for folder in root.parents if (folder / "casestudies").is_dir()), None)
    if above is not None:
        raise BeginningError(f"{root}: lies inside the workspace {above}. Name a folder outside of it.")


def _shown(root: Path) -> list[str]:
    """What a folder holds but for hidden files."""
    return sorted(path.name for path in root.iterdir() if not path.name.startswith(".")) if root.is_dir() else []


def _copy_case(case_id: str, workspace: Workspace) -> None:
    shared, folder = INSTALLED_FROM / "casestudies", workspace.case_folder(case_id)
    for path in sorted((shared / case_id).rglob("*")):
        if path.is_file():
            write_whole(folder / path.relative_to(shared / case_id), path.read_bytes())
    write_whole(folder / "LICENSE", (shared / "LICENSE").read_bytes())
