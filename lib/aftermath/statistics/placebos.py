"""An estimate among placebos: the same quantity where nothing had happened, at other dates or in other units.

A window of dates is compared with those before it that **share no observation** with it or with each other: windows that overlap are one
piece of evidence seen many times, and counting them would make p too small. All of them are kept and drawn. The smallest p that
could come out, one by one more than the placebos that count, stands beside every p.

References
----------
Abadie, A., Diamond, A., and Hainmueller, J. (2015). Comparative politics and the synthetic control method. American Journal of
Political Science 59, 495-510.
Phipson, B., and Smyth, G. K. (2010). Permutation p-values should never be zero. Statistical Applications in Genetics and
Molecular Biology 9, article 39.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.result import Result
from aftermath.statistics.series import EventTime, SeriesError, decimals, read_series
from aftermath.wording import counted, number, probability

WIDTH = 3  # observations on either side of a date
FEWEST = 4  # placebos that count
PLACEBOS = {"what": pl.String, "estimate": pl.Float64, "counts": pl.Boolean}


@dataclass(frozen=True)
class Placebos(Result):
    """An estimate among its placebos.

    Parameters
    ----------
    name
        What is estimated, and when.
    estimate
        In the unit of the placebos.
    placebos
        One row a placebo: ``what`` (its date, or unit), ``estimate``, and whether it ``counts``: **only what shares no observation
        with another does**.
    kind
        What a placebo is, in the singular, e.g. ``earlier date``.
    unit
        Behind every number, e.g. ``%``; empty where there is none.
    """

    name: str
    estimate: float
    placebos: pl.DataFrame
    kind: str
    unit: str = ""

    @property
    def n(self) -> int:
        """Placebos that count."""
        return int(self.placebos["counts"].sum())

    @property
    def as_large(self) -> int:
        """How many of them are at least as large in size."""
        return int((self.placebos["counts"] & (self.placebos["estimate"].abs() >= abs(self.estimate))).sum())

    @property
    def p(self) -> float:
        """Share of estimate and placebos that are at least as large, two-sided: the estimate itself counts."""
        return (1 + self.as_large) / (1 + self.n)

    @property
    def smallest_p(self) -> float:
        """The smallest p that so few placebos allow."""
        return 1 / (1 + self.n)

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``name``, ``estimate``, ``unit``, ``placebos`` (those that count), ``as_large``, ``p``, ``smallest_p``."""
        row = {
            "name": self.name,
            "estimate": self.estimate,
            "unit": self.unit,
            "placebos": self.n,
            "as_large": self.as_large,
        }
        return pl.DataFrame([row | {"p": self.p, "smallest_p": self.smallest_p}])

    @property
    def text(self) -> str:
        many = counted(self.n, self.kind)
        overlapping = self.placebos.height - self.n
        more = f"; {number(overlapping)} more that overlap with them are drawn and not counted" if overlapping else ""
        large = number(self.as_large) if self.as_large else "none"
        return (
            f"{self.name}: {self.shown(self.estimate)}, and as large in size in {large} of {many} where nothing had happened "
            f"(p = {probability(self.p)}; the smallest that could come out is {probability(self.smallest_p)}{more})."
        )

    def shown(self, value: float) -> str:
        """A value with its unit, to the decimals that the spread of the placebos asks for."""
        spread = float(np.ptp(np.append(self.placebos["estimate"].to_numpy(), self.estimate)))
        return " ".join(filter(None, [number(value, decimals(spread / 10), sign=True), self.unit]))


def placebo_dates(
    series: pl.DataFrame, at: EventTime, *, width: int = WIDTH, name: str = "Change at the event", unit: str = ""
) -> Placebos:
    """Compare the change at an event with that at every date before it.

    The change at a date is the mean of the ``width`` values from it on less the mean of as many before it, each value counting with
    what is behind it. **No placebo sees a value from the event on.**

    Parameters
    ----------
    series
        ``time``, ``value``, and optionally ``n`` (observations behind each value); one row a bin.
    at
        The first time after the change, **inclusive**.
    width
        Observations on either side of a date.
    name, unit
        What is estimated, and its unit.

    Returns
    -------
    Placebos

    Raises
    ------
    SeriesError
        If the series cannot be read, fewer observations than ``width`` follow the event, or fewer than four windows that share none
        precede it.

    Examples
    --------
    >>> quiet = [float(place % 3) for place in range(33)]
    >>> posts = pl.DataFrame({"time": range(36), "value": [*quiet, 6.0, 7.0, 6.0]})
    >>> found = placebo_dates(posts, 33)
    >>> round(found.estimate, 2), found.n, round(found.p, 3)
    (5.33, 5, 0.167)
    """
    if isinstance(width, bool) or not isinstance(width, int) or width < 1:
        raise SeriesError(f"width = {width!r} must be a whole number of at least 1, e.g. {WIDTH}")
    data = read_series(series, at)
    windows = max(0, (data.before_count - width) // (2 * width))
    if data.after_count < width or windows < FEWEST:
        raise SeriesError(
            f"{name}: {counted(data.before_count, 'observation')} before the event hold {counted(windows, 'window')} of {width} + {width} that "
            f"share none with the event or each other, and {data.after_count} follow it: at least {FEWEST} windows before it "
            f"({width + 2 * width * FEWEST} observations) and {width} observations from it on are needed"
        )
    zero = data.before_count
    changes = jumps(data.value, data.weights, width)  # the first is that at place ``width``
    quiet = changes[: zero - 2 * width + 1]
    from_last = np.arange(len(quiet))[::-1]
    places = np.arange(len(quiet)) + width
    dates = [str(series["time"][int(place)]) for place in places]
    # counted back from the event: its own window takes the ``width`` places before it
    counts = (from_last >= width) & ((from_last - width) % (2 * width) == 0)
    frame = pl.DataFrame({"what": dates, "estimate": quiet, "counts": counts}, schema=PLACEBOS)
    return Placebos(name, float(changes[zero - width]), frame, "earlier date", unit)


def jumps(value: np.ndarray, weights: np.ndarray, width: int) -> np.ndarray:
    """At each place the mean of so many values from it on less the mean of as many before it.

    Parameters
    ----------
    value, weights
        Shape ``(n,)``.
    width
        Values on either side.

    Returns
    -------
    numpy.ndarray
        Shape ``(n - 2 · width + 1,)``; the first is that at place ``width``.

    Examples
    --------
    >>> jumps(np.array([1.0, 1.0, 4.0, 2.0]), np.ones(4), 2)
    array([2.])
    """
    sums, behind = (window_sums(column, width) for column in (value * weights, weights))
    means = sums / behind
    return means[width:] - means[:-width]


def window_sums(values: np.ndarray, width: int) -> np.ndarray:
    """Sums of so many neighbours, shape ``(n - width + 1,)``.

    Examples
    --------
    >>> window_sums(np.array([1.0, 2.0, 3.0]), 2)
    array([3., 5.])
    """
    return np.lib.stride_tricks.sliding_window_view(values, width).sum(axis=1)
