"""Recovery from coded coverage: real cases, made-up presses with a known truth, and cases too small for a model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import polars as pl
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import Case, case_ids, load_case  # noqa: E402
from aftermath.measures.recovery import (  # noqa: E402
    CoverageRecovery,
    Days,
    crossing,
    recovery,
)
from aftermath.pages.passages.recovery import cells  # noqa: E402
from aftermath.statistics.averaged import SCALES, AveragedOdds, averaged_odds, on_scale  # noqa: E402
from aftermath.statistics.ordinal import ProportionalOdds  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from aftermath.workspace import INSTALLED_FROM, Workspace  # noqa: E402
from factories import BASE, case, event, text  # noqa: E402

HERE = Workspace(INSTALLED_FROM)
VARIABLES = ("favourability", "stance_response", "stance_org")
UNDOCUMENTED = "weishi-data-fabrication"


def press(
    codes: Sequence[int],
    days: Sequence[int],
    publishers: Sequence[str] | None = None,
    others: Sequence[int | str] | None = None,
    start: int = 0,
) -> Case:
    """A case whose coverage has these codes (``others`` are the second coder's), so many days after clock zero.

    Every text has a publisher of its own if none are given. Clock zero comes ``start`` days after the base.
    """
    publishers = [f"Paper {place}" for place in range(len(codes))] if publishers is None else publishers
    others = codes if others is None else others
    texts = [
        text((BASE + timedelta(days=start + int(day))).date().isoformat(), a, b, source_id=f"s{place}")
        for place, (a, b, day) in enumerate(zip(codes, others, days, strict=True))
    ]
    made = case([event(start=start * 86_400)], texts)
    (common,) = made.sources.rows(named=True)
    sources = [common | {"source_id": f"s{place}", "publisher": name} for place, name in enumerate(publishers)]
    frame = pl.DataFrame(sources, schema=made.sources.schema)
    return replace(made, tables=replace_sources(made, frame))


def replace_sources(made: Case, sources: pl.DataFrame):
    tables = {name: frame.lazy() for name, frame in made.tables.to_dict().items() if frame is not None}
    return type(made.tables).cast(tables | {"sources": sources.lazy()})


def recovering(n: int = 80, seed: int = 0, low: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Codes that rise with the logarithm of time, from so much lower a beginning in log odds, and their days."""
    generator = np.random.default_rng(seed)
    days = np.round(np.expm1(generator.uniform(0, math.log1p(300), n))).astype(int)
    return np.searchsorted([-0.5, 2.5, 5.0], np.log1p(days) - low + generator.logistic(size=n)) - 1, days


def test_odds_of_a_tenfold_of_time_have_no_bound_where_the_texts_span_a_small_part_of_one() -> None:
    found = recovery(press([-2, -2, -1, -1, 0, 0, 1, 1, 2], range(100, 109)))
    assert found.modelled and math.isinf(found.odds_ratio) and math.isinf(found.odds_upper)
    assert math.isfinite(found.slope) and math.isfinite(found.slope_error)
    assert found.table.row(0) == ("odds ratio, tenfold of time", None, None, None, "ratio")
    assert "no bound" in cells(found)[3]
    assert not any(word in " ".join([found.text, *cells(found)]) for word in ("inf", "nan"))


# --- real cases ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case_id", [name for name in case_ids(HERE) if name != UNDOCUMENTED])
def test_every_real_case_has_a_finite_course_or_a_plain_reason(case_id: str) -> None:
    read = load_case(case_id, HERE)
    for variable in VARIABLES:
        found = recovery(read, variable)
        assert found.variable == variable
        assert found.modelled != bool(found.why_not)
        assert "nan" not in found.text and "inf" not in found.text
        if not found.modelled:
            assert found.course.is_empty()
            assert "no model was fitted" in found.text and "By phase: " in found.text
            continue
        course = found.course
        assert course.select(pl.all().is_finite().all()).row(0) == (True,) * 4
        assert ((course["lower"] <= course["expected"]) & (course["expected"] <= course["upper"])).all()
        assert course["lower"].min() >= -2 and course["upper"].max() <= 2
        assert found.odds_lower < found.odds_ratio < found.odds_upper
        for days in (found.half_life, found.time_to_neutral):
            assert days.why or (days.value > 0 and days.lower <= days.value and days.value <= days.upper)


def test_a_case_without_a_crisis_is_not_measured() -> None:
    with pytest.raises(NothingToMeasure, match="no crisis is on record, so there is no clock and no recovery"):
        recovery(load_case(UNDOCUMENTED, HERE))


# --- truths -------------------------------------------------------------------------------------------------------


def test_a_press_that_recovers_is_seen_to_recover() -> None:
    found = recovery(press(*recovering(200, low=1.0)))
    assert found.modelled
    assert found.odds_lower < math.exp(math.log(10) * 1.0) < found.odds_upper
    assert found.odds_lower > 1
    assert found.course["expected"][0] < 0 < found.course["expected"][-1]
    assert 0 < found.half_life.lower < found.half_life.value < found.half_life.upper
    assert found.half_life.value < found.time_to_neutral.value
    assert found.course["expected"].is_sorted()


def test_a_press_that_only_darkens_never_returns() -> None:
    codes, days = recovering(200)
    found = recovery(press(np.maximum(-codes - 1, -2), days))
    assert found.odds_upper < 1
    for question in (found.half_life, found.time_to_neutral):
        assert question.value == math.inf
        assert question.text.startswith("not reached by day 2")


def test_a_press_that_began_well_is_not_asked_when_it_recovered() -> None:
    codes, days = recovering(200)
    found = recovery(press(np.minimum(codes + 2, 2), days))
    assert found.half_life.text == "does not arise: coverage did not begin clearly below neutral"
    assert math.isnan(found.half_life.value)
    assert found.table["estimate"].null_count() == 2


def test_both_codings_of_a_text_count_as_one_publisher() -> None:
    codes, days = recovering(60)
    twice, once = (recovery(press(codes, days, others=others)) for others in (codes, [""] * 60))
    assert twice.publishers == once.publishers == 60
    assert twice.odds_ratio == pytest.approx(once.odds_ratio, rel=1e-3)
    assert twice.odds_upper == pytest.approx(once.odds_upper, rel=0.02)


def test_one_outlet_with_many_texts_is_one_cluster() -> None:
    codes, days = recovering(60)
    found = recovery(press(codes, days, [f"Paper {place % 7}" for place in range(60)]))
    assert (found.publishers, found.after) == (7, 60)
    assert f"n = 60{NO_BREAK}texts from after clock zero, 7{NO_BREAK}publishers" in found.text


def test_texts_from_before_clock_zero_are_in_the_phases_and_not_in_the_model() -> None:
    codes, days = recovering(40)
    plain = recovery(press(codes, days))
    early = recovery(press([*codes, 2, 2], [*days, -5, -9]))
    assert early.after == plain.after == 40
    assert early.tone.texts.height == 42
    assert early.course.equals(plain.course)


# --- too small for a model ----------------------------------------------------------------------------------------

MIXED = [-1, 0, -1, 1, 0, -1, 1, 0, -1, 1]
DAYS = list(range(0, 50, 5))


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (press(MIXED[:7], DAYS[:7]), "fewer than 8 texts are from after clock zero"),
        (press(MIXED, [-day - 1 for day in DAYS]), "fewer than 8 texts are from after clock zero"),
        (press([0] * 10, DAYS), "only one level was coded"),
        (press(MIXED, DAYS, ["The Paper"] * 10), "fewer than three publishers"),
        (press(MIXED, DAYS, ["One", "Other"] * 5), "fewer than three publishers"),
        (press(MIXED, [3] * 10), "all texts are from one time"),
        (press(MIXED, [0] * 10), "all texts are from one time"),
    ],
    ids="seven before one_level one_paper two_papers one_day zero_day".split(),
)
def test_small_cases_degrade_to_phase_means_and_say_why(made: Case, why: str) -> None:
    found = recovery(made)
    assert found.why_not.startswith(why)
    assert f"because {why}" in found.text
    assert found.course.is_empty() and not found.modelled
    assert found.half_life.text == found.time_to_neutral.text == "not estimated"
    assert found.table["estimate"].null_count() == found.table.height == 3
    assert found.tone.texts.height in (7, 10)
    assert "nan" not in found.text


