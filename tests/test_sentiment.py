"""Cleaning, masking, and the scorer of Chinese; which scorer reads which language."""

from __future__ import annotations

import hashlib
import json
import math
import pickle

import numpy as np
import pytest
from vaderSentiment import vaderSentiment as package

from aftermath.archives import sentiment
from aftermath.archives.cleaning import MASK, MASK_CHINESE, clean, mask
from aftermath.archives.posts import ArchiveError
from aftermath.archives.scorers import chinese, english
from aftermath.archives.scorers.chinese import Chinese
from aftermath.archives.scorers.english import Vader

ANALYSER = package.SentimentIntensityAnalyzer()


def test_masks_carry_no_valence():
    lexicon = ANALYSER.lexicon
    assert not {MASK, MASK.lower(), f"{MASK}'s", f"#{MASK}"}.intersection(lexicon)
    assert MASK_CHINESE not in lexicon
    plain, masked = Chinese().score(["服务", f"{MASK_CHINESE}服务"])
    assert abs(plain - masked) < 0.5


# The trap of United


def test_a_crisis_at_united_is_not_praise():
    sentence, aliases = "United Airlines dragged a bleeding passenger off the plane.", ["United", "United Airlines"]
    scorer = sentiment.scorer_for("en")
    raw, masked = scorer.score([sentence, mask(clean(sentence), aliases)])
    assert ANALYSER.lexicon["united"] == 1.8
    assert sentiment.labels([raw, masked], scorer) == ["positive", "negative"]


def test_a_mere_mention_is_neutral_when_masked():
    scorer = sentiment.scorer_for("en")
    text = "I am at the gate of United."
    assert scorer.score([text])[0] > 0.3
    assert scorer.score([mask(text, ["United"])]) == [0.0]


# Chinese

COMPLAINTS = ["垃圾公司，坑消费者！！", "服务太差了，再也不来", "质量很差，要求退款，态度恶劣", "骗子，千万别买"]
PRAISE = ["很好吃，谢谢！", "质量很好，物流很快，非常满意", "服务热情，环境干净，推荐", "太棒了，支持国货！"]
# Sentences of ours, as plain as news is: the reviews that taught the scorer had none like them.
PLAIN = """公司今天下午在北京召开新闻发布会。 记者从市场监管局获悉，调查组已于昨日抵达现场。 该航班原定于上午九点从芝加哥起飞。
涉事产品的批次为20190312，共计三万件。 董事会将于下周一选举新的董事长。 据了解，该品牌在全国有六百多家门店。
双方已就和解协议的内容进行沟通。 公司股价周三收于每股45元。 这份声明发布于晚上十点二十分。 消费者可以拨打客服电话查询批次。
警方表示案件正在进一步调查中。 该车型于2017年在国内上市。 有关部门将在三十日内公布结果。 他在采访中介绍了事情的经过。
召回范围包括2014年至2018年生产的车辆。 门店今天照常营业，明天起调整营业时间。 公司在微博上发布了一份两页的说明。
目前共有十二名乘客乘坐另一航班前往上海。 新任总经理此前在广州分公司任职。 报告共分五个部分，附有三张表格。 你们几点开会？
我刚刚看到这条新闻。 这件事是什么时候发生的？ 视频的时长是两分钟。 我在网上看到有人转发这个视频。""".split()


def test_complaints_and_praise_are_told_apart():
    scorer = sentiment.scorer_for("zh")
    assert sentiment.labels(scorer.score(COMPLAINTS), scorer) == ["negative"] * len(COMPLAINTS)
    assert sentiment.labels(scorer.score(PRAISE), scorer) == ["positive"] * len(PRAISE)


def test_plain_sentences_are_mostly_left_in_peace():
    scorer = sentiment.scorer_for("zh")
    called = sentiment.labels(scorer.score(PLAIN), scorer)
    assert len(called) == 25
    assert called.count("neutral") >= 0.7 * len(called)


def test_a_text_scores_the_same_in_any_company():
    scorer = Chinese()
    texts = [*COMPLAINTS, *PRAISE, "", "😡", *PLAIN] * 60
    together = scorer.score(texts)
    assert len(texts) > chinese.TEXTS_AT_ONCE
    np.testing.assert_array_equal(together, [score for text in texts for score in scorer.score([text])])
    assert all(-1 <= score <= 1 for score in together if not math.isnan(score))


def test_pairs_do_not_reach_into_the_next_text():
    owners, buckets = chinese.counted_buckets(["好吃", "", "吃", "好"])
    apart = [chinese.counted_buckets([text])[1] for text in ("好吃", "", "吃", "好")]
    assert sorted(buckets.tolist()) == sorted(np.concatenate(apart).tolist())
    assert np.bincount(owners, minlength=4).tolist() == [3, 0, 1, 1]
    assert buckets.min() >= 0
    assert buckets.max() < 1 << chinese.BITS


def test_the_hash_is_the_one_that_was_taught_with():
    _, buckets = chinese.counted_buckets(["好吃!"])
    assert buckets.tolist() == [108460, 17565, 9298, 39892, 44601]  # 好, 吃, !, 好吃, 吃!


