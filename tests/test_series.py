"""From features to a series: counted right, the same whatever the order, and its intervals keep their word."""

from __future__ import annotations

import math
import random
from datetime import UTC, date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from scipy import stats

from aftermath.archives import series as module
from aftermath.archives.features import write_features
from aftermath.archives.filtering import only
from aftermath.archives.posts import KINDS, ArchiveError
from aftermath.archives.scoring import FEATURES_SCHEMA, TONES
from aftermath.archives.series import ALL_KINDS, BOOTSTRAP_BELOW, FEW, read_series, series, write_series
from aftermath.statistics.intervals import count_interval
from posting import KEY, batches, marks, posts

START = datetime(2017, 4, 9, tzinfo=UTC)


def features(n: int, *, days: int = 3, seed: int = 0) -> pl.LazyFrame:
    """Made-up features: every value random, some without a score or an author."""
    draw = random.Random(seed)  # noqa: S311
    scores = [None if draw.random() < 0.1 else round(draw.uniform(-1, 1), 4) for _ in range(n)]
    blank = dict.fromkeys(("embedding", "topic", "engagement"), [None] * n)
    table = {
        "post": list(range(n)),
        "time": [START + timedelta(seconds=draw.randrange(days * 86400)) for _ in range(n)],
        "language": ["en"] * n,
        "kind": [draw.choice(KINDS) for _ in range(n)],
        "author": [None if draw.random() < 0.1 else f"{draw.randrange(n // 3 + 1):016x}" for _ in range(n)],
        "sentiment": scores,
        "tone": [None if score is None else TONES[1 + (score >= 0.05) - (score <= -0.05)] for score in scores],
        "scorer": [None if score is None else "marks 1" for score in scores],
    } | blank
    return pl.DataFrame(table, schema_overrides=dict(FEATURES_SCHEMA)).select(FEATURES_SCHEMA.names()).lazy()


def by_hand(rows: list[dict]) -> dict:
    """The same numbers by plain Python."""
    scores = [row["sentiment"] for row in rows if row["sentiment"] is not None]
    return {
        "volume": len(rows),
        "authors": len({row["author"] for row in rows} - {None}),
        "n": len(scores),
        "negative": sum(row["tone"] == "negative" for row in rows),
        "positive": sum(row["tone"] == "positive" for row in rows),
        "mean": pytest.approx(np.mean(scores)),
        "variance": pytest.approx(np.var(scores, ddof=1)) if len(scores) > 1 else None,
    }


def test_every_number_is_that_of_plain_python():
    posts, zone = features(400), "America/Chicago"
    made = series(posts, zone=zone)
    local = posts.with_columns(day=pl.col("time").dt.convert_time_zone(zone).dt.date()).collect().to_dicts()
    assert made.height > 15 and made.filter(pl.col("kind") != ALL_KINDS)["volume"].sum() == 400
    for row in made.iter_rows(named=True):
        day = date.fromisoformat(row["time"])
        own = [each for each in local if each["day"] == day and row["kind"] in (ALL_KINDS, each["kind"])]
        expected = by_hand(own)
        assert {name: row[name] for name in expected} == expected
        assert row["share_negative"] == row["negative"] / row["n"]


def test_the_order_of_the_posts_and_the_number_of_passes_change_nothing(monkeypatch):
    table = features(3000, days=2)
    made = series(table)
    for seed in range(3):
        assert series(table.collect().sample(fraction=1, shuffle=True, seed=seed).lazy()).equals(made)
    monkeypatch.setattr(module, "AT_A_TIME", 70)
    assert series(table).equals(made)


def test_all_kinds_together_may_stand_alone():
    table = features(300)
    both, alone = series(table), series(table, by_kind=False)
    assert alone.equals(both.filter(pl.col("kind") == ALL_KINDS))


def test_what_was_capped_has_no_volume_but_shares_with_their_n():
    table = features(300)
    capped, free = series(table, capped=True), series(table)
    assert capped["volume"].null_count() == capped.height and free["volume"].null_count() == 0
    assert capped.drop("volume").equals(free.drop("volume"))


# Bins


def times(*instants: str) -> pl.LazyFrame:
    table = features(len(instants)).collect()
    parsed = pl.Series("time", [datetime.fromisoformat(instant).astimezone(UTC) for instant in instants])
    return table.with_columns(parsed.dt.cast_time_unit("us"), kind=pl.lit("reply", FEATURES_SCHEMA["kind"])).lazy()


def test_days_begin_at_midnight_of_the_place():
    table = times("2017-04-09T04:59:59+00:00", "2017-04-09T05:00:00+00:00")
    assert series(table, zone="America/Chicago", by_kind=False)["time"].to_list() == ["2017-04-08", "2017-04-09"]
    assert series(table, by_kind=False)["time"].to_list() == ["2017-04-09"]


def test_the_hour_that_comes_twice_in_autumn_is_two_hours():
    table = times("2017-11-05T05:30:00+00:00", "2017-11-05T06:30:00+00:00", "2017-11-05T07:30:00+00:00")
    made = series(table, "1h", zone="America/Chicago", by_kind=False)
    assert made["time"].to_list() == [
        f"2017-11-05T0{clock}:00:00-0{offset}:00" for clock, offset in ((0, 5), (1, 5), (1, 6))
    ]


def test_hours_begin_with_the_hour_of_the_place_where_zones_are_half_an_hour_off():
    made = series(times("2017-04-09T10:10:00+00:00"), "1h", zone="Asia/Kolkata", by_kind=False)
    assert made["time"].to_list() == ["2017-04-09T15:00:00+05:30"]


