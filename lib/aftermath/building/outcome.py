"""What a build did, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aftermath.files import WriteError, write_whole
from aftermath.problems import AftermathError
from aftermath.running.execute import CellError
from aftermath.workspace import Workspace

if TYPE_CHECKING:
    from aftermath.building.task_pages import Result


@dataclass(frozen=True)
class Failure:
    """A page that could not be made.

    Parameters
    ----------
    title
        The case id, ``comparison`` or ``index``.
    reason
        One line, or the problems of the case, one a line.
    log
        File with the course of the error.
    problems
        Whether the case could not even be loaded.
    notebook, cell, cell_id
        The executed notebook, and the cell that failed in it, **counted from 1; 0 where none did**.
    """

    title: str
    reason: str
    log: str = ""
    problems: bool = False
    notebook: str = ""
    cell: int = 0
    cell_id: str = ""

    def __str__(self) -> str:
        course = [f"The course of the error: {self.log}"] if self.log and not self.cell else []
        lines = self.reason.split("\n") + course
        return f"{self.title}: {lines[0]}" if len(lines) == 1 else "\n    ".join([f"{self.title}:", *lines])


@dataclass(frozen=True)
class Outcome:
    """What a build did.

    Parameters
    ----------
    made
        Titles of the pages that were made.
    unchanged
        How many were up to date.
    removed
        Ids of cases that are gone, whose pages were removed.
    failures
        What could not be made.
    seconds
        How long it took.
    index
        The page to open first.
    """

    made: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    failures: tuple[Failure, ...]
    seconds: float
    index: Path

    @property
    def text(self) -> str:
        """What was done; one or two lines."""
        return "\n".join([*self._removed(), self._done()])

    @property
    def failed(self) -> str:
        """What failed, with notebook and cell or the problems of the case; empty if nothing did."""
        lines = [f"{_pages(len(self.failures))} failed:", *(f"  {failure}" for failure in self.failures)]
        return "\n".join(lines) if self.failures else ""

    def _removed(self) -> list[str]:
        return [f"Removed the pages of {', '.join(self.removed)}: no longer in casestudies/."] if self.removed else []

    def _done(self) -> str:
        if not self.made and not self.failures:
            return f"Nothing to do: {_pages(self.unchanged)} up to date. {self.index}"
        rest = f", {self.unchanged} up to date" if self.unchanged else ""
        return f"{_pages(len(self.made))} made in {self.seconds:.0f} s{rest}. {self.index}"


def _pages(n: int) -> str:
    return f"{n} page" if n == 1 else f"{n} pages"


def failures_of(results: Iterable[Result], workspace: Workspace) -> tuple[Failure, ...]:
    """What could not be made, in words."""
    return tuple(failure_of(result, workspace) for result in results if result.error)


def failure_of(result: Result, workspace: Workspace) -> Failure:
    """A failed job in words; the course of an error that nobody meant goes to a file."""
    error, title = result.error, result.job.title
    if isinstance(error, CellError):
        place = {"notebook": error.notebook, "cell": error.cell, "cell_id": error.cell_id}
        return Failure(title, str(error), f"build/logs/{title}.log", **place)
    if isinstance(error, AftermathError):
        return Failure(title, str(error), problems=bool(getattr(error, "problems", ())))
    if isinstance(error, OSError) and error.filename:
        return Failure(title, f"{error.filename}: cannot be used ({error.strerror}). Free space or move it away.")
    log = workspace.build / "logs" / f"{title}.log"
    with contextlib.suppress(WriteError):
        write_whole(log, result.details or repr(error))
    lines = str(error).strip().split("\n")
    return Failure(title, f"{type(error).__name__}: {lines[0]}", log=workspace.relative(log))
