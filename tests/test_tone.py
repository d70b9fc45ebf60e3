"""Tone of coverage: phases by local day, the coefficient of imbalance, and intervals only where they mean something."""

from __future__ import annotations

import math
import re
from datetime import date, timedelta

import numpy as np
import pytest

hypothesis = pytest.importorskip("hypothesis", reason="property tests need hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

from aftermath.case_files.case import load_case  # noqa: E402
from aftermath.case_files.coders import Coder  # noqa: E402
from aftermath.measures.stances import FEW, Estimate, imbalance, mean_and_imbalance  # noqa: E402
from aftermath.measures.tone import coded_texts, tone  # noqa: E402
from aftermath.statistics.result import NothingToMeasure  # noqa: E402
from aftermath.wording import NO_BREAK  # noqa: E402
from aftermath.workspace import INSTALLED_FROM, Workspace  # noqa: E402
from factories import case, event, text  # noqa: E402

HERE = Workspace(INSTALLED_FROM)


# --- the known case -----------------------------------------------------------------------------------------------


def test_kitchenaids_favourability_by_phase() -> None:
    measured = tone(load_case("kitchenaid-tweet", HERE), "favourability")
    first, between, late = measured.phases
    assert (first.label, first.n, late.label, late.n) == ("first week", 45, "after day 30", 3)
    assert first.mean.value == pytest.approx(0.08, abs=0.005)
    assert late.mean.value == pytest.approx(1.33, abs=0.005)
    assert first.mean.lower < first.mean.value < first.mean.upper
    assert first.mean.has_interval and not late.mean.has_interval
    assert first.n + between.n + late.n == measured.texts.height == 49
    assert measured.agreement.alpha == pytest.approx(0.99, abs=0.005)
    assert measured.agreement.units == 49


@pytest.mark.parametrize("variable", ["favourability", "stance_org", "stance_response"])
def test_every_coded_variable_can_be_described(variable: str) -> None:
    read = load_case("red-cross-tweet", HERE)
    measured = tone(read, variable)
    assert measured.texts.height == sum(phase.n for phase in measured.phases)
    assert set(measured.texts["doc_id"]) <= set(read.coverage["doc_id"])
    assert measured.table.height == len(measured.phases)


def test_a_case_without_a_crisis_is_not_measured() -> None:
    with pytest.raises(NothingToMeasure, match="no crisis is on record"):
        tone(load_case("weishi-data-fabrication", HERE))


def test_a_case_without_codes_says_so() -> None:
    with pytest.raises(NothingToMeasure, match="small-case: no text is coded for stance_response"):
        tone(case(texts=[text()]), "stance_response")


# --- phases -------------------------------------------------------------------------------------------------------


def days_after(*days: int) -> list[str]:
    return [(date(2020, 1, 1) + timedelta(days=day)).isoformat() for day in days]


def test_days_fall_into_phases_that_include_their_first_day_and_not_their_last() -> None:
    measured = tone(case(texts=[text(day) for day in days_after(0, 6, 7, 29, 30, 400)]))
    assert [phase.label for phase in measured.phases] == ["first week", "days 8 to 30", "after day 30"]
    assert [phase.doc_ids for phase in measured.phases] == [("d01", "d02"), ("d03", "d04"), ("d05", "d06")]


def test_texts_from_before_clock_zero_have_a_phase_of_their_own() -> None:
    measured = tone(case(texts=[text(day) for day in days_after(-3, 0)]))
    assert measured.phases[0].label == "before clock zero"
    assert measured.phases[0].doc_ids == ("d01",)


def test_on_the_day_of_clock_zero_only_what_is_known_to_have_come_before_it_is_from_before() -> None:
    texts = [text("2020-01-01T11:59:00+00:00"), text("2020-01-01"), text("2020-01-01T12:01:00+00:00")]
    before, first_week, *_ = tone(case(texts=texts)).phases
    assert (before.doc_ids, first_week.doc_ids) == (("d01",), ("d02", "d03"))


def test_days_are_counted_where_the_case_happened() -> None:
    evening = event(start=8 * 3600)  # 20:00 UTC on 1 January is already the 2nd in Shanghai
    texts = [text("2020-01-01"), text("2020-01-02"), text("2020-01-01T17:00:00+00:00")]
    measured = tone(case([evening], texts, timezone="Asia/Shanghai"))
    assert dict(measured.texts.select("doc_id", "day").rows()) == {"d01": -1, "d02": 0, "d03": 0}


def test_other_phases_can_be_chosen() -> None:
    measured = tone(case(texts=[text(day) for day in days_after(0, 2, 20)]), phase_days=(1, 14))
    assert [(phase.label, phase.n) for phase in measured.phases] == [
        ("day 1", 1),
        ("days 2 to 14", 1),
        ("after day 14", 1),
    ]


@pytest.mark.parametrize("phase_days", [(), (0, 7), (30, 7), (7, 7), (-1,), 7])
def test_phases_must_ascend(phase_days) -> None:
    with pytest.raises(ValueError, match="must be positive days in ascending order"):
        tone(case(texts=[text()]), phase_days=phase_days)


def test_an_unknown_variable_is_refused_with_those_that_are_coded() -> None:
    with pytest.raises(ValueError, match="'mood' is not coded; use one of: favourability, stance_org, stance_response"):
        tone(case(texts=[text()]), "mood")


# --- numbers ------------------------------------------------------------------------------------------------------


def test_each_text_counts_at_the_mean_of_its_coders() -> None:
    measured = tone(case(texts=[text(a=2, b=1), text(a=-1, b="")]))
    assert measured.texts.select("doc_id", "a", "b", "mean").rows() == [("d01", 2, 1, 1.5), ("d02", -1, None, -1.0)]
    assert measured.phases[0].mean.value == 0.25
    assert measured.agreement.units == 1


def test_a_case_that_one_coder_coded_is_described_without_agreement() -> None:
    measured = tone(case(texts=[text(a=1, b=""), text(a=-1, b="")]))
    assert measured.phases[0].mean.value == 0
    assert not measured.agreement.defined


def test_texts_that_a_third_coder_left_out_are_told() -> None:
    coders = [Coder(name) for name in "abc"]
    texts = [text(a="1", b="-1"), text(a="0", b="1"), text(a="1", b=""), text(a="1", b="0", c="1")]
    nobody, some = (tone(case(texts=rows, coders=coders)) for rows in (texts[:2], texts))
    said = "coded by several coders but not by all: what is not coded may still move every number."
    assert (nobody.singly, nobody.partly) == (0, 2)
    assert nobody.text.replace(NO_BREAK, " ").endswith(f"not a sample. 2 texts are {said}")
    assert some.gaps.replace(NO_BREAK, " ") == f" 1 text is coded by one coder alone and 2 texts are {said}"
    assert tone(case(texts=texts[:2])).gaps == ""


def test_few_texts_have_no_interval_and_the_text_says_so() -> None:
    few = tone(case(texts=[text(a=1)] * (FEW - 1)))
    enough = tone(case(texts=[text(a=number % 3 - 1) for number in range(FEW)]))
    assert not few.phases[0].mean.has_interval
    assert enough.phases[0].mean.has_interval
    assert "(n = 7 texts, too few for an interval)" in few.text.replace(NO_BREAK, " ")
    assert re.search(
        r"first week mean [+−]\d\.\d\d \[.* to .*\], imbalance .*\(n = 8 texts\)", enough.text.replace(NO_BREAK, " ")
    )
    assert few.phases[1].text == "days 8 to 30 no text"


def test_the_table_has_nulls_where_there_is_no_number() -> None:
    table = tone(case(texts=[text(a=1)])).table
    assert table["mean"].to_list() == [1.0, None, None]
    assert table["mean_lower"].null_count() == 3
    assert table["texts"].to_list() == ["d01", "", ""]


# --- the coefficient of imbalance ---------------------------------------------------------------------------------

stances = st.lists(st.integers(-4, 4).map(lambda half: half / 2), min_size=1, max_size=40)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 1, 1], 1),
        ([-2, -1], -1),
        ([1, -1], 0),
        ([0, 0], 0),
        ([1, 1, 0, -1], 0.125),
        ([1, 0], 0.25),
        ([-1, 0, 0, 0], -1 / 16),
    ],
)
def test_imbalance_by_hand(values: list, expected: float) -> None:
    assert imbalance(np.array(values)) == pytest.approx(expected)


