"""Checking cases: every problem of every case, at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftermath.cases.case import read_case
from aftermath.problems import Problem
from aftermath.wording import counted
from aftermath.workspace import Workspace, WorkspaceError, find_workspace


@dataclass(frozen=True)
class Report:
    """What a check found.

    Parameters
    ----------
    case_ids
        The cases that were checked, each once, in the order asked for.
    problems
        Every problem, sorted by file, row and column.
    """

    case_ids: tuple[str, ...]
    problems: tuple[Problem, ...]

    @property
    def sound(self) -> bool:
        """Whether no problem was found. **True where there was no case to check.**"""
        return not self.problems

    @property
    def text(self) -> str:
        """One line a problem, and a last line that sums up."""
        return "\n".join([*map(str, self.problems), self.summary])

    @property
    def summary(self) -> str:
        """How many cases were checked, and how many problems found."""
        if not self.case_ids:
            return "There is no case to check: make one with `aftermath new`."
        checked = f"{counted(len(self.case_ids), 'case')} checked"
        return f"{checked}: {counted(len(self.problems), 'problem') if self.problems else 'no problem'}."


def check(case_ids: Iterable[str] = (), workspace: Workspace | None = None) -> Report:
    """Check cases against the codebook.

    Parameters
    ----------
    case_ids
        Names of folders in ``casestudies/``; all of them if none is given. A name that is no folder, or
        would lead elsewhere, is itself a problem.
    workspace
        Where to look; the workspace in force if not given.

    Returns
    -------
    Report

    Examples
    --------
    >>> check(["kitchenaid-tweet"]).summary.replace("\\u00a0", " ")
    '1 case checked: no problem.'
    """
    workspace = workspace or find_workspace()
    chosen = tuple(dict.fromkeys(case_ids)) or workspace.case_ids()
    problems = [problem for case_id in chosen for problem in _problems(case_id, workspace)]
    return Report(chosen, tuple(sorted(problems)))


def _problems(case_id: str, workspace: Workspace) -> tuple[Problem, ...]:
    try:
        folder = workspace.case_folder(case_id)
    except WorkspaceError:
        mend = "write the name of a folder in it, e.g. kitchenaid-tweet"
        return (Problem(workspace.relative(workspace.cases), 0, "", f"{case_id!r} is not a case id", mend),)
    return read_case(folder, workspace)[1]
