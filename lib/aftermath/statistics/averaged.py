"""Proportional odds on the logarithm of time, averaged over the scale of that logarithm.

The covariate is ``log(1 + days / scale)``. A scale of an hour lets the coverage move most within its first day, a scale of
months lets it move at nearly one pace, and no rule says which is right. The model is therefore fitted on each of
``SCALES``, all of which weigh the same beforehand, and what it says is the average, weighted by the likelihoods. Its
error takes in how far the scales differ (Buckland, Burnham and Augustin 1997).

References
----------
Buckland, S. T., Burnham, K. P., and Augustin, N. H. (1997). Model selection: an integral part of inference. Biometrics 53,
603-618.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from aftermath.statistics.ordinal import ProportionalOdds, smoothed_odds

SCALES: Mapping[str, float] = MappingProxyType(
    {
        "ten minutes": 1 / 144,
        "hour": 1 / 24,
        "six hours": 0.25,
        "day": 1.0,
        "week": 7.0,
        "month": 30.0,
        "quarter": 91.0,
        "linear": math.inf,
    }
)
COMPARABLE = "day"  # the one scale on which the slopes of all cases mean the same


def on_scale(days: np.ndarray, scale: str) -> np.ndarray:
    """Time as the covariate of the model.

    Parameters
    ----------
    days
        Since clock zero, none negative.
    scale
        One of ``SCALES``; ``linear`` leaves the days as they are.

    Examples
    --------
    >>> on_scale(np.array([0.0, 6.0]), "day").round(2).tolist()
    [0.0, 1.95]
    """
    return np.log1p(days / SCALES[scale]) if math.isfinite(SCALES[scale]) else np.asarray(days, dtype=float)


@dataclass(frozen=True)
class AveragedOdds:
    """One model a scale, and what each weighs.

    Parameters
    ----------
    models
        By the name of the scale.
    weights
        Likewise; they sum to one.
    """

    models: Mapping[str, ProportionalOdds]
    weights: Mapping[str, float]

    @property
    def clusters(self) -> int:
        """Number of clusters."""
        return next(iter(self.models.values())).clusters

    def alone(self, scale: str) -> AveragedOdds:
        """The model of one scale, as if there were no other."""
        return AveragedOdds({scale: self.models[scale]}, {scale: 1.0})

    def expected(self, days: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The expected code after so many days, and the ends of its interval.

        The interval is made of the logit of the code's place between the ends of the scale, so that it stays inside
        them and is longer on the side where there is room.

        Parameters
        ----------
        days
            Since clock zero, shape ``(m,)``.
        level
            Of the interval.

        Returns
        -------
        tuple of numpy.ndarray
            Expected code, lower and upper end, each of shape ``(m,)``.
        """
        value, error = self._averaged(ProportionalOdds.logit, days)
        levels, reach = next(iter(self.models.values())).levels, self._reach(level) * error
        return _between(levels, value), _between(levels, value - reach), _between(levels, value + reach)

    def gap(self, days: np.ndarray, share: float, start: float, level: float) -> tuple[np.ndarray, np.ndarray]:
        """How far the expected code is from having come this share of the way from its value at the start to neutral.

        Parameters
        ----------
        days
            Since clock zero, shape ``(m,)``.
        share
            0.5 for half of the way, 1 for neutral.
        start
            The day from which the way is measured.
        level
            Of the reach.

        Returns
        -------
        tuple of numpy.ndarray
            The gap in codes, negative before the code is there, and how far its interval reaches to either side.
        """

        def left(model: ProportionalOdds, x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            code, gradient = model.expected(x), model.gradient(x)
            return code[1:] - (1 - share) * code[0], gradient[:, 1:] - (1 - share) * gradient[:, :1]

        value, error = self._averaged(left, np.concatenate([[start], days]))
        return value, self._reach(level) * error

    def _reach(self, level: float) -> float:
        return next(iter(self.models.values())).quantile(level)

    def _averaged(
        self, asked: Callable[[ProportionalOdds, np.ndarray], tuple[np.ndarray, np.ndarray]], days: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The mean over scales of what is asked of a model, and its error: within the scales, and between them."""
        answers = [(model, *asked(model, on_scale(days, scale))) for scale, model in self.models.items()]
        weights = np.array([self.weights[scale] for scale in self.models])
        values = np.array([value for _, value, _ in answers])
        variances = np.array([model.standard_error(gradient) ** 2 for model, _, gradient in answers])
        mean = weights @ values
        return mean, np.sqrt(weights @ (variances + (values - mean) ** 2))


def averaged_odds(
    codes: np.ndarray, days: np.ndarray, clusters: np.ndarray, weights: np.ndarray, levels: tuple[float, ...]
) -> AveragedOdds:
    """Fit the model on every scale.

    Parameters
    ----------
    days
        Since clock zero, none negative, shape ``(n,)``.
    codes, clusters, weights, levels
        As for ``smoothed_odds``.

    Raises
    ------
    NothingToMeasure
        As ``smoothed_odds``.

    Examples
    --------
    >>> codes, days = np.array([-1, -1, 0, -1, 0, 1, 0, 1, 1]), np.arange(9.0)
    >>> model = averaged_odds(codes, days, np.arange(9), np.ones(9), (-2, -1, 0, 1, 2))
    >>> round(sum(model.weights.values()), 6), max(model.weights, key=model.weights.get)
    (1.0, 'linear')
    """
    models, before = {}, None
    for scale in SCALES:
        x = on_scale(days, scale)
        start = None if before is None else _carried_over(models[before], on_scale(days, before), x)
        models[scale], before = smoothed_odds(codes, x, clusters, weights, levels, start), scale
    logarithms = np.array([model.log_likelihood for model in models.values()])
    shares = np.exp(logarithms - logarithms.max())
    return AveragedOdds(models, dict(zip(models, (shares / shares.sum()).tolist(), strict=True)))


def _carried_over(model: ProportionalOdds, before: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Slope and thresholds on a new covariate, as the line through both covariates turns the old ones: a near beginning."""
    centred = x - x.mean()
    pace = centred @ before / max(centred @ centred, np.finfo(float).tiny)
    return np.concatenate([[model.slope * pace], model.thresholds - model.slope * (before.mean() - pace * x.mean())])


def _between(levels: np.ndarray, logit: np.ndarray) -> np.ndarray:
    """The code at a logit of the way from the lowest to the highest level."""
    from scipy.special import expit

    return levels[0] + (levels[-1] - levels[0]) * expit(logit)