@pytest.mark.parametrize("text", ["", "   ", "😡😡", "!!!", "only English here", "12345"])
def test_a_text_without_chinese_cannot_be_read(text):
    assert math.isnan(Chinese().score([text])[0])
    assert sentiment.labels(Chinese().score([text]), Chinese()) == ["neutral"]


def test_broken_characters_do_no_harm():
    assert not math.isnan(Chinese().score(["好\ud800吃"])[0])


def test_no_texts_no_scores():
    assert Chinese().score([]) == Vader().score([]) == []


def test_an_unknown_sister_is_refused():
    with pytest.raises(KeyError):
        Chinese(without="cars")


def test_coefficients_are_figures_and_the_ones_described():
    content = chinese.COEFFICIENTS.read_bytes()
    origin = json.loads(chinese.COEFFICIENTS.with_suffix(".json").read_text(encoding="utf-8"))
    assert hashlib.sha256(content).hexdigest() == origin["sha256"]
    assert origin["scorer"] == Chinese().id
    assert len(content) < 1_500_000
    with np.load(chinese.COEFFICIENTS, allow_pickle=False) as stored:
        kinds = {stored[name].dtype.str for name in stored.files}
        assert len(stored.files) == 2 * (1 + len(chinese.DOMAINS))
    assert kinds == {"|i1", "<f8"}


# Known failures, as docs/sentiment.md tells them: if one of these tests fails, the document has to change


@pytest.mark.parametrize(
    ("language", "text", "called"),
    [
        ("en", "Still waiting for an answer after three hours.", "neutral"),
        ("en", "Great job, thanks for losing my bag.", "positive"),
        ("en", "They never apologised. HORRIBLE!", "positive"),
        ("zh", "呵呵，你们真棒，谢谢啊", "positive"),
        ("zh", "我们深表歉意，将承担全部责任。", "negative"),
    ],
)
def test_known_failures(language, text, called):
    scorer = sentiment.scorer_for(language)
    assert sentiment.labels(scorer.score([text]), scorer) == [called]


# Which scorer for which language


@pytest.mark.parametrize("language", ["en", "EN", "en-GB", "en_US", "eng"])
def test_english(language):
    assert sentiment.scorer_for(language).id == f"vader {english.VERSION}"


@pytest.mark.parametrize("language", ["zh", "zh-CN", "zh_TW", "zh-Hans-CN", "zho", "cmn"])
def test_chinese(language):
    assert sentiment.scorer_for(language).id == f"characters-zh {chinese.VERSION}"


@pytest.mark.parametrize("language", [None, "", "fi", "und", "english", "../en"])
def test_no_scorer_for_other_languages(language):
    assert sentiment.scorer_for(language) is None


@pytest.mark.parametrize("language", ["en", "zh"])
def test_scorers_travel_to_other_processes(language):
    scorer = sentiment.scorer_for(language)
    there = pickle.loads(pickle.dumps(scorer))  # noqa: S301
    texts = ["good", "太差了"]
    np.testing.assert_array_equal(there.score(texts), scorer.score(texts))
    assert len(pickle.dumps(scorer)) < 1000
    assert sentiment.scorer_for(language) is scorer


def test_labels_include_the_thresholds():
    assert sentiment.labels([-0.05, -0.0499, 0.0, 0.0499, 0.05, math.nan], Vader()) == [
        *["negative", "neutral", "neutral", "neutral", "positive", "neutral"],
    ]


# Accuracy beside a curve


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_shipped_scorers_come_with_their_accuracy(language):
    table = sentiment.accuracy(sentiment.scorer_for(language).id)
    assert table.height >= 6
    assert (table["accuracy_lower"] <= table["accuracy"]).all()
    assert (table["accuracy"] <= table["accuracy_upper"]).all()
    assert table["n"].min() > 100


def test_the_accuracy_of_sisters_comes_along():
    scorers = sentiment.accuracy(Chinese().id)["scorer"].unique().to_list()
    assert sorted(scorers) == sorted([Chinese().id, *(Chinese(without=domain).id for domain in chinese.DOMAINS)])


def test_a_scorer_never_measured_has_no_accuracy():
    assert sentiment.accuracy("unheard-of 1").is_empty()
    assert "not known" in sentiment.accuracy_text("unheard-of 1", "Tweets, rated")


def test_accuracy_in_words_has_interval_and_n():
    text = sentiment.accuracy_text(Vader().id, "Tweets to United, 2015 (part of the six)").replace("\u00a0", " ")
    assert text.startswith("vader 3.3.2 calls a text what people called it in 55 % [5")
    assert text.endswith("of 3,822 texts (Tweets to United, 2015 (part of the six); cleaned and masked).")


def test_a_missing_table_names_the_cure(monkeypatch, tmp_path):
    (tmp_path / "casestudies").mkdir()
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    assert not sentiment.accuracy(Vader().id).is_empty()  # the one that came with the library
    monkeypatch.setattr(sentiment, "INSTALLED_FROM", tmp_path)
    with pytest.raises(ArchiveError, match="aftermath archive validate-sentiment"):
        sentiment.accuracy(Vader().id)
