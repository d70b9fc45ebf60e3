"""What reads posts of an archive takes time that grows with their length: a field of an export may have millions of characters."""

from __future__ import annotations

import csv
import html
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import exports
from aftermath.archives.cleaning import clean, mask
from aftermath.archives.entities import unescaped
from aftermath.archives.preview import _ACCOUNT, _BEFORE_OWN
from aftermath.archives.readers import names, official, read, reposts, showing, zones
from aftermath.archives.readers.markup import plain_texts, words_of
from aftermath.archives.readers.tables import cells, dialect
from aftermath.archives.scorers.chinese import Chinese, held_out, normal
from aftermath.archives.scorers.english import Vader
from test_lengths import MOST, TOO_SHORT_TO_TELL, seconds

SHORT, LONG = 5_000, 50_000  # characters
PATTERNS = (
    *(
        " ",
        "\t",
        "\n",
        " \n",
        "\x1c",
        "\u200b",
        "a",
        "not ",
        "very ",
        "!",
        "?!",
        "...",
        ":)",
        "😀",
        "字",
        "e\u0301",
        "\u0301",
    ),
    *(
        "0",
        "1",
        "9,",
        "1.",
        "1/",
        "10:",
        "T10:",
        "-",
        "+",
        "e5",
        "١",
        "¤",
        "@",
        "@a ",
        "＠",
        "#",
        "RT @a: ",
        "//@a:",
        "United ",
    ),
    *(
        "[",
        "(",
        "{",
        "<",
        "<p",
        "<p ",
        "<a href=",
        "[removed",
        "<PAGE_TITLE>",
        "_x0041_",
        "PT1H",
        '"',
        "'",
        "\\",
        ",",
        ";",
        "|",
    ),
    *("&", "&#", "&#9", "&#x41;", "&lt;", "http://", "www.!", "转发微博"),
)
ALIASES = ("United Airlines", "United", "蒙牛")

vader, chinese = Vader(), Chinese()
SEE_POSTS: dict[str, Callable[[str], Any]] = {
    "cleaned": clean,
    "cleaned, a column": lambda text: clean(pl.Series([text])),
    "masked": lambda text: mask(text, ALIASES),
    "masked, a column": lambda text: mask(pl.Series([text]), ALIASES[:2]),
    "entities": unescaped,
    "HTML": lambda text: words_of(f"<p>a</p>{text}a"),
    "an address in HTML": lambda text: words_of(f'<a href="{text}">{text}</a>'),
    "HTML, a column": lambda text: plain_texts(pl.Series([f"<p>{text}</p>"])),
    "scored in English": lambda text: vader.score(pl.Series([text])),
    "scored in Chinese": lambda text: chinese.score([text]),
    "Chinese as it is scored": lambda text: (normal(text), held_out(text)),
    "whether it is a repost": reposts.is_repost,
    "an account that is shown": lambda text: (_BEFORE_OWN.sub("", text), _ACCOUNT.sub("", text)),
    "the name of a column": names.plain,
    "whether that is shown": showing._IS_NAME.fullmatch,
    "a time zone": lambda text: zones.clock_of(text, None),
    "the form of a number": lambda text: cells._NO_FORM.sub("", text),
    "a text of a workbook": lambda text: cells._ESCAPED.sub("", text),
    "how a table is written": lambda text: dialect.find_dialect([text, text], ""),
    "a record of GDELT": lambda text: list(official.read_gdelt(_Lines(text), None)),
}


class _Lines:
    """A file with one record of GDELT that has the text wherever there is text."""

    name = "x"

    def __init__(self, text: str) -> None:
        self._text = "\t".join([text.replace("\t", " ").replace("\n", " ")] * official.GDELT_FIELDS)

    def lines(self) -> list[tuple[int, str]]:
        return [(1, self._text)]

    def text(self, line: str) -> str:
        return line


