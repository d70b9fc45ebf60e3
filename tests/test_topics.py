"""Topics: planted ones are found, real ones are themes and not cases, runs repeat, and too few texts get no model."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache

import numpy as np
import polars as pl
import pytest

from aftermath import figures
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.cases import cases
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.figures import theme
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.statistics.result import NothingToMeasure
from aftermath.topic_modelling import topic_model, topic_quality
from aftermath.topic_modelling.embed import EmbeddingsError
from aftermath.topic_modelling.topic_result import ONE_CASE, Topics
from aftermath.topic_modelling.topic_shares import share_by_case
from aftermath.topic_modelling.topics import LEAST_TEXTS, topics, topics_of
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case, text
from pages import comparison_block, comparison_blocks, words_of

GM, RED_CROSS = "gm-ignition-recall", "red-cross-tweet"
THEMES = ("regret sorrow apology", "court judge lawsuit", "profit shares market")
EVERYWHERE = " anger video letter crowd office phone street paper"  # words that all cases share
HEX = re.compile(r"#[0-9a-f]{6}|rgba\([^)]*\)")


@cache
def every() -> tuple[Case, ...]:
    return cases(Workspace(INSTALLED_FROM))


@cache
def found() -> Topics:
    return topics(every())


@cache
def of_gm() -> Topics:
    return topics(load_case(GM))


def planted(
    per_theme: int = 30, groups: Iterable[str] = ("a", "b", "c"), seed: int = 0
) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Texts of three themes, each spread over all groups; their vectors and the truth."""
    generator, names = np.random.default_rng(seed), list(groups)
    directions = np.linalg.qr(generator.normal(size=(384, 3)))[0].T
    truth = np.repeat(range(3), per_theme)
    vectors = directions[truth] + generator.normal(scale=0.02, size=(3 * per_theme, 384))
    frame = pl.DataFrame(
        {
            "case_id": [names[row % len(names)] for row in range(len(truth))],
            "doc_id": [f"d{row:03}" for row in range(len(truth))],
            "text": [f"{THEMES[theme]} the number{row} a shared word" for row, theme in enumerate(truth)],
            "day": [int(row) % 40 - 2 for row in range(len(truth))],
        },
        schema_overrides={"day": pl.Int64},
    )
    return frame, vectors / np.linalg.norm(vectors, axis=1, keepdims=True), truth


# What is found


def test_planted_themes_are_found_with_their_words() -> None:
    texts, vectors, truth = planted()
    result = topics_of(texts, vectors)
    given = result.assignments["topic"].to_numpy()
    assert topic_model.agreement([given, truth]).mean == 1
    assert {frozenset(topic.terms[:3]) for topic in result.topics} == {frozenset(words.split()) for words in THEMES}
    assert result.stability.least == 1
    assert [topic.n for topic in result.topics] == [30, 30, 30]


@pytest.mark.slow
def test_names_and_common_words_are_no_terms() -> None:
    result = found()
    terms = {term for topic in result.topics for term in topic.terms}
    names = {name.casefold() for each in every() for name in (*each.about.aliases, each.about.organisation)}
    speakers = {name.split()[-1].casefold() for each in every() for name in each.events["speaker"].drop_nulls()}
    assert len(terms) > 20
    assert not terms & (names | speakers)
    assert not terms & {"the", "and", "says", "said", "facebook", "twitter", "someone", "april", "beijing"}


def test_topics_are_themes_and_not_cases() -> None:
    result = found()
    shares = [topic.largest_case[1] for topic in result.topics]
    assert max(shares) <= ONE_CASE
    assert min(len(topic.cases) for topic in result.topics) >= 8
    assert result.of_one_case == ()
    assert f"No topic has more than {100 * max(shares):.0f} % of its texts from one case" in result.text


