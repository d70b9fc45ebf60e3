"""Dense series for tests: short, seeded, with a known truth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from aftermath.statistics.change_points import change_points
from aftermath.statistics.exponential import exponential_recovery
from aftermath.statistics.local_level import local_level
from aftermath.statistics.resilience import resilience_loss
from aftermath.statistics.result import Result
from aftermath.statistics.segmented import segmented_regression
from aftermath.statistics.time_to_return import time_to_return

START = datetime(2020, 1, 1, tzinfo=UTC)

ESTIMATORS: dict[str, Callable[[pl.DataFrame, object], Result]] = {
    "segmented_regression": segmented_regression,
    "local_level": local_level,
    "exponential_recovery": exponential_recovery,
    "resilience_loss": resilience_loss,
    "time_to_return": time_to_return,
    "change_points": lambda series, at: change_points(series),
}
WITH_EVENT = [name for name in ESTIMATORS if name != "change_points"]


def dense(values: Sequence[float], times: Sequence[object] | None = None, **columns: Sequence[object]) -> pl.DataFrame:
    """A series; times are 0, 1, 2 and so on if not given."""
    given = {"time": np.arange(len(values), dtype=float) if times is None else times, "value": values}
    return pl.DataFrame(given | columns)


def noise(n: int, seed: int = 0, deviation: float = 1.0) -> np.ndarray:
    """Independent normal noise."""
    return np.random.default_rng(seed).normal(0, deviation, n)


def drop(
    n: int = 40, at: int = 20, depth: float = 4.0, half_life: float = 3.0, seed: int = 0, deviation: float = 0.3
) -> pl.DataFrame:
    """A series at 10 that falls at the event and recovers exponentially, in noise."""
    since = np.arange(n) - at
    course = np.where(since >= 0, -depth * 0.5 ** (np.maximum(since, 0) / half_life), 0.0)
    return dense(10 + course + noise(n, seed, deviation))


def instants(n: int, step: timedelta = timedelta(days=1), start: datetime = START) -> list[datetime]:
    """So many instants, one step apart."""
    return [start + place * step for place in range(n)]
