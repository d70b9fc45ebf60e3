"""The local level: changes found, invariances, gaps, and series that cannot bear it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.statistics.local_level import LocalLevel, local_level  # noqa: E402
from aftermath.statistics.series import SeriesError  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from dense import START, dense, instants, noise  # noqa: E402

AT, N = 20, 40
STEP = np.where(np.arange(N) >= AT, -3.0, 0.0)


def change(fit: LocalLevel) -> dict[str, float]:
    return fit.terms.row(2, named=True)


# --- truths -------------------------------------------------------------------------------------------------------


FAINT = noise(N, 6, 1e-4)  # without any, a series shows nothing of how observations stray


def test_a_step_almost_without_noise_is_given_back() -> None:
    fit = local_level(dense(7 + STEP + FAINT), AT)
    assert change(fit)["term"] == "level change"
    assert [change(fit)[key] for key in ("estimate", "lower", "upper")] == pytest.approx([-3] * 3, abs=1e-3)
    assert change(fit)["lower"] < -3 < change(fit)["upper"]
    assert fit.course["level"].to_list() == pytest.approx((7 + STEP).tolist(), abs=1e-3)
    assert fit.terms["estimate"][:2].to_list() == pytest.approx([0, 0], abs=1e-6)
    assert (fit.n_before, fit.n_after) == (AT, N - AT)


@pytest.mark.parametrize("seed", range(5))
def test_a_step_in_noise_is_within_its_interval(seed: int) -> None:
    found = change(local_level(dense(STEP + noise(N, seed, 0.5)), AT))
    assert found["lower"] < -3 < found["upper"] < 0
    assert found["lower"] < found["estimate"] < found["upper"]


@pytest.mark.parametrize("seed", range(5))
def test_a_walk_without_a_step_shows_none(seed: int) -> None:
    """The moves of the walk are the yardstick: after 20 steps it is far from its start without any change."""
    walk = noise(N, seed).cumsum()
    found = change(local_level(dense(walk), AT))
    assert found["lower"] < 0 < found["upper"]
    assert 2 < found["upper"] - found["lower"] < 12


def test_the_two_variances_are_told_apart() -> None:
    noisy, drifting = noise(200, 1), noise(200, 2).cumsum()
    for value, larger in ((noisy, 0), (drifting, 1)):
        variances = local_level(dense(value)).terms["estimate"]
        assert variances[larger] == pytest.approx(1, rel=0.3)
        assert variances[1 - larger] < 0.15


def test_without_an_event_no_change_is_fitted() -> None:
    fit = local_level(dense(noise(N)))
    assert fit.terms["term"].to_list() == ["noise variance", "level variance"]
    assert (fit.n_before, fit.n_after) == (N, 0)
    assert fit.text.startswith("No intervention was fitted (n = 40")


def test_the_course_follows_the_level_across_the_step_with_a_band_that_holds_it() -> None:
    course = local_level(dense(STEP + noise(N, 1, 0.3)), AT).course
    assert course["level"][:AT].to_numpy() == pytest.approx(0, abs=0.5)
    assert course["level"][AT:].to_numpy() == pytest.approx(-3, abs=0.5)
    assert (course["lower"] < course["level"]).all() and (course["level"] < course["upper"]).all()
    inside = (course["lower"].to_numpy() < STEP) & (course["upper"].to_numpy() > STEP)
    assert inside.mean() > 0.8


def test_a_wider_level_gives_a_wider_interval() -> None:
    series = dense(STEP + noise(N))
    narrow, wide = (change(local_level(series, AT, level=level)) for level in (0.5, 0.99))
    assert wide["lower"] < narrow["lower"] < narrow["upper"] < wide["upper"]
    assert wide["estimate"] == narrow["estimate"]


@pytest.mark.parametrize("level", [0.01, 1e-4])
@pytest.mark.parametrize("seed", range(4))
def test_every_level_holds_its_estimate(level: float, seed: int) -> None:
    skewed = np.concatenate([noise(AT, seed), np.random.default_rng(seed).exponential(3, AT)])
    found = change(local_level(dense(skewed), AT, level=level))
    assert found["lower"] <= found["estimate"] <= found["upper"]


@pytest.mark.parametrize("at", [1, N - 1])
def test_one_observation_on_a_side_tells_little_and_the_interval_says_so(at: int) -> None:
    value = noise(N, 3)
    found = change(local_level(dense(value), at))
    assert found["upper"] - found["lower"] > 3 * value.std()


# --- gaps ---------------------------------------------------------------------------------------------------------


def test_missing_days_are_bridged() -> None:
    value, kept = STEP + noise(N, 1, 0.2), np.delete(np.arange(N), [5, 6, 21, 30])
    whole, gappy = local_level(dense(value), AT), local_level(dense(value[kept], kept.astype(float)), AT)
    assert gappy.course.height == len(kept)
    assert change(gappy)["estimate"] == pytest.approx(change(whole)["estimate"], abs=0.2)
    assert (gappy.n_before, gappy.n_after) == (18, 18)


def test_an_event_in_a_gap_changes_the_first_observation_after_it() -> None:
    kept = np.delete(np.arange(N), range(AT, AT + 4))
    fit = local_level(dense((STEP + FAINT)[kept], kept.astype(float)), AT + 0.5)
    assert change(fit)["estimate"] == pytest.approx(-3, abs=1e-3)


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        (dense(noise(7)), {}, r"7.observations cannot bear a local level: at least 8 are needed"),
        (
            dense(noise(9), [0.0, 1.0, 2.0, 3.3, 4.0, 5.0, 6.0, 7.0, 8.0]),
            {},
            "not multiples of one step: bring the series to days",
        ),
        (dense(np.where(np.arange(N) >= 4, 20.0, 10.0)), {}, "exactly on the fitted course, so nothing shows how far"),
        (dense([1e9] * 4 + [1e9 + 0.1] * 20), {}, "exactly on the fitted course, so nothing shows how far"),
        (dense(noise(N)), {"initial_variance": 0}, "initial_variance = 0 must be positive and finite, or left out"),
        (dense(noise(N)), {"initial_variance": float("inf")}, "must be positive and finite"),
    ],
)
def test_what_cannot_bear_it_is_refused(series, options: dict, words: str) -> None:
    with pytest.raises(SeriesError, match=words):
        local_level(series, 4, **options)


@pytest.mark.parametrize(
    "value",
    [
        [0.0, 1.0] * 10,
        np.arange(20.0),
        [0.0] * 18 + [1.0, 2.0],
        [1.0, 2.0] + [0.0] * 18,
        [0.0] * 10 + [1e9] + [0.0] * 9,
        np.exp(np.arange(20.0)),
        1e12 + np.arange(20) % 3,
    ],
)
@pytest.mark.parametrize("at", [None, 1, 10, 19])
def test_strange_series_are_described_without_a_warning(value: list[float], at: int | None) -> None:
    fit = local_level(dense(value), at)
    assert fit.course["upper"].is_finite().all() and np.isfinite(fit.log_likelihood)
    assert fit.terms["estimate"].is_finite().all()
    assert "nan" not in fit.text


# --- invariances --------------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


@given(seeds, st.sampled_from([1e-6, 0.01, 100.0, 1e6]), st.floats(-1e3, 1e3))
@settings(max_examples=8)
def test_another_unit_of_the_value_scales_everything(seed: int, factor: float, constant: float) -> None:
    value = STEP + noise(N, seed)
    plain, scaled = local_level(dense(value), AT), local_level(dense(factor * value + factor * constant), AT)
    for key in ("estimate", "lower", "upper", "standard_error"):
        assert change(scaled)[key] == pytest.approx(factor * change(plain)[key], rel=1e-5, abs=1e-6 * factor)
    # Nelder-Mead stops near a maximum, so variances are alike to its tolerance only
    expected = (plain.terms["estimate"][:2] * factor**2).to_list()
    assert scaled.terms["estimate"][:2].to_list() == pytest.approx(expected, rel=0.02, abs=1e-3 * factor**2)
    moved = scaled.course["level"] / factor - constant
    assert moved.to_list() == pytest.approx(plain.course["level"].to_list(), abs=1e-4)


@given(seeds, st.integers(-(10**4), 10**4), st.sampled_from([1.0, 24.0, 7.0]))
@settings(max_examples=8)
def test_another_origin_or_unit_of_time_changes_nothing_but_the_step(seed: int, shift: int, unit: float) -> None:
    value, time = STEP + noise(N, seed), np.arange(N)
    plain, moved = local_level(dense(value), AT), local_level(dense(value, unit * time + shift), unit * AT + shift)
    assert moved.terms.drop("term").to_numpy()[2] == pytest.approx(plain.terms.drop("term").to_numpy()[2], rel=1e-9)
    assert (moved.step, moved.log_likelihood) == pytest.approx((unit, plain.log_likelihood))


@pytest.mark.parametrize(
    ("step", "words"),
    [(timedelta(days=1), "in 1 day"), (timedelta(days=7), "in 7 days"), (timedelta(hours=6), "in 0.25 days")],
)
def test_the_text_names_the_step_that_the_level_moves_in(step: timedelta, words: str) -> None:
    fit = local_level(dense(STEP + noise(N), instants(N, step)), START + AT * step)
    assert f"of the level's move {words} " in fit.text
    assert "daily" not in fit.text


def test_the_text_names_estimator_n_interval_and_claims_no_cause() -> None:
    text = local_level(dense(STEP + noise(N)), AT).text.replace(NO_BREAK, " ")
    for part in ("restricted likelihood", "95% interval, n = 20 observations before the event and 20 from it on", "in 1 step", "not a move because of it"):  # fmt: skip
        assert part in text
