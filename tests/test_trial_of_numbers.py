"""Numbers on trial: the rule of the verdicts, what our cases give, how many cases a correlation takes, and the page."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_output
from scipy import stats

import aftermath as am
from aftermath.case_files.numeric_claims import KINDS, MEASURES, NOT_MEASURED
from aftermath.comparison.claimed_numbers import estimate
from aftermath.comparison.numeric_claims import Estimate, NumericClaim, read_numeric_claims, verdict
from aftermath.comparison.trial import trial_of
from aftermath.measures.latency_curves import latency_curves
from aftermath.pages.block import PAGE_TYPE
from aftermath.pages.page import render
from aftermath.statistics.power import cases_needed, correlation_power
from aftermath.statistics.result import NothingToMeasure
from aftermath.workspace import INSTALLED_FROM, Workspace, find_workspace
from factories import case, event
from pages import Page
from tiny import ROOT

SURVEY = NumericClaim(
    claim_id="survey",
    who="A firm",
    year=2013,
    claim="It takes 21 hours.",
    population="firms",
    sample_n=100,
    measure="response",
    statistic="mean",
    case_ids=(),
    within_hours=None,
    after_hours=None,
    comparison="about",
    value=21,
    upper=None,
    unit="hours",
    comparable="yes",
    note="",
    reference="A report.",
    read="full_text",
)
SHARE = replace(SURVEY, statistic="share", within_hours=1, unit="percent", value=28)
LINK = replace(SURVEY, measure="match_and_rise", statistic="correlation", unit="r", value=0.5)
FALL = replace(SURVEY, measure="rise_with_denial", statistic="difference", unit="points", value=0, comparison="at_most")
ONE = replace(SURVEY, statistic="one_case", comparison="between", value=1, upper=4, unit="minutes")
HOUR = 3600.0


def found(lower: float, upper: float, n: int = 40) -> Estimate:
    return Estimate(lower, upper, lower, upper, tuple(map(str, range(n))))


# the claim, our interval in seconds or in the unit of the claim, the verdict
RULE = [
    # about: what rounds to the number is 20.5 to 21.5 h, near is 10.5 to 42 h
    (SURVEY, found(20.6 * HOUR, 21.4 * HOUR), "supported"),
    (SURVEY, found(12 * HOUR, 40 * HOUR), "supported"),
    (SURVEY, found(22 * HOUR, 41 * HOUR), "partly"),
    (SURVEY, found(22 * HOUR, 43 * HOUR), "contradicted"),
    (SURVEY, found(9 * HOUR, 30 * HOUR), "cannot_be_told"),
    (SURVEY, found(0, math.inf), "cannot_be_told"),
    (SURVEY, found(50 * HOUR, math.inf), "contradicted"),
    # bounds
    (replace(SURVEY, comparison="at_most"), found(0, 21 * HOUR), "supported"),
    (replace(SURVEY, comparison="at_most"), found(20 * HOUR, 30 * HOUR), "partly"),
    (replace(SURVEY, comparison="at_most"), found(20 * HOUR, 50 * HOUR), "cannot_be_told"),
    (replace(SURVEY, comparison="at_most"), found(30 * HOUR, 50 * HOUR), "contradicted"),
    (replace(SURVEY, comparison="at_least"), found(21 * HOUR, math.inf), "supported"),
    (replace(SURVEY, comparison="at_least"), found(1 * HOUR, 2 * HOUR), "contradicted"),
    (ONE, found(90, 200, 1), "supported"),
    (ONE, found(200, 300, 1), "partly"),
    (ONE, found(476, 535, 1), "contradicted"),
    (ONE, found(200, 600, 1), "cannot_be_told"),
    # shares: ten points are near; correlations: 0.1; points of favourability: 0.25
    (SHARE, found(19, 37), "supported"),
    (SHARE, found(29, 37), "partly"),
    (SHARE, found(29, 39), "contradicted"),
    (SHARE, found(0, 75), "cannot_be_told"),
    (LINK, found(0.42, 0.58), "supported"),
    (LINK, found(-0.2, 0.3), "contradicted"),
    (LINK, found(0.1, 0.7), "cannot_be_told"),
    (FALL, found(-1, -0.1), "supported"),
    (FALL, found(-1, 0.2), "partly"),
    (FALL, found(-1, 1), "cannot_be_told"),
    (FALL, found(0.1, 1), "contradicted"),
    # too few cases for the correlation, however the interval lies
    (LINK, found(0.42, 0.58, 28), "cannot_be_told"),
    (LINK, found(0.42, 0.58, 29), "supported"),
    (replace(LINK, value=0, comparison="at_most"), found(-0.9, -0.5, 5), "supported"),
    # what cannot be told whatever our interval is
    (replace(SURVEY, comparable="no", note="Not alike."), found(20.6 * HOUR, 21.4 * HOUR), "cannot_be_told"),
    (replace(SURVEY, measure=NOT_MEASURED, note="Not coded."), None, "cannot_be_told"),
    (SURVEY, None, "cannot_be_told"),
    # without any source either
    (replace(SURVEY, measure=NOT_MEASURED, note="Not coded.", read="not_found"), None, "unsupported"),
    (replace(SURVEY, comparable="no", note="Not alike.", read="not_found"), found(0, 1), "unsupported"),
    (replace(SURVEY, read="not_found"), found(20.6 * HOUR, 21.4 * HOUR), "supported"),
]


@pytest.mark.parametrize(("claim", "ours", "expected"), RULE)
def test_the_rule_of_the_verdicts(claim, ours, expected):
    word, why = verdict(claim, ours, "Two cases are too few.")
    assert word == expected
    assert why.endswith((".", "!")) and why[0].isupper()
    if ours is None and claim.measure != NOT_MEASURED:
        assert "Two cases are too few." in why
    if claim.note:
        assert claim.note in why


@pytest.mark.parametrize(
    ("claim", "printed"),
    [
        (SURVEY, "21 h"),
        (replace(SURVEY, comparison="at_most", unit="minutes", value=60), "at most 60 min"),
        (ONE, "1 to 4 min"),
        (replace(LINK, value=-0.54), "r = −0.54"),
        (SHARE, "28 %"),
        (replace(FALL, comparison="at_least"), "at least 0 points"),
    ],
)
def test_a_number_is_shown_as_it_is_claimed(claim, printed):
    assert claim.printed.replace("\u00a0", " ") == printed


# How many cases a correlation takes


@pytest.mark.parametrize(("r", "n"), [(0.1, 782), (0.2, 193), (0.23, 146), (0.3, 84), (0.5, 29), (-0.54, 24)])
def test_cases_needed_are_the_fewest_with_that_power_and_near_the_bias_corrected_approximation(r, n):
    # the approximation as the documentation of R's pwr::pwr.r.test gives it
    def approximate(n: float) -> float:
        t = stats.t.ppf(0.975, n - 2)
        critical = math.atanh(math.sqrt(t * t / (t * t + n - 2)))
        shift = math.atanh(abs(r)) + abs(r) / (2 * (n - 1))
        return float(sum(stats.norm.cdf((way * shift - critical) * math.sqrt(n - 3)) for way in (1, -1)))

    assert cases_needed(r) == n
    assert correlation_power(r, n - 1) < 0.8 <= correlation_power(r, n)
    assert correlation_power(r, n) == pytest.approx(approximate(n), abs=0.005)


def test_the_power_is_how_often_a_test_rejects():
    generator, draws, n, r = np.random.default_rng(1), 20_000, 16, 0.5
    first, noise = generator.normal(size=(2, draws, n))
    second = r * first + math.sqrt(1 - r * r) * noise
    first, second = (values - values.mean(axis=1, keepdims=True) for values in (first, second))
    found = (first * second).sum(axis=1) / np.sqrt((first**2).sum(axis=1) * (second**2).sum(axis=1))
    t = found * np.sqrt((n - 2) / (1 - found**2))
    rejected = float(np.mean(np.abs(t) > stats.t.ppf(0.975, n - 2)))
    assert correlation_power(r, n) == pytest.approx(rejected, abs=4 * math.sqrt(0.25 / draws))
    assert correlation_power(0.9, 10) < 1 and correlation_power(0.999, 10) == pytest.approx(1)


@pytest.mark.parametrize("call", [(1.0, 20), (0.5, 2), (math.nan, 20)])
def test_no_power_of_what_is_no_correlation_or_of_two_cases(call):
    with pytest.raises(ValueError, match="must lie between"):
        correlation_power(*call)
    with pytest.raises(ValueError, match="more than"):
        cases_needed(1e-6)
    with pytest.raises(ValueError, match=r"e\.g\. 0\.8"):
        cases_needed(0.5, power=1.0)


# What our cases give


@pytest.fixture(scope="module")
def comparison():
    return am.compare(am.cases())


@pytest.fixture(scope="module")
def trial(comparison):
    return am.trial(comparison)


def test_shares_and_medians_are_those_of_the_latency_curve(comparison):
    curve = latency_curves(comparison.speeds, "response").curves[0]
    share = estimate(replace(SHARE, within_hours=24), comparison)
    assert f"{share.least:.0f} % [{share.lower:.0f}–{share.upper:.0f}]" == curve.share_by(24 * HOUR)
    median = estimate(replace(SURVEY, statistic="median"), comparison)
    at = np.searchsorted(curve.seconds, [median.least, median.greatest])
    assert curve.not_yet_lower[at[0]] <= 0.5 < curve.not_yet_lower[at[0] - 1]
    assert curve.not_yet_upper[at[1]] <= 0.5 < curve.not_yet_upper[at[1] - 1]
    assert median.lower <= median.least <= median.greatest <= median.upper
    assert share.n == median.n == 14


def test_a_mean_has_no_end_where_one_answer_was_never_seen():
    times = {"one": (60, 120), "two": (3600, 3600), "three": (0, 600)}
    made = [case([event("exposure"), event("apology", *ends)], case_id=name) for name, ends in times.items()]
    comparison = am.compare(made)
    mean = estimate(replace(SURVEY, measure="apology"), comparison)
    assert (mean.least, mean.greatest) == (pytest.approx(3660 / 3), pytest.approx(4320 / 3))
    assert mean.lower <= mean.least and mean.greatest <= mean.upper < math.inf
    silent = case([event("exposure"), event("update", 600)], case_id="four")
    open_end = estimate(replace(SURVEY, measure="apology"), am.compare([*made, silent]))
    assert open_end.upper == open_end.greatest == math.inf
    with pytest.raises(NothingToMeasure, match="a mean needs 3"):
        estimate(SURVEY, am.compare(made[:2]))


def test_a_claim_of_one_case_is_its_interval_and_a_missing_case_is_named(comparison):
    one = estimate(replace(ONE, case_ids=("kitchenaid-tweet",)), comparison)
    latency = comparison["kitchenaid-tweet"].speed["response"].latency
    assert (one.lower, one.upper) == (latency.lower, latency.upper)
    with pytest.raises(NothingToMeasure, match="gm-ignition-recall: the answer came with clock zero"):
        estimate(replace(ONE, case_ids=("gm-ignition-recall",)), comparison)
    with pytest.raises(NothingToMeasure, match="no-such-case, which is not in the comparison"):
        estimate(replace(ONE, case_ids=("no-such-case",)), comparison)
    with pytest.raises(NothingToMeasure, match="no crisis is on record"):
        estimate(replace(ONE, case_ids=("weishi-data-fabrication",)), comparison)


def test_a_correlation_has_the_interval_of_scipy(comparison):
    ours = estimate(LINK, comparison)
    matches = {own.case_id: own.match == "as recommended" for own in comparison.strategies.cases}
    pairs = [(matches[own.case_id], own.rise) for own in comparison.entries if own.rise is not None]
    theirs = stats.pearsonr(*zip(*pairs, strict=True))
    ends = theirs.confidence_interval(0.95)
    assert (ours.least, ours.lower, ours.upper) == pytest.approx((theirs.statistic, ends.low, ends.high))
    assert ours.n == len(pairs) == 16


def test_returns_are_those_of_cases_with_a_share_price_that_answered_in_time(comparison):
    claim = replace(SURVEY, measure="abnormal_return_at_apology", unit="percent")
    ours = estimate(claim, comparison)
    values = []
    for case_id in ("gm-ignition-recall", "kitchenaid-tweet", "united-3411"):
        reaction = am.market_reaction(case_id)
        day = next(reading for reading in reaction.readings if "first apology" in reading.key.labels)
        values.append(100 * day.study[day.day].value)
    ends = stats.t.interval(0.95, 2, np.mean(values), stats.sem(values))
    assert (ours.least, ours.lower, ours.upper) == pytest.approx((np.mean(values), *ends))
    with pytest.raises(NothingToMeasure, match=r"2.cases with a share price and such an answer"):
        estimate(replace(claim, within_hours=24), comparison)
    with pytest.raises(NothingToMeasure, match="No case with a share price"):
        estimate(replace(claim, after_hours=24), comparison)


@pytest.mark.parametrize("measure", [name for name in MEASURES if name != NOT_MEASURED])
def test_every_measure_and_statistic_gives_a_number_or_says_why_not(measure, comparison):
    kind, _ = MEASURES[measure]
    for statistic, units in KINDS[kind].items():
        named = ("united-3411",) if statistic == "one_case" else ()
        claim = replace(SURVEY, measure=measure, statistic=statistic, unit=units[0], case_ids=named, value=0.5)
        (tried,) = trial_of([replace(claim, within_hours=24 if statistic == "share" else None)], comparison).tried
        assert (tried.estimate is None) == (tried.ours == "–")
        if tried.estimate:
            ends = tried.estimate
            assert ends.lower <= ends.least <= ends.greatest <= ends.upper
        assert tried.text.endswith(".")


# The claims of the collection


def test_the_claims_that_the_trade_repeats_are_on_trial_with_what_was_read(trial, comparison):
    assert trial["survey-21-hours"].verdict == "cannot_be_told"  # as the lesson on fact-checking has it
    assert trial["forty-five-minutes"].verdict == "unsupported"
    assert trial["kitchenaid-first-answer"].verdict == "contradicted"
    needed = {planned.claim.claim_id: planned.needed for planned in trial.planned}
    assert needed["strategy-and-reputation"] == 146
    assert "146\u00a0cases" in trial["strategy-and-reputation"].why
    assert all(own.claim.reference and own.claim.read for own in trial.tried)
    assert sum(trial.verdicts.values()) == trial.table.height == len(trial.tried)
    assert trial.table["n"].drop_nulls().max() <= len(comparison.cases)


def test_without_the_file_and_without_rows_there_is_no_claim_and_no_error(tmp_path, comparison):
    (tmp_path / "casestudies").mkdir()
    path = tmp_path / "casestudies" / "numeric_claims.csv"
    assert am.trial(comparison, Workspace(tmp_path)).tried == ()
    path.write_text(_claims().splitlines()[0] + "\n", encoding="utf-8")
    empty = am.trial(comparison, Workspace(tmp_path))
    assert empty.tried == empty.planned == () and empty.table.is_empty()
    assert empty.text == "There is no numeric claim to put beside the record."
    with pytest.raises(NothingToMeasure, match="For no claim"):
        am.figures.trial(empty)


def _claims() -> str:
    return (INSTALLED_FROM / "casestudies" / "numeric_claims.csv").read_text(encoding="utf-8")


# The figure and the page


def test_the_figure_has_a_row_for_every_number_within_its_scale(trial):
    figure = am.figures.trial(trial)
    marks = next(trace for trace in figure.data if trace.meta and trace.meta["role"] == "mark")
    assert list(marks.customdata) == [f"claim-{own.claim.claim_id}" for own in trial.measured]
    for role in ("interval", "estimate", "claimed"):
        bars = next(trace for trace in figure.data if trace.meta and trace.meta["role"] == role)
        assert len(bars.base) == len(trial.measured)
        assert all(start >= 0 and start + width <= 1 + 1e-9 for start, width in zip(bars.base, bars.x, strict=True))


def page_of(trial) -> Page:
    """The notebook's cells run in this process, made into a page."""
    node = nbformat.read(INSTALLED_FROM / "notebooks" / "trial.ipynb", as_version=4)
    names = {"am": am, "report": am.report(trial), "trial": trial}
    shown = [cell for cell in node.cells if cell.cell_type == "code" and not cell.metadata.get("tags")]
    for cell in shown:
        cell.outputs = [new_output("display_data", {PAGE_TYPE: eval(cell.source, names).html})]  # noqa: S307 (our own notebook)
    return Page(render(node, root="", title="Numbers on trial", kind="trial"))


