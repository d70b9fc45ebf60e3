"""What is wrong with a workbook, said by sheet, row and column."""

from __future__ import annotations

from collections.abc import Iterable

from aftermath.problems import AftermathError, Problem
from aftermath.wording import counted

_SHOWN = 40  # problems in one message


class WorkbookError(AftermathError):
    """A workbook cannot be written or read; **nothing in the case folder was changed**.

    Attributes
    ----------
    problems
        What is wrong, by sheet, row and column.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        lines = [str(problem) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"and {counted(len(self.problems) - _SHOWN, 'more problem')}")
        super().__init__("\n".join(lines))

    def __reduce__(self) -> tuple:
        return type(self), (self.problems,)


def refused(file: str, what: str, mend: str) -> WorkbookError:
    """The error of a whole file that has one fault."""
    return WorkbookError([Problem(file, 0, "", what, mend)])
