"""Proportional odds: truths given back, agreement with logistic regression, invariances, and where no estimate exists."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.averaged import averaged_odds  # noqa: E402
from aftermath.statistics.ordinal import ProportionalOdds, proportional_odds, smoothed_odds  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402

THRESHOLDS = np.array([-1.5, 0.5, 2.0])


def drawn(n: int, seed: int = 0, slope: float = 0.8, thresholds: np.ndarray = THRESHOLDS) -> tuple[np.ndarray, ...]:
    """Codes from -2 upwards, a covariate, and three rows a cluster."""
    generator = np.random.default_rng(seed)
    x = generator.uniform(0, 4, n)
    return np.searchsorted(thresholds, slope * x + generator.logistic(size=n)) - 2, x, np.arange(n) // 3


# --- truths -------------------------------------------------------------------------------------------------------


def test_a_large_sample_gives_back_slope_and_thresholds() -> None:
    model = proportional_odds(*drawn(6000))
    assert model.levels.tolist() == [-2, -1, 0, 1]
    assert model.slope == pytest.approx(0.8, abs=0.06)
    assert np.cumsum([model.parameters[1], *np.exp(model.parameters[2:])]) == pytest.approx(THRESHOLDS, abs=0.12)
    assert model.clusters == 2000


def test_the_expected_code_is_the_mean_over_levels() -> None:
    model = ProportionalOdds(np.array([-2.0, 0.0, 1.0]), np.array([0.5, -1.0, np.log(2.0)]), np.eye(3), 5)
    at_most = 1 / (1 + np.exp(-(np.array([-1.0, 1.0]) - 0.5 * 3)))
    shares = np.diff([0, *at_most, 1])
    assert model.expected(np.array([3.0]))[0] == pytest.approx(shares @ model.levels)


@pytest.mark.parametrize("slope", [-2.0, 0.0, 2.0])
def test_the_expected_code_stays_between_the_levels_and_follows_the_slope(slope: float) -> None:
    model = ProportionalOdds(np.array([-1.0, 0.0, 2.0]), np.array([slope, -1.0, 0.0]), np.eye(3), 5)
    expected = model.expected(np.array([-1e6, -1.0, 0.0, 1.0, 1e6]))
    assert ((expected >= -1) & (expected <= 2)).all()
    assert (np.sign(np.diff(expected)) == np.sign(slope)).all()


def test_standard_errors_are_those_of_the_delta_method() -> None:
    covariance = np.array([[0.5, 0.1, 0.0], [0.1, 0.4, -0.1], [0.0, -0.1, 0.3]])
    model = ProportionalOdds(np.array([0.0, 1.0, 2.0]), np.array([0.5, -1.0, 0.2]), covariance, 9)
    contrast = np.array([2.0, -1.0, 0.5])
    error = model.standard_error(np.column_stack([contrast, [1.0, 0.0, 0.0]]))
    assert error == pytest.approx([np.sqrt(contrast @ covariance @ contrast), np.sqrt(0.5)], rel=1e-12)
    assert model.quantile(0.95) == pytest.approx(2.306, abs=5e-4)  # t with 8 degrees of freedom


def test_no_error_is_below_that_of_independent_texts() -> None:
    parts = np.array([0.0, 1.0, 2.0]), np.array([0.5, -1.0, 0.2]), np.diag([0.4, 0.1, 0.2]), 9, np.diag([0.1, 0.3, 0.1])
    assert ProportionalOdds(*parts).standard_error(np.eye(3)) ** 2 == pytest.approx([0.4, 0.3, 0.2])


@pytest.mark.parametrize("seed", range(3))
def test_the_gradient_of_the_expected_code_is_that_of_small_steps(seed: int) -> None:
    model, x = proportional_odds(*drawn(90, seed)), np.array([-1.0, 0.0, 0.5, 3.0])
    moves = 1e-6 * np.eye(len(model.parameters))
    moved = [
        [replace(model, parameters=model.parameters + way * move).expected(x) for way in (1, -1)] for move in moves
    ]
    assert model.gradient(x) == pytest.approx(np.array([(up - down) / 2e-6 for up, down in moved]), abs=1e-7)


def test_two_levels_are_a_logistic_regression_with_clustered_errors() -> None:
    from statsmodels.api import Logit

    codes, x, clusters = drawn(120, thresholds=np.array([1.0]))
    ours = proportional_odds(codes, x, clusters)
    options = {"cov_type": "cluster", "cov_kwds": {"groups": clusters, "use_correction": True}, "disp": 0}
    theirs = Logit((codes > -2).astype(float), np.column_stack([x, -np.ones(120)])).fit(tol=1e-12, **options)
    assert ours.parameters == pytest.approx(theirs.params, rel=1e-8)
    assert ours.covariance == pytest.approx(theirs.cov_params(), rel=1e-8)


@pytest.mark.parametrize("levels", [2, 3, 4, 6])
@pytest.mark.parametrize("seed", range(3))
def test_statsmodels_finds_the_same_maximum_and_covariance(seed: int, levels: int) -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    slope = 0.8 * (1 - seed)
    codes, x, clusters = drawn(90, seed, slope, 2 * slope + np.linspace(-1, 2, levels - 1))
    ours = proportional_odds(codes, x, clusters)
    model = OrderedModel(np.unique(codes, return_inverse=True)[1], x[:, None], distr="logit")
    options = {"cov_type": "cluster", "cov_kwds": {"groups": clusters}}
    theirs = model.fit(method="bfgs", gtol=1e-8, disp=0, **options)
    assert len(ours.levels) == levels
    assert ours.parameters == pytest.approx(theirs.params, rel=1e-6, abs=1e-7)
    assert model.loglike(ours.parameters) >= theirs.llf - 1e-10
    # statsmodels takes derivatives by small steps
    errors = np.sqrt(np.diag(ours.covariance))
    assert np.abs(ours.covariance - theirs.cov_params()).max() / np.outer(errors, errors).max() < 2e-4


def test_copies_inside_a_cluster_add_nothing_and_copies_outside_do() -> None:
    codes, x, _ = drawn(60, 3)
    once = proportional_odds(codes, x, np.arange(60))
    doubled = np.tile(codes, 2), np.tile(x, 2)
    inside = proportional_odds(*doubled, np.tile(np.arange(60), 2))
    outside = proportional_odds(*doubled, np.arange(120))
    # the small-sample factors of clustered errors differ by less than two percent
    assert inside.covariance[0, 0] == pytest.approx(once.covariance[0, 0], rel=0.04)
    assert outside.covariance[0, 0] == pytest.approx(once.covariance[0, 0] / 2, rel=0.04)


# --- smoothed -----------------------------------------------------------------------------------------------------

LEVELS = (-2, -1, 0, 1, 2)


@pytest.mark.parametrize("seed", range(3))
def test_the_prior_is_half_a_text_spread_over_levels_and_ends(seed: int) -> None:
    """The same maximum and information from a likelihood written out with statsmodels' probabilities."""
    from scipy.optimize import minimize
    from scipy.special import expit

    codes, x, clusters = drawn(40, seed)
    rows = np.concatenate([codes, np.tile(LEVELS, 2)]), np.concatenate([x, np.repeat([x.min(), x.max()], 5)])
    weights = np.concatenate([np.ones(40), np.full(10, 0.05)])

    def minus(parameters: np.ndarray) -> float:
        thresholds = np.concatenate([[-np.inf], np.cumsum([parameters[1], *np.exp(parameters[2:])]), [np.inf]])
        ends = expit(thresholds[:, None] - parameters[0] * rows[1])
        places = rows[0] + 2, np.arange(50)
        return -float(weights @ np.log(ends[places[0] + 1, places[1]] - ends[places]))

    ours = smoothed_odds(codes, x, clusters, np.ones(40), LEVELS)
    theirs = minimize(minus, np.array([0.0, -1.0, 0.0, 0.0, 0.0]), method="BFGS", options={"gtol": 1e-7})
    assert ours.parameters == pytest.approx(theirs.x, abs=1e-4)
    assert ours.log_likelihood == pytest.approx(-theirs.fun, abs=1e-8)
    steps = 1e-4 * np.eye(5)
    bends = [[minus(ours.parameters + a + b) - minus(ours.parameters + a - b) - minus(ours.parameters - a + b)
              + minus(ours.parameters - a - b) for a in steps] for b in steps]  # fmt: skip
    assert ours.independent == pytest.approx(np.linalg.inv(np.array(bends) / 4e-8), rel=1e-3, abs=1e-4)


