"""Recovery: how sentiment came back, by an estimator fit for each kind of evidence."""

from aftermath.measures.recovery.bending import LevelChange, level_change
from aftermath.measures.recovery.change_points import ChangePoints, change_points
from aftermath.measures.recovery.coverage import CoverageRecovery, Days, recovery_from_coverage
from aftermath.measures.recovery.exponential import ExponentialRecovery, exponential_recovery
from aftermath.measures.recovery.local_level import LocalLevel, local_level
from aftermath.measures.recovery.loss import ResilienceLoss, resilience_loss
from aftermath.measures.recovery.returning import TimeToReturn, time_to_return
from aftermath.measures.recovery.segmented import Segmented, segmented_regression
from aftermath.measures.recovery.series import Series, SeriesError, read_series

__all__ = [
    "ChangePoints",
    "CoverageRecovery",
    "Days",
    "ExponentialRecovery",
    "LevelChange",
    "LocalLevel",
    "ResilienceLoss",
    "Segmented",
    "Series",
    "SeriesError",
    "TimeToReturn",
    "change_points",
    "exponential_recovery",
    "level_change",
    "local_level",
    "read_series",
    "recovery_from_coverage",
    "resilience_loss",
    "segmented_regression",
    "time_to_return",
]
