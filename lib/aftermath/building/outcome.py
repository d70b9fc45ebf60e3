"""What a build did: as it goes, in words, and for machines."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from aftermath.building.commit import commit_of
from aftermath.files import WriteError, write_whole
from aftermath.problems import AftermathError
from aftermath.running.execute import CellError
from aftermath.workspace import Workspace

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar
    from rich.progress import TaskID

_NAMED = 10  # of files that are unknown, so many are named


@dataclass(frozen=True)
class Done:
    """What came of a page.

    Parameters
    ----------
    seconds
        How long it took.
    error
        What ended it; None where it was made.
    details
        The course of the error, for whoever mends the library.
    """

    seconds: float
    error: Exception | None = None
    details: str = ""


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
    unknown
        Files beside the pages that no build known here has written, named by the first build that keeps a record.
    """

    made: tuple[str, ...]
    unchanged: int
    removed: tuple[str, ...]
    failures: tuple[Failure, ...]
    seconds: float
    index: Path
    unknown: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """What was done; one to three lines."""
        lines = [self._done()]
        if self.unknown:
            more = f" and {len(self.unknown) - _NAMED} more" if len(self.unknown) > _NAMED else ""
            lines.insert(
                0,
                f"Left as they are in build/, as no build known here wrote them: {', '.join(self.unknown[:_NAMED])}{more}. "
                "Remove by hand what is not wanted.",
            )
        if self.removed:
            lines.insert(0, f"Removed the pages of {', '.join(self.removed)}: no longer in casestudies/.")
        return "\n".join(lines)

    @property
    def failed(self) -> str:
        """What failed, with notebook and cell or the problems of the case; empty if nothing did."""
        lines = [f"{_pages(len(self.failures))} failed:", *(f"  {failure}" for failure in self.failures)]
        return "\n".join(lines) if self.failures else ""

    def _done(self) -> str:
        if not self.made and not self.failures:
            return f"Nothing to do: {_pages(self.unchanged)} up to date. {self.index}"
        rest = f", {self.unchanged} up to date" if self.unchanged else ""
        return f"{_pages(len(self.made))} made in {self.seconds:.0f} s{rest}. {self.index}"


def _pages(n: int) -> str:
    return f"{n} page" if n == 1 else f"{n} pages"


def failures_of(results: Iterable[tuple[str, Done]], workspace: Workspace) -> tuple[Failure, ...]:
    """What could not be made, in words, from the titles of pages and what came of them."""
    return tuple(failure_of(title, done.error, done.details, workspace) for title, done in results if done.error)


def failure_of(title: str, error: Exception, details: str, workspace: Workspace) -> Failure:
    """A failed page in words; the course of an error that nobody meant goes to a file."""
    if isinstance(error, CellError):
        where = {"notebook": error.notebook, "cell": error.cell, "cell_id": error.cell_id}
        return Failure(title, str(error), f"build/logs/{title}.log", **where)
    if isinstance(error, AftermathError):
        return Failure(title, str(error), problems=bool(getattr(error, "problems", ())))
    if isinstance(error, OSError) and error.filename:
        return Failure(title, f"{error.filename}: cannot be used ({error.strerror}). Free space or move it away.")
    log = workspace.build / "logs" / f"{title}.log"
    with contextlib.suppress(WriteError):
        write_whole(log, details or repr(error))
    lines = str(error).strip().split("\n")
    return Failure(title, f"{type(error).__name__}: {lines[0]}", log=workspace.relative(log))


def write_summary(
    outcome: Outcome, workspace: Workspace, titles: Iterable[str], seconds: Mapping[str, float] | None = None
) -> Path:
    """Write the summary of a build, beside the site and not in it: **it holds seconds, which differ every time**.

    Parameters
    ----------
    outcome
        What the build did.
    workspace
        Where it did so.
    titles
        All pages that were considered.
    seconds
        Title to the seconds that its page took.

    Returns
    -------
    Path
        ``build/summary.json`` with ``made``, ``unchanged``, ``removed`` (titles), ``failed`` (title, reason, notebook,
        cell counted from 1, cell_id, log, problems), ``commit``, ``seconds`` and ``seconds_each``.
    """
    failed = {failure.title for failure in outcome.failures}
    summary = {
        "complete": not outcome.failures,
        "made": sorted(outcome.made),
        "unchanged": sorted(set(titles) - set(outcome.made) - failed),
        "removed": list(outcome.removed),
        "failed": [asdict(failure) for failure in sorted(outcome.failures, key=lambda failure: failure.title)],
        "commit": commit_of(workspace.root),
        "seconds": round(outcome.seconds, 3),
        "seconds_each": {title: round(value, 3) for title, value in sorted((seconds or {}).items())},
    }
    return write_whole(workspace.build / "summary.json", json.dumps(summary, indent=1, ensure_ascii=False) + "\n")


class Progress:
    """Says which pages are finished, one line each.

    Parameters
    ----------
    console
        Where to write. On a terminal a bar stays below the lines.
    total
        How many pages will be made.
    """

    def __init__(self, console: Console, total: int) -> None:
        self.console, self.total, self.done = console, total, 0
        self._bar: tuple[Bar, TaskID] | None = None

    @contextlib.contextmanager
    def shown(self) -> Iterator[Progress]:
        """Show the bar while the pages are made."""
        if not self.console.is_terminal:
            yield self
            return
        from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TimeElapsedColumn
        from rich.progress import Progress as Bar

        columns = SpinnerColumn("line"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
        with Bar(*columns, console=self.console, transient=True) as bar:
            self._bar = bar, bar.add_task("", total=self.total)
            yield self

    def finished(self, title: str, done: Done) -> None:
        """Say that a page is finished, or has failed."""
        from rich.markup import escape

        self.done += 1
        count = f"{self.done:>{len(str(self.total))}}/{self.total}"
        word = f"{done.seconds:5.1f} s" if done.error is None else "[bold] failed[/bold]"
        with contextlib.suppress(OSError):  # pages are made though nobody can be told of them
            self.console.print(f"{count}  {word}  {escape(title)}", highlight=False, soft_wrap=True)
        if self._bar:
            bar, task = self._bar
            bar.advance(task)
