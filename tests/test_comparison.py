"""The comparison: its numbers are those of the measures, and it claims no more than the intervals bear."""

from __future__ import annotations

import itertools
import math

import pytest

import aftermath as am
from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.comparison.agreement import reliability
from aftermath.comparison.columns import SCHEMA
from aftermath.comparison.gathering import gather
from aftermath.comparison.names import short_names
from aftermath.comparison.scoreboard import ComparisonError, compare
from aftermath.measures.rubric import coded_items
from aftermath.measures.steps import STEPS
from aftermath.measures.transparency import agreement_of
from aftermath.problems import CaseError
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.times import DAY, HOUR
from aftermath.wording import latency_text
from factories import case, case_folder, event, score, text, workspace

CLAIM = {"claim": "It answered.", "from": "a-text", "why": "It did.", "source_ids": ["paper-2020"]}
TEXTS = [text(f"2020-01-{day:02}", a=code) for day, code in zip(range(2, 12), itertools.cycle("-1 0 1 2".split()))]
SCORES = [score("T1", "2", "1"), score("T2", "1"), score("T9", "na"), score("E1", "2"), score("E4", "0", "unknown")]


def fast(case_id: str = "fast-one", **fields: object) -> Case:
    events = [
        event("exposure"),
        event("apology", 300, 360, speaker="Ann Example"),
        event("denial", 500, certainty="disputed"),
    ]
    fields = {"organisation": "Fast"} | fields
    return case(events, TEXTS, SCORES, case_id=case_id, documented_claims=[CLAIM | {"verdict": "supported"}], **fields)


def slow(case_id: str = "slow-one", **fields: object) -> Case:
    events = [event("exposure"), event("acknowledgement", 2 * DAY, 3 * DAY, certainty="inferred")]
    claims = [CLAIM | {"verdict": verdict} for verdict in ("partly", "supported")]
    fields = {"organisation": "Slow"} | fields
    return case(events, TEXTS[:3], SCORES[:2], case_id=case_id, documented_claims=claims, **fields)


def announced(case_id: str = "own-one") -> Case:
    events = [event("exposure;acknowledgement")]
    return case(events, case_id=case_id, organisation="Own", exposed_by="organisation")


def unrecorded(case_id: str = "aa-nothing") -> Case:
    nothing = dict.fromkeys(("clock_zero", "exposed_by", "crisis_type", "cause"))
    return case([event("milestone")], case_id=case_id, organisation="None", record="none_found", **nothing)


@pytest.fixture(scope="module", autouse=True)
def _few_draws():
    """Nothing here depends on how many samples a bootstrap draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 40)
        yield


@pytest.fixture(scope="module")
def real() -> tuple[Case, ...]:
    """Four real cases: own post, regulator's clock, a series, and one without a record."""
    ids = ("bytedance-neihan-duanzi", "douyin-minor-tipping", "kitchenaid-tweet", "weishi-data-fabrication")
    return gather(ids).cases


@pytest.fixture(scope="module")
def compared(real):
    return am.compare(real)


def test_every_latency_is_that_of_the_measure(real, compared):
    rows = {row["case_id"]: row for row in compared.table.iter_rows(named=True)}
    checked = 0
    for each in real[:3]:
        speed, row = am.speed(each), rows[each.id]
        for name in STEPS:
            latency = speed[name].latency
            assert row[name] == latency_text(latency)
            assert row[f"{name}_lower_seconds"] == latency.lower
            assert row[f"{name}_upper_seconds"] == (latency.upper if latency.seen else None)
            assert (row[f"{name}_events"] or "").split() == list(speed[name].event_ids)
            checked += 1
    assert checked == 3 * len(STEPS)


def test_indices_tone_and_claims_are_those_of_the_measures(real, compared):
    each = next(one for one in real if one.id == "kitchenaid-tweet")
    row = _row(compared, each.id)
    openness, tone, ledger = am.transparency(each), am.tone(each), am.claims(each)
    for name, index in (("transparency", openness.transparency), ("empathy", openness.empathy)):
        assert [row[name], row[f"{name}_lower"], row[f"{name}_upper"]] == [index.value, index.lower, index.upper]
        assert row[f"{name}_alpha"] == index.agreement.alpha
        assert row[f"{name}_alpha_units"] == index.agreement.units
    first, last = tone.phases[-3], tone.phases[-1]
    assert [first.label, last.label] == ["first week", "after day 30"]
    assert (row["favourability_first_phase"], row["favourability_first_phase_n"]) == (first.mean.value, first.n)
    assert (row["favourability_last_phase"], row["favourability_last_phase_n"]) == (last.mean.value, last.n)
    assert row["favourability_first_phase_lower"] == first.mean.lower
    assert row["favourability_last_phase_lower"] is None  # under eight texts there is no interval
    assert (row["claims_supported"], row["claims"]) == (ledger.verdicts["supported"], len(ledger.claims))
    assert (row["events"], row["texts"], row["sources"]) == (
        each.events.height,
        each.coverage.height,
        each.sources.height,
    )


