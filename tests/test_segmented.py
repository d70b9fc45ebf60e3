"""Segmented regression: truths given back, counts as rate ratios, invariances, and models that a series cannot bear."""

from __future__ import annotations

import math
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.segmented import Segmented, segmented_regression  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from dense import START, dense, instants, noise  # noqa: E402

AT, N = 20, 40
TIME = np.arange(N, dtype=float)
AFTER = AT <= TIME


def truth(intercept=5.0, trend=0.1, level=-2.0, slope=0.3) -> np.ndarray:
    return intercept + trend * TIME + AFTER * (level + slope * (TIME - AT))


def counts(rate: np.ndarray, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).poisson(rate)


def estimates(fit: Segmented) -> dict[str, float]:
    return dict(fit.terms.select("term", "estimate").rows())


# --- truths given back --------------------------------------------------------------------------------------------

TERMS = {"intercept": 5.0, "trend": 0.1, "level change": -2.0, "slope change": 0.3, "trend after": 0.4}


FAINT = noise(N, 6, 1e-4)  # without any, a series shows nothing of how observations stray


@pytest.mark.parametrize("hac_lags", [None, 0, 3])
def test_a_series_almost_without_noise_gives_back_its_terms(hac_lags: int | None) -> None:
    fit = segmented_regression(dense(truth() + FAINT), AT, hac_lags=hac_lags)
    assert estimates(fit) == pytest.approx(TERMS, abs=3e-4)
    assert fit.fitted["fitted"].to_list() == pytest.approx(truth().tolist(), abs=3e-4)
    assert fit.fitted["counterfactual"].to_list() == pytest.approx((5 + 0.1 * TIME).tolist(), abs=1e-3)
    assert (fit.n_before, fit.n_after, fit.pre_trend) == (20, 20, True)


def test_noise_is_seen_in_the_intervals_and_they_hold_the_truth() -> None:
    fit = segmented_regression(dense(truth() + noise(N, 3, 0.2)), AT)
    for term, value in TERMS.items():
        assert fit[term]["lower"] < value < fit[term]["upper"], term
        assert fit[term]["upper"] - fit[term]["lower"] > 2 * fit[term]["standard_error"], term


def test_a_wider_level_gives_wider_intervals_around_the_same_estimate() -> None:
    series = dense(truth() + noise(N, 3))
    narrow, wide = (segmented_regression(series, AT, level=level)["level change"] for level in (0.5, 0.99))
    assert narrow["estimate"] == wide["estimate"]
    assert wide["lower"] < narrow["lower"] < narrow["upper"] < wide["upper"]


def test_without_a_change_of_slope_the_trend_stays_in() -> None:
    fit = segmented_regression(dense(truth(slope=0) + FAINT), AT, slope=False)
    assert estimates(fit) == pytest.approx({"intercept": 5, "trend": 0.1, "level change": -2}, abs=3e-4)
    assert fit.pre_trend


@pytest.mark.parametrize("before", [2, 7])
def test_fewer_than_eight_before_have_no_trend_and_the_text_says_so(before: int) -> None:
    fit = segmented_regression(dense((truth() + noise(N))[AT - before :]), before)
    assert set(estimates(fit)) == {"intercept", "level change", "slope change", "trend after"}
    assert fit["trend after"] == fit["slope change"] | {"term": "trend after"}
    assert not fit.pre_trend
    assert f"Fewer than eight observations precede the event ({before}), so no trend" in fit.text
    assert fit.fitted["counterfactual"].null_count() == fit.fitted.height


def test_a_constant_stretch_before_is_fitted_like_any_other() -> None:
    fit = segmented_regression(dense(np.where(AFTER, 1.0, 3.0) + AFTER * noise(N, 2, 0.1)), AT, slope=False)
    assert fit["level change"]["estimate"] == pytest.approx(-2, abs=0.2)


def test_a_season_is_told_from_the_change() -> None:
    season = 3 * np.sin(2 * math.pi * TIME / 12) + np.cos(4 * math.pi * TIME / 12)
    fit = segmented_regression(dense(truth() + season + FAINT), AT, harmonics=2, period=12)
    assert estimates(fit) == pytest.approx(TERMS, abs=3e-4)
    without = segmented_regression(dense(truth() + season), AT)
    assert abs(without["level change"]["estimate"] + 2) > 0.1


def test_weights_count_like_repeated_observations() -> None:
    value, n = truth() + noise(N), np.random.default_rng(5).integers(1, 9, N)
    weighted = segmented_regression(dense(value, n=n), AT, hac_lags=0)
    design = np.column_stack([np.ones(N), TIME, AFTER, AFTER * (TIME - AT)]).astype(float)
    repeated = np.linalg.lstsq(np.repeat(design, n, axis=0), np.repeat(value, n), rcond=None)[0]
    assert weighted.terms["estimate"][:4].to_list() == pytest.approx(repeated.tolist())


