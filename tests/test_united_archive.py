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
from aftermath.measures.archive_recovery import archive_recovery
from aftermath.measures.result import NothingToMeasure
from aftermath.workspace import Workspace
from posting import KEY, archives, batches, posts

NAME = "united-3411-tweets-2017"
OFFICIAL = ["e07", "e08", "e09", "e14"]


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


def test_two_days_before_clock_zero_allow_no_trend_and_the_words_say_so(told):
    assert told.at == date(2017, 4, 9) and (told.recovery.n_before, told.recovery.n_after) == (2, 11)
    assert told.recovery.segmented.pre_trend is False
    assert "no trend before it is fitted" in told.text and "n = 26" in told.text
    change = told.recovery.change
    assert change.lower < 0 < change.upper, "two tiny days before cannot make a change certain"


def test_no_return_is_claimed_that_was_not_seen(told):
    assert not told.recovery.returned.returned and "not by the end" in told.text
    assert {each.method for each in told.recovery.estimates} >= {"Segmented regression", "Time to return"}
    assert "half-life" in next(each.quantity for each in told.recovery.estimates if each.text == "none")


def test_the_alarm_uses_the_share_alone_and_comes_after_the_answer(told):
    turning = told.turning
    assert turning.time == date(2017, 4, 10) and turning.by_volume is None and turning.baseline == 2
    assert told.answered.upper < turning.latency.lower == pytest.approx(29.5 * 3600, abs=60)
    assert "volume is not used: collection was capped" in told.text


def test_the_page_shows_the_curve_the_posts_and_the_accuracy(root):
    report = am.report(am.load_case("united-3411", Workspace(root)))
    shown = report.posts.html
    assert "Collection was capped" in report.archive.html
    assert all(f'"{event}"' in shown for event in OFFICIAL)
    assert "calls a text what people called it in 55" in shown and "Tweets to United, 2015" in shown
    assert "Local level" in report.posts_recovery.html and "labelled sets" in report.posts_recovery.html


def test_a_case_without_an_archive_says_so(root):
    case = am.load_case("kitchenaid-tweet", Workspace(root))
    with pytest.raises(NothingToMeasure, match="no archive of posts is attached"):
        am.archive_sentiment(case)
    report = am.report(case)
    assert "No archive of posts is attached" in report.archive.html
    assert report.posts.html == report.posts_recovery.html == ""


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
    zero = datetime.fromisoformat("2017-04-09T22:30:00+00:00")
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
    assert told.at == datetime.fromisoformat("2017-04-09T17:00:00-05:00") and told.recovery.n_before == 20
    assert told.turning.by_volume.seen and told.turning.latency.upper < 2 * 3600
    report = am.report(case)
    assert "9 Apr 2017, 17:00" in report.posts.html and "30 hours" in report.posts.html.replace("\u00a0", " ")


def test_what_a_manifest_says_cannot_write_markup(workspace):
    shown = am.report(am.load_case("united-3411", workspace))
    html = shown.archive.html + shown.posts.html + shown.posts_recovery.html
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


def test_too_little_before_clock_zero_leaves_reasons_in_place_of_fits():
    days = pl.DataFrame(
        {"time": [date(2020, 1, day) for day in (1, 2, 3, 4)], "n": [3, 50, 60, 50], "negative": [0, 9, 9, 8]}
    )
    found = archive_recovery(days.with_columns(share_negative=pl.col("negative") / pl.col("n")), date(2020, 1, 2))
    assert found.returned is None and "3\u00a0posts before clock zero" in found.why_not["returned"]
    assert found.local is None and "not estimated" in {each.text for each in found.estimates}
    assert "No return is timed" in found.text
