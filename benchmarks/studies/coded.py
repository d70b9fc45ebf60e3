"""Coded coverage: texts with the codes of two coders."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from aftermath.measures.recovery import LARGE_SHARE, crossing
from aftermath.measures.stances import STANCE_LEVELS
from aftermath.statistics.averaged import AveragedOdds, averaged_odds, on_scale
from aftermath.statistics.result import NothingToMeasure
from studies import LEVEL, Draw, Study

HALF_LIFE_LEVEL = 0.90
SAME_CODE, PUBLISHERS_PER_TEXT, DAYS = 0.9, 1.2, 400
CODE_UNIT = 4.0  # from end to end of the scale
LOWEST = STANCE_LEVELS[0]


@dataclass(frozen=True)
class _Press:
    """How coverage moves: proportional odds on one scale of time, with publishers that may differ.

    Parameters
    ----------
    slope, thresholds
        Of the model; a text takes the codes from -2 upwards.
    scale
        Of time, one of ``averaged.SCALES``.
    agency
        Share of the texts that one publisher has; the others have hardly more than one text.
    unlike
        Standard deviation of the publishers' own offsets, in log odds.
    """

    slope: float = 0.6
    thresholds: tuple[float, ...] = (-1.5, 1.0, 3.5)
    scale: str = "day"
    agency: float = 0.0
    unlike: float = 0.0

    def draw(self, n: int, generator: np.random.Generator) -> tuple[np.ndarray, ...]:
        """Codes, days and publishers, two rows a text: both coders give the same code to nine texts of ten."""
        days = np.expm1(generator.uniform(0, math.log1p(DAYS), n))
        publishers = generator.integers(1, int(PUBLISHERS_PER_TEXT * n) + 1, size=n)
        publishers[: round(self.agency * n)] = 0
        offsets = self.unlike * generator.standard_normal(publishers.max() + 1)
        latent = self.slope * on_scale(days, self.scale) + offsets[publishers]
        first, second = (
            np.searchsorted(self.thresholds, latent + generator.logistic(size=n)) + LOWEST for _ in range(2)
        )
        second = np.where(generator.random(n) < SAME_CODE, first, second)
        return np.concatenate([first, second]), np.tile(days, 2), np.tile(publishers, 2)

    def expected(self, day: float) -> float:
        """The true expected code over all publishers."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(31)
        latent = self.slope * float(on_scale(np.array(day), self.scale)) + self.unlike * nodes
        at_most = 1 / (1 + np.exp(latent[:, None] - np.array(self.thresholds)))
        return float(LOWEST + len(self.thresholds) - weights @ at_most.sum(axis=1) / weights.sum())

    def half_life(self, start: float) -> float:
        """The day on which half of the way from the start to neutral is done."""
        low, high, half = start, 10.0 * DAYS, self.expected(start) / 2
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if self.expected(middle) < half else (low, middle)
        return low


MIDDLING, HOURS = _Press(), _Press(0.35, (0.0, 3.0, 5.5), "hour")
LINEAR = _Press(0.012, (-0.5, 1.5, 4.0), "linear")
LOW, HIGH = _Press(0.3, (2.0, 4.0, 6.0, 8.0)), _Press(-0.3, (-8.0, -6.0, -4.0, -2.0))
AGENCY = _Press(agency=0.6, unlike=1.0)


def studies() -> Iterator[Study]:
    """The rows of coded coverage."""
    for truth, press in (
        ("two coders", MIDDLING),
        ("time counts in hours", HOURS),
        ("time counts in days alike", LINEAR),
    ):
        for n in (40, 150):
            yield Study("half-life, coded coverage", n, truth, partial(half_life, n, press), HALF_LIFE_LEVEL)
    for truth, press in (("near the lowest code", LOW), ("near the highest code", HIGH)):
        for n in (12, 20, 40):
            yield Study("expected code, first text", n, truth, partial(expected, n, press), unit=CODE_UNIT)
    for n in (40, 100):
        truth = "one agency with 60 % of the texts"
        yield Study("expected code, first text", n, truth, partial(expected, n, AGENCY), unit=CODE_UNIT)


def half_life(n: int, press: _Press, generator: np.random.Generator) -> Draw | None:
    """The half-life from n coded texts."""
    codes, days, publishers = press.draw(n, generator)
    model, start = _model(codes, days, publishers), float(days.min())
    if model is None:
        return None
    reached = crossing(model, 0.5, start, float(days.max()), HALF_LIFE_LEVEL)
    return None if reached.why else Draw(reached.value, reached.lower, reached.upper, press.half_life(start))


def expected(n: int, press: _Press, generator: np.random.Generator) -> Draw | None:
    """The expected code on the day of the first of n coded texts."""
    codes, days, publishers = press.draw(n, generator)
    model, start = _model(codes, days, publishers), days.min()
    if model is None:
        return None
    value, lower, upper = (float(end[0]) for end in model.expected(np.array([start]), LEVEL))
    most = np.bincount(publishers).max() / len(publishers)
    return Draw(value, lower, upper, press.expected(start), most > LARGE_SHARE)


def _model(codes: np.ndarray, days: np.ndarray, publishers: np.ndarray) -> AveragedOdds | None:
    try:
        return averaged_odds(codes, days, publishers, np.full(len(codes), 0.5), STANCE_LEVELS)
    except NothingToMeasure:
        return None