def test_a_row_is_a_claim_on_the_page_and_takes_no_code(tmp_path, comparison):
    folder = tmp_path / "casestudies"
    folder.mkdir()
    header, first = _claims().splitlines()[:2]
    new = dict.fromkeys(header.split(","), "") | {
        "claim_id": "five-minutes",
        "who": "<b>A & B</b>",
        "claim": "Everybody apologises within five minutes.",
        "population": "everybody",
        "measure": "apology",
        "statistic": "median",
        "comparison": "at_most",
        "value": "5",
        "unit": "minutes",
        "comparable": "yes",
        "reference": "A leaflet.",
        "read": "full_text",
    }
    row = ",".join(new.values())
    (folder / "numeric_claims.csv").write_text(f"{header}\n{first}\n{row}\n", encoding="utf-8")
    tried = am.trial(comparison, Workspace(tmp_path))
    shown = page_of(tried)
    assert len(tried.tried) == 2 and tried["five-minutes"].estimate
    assert shown.ids["claim-five-minutes"] == 1
    assert "Everybody apologises within five minutes." in shown.html
    assert "<b>A & B</b>" not in shown.html and "&lt;b&gt;A &amp; B&lt;/b&gt;" in shown.html
    assert not [name for name, n in shown.ids.items() if n > 1]


def test_a_page_without_claims_says_so(comparison):
    shown = page_of(trial_of([], comparison))
    assert "There is no number to put on trial" in shown.html
    assert "For no claim do our cases give a number" in shown.html


@pytest.mark.slow
def test_the_page_is_made_twice_alike_and_small(tmp_path):
    folder = tmp_path / "casestudies"
    for case_id in ("kitchenaid-tweet", "red-cross-tweet", "weishi-data-fabrication"):
        shutil.copytree(ROOT / "casestudies" / case_id, folder / case_id)
    shutil.copy(ROOT / "casestudies" / "numeric_claims.csv", folder)
    made: list[bytes] = []
    for _ in range(2):
        page: Path = am.run_trial(Workspace(tmp_path))
        made.append(page.read_bytes())
    assert made[0] == made[1] and len(made[0]) < 1_500_000
    assert b"kitchenaid-first-answer" in made[0]


def test_those_of_the_collection_are_read(trial):
    assert len(read_numeric_claims(find_workspace())) == len(trial.tried) >= 20
