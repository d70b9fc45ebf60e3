"""Components of variance: how far several ways of grouping the same numbers account for their spread.

A linear mixed model with a random intercept for every group and nothing else, ``lmer(y ~ 1 + (1 | a) + (1 | b))``, by restricted
maximum likelihood. All it needs are sums of products of groups and numbers, so that a step costs the same however many
numbers there are.

References
----------
Patterson, H. D., and Thompson, R. (1971). Recovery of inter-block information when block sizes are unequal. Biometrika 58,
545-554.
Bates, D., Mächler, M., Bolker, B., and Walker, S. (2015). Fitting linear mixed-effects models using lme4. Journal of Statistical
Software 67(1): the criterion with mean and residual variance profiled out.
"""

from __future__ import annotations

import numpy as np

from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted

FEWEST = 4  # numbers, of which a mean, one component and the rest can be told
_LARGEST = 1e6  # component by the rest: near it, nothing is left over
_SMALLEST_START = 1e-4
_INSIDE = slice(1, -1)  # groups, in products that have the mean before them and the numbers behind


def variance_components(values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Variance between the groups of each factor, and of what they leave over.

    Parameters
    ----------
    values
        Numbers, shape ``(n,)``.
    groups
        Which group of each factor a number is in, shape ``(n, factors)``. **Negative where a factor means nothing for a number**: it
        adds nothing to it, and its groups are deviations from their mean, so that it cannot stand for what it depends on.

    Returns
    -------
    numpy.ndarray
        Shape ``(factors + 1,)``: the variance of each factor and, last, of the rest. **None is negative.** A factor that has fewer
        than two groups has 0.

    Raises
    ------
    NothingToMeasure
        If there are too few numbers, they do not vary, or the factors leave nothing over.

    Examples
    --------
    Two batches of three: the mean squares are 150 between and 1 within, so the components are (150 - 1) / 3 and 1.

    >>> components = variance_components(np.array([1.0, 2, 3, 11, 12, 13]), np.array([[0], [0], [0], [1], [1], [1]]))
    >>> [round(float(component), 3) for component in components]
    [49.667, 1.0]
    """
    if len(values) < FEWEST or np.ptp(values) == 0:
        raise NothingToMeasure(
            f"{counted(len(values), 'number')}: a spread can be shared out among {FEWEST} or more that are not all the same."
        )
    members = [column[:, None] == np.unique(column[column >= 0]) for column in groups.T]
    used = [place for place, member in enumerate(members) if member.shape[1] > 1]
    found = np.zeros(groups.shape[1] + 1)
    found[[*used, -1]] = _estimated((values - values.mean()) / values.std(), [members[place] for place in used])
    return found * values.var()


def _estimated(values: np.ndarray, members: list[np.ndarray]) -> np.ndarray:
    """Components of numbers of mean 0 and variance 1, shape ``(factors + 1,)``."""
    from scipy.optimize import minimize  # takes longer to import than a case to measure

    n = len(values)
    if not members:
        return np.array([n / (n - 1)])
    deviations = [member - member.any(axis=1, keepdims=True) / member.shape[1] for member in members]
    table = np.column_stack([np.ones(n), *deviations, values])
    factor_of = np.repeat(np.arange(len(members)), [member.shape[1] for member in members])
    # variances of the means of groups: steps of that size are as large for one factor as for another
    means = [values @ member / member.sum(axis=0) for member in members]
    start = np.array([max(float(of_groups.var(ddof=1)), _SMALLEST_START) for of_groups in means])
    products = table.T @ table
    best = minimize(
        lambda steps: _criterion(steps * start, products, factor_of, n, start),
        np.ones(len(start)),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0, _LARGEST / one) for one in start],
        options={"ftol": 1e-13, "gtol": 1e-7, "maxiter": 1000},
    )
    ratios = best.x * start
    if not np.isfinite(best.fun) or ratios.max() > _LARGEST / 2:
        raise NothingToMeasure(
            f"{counted(n, 'number')}: their groups leave nothing over that a component could be set against."
        )
    rest = max(0.0, float(_projected(products, ratios[factor_of])[0][-1, -1])) / (n - 1)
    return np.append(ratios, 1.0) * rest


def _criterion(
    ratios: np.ndarray, products: np.ndarray, factor_of: np.ndarray, n: int, unit: np.ndarray
) -> tuple[float, np.ndarray]:
    """Minus twice the restricted log likelihood but for a constant, and its slope, of components as ratios to the rest."""
    projected, logarithm = _projected(products, ratios[factor_of])
    rest = max(projected[-1, -1], np.finfo(float).tiny)
    slopes = np.diag(projected)[_INSIDE] - (n - 1) * projected[_INSIDE, -1] ** 2 / rest
    return logarithm + (n - 1) * np.log(rest), unit * np.bincount(factor_of, slopes, len(ratios))


def _projected(products: np.ndarray, ratios: np.ndarray) -> tuple[np.ndarray, float]:
    """Products under the inverse of the covariance, less the mean; and the logarithm of the determinants."""
    deviations = np.sqrt(ratios)
    scaled = products[:, _INSIDE] * deviations
    inner = np.eye(len(ratios)) + deviations[:, None] * scaled[_INSIDE]
    weighted = products - scaled @ np.linalg.solve(inner, scaled.T)
    without_mean = weighted - np.outer(weighted[:, 0], weighted[0]) / weighted[0, 0]
    return without_mean, float(np.linalg.slogdet(inner)[1] + np.log(weighted[0, 0]))
