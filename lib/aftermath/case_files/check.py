"""Checking cases: every problem of every case, at once, and what the codebook asks beyond."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from aftermath.case_files.case import Case, read_case
from aftermath.case_files.codebook import warnings_of
from aftermath.case_files.collection import collection_problems
from aftermath.case_files.file_problems import one_line, short
from aftermath.case_files.shared_tables import SHARED_SCHEMAS, shared_problems, shared_warnings, text_ids
from aftermath.display import Display, Displayed
from aftermath.problems import Problem, problem_table
from aftermath.wording import counted
from aftermath.workspace import CITATION_FILE, Workspace, WorkspaceError, find_workspace

_AT_ONCE = 2  # cases: while polars works for one, Python reads another; more would wait for each other


@dataclass(frozen=True)
class Report(Displayed):
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

    def __repr__(self) -> str:
        return self.text

    @property
    def display(self) -> Display:
        """What the check found, with a table of the problems and one of the warnings."""
        found = {"Problems": self.problems, "Warnings, of what the codebook asks and no schema holds": self.warnings}
        tables = {caption: problem_table(problems) for caption, problems in found.items() if problems}
        return Display(self.summary, tables=tables)

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


def check(case_ids: str | Iterable[str] = (), workspace: Workspace | None = None, *, strict: bool = False) -> Report:
    """Check cases against the codebook.

    Parameters
    ----------
    case_ids
        Names of folders in ``casestudies/``; all of them, and the tables and the citation file beside them, if none is given. A name
        that is no folder, or would lead elsewhere, is itself a problem.
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
    named = [case_ids] if isinstance(case_ids, str) else list(case_ids)
    chosen = workspace.chosen_ids(named)
    texts = text_ids(workspace)
    with ThreadPoolExecutor(_AT_ONCE) as threads:
        checked = list(threads.map(lambda case_id: _checked(case_id, workspace, texts), chosen))
    if not named:
        problems_beside = (*shared_problems(workspace), *collection_problems(workspace.cases), *_strays(workspace))
        checked.append((problems_beside, shared_warnings(workspace)))
    problems = sorted(problem for problems, _ in checked for problem in problems)
    warnings = sorted(warning for _, warnings in checked for warning in warnings)
    if strict:
        return Report(chosen, tuple(sorted(problems + warnings)))
    return Report(chosen, tuple(problems), tuple(warnings))


def _checked(
    case_id: str, workspace: Workspace, texts: Collection[str] | None
) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """The problems of a case, or its warnings where it has none; those of the texts that claims come from, where these are known."""
    try:
        folder = workspace.case_folder(case_id)
    except WorkspaceError:
        mend = "write the name of a folder in it, e.g. kitchenaid-tweet"
        return (Problem(workspace.relative(workspace.cases), 0, "", f"{case_id!r} is not a case id", mend),), ()
    case, problems = read_case(folder, workspace)
    if case is None:
        return problems, ()
    return (), (*warnings_of(case), *(() if texts is None else _unknown_texts(case, texts, workspace)))


def _unknown_texts(case: Case, texts: Collection[str], workspace: Workspace) -> Iterator[Problem]:
    """Claims of texts that the workspace does not know."""
    path = workspace.relative(case.folder / "case.yaml")
    for number, claim in enumerate(case.about.documented_claims, start=1):
        if claim.origin not in texts:
            field = f"documented_claims[{number}].from"
            what, mend = (
                f"'{short(claim.origin)}' is not in texts.csv",
                "add that row to casestudies/texts.csv, or name another",
            )
            yield Problem(path, case.lines.get(field, 0), field, what, mend)


def _strays(workspace: Workspace) -> Iterator[Problem]:
    """What lies in ``casestudies/`` and is neither a folder nor a file, such as a link to what is gone."""
    read = {CITATION_FILE, *(f"{table}.csv" for table in SHARED_SCHEMAS)}  # whose problems are named as they are read
    for path in workspace.cases.iterdir() if workspace.cases.is_dir() else ():
        if not (path.name.startswith(".") or path.name in read or path.is_dir() or path.is_file()):
            what, mend = "is neither a case folder nor a file", "remove it, or put back what it stands for"
            yield Problem(one_line(workspace.relative(path)), 0, "", what, mend)
