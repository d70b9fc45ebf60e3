"""Languages as files write them, and what the texts say where files write none."""

import polars as pl
import pytest

from aftermath.archives.languages import NOTHING
from aftermath.archives.readers.reading import read

ENGLISH = ("Terrible, the lid broke and burned my hand", "Great answer, thank you, I love how quickly you helped")
GERMAN = ("Schrecklich, der Deckel ist abgebrochen", "Vielen Dank für die schnelle Hilfe, sehr gut")


def archive(folder, texts, languages=None):
    rows = [
        f'{place},2024-03-04T09:{place % 60:02}:00Z,"{text}",{(languages or [""])[place % len(languages or [""])]}\n'
        for place, text in enumerate(texts)
    ]
    file = folder / "posts.csv"
    file.write_text("id,created_at,text,lang\n" + "".join(rows), encoding="utf-8")
    return file


def opened(file, language=None):
    reading = read(file, language=language)
    return pl.concat([batch.posts for batch in reading])["language"].to_list(), " ".join(reading.remarks)


@pytest.mark.parametrize("word", [word for word in NOTHING if word] + ["UND", " un "])
def test_a_word_for_no_language_is_none_and_the_option_fills_it(tmp_path, word):
    assert opened(archive(tmp_path, ENGLISH, [word, "en"]), "fr")[0] == ["fr", "en"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("English", "en"),
        ("Chinese (Simplified)", "zh"),
        ("eng", "en"),
        ("EN", "en"),
        ("en_US", "en_US"),
        ("zh-CN", "zh-CN"),
    ],
)
def test_words_for_languages_are_codes(tmp_path, word, expected):
    assert opened(archive(tmp_path, ENGLISH, [word]))[0] == [expected] * 2


def test_few_posts_without_a_language_are_told_and_nothing_is_assumed(tmp_path):
    languages, remarks = opened(archive(tmp_path, ENGLISH * 6))
    assert languages == [None] * 12
    assert "12\N{NO-BREAK SPACE}posts with a text carry no language" in remarks
    assert "--language en" in remarks


def test_the_language_of_clear_texts_is_taken_and_told(tmp_path):
    pytest.importorskip("py3langid")
    languages, remarks = opened(archive(tmp_path, ENGLISH * 20))
    assert set(languages) == {"en"}
    assert "by 40 of 40 texts looked at they are English" in remarks


def test_where_the_export_gives_languages_a_post_without_one_stays_so(tmp_path):
    languages, remarks = opened(archive(tmp_path, ENGLISH * 20, ["", "de"]))
    assert languages == [None, "de"] * 20
    assert "cannot be scored" in remarks


def test_mixed_texts_are_left_without_a_language(tmp_path):
    pytest.importorskip("py3langid")
    languages, remarks = opened(archive(tmp_path, (ENGLISH + GERMAN) * 20))
    assert set(languages) == {None}
    assert "80\N{NO-BREAK SPACE}posts" in remarks


def test_the_option_wins_and_nothing_is_said(tmp_path):
    assert opened(archive(tmp_path, ENGLISH * 20), "lv") == (["lv"] * 40, "")
