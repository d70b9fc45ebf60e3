"""EARS C1, and the turn of a negative share: the two rules by which a monitor fires.

References
----------
Hutwagner, L., Thompson, W., Seeman, G. M., and Treadwell, T. (2003). The bioterrorism preparedness and
response Early Aberration Reporting System (EARS). Journal of Urban Health 80, i89-i96.
Newcombe, R. G. (1998). Interval estimation for the difference between independent proportions: comparison
of eleven methods. Statistics in Medicine 17, 873-890 (method 10).
Kleinman, J. C. (1973). Proportions with extraneous variance: single and independent samples. Journal of the American
Statistical Association 68, 46-54.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl

from aftermath.statistics.intervals import wilson
from aftermath.statistics.series import SeriesError

BASELINE, THRESHOLD = 7, 3.0


def ears_c1(
    counts: Sequence[float] | pl.Series, *, baseline: int = BASELINE, threshold: float = THRESHOLD
) -> pl.DataFrame:
    """Compare each count with the counts just before it.

    A count fires where it exceeds the mean of the baseline by **more than** ``threshold`` standard deviations
    (divisor n - 1). Where the baseline never moved, any larger count fires, and its score is infinite.

    Parameters
    ----------
    counts
        Whole numbers of at least 0, one for each bin of a regular series, in order; **an empty bin is a 0, not a gap**.
    baseline
        How many bins before each make up its baseline; the bin itself is not among them.
    threshold
        In standard deviations.

    Returns
    -------
    polars.DataFrame
        One row a bin: ``value``, ``mean``, ``sd``, ``score``, ``limit`` (mean + threshold · sd) and ``alarm``. The
        first ``baseline`` rows hold no judgement (null).

    Raises
    ------
    SeriesError
        If there are no more counts than the baseline needs, one is negative, missing or not whole, or an option
        is out of range.

    Examples
    --------
    >>> today = ears_c1([1, 2, 3, 4, 5, 6, 7, 12])[-1]
    >>> today["mean"][0], round(today["sd"][0], 3), round(today["score"][0], 3), today["alarm"][0]
    (4.0, 2.16, 3.703, True)
    """
    values = read_counts(counts, "counts")
    if baseline < 2 or not threshold > 0:
        raise SeriesError("the baseline must have at least 2 bins and the threshold be positive, e.g. 7 and 3.0")
    if len(values) <= baseline:
        raise SeriesError(f"{len(values)} counts and a baseline of {baseline} leave nothing to judge: give more bins")
    before = np.lib.stride_tricks.sliding_window_view(values[:-1], baseline)
    means, spreads, today = before.mean(axis=1), before.std(axis=1, ddof=1), values[baseline:]
    limits = means + threshold * spreads
    return pl.DataFrame({"value": values}).with_columns(
        _late("mean", means, baseline),
        _late("sd", spreads, baseline),
        _late("score", [_score(*numbers) for numbers in zip(today, means, spreads, strict=True)], baseline),
        _late("limit", limits, baseline),
        _late("alarm", (today > limits).tolist(), baseline),
    )


def turning_share(
    negative: Sequence[float] | pl.Series,
    n: Sequence[float] | pl.Series,
    *,
    baseline: int = BASELINE,
    level: float = 0.95,
) -> pl.DataFrame:
    """Compare the negative share of each bin with that of the bins just before it, pooled.

    **Bins differ of themselves**, however many posts they have: what the shares of the baseline stray beyond the chance of
    their posts is expected of the bin, too, and Student's t stands for the few bins that it is known from. Where a single bin of the
    baseline has posts, nothing shows it: then there is the bound for independent posts, and no judgement.

    Parameters
    ----------
    negative, n
        Negative posts and posts judged, one for each bin.
    baseline
        How many bins before each are pooled.
    level
        Of the one-sided lower bound of the difference: a bin like those before it turns at most so rarely.

    Returns
    -------
    polars.DataFrame
        One row a bin: ``share``, ``share_before``, ``difference``, ``difference_lower`` and ``turned`` (the bound is
        above zero); null where there is nothing to compare, ``turned`` also where fewer than two bins of the baseline have posts.

    Raises
    ------
    SeriesError
        If a count is negative, missing or not whole, or more posts are negative than were judged.

    Examples
    --------
    >>> turning_share([1] * 7 + [8], [10] * 8)["turned"][-1]
    True
    """
    bad, judged = read_counts(negative, "negative"), read_counts(n, "n")
    if not 0 < level < 1:
        raise SeriesError(f"level = {level} must lie between 0 and 1, e.g. 0.95")
    if len(bad) != len(judged) or (bad > judged).any():
        raise SeriesError("a bin has more negative posts than posts: give n, the posts that were judged, for each bin")
    rows = [
        _turn(bad[today], judged[today], bad[today - baseline : today], judged[today - baseline : today], level)
        for today in range(baseline, len(bad))
    ]
    blank = [dict.fromkeys(_TURN)] * min(baseline, len(bad))
    return pl.DataFrame(blank + rows, schema=_TURN)


_TURN = dict.fromkeys(("share", "share_before", "difference", "difference_lower"), pl.Float64) | {"turned": pl.Boolean}


def read_counts(counts: Sequence[float] | pl.Series, name: str) -> np.ndarray:
    """Counts as an array of floats.

    Raises
    ------
    SeriesError
        If one is negative, missing, infinite or not whole.
    """
    series = counts if isinstance(counts, pl.Series) else pl.Series(list(counts), strict=False)
    if len(series) and not series.dtype.is_numeric():
        raise SeriesError(f"the {name} are of type {series.dtype}: give whole numbers")
    values = series.cast(pl.Float64).fill_null(math.nan).to_numpy()
    wrong = np.flatnonzero(~(np.isfinite(values) & (values >= 0) & (values == np.round(values))))
    if wrong.size:
        raise SeriesError(
            f"bin {wrong[0] + 1} of the {name} is {values[wrong[0]]:g}: a count is a whole number of at least 0; an empty bin is 0"
        )
    return values


def _late(name: str, judged: Sequence, baseline: int) -> pl.Series:
    return pl.Series(name, [None] * baseline + list(judged))


def _score(value: float, mean: float, spread: float) -> float:
    if spread:
        return float((value - mean) / spread)
    return math.inf if value > mean else -math.inf if value < mean else 0.0


def _turn(
    bad: float, n: float, bad_before: np.ndarray, n_before: np.ndarray, level: float
) -> dict[str, float | bool | None]:
    from scipy.special import stdtrit

    all_before, bins = float(n_before.sum()), int(np.count_nonzero(n_before))
    if not n or not all_before:
        return dict.fromkeys(_TURN)
    share, before = bad / n, float(bad_before.sum()) / all_before
    t = float(stdtrit(bins - 1 if bins > 1 else math.inf, level))
    posts = math.hypot(share - wilson(share, n, t)[0], wilson(before, all_before, t)[1] - before)
    swing = t * math.sqrt(_extra(bad_before, n_before) * (1 + float((n_before**2).sum()) / all_before**2))
    lower = share - before - math.hypot(posts, swing)
    turned = lower > 0 if bins > 1 else None
    return dict(zip(_TURN, (share, before, share - before, lower, turned), strict=True))


def _extra(bad: np.ndarray, n: np.ndarray) -> float:
    """Variance of the expected shares of bins by moments: what the shares stray beyond the chance of their posts (Kleinman)."""
    bins, posts = n > 0, float(n.sum())
    if bins.sum() < 2:
        return 0.0
    pooled = float(bad.sum()) / posts
    squares = float(n[bins] @ (bad[bins] / n[bins] - pooled) ** 2)
    by_chance = (int(bins.sum()) - 1) * pooled * (1 - pooled)
    return max(0.0, (squares - by_chance) / (posts - float((n**2).sum()) / posts))
