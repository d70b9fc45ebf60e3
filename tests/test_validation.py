"""Scorers against people: labelled sets of our own making, in the shape of the real ones."""

from __future__ import annotations

import gzip
import os
import random
import zipfile
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from aftermath.archives import sentiment, validation
from aftermath.archives.labelled import SOURCES, labelled_sets
from aftermath.archives.posts import ArchiveError
from aftermath.archives.scorers.chinese import Chinese, held_out
from aftermath.archives.validation import AS_POSTED, CLEANED, MASKED, SCHEMA, confusion, macro_f1, validate_sentiment

ROOT = Path(__file__).resolve().parent.parent

RATED = ["1\t3.2\tI love it", "2\t-2.5\tI hate it", "3\t0.1\tThe table", "4\t0.49\tGood grief", "5\t-0.5\tA chair\r"]
SENTENCES = ["Great phone. \t1", "It broke, horrible.  \t0", "Tabs\tinside are good\t1", "It arrived.\t0"]
AIRLINES = (
    "airline_sentiment,airline,text\r"
    'negative,United,"@united dragged a passenger, bleeding"\r'
    "negative,United,Nobody at United answers\r"
    "positive,Delta,@delta thanks for the great crew \x8e\r"
    "neutral,United,flying United tonight\r"
)
BRANDS = (
    "tweet_text,emotion_in_tweet_is_directed_at,emotion_described,original_tweet_text\n"
    "I love my iPad,iPad,Positive emotion,x\n"
    "what now,,I can't tell,x\n"
    ",,No emotion toward brand or product,x\n"
    "queue at Apple,,No emotion toward brand or product,x\n"
)
GOOD, BAD = ("很好", "满意", "推荐", "喜欢", "不错"), ("太差", "垃圾", "退款", "失望", "难吃")


def chinese_rows(count: int, category: str = "") -> list[str]:
    draw = random.Random(count)  # noqa: S311
    rows = []
    for place in range(count):
        words = "".join(draw.choices(GOOD if place % 2 else BAD, k=6))
        rows.append(f"{category}{place % 2},{words}{place}号")
    return rows


def write(folder: Path, file: str, content: str, encoding: str = "utf-8") -> None:
    path, data = folder / file, content.encode(encoding)
    path.parent.mkdir(exist_ok=True)
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w") as pack:
            pack.writestr(f"{path.stem}.csv", data)
    else:
        path.write_bytes(gzip.compress(data, mtime=0) if path.suffix == ".gz" else data)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("archives")
    write(folder, "vader-human-ratings/tweets_GroundTruth.txt.gz", "\n".join(RATED) + "\n", "utf-8-sig")
    write(folder, "sentiment-labelled-sentences/yelp_labelled.txt", "\n".join(SENTENCES) + "\n")
    write(folder, "airline-sentiment-2015/Airline-Sentiment-2-w-AA.csv.gz", AIRLINES, "latin-1")
    write(folder, "brand-emotions-2011/judge-1377884607_tweet_product_company.csv.gz", BRANDS)
    write(folder, "chinese-reviews-labelled/waimai_10k.csv.gz", "\n".join(["label,review", *chinese_rows(200)]))
    shopping = ["cat,label,review", *chinese_rows(60, "书籍,"), *chinese_rows(40, "蒙牛,"), "书籍,1,"]
    write(folder, "chinese-reviews-labelled/online_shopping_10_cats.zip", "\n".join(shopping))
    return folder


@pytest.fixture(scope="module")
def measured(folder) -> pl.DataFrame:
    return validate_sentiment(folder, draws=100).table


def row_of(table: pl.DataFrame, name: str, treatment: str) -> dict:
    return table.filter(set=name, treatment=treatment).row(0, named=True)


# Reading


def test_sets_and_labels_are_read(folder):
    found = {each.name: each for each in labelled_sets(folder)}
    assert list(found["Tweets, rated"].labels) == ["positive", "negative", "neutral", "neutral", "negative"]
    assert found["Tweets, rated"].means == (3.2, -2.5, 0.1, 0.49, -0.5)
    assert found["Tweets, rated"].texts[-1] == "A chair"
    assert list(found["Yelp sentences"].labels) == ["positive", "negative", "positive", "negative"]
    assert found["Yelp sentences"].texts[2] == "Tabs\tinside are good"
    assert found["Tweets to six US airlines, 2015"].texts[0] == "@united dragged a passenger, bleeding"
    assert len(found["Tweets to United, 2015 (part of the six)"].texts) == 3
    assert found["Tweets on Apple and Google, 2011"].texts == ("I love my iPad", "queue at Apple")
    assert len(found["Chinese shopping reviews"].texts) == 100
    assert len(found["Chinese reviews of Mengniu (part of shopping)"].texts) == 40