def test_a_coder_who_is_missing_does_no_harm() -> None:
    codes, days = recovering(40)
    assert recovery(press(codes, days, others=[""] * 40)).modelled


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"variable": "mood"}, "'mood' is not coded; use one of"),
        ({"level": 1.0}, "must lie between 0 and 1"),
        ({"level": math.nan}, "must lie between 0 and 1"),
        ({"phase_days": (30, 7)}, "must be positive days in ascending order"),
    ],
)
def test_what_cannot_be_asked_is_refused(options: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        recovery(press(MIXED, DAYS), **options)


@pytest.mark.parametrize(
    "codes", [sorted(MIXED), sorted(MIXED, reverse=True), [0] * 9 + [1]], ids="rising falling last".split()
)
def test_codes_that_time_separates_have_a_course_that_says_how_little_is_known(codes: list) -> None:
    found = recovery(press(codes, DAYS))
    assert found.modelled and found.odds_lower > 0 and math.isfinite(found.slope_error)
    assert found.odds_upper / found.odds_lower > 20


def test_one_publisher_with_most_of_the_texts_is_warned_of() -> None:
    codes, days = recovering(40)
    agency = recovery(press(codes, days, ["Agency"] * 24 + [f"Paper {place}" for place in range(16)]))
    assert agency.text.endswith(
        "Agency published 60% of the texts, so that few others tell how publishers differ: the intervals may be too narrow."
    )
    assert (agency.largest, agency.largest_share) == ("Agency", 0.6)
    assert not recovery(press(codes, days)).warning


def test_slope_and_its_error_are_those_of_the_odds_ratio() -> None:
    found = recovery(press(*recovering(80)))
    assert math.exp(found.slope) == pytest.approx(found.odds_ratio)
    reach = found.model.models["day"].quantile(0.95) * found.slope_error
    assert math.exp(found.slope - reach) == pytest.approx(found.odds_lower)
    assert math.isnan(recovery(press([0] * 10, DAYS)).slope_error)


# --- the scale of time --------------------------------------------------------------------------------------------


def drawn_on(scale: str, slope: float, n: int = 400) -> AveragedOdds:
    generator = np.random.default_rng(5)
    days = np.expm1(generator.uniform(0, math.log1p(300), n))
    latent = slope * on_scale(days, scale) + generator.logistic(size=n)
    return averaged_odds(
        np.searchsorted([0.0, 2.0, 4.0], latent) - 2, days, np.arange(n), np.ones(n), (-2, -1, 0, 1, 2)
    )


@pytest.mark.parametrize(("scale", "slope", "unlikely"), [("hour", 0.8, "month"), ("linear", 0.03, "day")])
def test_the_scale_on_which_texts_moved_has_the_weight(scale: str, slope: float, unlikely: str) -> None:
    weights = drawn_on(scale, slope).weights
    assert sum(weights.values()) == pytest.approx(1)
    assert weights[unlikely] < 0.02 < weights[scale]


def test_scales_that_differ_widen_the_interval() -> None:
    made, days = drawn_on("hour", 0.8, 40), np.array([0.1, 200.0])
    even = AveragedOdds(made.models, dict.fromkeys(made.models, 1 / len(made.models)))
    widths = [upper - lower for _, lower, upper in (made.alone(scale).expected(days, 0.95) for scale in made.models)]
    _, lower, upper = even.expected(days, 0.95)
    assert (upper - lower > np.min(widths, axis=0)).all()


def test_the_scales_are_in_the_result_with_what_each_says() -> None:
    found = recovery(press(*recovering(80, low=1.0)))
    assert found.scales["scale"].to_list() == list(SCALES)
    assert found.scales["weight"].sum() == pytest.approx(1)
    alone = crossing(found.model.alone("week"), 0.5, *found.course["day"][[0, -1]], 0.95)
    assert math.isfinite(alone.upper) and found.scales.row(4)[2:] == (alone.value, alone.lower, alone.upper, alone.text)
    assert recovery(press([0] * 10, DAYS)).scales.is_empty()


# --- crossings ----------------------------------------------------------------------------------------------------


def model(slope: float, spread: float = 0.01) -> AveragedOdds:
    """Two levels, -1 and 1, on one scale."""
    alone = ProportionalOdds(np.array([-1.0, 1.0]), np.array([slope, 1.0]), spread**2 * np.eye(2), 50)
    return AveragedOdds({"day": alone}, {"day": 1.0})


def test_the_crossing_is_where_the_expected_code_is() -> None:
    certain = model(1.0, 1e-9)
    neutral = crossing(certain, 1.0, 0.0, 100.0, 0.95)
    assert neutral.value == pytest.approx(math.e - 1, rel=0.03)  # the grid has 400 places
    assert neutral.lower <= neutral.value <= neutral.upper
    half = crossing(certain, 0.5, 0.0, 100.0, 0.95)
    start, there = certain.expected(np.array([0.0, half.value]), 0.95)[0]
    assert there == pytest.approx(start / 2, abs=0.02)


def test_the_way_is_measured_from_the_first_text() -> None:
    """From a later start less of the way is left, and its half is further on."""
    certain = model(0.5, 1e-9)
    early, late = (crossing(certain, 0.5, start, 100.0, 0.95).value for start in (0.0, 3.0))
    assert early < late
    start, there = certain.expected(np.array([3.0, late]), 0.95)[0]
    assert there == pytest.approx(start / 2, abs=0.02)
    assert crossing(certain, 1.0, 3.0, 100.0, 0.95).value == pytest.approx(
        crossing(certain, 1.0, 0.0, 100.0, 0.95).value, rel=0.04
    )


def test_more_uncertainty_never_narrows_the_set() -> None:
    sets = [crossing(model(1.0, spread), 1.0, 0.0, 100.0, 0.95) for spread in (0.01, 0.05, 0.2, 0.4)]
    assert [each.lower for each in sets] == sorted((each.lower for each in sets), reverse=True)
    assert [each.upper for each in sets] == sorted(each.upper for each in sets)
    assert len({each.value for each in sets}) == 1


def test_a_set_that_reaches_the_end_of_the_record_is_open() -> None:
    assert crossing(model(0.3, 0.2), 1.0, 0.0, 100.0, 0.95).upper == math.inf


def test_a_start_that_may_be_neutral_has_no_half_life() -> None:
    found = crossing(model(1.0, 2.0), 0.5, 0.0, 100.0, 0.95)
    assert "did not begin clearly below neutral" in found.text


def test_a_slow_course_is_not_reached() -> None:
    assert crossing(model(0.1), 1.0, 0.0, 100.0, 0.95) == Days(math.inf, math.inf, math.inf, 100.0)


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (Days(25, 9.7, 186, 191), "day 25 [day 9.7 to day 186]"),
        (Days(2.5, 1.0, math.inf, 130), "day 2.5 [day 1 to beyond day 130]"),
        (Days(math.inf, math.inf, math.inf, 1040), "not reached by day 1,040"),
        (Days(math.inf, 56, math.inf, 1050), "not reached by day 1,050, though day 56 is not ruled out"),
        (Days(math.inf, 0.0, math.inf, 34), "not reached by day 34, though day 0 is not ruled out"),
        (Days(math.nan, math.nan, math.nan, 34, "not estimated"), "not estimated"),
    ],
)
def test_days_in_words(days: Days, words: str) -> None:
    assert days.text == words


