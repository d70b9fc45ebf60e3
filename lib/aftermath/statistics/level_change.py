"""The level change at an event after which the course may bend.

``value = intercept + trend·t + level change·after + (what comes back)·(1 - 0.5^((t - at) / half-life))·after``. The longer the
half-life, the nearer to segmented regression with its straight lines; the shorter, the nearer to a level that stays. A short
series hardly tells how fast a course bends, so the half-life is averaged over from one step to four times the stretch
after the event, all orders of magnitude alike beforehand, together with what the errors may be (see ``correlation``); each
counts by its restricted likelihood, and the interval is that of the mixture of Student's t distributions.

A segmented regression is a straight line through whatever the course is: where a drop decays within days it takes the middle
of the way back for the level at the event, and is the surer of it the longer the series is.

References
----------
Box, G. E. P., and Tiao, G. C. (1975). Intervention analysis with applications to economic and environmental problems.
Journal of the American Statistical Association 70, 70-79.
Hoeting, J. A., Madigan, D., Raftery, A. E., and Volinsky, C. T. (1999). Bayesian model averaging: a tutorial.
Statistical Science 14, 382-417.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.statistics.correlation import (
    Autoregressive,
    Wandering,
    doubts,
    error_processes,
    mixture_ends,
    posterior,
)
from aftermath.statistics.result import Result
from aftermath.statistics.series import (
    EventTime,
    Series,
    SeriesError,
    check_level,
    check_strays,
    decimals,
    read_series,
)
from aftermath.wording import counted, interval, number

HALF_LIVES = 20
FEWEST_AFTER = 4


@dataclass(frozen=True)
class LevelChange(Result):
    """The level change at an event.

    Parameters
    ----------
    change, lower, upper
        In units of the value.
    fitted
        One row an observation: ``time``, ``value``, ``fitted``.
    n_before, n_after
        Observations on either side.
    level
        Of the interval.
    pre_trend
        Whether a trend before the event was fitted.
    unit
        Of time.
    warning
        Why the interval may be too narrow, in sentences; empty where nothing was seen.
    """

    change: float
    lower: float
    upper: float
    fitted: pl.DataFrame
    n_before: int
    n_after: int
    level: float
    pre_trend: bool
    unit: str
    warning: str

    @property
    def table(self) -> pl.DataFrame:
        """One row: ``term``, ``estimate``, ``lower``, ``upper``."""
        row = {"term": "level change", "estimate": self.change, "lower": self.lower, "upper": self.upper}
        return pl.DataFrame([row])

    @property
    def text(self) -> str:
        digits = decimals(self.upper - self.lower)
        few = f" Fewer than eight observations precede the event ({self.n_before}), so no trend before it was fitted."
        return (
            f"At the event the level changed by {number(self.change, digits)} {interval(self.lower, self.upper, digits)} "
            f"({self.level:.0%} interval, n = {counted(self.n_before, 'observation')} before and {self.n_after} from the event on; "
            f"the course from the event on may bend, averaged over its half-life and over what the errors remember).{'' if self.pre_trend else few} "
            f"{self.warning}{' ' if self.warning else ''}A change at the event is not a change because of it."
        )


def level_change(series: pl.DataFrame, at: EventTime, *, level: float = 0.95) -> LevelChange:
    """Estimate the level change at an event after which the course may bend.

    Parameters
    ----------
    series
        ``time``, ``value``, and optionally ``n`` (weights of means).
    at
        The first time after the change, **inclusive**.
    level
        Of the interval.

    Returns
    -------
    LevelChange
        With **fewer than eight observations before the event no trend before it is fitted**.

    Raises
    ------
    SeriesError
        If fewer than four observations follow the event, no more observations than terms are there, or all lie exactly on
        the fitted course.

    Examples
    --------
    >>> import numpy as np, polars as pl
    >>> time = np.arange(-20.0, 20.0)
    >>> drop = np.where(time >= 0, -3 * 0.5 ** (time / 3), 0.0) + 0.1 * np.cos(7 * time)
    >>> found = level_change(pl.DataFrame({"time": time, "value": drop}), 0.0)
    >>> found.lower < -3 < found.upper
    True
    """
    check_level(level)
    data = read_series(series, at)
    # level change (first), intercept and, where the series bears it, the trend before
    columns = [data.after.astype(float), np.ones(len(data.time))]
    design = np.column_stack(columns if data.short else [*columns, data.time - data.time[0]])
    if data.after_count < FEWEST_AFTER or len(data.time) <= design.shape[1] + 2:
        raise SeriesError(
            f"{counted(data.before_count, 'observation')} before the event and {data.after_count} from it on cannot bear a course "
            f"that bends: at least {FEWEST_AFTER} from it on, and {design.shape[1] + 3} in all, are needed"
        )
    fits = _Bends.of(data.time, data.value, design, bends(data), data.weights)
    check_strays(data.value, fits.fitted, data.weights)
    change = float(np.sum(fits.weights * fits.changes))
    lower, upper = mixture_ends(fits.weights.ravel(), fits.changes.ravel(), fits.errors.ravel(), fits.freedom, level)
    return LevelChange(
        change,
        min(lower, change),  # a mixture's middle may lie beside its mean
        max(upper, change),
        pl.DataFrame({"time": data.time, "value": data.value, "fitted": fits.fitted}),
        data.before_count,
        data.after_count,
        level,
        not data.short,
        data.unit,
        " ".join(doubts(len(data.time), fits.processes, fits.weights.sum(axis=1))),
    )


def bends(data: Series) -> np.ndarray:
    """The share of the way back that is covered, for every half-life, shape ``(n, HALF_LIVES)``; 0 before the event."""
    since = np.maximum(data.time - data.at, 0.0)
    after = data.time[data.after]
    step = float(np.median(np.diff(after)))
    half_lives = np.geomspace(step, max(4 * (after[-1] - data.at), 2 * step), HALF_LIVES)
    return 1 - 0.5 ** (since[:, None] / half_lives)


@dataclass(frozen=True)
class _Bends:
    """Estimates under every process of the errors and every half-life, each of shape (processes, half-lives)."""

    processes: list[Autoregressive | Wandering]
    weights: np.ndarray
    changes: np.ndarray
    errors: np.ndarray
    fitted: np.ndarray
    freedom: int

    @classmethod
    def of(
        cls, time: np.ndarray, value: np.ndarray, design: np.ndarray, bent: np.ndarray, weights: np.ndarray
    ) -> _Bends:
        processes, prior = error_processes(time, weights)
        columns, freedom = np.column_stack([design, value, bent]), len(time) - design.shape[1] - 1
        fits = [_given_process(*process.whiten(columns), design.shape[1]) for process in processes]
        logs, changes, errors, coefficients = (np.array(part) for part in zip(*fits, strict=True))
        # what is measured of a bend must not hang on the size of its column (Harville's form of the likelihood)
        root = np.sqrt(weights)[:, None]
        within = bent * root - design * root @ np.linalg.lstsq(design * root, bent * root, rcond=None)[0]
        logs = logs + 0.5 * np.log(np.sum(within**2, axis=0))
        shares = posterior(logs, prior[:, None])
        straight, bend = np.tensordot(shares, coefficients[..., :-1], axes=2), shares * coefficients[..., -1]
        return cls(processes, shares, changes, errors, design @ straight + bent @ bend.sum(axis=0), freedom)


def _given_process(
    whitened: np.ndarray, determinant: float, k: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Log-likelihood, level change, its standard error and all coefficients for every half-life, by least squares."""
    basis, triangle = np.linalg.qr(whitened[:, :k])
    inside = basis.T @ whitened[:, k:]
    outside = whitened[:, k:] - basis @ inside
    value, bent = outside[:, 0], outside[:, 1:]
    squares = _squares(bent)
    amount = value @ bent / squares
    freedom = len(value) - k - 1
    residual = np.maximum(value @ value - amount**2 * squares, np.finfo(float).tiny)
    inverse = np.linalg.inv(triangle)
    back = inverse @ inside
    straight = back[:, :1] - back[:, 1:] * amount
    variance = np.sum(inverse[0] ** 2) + back[0, 1:] ** 2 / squares
    log = determinant + 2 * np.log(np.abs(np.diag(triangle))).sum() + np.log(squares) + freedom * np.log(residual)
    return -0.5 * log, straight[0], np.sqrt(variance * residual / freedom), np.vstack([straight, amount]).T