def test_a_topic_of_one_case_is_said_to_be_one() -> None:
    texts, vectors, truth = planted(per_theme=40, groups=("a", "b"))
    alone = texts.with_columns(case_id=pl.when(pl.Series(truth == 2)).then(pl.lit("alone")).otherwise("case_id"))
    # a case that is one theme and nothing else keeps half of what sets it apart
    result = topics_of(alone.with_columns(text=pl.col("text") + EVERYWHERE), vectors)
    assert [topic.largest_case for topic in result.of_one_case] == [("alone", 1.0)]
    assert "takes 100 % of its texts from alone: it may be that case, and no theme" in result.text


def test_seeds_agree_and_the_agreement_is_told() -> None:
    assert found().stability.seeds == 10
    assert found().stability.mean > 0.9
    assert f"{found().stability.mean:.2f} on average" in found().text


def test_every_text_is_counted_once_in_each_view() -> None:
    result = found()
    n = sum(each.coverage.height for each in every())
    assert result.n == sum(topic.n for topic in result.topics) == n
    assert result.by_case["n"].sum() == n
    assert [topic.n for topic in result.topics] == sorted((topic.n for topic in result.topics), reverse=True)
    assert sum(result.by_case.unique("case_id")["of"]) == n


def test_phases_hold_every_text_with_a_clock() -> None:
    result = found()
    with_clock = sum(each.coverage.height for each in every() if each.zero is not None)
    assert result.phases["n"].sum() == with_clock < result.n
    sums = result.phases.group_by("phase").agg(pl.col("n").sum(), pl.col("of").first(), pl.col("share").sum())
    assert sums["n"].to_list() == sums["of"].to_list()
    np.testing.assert_allclose(sums["share"], 1)
    assert result.phases["phase"].unique(maintain_order=True).to_list() == [
        "before clock zero",
        "first week",
        "days 8 to 30",
        "after day 30",
    ]


def test_phases_may_be_chosen() -> None:
    texts, vectors, _ = planted()
    result = topics_of(texts, vectors, phase_days=(1, 10))
    sizes = dict(result.assignments["phase"].value_counts().iter_rows())
    days = texts["day"].to_list()
    assert sizes["day 1"] == sum(day == 0 for day in days)
    assert sizes["days 2 to 10"] == sum(0 < day < 10 for day in days)
    assert sizes["before clock zero"] == sum(day < 0 for day in days)


def test_examples_are_texts_of_their_topic() -> None:
    placed = {(row[0], row[1]): row[2] for row in found().assignments.select("case_id", "doc_id", "topic").iter_rows()}
    for topic in found().topics:
        assert {placed[example] for example in topic.examples} == {topic.number}


def test_one_case_has_topics_of_its_own() -> None:
    result = of_gm()
    assert len(result.topics) == 3
    assert result.case_ids == (GM,)
    assert result.of_one_case == ()
    assert "from one case" not in result.text


@pytest.mark.slow
def test_the_order_of_the_cases_does_not_matter() -> None:
    assert topics(reversed(every())).table.equals(found().table)
    assert topics([load_case(GM), load_case(GM)]).table.equals(of_gm().table)


# Too little


def test_few_texts_get_no_model_and_are_told_so() -> None:
    result = topics(load_case(RED_CROSS))
    assert result.topics == () and result.stability is None
    assert result.text.replace("\u00a0", " ").startswith("19 texts are too few for topics; 60 are needed")
    assert result.table.columns == ["term", "texts", "share"]
    assert result.table["texts"].is_sorted(descending=True)
    assert result.phases.is_empty() and result.by_case.is_empty()
    assert result.assignments["topic"].null_count() == 19