def slow(see: Callable[[str], Any], patterns: tuple[str, ...]) -> dict[str, str]:
    """Which patterns take more than forty times as long at ten times the length."""
    found = {}
    see("warm up")
    for pattern in patterns:
        for repeats in (1, 3):  # what took long by chance is measured again
            long = seconds(see, pattern, LONG, repeats)
            short = seconds(see, pattern, SHORT, repeats) if long > TOO_SHORT_TO_TELL else long
            if long <= MOST * short:
                break
        else:
            found[pattern] = f"{short:.4f} s, {long:.4f} s"
    return found


@pytest.mark.bad_input("long texts")
@pytest.mark.parametrize("see", SEE_POSTS.values(), ids=SEE_POSTS)
def test_time_grows_with_the_length_of_a_post(see, record_property):
    record_property("trials", len(PATTERNS))
    assert slow(see, PATTERNS) == {}


FIELDS = ("id", "created_at", "text", "author", "likes", "url", "lang")
GOOD = ("851379746108342272", "2017-04-10T10:22:04Z", "We apologize", "flyer", "3", "https://x.com/a/status/1", "en")


def _table(field: str, text: str) -> str:
    """A table in which one row has the text in a field, or the header in its last."""
    file, header = io.StringIO(), [text if name == field == "header" else name for name in (*FIELDS, "header")]
    rows = [(*GOOD, ""), ("851379746108342273", *GOOD[1:], "")]
    rows[0] = tuple(text if name == field else value for name, value in zip(header, rows[0], strict=True))
    csv.writer(file).writerows([header, *rows])
    return file.getvalue()


@pytest.mark.slow
@pytest.mark.bad_input("long texts")
@pytest.mark.parametrize("field", [*FIELDS, "header"])
def test_time_grows_with_the_length_of_a_field_of_a_table(field, tmp_path: Path, record_property):
    def see(text: str) -> None:
        (tmp_path / "posts.csv").write_text(_table(field, text), encoding="utf-8", newline="")
        list(read(tmp_path / "posts.csv", max_bad=1.0))

    record_property("trials", len(PATTERNS[::5]))
    assert slow(see, PATTERNS[::5]) == {}


@pytest.mark.slow
@pytest.mark.bad_input("long texts")
@pytest.mark.parametrize("field", ["text", "id_str", "created_at", "retweet_count"])
def test_time_grows_with_the_length_of_a_field_in_json(field, tmp_path: Path, record_property):
    def see(text: str) -> None:
        lines = (json.dumps(exports.v1() | {field: text}), json.dumps(exports.v1(exports.SNOWFLAKE + 1)))
        (tmp_path / "posts.jsonl").write_text("\n".join(lines), encoding="utf-8")
        list(read(tmp_path / "posts.jsonl", max_bad=1.0))

    record_property("trials", len(PATTERNS[::5]))
    assert slow(see, PATTERNS[::5]) == {}


# Entities: numbers that Python does not take


@pytest.mark.bad_input("long texts")
@pytest.mark.parametrize("entity", ["&#{};".format("9" * 5_000), "&#" + "7" * 10_000, "&#{}65;".format("0" * 5_000)])
def test_an_entity_with_a_number_without_end_is_read_as_any_other(entity):
    with pytest.raises(ValueError, match="digits"):
        html.unescape(entity)
    read_so = "A" if "65;" in entity else "\ufffd"
    assert unescaped(f"a{entity}b") == f"a{read_so}b"
    assert clean(f"a {entity} b") == f"a {read_so} b"
    assert clean(pl.Series([f"a {entity} b"])).to_list() == [f"a {read_so} b"]
    assert words_of(f"<p>a{entity}b</p>") == f"a{read_so}b"


@pytest.mark.parametrize(
    "text", ["&#65;", "&#0065", "&#000000000000065;b", "&#x41;&lt &amp;lt;", "&#0;&#128;", "&#", "&#;", "&#99999999;"]
)
def test_other_entities_are_read_as_the_standard_library_reads_them(text):
    assert unescaped(text) == html.unescape(text)
