"""Checking cases: every problem of every case, at once, and what the codebook asks beyond."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftermath.case_files.case import read_case
from aftermath.case_files.codebook import warnings_of
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
        Every problem, sorted by file, row and column. A case that has one cannot be loaded.
    warnings
        What the codebook asks and no schema holds, sorted alike. **A case that has a problem has none of these yet.**
    """

    case_ids: tuple[str, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether no problem was found. **True where there was no case to check.**"""
        return not self.problems

    @property
    def text(self) -> str:
        """One line a problem, then one a warning, and a last line that sums up."""
        warnings = ["Warnings, of what the codebook asks and no schema holds:", *map(str, self.warnings)]
        return "\n".join([*map(str, self.problems), *(warnings if self.warnings else ()), self.summary])

    @property
    def summary(self) -> str:
        """How many cases were checked, and how many problems and warnings there are."""
        if not self.case_ids:
            return "There is no case to check: make one with `aftermath new`."
        checked = f"{counted(len(self.case_ids), 'case')} checked"
        problems = counted(len(self.problems), "problem") if self.problems else "no problem"
        warnings = f", {counted(len(self.warnings), 'warning')}" if self.warnings else ""
        return f"{checked}: {problems}{warnings}."


def check(case_ids: Iterable[str] = (), workspace: Workspace | None = None, *, strict: bool = False) -> Report:
    """Check cases against the codebook.

    Parameters
    ----------
    case_ids
        Names of folders in ``casestudies/``; all of them if none is given. A name that is no folder, or
        would lead elsewhere, is itself a problem.
    workspace
        Where to look; the workspace in force if not given.
    strict
        Whether warnings are problems.

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
    checked = [_checked(case_id, workspace) for case_id in chosen]
    problems = sorted(problem for problems, _ in checked for problem in problems)
    warnings = sorted(warning for _, warnings in checked for warning in warnings)
    if strict:
        return Report(chosen, tuple(sorted(problems + warnings)))
    return Report(chosen, tuple(problems), tuple(warnings))


def _checked(case_id: str, workspace: Workspace) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems of a case, or its warnings where it has none."""
    try:
        folder = workspace.case_folder(case_id)
    except WorkspaceError:
        mend = "write the name of a folder in it, e.g. kitchenaid-tweet"
        return (Problem(workspace.relative(workspace.cases), 0, "", f"{case_id!r} is not a case id", mend),), ()
    case, problems = read_case(folder, workspace)
    return problems, () if case is None else warnings_of(case)
