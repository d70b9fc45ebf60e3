"""Coded coverage: texts with the codes of two coders."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np

from aftermath.measures.recovery.coverage import crossing
from aftermath.measures.recovery.ordinal import proportional_odds
from aftermath.measures.result import NothingToMeasure
from studies import Draw, Study

LEVEL = 0.90
SLOPE, THRESHOLDS, CODES = 0.6, np.array([-1.5, 1.0, 3.5]), np.array([-2.0, -1.0, 0.0, 1.0])
SAME_CODE, PUBLISHERS_PER_TEXT, DAYS = 0.9, 1.2, 400


def studies() -> Iterator[Study]:
    """The rows of coded coverage."""
    for n in (40, 150):
        yield Study("half-life, coded coverage", n, "two coders", partial(coverage_half_life, n), LEVEL)


def coverage_half_life(n: int, generator: np.random.Generator) -> Draw | None:
    """The half-life from n coded texts: proportional odds on log time, two coders who agree on nine texts of ten."""
    days = np.expm1(generator.uniform(0, math.log1p(DAYS), n))
    first, second = (_codes(days, generator) for _ in range(2))
    second = np.where(generator.random(n) < SAME_CODE, first, second)
    publishers = np.tile(generator.integers(int(PUBLISHERS_PER_TEXT * n), size=n), 2)
    try:
        model = proportional_odds(np.concatenate([first, second]), np.tile(np.log1p(days), 2), publishers)
    except NothingToMeasure:
        return None
    found = crossing(model, 0.5, float(days.min()), float(days.max()), LEVEL)
    return None if found.why else Draw(found.value, found.lower, found.upper, _true_half_life())


def _codes(days: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    latent = SLOPE * np.log1p(days) + generator.logistic(size=len(days))
    return CODES[np.searchsorted(THRESHOLDS, latent)]


def _expected(day: float) -> float:
    at_most = 1 / (1 + np.exp(SLOPE * math.log1p(day) - THRESHOLDS))
    return float(CODES[-1] - at_most @ np.diff(CODES))


def _true_half_life() -> float:
    low, high = 0.0, 1e6
    for _ in range(200):
        middle = (low + high) / 2
        low, high = (middle, high) if _expected(middle) < _expected(0) / 2 else (low, middle)
    return low