def test_missing_days_are_left_out_and_times_keep_their_places() -> None:
    kept = np.delete(np.arange(N), [3, 4, 25])
    fit = segmented_regression(dense((truth() + FAINT)[kept], TIME[kept]), AT)
    assert estimates(fit) == pytest.approx(TERMS, abs=3e-4)
    assert fit.n_before + fit.n_after == N - 3


# --- counts -------------------------------------------------------------------------------------------------------

RATE = np.exp(3 + 0.01 * TIME + AFTER * (-0.7 + 0.02 * (TIME - AT)))


def direct(value: np.ndarray, exposure: np.ndarray | None, slope: bool, scale: float | str):
    """statsmodels' Poisson regression, called directly."""
    import statsmodels.api as sm

    columns = [np.ones(N), TIME, AFTER] + ([AFTER * (TIME - AT)] if slope else [])
    offset = None if exposure is None else np.log(exposure)
    model = sm.GLM(value, np.column_stack(columns).astype(float), family=sm.families.Poisson(), offset=offset)
    return model.fit(scale=scale)


@pytest.mark.parametrize(("family", "scale"), [("poisson", 1.0), ("quasipoisson", "X2")])
@pytest.mark.parametrize("slope", [True, False])
@pytest.mark.parametrize("exposed", [True, False])
def test_rate_ratios_are_those_of_statsmodels(family: str, scale: float | str, slope: bool, exposed: bool) -> None:
    exposure = np.random.default_rng(2).uniform(50, 150, N)
    value = counts(RATE * exposure / 100 if exposed else RATE)
    columns = {"exposure": exposure} if exposed else {}
    ours = segmented_regression(dense(value, **columns), AT, family=family, slope=slope, independent=True)
    theirs = direct(value, exposure if exposed else None, slope, scale)
    names = ["intercept", "trend", "level change", "slope change"][: 3 + slope]
    ratios = pl.DataFrame(
        np.exp(np.column_stack([theirs.params, theirs.conf_int()])), schema=["estimate", "lower", "upper"]
    )
    for name, row in zip(names, ratios.rows(named=True), strict=True):
        assert {key: ours[name][key] for key in row} == pytest.approx(row, rel=1e-9), name
    assert ours.fitted["fitted"].to_list() == pytest.approx(theirs.fittedvalues.tolist())
    assert "trend" in estimates(ours)


def test_counts_without_noise_give_back_their_rate_ratios() -> None:
    exact = np.round(RATE * 1e6)
    fit = segmented_regression(dense(exact, exposure=np.full(N, 1e6)), AT, family="poisson")
    assert estimates(fit) == pytest.approx(
        {"intercept": math.exp(3), "trend": math.exp(0.01), "level change": math.exp(-0.7), "slope change": math.exp(0.02), "trend after": math.exp(0.03)}, rel=1e-6
    )  # fmt: skip
    assert fit.fitted["counterfactual"].to_list() == pytest.approx((1e6 * np.exp(3 + 0.01 * TIME)).tolist(), rel=1e-6)
    assert "the level changed by rate ratio 0.49" in fit.text


def test_overdispersion_widens_the_intervals_and_moves_no_estimate() -> None:
    value = counts(RATE) * 3
    poisson, quasi = (
        segmented_regression(dense(value), AT, family=family, independent=True)
        for family in ("poisson", "quasipoisson")
    )
    assert estimates(poisson) == pytest.approx(estimates(quasi))
    assert quasi["level change"]["upper"] > poisson["level change"]["upper"]
    assert "scaled by Pearson's dispersion" in quasi.text


def test_newey_west_errors_for_counts_are_named() -> None:
    fit = segmented_regression(dense(counts(RATE)), AT, family="quasipoisson", hac_lags=2)
    assert f"Newey-West errors, Bartlett kernel, 2{NO_BREAK}lags" in fit.text


# --- what a series cannot bear ------------------------------------------------------------------------------------