@pytest.mark.parametrize(
    ("options", "words"),
    [({"every": "2d"}, "1h, 1d"), ({"zone": "Chicago/America"}, "IANA"), ({"zone": "../x"}, "IANA")],
)
def test_options_out_of_range_are_refused(options, words):
    with pytest.raises(ArchiveError, match=words):
        series(features(20), **options)


def test_no_post_is_an_error_and_no_score_is_none():
    with pytest.raises(ArchiveError, match="no post"):
        series(features(9).filter(pl.lit(False)))
    unscored = features(20, days=1).with_columns(
        sentiment=pl.lit(None, pl.Float64), tone=pl.lit(None, FEATURES_SCHEMA["tone"])
    )
    row = series(unscored, by_kind=False).row(0, named=True)
    assert (row["volume"], row["n"], row["share_negative"], row["mean"], row["mean_lower"]) == (20, 0, None, None, None)


# Intervals


def test_few_posts_have_no_interval_and_enough_have():
    ends = ["share_negative_lower", "share_positive_upper", "mean_lower", "mean_upper"]
    made = series(features(200, days=5))
    assert made.filter(pl.col("n") < FEW).height > 0 < made.filter(pl.col("n") >= FEW).height
    for row in made.iter_rows(named=True):
        assert all((row[end] is None) == (row["n"] < FEW) for end in ends)
        if row["n"] >= FEW:
            assert row["mean_lower"] <= row["mean"] <= row["mean_upper"]
            assert 0 <= row["share_negative_lower"] <= row["share_negative"] <= row["share_negative_upper"] <= 1


@pytest.mark.parametrize(("count", "n"), [(0, 10), (1, 10), (7, 9), (10, 10), (491, 914)])
def test_intervals_of_shares_are_wilsons(count, n):
    expected = stats.binomtest(count, n).proportion_ci(0.95, method="wilson")
    assert count_interval(count, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_the_bootstrap_and_the_normal_interval_agree_where_one_takes_over(monkeypatch):
    table = features(BOOTSTRAP_BELOW + 80, days=1)
    normal = series(table, by_kind=False).row(0, named=True)
    monkeypatch.setattr(module, "BOOTSTRAP_BELOW", 10**6)
    drawn = series(table, by_kind=False).row(0, named=True)
    assert drawn["mean_lower"] != normal["mean_lower"]
    for end in ("mean_lower", "mean_upper"):
        assert drawn[end] == pytest.approx(normal[end], abs=0.02)


def test_the_bootstrap_hangs_on_its_seed_alone():
    table = features(120)
    assert series(table, seed=1).equals(series(table, seed=1))
    assert not series(table, seed=1).equals(series(table, seed=2))


@pytest.mark.slow
def test_the_bootstrap_interval_holds_the_mean_about_as_often_as_it_says():
    generator, inside = np.random.default_rng(1), 0
    for draw in range(400):
        scores = np.round(generator.beta(2, 3, 40) * 2 - 1, 4)
        values, counts = np.unique(np.round(scores * 10_000).astype(int), return_counts=True)
        ends = module._poisson_bootstrap(pl.DataFrame({"score": values, "count": counts}), [draw])
        inside += ends[0] <= 2 * 2 / 5 - 1 <= ends[1]
    assert 0.90 <= inside / 400 <= 0.98


def test_variance_does_not_cancel():
    scores = [0.9999, 0.9998] * 50
    table = features(100, days=1).with_columns(
        sentiment=pl.Series(scores), tone=pl.lit("positive", FEATURES_SCHEMA["tone"])
    )
    assert math.isclose(series(table, by_kind=False)["variance"][0], np.var(scores, ddof=1), rel_tol=1e-6)


# The file


@pytest.mark.parametrize("every", ["1d", "1h"])
def test_a_series_comes_back_as_it_was_written(tmp_path, every):
    made = series(features(200), every, zone="America/Chicago")
    back = read_series(write_series(made, tmp_path / "a" / "series.csv"))
    assert back.schema["time"] == (pl.Date if every == "1d" else pl.Datetime("us", "UTC"))
    assert back.drop("time", pl.selectors.float()).equals(made.drop("time", pl.selectors.float()))
    assert back["mean"].round(6).to_list() == made["mean"].round(6).to_list()
    assert write_series(made, tmp_path / "b.csv").read_bytes() == (tmp_path / "a" / "series.csv").read_bytes()


@pytest.mark.parametrize("content", ["", "time,kind\n", "a,b\n1,2\n", None])
def test_what_is_no_series_is_refused(tmp_path, content):
    path = tmp_path / "series.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ArchiveError, match="is no series"):
        read_series(path)


def test_a_series_is_made_from_a_file_of_features(tmp_path):
    table = posts(["+", "-", "-", "a picture"], kind=["original"] * 4)
    made = series(write_features(batches(table), tmp_path / "f.parquet", key=KEY, scorers=marks, workers=1))
    assert made.select("kind", "n", "negative", "positive").rows() == [(ALL_KINDS, 4, 2, 1), ("original", 4, 2, 1)]


# Filtering


def test_only_posts_that_match_are_kept():
    found = list(only(batches(posts(["United +", "else", "flight 3411"]), 2), "(?i)united|3411"))
    assert [batch.posts.height for batch in found] == [1, 1] and sum(batch.lines for batch in found) == 3
    with pytest.raises(ArchiveError, match="no regular expression"):
        only(batches(posts(["a"])), "(")
