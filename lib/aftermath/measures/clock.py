"""What every measure of a crisis needs: a clock."""

from __future__ import annotations

from aftermath.case_files.case import Case
from aftermath.statistics.result import NothingToMeasure


def require_clock(case: Case, measure: str) -> None:
    """Refuse a measure where no crisis is on record.

    Raises
    ------
    NothingToMeasure
        If the case has no clock zero.
    """
    if case.zero is None:
        raise NothingToMeasure(f"{case.id}: no crisis is on record, so there is no clock and no {measure} to measure.")
