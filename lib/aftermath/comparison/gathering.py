"""Gathering the cases for a comparison: a broken one is named and left out, the others go on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftermath.case_files.case import Case, read_case
from aftermath.problems import Problem
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace


@dataclass(frozen=True)
class Failure:
    """A case that could not be loaded.

    Parameters
    ----------
    case_id
        The name of its folder.
    problems
        Everything that is wrong with it.
    """

    case_id: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class Gathering:
    """The cases that load, and those that do not.

    Parameters
    ----------
    cases
        Sound cases, sorted by id.
    failures
        Broken ones, sorted by id.
    """

    cases: tuple[Case, ...]
    failures: tuple[Failure, ...]

    @property
    def text(self) -> str:
        """What was loaded, and what was not."""
        loaded = f"{counted(len(self.cases), 'case')} loaded."
        if not self.failures:
            return loaded
        names = listed([failure.case_id for failure in self.failures])
        return f"{loaded} Left out because of problems in the folder: {names}. `aftermath check` lists the problems."


def gather(case_ids: str | Iterable[str] = (), workspace: Workspace | None = None) -> Gathering:
    """Load cases, leaving out those with problems.

    Parameters
    ----------
    case_ids
        Which cases; **all of the workspace where empty**. A case named twice is loaded once.
    workspace
        Where to look; the workspace in force if not given.

    Returns
    -------
    Gathering

    Examples
    --------
    >>> gather(["red-cross-tweet", "kitchenaid-tweet"]).cases[0].id
    'kitchenaid-tweet'
    """
    workspace = workspace or find_workspace()
    wanted = sorted(workspace.chosen_ids(case_ids))
    read = {case_id: read_case(workspace.case_folder(case_id), workspace) for case_id in wanted}
    return Gathering(
        cases=tuple(case for case, _ in read.values() if case is not None),
        failures=tuple(Failure(case_id, problems) for case_id, (case, problems) in read.items() if case is None),
    )