def test_half_life_and_time_to_neutral_are_those_of_the_measure(real, compared):
    modelled = 0
    for each in real[:3]:
        recovery, row = am.recovery(each), _row(compared, each.id)
        assert (row["recovery_texts"], row["recovery_publishers"]) == (recovery.after, recovery.publishers)
        assert row["recovery_reason"] is None
        for name, days in (("half_life", recovery.half_life), ("time_to_neutral", recovery.time_to_neutral)):
            assert row[name] == days.text
            ends = [row[f"{name}{suffix}"] for suffix in ("_days", "_lower_days", "_upper_days")]
            assert ends == [value if math.isfinite(value) else None for value in (days.value, days.lower, days.upper)]
        modelled += recovery.modelled
    assert modelled == 3


def test_without_a_model_the_row_says_why():
    row = _row(compare([fast()]), "fast-one")
    assert row["recovery_reason"] == "fewer than three publishers"
    assert row["half_life"] is row["half_life_days"] is row["time_to_neutral_upper_days"] is None
    assert row["recovery_texts"] == 10


def test_the_level_reaches_the_recovery_and_nothing_else():
    case = gather(("united-3411",)).cases[0]
    wide, narrow = (_row(compare([case], level=level), case.id) for level in (0.95, 0.5))
    changed = {name for name in SCHEMA if wide[name] != narrow[name]}
    assert changed and all(name.startswith(("half_life", "time_to_neutral")) for name in changed)
    assert narrow["half_life_upper_days"] < wide["half_life_upper_days"]
    with pytest.raises(ComparisonError, match=r"level = 95 must lie between 0 and 1"):
        compare([], level=95)


def _row(comparison, case_id: str) -> dict:
    return next(row for row in comparison.table.iter_rows(named=True) if row["case_id"] == case_id)


def test_what_a_case_is_stands_in_its_row(compared):
    bytedance, douyin = _row(compared, "bytedance-neihan-duanzi"), _row(compared, "douyin-minor-tipping")
    assert (bytedance["own_clock"], bytedance["exposed_by"], bytedance["year"]) == (True, "regulator", 2018)
    assert (douyin["own_clock"], douyin["series"], douyin["country"]) == (False, True, "CN")


def test_evidence_strength_is_counted():
    row = _row(compare([fast()]), "fast-one")
    assert row["events_disputed_share"] == pytest.approx(1 / 3)
    assert (row["events_inferred_share"], row["event_sources"]) == (0, 1)


def test_year_is_that_of_local_time():
    # ten minutes before midnight UTC it is already the new year in Shanghai
    made = case([event("exposure", start=-12 * HOUR - 600)], timezone="Asia/Shanghai")
    assert made.zero.earliest.year == 2019
    assert compare([made]).entries[0].year == 2020


def test_without_a_record_a_case_keeps_its_row_last_and_unmeasured():
    comparison = compare([unrecorded(), fast(), announced(), slow()])
    assert [entry.case_id for entry in comparison.entries] == ["fast-one", "slow-one", "own-one", "aa-nothing"]
    row = _row(comparison, "aa-nothing")
    assert all("no crisis is on record" in row[step] for step in STEPS)
    assert "no crisis is on record" in row["transparency_reason"]
    measured = [name for name in SCHEMA if name.endswith(("_seconds", "_alpha", "_phase", "_items"))]
    assert len(measured) > 15
    assert {row[name] for name in measured} == {None}
    assert (row["events"], row["year"]) == (1, None)


def test_what_cannot_be_measured_gives_its_reason():
    bare = compare([case([event("exposure")], case_id="bare")])
    row = _row(bare, "bare")
    assert "rubric" in row["transparency_reason"]
    assert row["transparency"] is None
    assert "coded" in row["favourability_reason"]
    assert row["response"] == "not seen"


@pytest.mark.parametrize(
    "made", [[], [unrecorded()], [fast()], [fast(), slow()]], ids=["none", "unrecorded", "one", "two"]
)
def test_few_cases_are_compared_as_far_as_they_go(made):
    comparison = compare(made)
    assert comparison.table.height == len(made)
    assert comparison.table.columns == list(SCHEMA)
    assert len(comparison.findings) == 5
    assert comparison.text
    assert "nan" not in comparison.text.lower()
    pairs = len(comparison.speeds) * (len(comparison.speeds) - 1) // 2
    assert comparison.pairwise().pairs == pairs
    assert ("no pair" in comparison.text) is (pairs == 0)


def test_two_cases_by_hand():
    comparison = compare([slow(), fast()])
    figures = [finding.figure for finding in comparison.findings]
    assert figures[:4] == ["1 of 2", "1 of 2", "1 of 1", "2 of 3"]
    assert "Fast for the hour" in comparison.findings[0].note
    assert "1 within a day" in comparison.findings[0].words
    assert "not the same as never made" in comparison.findings[1].note


def test_an_announcement_of_its_own_is_not_counted_as_fast():
    comparison = compare([announced(), slow()])
    assert comparison.findings[0].figure == "0 of 1"
    assert "Own answered with clock zero and is not counted." in comparison.findings[0].note
    assert comparison.pairwise().separable == 0