ENOUGH = dense(truth() + noise(N))
REFUSED = {
    "unknown family": (ENOUGH, {"family": "normal"}, r"'normal' is no family: use one of gaussian, poisson, quasipoisson"),
    "negative counts": (dense(counts(RATE) - 30), {"family": "poisson"}, r"not counts, so poisson does not fit them: use fam"),
    "parts of counts": (dense(counts(RATE) / 2), {"family": "quasipoisson"}, r"the values are not counts, so quasipoisson"),
    "no period": (ENOUGH, {"harmonics": 2}, r"harmonics need a positive period in units of time, e\.g\. harmonics=2"),
    "negative period": (ENOUGH, {"harmonics": 1, "period": -12}, r"harmonics need a positive period"),
    "negative harmonics": (ENOUGH, {"harmonics": -1, "period": 12}, r"harmonics need a positive period"),
    "no lags": (ENOUGH, {"hac_lags": -1}, r"hac_lags = -1 must lie between 0 and the number of observations"),
    "too many lags": (ENOUGH, {"hac_lags": N}, r"hac_lags = 40 must lie between 0"),
    "too many harmonics": (ENOUGH, {"harmonics": 20, "period": 40.5}, r"cannot bear 44 terms|cannot be told apart"),
    "one after": (dense(truth()[: AT + 1] + noise(AT + 1)), {}, r"cannot be told apart: observe more times .* or set slope=False"),
    "a season of two steps": (ENOUGH, {"harmonics": 1, "period": 2}, r"the terms cannot be told apart"),
    "four rows": (dense([1.0, 2, 3, 5]), {"at": 2}, r"4.observations cannot bear 3 terms: lengthen the series"),
}  # fmt: skip


@pytest.mark.parametrize("fault", REFUSED)
def test_what_a_series_cannot_bear_is_refused_with_what_would_mend_it(fault: str) -> None:
    series, options, words = REFUSED[fault]
    with pytest.raises(SeriesError, match=words):
        segmented_regression(series, **({"at": AT} | options))


@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])
@pytest.mark.parametrize("exposed", [True, False])
@pytest.mark.parametrize("slope", [True, False])
@pytest.mark.parametrize("never", ["before", "after", "until the last day", "but on the last day before"])
def test_zeros_on_one_side_have_no_finite_rate_ratio(never: str, slope: bool, exposed: bool, family: str) -> None:
    some = 5 + np.arange(N) % 3
    value = {
        "before": AFTER * some,
        "after": ~AFTER * some,
        "until the last day": (TIME == N - 1) * 3,
        "but on the last day before": ~AFTER * (TIME == AT - 1) * 4,
    }[never]
    columns = {"exposure": np.linspace(1, 2, N)} if exposed else {}
    with pytest.raises(SeriesError, match="these counts have no finite rate ratio, as where all are 0"):
        segmented_regression(dense(value, **columns), AT, family=family, slope=slope)


def test_some_zeros_do_no_harm() -> None:
    fit = segmented_regression(dense(counts(np.full(N, 0.8), 4)), AT, family="poisson")
    assert fit["level change"]["lower"] < 1 < fit["level change"]["upper"]


PERFECT = "the values lie exactly on the fitted course, so nothing shows how far observations stray"


@pytest.mark.parametrize(
    "value", [truth(), TIME / 3, np.where(AFTER, 2.0, 5.0), 1e6 + np.where(AFTER, 0.1, 0.0), 1e-9 * truth()]
)
@pytest.mark.parametrize("options", [{}, {"independent": True}, {"hac_lags": 1}, {"slope": False}])
def test_a_perfect_fit_is_refused(value: np.ndarray, options: dict) -> None:
    value = truth(slope=0) if options == {"slope": False} else value
    with pytest.raises(SeriesError, match=PERFECT):
        segmented_regression(dense(value), AT, **options)


@pytest.mark.parametrize("value", [np.where(AFTER, 20.0, 10.0), 2.0**TIME])
def test_a_perfect_fit_of_counts_is_refused_unless_the_law_of_poisson_tells_their_variance(value: np.ndarray) -> None:
    for options in ({"family": "quasipoisson"}, {"family": "quasipoisson", "independent": True}, {"family": "poisson", "hac_lags": 2}):  # fmt: skip
        with pytest.raises(SeriesError, match=PERFECT):
            segmented_regression(dense(value), AT, **options)
    change = segmented_regression(dense(value), AT, family="poisson", independent=True)["level change"]
    assert change["lower"] < change["estimate"] < change["upper"]


@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])
@pytest.mark.parametrize(
    "value",
    [
        [0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0],
        [5, 0, 1, 0, 0, 0, 0, 1, 2, 3, 0, 0, 1, 0, 0, 0],
        [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3],
    ],
)
def test_a_trend_of_days_over_a_gap_of_a_year_bounds_no_rate_ratio(value: list[int], family: str) -> None:
    times = [date(2020, 1, 1) + timedelta(days=place + 365 * (place >= 8)) for place in range(16)]
    with pytest.raises(SeriesError, match=r"cannot bound the rate ratio at the event: .* or set slope=False"):
        segmented_regression(dense(np.array(value, float), times), times[8], family=family)
    with pytest.raises(
        SeriesError, match=r"cannot bound the rate ratio at the event: give a longer series or wider bins$"
    ):
        segmented_regression(dense(np.array(value, float), times), times[8], family=family, slope=False)