# --- invariances --------------------------------------------------------------------------------------------------

seeds = st.integers(0, 10**6)


def numbers(found: CoverageRecovery) -> list[float]:
    table = found.table.fill_null(-99.0)
    return [number for row in table.select("estimate", "lower", "upper").rows() for number in row]


@given(seeds, st.integers(1, 400))
@settings(max_examples=5)
def test_shifting_all_times_changes_nothing(seed: int, start: int) -> None:
    codes, days = recovering(40, seed)
    one, other = (recovery(press(codes, days, start=move)) for move in (0, start))
    assert numbers(other) == numbers(one)


@given(seeds)
@settings(max_examples=5)
def test_the_order_of_rows_does_not_matter(seed: int) -> None:
    codes, days = recovering(40, seed)
    order = np.random.default_rng(seed).permutation(40)
    names = np.array([f"Paper {place % 13}" for place in range(40)])
    one = recovery(press(codes, days, names))
    other = recovery(press(codes[order], days[order], names[order]))
    assert numbers(other) == pytest.approx(numbers(one), rel=0.02, abs=0.01)
    assert other.modelled == one.modelled


def test_a_wider_level_never_narrows_an_interval() -> None:
    made = press(*recovering(120, 2, low=2.0))
    narrow, wide = (recovery(made, level=level) for level in (0.5, 0.95))
    assert (narrow.course["upper"] <= wide.course["upper"]).all()
    assert (narrow.course["lower"] >= wide.course["lower"]).all()
    assert wide.odds_lower < narrow.odds_lower < narrow.odds_upper < wide.odds_upper
    assert wide.half_life.lower <= narrow.half_life.lower and wide.half_life.upper >= narrow.half_life.upper


def test_the_text_names_estimator_clusters_interval_and_n() -> None:
    said = recovery(press(*recovering())).text.replace(NO_BREAK, " ")
    for part in ("proportional odds on log time, averaged over its scale, errors clustered by publisher, 95% intervals", "n = 80 texts from after clock zero, 80 publishers", "Half of the way from the first text to neutral: ", "Neutral: "):  # fmt: skip
        assert part in said
