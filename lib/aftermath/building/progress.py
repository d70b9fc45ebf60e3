"""How far a build is: a bar on a terminal, plain lines elsewhere."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.markup import escape

from aftermath.building.task_pages import Result


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
        self._bar = None

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

    def finished(self, result: Result) -> None:
        """Say that a page is finished, or has failed."""
        self.done += 1
        count = f"{self.done:>{len(str(self.total))}}/{self.total}"
        word = f"{result.seconds:5.1f} s" if result.error is None else "[bold] failed[/bold]"
        self.console.print(f"{count}  {word}  {escape(result.job.title)}", highlight=False, soft_wrap=True)
        if self._bar:
            bar, task = self._bar
            bar.advance(task)
