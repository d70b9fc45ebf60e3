"""The United archive: its series is what the tweets give, and what the report makes of it keeps to the evidence."""

from __future__ import annotations

import dataclasses
import re
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

import aftermath as am
from aftermath.archives.attached import attached_series
from aftermath.archives.features import write_features
from aftermath.archives.manifest import load_manifest, read_archive, record_series, write_manifest
from aftermath.archives.posts import ArchiveError
from aftermath.archives.series import ALL_KINDS, read_series, series, write_series
from aftermath.figures import theme
from aftermath.measures.archive_recovery import archive_recovery, furthest, share_returned
from aftermath.statistics.result import NothingToMeasure
from aftermath.workspace import Workspace
from pages import blocks
from posting import KEY, archives, batches, posts

NAME = "united-3411-tweets-2017"
OFFICIAL = ["e08", "e09", "e11", "e15"]


@pytest.fixture(scope="module")
def folder(root) -> Path:
    return root / "data" / "archives" / NAME


@pytest.fixture(scope="module")
def told(root):
    return am.archive_sentiment(am.load_case("united-3411", Workspace(root)))


# The series


def made(folder: Path, target: Path, **how: object) -> pl.DataFrame:
    manifest = load_manifest(folder)
    _, found = read_archive(folder)
    features = write_features(found, target / "features.parquet", key=KEY, aliases=manifest.aliases, **how)
    return series(features, manifest.every, zone=manifest.zone, capped=manifest.capped)


def test_the_series_is_made_from_the_tweets_to_the_last_digit(folder, tmp_path):
    archives()
    written = write_series(made(folder, tmp_path, workers=1), tmp_path / "series.csv")
    assert written.read_bytes() == (folder / "series.csv").read_bytes()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the cluster's own
def test_a_cluster_of_two_workers_gives_the_same_series_row_for_row(folder, tmp_path):
    from distributed import Client, LocalCluster

    archives()
    here = made(folder, tmp_path / "here", workers=1)
    settings = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with LocalCluster(**settings) as cluster, Client(cluster) as client:
        there = made(folder, tmp_path / "there", workers=2, executor=client.get_executor())
        assert len(client.scheduler_info()["workers"]) == 2
    assert here.rows() == there.rows() and here.height > 50


def test_the_manifest_tells_what_a_reader_needs(folder):
    manifest = load_manifest(folder)
    assert (manifest.case, manifest.level, manifest.capped) == ("united-3411", "series", True)
    assert "at most 100" in manifest.capped_why and manifest.filter["words"].startswith("(?i)united")
    assert {"United", "UnitedAirlines"} <= set(manifest.aliases) == set(am.load_case("united-3411").about.aliases)
    assert sorted(path.name for path in folder.iterdir()) == ["manifest.yaml", "series.csv"]


def test_the_series_has_every_day_and_no_volume(folder):
    table = read_series(folder / "series.csv")
    together = table.filter(pl.col("kind") == ALL_KINDS)
    assert together["time"].to_list() == [date(2017, 4, day) for day in range(7, 20)]
    assert together["n"].sum() == 6846 and table["volume"].null_count() == table.height
    parts = table.filter(pl.col("kind") != ALL_KINDS).group_by("time").agg(pl.col("n", "negative").sum()).sort("time")
    assert parts.rows() == together.select("time", "n", "negative").rows()


# What the report makes of it


def test_the_official_posts_are_the_four_of_the_record(told):
    assert list(told.official) == OFFICIAL
    seconds = [span.seconds for span in told.official.values()]
    assert seconds[:3] == [0, 0, 0] and seconds[3] <= 3600


def change_of(fit) -> dict:
    return fit.terms.row(by_predicate=pl.col("term") == "level change", named=True)


def test_two_days_before_clock_zero_allow_no_trend_and_the_words_say_so(told):
    assert told.at == date(2017, 4, 9) and (told.recovery.n_before, told.recovery.n_after) == (2, 11)
    assert told.recovery.segmented.pre_trend is False
    assert "no trend before it is fitted" in told.text and "n = 26" in told.text
    change = told.recovery.change
    assert change.lower < 0 < change.upper, "two tiny days before cannot make a change certain"