def bending_gain(
    time: np.ndarray, value: np.ndarray, straight: np.ndarray, other: np.ndarray, bent: np.ndarray, weights: np.ndarray
) -> float:
    """How much better a course that bends fits than a straight one.

    Parameters
    ----------
    time, value, weights
        Shape ``(n,)``.
    straight
        The design of the straight course, shape ``(n, k)``.
    other
        Those of its columns that stay where the course bends, shape ``(n, j)``.
    bent
        What takes the place of the rest, one half-life a column, shape ``(n, m)``.
    weights
        Observations behind each value.

    Returns
    -------
    float
        Difference of the largest logarithms of the likelihood, over all that the errors may be and all half-lives.
    """
    freedom, logs = len(time) - other.shape[1] - 1, []
    for process in error_processes(time, weights)[0]:
        whitened, determinant = process.whiten(np.column_stack([straight, other, value, bent]))
        lines, rest, free = np.split(whitened, np.cumsum([straight.shape[1], other.shape[1]]), axis=1)
        line, curve = _outside(lines, free[:, :1]), _outside(rest, free)
        explained = (curve[:, 0] @ curve[:, 1:]) ** 2 / _squares(curve[:, 1:])
        residuals = np.array([_squares(line)[0], _squares(curve[:, :1])[0] - explained.max()])
        logs.append(-0.5 * (determinant + freedom * np.log(np.maximum(residuals, np.finfo(float).tiny))))
    straightest, most_bent = np.max(logs, axis=0)
    return float(most_bent - straightest)


def _outside(design: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """What is left of columns once the design is taken out."""
    basis, _ = np.linalg.qr(design)
    return columns - basis @ (basis.T @ columns)


def _squares(columns: np.ndarray) -> np.ndarray:
    return np.maximum(np.sum(columns**2, axis=0), np.finfo(float).tiny)
