"""How something recovered: the coded coverage of a case, or a series beside its controls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, overload

import polars as pl

from aftermath.case_files.case import Case
from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.recovery import recovery as coverage_recovery
from aftermath.measures.tone import PHASE_DAYS
from aftermath.statistics.difference_in_differences import DifferenceInDifferences, difference_in_differences
from aftermath.statistics.regression_on_controls import RegressionOnControls, regression_on_controls
from aftermath.statistics.series import EventTime, SeriesError
from aftermath.wording import listed

METHODS = {"difference": difference_in_differences, "regression": regression_on_controls}


@overload
def recovery(
    of: Case | str,
    variable: str = "favourability",
    *,
    level: float = 0.95,
    phase_days: tuple[int, ...] = PHASE_DAYS,
    window: int | None = None,
    clock_zero: str | None = None,
    coder: str | None = None,
    seed: int = 0,
) -> CoverageRecovery:
    """Of the coded coverage of a case."""


@overload
def recovery(
    of: pl.DataFrame,
    *,
    controls: pl.DataFrame | None,
    at: EventTime,
    method: str = "difference",
    own_events: Mapping[str, EventTime] | None = None,
    level: float = 0.95,
) -> DifferenceInDifferences | RegressionOnControls:
    """Of a series beside its controls."""


def recovery(of: Case | str | pl.DataFrame, *more: Any, **options: Any) -> Any:
    """Estimate how the coded coverage of a case moved, or how a series moved beside its controls.

    Parameters
    ----------
    of
        A case or its id, with the options of ``aftermath.measures.recovery.recovery``. Or a series, with the following.
    controls
        The same of others to whom it did not happen, see ``aftermath.statistics.units.read_units``.
    at
        The first time after the change, **inclusive**.
    method
        ``difference``: the change of the treated less that of the controls, see ``difference_in_differences``.
        ``regression``: what controls let expect, see ``regression_on_controls``.
    own_events
        Names of controls to the time of an event of their own.
    level
        Of the intervals.

    Returns
    -------
    CoverageRecovery, DifferenceInDifferences or RegressionOnControls

    Raises
    ------
    SeriesError
        If there is no such method, or the units cannot be compared.
    NothingToMeasure, OptionError, ValueError
        Of a case, see ``aftermath.measures.recovery.recovery``.

    Examples
    --------
    >>> rows = [(name, time, float(time > 3 and name in "ab") + 0.1 * (time % 2)) for name in "abcd" for time in range(8)]
    >>> panel = pl.DataFrame(rows, schema=["unit", "time", "value"], orient="row")
    >>> treated = pl.col("unit").is_in(["a", "b"])
    >>> found = recovery(panel.filter(treated), controls=panel.filter(~treated), at=4)
    >>> round(found.change.value, 3)
    1.0
    """
    if not isinstance(of, pl.DataFrame):
        return coverage_recovery(of, *more, **options)
    method = options.pop("method", "difference")
    if method not in METHODS:
        raise SeriesError(f"{method!r} is no method; use one of {listed([*METHODS], 'or')}")
    return METHODS[method](of, options.pop("controls", None), *more, options.pop("at", None), **options)
