"""Where the cases are, and where what is made from them goes."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from aftermath.problems import AftermathError

# A checkout, or what a wheel has bundled inside the package.
_BUNDLED = Path(__file__).resolve().parent / "bundled"
CITATION_FILE = "CITATION.cff"
# What a site has of its own, by which no case can be called: pages made from a notebook, other pages, and folders.
OWN_PAGES = ("comparison", "methods", "trial")
SITE_PAGES = ("index", "404", "claims", "marks", "multiverse", "sources")
SITE_FOLDERS = ("assets", "cases", "cite", "data", "notebooks", "replay")
INSTALLED_FROM = _BUNDLED if _BUNDLED.is_dir() else Path(__file__).resolve().parents[2]


class WorkspaceError(AftermathError):
    """No folder with ``casestudies/`` was found."""


@dataclass(frozen=True)
class Workspace:
    """A folder that holds ``casestudies/``.

    Parameters
    ----------
    root
        The folder, absolute.
    """

    root: Path

    @property
    def cases(self) -> Path:
        """``casestudies/``: one folder for each case."""
        return self.root / "casestudies"

    @property
    def citation(self) -> Path:
        """``casestudies/CITATION.cff``: how the collection is cited, where it says so."""
        return self.cases / CITATION_FILE

    @property
    def notebooks(self) -> Path:
        """The workspace's own ``notebooks/``, or those that came with the library."""
        own = self.root / "notebooks"
        return own if own.is_dir() else INSTALLED_FROM / "notebooks"

    def notebook(self, name: str) -> Path:
        """A notebook, or the folder of lessons: the workspace's own, or else the library's."""
        own, brought = self.root / "notebooks" / name, INSTALLED_FROM / "notebooks" / name
        return own if own.exists() or not brought.exists() else brought

    @property
    def notebook_names(self) -> tuple[str, ...]:
        """The names of all notebooks, the workspace's own and the library's, sorted."""
        folders = {self.notebooks, INSTALLED_FROM / "notebooks"}
        return tuple(sorted({path.name for folder in folders for path in folder.glob("[!.]*.ipynb")}))

    @property
    def templates(self) -> Path:
        """``notebooks/templates/``: templates of its own, if it has any; they come before those of the library."""
        return self.notebooks / "templates"

    @property
    def build(self) -> Path:
        """``build/``: everything generated."""
        return self.root / "build"

    @property
    def site(self) -> Path:
        """``build/site/``: the pages."""
        return self.build / "site"

    def relative(self, path: Path) -> str:
        """A path as problems name it: from the workspace, with ``/``."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def case_folder(self, case_id: str) -> Path:
        """The folder of a case, refused if the id would lead out of ``casestudies/``.

        Raises
        ------
        WorkspaceError
            If ``case_id`` is not a plain folder name.
        """
        if not case_id or Path(case_id).name != case_id or case_id.startswith(".") or len(case_id) > 200:
            raise WorkspaceError(
                f"{case_id!r} is not a case id: write the name of a folder in casestudies/, e.g. kitchenaid-tweet"
            )
        return self.cases / case_id

    def chosen_ids(self, case_ids: str | Iterable[str] = ()) -> tuple[str, ...]:
        """The ids that were asked for, each once, in their order; **all of the workspace where none is**.

        Parameters
        ----------
        case_ids
            Ids, whether or not there are such cases; one may be given as a plain text.
        """
        return tuple(dict.fromkeys([case_ids] if isinstance(case_ids, str) else case_ids)) or self.case_ids()

    def case_ids(self) -> tuple[str, ...]:
        """The ids of all case folders, sorted; hidden folders are passed over.

        **A name that is no UTF-8 text is given so that it can be printed**, e.g. ``caf\\xe9``; a case of that name cannot be read.
        """
        if not self.cases.is_dir():
            return ()
        folders = (path.name for path in self.cases.iterdir() if path.is_dir() and not path.name.startswith("."))
        return tuple(sorted(os.fsencode(name).decode("utf-8", "backslashreplace") for name in folders))


def find_workspace(start: Path | None = None, *, to_write: bool = False) -> Workspace:
    """The workspace in force.

    ``AFTERMATH_ROOT`` where it is set; else the nearest folder upwards from ``start`` that holds
    ``casestudies/``; else, to read, what came with the library.

    Parameters
    ----------
    start
        Where to begin; the working directory if not given.
    to_write
        Whether something is to be written. **What came with the library is then taken only from inside its folder.**

    Returns
    -------
    Workspace

    Raises
    ------
    WorkspaceError
        If none of them holds ``casestudies/``.
    """
    chosen = os.environ.get("AFTERMATH_ROOT")
    start = (start or Path.cwd()).resolve()
    candidates = [Path(chosen).expanduser().resolve()] if chosen else [start, *start.parents]
    if not chosen and not to_write:
        candidates.append(INSTALLED_FROM)
    for folder in candidates:
        if (folder / "casestudies").is_dir():
            return Workspace(folder)
    looked = f"AFTERMATH_ROOT={chosen}" if chosen else f"{start} and every folder above it"
    raise WorkspaceError(
        f"no folder casestudies/ in {looked}. Change into a workspace, name one by AFTERMATH_ROOT, or begin one: "
        "`aftermath init FOLDER`."
    )
