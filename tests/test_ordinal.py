"""Proportional odds: truths given back, agreement with logistic regression, invariances, and where no estimate exists."""

from __future__ import annotations

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.measures.recovery.ordinal import ProportionalOdds, proportional_odds  # noqa: E402
from aftermath.measures.result import NothingToMeasure  # noqa: E402

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
    error = model.standard_error(lambda parameters: np.array([contrast @ parameters, parameters[0] ** 2]))
    assert error == pytest.approx([np.sqrt(contrast @ covariance @ contrast), np.sqrt(0.5)], rel=1e-6)
    assert model.quantile(0.95) == pytest.approx(2.306, abs=5e-4)  # t with 8 degrees of freedom


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