def test_imbalance_of_nothing_is_not_a_number() -> None:
    assert math.isnan(imbalance(np.array([])))


@given(stances)
def test_imbalance_is_between_minus_one_and_one_and_antisymmetric(values: list) -> None:
    given_ones = np.array(values)
    assert -1 <= imbalance(given_ones) <= 1
    assert imbalance(-given_ones) == pytest.approx(-imbalance(given_ones))


@given(stances)
def test_imbalance_has_the_sign_of_the_majority_and_shrinks_with_neutral_texts(values: list) -> None:
    coefficient, majority = imbalance(np.array(values)), sum(v > 0 for v in values) - sum(v < 0 for v in values)
    assert np.sign(coefficient) == np.sign(majority)
    assert abs(imbalance(np.array([*values, 0]))) <= abs(coefficient)


@given(stances)
def test_one_more_favourable_text_never_lowers_the_coefficient_of_a_favourable_press(values: list) -> None:
    if imbalance(np.array(values)) >= 0:
        assert imbalance(np.array([*values, 1])) >= imbalance(np.array(values)) - 1e-12


# --- intervals ----------------------------------------------------------------------------------------------------


def mean_of(values: list | np.ndarray, **options: int) -> Estimate:
    return mean_and_imbalance(np.array(values), **options)[0]


