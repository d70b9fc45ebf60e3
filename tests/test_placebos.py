"""Estimates among placebos: their size where nothing happened, their power where something did, and what they may see."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

import aftermath as am
from aftermath.measures.placebos import CHECKS, PlaceboChecks
from aftermath.measures.placebos.publishers import WithoutEach
from aftermath.measures.recovery import dated_codes
from aftermath.measures.stances import STANCE_LEVELS
from aftermath.pages import leads
from aftermath.statistics.averaged import COMPARABLE, averaged_odds
from aftermath.statistics.placebos import Placebos, placebo_dates
from aftermath.statistics.result import NothingToMeasure
from aftermath.statistics.series import SeriesError
from aftermath.times import Span, parse_instant
from dense import dense, noise
from drawings import recovery_of, views

QUIET, AFTER = 120, 10  # 19 windows of 3 + 3: the smallest p is 1 in 20


def p_of(seed: int, drop: float = 0.0, correlation: float = 0.0) -> float:
    values = noise(QUIET + AFTER, seed)
    for place in range(1, len(values)):
        values[place] += correlation * values[place - 1]
    values[QUIET:] -= drop
    return placebo_dates(dense(values), float(QUIET)).p


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.5])
def test_of_quiet_series_three_to_seven_in_a_hundred_are_flagged_at_five(correlation: float) -> None:
    flagged = np.mean([p_of(seed, correlation=correlation) <= 0.05 for seed in range(500)])
    assert 0.03 <= flagged <= 0.07


@pytest.mark.slow
def test_a_true_drop_stands_outside_its_placebos() -> None:
    assert np.mean([p_of(seed, drop=4.0) <= 0.05 for seed in range(500)]) >= 0.9


def test_no_placebo_sees_the_event_and_those_that_count_share_nothing() -> None:
    quiet, loud = (placebo_dates(dense(noise(60) + size * (np.arange(60) >= 50)), 50.0) for size in (0, 1e6))
    assert quiet.placebos.equals(loud.placebos)
    places = [float(what) for what in quiet.placebos.filter("counts")["what"]]
    assert max(places) + 3 <= 50 - 3 and set(np.diff(places)) == {6.0} and len(places) == quiet.n == 7


def test_the_estimate_and_its_placebos_are_means_of_three_less_means_of_three() -> None:
    values, n = noise(60, 4), np.arange(1.0, 61.0)
    found = placebo_dates(dense(values, n=n), 50.0)
    by_hand = np.average(values[50:53], weights=n[50:53]) - np.average(values[47:50], weights=n[47:50])
    assert found.estimate == pytest.approx(by_hand)
    third = found.placebos.row(0)
    assert third[0] == "3.0"
    assert third[1] == pytest.approx(np.average(values[3:6], weights=n[3:6]) - np.average(values[:3], weights=n[:3]))
    assert found.as_large == sum(abs(value) >= abs(by_hand) for value in found.placebos.filter("counts")["estimate"])


@pytest.mark.parametrize("width", [0, -1, 1.5, True, "3"])
@pytest.mark.bad_input("controls and placebos")
def test_widths_that_are_none(width: int) -> None:
    with pytest.raises(SeriesError, match="must be a whole number of at least 1"):
        placebo_dates(dense(noise(60)), 50.0, width=width)


@pytest.mark.bad_input("controls and placebos")
@pytest.mark.parametrize(("n", "at"), [(60, 26.0), (60, 58.0), (12, 6.0)])
def test_a_quiet_stretch_that_is_too_short_says_how_much_is_needed(n: int, at: float) -> None:
    with pytest.raises(SeriesError, match=r"at least 4 windows before it \(27 observations\) and 3 observations"):
        placebo_dates(dense(noise(n)), at)


# Of a case


def test_a_day_of_a_share_is_ranked_as_the_event_study_ranks_it() -> None:
    reaction = am.market_reaction("gm-ignition-recall")
    days = [check for check in am.placebos(reaction).placebos if "day" in check.kind]
    assert days[0].as_large == reaction.studies[0].as_large(0)
    # later days studied have quiet days for placebos too, not days of the crisis
    assert all(check.placebos.equals(days[0].placebos) for check in days)
    assert [check.estimate for check in days] == pytest.approx([100 * study[0].value for study in reaction.studies])


def test_stretches_of_a_share_are_sums_that_share_no_day() -> None:
    reaction = am.market_reaction("united-3411")
    stretch = am.placebos(reaction).placebos[1]
    residuals, counted = np.asarray(reaction.studies[0].model.residuals), stretch.placebos.filter("counts")
    assert counted["estimate"].to_list() == pytest.approx([100 * part.sum() for part in residuals[9:].reshape(11, 21)])
    assert counted["what"][-1] == "days 220 to 240 of estimation"


def test_leaving_out_a_publisher_is_measuring_without_it() -> None:
    recovery = recovery_of("united-3411")
    (found,) = am.placebos(recovery).checks
    assert isinstance(found, WithoutEach) and found.rows.height == recovery.publishers
    name = found.rows["what"][0]
    tone = replace(recovery.tone, texts=recovery.tone.texts.filter(pl.col("publisher") != name))
    codes = dated_codes(tone)
    columns = (codes[column].to_numpy() for column in ("value", "day", "publisher", "weight"))
    model = averaged_odds(*columns, STANCE_LEVELS).models[COMPARABLE]
    assert found.rows["estimate"][0] == pytest.approx(model.slope * math.log(10), abs=1e-4)
    assert f"without any one of {found.rows.height} publishers" in found.text.replace("\u00a0", " ")


def test_an_alarm_is_set_against_quiet_stretches() -> None:
    days = pl.date_range(date(2020, 1, 1), date(2020, 2, 9), eager=True)
    counts = np.random.default_rng(3).poisson(20, len(days))
    counts[-5:] += 100
    zero = parse_instant("2020-02-05T12:00:00+00:00")
    (found,) = am.placebos(am.alarm(pl.DataFrame({"time": days, "value": counts}), Span(zero, zero))).placebos
    assert found.as_large == 0 and found.n == (35 - 7) // 3  # seven days are the first baseline


def test_a_level_change_and_controls_have_placebos() -> None:
    series = dense(noise(60, 1) + 9 * (np.arange(60) >= 50))
    units = pl.concat([dense(noise(60, seed)).with_columns(unit=pl.lit(f"c{seed}")) for seed in (2, 3, 4)])
    found = am.placebos(am.level_change(series, 50.0), am.recovery(series, controls=units, at=50.0))
    dates, firms = found.placebos
    assert dates.placebos.equals(placebo_dates(series, 50.0).placebos) and dates.as_large == 0
    assert firms.placebos["what"].to_list() == ["c2", "c3", "c4"] and firms.smallest_p == 0.25
    changes = [unit.change() for unit in am.recovery(series, controls=units, at=50.0).units.controls]
    assert firms.placebos["estimate"][0] == pytest.approx(changes[0] - (changes[1] + changes[2]) / 2)


@pytest.mark.bad_input("controls and placebos")
def test_what_bears_no_placebo_says_why() -> None:
    one = am.recovery(dense(noise(60)), controls=dense(noise(60, 1)), at=50.0)
    with pytest.raises(NothingToMeasure, match="The control is the only control: with no other beside it"):
        am.placebos(one)
    with pytest.raises(NothingToMeasure, match="No estimate is at hand"):
        am.placebos("nothing", None)
    found = am.placebos(am.archive_sentiment("united-3411"), am.market_reaction("united-3411"))
    assert "Share of negative posts" in found.left_out[0] and found.left_out[0] in found.text


def test_every_check_is_of_a_result() -> None:
    assert all(hasattr(kind, "text") for kind in CHECKS)


@pytest.mark.parametrize("case_id", ["gm-ignition-recall", "united-3411", "kfc-chicken-shortage"])
def test_the_lead_fits_and_the_figure_has_a_row_an_estimate(case_id: str) -> None:
    found = checks_of(case_id)
    assert 0 < len(leads.placebos(found)) <= leads.LONGEST
    for view in views(am.figures.among_placebos(found)):
        (marks,) = [trace for trace in view["data"] if trace["name"] == "estimate"]
        assert len(marks["x"]) == len(found.checks) and all(0 <= place <= 1 for place in marks["x"])


def checks_of(case_id: str) -> PlaceboChecks:
    results = []
    for measure in (am.market_reaction, am.recovery):
        try:
            results.append(measure(case_id))
        except NothingToMeasure:
            continue
    return am.placebos(*results)


def test_p_counts_the_estimate_itself() -> None:
    frame = pl.DataFrame({"what": ["a", "b", "c"], "estimate": [1.0, -3.0, 5.0], "counts": [True, True, False]})
    found = Placebos("Change", 3.0, frame, "earlier date")
    assert (found.n, found.as_large, found.p, found.smallest_p) == (2, 1, 2 / 3, 1 / 3)
    assert "1 more that overlap" in found.text


def test_dates_of_placebos_are_dates() -> None:
    days = [date(2020, 1, 1) + timedelta(day) for day in range(40)]
    found = placebo_dates(dense(noise(40), days), date(2020, 2, 5))
    assert found.placebos["what"][0] == "2020-01-04"