def test_sixty_texts_are_enough() -> None:
    texts, vectors, _ = planted(per_theme=LEAST_TEXTS // 3)
    assert len(topics_of(texts, vectors).topics) == 3
    assert topics_of(texts[:-1], vectors[:-1]).topics == ()


@pytest.mark.parametrize(("what", "said"), [("vectors", "too nearly the same"), ("words", "share too few words")])
def test_texts_that_say_the_same_get_no_model(what: str, said: str) -> None:
    texts, vectors, _ = planted()
    vectors = np.tile(vectors[:1], (len(vectors), 1)) if what == "vectors" else vectors
    texts = texts.with_columns(text=pl.lit("")) if what == "words" else texts
    result = topics_of(texts, vectors)
    assert result.topics == ()
    assert said in result.text


def test_a_new_case_is_left_out_and_named() -> None:
    new = case(texts=[text(), text()], case_id="new-case")
    result = topics([load_case(RED_CROSS), new])
    assert result.left_out == ("new-case",)
    assert result.case_ids == (RED_CROSS,)
    assert "Left out, as no vectors of its texts are archived yet: new-case." in result.text


def test_only_new_cases_are_nothing_to_measure() -> None:
    with pytest.raises(NothingToMeasure, match=r"new-case.*aftermath embed"):
        topics(case(texts=[text()], case_id="new-case"))


def test_a_case_without_texts_is_nothing_to_measure() -> None:
    with pytest.raises(NothingToMeasure, match="no text to find topics in"):
        topics(case())


# Pieces


def test_shares_know_that_texts_of_a_case_are_alike() -> None:
    names = [f"case {row // 10}" for row in range(100)]
    alike = share_by_case(names, np.arange(100) < 30)  # three whole cases
    spread = share_by_case(names, np.arange(100) % 10 < 3)  # three texts of each case
    assert alike.value == spread.value == 0.3
    assert alike.upper - alike.lower > 0.4
    assert spread.upper - spread.lower == 0
    assert share_by_case(names[:5], np.ones(5, dtype=bool)).lower is None


def test_shares_of_few_cases_have_wilsons_interval() -> None:
    share = share_by_case(["a"] * 10, np.arange(10) < 1)
    assert (round(share.lower, 4), round(share.upper, 4)) == (0.0179, 0.4042)  # Newcombe 1998


def test_moving_half_way_halves_the_distance_of_the_means() -> None:
    vectors = np.array([[1.0, 0.2], [1.0, -0.2], [-1.0, 0.2], [-1.0, -0.2]])
    groups = ["a", "a", "b", "b"]
    assert topic_model.towards_the_middle(vectors, groups, 0.5)[0] == pytest.approx(
        np.array([0.5, 0.2]) / np.hypot(0.5, 0.2)
    )
    assert topic_model.towards_the_middle(vectors, groups, 1.0)[:, 0] == pytest.approx([0, 0, 0, 0])


def test_terms_must_stand_in_several_cases() -> None:
    texts = ["pizza anger"] * 6 + ["cars anger"] * 6 + ["planes anger"] * 6
    assert topic_model.vocabulary(texts, ["a"] * 6 + ["b"] * 6 + ["c"] * 6) == ["anger"]
    assert topic_model.vocabulary(texts[:6], ["a"] * 6) == ["anger", "pizza"]


def test_coherence_is_npmi_worked_out_by_hand() -> None:
    texts = [["a", "b"], ["a", "b"], ["a"], ["c"]]
    expected = np.log((2 / 4) / (3 / 4 * 2 / 4)) / -np.log(2 / 4)
    assert topic_quality.coherence([["a", "b"]], texts) == pytest.approx(expected)
    assert topic_quality.coherence([["a", "b"], ["a", "c"]], texts) == pytest.approx((expected - 1) / 2)


# Repeating


@pytest.mark.slow
def test_two_processes_give_the_same_topics_without_network_and_torch() -> None:
    script = (
        "import socket, sys\n"
        "def refuse(*_, **__): raise AssertionError('the network was asked')\n"
        "socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse\n"
        "import aftermath as am, json\nfrom aftermath.case_files.cases import cases\n"
        "found = am.topics(cases())\n"
        "unwanted = {'torch', 'transformers', 'sentence_transformers'}\n"
        "loaded = sorted(unwanted & set(sys.modules))\n"
        "print(json.dumps([loaded, found.text, found.table.write_json(), found.assignments.write_json()]))"
    )
    runs = [subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in "ab"]
    first, second = (json.loads(run.stdout.splitlines()[-1]) for run in runs)
    assert first == second
    assert first[0] == []
    assert first[1] == found().text


# Figures


@cache
def drawn() -> dict[str, object]:
    return {
        "sizes": figures.topic_sizes(found(), {GM: "<b>General</b> Motors"}),
        "phases": figures.topics_by_phase(found()),
        "phases of one case": figures.topics_by_phase(of_gm()),
        "words": figures.topic_sizes(topics(load_case(RED_CROSS))),
    }


@pytest.mark.parametrize("name", ["sizes", "phases", "phases of one case", "words"])
def test_figures_keep_the_look_of_the_house(name: str) -> None:
    figure = drawn()[name]
    colours = set(HEX.findall(re.sub(r'"(text|hovertext)": ?"[^"]*"', "", figure.to_json())))
    assert len(colours) > 3
    assert colours <= {*theme.LIGHT.values(), theme.CLEAR}
    views = figure.layout.meta["views"]
    assert [view["below"] for view in views] == [900, 600]
    assert all(len(view["data"]) == len(figure.data) for view in views)


def test_bars_of_topics_are_as_long_as_their_shares() -> None:
    (bars,) = [trace for trace in drawn()["sizes"].data if trace.name == "cases"]
    for place, topic in zip(dict.fromkeys(bars.y), found().topics, strict=True):
        pieces = [length for length, y in zip(bars.x, bars.y, strict=True) if y == place]
        assert sum(pieces) == pytest.approx(100 * topic.share.value)
        assert len(pieces) == len(topic.cases)


def test_names_of_cases_are_made_safe_in_hover_texts() -> None:
    content = drawn()["sizes"].to_json()
    assert "&lt;b&gt;General" in content
    assert "<b>General" not in content


def test_phases_show_every_share_and_hollow_marks_for_few_texts() -> None:
    figure, result = drawn()["phases of one case"], of_gm()
    hollow = [trace for trace in figure.data if trace.name == "under 8 texts"]
    few = result.phases.filter(pl.col("of") < 8)
    assert few.height == sum(len(trace.x) for trace in hollow) > 0
    boxes = [trace for trace in figure.data if trace.name == "interval"]
    assert sum(len(trace.x) for trace in boxes) == result.phases.height - few.height


def test_there_is_nothing_to_draw_without_topics() -> None:
    with pytest.raises(NothingToMeasure, match="There are no topics in phases"):
        figures.topics_by_phase(topics(load_case(RED_CROSS)))


# On the page


@pytest.fixture(scope="module")
def quick_alpha():
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 20)
        yield