def test_an_answer_that_may_have_come_before_the_clock_is_not_certain():
    early = case(
        [event("exposure", 0, 60), event("apology", -60, 600)],
        case_id="early-one",
        organisation="Early",
        exposed_by="press",
    )
    answered = compare([fast(), early]).findings[0]
    assert answered.text.startswith("1 of 2 certainly answered within an hour, 1 within a day.")
    assert answered.text.endswith("Not among them, as the answer may have come before clock zero: Early.")


def test_order_of_the_cases_does_not_matter():
    made = [unrecorded(), slow(), fast(), announced()]
    reference = compare(made)
    for order in itertools.islice(itertools.permutations(made), 1, None, 5):
        again = compare(order)
        assert again.table.equals(reference.table)
        assert again.text == reference.text


def test_a_case_given_twice_is_refused():
    with pytest.raises(ComparisonError, match="fast-one: given more than once"):
        compare([fast(), fast()])


def test_phases_can_be_moved():
    comparison = compare([fast()], phase_days=(3,))
    assert [phase.label for phase in comparison.entries[0].phases] == ["days 1 to 3", "after day 3"]


def test_agreement_over_all_cases_is_that_of_all_items(real):
    found = reliability(real)
    items = tuple(item for each in real if each.about.documented for item in coded_items(each))
    openness = tuple(item for item in items if item.item in vocabulary.TRANSPARENCY_ITEMS)
    assert found.transparency == agreement_of(openness)
    assert found.items["T3"] == agreement_of(tuple(item for item in items if item.item == "T3"))
    assert found.cases == 3
    texts = sum(each.stances.drop_nulls("favourability")["doc_id"].n_unique() for each in real if each.about.documented)
    assert found.stances["favourability"].units == texts
    assert "machine-assisted" in found.text


def test_agreement_does_not_mix_up_texts_of_different_cases():
    agreeing = [text("2020-01-02", a="-1"), text("2020-01-03", a="2")]
    both = [case(texts=agreeing, case_id="one"), case(texts=agreeing[::-1], case_id="two")]
    assert reliability(both).stances["favourability"].alpha == 1
    assert reliability(both).stances["favourability"].units == 4


def test_short_names_are_unique_and_made_by_rule():
    abouts = [each.about for each in am.cases()]
    names = short_names(abouts)
    assert len(set(map(str.casefold, names.values()))) == len(abouts)
    assert names["huoshan-vulgar-content"] == "Huoshan"
    assert names["douyin-minor-tipping"] == "Douyin minor tipping"
    assert names["kitchenaid-tweet"] == "KitchenAid"


@pytest.mark.parametrize(
    ("organisations", "expected"),
    [
        ({"acme-a": "Acme (Old)", "acme-b": "ACME"}, ["Acme a", "ACME b"]),
        ({"acme": "Acme", "acme-two": "Acme"}, ["Acme", "Acme two"]),
        ({"a-b": "Acme", "b-a": "Acme"}, ["Acme (a-b)", "Acme (b-a)"]),
        ({"acme-ad": "Acme", "acme-bug": "Acme", "x": "Acme ad"}, ["Acme (acme-ad)", "Acme bug", "Acme ad (x)"]),
        ({"x": "(only brackets)"}, ["(only brackets)"]),
    ],
)
def test_short_names_stay_unique_where_rules_run_out(organisations, expected):
    abouts = [case(case_id=case_id, organisation=name).about for case_id, name in organisations.items()]
    assert list(short_names(abouts[::-1]).values()) == expected


def test_a_broken_case_is_named_and_left_out(tmp_path):
    case_folder(tmp_path, "sound-case")
    case_folder(tmp_path, "broken-case", cause="bad_luck")
    gathered = gather(workspace=workspace(tmp_path))
    assert [each.id for each in gathered.cases] == ["sound-case"]
    assert [failure.case_id for failure in gathered.failures] == ["broken-case"]
    assert gathered.failures[0].problems[0].column == "cause"
    assert "broken-case" in gathered.text
    assert compare(gathered.cases).table.height == 1
    with pytest.raises(CaseError):
        am.load_case("broken-case", workspace(tmp_path))


def test_only_the_cases_named_are_gathered(tmp_path):
    for case_id in ("one", "two", "three"):
        case_folder(tmp_path, case_id)
    gathered = gather(["two", "one", "two", "gone"], workspace(tmp_path))
    assert [each.id for each in gathered.cases] == ["one", "two"]
    assert "there is no such case" in str(gathered.failures[0].problems[0])


def test_the_table_has_the_latency_by_clock_times_alone_beside_that_of_the_network():
    cases = [am.load_case(case_id) for case_id in ("us-airways-tweet", "kitchenaid-tweet", "weishi-data-fabrication")]
    for row in compare(cases).table.iter_rows(named=True):
        for step in STEPS:
            ends = row[f"{step}_by_clock_lower_seconds"], row[f"{step}_by_clock_upper_seconds"]
            if row["record"] != "documented":
                assert ends == (None, None)
                continue
            latency = am.speed(am.load_case(row["case_id"]), relations="none")[step].latency
            assert ends == (latency.lower, latency.upper if latency.seen else None)
