"""Whatever a file holds, it gives posts that are valid or an error in words."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest

import exports
from aftermath.archives.posts import BATCH_POSTS, ArchiveError
from aftermath.archives.readers import FORMATS, read
from aftermath.archives.schemas import Posts

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

VALUES = [
    exports.v1(),
    exports.v1(retweeted_status=exports.v1(2), quoted_status=exports.v1(3)),
    {"statuses": [exports.v1(1), exports.v1(2)]},
    {"delete": {"status": {"id_str": "4"}}},
    exports.v2(referenced_tweets=[{"type": "retweeted", "id": "9"}]),
    {
        "data": [exports.v2()],
        "includes": {"users": [{"id": "7"}], "tweets": [exports.v2()]},
        "errors": [{"value": "1"}],
    },
    *(
        exports.zeeschuimer(platform, item)
        for platform, item in (
            ("x.com", exports.on_x(retweeted_status_result={"result": exports.on_x()})),
            ("tiktok.com", exports.on_tiktok()),
            ("tiktok.com", {"cid": "1", "text": "x", "create_time": 1491819724, "user": {"unique_id": "a"}}),
            ("douyin.com", exports.on_douyin(rawdata='{"title": "x"}')),
            ("weibo.com", exports.on_weibo(retweeted_status=exports.on_weibo())),
        )
    ),
]
TEXTS = ["\n".join(exports.fourcat()), exports.nhtsa(), exports.gdelt(), "id,created_at,text\n1,2017-04-10T10:22:04Z,x"]
ODD = st.sampled_from(
    [
        None,
        True,
        0,
        -1,
        2**70,
        1.5e300,
        5.7e17,
        "",
        "$undefined",
        "\x00",
        "\ud83d",
        "5.7E+17",
        "2017-04-10 10:22",
        "1.2万",
    ]
)
JSON = st.recursive(ODD | st.text(max_size=5), lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2), max_leaves=4)  # fmt: skip


@st.composite
def bent(draw, value: object) -> object:
    """A value in which one place, perhaps deep inside, holds something else."""
    if isinstance(value, dict | list) and value and draw(st.integers(0, 4)):
        places = list(value) if isinstance(value, dict) else list(range(len(value)))
        place = draw(st.sampled_from(places))
        copy = value.copy()
        copy[place] = draw(bent(value[place]))
        return copy
    return draw(JSON)


@st.composite
def content(draw) -> bytes:
    kind = draw(st.sampled_from(["bytes", "json", "text"]))
    if kind == "bytes":
        return draw(st.binary(max_size=200))
    if kind == "text":
        return draw(st.sampled_from(TEXTS)).encode()
    chosen = draw(st.lists(st.sampled_from(VALUES).flatmap(bent), min_size=1, max_size=3))
    return "\n".join(map(json.dumps, chosen)).encode()


@st.composite
def harmed(draw) -> bytes:
    """Content, perhaps packed, perhaps with some bytes cut out or put in."""
    data = draw(content())
    packing = draw(st.sampled_from(["", "", "gzip", "zip", "utf-16"]))
    if packing == "gzip":
        data = gzip.compress(data, mtime=0)
    elif packing == "zip":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as members:
            members.writestr(zipfile.ZipInfo("posts"), data)
        data = packed.getvalue()
    elif packing == "utf-16":
        data = data.decode("latin-1").encode("utf-16")
    start = draw(st.integers(0, len(data)))
    stop = draw(st.sampled_from([start, start, start + 1, start + 30, len(data)]))
    return data[:start] + draw(st.binary(max_size=3)) + data[stop:]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("any") / "posts"


def look(file: Path, format: str | None, zone: str | None) -> int:
    """Posts in a file, each batch valid; 0 where there is an error in words."""
    total = 0
    try:
        for batch in read(file, format=format, zone=zone, columns={"author": ""}):
            assert Posts.is_valid(batch.posts)
            assert batch.posts.height + len(batch.bad) <= max(batch.lines, 1) <= BATCH_POSTS
            total += batch.posts.height
    except ArchiveError as error:
        assert str(error).strip()
        return 0
    return total


@pytest.mark.bad_input("damaged exports")
@settings(max_examples=400)
@given(data=harmed(), format=st.sampled_from([None, None, *FORMATS]), zone=st.sampled_from([None, "UTC"]))
@pytest.mark.slow
def test_any_bytes_give_valid_posts_or_an_error_in_words(file, data, format, zone):
    file.write_bytes(data)
    look(file, format, zone)


@pytest.mark.bad_input("damaged exports")
@settings(max_examples=150)
@given(data=st.data())
def test_any_typed_table_gives_valid_posts_or_an_error_in_words(file, data):
    kinds = [
        pl.Int64,
        pl.Float64,
        pl.String,
        pl.Boolean,
        pl.Date,
        pl.Datetime("ns"),
        pl.Duration,
        pl.Binary,
        pl.List(pl.Int8),
        pl.Null,
    ]
    frame = {
        name: pl.Series([data.draw(st.sampled_from([1, 10**18, None])), None]).cast(pl.Int64).cast(pl.String)
        for name in ("id", "time", "text", "likes")
    }
    columns = {}
    for name, series in frame.items():
        kind = data.draw(st.sampled_from(kinds))
        columns[name] = (
            pl.Series([None, None], dtype=kind) if kind in (pl.Binary, pl.List(pl.Int8)) else cast(series, kind)
        )
    pl.DataFrame(columns).write_parquet(file)
    look(file, None, data.draw(st.sampled_from([None, "Europe/Berlin"])))


def cast(series: pl.Series, kind: pl.DataType) -> pl.Series:
    return series.cast(pl.Int64).cast(kind, strict=False) if kind != pl.String else series


def test_what_is_not_harmed_gives_posts(file):
    found = []
    for value in VALUES:
        file.write_text(json.dumps(value))
        found.append(look(file, None, None))
    for text in TEXTS:
        file.write_text(text)
        found.append(look(file, None, None))
    assert found.count(0) == 1  # the deletion notice alone holds no post
