"""English: the scores of the package vaderSentiment, to the last digit, on any text."""

from __future__ import annotations

import gzip
import random
import time
from pathlib import Path

import polars as pl
import pytest
from vaderSentiment import vaderSentiment as package

from aftermath.archives.scorers import english
from aftermath.archives.scorers.english import Vader
from posting import archives

ANALYSER = package.SentimentIntensityAnalyzer()

TELLING = [
    *[
        "good",
        "bad",
        "GREAT",
        "horrible",
        "kind",
        "of",
        "kind of",
        "no",
        "or",
        "nor",
        "not",
        "never",
        "so",
        "this",
        "without",
    ],
    *[
        "doubt",
        "a",
        "the",
        "at",
        "very",
        "VERY",
        "least",
        "but",
        "BUT",
        "but,",
        "isn't",
        "really",
        "barely",
        "sort of",
        "just",
    ],
    *["enough", "the shit", "the bomb", "bad ass", "badass", "bus stop", "yeah right", "kiss of death", "to die for"],
    *[
        "beating heart",
        "love",
        "hate",
        "sorry",
        "fine",
        ":)",
        ":(",
        "<3",
        "!",
        "!!!!!",
        "?",
        "??",
        "????",
        "😡",
        "❤",
        "👍🏽",
        " 💋 ",
    ],
    *[
        "plane",
        "Seat",
        "CREW",
        "'good'",
        "(bad)",
        "…",
        "K",
        "İ",
        "good/bad",
        "united",
        "No",
        "NOT",
        "cannot",
        "despite",
    ],
]


def telling_texts(count: int) -> list[str]:
    draw = random.Random(19)  # noqa: S311
    return [
        "".join(draw.choice(["", " ", "  ", " ", " "]) + draw.choice(TELLING) for _ in range(draw.randint(0, 14)))
        for _ in range(count)
    ]


def test_scores_are_the_packages_own():
    texts = telling_texts(6000)
    expected = [ANALYSER.polarity_scores(text)["compound"] for text in texts]
    assert len(set(expected)) > 1000
    differing = [
        (text, mine, theirs)
        for text, mine, theirs in zip(texts, Vader().score(texts), expected, strict=True)
        if mine != theirs
    ]
    assert not differing


def test_scores_are_the_packages_own_for_any_text():
    hypothesis = pytest.importorskip("hypothesis")
    pieces = hypothesis.strategies.one_of(
        hypothesis.strategies.sampled_from(TELLING), hypothesis.strategies.text(max_size=6)
    )

    @hypothesis.given(hypothesis.strategies.lists(pieces, max_size=12).map(" ".join))
    @hypothesis.settings(max_examples=300)
    def same(text):
        assert Vader().score([text]) == [ANALYSER.polarity_scores(text)["compound"]]

    same()


def test_another_version_of_the_package_scores_by_its_own_code(monkeypatch):
    asked = []

    class Analyser:
        def polarity_scores(self, text):
            asked.append(text)
            return {"compound": 0.25}

    monkeypatch.setattr(english, "VERSION", "4.0.0")
    monkeypatch.setattr(english.vader, "SentimentIntensityAnalyzer", Analyser)
    english._compound.cache_clear()
    try:
        assert Vader().score(["good", "bad"]) == [0.25, 0.25]
    finally:
        english._compound.cache_clear()
    assert asked == ["good", "bad"]


ADVERSARIAL = [
    *TELLING,
    *ANALYSER.lexicon,
    *package.NEGATE,
    *package.BOOSTER_DICT,
    *package.SPECIAL_CASES,
    *list(ANALYSER.emojis)[::20],
    *"N'T ain't've X RT É ß don’t Kind \u0130 \u212a \u017f ǅ ª \u0301 :D XD D: u1 (good) good!!! GOOD?? no!".split(),
]
GAPS = [" "] * 12 + ["  ", "", "\n", "\t", "\u3000", "\xa0", "\x1c", "\x85", "\u2028"]


def adversarial_texts(count: int, seed: int) -> list[str]:
    draw = random.Random(seed)  # noqa: S311
    shapes = [str, str, str, str.upper, str.title, str.lower, lambda word: f"({word}),", lambda word: f"{word}!?"]
    return [
        "".join(
            draw.choice(shapes)(draw.choice(draw.choice([TELLING, ADVERSARIAL]))) + draw.choice(GAPS)
            for _ in range(draw.randint(0, 12))
        )
        for _ in range(count)
    ]


def test_scores_are_the_packages_own_whatever_stands_beside_a_text():
    texts = adversarial_texts(3000, seed=15)
    expected = [ANALYSER.polarity_scores(text)["compound"] for text in texts]
    differing = [one for one in zip(texts, Vader().score(texts), expected, strict=True) if one[1] != one[2]]
    assert not differing
    column = pl.Series(texts[::-1])
    assert Vader().score(column) == expected[::-1]
    assert column.to_list() == texts[::-1], "what was handed over is as it was"


def test_what_tokens_mean_is_remembered_within_bounds(monkeypatch):
    monkeypatch.setattr(english, "TOKENS_REMEMBERED", 8)
    rules, texts = english._Rules(ANALYSER), adversarial_texts(300, seed=8)
    expected = [ANALYSER.polarity_scores(text)["compound"] for text in texts]
    assert rules.compound(pl.Series(texts)) == rules.compound(pl.Series(texts)) == expected
    assert len(rules.words._hashes) == 8


@pytest.mark.slow
def test_scores_of_thirty_thousand_real_texts_are_the_packages_own():
    texts = real_texts(archives())
    assert len(texts) >= 30_000
    theirs = [ANALYSER.polarity_scores(text)["compound"] for text in texts]
    assert [place for place, mine in enumerate(Vader().score(texts)) if mine != theirs[place]] == []


def real_texts(folder: Path) -> list[str]:
    """Texts of archives as they were posted, each once; they go into no file and no message."""
    tweets = pl.read_parquet(folder / "united-3411-tweets-2017" / "tweets.parquet", columns=["text"])["text"]
    texts = set(tweets.drop_nulls())
    for file in ("airline-sentiment-2015/*.csv.gz", "brand-emotions-2011/*.csv.gz", "customer-support-*/*.csv.gz"):
        for path in folder.glob(file):
            table = pl.read_csv(path, infer_schema=False, encoding="utf8-lossy", truncate_ragged_lines=True)
            texts.update(text for column in table for text in column.drop_nulls() if len(text) > 40)
    for path in (folder / "vader-human-ratings").glob("*_GroundTruth.txt.gz"):
        lines = gzip.decompress(path.read_bytes()).decode("utf-8-sig").split("\n")
        texts.update(line.rpartition("\t")[2] for line in lines)
    return sorted(texts - {""})


def test_scoring_is_quicker_than_the_package():
    texts = telling_texts(1500)
    Vader().score(texts)

    def seconds(work) -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    ours = min(seconds(lambda: Vader().score(texts)) for _ in range(3))
    theirs = min(seconds(lambda: list(map(ANALYSER.polarity_scores, texts))) for _ in range(3))
    assert ours < theirs / 2.5
