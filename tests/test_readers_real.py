"""The readers on archives as people left them. Nothing of them is in the repository."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import polars as pl
import pytest

from aftermath.archives.manifest import read_archive
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import Reading, read
from aftermath.archives.schemas import Posts

FOLDER = os.environ.get("AFTERMATH_ARCHIVES")
pytestmark = pytest.mark.skipif(not FOLDER, reason="AFTERMATH_ARCHIVES does not name a folder with archives")
ARCHIVES = Path(FOLDER or "nowhere")


def archive(name: str) -> Path:
    if not (ARCHIVES / name).exists():
        pytest.skip(f"{name} is not among the archives")
    return ARCHIVES / name


def done(path: object, **settings: object) -> tuple[Reading, pl.DataFrame]:
    reading = read(path, **settings)
    return reading, Posts.validate(pl.concat([batch.posts for batch in reading]))


def test_the_tweets_about_united_by_their_manifest(root):
    archive("united-3411-tweets-2017/tweets.parquet")
    reading, batches = read_archive(root / "data" / "archives" / "united-3411-tweets-2017")
    chosen = pl.concat([batch.posts for batch in batches])
    assert (reading.posts, reading.bad, reading.duplicates) == (21_699, 0, 0)
    assert f"{reading.first:%F %T}" == "2017-04-07 05:02:21"
    assert f"{reading.last:%F %T}" == "2017-04-19 23:59:59"
    assert 6_000 < chosen.height < 21_699


def test_reposts_among_them(root):
    tweets = archive("united-3411-tweets-2017/tweets.parquet")
    _, posts = done(tweets, columns={"where": "kind=search"})
    kinds = dict(posts["kind"].value_counts().iter_rows())
    assert kinds["repost"] == 12_473
    assert posts.filter(kind="repost")["engagement"].null_count() == 12_473
    by_id = done(tweets, columns={"where": "kind=search", "time": ""})[1]
    assert by_id["time"].dt.truncate("1s").equals(posts["time"])


def test_conversations_with_brands_in_csv():
    reading, posts = done(archive("customer-support-twitter-sample/twcs-first-5000.csv.gz"))
    assert (posts.height, reading.bad) == (5_000, 0)
    assert f"{reading.first:%F}" == "2011-08-29"
    assert f"{reading.last:%F}" == "2017-12-03"


def test_headlines_with_a_last_row_that_is_cut_off():
    columns = {"post_id": "ID", "text": "TITLE", "time": "TIMESTAMP"}
    reading, posts = done(archive("gm-headlines-uci-march-2014/uci-news-aggregator-part.csv.gz"), columns=columns)
    assert (posts.height, reading.bad) == (6_366, 1)
    assert reading.bad_lines[0].line == 6_368


def test_ids_that_a_spreadsheet_damaged():
    path = archive("airline-sentiment-2015/Airline-Sentiment-2-w-AA.csv.gz")
    with pytest.raises(ArchiveError, match="damaged by a spreadsheet"):
        done(path)
    columns = {"post_id": "_unit_id", "time": "tweet_created", "time_format": "%m/%d/%y %H:%M", "author": "name"}
    reading, posts = done(path, columns=columns, zone="America/Los_Angeles")
    assert posts.height + reading.bad == 14_640
    assert reading.encodings == {"Airline-Sentiment-2-w-AA.csv.gz": "mac_roman"}


@pytest.mark.slow
def test_tweets_as_the_first_interface_gave_them(tmp_path):
    with tarfile.open(archive("stocknet-tweets-2014-2016/tweet_raw_HD.tar.gz")) as packed:
        packed.extractall(tmp_path, filter="data")
    files = sorted(path for path in tmp_path.rglob("*") if path.is_file())
    reading, posts = done(files)
    assert set(reading.formats.values()) == {"twitter-v1"}
    assert (posts.height, reading.bad, reading.duplicates) == (1_003, 0, 1)
    assert not posts["text"].str.contains("&amp;", literal=True).any()
    september = posts.filter(pl.col("time").dt.date().is_between(pl.date(2014, 9, 2), pl.date(2014, 9, 4)))
    assert september.group_by(pl.col("time").dt.date()).len().sort("time")["len"].to_list() == [6, 5, 5]
