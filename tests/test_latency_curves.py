"""Latency curves over cases: shares, bands, groups, order, and the probability that one case answered before another."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import case_ids, load_case  # noqa: E402
from aftermath.measures.latency_curves import (  # noqa: E402
    FEWEST_CASES,
    MARKS,
    LatencyCurves,
    latency_curves,
    probability_before,
    uniform_probability_before,
)
from aftermath.measures.speed import Speed, speed  # noqa: E402
from aftermath.measures.steps import STEPS, Step  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.statistics.turnbull import bootstrap_band, turnbull  # noqa: E402
from aftermath.times import DAY, HOUR, Latency  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from aftermath.workspace import INSTALLED_FROM, Workspace  # noqa: E402

HERE = Workspace(INSTALLED_FROM)
INF = math.inf


def answered(name: str, lower: float, upper: float, exposed_by: str = "own_post") -> Speed:
    """A case whose every step has this latency."""
    steps = tuple(Step(key, label, Latency(lower, upper), (), "documented", 1, 1) for key, (label, *_) in STEPS.items())
    return Speed(name, steps, None, (), None, exposed_by, False, 3)


def speeds(*latencies: tuple[float, float]) -> list[Speed]:
    return [answered(f"case-{place:02}", *each) for place, each in enumerate(latencies)]


MIXED = speeds((0, 1), (600, 1200), (HOUR, 3 * HOUR), (2 * HOUR, DAY), (DAY, 3 * DAY), (40 * DAY, INF))


# --- curves -------------------------------------------------------------------------------------------------------


def test_exact_latencies_give_the_share_that_had_not_answered() -> None:
    (curve,) = latency_curves(speeds((60, 60), (HOUR, HOUR), (DAY, DAY), (2 * DAY, 2 * DAY)), draws=50).curves
    at = dict(zip(curve.seconds, curve.not_yet_lower, strict=True))
    assert [at[second] for second in (0, 60, HOUR, DAY, 2 * DAY, 30 * DAY)] == pytest.approx([1, 0.75, 0.5, 0.25, 0, 0])
    assert curve.not_yet_upper == pytest.approx(curve.not_yet_lower)


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.slow
def test_every_step_of_the_real_cases_has_a_curve(step: str) -> None:
    real = [speed(load_case(name, HERE)) for name in case_ids(HERE) if name != "weishi-data-fabrication"]
    found = latency_curves(real, step, draws=20)
    (curve,) = found.curves
    # one announced the matter itself, the other was quoted in what exposed it
    with_zero = {
        "response": ("gm-ignition-recall", "tiktok-data-transparency"),
        "corrective_action": ("gm-ignition-recall",),
    }
    assert found.with_zero == with_zero.get(step, ())
    assert len(curve.case_ids) == len(real) - len(found.with_zero) == 16 - len(found.with_zero)
    assert set(MARKS) <= set(curve.seconds)
    assert found.table.drop("group").to_numpy() == pytest.approx(found.table.drop("group").to_numpy())
    for lower, upper in (
        ("not_yet_lower", "not_yet_upper"),
        ("band_lower", "band_upper"),
        ("possible_lower", "possible_upper"),
    ):
        low, high = getattr(curve, lower), getattr(curve, upper)
        assert ((low >= -1e-9) & (low <= high + 1e-9) & (high <= 1 + 1e-9)).all()
    assert found.text.startswith(STEPS[step][0])


def test_the_band_holds_the_curve_and_what_remains_possible_holds_it_too() -> None:
    (curve,) = latency_curves(MIXED, draws=100).curves
    assert (curve.band_lower <= curve.not_yet_lower).all() and (curve.not_yet_upper <= curve.band_upper).all()
    assert (curve.possible_lower <= curve.not_yet_lower + 1e-6).all()
    assert (curve.not_yet_upper <= curve.possible_upper + 1e-6).all()


def test_the_band_is_seeded_and_widens_with_the_level() -> None:
    one, again, other = (latency_curves(MIXED, draws=60, seed=seed).table for seed in (0, 0, 1))
    assert one.equals(again)
    assert not one.equals(other)
    narrow, wide = (latency_curves(MIXED, draws=60, level=level).curves[0] for level in (0.5, 0.95))
    assert (wide.band_lower <= narrow.band_lower).all() and (wide.band_upper >= narrow.band_upper).all()
    assert (wide.band_upper - wide.band_lower).sum() > (narrow.band_upper - narrow.band_lower).sum()


def test_the_band_is_that_of_every_draw_estimated_by_itself() -> None:
    left, right, seconds = np.array([0.0, 1, 2, 4]), np.array([3, 1, INF, 6]), np.arange(8.0)
    samples = np.random.default_rng(3).integers(4, size=(80, 4))
    curves = np.array([turnbull(left[sample], right[sample]).survival(seconds) for sample in samples])
    lower, upper = bootstrap_band(left, right, seconds, level=0.8, draws=80, seed=3)
    resampled = np.quantile(curves[:, 0], 0.1, axis=0), np.quantile(curves[:, 1], 0.9, axis=0)
    assert (lower <= resampled[0] + 1e-12).all() and (resampled[1] <= upper + 1e-12).all()
    # what the intervals leave open is wider than any score interval
    assert (lower[2:4], upper[1:3]) == (pytest.approx(resampled[0][2:4]), pytest.approx(resampled[1][1:3]))


def test_the_band_of_cases_that_agree_is_the_score_interval_of_all_of_so_many() -> None:
    # R 4.2.2: prop.test(n, n, correct = FALSE)$conf.int, lower end, n = 3, 5 and 9
    for n, least in ((3, 0.4385030), (5, 0.5655175), (9, 0.7008550)):
        times = np.full(n, 5.0)
        lower, upper = bootstrap_band(times, times, np.array([0.0, 9.0]), draws=20)
        assert lower == pytest.approx([least, 0], abs=1e-6)
        assert upper == pytest.approx([1, 1 - least], abs=1e-6)
    said = latency_curves(speeds(*[(60, 60)] * 3), draws=20).text.replace(NO_BREAK, " ")
    assert "100 % [44–100] within 60 min" in said
    assert "nowhere narrower than the score interval of a share of as many cases" in said


@pytest.mark.parametrize("n", [3, 7, 11])
def test_no_share_lies_beyond_none_or_all(n: int) -> None:
    made = speeds(*((place * HOUR, (2 * place + 1) * HOUR) for place in range(n - 2)), (0, 30 * DAY), (DAY, INF))
    (curve,) = latency_curves(made, draws=100).curves
    for values in (curve.not_yet_lower, curve.not_yet_upper, curve.band_lower, curve.band_upper):
        assert ((values >= 0) & (values <= 1)).all()
    assert all(" to " not in curve.share_by(mark).partition("[")[2] for mark in MARKS)


def test_an_answer_that_may_have_come_before_the_clock_is_named() -> None:
    steps = tuple(replace(step, event_ids=("e01", "e02")) for step in answered("early", 0, 60).steps)
    early, bounded = (replace(answered("early", 0, 60), steps=steps, doubtful=names) for names in (("e02",), ("e01",)))
    words = "Counted as after clock zero, though it may have come before: the answer of early."
    assert latency_curves([*MIXED, early], draws=20).text.endswith(words)
    # another act bounds the latency, whether the doubtful one came before or after
    assert "may have come before" not in latency_curves([*MIXED, bounded], draws=20).text


def test_one_case_is_too_few() -> None:
    with pytest.raises(NothingToMeasure, match=r"1.case is too few for a latency curve"):
        latency_curves(MIXED[:1])


def test_the_band_of_exact_times_agrees_with_the_standard_error_of_a_share() -> None:
    times = np.arange(60.0)
    low, high = bootstrap_band(times, times, np.array([29.5]), draws=600)
    # a percentile interval of 600 draws of a share of 60 has steps of 1/60
    assert high[0] - low[0] == pytest.approx(2 * 1.96 * math.sqrt(0.25 / 60), rel=0.15)


def test_the_share_at_a_time_is_that_of_the_last_change_before_it() -> None:
    (curve,) = latency_curves(speeds((60, 60), (HOUR, HOUR), (10 * HOUR, 10 * HOUR)), draws=20).curves
    shares = [
        curve.answered_by(seconds).partition(" ")[0] for seconds in (0, 59, 60, 61, 5 * HOUR, 10 * HOUR, 900 * DAY)
    ]
    assert shares == ["0", "0", "33", "33", "67", "100", "100"]


def test_the_text_names_estimator_n_and_interval() -> None:
    said = latency_curves(MIXED, draws=30).text.replace(NO_BREAK, " ")
    for part in ("First public response (n = 6 cases) ", "within 60 min", "within 30 days", "Turnbull's estimate", "bands of 95 % from 30 resamplings", "chosen and not drawn at random"):  # fmt: skip
        assert part in said


def test_a_zero_by_construction_is_in_no_curve_and_is_named() -> None:
    made = answered("announced-it", 0, 0)
    steps = tuple(replace(step, latency=Latency(0, 0, by_construction=True)) for step in made.steps)
    own = replace(made, steps=steps)
    found, without = (latency_curves(each, draws=20) for each in ([*MIXED, own], MIXED))
    assert found.table.equals(without.table)
    assert "In no curve, as the answer came with clock zero: announced-it." in found.text
    assert "announced-it" not in without.text
    with pytest.raises(NothingToMeasure, match=r"(?s)2.cases are too few .* clock zero: announced-it"):
        latency_curves([*MIXED[:2], own])


def test_an_answer_that_came_with_clock_zero_is_in_no_curve_either() -> None:
    found, without = (latency_curves(each, draws=20) for each in ([*MIXED, answered("asked-before", 0, 0)], MIXED))
    assert found.table.equals(without.table)
    assert found.with_zero == ("asked-before",)


def test_within_the_hour_are_28_of_100_of_the_14_cases_that_were_to_answer() -> None:
    real = [speed(load_case(name, HERE)) for name in case_ids(HERE) if name != "weishi-data-fabrication"]
    said = latency_curves(real).text.replace(NO_BREAK, " ")
    assert said.startswith("First public response (n = 14 cases) 28 % [")
    assert said.endswith(
        "In no curve, as the answer came with clock zero: gm-ignition-recall and tiktok-data-transparency."
    )


# --- groups -------------------------------------------------------------------------------------------------------


def grouped(sizes: dict[str, int]) -> LatencyCurves:
    made = [
        answered(f"{name}-{place}", 60 * place, 600 * place + 60, name)
        for name, size in sizes.items()
        for place in range(size)
    ]
    return latency_curves(made, group=lambda each: each.exposed_by, by="exposed by", draws=20)


def test_groups_are_sorted_and_small_ones_are_named_and_left_out() -> None:
    found = grouped({"press": FEWEST_CASES, "customer": FEWEST_CASES + 1, "regulator": FEWEST_CASES - 1})
    assert [curve.group for curve in found.curves] == ["customer", "press"]
    assert [len(curve.case_ids) for curve in found.curves] == [FEWEST_CASES + 1, FEWEST_CASES]
    assert found.left_out == ("regulator-0", "regulator-1")
    assert found.by == "exposed by"
    assert "Too few for a curve of their own: regulator-0 and regulator-1." in found.text
    assert found.table["group"].unique().sort().to_list() == ["customer", "press"]
    assert found.table.filter(pl.col("group") == "press")["cases"].unique().to_list() == [FEWEST_CASES]


def test_groups_that_are_all_too_small_have_nothing_to_show() -> None:
    with pytest.raises(
        NothingToMeasure, match=r"4.cases are too few for a latency curve: at least 3 are needed in a group"
    ):
        grouped({"press": 2, "customer": 2})
    with pytest.raises(NothingToMeasure, match=r"0.cases are too few"):
        latency_curves([])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"step": "reply"}, "'reply' is no step; use one of: response, acknowledgement"),
        ({"level": 95}, "level = 95 must lie between 0 and 1"),
        ({"draws": 0}, "draws = 0 must be at least 1"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        latency_curves(MIXED, **options)


# --- invariances --------------------------------------------------------------------------------------------------

latencies = st.tuples(st.integers(0, 50), st.one_of(st.integers(0, 40), st.just(INF))).map(
    lambda pair: (pair[0] * HOUR, max(1.0, (pair[0] + pair[1]) * HOUR))
)
many = st.lists(latencies, min_size=FEWEST_CASES, max_size=10)


@given(many, st.randoms())
@settings(max_examples=15)
def test_the_order_of_cases_does_not_matter(pairs: list, chance) -> None:
    made = speeds(*pairs)
    one, other = (latency_curves(each, draws=10) for each in (made, chance.sample(made, len(made))))
    assert one.table.equals(other.table)
    assert one.text == other.text


@given(many, st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=10, max_size=10))
@settings(max_examples=25)
def test_widening_a_latency_never_narrows_what_remains_possible(pairs: list, more: list) -> None:
    wider = [
        (max(0, low - early * HOUR), high + late * HOUR)
        for (low, high), (early, late) in zip(pairs, more, strict=False)
    ]
    (narrow,), (wide,) = (latency_curves(speeds(*each), draws=5).curves for each in (pairs, wider))
    common = sorted(set(narrow.seconds) & set(wide.seconds))
    assert len(common) >= len(MARKS)
    at_narrow, at_wide = (np.searchsorted(curve.seconds, common) for curve in (narrow, wide))
    assert (wide.possible_lower[at_wide] <= narrow.possible_lower[at_narrow]).all()
    assert (wide.possible_upper[at_wide] >= narrow.possible_upper[at_narrow]).all()


# --- one before another -------------------------------------------------------------------------------------------

latency = latencies.map(lambda pair: Latency(*pair))


def test_apart_is_certain_and_overlapping_is_open() -> None:
    early, late, wide, never = Latency(0, 10), Latency(20, 30), Latency(0, 25), Latency(100, INF)
    assert probability_before(early, late) == (1, 1)
    assert probability_before(late, early) == (0, 0)
    assert probability_before(wide, late) == (0, 1)
    assert probability_before(early, never) == (1, 1)
    assert probability_before(Latency(0, 200), never) == (0, 1)
    assert probability_before(never, never) == (0, 1)


@given(latency, latency)
def test_bounds_hold_the_uniform_probability_and_both_orders_leave_no_more_than_one(
    one: Latency, other: Latency
) -> None:
    low, high = probability_before(one, other)
    assert low + probability_before(other, one)[0] <= 1 <= high + probability_before(other, one)[1] or one == other
    if one.seen and other.seen and one.lower < one.upper:
        assert low <= uniform_probability_before(one, other) <= high


@given(latency, latency, st.integers(0, 9), st.integers(0, 9))
def test_widening_never_narrows_the_bounds(one: Latency, other: Latency, early: int, late: int) -> None:
    wider = Latency(max(0, one.lower - early * HOUR), one.upper + late * HOUR)
    for inside, outside in (
        (probability_before(one, other), probability_before(wider, other)),
        (probability_before(other, one), probability_before(other, wider)),
    ):
        assert outside[0] <= inside[0] and outside[1] >= inside[1]


@given(latency, latency)
def test_uniform_probabilities_of_both_orders_add_up_to_one(one: Latency, other: Latency) -> None:
    assert uniform_probability_before(one, other) + uniform_probability_before(other, one) == pytest.approx(1)


@given(latency, latency, st.sampled_from([60.0, 0.01]))
def test_another_unit_of_time_changes_no_probability(one: Latency, other: Latency, unit: float) -> None:
    scaled = [Latency(unit * each.lower, unit * each.upper) for each in (one, other)]
    assert uniform_probability_before(*scaled) == pytest.approx(uniform_probability_before(one, other), abs=1e-9)


def test_the_uniform_probability_agrees_with_draws() -> None:
    generator = np.random.default_rng(0)
    for one, other in (((0, 10), (5, 15)), ((2, 9), (3, 4)), ((0, 8), (4, 4))):
        ours = uniform_probability_before(Latency(*one), Latency(*other))
        drawn = generator.uniform(*one, 40_000) < generator.uniform(*other, 40_000)
        assert ours == pytest.approx(drawn.mean(), abs=0.01)
