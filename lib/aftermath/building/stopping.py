"""Ending a build on the user's wish, cleanly."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator

from aftermath.problems import AftermathError


class Interrupted(AftermathError):
    """The user ended the build; what was finished is kept."""

    status = 130  # what a shell expects after Ctrl-C


class Stop(threading.Event):
    """Set when the user wants the build to end."""

    def __call__(self, number: int, _: object) -> None:
        """Take a signal; a second one changes nothing, as the end is near."""
        if not self.is_set():
            self.set()
            raise KeyboardInterrupt


@contextlib.contextmanager
def stoppable(rest: str = "The next `aftermath build` makes the rest.") -> Iterator[Stop]:
    """Take Ctrl-C, and a polite end by the system, for the time of a build; ``rest`` says how to go on."""
    stop, before = Stop(), {}
    if threading.current_thread() is threading.main_thread():
        before = {number: signal.signal(number, stop) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    except (KeyboardInterrupt, AftermathError) as error:
        if isinstance(error, AftermathError) and not stop.is_set():
            raise
        raise Interrupted(
            f"Interrupted. What was finished is kept, and what was there before is as it was. {rest}"
        ) from None
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
