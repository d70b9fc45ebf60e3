"""What goes to a terminal: **a name or a text of a case never commands it**.

Terminals take control characters for commands: to move, to hide, to colour, to set a title, to answer. Messages show them as
Python spells them (``\\x1b``), wherever they go; data that is handed on as it is stays as it is in a pipe or a file.
"""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Any, TextIO

from aftermath.problems import AftermathError
from aftermath.wording import NO_BREAK

if TYPE_CHECKING:
    from rich.console import Console

# C0 and C1 but for line ends and tabs, and what lets text run against its order (Unicode Standard Annex 9)
_COMMANDS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\r(?!\n)")


class OutputError(AftermathError):
    """What was to be said cannot be written."""


def harmless(text: str) -> str:
    r"""A text in which what would command a terminal is spelled out.

    Examples
    --------
    >>> print(harmless("acme\x1b[2Jrecall, r\u00e9sum\u00e9"))
    acme\x1b[2Jrecall, résumé
    """
    return _COMMANDS.sub(lambda found: found.group().encode("unicode_escape").decode(), text)


def say(text: str, *, error: bool = False) -> None:
    """Say something to a person, in a line or several, on standard output or standard error.

    Raises
    ------
    OutputError
        If it cannot be written, as where output goes to a full disk.
    """
    try:
        print(harmless(text.replace(NO_BREAK, " ")), file=sys.stderr if error else sys.stdout, flush=True)
    except BrokenPipeError:
        raise  # whoever read has read enough
    except OSError as failure:
        raise OutputError(
            f"the output of the command cannot be written ({failure.strerror}). Free space, or send it elsewhere."
        ) from failure


def hand_on(text: str) -> None:
    """Write data to standard output as it is; only a terminal is spared what would command it."""
    sys.stdout.write(text)
    sys.stdout.flush()


def guard_streams() -> None:
    """From now on, whoever writes to standard output or standard error does not command a terminal."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without a dash must not end the command
        if stream is not None and not isinstance(stream, _Guarded):
            setattr(sys, name, _Guarded(stream, always=name == "stderr"))
    if sys.excepthook is sys.__excepthook__:
        sys.excepthook = _plainly


def _plainly(kind: type[BaseException], error: BaseException, course: TracebackType | None) -> None:
    """Print an error that nobody caught; from Python 3.13 on it would have colours, which are spelled out here."""
    import traceback

    traceback.print_exception(kind, error, course)


class _Guarded:
    """A stream; what it is asked to write to a terminal is made harmless."""

    def __init__(self, stream: TextIO, *, always: bool) -> None:
        self.unguarded, self._always = stream, always

    def write(self, text: str) -> int:
        self.unguarded.write(harmless(text) if self._always or self.unguarded.isatty() else text)
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.write(line)

    def __iter__(self) -> Iterator[str]:
        return iter(self.unguarded)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


def console() -> Console:
    """A console of rich on standard output: colours and movements are its own, and what it shows commands nothing."""
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    class Harmless(Console):
        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else Segment(harmless(segment.text), segment.style)

    return Harmless(file=getattr(sys.stdout, "unguarded", sys.stdout))