def _compared(*some: Case) -> Comparison:
    return compare(some)


SIZES, PHASES = "topic-sizes", "topic-phases"


def test_too_few_texts_are_shown_by_their_words(quick_alpha) -> None:
    shown = comparison_blocks(_compared(load_case(RED_CROSS), load_case("digiorno-whyistayed")), SIZES, PHASES)
    assert "too few for topics" in shown[SIZES].html
    assert 'id="f1"' in shown[SIZES].html
    assert "Without topics there is nothing to follow" in shown[PHASES].html


def test_stale_vectors_are_said_on_the_page_with_the_cure(quick_alpha, monkeypatch) -> None:
    def stale(*_: object, **__: object) -> Topics:
        raise EmbeddingsError("1 archived vector out of date: <x> d01. Run `aftermath embed`.")

    monkeypatch.setattr("aftermath.topic_modelling.topics.load_embeddings", stale)
    shown = comparison_block(_compared(load_case(RED_CROSS)), SIZES)
    assert "No topics: 1 archived vector out of date: &lt;x&gt; d01. Run `aftermath embed`." in shown.html


def test_the_figure_names_cases_and_links_telling_texts(quick_alpha) -> None:
    comparison = _compared(load_case(GM), load_case(RED_CROSS), load_case("united-3411"))
    shown = comparison_blocks(comparison, SIZES, PHASES)
    assert re.search(r'href="cases/gm-ignition-recall\.html#d\d+"', shown[SIZES].html)
    assert "General Motors" in words_of(shown[SIZES])
    assert GM not in words_of(shown[SIZES])
    assert "after day 30" in shown[PHASES].html
