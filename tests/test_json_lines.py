"""JSON in every layout in which tools write it, and files that end within a line."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

import exports
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import detect, encoding, read

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

POSTS = [exports.v2(str(number), 'so { "sad" } ] [ \\') for number in range(1, 31)]


@pytest.fixture(scope="module")
def file(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("json") / "export"


def ids(path: Path) -> list[str]:
    return [number for batch in read(path) for number in batch.posts["post_id"]]


@pytest.mark.parametrize(
    "content",
    [
        "\n".join(json.dumps(post) for post in POSTS),
        "\n".join(json.dumps(post, indent=2) for post in POSTS),
        "\n".join(json.dumps(post, indent=0) for post in POSTS),
        "\n\n".join(json.dumps(post, indent="\t") for post in POSTS),
        "".join(json.dumps(post, indent=2) for post in POSTS),
        "".join(json.dumps(post) for post in POSTS),
        " ".join(json.dumps(post) for post in POSTS),
        json.dumps(POSTS),
        json.dumps(POSTS, indent=4),
        "[\n" + ",\n".join(json.dumps(post) for post in POSTS) + "\n]",
        "[" + ",\n".join(json.dumps(post) for post in POSTS) + "]",
        "\n".join(json.dumps(POSTS[start : start + 10]) for start in (0, 10, 20)),
        "\n".join(json.dumps(POSTS[start : start + 10], indent=1) for start in (0, 10, 20)),
        '{"data": [\n' + ",\n".join(json.dumps(post) for post in POSTS) + '\n], "meta": {"result_count": 30}}',
        "\n".join(json.dumps({"data": POSTS[start : start + 10], "meta": {}}, indent=1) for start in (0, 10, 20)),
    ],
)
@pytest.mark.parametrize("end", ["", "\n", "\r\n\r\n"])
@pytest.mark.parametrize("encoded", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_layout_of_json_gives_the_same_posts(file, content, end, encoded):
    file.write_bytes(
        (content.replace("\n", "\r\n") if "\r" in end else content).encode(encoded) + end.encode(encoded)[:0]
    )
    assert detect(file) == "twitter-v2"
    assert ids(file) == [str(number) for number in range(1, 31)]


def test_three_posts_in_an_array_with_a_post_a_line(file):
    file.write_text("[\n" + ",\n".join(json.dumps(post) for post in POSTS[:3]) + "\n]\n")
    assert ids(file) == ["1", "2", "3"]


@pytest.mark.bad_input("damaged exports")
def test_one_indented_document_that_is_broken_is_named_by_the_line_it_begins_in(file):
    documents = [json.dumps(exports.v2(str(number)), indent=2) for number in range(1, 301)]
    length = documents[0].count("\n") + 1
    documents[1] = documents[1].replace('"lang": "en"', '"lang": en')
    file.write_text("\n".join(documents))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 299
    assert [line.line for line in reading.bad_lines] == [length + 1]


def test_many_documents_may_be_larger_together_than_one_may_be(file, monkeypatch):
    monkeypatch.setattr("aftermath.archives.readers.json_lines.LARGEST_DOCUMENT", 2_000)
    file.write_text("\n".join(json.dumps(post, indent=2) for post in POSTS))
    assert len(ids(file)) == 30
    file.write_text(json.dumps(POSTS, indent=2))
    with pytest.raises(ArchiveError, match="a single JSON document of more than"):
        ids(file)
    assert encoding.LARGEST_DOCUMENT > 2_000


# The end of a stream


@pytest.mark.bad_input("damaged exports")
@settings(max_examples=80, deadline=None)
@given(kept=st.integers(1, 190), indent=st.sampled_from([None, 2]))
def test_a_last_line_that_was_being_written_is_passed_over_and_told(file, kept, indent):
    whole = "\n".join(json.dumps(post, indent=indent) for post in POSTS)
    file.write_text(whole + "\n" + json.dumps(exports.v2("31", "the last"), indent=indent)[:kept].rstrip())
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 30
    assert reading.bad == 0
    line = whole.count("\n") + 2
    assert reading.remarks == (
        f"export:{line} is the last line and is cut, as if the collection was stopped; it is passed over.",
    )


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize(
    "last",
    [
        '{"id": "31", "text": "x\n',  # the line is ended, so that nothing was being written
        '{"id": "31", "text": x}',
        '{"id": 31}}',
        '"id"',
    ],
)
def test_any_other_broken_last_line_is_a_bad_line(file, last):
    file.write_text("\n".join([*(json.dumps(exports.v2(str(number))) for number in range(150)), last]))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 150
    assert (reading.bad, reading.remarks) == (1, ())


@pytest.mark.bad_input("damaged exports")
def test_a_cut_line_that_is_not_the_last_is_a_bad_line(file):
    lines = [json.dumps(exports.v2(str(number))) for number in range(150)]
    lines[70] = lines[70][:50]
    file.write_text("\n".join(lines))
    reading = read(file)
    assert sum(batch.posts.height for batch in reading) == 149
    assert [line.line for line in reading.bad_lines] == [71]


@pytest.mark.bad_input("damaged exports")
def test_a_file_that_is_nothing_but_a_cut_document_is_refused(file):
    file.write_text(json.dumps(POSTS, indent=1)[:-300])
    with pytest.raises(ArchiveError, match=r"could not be read|not known"):
        ids(file)


@pytest.mark.bad_input("lines and JSON without end")
@pytest.mark.parametrize(
    "hostile", ['{"a":"' + '\\"' * 200_000, "[" * 100_000, '{"a":' * 50_000, "}{" * 50_000, '{"a":1}{' * 20_000]
)
def test_hostile_lines_take_no_time_and_no_traceback(file, hostile):
    whole = "\n".join(json.dumps(exports.v2(str(number))) for number in range(150))
    file.write_text(f"{whole}\n{hostile}\n")
    began = time.process_time()
    reading = read(file)
    try:
        assert sum(batch.posts.height for batch in reading) == 150
    except ArchiveError as error:
        assert "could not be read" in str(error)
    assert reading.bad
    assert time.process_time() - began < 10
