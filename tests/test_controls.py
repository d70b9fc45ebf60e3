"""A series beside its controls: truths held, what so few units can show, and controls that cannot be compared with."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

import aftermath as am
from aftermath.statistics.difference_in_differences import DifferenceInDifferences
from aftermath.statistics.regression_on_controls import RegressionOnControls
from aftermath.statistics.series import SeriesError
from dense import noise
from drawings import views

AT = 30
OURS, THEIRS = ("a", "b"), ("c", "d")


def panel(*names: str, n: int = 60, effect: float = 0.0, seed: int = 0, first: int = 0) -> pl.DataFrame:
    """Units that share their course, each with a level and noise of its own."""
    shared, time = np.cumsum(noise(n, 99)), np.arange(n)
    parts = []
    for place, name in enumerate(names):
        value = shared + place + noise(n, seed + ord(name[0]), 0.3) + np.where(time >= AT, effect, 0.0)
        parts.append(pl.DataFrame({"unit": [name] * n, "time": time, "value": value})[first:])
    return pl.concat(parts)


def test_a_difference_holds_its_truth_although_all_units_wander() -> None:
    found = am.recovery(panel(*OURS, effect=5.0), controls=panel(*THEIRS), at=AT)
    assert isinstance(found, DifferenceInDifferences)
    assert found.change.lower < 5 < found.change.upper < 6.5
    assert found.table["change"].to_list()[:2] == pytest.approx([unit.change() for unit in found.units.treated])
    assert "is not a difference because of the event" in found.text and "causal" not in found.text


def test_two_and_two_units_say_the_smallest_p_that_could_come_out() -> None:
    found = am.recovery(panel(*OURS, effect=50.0), controls=panel(*THEIRS), at=AT)
    assert found.permutation.p == found.permutation.smallest_p == pytest.approx(1 / 3)
    assert "the smallest that could come out is 0.333 with 2 + 2 units" in found.text


def test_every_value_counts_with_what_is_behind_it() -> None:
    series = pl.DataFrame({"time": range(4), "value": [0.0, 1.0, 1.0, 0.0], "n": [1, 3, 3, 1]})
    others = pl.DataFrame({"unit": ["c"] * 4 + ["d"] * 4, "time": [*range(4)] * 2, "value": [0.0, 1, 0, 1, 0, 1, 1, 0]})
    found = am.recovery(series, controls=others, at=2)
    assert found.table["before"][0] == found.table["after"][0] == 0.75


def test_no_placebo_date_sees_the_event() -> None:
    quiet, loud = (am.recovery(panel(*OURS, effect=size), controls=panel(*THEIRS), at=AT) for size in (0.0, 1e6))
    assert quiet.placebo_dates.equals(loud.placebo_dates)
    assert quiet.placebo_dates["time"].max() < 0


def test_slopes_that_differ_before_the_event_are_said() -> None:
    tilted = panel(*OURS).with_columns(value=pl.col("value") + 2 * pl.col("time"))
    apart, alike = (am.recovery(frame, controls=panel(*THEIRS), at=AT) for frame in (tilted, panel(*OURS)))
    assert apart.trend.lower <= 2 <= apart.trend.upper
    assert "they did not run in parallel" in apart.text
    assert "does not show that they ran in parallel" in alike.text


def test_a_regression_holds_its_truth_and_draws_its_interval() -> None:
    ours = panel("a", effect=5.0).drop("unit")
    found = am.recovery(ours, controls=panel(*THEIRS), at=AT, method="regression")
    assert isinstance(found, RegressionOnControls)
    assert 3 < found.lower < 5 < found.upper < 9 and found.explained > 0.8
    after = found.course.filter(pl.col("time") >= 0)
    assert after["lower"].null_count() == 0 and found.course["lower"].null_count() == AT
    assert after.select((pl.col("value") - pl.col("expected")).mean()).item() == pytest.approx(found.effect)
    assert ((after["lower"] < after["expected"]) & (after["expected"] < after["upper"])).all()


def test_the_series_from_the_event_on_moves_no_slope() -> None:
    one, other = (
        am.recovery(panel("a", effect=size), controls=panel(*THEIRS), at=AT, method="regression").course
        for size in (0.0, 1000.0)
    )
    assert other["expected"].to_list() == pytest.approx(one["expected"].to_list(), rel=1e-6)


@pytest.mark.parametrize("method", ["difference", "regression"])
def test_figures_have_all_views(method: str) -> None:
    found = am.recovery(panel("a"), controls=panel(*THEIRS), at=AT, method=method)
    assert len(views(am.figures.beside_controls(found))) == 3


# One control


@pytest.mark.bad_input("controls and placebos")
@pytest.mark.parametrize("method", ["difference", "regression"])
def test_with_one_control_there_is_no_test_by_permutation_and_a_sentence(method: str) -> None:
    found = am.recovery(panel("a", effect=5.0), controls=panel("c"), at=AT, method=method)
    assert "one control only" in found.text
    if method == "difference":
        assert found.permutation is None and np.isnan(found.change.lower)
        assert "no interval: one control does not show how controls differ" in found.text


# Controls that cannot be compared with


def late(first: int) -> pl.DataFrame:
    return pl.concat([panel("c"), panel("d", first=first)])


@pytest.mark.bad_input("controls and placebos")
@pytest.mark.parametrize(
    ("controls", "says"),
    [
        (None, "there is no control"),
        (panel("c")[:0], "there is no control"),
        (panel("c", "a"), "'a' is both treated and a control"),
        (late(8), r"d begins late: its first observation \(8\) comes 8 steps after"),
        (pl.concat([panel("c"), panel("d")[:51]]), r"d ends early: its last observation \(50\) comes 9 steps before"),
        (panel("c", "d", first=30), "c: the event at 30 leaves no observation before it"),
        (panel("c").with_columns(value=pl.lit(None, pl.Float64)), "c: row 1 of the series has no finite value"),
        (panel("c").with_columns(unit=pl.lit(None, pl.String)), "must hold a name in every row"),
        (
            panel("c").with_columns(time=pl.lit(date(2020, 1, 1)) + pl.duration(days=pl.col("time"))),
            "c: times are Date",
        ),
    ],
)
@pytest.mark.parametrize("method", ["difference", "regression"])
def test_controls_that_are_refused(controls: pl.DataFrame, says: str, method: str) -> None:
    with pytest.raises(SeriesError, match=says):
        am.recovery(panel(*OURS) if method == "difference" else panel("a"), controls=controls, at=AT, method=method)


@pytest.mark.bad_input("controls and placebos")
def test_controls_that_lack_less_than_a_quarter_are_compared_with() -> None:
    assert len(am.recovery(panel(*OURS), controls=late(7), at=AT).units.controls) == 2


@pytest.mark.bad_input("controls and placebos")
@pytest.mark.parametrize(
    ("own", "says"),
    [
        ({"c": 40}, r"c is affected: an event of its own \(40\) lies within its series"),
        ({"x": 40}, "'x' is no control"),
        ({"c": "May"}, "the own event of c is 'May'"),
    ],
)
def test_controls_with_events_of_their_own(own: dict, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        am.recovery(panel(*OURS), controls=panel(*THEIRS), at=AT, own_events=own)
    am.recovery(panel(*OURS), controls=panel(*THEIRS), at=AT, own_events={"c": 1000})


@pytest.mark.bad_input("controls and placebos")
def test_a_control_that_moves_at_the_event_by_itself_is_named() -> None:
    still = pl.DataFrame({"unit": ["c"] * 60, "time": range(60), "value": noise(60, 5)})
    moved = pl.DataFrame(
        {"unit": ["d"] * 60, "time": range(60), "value": np.where(np.arange(60) < AT, 0, 9.0) + noise(60, 6)}
    )
    found = am.recovery(panel(*OURS), controls=pl.concat([still, moved]), at=AT)
    assert [doubt.split(":")[0] for doubt in found.units.doubts] == ["d is affected"]
    assert found.units.doubts[0] in found.text


@pytest.mark.bad_input("controls and placebos")
@pytest.mark.parametrize(
    ("series", "controls", "says"),
    [
        (panel(*OURS), panel("c"), "2.units are treated, and a regression is of one"),
        (panel("a"), panel("c").filter(pl.col("time") != 35), "c has no value at 35"),
        (panel("a"), pl.concat([panel("c"), panel("c").with_columns(unit=pl.lit("d"))]), "one of the controls follows"),
        (
            panel("a"),
            panel(*(f"{letter}x" for letter in "cdefghijklmnopqrstuvwxyz")),
            "cannot bear a regression on 24.controls",
        ),
        (panel("c").with_columns(unit=pl.lit("a")), panel("c"), "exactly on the fitted course"),
    ],
)
def test_regressions_that_are_refused(series: pl.DataFrame, controls: pl.DataFrame, says: str) -> None:
    with pytest.raises(SeriesError, match=says):
        am.recovery(series, controls=controls, at=AT, method="regression")


@pytest.mark.bad_input("controls and placebos")
def test_a_method_that_there_is_not() -> None:
    with pytest.raises(SeriesError, match="'synthetic' is no method; use one of difference or regression"):
        am.recovery(panel("a"), controls=panel("c"), at=AT, method="synthetic")


# Comments on two firms that changed course and two that did not


@pytest.fixture(scope="module")
def comments() -> Path:
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder or not (Path(folder) / "dei-comments-2025").is_dir():
        pytest.skip(
            "AFTERMATH_ARCHIVES does not name the folder of the coded comments, which are not in the repository"
        )
    return Path(folder) / "dei-comments-2025"


def by_day(comments: Path, is_so: Callable[[], pl.Expr]) -> tuple[pl.DataFrame, pl.DataFrame]:
    coded = pl.read_csv(comments / "comments-coded.csv.gz")
    days = (
        coded.group_by(unit="company_name", time="rel_day").agg(value=is_so().mean(), n=pl.len()).sort("unit", "time")
    )
    changed = pl.col("unit").is_in(["Google", "Target"])
    return days.filter(changed), days.filter(~changed)


def test_stance_counts_are_as_printed_but_for_the_firms_that_changed(comments: Path) -> None:
    """The authors' printed counts differ from their file for Google and Target."""
    printed = pl.read_csv(comments / "stance_counts_by_company.csv").rows_by_key("company_name", unique=True)
    coded = pl.read_csv(comments / "comments-coded.csv.gz")
    counts = coded.group_by("company_name").agg(
        [(pl.col("stance") == stance).sum().alias(stance) for stance in ("Anti_DEI", "Neutral_DEI", "Pro_DEI")]
    )
    counted = counts.rows_by_key("company_name", unique=True)
    assert {firm for firm in printed if counted[firm] == printed[firm]} == {"Costco", "Delta"}
    assert (printed["Target"], counted["Target"]) == ((210, 3885, 690), (121, 3872, 792))


