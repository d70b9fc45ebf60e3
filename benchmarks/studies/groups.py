"""Cases against cases: two groups whose spreads differ, and outcomes with errors on delays that are known within bounds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from aftermath.comparison.variables import Variable
from aftermath.statistics.meta_regression import IMPUTATIONS, pooled_regression
from aftermath.statistics.shift import shift
from aftermath.times import DAY
from studies import Draw, Study

SPREADS = {"a third of the spread": (1.0, 3.0), "three times the spread": (3.0, 1.0), "the same spread": (1.0, 1.0)}
MIDDLE, ERRORS = 4.3, (0.3, 1.2)  # log10 of seconds; standard errors in log odds


def studies() -> Iterator[Study]:
    """The rows of differences between groups, and of slopes over cases."""
    for words, spreads in SPREADS.items():
        yield Study("shift of means", 16, f"3 cases against 13, {words}", partial(difference, spreads), unit=1.0)
    for slope, between in ((0.0, 0.0), (0.0, 0.5), (0.6, 0.0), (0.6, 0.5)):
        truth = f"slope {slope:g} for a tenfold delay, {between:g} between cases"
        yield Study("slope over cases", 16, truth, partial(trend, slope, between), unit=1.0)


def difference(spreads: tuple[float, float], generator: np.random.Generator) -> Draw:
    """Three cases against thirteen, whose means are the same."""
    first, second = (generator.normal(0, spread, n) for spread, n in zip(spreads, (3, 13), strict=True))
    found = shift(first, second, alike=False)
    return Draw(found.statistic, found.lower, found.upper, 0.0)


def trend(slope: float, between: float, generator: np.random.Generator) -> Draw:
    """Sixteen cases: seven in ten delays are known to the day, the others to the minute, and each outcome has an error of its own."""
    logs = generator.normal(MIDDLE, 1, 16)
    seconds, errors = 10**logs, generator.uniform(*ERRORS, 16)
    outcomes = slope * logs + generator.normal(0, between, 16) + generator.normal(0, errors)
    exact = generator.random(16) < 0.3
    lower = np.where(exact, np.maximum(seconds - 30, 0), seconds // DAY * DAY)
    upper = np.where(exact, seconds + 30, lower + DAY - 1)
    ends = zip(lower.tolist(), upper.tolist(), strict=True)
    delay = Variable(
        "delay",
        {f"{place:02}": (low, (low + high) / 2, high) for place, (low, high) in enumerate(ends)},
        logarithmic=True,
    )
    drawn = delay.drawn(sorted(delay.values), IMPUTATIONS, generator)
    found = pooled_regression(np.repeat(outcomes[None], IMPUTATIONS, axis=0), drawn, errors)
    return Draw(found.value, found.lower, found.upper, slope)