@given(stances.filter(lambda values: len(values) >= FEW))
@settings(max_examples=25)
def test_intervals_hold_their_estimates_inside_the_scale(values: list) -> None:
    mean, balance = mean_and_imbalance(np.array(values), draws=300)
    assert -2 <= mean.lower <= mean.value <= mean.upper <= 2
    assert -1 <= balance.lower <= balance.value <= balance.upper <= 1
    assert mean.lower < mean.upper and balance.lower < balance.upper


@given(stances.filter(lambda values: len(values) >= FEW))
@settings(max_examples=25)
def test_turned_texts_have_the_turned_interval(values: list) -> None:
    one, other = mean_of(values), mean_of([-value for value in values])
    # two sets of 2000 draws
    assert (other.lower, other.upper) == pytest.approx((-one.upper, -one.lower), abs=0.15)


@pytest.mark.parametrize("level", [-2, -1, 0, 1, 2])
@pytest.mark.parametrize("n", [8, 15, 50])
def test_a_phase_in_which_all_texts_stand_alike_has_an_interval(level: int, n: int) -> None:
    """A level that no text of n took may be that of this share, by the Beta distribution of its weight."""
    from scipy.stats import beta

    estimate, share = mean_of([level] * n, draws=20_000), beta(0.5, n).ppf(0.975)
    assert estimate.lower == pytest.approx(level - (level + 2) * share, abs=0.05)
    assert estimate.upper == pytest.approx(level + (2 - level) * share, abs=0.05)


def test_intervals_are_seeded_and_widen_for_fewer_texts() -> None:
    values = np.array([-2, -1.5, 0.5, 0, 1.5, 2, 1, 0.5, -1, 1])
    one, again, other = (mean_of(values, seed=seed) for seed in (0, 0, 5))
    assert one == again
    assert (one.lower, one.upper) != (other.lower, other.upper)
    many = mean_of(np.tile(values, 10))
    assert many.upper - many.lower < one.upper - one.lower
    assert many.value == pytest.approx(one.value)


def test_the_interval_of_the_mean_of_many_texts_agrees_with_its_standard_error() -> None:
    values = np.random.default_rng(3).choice([-2.0, -1.0, 0.0, 1.0, 2.0], 600)
    estimate = mean_of(values)
    # an interval of 2000 draws wanders by a few percent around the normal one
    assert estimate.upper - estimate.lower == pytest.approx(2 * 1.96 * values.std() / np.sqrt(600), rel=0.1)


def test_nothing_gives_no_estimate() -> None:
    assert all(math.isnan(estimate.value) for estimate in mean_and_imbalance(np.array([])))


# --- properties of the whole --------------------------------------------------------------------------------------

given_texts = st.lists(st.tuples(st.integers(0, 27), st.integers(-2, 2), st.integers(-2, 2)), min_size=1, max_size=8)


def texts_of(made, columns: tuple[str, ...] = ("day", "earliest_seconds", "latest_seconds", "mean")):
    return coded_texts(made, "favourability").select(columns).sort(columns).rows()


def build(rows: list, month: int = 1):
    return case(
        [event(start=(month - 1) * 31 * 86_400)], [text(f"2020-{month:02}-{1 + day:02}", a, b) for day, a, b in rows]
    )


@given(given_texts)
@settings(max_examples=25)
def test_shifting_all_times_of_a_case_changes_no_tone(rows: list) -> None:
    assert texts_of(build(rows)) == texts_of(build(rows, month=2))


@given(given_texts, st.randoms())
@settings(max_examples=25)
def test_the_order_of_rows_does_not_matter(rows: list, chance) -> None:
    assert texts_of(build(rows)) == texts_of(build(chance.sample(rows, len(rows))))


@given(given_texts)
@settings(max_examples=25)
def test_swapping_the_coders_changes_no_mean(rows: list) -> None:
    assert texts_of(build(rows)) == texts_of(build([(day, b, a) for day, a, b in rows]))
