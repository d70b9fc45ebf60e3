"""The market model: what a share would have returned on a day, given what the market did.

``return = intercept + slope · market return + noise``, by ordinary least squares on an estimation window.

References
----------
MacKinlay, A. C. (1997). Event studies in economics and finance. Journal of Economic Literature 35, 13-39.
Campbell, J. Y., Lo, A. W., and MacKinlay, A. C. (1997). The Econometrics of Financial Markets, chapter 4.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from aftermath.statistics.intervals import t_quantile
from aftermath.statistics.series import SeriesError
from aftermath.wording import MINUS, counted, number

FEWEST_DAYS = 30
# name -> (what is taken from n in the divisor of the variance, and what in the degrees of freedom of t)
VARIANCES = {"unbiased": (2, 2), "population": (0, 1)}


@dataclass(frozen=True)
class Convention:
    """Everything that must be agreed before an abnormal return is a number.

    Parameters
    ----------
    estimation
        Trading days in the estimation window.
    gap
        Trading days left out between the last day of estimation and the event day.
    window
        First and last day of the event window, **both inclusive**, the event day being 0.
    cumulate_from
        The day on which the cumulative abnormal return begins.
    forecast_error
        Whether the error of the estimated intercept and slope is counted beside the day's own noise.
    variance
        ``unbiased``: squared residuals over n - 2, t with n - 2 degrees of freedom. ``population``: over n, t
        with n - 1 degrees of freedom.
    sides
        Of p: 2, or 1 for the side on which the return fell.
    level
        Of the intervals, which always have two sides.
    """

    estimation: int = 240
    gap: int = 10
    window: tuple[int, int] = (-5, 20)
    cumulate_from: int = -5
    forecast_error: bool = True
    variance: str = "unbiased"
    sides: int = 2
    level: float = 0.95

    def __post_init__(self) -> None:
        fault = next((text for wrong, text in self._faults() if wrong), None)
        if fault:
            raise SeriesError(fault)

    def _faults(self) -> list[tuple[bool, str]]:
        first, last = self.window
        few = f"estimation = {self.estimation} trading days are too few for a market model: use at least {FEWEST_DAYS}"
        return [
            (self.estimation < FEWEST_DAYS, few),
            (not first <= 0 <= last, f"the window {self.window} does not hold day 0, the event day: e.g. (-5, 20)"),
            (
                self.gap < -first,
                f"the estimation would reach into the event window, which begins on day {first}: use gap={-first} or more",
            ),
            (
                not first <= self.cumulate_from <= last,
                f"cumulate_from = {self.cumulate_from} lies outside the window {self.window}",
            ),
            (self.variance not in VARIANCES, f"{self.variance!r} is no variance: use one of {', '.join(VARIANCES)}"),
            (self.sides not in (1, 2), f"sides = {self.sides} must be 1 or 2"),
            (not 0 < self.level < 1, f"level = {self.level} must lie between 0 and 1, e.g. 0.95"),
        ]

    @property
    def text(self) -> str:
        """The convention in words, without a full stop."""
        divisor = f"n {MINUS} 2" if self.variance == "unbiased" else "n"
        error = "with" if self.forecast_error else "without"
        return (
            f"residual variance over {divisor}, {error} forecast error, the last {counted(self.gap, 'trading day')} "
            f"before the event left out, p {'two' if self.sides == 2 else 'one'}-sided"
        )


@dataclass(frozen=True)
class AbnormalReturn:
    """An abnormal return of a day, or the sum over several days.

    Parameters
    ----------
    value, lower, upper
        As a fraction: 0.01 is one percent.
    t
        The value over its standard error.
    p
        Under the model, with as many sides as the convention says.
    """

    value: float
    lower: float
    upper: float
    t: float
    p: float

    @property
    def text(self) -> str:
        """In percent with its interval and t.

        Examples
        --------
        >>> AbnormalReturn(-0.0459, -0.0692, -0.0226, -3.886, 0.0001).text
        '−4.59 % [−6.92 to −2.26], t = −3.89'
        """
        ends = f"{number(100 * self.lower, 2, sign=True)} to {number(100 * self.upper, 2, sign=True)}"
        return f"{number(100 * self.value, 2, sign=True)} % [{ends}], t = {number(self.t, 2)}"


@dataclass(frozen=True)
class MarketModel:
    """A fitted market model.

    Parameters
    ----------
    intercept, slope
        Slope is the share's beta.
    sigma
        Standard deviation of a day's noise.
    n
        Days of estimation.
    first, last
        Of those days.
    residuals
        Of those days, in their order.
    market_mean, market_squares
        Mean, and sum of squares about it, of the market's returns on those days.
    convention
        What was agreed.
    """

    intercept: float
    slope: float
    sigma: float
    n: int
    first: date
    last: date
    residuals: tuple[float, ...]
    market_mean: float
    market_squares: float
    convention: Convention

    @property
    def freedom(self) -> int:
        """Degrees of freedom of t."""
        return self.n - VARIANCES[self.convention.variance][1]

    def standard_error(self, market: np.ndarray) -> float:
        """Of the sum of abnormal returns over the days with these market returns, shape ``(days,)``.

        The errors of intercept and slope are the same on every day, so their part grows with the square of the
        number of days.
        """
        days, apart = len(market), float(np.sum(market - self.market_mean))
        estimated = days**2 / self.n + apart**2 / self.market_squares if self.convention.forecast_error else 0.0
        return self.sigma * math.sqrt(days + estimated)

    def judge(self, value: float, market: np.ndarray) -> AbnormalReturn:
        """An abnormal return with its interval, t and p."""
        from scipy.special import stdtr

        error = self.standard_error(market)
        spread = t_quantile(self.convention.level, self.freedom) * error
        p = self.convention.sides * stdtr(self.freedom, -abs(value / error))
        return AbnormalReturn(value, value - spread, value + spread, value / error, float(p))


def fit_market_model(days: list[date], returns: np.ndarray, market: np.ndarray, convention: Convention) -> MarketModel:
    """Fit the market model to an estimation window.

    Parameters
    ----------
    days, returns, market
        The estimation window, each of length n.
    convention
        What was agreed.

    Returns
    -------
    MarketModel

    Raises
    ------
    SeriesError
        If the market did not move, or the share followed it (or stood still) without any noise.
    """
    if np.ptp(market) == 0:
        raise SeriesError("the market's return is the same on every day of the estimation: give a market that moves")
    apart = market - market.mean()
    squares = float(apart @ apart)
    slope = float(apart @ returns) / squares
    intercept = float(returns.mean() - slope * market.mean())
    residuals = returns - intercept - slope * market
    n = len(returns)
    sigma = math.sqrt(float(residuals @ residuals) / (n - VARIANCES[convention.variance][0]))
    if sigma <= 1e-9 * max(1e-300, float(np.abs(returns).max())):
        raise SeriesError(
            "the returns have no noise of their own in the estimation window, so nothing is unusual or usual: "
            "check that they are those of one share and not of the market"
        )
    mean = float(market.mean())
    return MarketModel(
        intercept, slope, sigma, n, days[0], days[-1], tuple(residuals.tolist()), mean, squares, convention
    )