@pytest.mark.parametrize("family", ["poisson", "quasipoisson"])
@pytest.mark.parametrize("size", [5e3, 1e6, 1e9])
@pytest.mark.parametrize("place", [0, 5, 10, 19])
@pytest.mark.parametrize("season", [{}, {"harmonics": 1, "period": 12}])
def test_a_spike_among_ones_is_refused_without_a_warning(place: int, size: float, season: dict, family: str) -> None:
    value = np.where(np.arange(20) == place, size, 1.0)
    with pytest.raises(
        SeriesError, match=r"cannot bound|lie too far apart|no clear maximum|exactly on the fitted course"
    ):
        segmented_regression(dense(value), 10, family=family, **season)


def test_the_lower_end_of_a_wide_rate_ratio_is_not_rounded_to_nothing() -> None:
    few = np.zeros(N)
    few[[2, 5, 9, 12, 17, 22, 26, 33, 38]] = 1
    fit = segmented_regression(dense(few), AT, family="poisson", independent=True)
    change = fit["level change"]
    assert 0 < change["lower"] < 0.1 and change["upper"] > 10
    assert "[0–" not in fit.text and "[0.0–" not in fit.text and "[0.00–" not in fit.text


def test_the_text_shows_an_interval_far_narrower_than_its_estimate() -> None:
    change = (fit := segmented_regression(dense(100 * truth() + 10 * FAINT), AT))["level change"]
    lower, upper = fit.text.split("[")[1].split("]")[0].split(" to ")
    assert lower != upper
    assert change["upper"] - change["lower"] < 0.01


def test_newey_west_errors_of_a_short_series_are_called_too_small() -> None:
    words = "Newey-West errors are too small in a series as short as this, of 40"
    assert words in segmented_regression(ENOUGH, AT, hac_lags=2).text
    assert "too small" not in segmented_regression(dense(noise(60)), AT, hac_lags=2).text
    assert words in segmented_regression(dense(counts(RATE)), AT, family="poisson", hac_lags=2).warning


# --- invariances --------------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


@given(seeds, st.integers(-(10**4), 10**4))
@settings(max_examples=15)
def test_shifting_all_times_changes_nothing(seed: int, shift: int) -> None:
    value = truth() + noise(N, seed)
    one, other = (segmented_regression(dense(value, TIME + move), AT + move) for move in (0, shift))
    assert one.terms.drop("term").to_numpy() == pytest.approx(other.terms.drop("term").to_numpy(), rel=1e-6, abs=1e-6)


@given(seeds)
@settings(max_examples=10)
def test_hours_instead_of_days_divide_slopes_and_leave_levels(seed: int) -> None:
    value = truth() + noise(N, seed)
    days, hours = segmented_regression(dense(value), AT), segmented_regression(dense(value, 24 * TIME), 24 * AT)
    for term in TERMS:
        factor = 24 if "trend" in term or "slope" in term else 1
        for key in ("estimate", "lower", "upper", "standard_error"):
            assert days[term][key] == pytest.approx(factor * hours[term][key], rel=1e-6, abs=1e-9), (term, key)


@given(seeds, st.floats(-1e3, 1e3), st.sampled_from([1e-6, 0.5, 3.0, 1e6]))
@settings(max_examples=15)
def test_adding_a_constant_moves_the_intercept_and_scaling_scales_everything(
    seed: int, constant: float, factor: float
) -> None:
    value = truth() + noise(N, seed)
    plain = segmented_regression(dense(value), AT)
    moved = segmented_regression(dense(factor * value + constant), AT)
    for term in TERMS:
        add = constant if term == "intercept" else 0
        for key in ("estimate", "lower", "upper"):
            expected = factor * plain[term][key] + add
            assert moved[term][key] == pytest.approx(expected, rel=1e-5, abs=1e-9 * (abs(constant) + factor)), (
                term,
                key,
            )


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_instants_and_numbers_of_days_give_the_same(zone: str) -> None:
    value = truth() + noise(N)
    series = dense(value, instants(N)).with_columns(pl.col("time").dt.convert_time_zone(zone))
    by_instant = segmented_regression(series, START + timedelta(days=AT))
    by_date = segmented_regression(dense(value, [moment.date() for moment in instants(N)]), date(2020, 1, 21))
    for fit in (by_instant, by_date):
        assert fit.unit == "day"
        assert fit.terms.drop("term").to_numpy() == pytest.approx(
            segmented_regression(dense(value), AT).terms.drop("term").to_numpy(), rel=1e-9
        )


def test_the_text_names_estimator_n_interval_and_claims_no_cause() -> None:
    text = segmented_regression(ENOUGH, AT).text.replace(NO_BREAK, " ")
    for part in (
        "Segmented regression (gaussian; autoregressive errors",
        "95% interval",
        "n = 20 observations before",
        "20 from the event on",
        "is not a change because of it",
    ):
        assert part in text