def test_errors_are_those_of_leaving_out_one_cluster_after_the_other() -> None:
    codes, x, clusters = drawn(240, 1)
    whole = smoothed_odds(codes, x, clusters, np.ones(240), LEVELS)
    slopes = []
    for cluster in range(80):
        kept = clusters != cluster
        slopes.append(smoothed_odds(codes[kept], x[kept], clusters[kept], np.ones(237), LEVELS).slope)
    exact = (79 / 80) * np.sum((np.array(slopes) - whole.slope) ** 2)
    # one step of Newton's method in place of a whole fit, and a prior at the ends of what is left
    assert whole.covariance[0, 0] == pytest.approx(exact, rel=0.03)


def test_two_codings_of_a_text_count_as_one_text() -> None:
    codes, x, clusters = drawn(60, 2)
    once = smoothed_odds(codes, x, clusters, np.ones(60), LEVELS)
    twice = smoothed_odds(*(np.tile(part, 2) for part in (codes, x, clusters)), np.full(120, 0.5), LEVELS)
    assert twice.parameters == pytest.approx(once.parameters, rel=1e-7)
    assert twice.covariance == pytest.approx(once.covariance, rel=1e-6, abs=1e-9)
    assert twice.independent == pytest.approx(once.independent, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("codes", [np.repeat([0, 1], 6), np.repeat([-2, 0, 1], 4), np.array([0] * 11 + [1])], ids=str)
def test_codes_that_time_separates_have_a_smoothed_estimate(codes: np.ndarray) -> None:
    model = smoothed_odds(codes, np.arange(12.0), np.arange(12), np.ones(12), LEVELS)
    assert np.isfinite(model.parameters).all() and model.slope > 0
    assert model.slope < 2 * model.quantile(0.95) * model.standard_error(np.eye(5, 1))[0]


@pytest.mark.parametrize(
    ("codes", "x", "clusters", "words"),
    [
        (np.zeros(12), np.arange(12.0), np.arange(12), "only one level was coded"),
        (np.arange(12) % 2, np.full(12, 3.0), np.arange(12), "all texts are from one time"),
        (np.arange(12) % 2, np.arange(12.0), np.arange(12) % 2, "fewer than three publishers"),
        (np.arange(12) % 2, np.append(np.arange(11.0), np.nan), np.arange(12), "no clear maximum"),
    ],
)
def test_what_cannot_be_smoothed_is_told(codes, x, clusters, words: str) -> None:
    with pytest.raises(NothingToMeasure, match=words):
        smoothed_odds(codes, x, clusters, np.ones(12), LEVELS)


# --- where no estimate exists -------------------------------------------------------------------------------------

X = np.arange(12.0)
CLUSTERS = np.arange(12)
OVERLAPPING = np.array([0, 1, 0, 0, 1, 1, 0, 1, 1, 0, 1, 1])


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize(
    "codes",
    [
        np.repeat([0, 1], 6),
        np.repeat([-2, 0, 1], 4),
        np.array([0] * 11 + [1]),
        np.array([0] * 5 + [0, 1] + [1] * 5),
    ],
    ids=["two levels", "three levels", "the last alone", "halves"],
)
def test_complete_separation_in_either_direction_is_told(codes: np.ndarray, sign: int) -> None:
    with pytest.raises(NothingToMeasure, match="separated by time, so that no finite estimate exists"):
        proportional_odds(codes, sign * X, CLUSTERS)


@pytest.mark.parametrize("sign", [1, -1])
def test_quasi_complete_separation_is_told(sign: int) -> None:
    """Both codes at one moment, and nothing else that overlaps."""
    codes, x = np.repeat([0, 1], 6), sign * np.array([0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9, 10.0])
    with pytest.raises(NothingToMeasure, match="separated by time"):
        proportional_odds(codes, x, CLUSTERS)


def test_levels_that_overlap_at_one_threshold_alone_have_an_estimate() -> None:
    codes = np.where(np.arange(24) >= 18, 2, np.tile(OVERLAPPING, 2))
    model = proportional_odds(codes, np.arange(24.0), np.arange(24))
    assert np.isfinite(model.parameters).all() and np.isfinite(model.covariance).all()


@pytest.mark.parametrize(
    ("codes", "x", "clusters", "words"),
    [
        (np.zeros(12), X, CLUSTERS, "only one level was coded"),
        (OVERLAPPING, np.full(12, 3.0), CLUSTERS, "all texts are from one time"),
        (OVERLAPPING, X, np.zeros(12), "fewer than three publishers"),
        (OVERLAPPING, X, np.arange(12) % 2, "fewer than three publishers"),
    ],
)
def test_what_cannot_be_estimated_is_told(codes, x, clusters, words: str) -> None:
    with pytest.raises(NothingToMeasure, match=words):
        proportional_odds(codes, x, clusters)


@pytest.mark.parametrize("x", [1e16 + 2 * X, 1e200 * X, 1e-200 * X, np.append(X[:-1], np.nan)], ids=str)
def test_a_maximum_that_numbers_cannot_tell_is_no_maximum(x: np.ndarray) -> None:
    with pytest.raises(NothingToMeasure, match="the likelihood has no clear maximum"):
        proportional_odds(OVERLAPPING, x, CLUSTERS)


def test_as_many_levels_as_codes_are_no_sample() -> None:
    with pytest.raises(NothingToMeasure, match="no level was coded twice"):
        proportional_odds(np.array([0, 1, 2]), np.array([0.0, 2.0, 1.0]), np.arange(3))


# --- invariances --------------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


def fitted(codes: np.ndarray, x: np.ndarray, clusters: np.ndarray) -> ProportionalOdds:
    try:
        return proportional_odds(codes, x, clusters)
    except NothingToMeasure:
        hypothesis.reject()


@given(seeds)
@settings(max_examples=8)
def test_neither_the_order_of_rows_nor_the_names_of_clusters_matter(seed: int) -> None:
    codes, x, clusters = drawn(45, seed)
    order = np.random.default_rng(seed).permutation(45)
    names = np.array([f"paper {1000 - cluster}" for cluster in clusters])
    one, other = fitted(codes, x, clusters), fitted(codes[order], x[order], names[order])
    assert other.parameters == pytest.approx(one.parameters, rel=1e-7, abs=1e-9)
    assert other.covariance == pytest.approx(one.covariance, rel=1e-7, abs=1e-9)


@given(seeds, st.sampled_from([1e-6, 0.1, 1e6]), st.integers(-3, 3))
@settings(max_examples=8)
def test_another_unit_of_the_covariate_or_origin_of_the_codes_moves_expectations_alone(
    seed: int, unit: float, shift: int
) -> None:
    codes, x, clusters = drawn(45, seed)
    plain, scaled = fitted(codes, x, clusters), fitted(codes + shift, unit * x, clusters)
    assert unit * scaled.slope == pytest.approx(plain.slope, abs=1e-7)
    places = np.linspace(0, 4, 9)
    assert scaled.expected(unit * places) == pytest.approx(plain.expected(places) + shift, abs=1e-7)


def test_far_from_its_middle_a_model_still_has_an_interval_inside_the_scale() -> None:
    """Texts that go from one end of the scale to the other: on a late day the code is the end to all the digits that there are."""
    codes, days = np.repeat([-2.0, 2.0], 20), np.concatenate([np.linspace(0, 1e-3, 20), np.linspace(5, 400, 20)])
    made = averaged_odds(codes, days, np.arange(40), np.ones(40), (-2, -1, 0, 1, 2))
    value, lower, upper = made.expected(np.array([0.0, 400.0, 4_000.0, 1e6]), 0.95)
    assert ((lower >= -2) & (lower <= value) & (value <= upper) & (upper <= 2)).all()
    assert (value[1:] > 1.9).all()


def test_the_logit_of_the_place_is_that_of_the_expected_code_and_moves_as_it_does() -> None:
    codes = np.tile([-2.0, -1, 1, 0, 2], 8)
    alone = averaged_odds(codes, np.arange(40.0), np.arange(40), np.ones(40), (-2, -1, 0, 1, 2)).models["hour"]
    x = np.linspace(0.1, 3, 5)
    value, gradient = alone.logit(x)
    code = alone.expected(x)
    assert value == pytest.approx(np.log((code + 2) / (2 - code)))
    assert gradient == pytest.approx(alone.gradient(x) * 4 / ((code + 2) * (2 - code)))