def test_the_day_of_clock_zero_counts_as_after_and_where_it_turns_the_answer_both_are_said(told):
    recovery = told.recovery
    with_it, without = (change_of(fit) for fit in (recovery.local, recovery.without["local"]))
    assert with_it["lower"] < 0 < with_it["upper"] and without["lower"] > 0
    assert (recovery.without["local"].n_before, recovery.without["local"].n_after) == (2, 10)
    assert "The day of clock zero counts as after it, which turns the answer; left out, the move is" in told.text
    assert "+26 points [+1 to +51] by local level, against +14 points [−15 to +39] with it" in told.text
    left_out = [each for each in recovery.estimates if each.quantity == "level change, the day of clock zero left out"]
    assert [each.method for each in left_out] == [
        "Level change, the course may bend",
        "Segmented regression",
        "Local level",
    ]


def test_a_share_never_moves_by_more_than_there_is(told):
    """Two small days before clock zero, of which the intervals reach from 3 to 34 %."""
    least, most = told.recovery.possible
    assert (least, most) == (pytest.approx(-0.335, abs=5e-4), pytest.approx(0.971, abs=5e-4))
    row = told.recovery.segmented["level change"]
    assert (row["lower"], row["upper"]) == (least, most)
    assert "[−34 to +97]" in told.text
    assert "the interval is cut where a share that was 3 to 34 % can move no further" in told.text


def test_no_return_is_claimed_that_was_not_seen(told):
    assert not told.recovery.returned.returned and "not by the end" in told.text
    assert told.recovery.returned.upper == float("inf") and "right-censored" in told.text
    assert {each.method for each in told.recovery.estimates} >= {"Segmented regression", "Time to return"}
    assert "half-life" in next(each.quantity for each in told.recovery.estimates if each.text == "none")


def test_two_days_before_clock_zero_set_no_alarm_and_the_words_say_why(told):
    assert told.turning is None
    assert (
        "No alarm can be set: 2\u00a0bins before clock zero hardly show" in told.text
        and "at least 3 are needed" in told.text
    )


def test_the_page_shows_the_curve_the_posts_and_the_accuracy(root):
    shown = blocks(am.load_case("united-3411", Workspace(root)))["figure-posts"].html
    assert "Collection was capped" in shown
    assert all(f'"{event}"' in shown for event in OFFICIAL)
    assert "calls a text what people called it in 55" in shown and "Tweets to United, 2015" in shown
    after = shown[shown.index("</figure>") :]
    assert "Local level" in after and "labelled sets" in after


def test_a_case_without_an_archive_says_so(root):
    case = am.load_case("kitchenaid-tweet", Workspace(root))
    with pytest.raises(NothingToMeasure, match="no archive of posts is attached"):
        am.archive_sentiment(case)
    shown = blocks(case)["figure-posts"].html
    assert "No archive of posts is attached" in shown and "<figure" not in shown


def test_the_figure_marks_the_posts_and_leaves_out_kinds_with_too_few(told):
    figure = am.figures.posts_over_time(told)
    marks = [trace for trace in figure.data if trace.name == "posts of the organisation"]
    assert list(marks[0].customdata) == [None, *OFFICIAL]
    few = told.archive.series.filter((pl.col("kind") != "quote") | (pl.col("n") > 10**6))
    fewer = dataclasses.replace(told, archive=dataclasses.replace(told.archive, series=few))
    assert len(am.figures.posts_over_time(fewer).data) == len(figure.data) - 2


def test_every_share_is_drawn_inside_its_interval_and_tells_its_n(told):
    figure = am.figures.posts_over_time(told)
    dots = next(trace for trace in figure.data if trace.name == "negative share")
    for place, row in enumerate(told.days.iter_rows(named=True)):
        assert dots.y[place] == pytest.approx(100 * row["share_negative"])
        if row["share_negative_upper"] is not None:
            assert dots.y[place] + dots.error_y.array[place] == pytest.approx(100 * row["share_negative_upper"])
            assert dots.y[place] - dots.error_y.arrayminus[place] == pytest.approx(100 * row["share_negative_lower"])
        assert f"n = {row['n']:,}" in dots.hovertext[place]
    assert theme.LIGHT["den"] not in dots.marker.color, "no alarm was set"


def test_the_day_that_fired_is_drawn_in_red(workspace):
    told = am.archive_sentiment(am.load_case("united-3411", workspace))
    dots = next(trace for trace in am.figures.posts_over_time(told).data if trace.name == "negative share")
    fired = [place for place, colour in enumerate(dots.marker.color) if colour == theme.LIGHT["den"]]
    assert [told.days["time"][place] for place in fired] == [told.turning.time]


