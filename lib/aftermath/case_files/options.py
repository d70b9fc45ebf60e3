"""A case under other options: from another clock, or as one coder coded it.

Measures take the options as arguments (``clock_zero``, ``coder``) and the multiverse varies them; both see the case through the
functions here, which nothing else repeats. The files say what they said: a case under options is not as it was read.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from aftermath.case_files.coders import CODED_TABLES
from aftermath.case_files.tables import CaseTables
from aftermath.problems import AftermathError
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import listed

if TYPE_CHECKING:
    from aftermath.case_files.case import Case


class OptionError(AftermathError, ValueError):
    """A case does not have what an option names; the text says what there is."""


def under_options(case: Case, clock_zero: str | None, coder: str | None) -> Case:
    """A case whose clock starts at an event, as one coder coded it; ``Case.with_clock`` and ``Case.coded_by`` make each once.

    Parameters
    ----------
    case
        As its files say.
    clock_zero
        Any of its events; its own clock zero leaves the clock as it is. None where it has no clock.
    coder
        The id of one of its coders: what the others gave is not there. All of them if None.

    Raises
    ------
    NothingToMeasure
        If a clock is to be moved and no crisis is on record.
    OptionError
        If it has no such event or coder.
    """
    seen = case
    if clock_zero != case.about.clock_zero:
        seen = _from_clock(seen, clock_zero)
    if coder is not None:
        seen = _by_coder(seen, coder)
    return case if seen is case else replace(seen, original=case, coder=coder)


def require_event(case: Case, event_id: str | None) -> None:
    """Refuse an event that a case does not have.

    Raises
    ------
    OptionError
        If it has none of this id; the text lists those that it has.
    """
    known = case.events["event_id"].to_list()
    if event_id not in known:
        raise OptionError(f"{case.id} has no event {event_id!r}; its events are {', '.join(sorted(known))}.")


def _from_clock(case: Case, event_id: str | None) -> Case:
    if case.about.clock_zero is None:
        raise NothingToMeasure(f"{case.id}: no crisis is on record, so there is no clock to move.")
    require_event(case, event_id)
    return replace(case, about=replace(case.about, clock_zero=event_id))


def _by_coder(case: Case, coder: str) -> Case:
    known = {known.id: known for known in case.coders}
    if coder not in known:
        who = f"its coders are {listed(list(known))}" if known else "nothing of it has been coded"
        raise OptionError(f"{case.id} has no coder {coder!r}; {who}.")
    frames = case.tables.to_dict()
    own = {table: frames[table].filter(pl.col("coder") == coder) for table in CODED_TABLES}
    coders = (known[coder],) if case.about.coders else ()
    return replace(case, about=replace(case.about, coders=coders), tables=CaseTables.cast(frames | own))


def options_of(case: Case) -> tuple[str, ...]:
    """In what a case differs from what its files say, in words; empty where it does not."""
    whole, zero = case.original or case, case.about.clock_zero
    moved = f"clock zero at {zero} instead of {whole.about.clock_zero}" if zero != whole.about.clock_zero else ""
    alone = f"coder {case.coder} alone" if case.coder else ""
    return tuple(filter(None, (moved, alone)))


def options_text(options: tuple[str, ...]) -> str:
    """The options of a result as a sentence that follows another; empty where there are none.

    Examples
    --------
    >>> options_text(("clock zero at e05 instead of e03", "coder a alone"))
    ' Measured under other options: clock zero at e05 instead of e03, coder a alone.'
    """
    return f" Measured under other options: {', '.join(options)}." if options else ""


def by_whom(case: Case) -> str:
    """What follows "not coded" where one coder alone counts: `` by coder a``; else nothing."""
    return f" by coder {case.coder}" if case.coder else ""