def test_a_folder_without_labelled_sets_is_refused(tmp_path):
    with pytest.raises(ArchiveError, match=r"no labelled set .* vader-human-ratings"):
        validate_sentiment(tmp_path)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("vader-human-ratings/tweets_GroundTruth.txt.gz", b"not compressed"),
        ("vader-human-ratings/tweets_GroundTruth.txt.gz", gzip.compress(b"1\t2.0\tgood\n" * 999, mtime=0)[:40]),
        ("vader-human-ratings/tweets_GroundTruth.txt.gz", gzip.compress(b"1\tmuch\tgood\n", mtime=0)),
        ("sentiment-labelled-sentences/imdb_labelled.txt", b"good\t7\n"),
        ("brand-emotions-2011/judge-1377884607_tweet_product_company.csv.gz", gzip.compress(b"a,b\n1,2\n", mtime=0)),
        ("chinese-reviews-labelled/online_shopping_10_cats.zip", b"PK no zip"),
    ],
)
def test_a_damaged_set_is_named(tmp_path, file, content):
    (tmp_path / file).parent.mkdir()
    (tmp_path / file).write_bytes(content)
    with pytest.raises(ArchiveError, match=rf"{file.split('/')[1]}.*not the labelled set.*PROVENANCE"):
        labelled_sets(tmp_path)


@pytest.mark.bad_input("damaged and hostile packing")
def test_a_bomb_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("aftermath.archives.labelled.MOST_BYTES", 1000)
    write(tmp_path, "chinese-reviews-labelled/waimai_10k.csv.gz", "label,review\n" + "1,好\n" * 1000)
    with pytest.raises(ArchiveError, match="more than 1,000 bytes"):
        labelled_sets(tmp_path)


# Measuring


def test_every_set_is_scored_as_posted_and_cleaned_and_masked_where_there_are_names(measured):
    assert measured.schema == SCHEMA
    treatments = dict(measured.group_by("set").agg(pl.col("treatment")).iter_rows())
    assert treatments["Tweets, rated"] == treatments["Yelp sentences"] == [AS_POSTED, CLEANED]
    assert treatments["Tweets to six US airlines, 2015"] == [AS_POSTED, CLEANED, MASKED]
    assert treatments["Chinese shopping reviews, held out"] == [AS_POSTED, CLEANED, MASKED]


def test_masking_takes_the_praise_out_of_united(measured):
    name = "Tweets to United, 2015 (part of the six)"
    posted, masked = (row_of(measured, name, treatment) for treatment in (AS_POSTED, MASKED))
    assert posted["negative_called_positive"] == 2
    assert posted["neutral_called_positive"] == 1
    assert masked["negative_called_positive"] == masked["neutral_called_positive"] == 0
    assert masked["accuracy"] > posted["accuracy"]


def test_counts_add_up_and_figures_follow_from_them(measured):
    cells = measured.select(validation.CELLS).to_numpy()
    assert (cells.sum(axis=1) == measured["n"].to_numpy()).all()
    right = cells[:, [0, 4, 8]].sum(axis=1) / cells.sum(axis=1)
    np.testing.assert_allclose(measured["accuracy"], right, atol=5e-5)
    for figure in ("accuracy", "sided", "macro_f1"):
        assert (measured[f"{figure}_lower"] <= measured[figure] + 1e-4).all()
        assert (measured[figure] <= measured[f"{figure}_upper"] + 1e-4).all()


def test_correlations_only_where_people_rated(measured):
    rated = measured.filter(pl.col("correlation").is_not_null())
    assert rated["set"].unique().to_list() == ["Tweets, rated"]
    scores = sentiment.scorer_for("en").score([line.split("\t")[2].strip() for line in RATED])
    expected = np.corrcoef(scores, [3.2, -2.5, 0.1, 0.49, -0.5])[0, 1]
    assert rated["correlation"].to_list() == pytest.approx([expected, expected], abs=5e-5)


def test_no_chinese_model_judges_what_it_was_taught_on(folder, measured):
    by_set = dict(measured.filter(pl.col("set").str.contains("meal")).select("set", "scorer").iter_rows())
    assert by_set == {
        "Chinese meal delivery reviews, held out": Chinese().id,
        "Chinese meal delivery reviews, kind not taught": Chinese(without="meals").id,
    }
    texts = next(each.texts for each in labelled_sets(folder) if each.domain == "meals")
    held = sum(map(held_out, texts))
    assert 0 < held < len(texts) == 200
    assert row_of(measured, "Chinese meal delivery reviews, held out", AS_POSTED)["n"] == held
    assert row_of(measured, "Chinese meal delivery reviews, kind not taught", AS_POSTED)["n"] == 200


def test_three_in_ten_texts_are_held_out_whatever_their_signs():
    texts = [f"第{number}条评论" for number in range(4000)]
    assert np.mean([held_out(text) for text in texts]) == pytest.approx(0.3, abs=0.03)
    assert all(held_out(f"a{text}，b") == held_out(f"Ａ{text}……Ｂ") for text in texts[:50])


