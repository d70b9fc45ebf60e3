"""What every measure of a crisis needs: a clock."""

from __future__ import annotations

from aftermath.case_files.case import Case
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import Span


def require_clock(case: Case, measure: str) -> Span:
    """Clock zero of a case; refuses a measure where no crisis is on record.

    Parameters
    ----------
    case
        Any case.
    measure
        What cannot be measured without a clock, in words.

    Returns
    -------
    Span

    Raises
    ------
    NothingToMeasure
        If the case has no clock zero.
    """
    zero = case.zero
    if zero is None:
        raise NothingToMeasure(f"{case.id}: no crisis is on record, so there is no clock and no {measure} to measure.")
    return zero


def clock_zero(case: Case) -> Span:
    """Clock zero of a case **with a documented crisis**."""
    return case.span(clock_event(case))


def clock_event(case: Case) -> str:
    """The id of the event at clock zero of a case **with a documented crisis**, as ``require_clock`` has found."""
    event_id = case.about.clock_zero
    assert event_id is not None  # whoever asks has a clock
    return event_id
