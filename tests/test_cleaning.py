"""What a text loses before it is scored: addresses, handles, marks of reposting, names."""

from __future__ import annotations

import random
import time

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.archives.cleaning import MASK, clean, mask
from posting import archives

# Cleaning


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no words about it", "no words about it"),
        ("see https://t.co/abc123 now", "see now"),
        ("see http://t.co/abc!!! now", "see !!! now"),
        ("cut off https:… or http", "cut off or http"),
        ("WWW stays, www.example.com/a?b=c goes", "WWW stays, goes"),
        ("HTTPS://EXAMPLE.COM/A loud", "loud"),
        ("看http://t.cn/Rx1看看", "看 看看"),
        ("@united you broke it, @United!", "you broke it, !"),
        ("write to me@example.com", "write to me@example.com"),
        ("RT @someone_1: what a day", "what a day"),
        ("RT @one: RT @two: what a day", "what a day"),
        ("too bad RT @one what a day", "too bad what a day"),
        ("smart @one", "smart"),
        ("CART @one", "CART"),
        ("说得好//@张三:太差了//@李四-1：真的", "说得好 太差了 真的"),
        ("回复@张三:谢谢", "谢谢"),
        ("回覆 @张三 ：谢谢", "谢谢"),
        ("转发微博", ""),
        ("＠张三 你好", "你好"),
        ("I &lt;3 it &amp; you", "I <3 it & you"),
        ("  many\n\tspaces\u3000here ", "many spaces here"),
        ("https://t.co/only", ""),
        ("", ""),
    ],
)
def test_clean(text, left):
    assert clean(text) == left


def test_cleaning_twice_changes_nothing_more():
    once = clean("RT @a: //@b: so sorry https://t.co/x www.x.org @c 回复@d:好")
    assert once == clean(once) == "so sorry 好"


@pytest.mark.bad_input("hostile text on pages")
@pytest.mark.parametrize(
    "piece", ["http://", "@", "@a", "RT ", "RT @", "//@", "www.", "https:!", "回复", "&", "&#", "!", "\u3000"]
)
def test_hostile_texts_take_no_longer_than_their_length(piece):
    text = piece * (200_000 // len(piece))
    start = time.process_time()
    mask(clean(text), ["a" * 50, "a a a a", "(a+)+$"])
    assert time.process_time() - start < 2


PIECES = [
    *["http://", "https:", "HTTPS://", "http\u017f:", "www.", "WWW.", "_www.", "x.com/a", "…", "’", "—", "/", "//"],
    *["@", "＠", "@a", "@united", "RT ", "rt", "RT", "RT @", "//@", "回复", "回复@", "回覆 @", "转发微博", "微博", "·"],
    *["&amp;", "&lt;", "&#", "&", "：", ":", " :", " ", "  ", "\n", "\u3000", "\x1c", "\x85", "\xa0", "\x00", "\x01"],
    *[
        "\u212a",
        "\u017f",
        "\u0130",
        "\u0131",
        "é",
        "张三",
        "²",
        "\u0301",
        "नम",
        "😡",
        "-",
        "_",
        ".",
        "+",
        "0",
        "Z",
        "a",
        "!",
    ],
    *[
        "united",
        "UNITED",
        "United Airlines",
        "UNITED airlines",
        "airline\u017f",
        "united\x1cairlines",
        "GM",
        "'s",
        "#",
        "3411",
    ],
]
ALIASES = [
    *[
        ("United", "United Airlines"),
        ("GM",),
        ("3411", "United Airlines", "United"),
        ("AT&T", "Yahoo!"),
        ("Nestlé", "a"),
    ],
    *[("蒙牛", "GM"), (), ("a a", "a"), (".*", "(x"), ("kiss", "$1", "${1}")],
]
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=9).map("".join)


@given(st.lists(HOSTILE, max_size=30))
def test_texts_are_cleaned_together_as_they_are_one_by_one(texts):
    column = pl.Series(texts, dtype=pl.String)
    assert clean(column).to_list() == [clean(text) for text in texts]
    assert column.to_list() == texts, "what was handed over is as it was"


# Masking


@given(st.lists(HOSTILE, max_size=30), st.sampled_from(ALIASES))
def test_names_are_masked_together_as_they_are_one_by_one(texts, aliases):
    column = pl.Series(texts, dtype=pl.String)
    assert mask(column, aliases).to_list() == [mask(text, aliases) for text in texts]
    assert column.to_list() == texts, "what was handed over is as it was"


def test_real_texts_are_cleaned_and_masked_together_as_they_are_one_by_one():
    tweets = pl.read_parquet(archives() / "united-3411-tweets-2017" / "tweets.parquet", columns=["text"])["text"]
    aliases = ("United", "United Airlines", "Oscar Munoz", "UAL", "Café")
    cleaned = [clean(text) for text in tweets]
    assert clean(tweets).to_list() == cleaned
    assert mask(pl.Series(cleaned), aliases).to_list() == [mask(text, aliases) for text in cleaned]


@pytest.mark.parametrize(
    ("text", "aliases", "masked"),
    [
        ("United lost it", ["United"], "org lost it"),
        ("we are united", ["United"], "we are org"),
        ("UNITED LOST IT", ["United"], "ORG LOST IT"),
        ("Unitedly, reunited, united_air, united3411", ["United"], "Unitedly, reunited, united_air, united3411"),
        ("#United, (United) “United” United's", ["United"], "#org, (org) “org” org's"),
        ("United Airlines and United", ["United", "United Airlines"], "org and org"),
        ("United United", ["United"], "org org"),
        ("United\n Airlines", ["United  Airlines"], "org"),
        ("Nestlé, Nestlés and NESTLÉ", ["Nestlé"], "org, Nestlés and ORG"),
        ("Café", ["Caf"], "Café"),
        ("AT&T and atat", ["AT&T"], "ORG and atat"),
        ("Yahoo!ing with Yahoo!", ["Yahoo!"], "orging with org"),
        ("买了GM汽车", ["GM"], "买了ORG汽车"),
        ("蒙牛牛奶，特仑苏", ["蒙牛", "特仑苏", "蒙牛牛奶"], "某某，某某"),
        ("GM汽车和gm 汽车", ["GM汽车"], "某某和gm 汽车"),
        ("삼성전자가", ["삼성"], "某某전자가"),
        ("nothing to hide", ["", "  ", "\n"], "nothing to hide"),
        ("", ["United"], ""),
        ("United", [], "United"),
    ],
)
def test_mask(text, aliases, masked):
    assert mask(text, aliases) == masked


@pytest.mark.parametrize(
    "alias", [".*", "(", "[a-", "a|b", "\\", "\\d+", "^", "$", "(?i)", "{1,", "+1", "*", "?", "(?P<x>"]
)
def test_aliases_are_names_and_not_patterns(alias):
    assert mask("a b 1 x", [alias]) == "a b 1 x"
    assert mask(f"x {alias} y", [alias]).lower() == f"x {MASK} y"


def test_order_and_repetition_of_aliases_do_not_matter():
    aliases = ["United", "United Airlines", "Oscar Munoz", "Munoz", "united", "UAL"]
    text = "UAL: Oscar Munoz of United Airlines, Munoz of United"
    orders = [random.Random(seed).sample(aliases * 2, 12) for seed in range(20)]  # noqa: S311
    assert {mask(text, order) for order in orders} == {f"{MASK.upper()}: {MASK} of {MASK}, {MASK} of {MASK}"}