@pytest.mark.parametrize(
    ("item", "level", "printed"),
    [("stance", "ordinal", 0.7927), ("stance", "nominal", 0.8573), ("intention", "ordinal", 0.8095)],
)
def test_the_two_people_agree_as_recorded(comments: Path, item: str, level: str, printed: float) -> None:
    from krippendorff import alpha

    both = pl.read_csv(comments / "double-coded.csv").select(f"{item}_a", f"{item}_b").to_numpy().T
    assert alpha(both, level_of_measurement=level) == pytest.approx(printed, abs=5e-5)


@pytest.mark.parametrize("stance", ["Anti_DEI", "Pro_DEI"])
def test_the_difference_is_that_of_the_counts(comments: Path, stance: str) -> None:
    ours, theirs = by_day(comments, lambda: pl.col("stance") == stance)
    found = am.recovery(ours, controls=theirs, at=0)
    # by hand, from the comments themselves
    coded = pl.read_csv(comments / "comments-coded.csv.gz")
    shares = {
        firm: [
            part.select((pl.col("stance") == stance).mean()).item()
            for part in (of.filter(pl.col("rel_day") < 0), of.filter(pl.col("rel_day") >= 0))
        ]
        for (firm,), of in coded.partition_by("company_name", as_dict=True).items()
    }
    change = {firm: after - before for firm, (before, after) in shares.items()}
    by_hand = (change["Google"] + change["Target"] - change["Costco"] - change["Delta"]) / 2
    assert found.change.value == pytest.approx(by_hand, abs=1e-12)
    assert found.permutation.smallest_p == pytest.approx(1 / 3)
    assert found.change.lower < 0 < found.change.upper  # two and two firms do not bear more
    assert "Delta has 2 observations before it" in found.text.replace("\u00a0", " ")