def test_the_same_seed_gives_the_same_table_whatever_else_is_there(folder, measured, tmp_path):
    (tmp_path / "archives").mkdir()
    (tmp_path / "archives" / "airline-sentiment-2015").symlink_to(folder / "airline-sentiment-2015")
    alone = validate_sentiment(tmp_path / "archives", draws=100).table
    assert alone.equals(measured.filter(pl.col("set").is_in(alone["set"].unique())))
    assert not alone.equals(validate_sentiment(tmp_path / "archives", draws=100, seed=1).table)


def test_a_slow_scorer_gets_a_sample(folder):
    asked = []

    class Slow:
        id, language, negative, positive = "slow 1", "zh", -0.1, 0.1

        def score(self, texts):
            asked.append(tuple(texts))
            return [0.5] * len(texts)

    table = validate_sentiment(folder, [Slow()], most=30, draws=50).table
    assert table["n"].to_list() == [30] * table.height
    assert table["set"].unique().len() == 3
    assert asked[0] == asked[1]  # one sample, as posted and cleaned
    again = asked[:]
    asked.clear()
    validate_sentiment(folder, [Slow()], most=30, draws=50)
    assert asked == again


# The figures


def test_confusion():
    human, called = ["negative", "neutral", "positive", "positive"], ["negative", "positive", "positive", "neutral"]
    assert confusion(human, called).tolist() == [[1, 0, 0], [0, 0, 1], [0, 1, 1]]


@pytest.mark.parametrize("human_labels", [("negative", "neutral", "positive"), ("negative", "positive")])
def test_macro_f1_is_the_usual_one(human_labels):
    metrics = pytest.importorskip("sklearn.metrics")
    draw = random.Random(4)  # noqa: S311
    human = draw.choices(human_labels, k=300)
    called = [label if draw.random() < 0.6 else draw.choice(sentiment.LABELS) for label in human]
    expected = metrics.f1_score(human, called, labels=list(human_labels), average="macro")
    assert macro_f1(confusion(human, called)) == pytest.approx(expected)


def test_right_where_it_takes_a_side():
    counts = np.array([[6, 3, 1], [0, 0, 0], [2, 5, 1]])
    assert validation.sided(counts) == pytest.approx(7 / 10)
    assert validation.accuracy_of(counts) == pytest.approx(7 / 18)


def test_a_scorer_that_never_takes_a_side_has_no_such_share(folder):
    class Shy:
        id, language, negative, positive = "shy 1", "en", -0.1, 0.1

        def score(self, texts):
            return [0.0] * len(texts)

    table = validate_sentiment(folder, [Shy()], draws=20).table
    assert table["sided"].null_count() == table["correlation"].null_count() == table.height
    assert "–" in validation.Validation(table).printed


def test_intervals_hold_the_share_as_often_as_they_say():
    held = 0
    for trial in range(200):
        random_numbers = np.random.default_rng(trial)
        hits = random_numbers.binomial(300, 0.7)
        counts = np.array([[hits, 300 - hits, 0], [0, 0, 0], [0, 0, 0]])
        ends = validation._with_interval("accuracy", validation.accuracy_of, counts, 400, random_numbers)
        held += ends["accuracy_lower"] <= 0.7 <= ends["accuracy_upper"]
    assert 180 <= held <= 199


# What is shipped


def shipped() -> validation.Validation:
    return validation.Validation(pl.read_csv(ROOT / "data" / "sentiment" / "accuracy.csv", schema=SCHEMA))


def test_the_document_has_the_tables_exactly_as_printed(script):
    tool = script("tools/sentiment_accuracy.py")
    document = tool.DOCUMENT.read_text(encoding="utf-8")
    assert shipped().printed in document
    assert tool.with_tables(document, shipped()) == document


def test_the_shipped_table_covers_every_set_and_the_scorers_in_use():
    table = shipped().table
    assert table["set"].n_unique() == 4 + 2 + 1 + 3 + 2 * 4
    assert {sentiment.scorer_for("en").id, sentiment.scorer_for("zh").id} < set(table["scorer"])
    assert len(SOURCES) == 12


def test_what_the_table_comes_to_is_said_in_words():
    text = shipped().text
    assert "Macro F1 runs from" in text
    assert "31 % right as posted" in text


def test_written_and_read_again_it_is_the_same(measured, tmp_path):
    path = validation.Validation(measured).write(tmp_path / "accuracy.csv")
    assert pl.read_csv(path, schema=SCHEMA).equals(measured)


@pytest.mark.slow
def test_the_shipped_table_is_what_the_archives_give():
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip("AFTERMATH_ARCHIVES does not name the folder of the labelled sets, which are not in the repository")
    measured, kept = validate_sentiment(Path(folder)).table, shipped().table
    assert measured.select("scorer", "set", "treatment", "n").equals(kept.select("scorer", "set", "treatment", "n"))
    for figure in ("accuracy", "sided", "macro_f1"):  # logarithms and roots may round otherwise on another machine
        np.testing.assert_allclose(measured[figure], kept[figure], atol=0.002)