def test_colours_are_those_of_the_house_and_all_widths_have_the_same_traces(told):
    figure = am.figures.posts_over_time(told)
    text = figure.to_json()
    assert set(re.findall(r"#[0-9a-f]{6}", text)) <= set(theme.LIGHT.values())
    assert [len(view["data"]) for view in figure.layout.meta["views"]] == [len(figure.data)] * 2


# Other archives


def loud_after_quiet(root: Path, target: Path, every: str) -> Workspace:
    """A workspace with the case of United, and an archive of made-up posts that was not capped: 20 quiet bins, 10 loud ones."""
    shutil.copytree(root / "casestudies" / "united-3411", target / "casestudies" / "united-3411")
    quiet, loud = ["good"] * 8 + ["bad"] * 2, ["bad"] * 50 + ["good"] * 10
    zero = datetime.fromisoformat("2017-04-09T23:30:00+00:00")
    step = timedelta(days=1) if every == "1d" else timedelta(hours=1)
    bins = [(zero + (place - 20) * step, loud if place >= 20 else quiet[: 8 + place % 3]) for place in range(30)]
    table = posts([text for _, texts in bins for text in texts], time=[time for time, texts in bins for _ in texts])
    features = write_features(batches(table, 500), target / "f.parquet", key=KEY, workers=1)
    folder = target / "data" / "archives" / "made-up"
    folder.mkdir(parents=True)
    united = load_manifest(root / "data" / "archives" / NAME)
    write_manifest(dataclasses.replace(united, title="<b>x</b>", capped=False, shared={}), folder)
    made = series(features, every, zone="America/Chicago")
    record_series(folder, made, features, every=every, zone="America/Chicago")
    return Workspace(target)


@pytest.fixture
def workspace(root, tmp_path) -> Workspace:
    return loud_after_quiet(root, tmp_path, "1d")


def test_hours_are_measured_and_drawn_as_days_are(root, tmp_path):
    case = am.load_case("united-3411", loud_after_quiet(root, tmp_path, "1h"))
    told = am.archive_sentiment(case)
    assert told.at == datetime.fromisoformat("2017-04-09T18:00:00-05:00") and told.recovery.n_before == 20
    assert told.turning.by_volume.seen and told.turning.latency.upper < 2 * 3600
    shown = blocks(case)["figure-posts"].html.replace("\u00a0", " ")
    assert "9 Apr 2017, 18:00" in shown and "30 hours" in shown


def test_what_a_manifest_says_cannot_write_markup(workspace):
    html = blocks(am.load_case("united-3411", workspace))["figure-posts"].html
    assert "&lt;b&gt;x&lt;/b&gt;" in html and "<b>x</b>" not in html


def test_where_nothing_was_capped_the_volume_has_a_say(workspace):
    told = am.archive_sentiment(am.load_case("united-3411", workspace))
    assert told.turning.by_volume is not None and told.turning.by_volume.seen
    assert told.recovery.segmented.pre_trend and told.recovery.segmented["level change"]["lower"] > 0
    assert "by volume alone" in told.text


def test_a_series_that_was_changed_is_refused_with_both_sums(workspace):
    path = workspace.root / "data" / "archives" / "made-up" / "series.csv"
    path.write_text(path.read_text().replace("0.8", "0.7"))
    with pytest.raises(ArchiveError, match=r"(?s)series.csv.*recorded +sha256 \w{64}.*found +sha256 \w{64}"):
        attached_series("united-3411", workspace)


def test_a_broken_manifest_of_another_case_is_not_in_the_way(workspace):
    other = workspace.root / "data" / "archives" / "other"
    other.mkdir()
    (other / "manifest.yaml").write_text("case: kitchenaid-tweet\nnonsense: [")
    assert [each.name for each in attached_series("united-3411", workspace)] == ["made-up"]


def two_weeks(before: list[tuple[int, int]], after: list[tuple[int, int]]) -> pl.DataFrame:
    """Days of posts, given as pairs of how many were negative and how many there were."""
    days = pl.DataFrame([*before, *after], schema=["negative", "n"], orient="row")
    times = pl.Series("time", [date(2020, 1, 1) + timedelta(days=place) for place in range(days.height)])
    return days.with_columns(times, share_negative=pl.col("negative") / pl.col("n"))


def test_a_change_that_is_plain_either_way_is_said_once():
    quiet, loud = [(20 + place % 3, 100) for place in range(10)], [(60 + place % 3, 100) for place in range(10)]
    found = archive_recovery(two_weeks(quiet, loud), date(2020, 1, 11))
    assert found.without.keys() == {"change", "segmented", "local"}
    assert "turns the answer" not in found.text and "is cut" not in found.text
    assert change_of(found.segmented)["lower"] > 0.3


def test_a_gap_at_clock_zero_leaves_nothing_to_leave_out():
    days = two_weeks([(20 + place % 3, 100) for place in range(10)], [(60 + place % 3, 100) for place in range(10)])
    found = archive_recovery(days.filter(pl.col("time") != date(2020, 1, 11)), date(2020, 1, 11))
    assert found.without == {} and "left out" not in str(found.estimates)


@pytest.mark.parametrize("share", [0, 3, 50, 97, 100])
def test_bounds_hold_every_change_from_and_to_any_share(share):
    least, most = furthest(pl.DataFrame({"negative": [share, share], "n": [100, 100]}))
    assert -1 <= least <= -share / 100 <= 0 <= 1 - share / 100 <= most <= 1


def test_without_posts_for_an_interval_a_share_may_move_by_all_there_is():
    assert furthest(pl.DataFrame({"negative": [1, 0], "n": [3, 2]})) == (-1, 1)


def test_too_little_before_clock_zero_leaves_reasons_in_place_of_fits():
    days = pl.DataFrame(
        {"time": [date(2020, 1, day) for day in (1, 2, 3, 4)], "n": [3, 50, 60, 50], "negative": [0, 9, 9, 8]}
    )
    found = archive_recovery(days.with_columns(share_negative=pl.col("negative") / pl.col("n")), date(2020, 1, 2))
    assert found.returned is None and "3\u00a0posts before clock zero" in found.why_not["returned"]
    assert found.local is None and "not estimated" in {each.text for each in found.estimates}
    assert "No return is timed" in found.text


def counts(negative: list[int], n: list[int], times: list[date] | None = None) -> pl.DataFrame:
    """Days of an archive, from 1 January 2020 on if no times are given."""
    times = times or [date(2020, 1, 1) + timedelta(place) for place in range(len(n))]
    table = pl.DataFrame({"time": times, "n": n, "negative": negative})
    return table.with_columns(share_negative=pl.col("negative") / pl.col("n"))


AFTER_A_YEAR = [date(2020, 1, day) for day in range(1, 11)] + [date(2021, 1, day) for day in range(1, 21)]


@pytest.mark.parametrize(
    ("days", "at", "words"),
    [
        (counts([1], [1]), date(2020, 1, 1), "0\u00a0posts before clock zero"),
        (counts([300], [900]), date(2020, 1, 1), "0\u00a0posts before clock zero"),
        (counts([20] * 20, [100] * 20), date(2020, 1, 1), "0\u00a0posts before clock zero"),
        (counts([20] * 20, [100] * 20), date(2020, 1, 9), "all 20 values are 0.2"),
        (counts([0] * 10 + [100] * 10, [100] * 20), date(2020, 1, 11), "not by the end, 9 days after clock zero"),
        (counts([20] * 10 + [60] * 8 + [20] * 12, [100] * 30, AFTER_A_YEAR), date(2021, 1, 1), "after 8 days [more than 7 days, "),
        (counts([20, 25, 60, 40, 30], [100] * 5), date(2020, 1, 3), "Back at what was usual"),
    ],
)  # fmt: skip
def test_an_odd_archive_gets_a_sentence(days, at, words):
    found = archive_recovery(days, at)
    assert words in found.text
    assert "nan" not in found.text + str(found.estimates) and "inf " not in found.text


def test_more_posts_do_not_move_what_counts_as_back():
    course = [20] * 30 + [20 + round(30 * 0.1 ** (day / 10)) for day in range(30)]
    found = [
        share_returned(counts([k * share for share in course], [100 * k] * 60), date(2020, 1, 31)) for k in (1, 100)
    ]
    assert [each.tolerance for each in found] == pytest.approx([0.03, 0.03], rel=0.1)
    assert all(each.lower < 10 <= each.upper for each in found)
    assert found[0].upper - found[0].lower > found[1].upper - found[1].lower
