"""The blocks of the comparison that weigh its results: figures, tables and words, with many cases and with none."""

from __future__ import annotations

import dataclasses
import itertools
import re
import time

import numpy as np
import pytest

import aftermath as am
from aftermath import figures
from aftermath.comparison.advice import rule_in_words
from aftermath.comparison.strategies import StrategyComparison
from aftermath.figures import theme
from aftermath.figures.multiverse import COLUMNS
from aftermath.statistics.result import NothingToMeasure
from drawings import colours, of_role, views
from factories import case, event, relation, workspace
from pages import comparison_block, comparison_blocks, words_of

CELLS = (
    "worth-finding",
    "associations",
    "matched-contrasts",
    "advice-tested",
    "strategy-sequence",
    "specification-curve",
    "conclusions-list",
    "limits-list",
)


@pytest.fixture(scope="module")
def timed():
    start = time.process_time()  # of the processors: other work on the machine does not count
    comparison = am.compare(am.cases())
    shown = comparison_blocks(comparison, *CELLS)
    return comparison, shown, time.process_time() - start


@pytest.fixture(scope="module")
def comparison(timed):
    return timed[0]


@pytest.fixture(scope="module")
def shown(timed):
    return timed[1]


@pytest.mark.slow
def test_the_full_comparison_takes_less_than_twenty_seconds(timed):
    assert timed[2] < 20


def test_no_block_claims_significance(shown):
    for made in shown.values():
        assert "significant" not in made.html.lower()
        assert "***" not in made.html


def test_the_associations_show_every_look_at_every_pair(comparison, shown):
    html = shown["associations"].html
    table = comparison.associations.table
    looks = dict(table.group_by("cases").len().iter_rows())
    assert looks == {
        "all cases": 9,
        "without own clocks and series": 9,
        "with shared items": 3,  # response and T1, named apology and T5, named apology and E1
        "not seen counts as latest": 3,
    }
    assert html.count("without own clocks and series</td>") == 9
    assert "Items of the rubric that score the very act whose delay is measured are left out" in words_of(
        shown["associations"]
    )
    assert "With the shared items in, τ-b is" in words_of(shown["associations"])
    assert "Within the record" in html


def test_bands_and_lines_are_those_of_the_result(comparison):
    found = comparison.associations
    for view in views(figures.associations(found)):
        (slopes,) = of_role(view, "slope")
        drawn = [row[which] for which in (0, 1) for row in found.rows]
        assert slopes["x"][::3] == pytest.approx([pair.slope.value * pair.ratio for pair in drawn])
        upper, lower = of_role(view, "interval")
        starts = [max(-2, pair.slope.lower * pair.ratio) for pair in drawn]
        assert [*upper["base"], *lower["base"]] == pytest.approx(starts)


def test_neighbouring_specifications_share_a_dot_and_ticks_shaded_by_how_many_took_a_choice(comparison):
    found = comparison.multiverse
    edges = np.linspace(0, len(found.computed), COLUMNS + 1).round().astype(int)
    columns = [found.computed[start:end] for start, end in itertools.pairwise(edges)]
    assert sum(map(len, columns)) == len(found.computed) > 10 * COLUMNS
    for view in views(figures.specification_curve(found)):
        (dots,) = of_role(view, "tau")
        assert len(dots["x"]) == COLUMNS
        assert dots["y"] == sorted(dots["y"], reverse=True)  # px from the top
        assert all(
            f"{len(column)}\u00a0specifications" in text
            for column, text in zip(columns, dots["hovertext"], strict=True)
        )
        for ticks in of_role(view, "choice"):
            middles = sorted(set(ticks["y"]))
            values = [value for value in found.medians[ticks["name"]] if value != "none"]
            assert len(middles) == len(values)
            for middle, value in zip(middles, values, strict=True):
                shares = [
                    sum(each.choices[ticks["name"]] == value for each in column) / len(column) for column in columns
                ]
                shades = {
                    x: shade
                    for x, y, shade in zip(ticks["x"], ticks["y"], ticks["marker"]["opacity"], strict=True)
                    if y == middle
                }
                assert shades == {
                    x: pytest.approx(share / max(shares), abs=0.006) for x, share in enumerate(shares) if share
                }


def test_few_specifications_are_a_dot_each_that_tells_all_its_choices(comparison):
    found = am.multiverse(
        comparison.cases, {"outcome": ["transparency"], "latency": ["response"], "relations": ["all"]}
    )
    assert len(found.computed) < COLUMNS
    (dots,) = of_role(views(figures.specification_curve(found))[0], "tau")
    assert len(dots["x"]) == len(found.computed)
    for each, text in zip(found.computed, dots["hovertext"], strict=True):
        assert all(f"{name}: {value}" in text for name, value in each.choices.items() if value != "none")


def test_every_use_of_a_strategy_is_a_bar_that_leads_to_its_event(comparison):
    found = comparison.strategies
    wanted = {f"cases/{each.case_id}.html#{use.event_id}" for each in found.cases for use in each.uses}
    for view in views(figures.strategy_sequence(found, comparison.names)):
        (mark,) = of_role(view, "mark")
        assert set(mark["customdata"]) == wanted
        assert sum(len(trace["x"]) for trace in of_role(view, "cluster")) == len(mark["x"])


def test_the_figures_have_only_the_colours_of_the_house(comparison):
    drawn = (
        figures.associations(comparison.associations),
        figures.strategy_sequence(comparison.strategies, comparison.names),
        figures.specification_curve(comparison.multiverse),
    )
    for figure in drawn:
        for view in views(figure):
            assert colours(view["data"]) <= {*theme.LIGHT.values(), theme.CLEAR}


def test_figures_say_why_there_is_nothing_to_draw():
    few = am.compare([])
    for draw, nothing in (
        (figures.associations, few.associations),
        (figures.specification_curve, few.multiverse),
        (figures.strategy_sequence, StrategyComparison(())),
    ):
        with pytest.raises(NothingToMeasure, match=r"No case|No association|None of .*specification"):
            draw(nothing)


def test_advice_links_its_evidence_and_says_its_rule(comparison, shown):
    html = shown["advice-tested"].html
    assert 'href="cases/kitchenaid-tweet.html#e' in html
    assert html.count('<details class="tv"') == 5
    assert "First public response certainly within" in html
    assert "Too few to tell: n\xa0=\xa0" in html
    rules = {each.advice.rule for each in am.playbook(comparison).tested}
    assert len(rules) > 20
    assert all(rule_in_words(rule)[0].isupper() for rule in rules)


def test_advice_shows_each_difference_with_its_exact_interval_and_the_n_of_both_groups(comparison, shown):
    html, told = shown["advice-tested"].html, am.playbook(comparison).answered
    assert len(told) >= 10
    for each in told:
        assert f"<b>{each.difference.size}</b>" in html
        assert f"{each.means}; {each.difference.how}." in html
    assert "In 15 of 16\xa0cases that have one, a phase has fewer than eight texts" in html


def test_a_workspace_without_advice_has_one_sentence(comparison, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace(tmp_path).root))
    html = comparison_block(comparison, "advice-tested").html
    assert "no playbook.csv" in html
    assert "<table" not in html
    assert len(am.conclusions(comparison)) == 5


@pytest.mark.parametrize("n", [0, 1, 2])
@pytest.mark.parametrize("cell_id", CELLS)
@pytest.mark.slow
def test_with_few_cases_every_block_says_what_cannot_be_computed(cell_id, n):
    html = comparison_block(am.compare(am.cases()[:n]), cell_id).html
    assert html
    if cell_id in ("associations", "specification-curve"):
        assert "<figure" not in html
        assert "three" in html or "too few" in html


def test_hostile_names_stay_text():
    bad = '<script>alert("x")</script>'
    hostile = [
        case([event(), event("apology", 60 * n, strategies="apology")], case_id=f"case-{n}", organisation=bad + str(n))
        for n in (1, 2, 3)
    ]
    comparison = am.compare(hostile)
    for block in comparison_blocks(comparison, *CELLS).values():
        assert "<script>alert" not in block.html


def test_facts_worth_finding_are_those_of_the_measure_twelve_at_once(comparison, shown):
    agenda, html = comparison.worth_finding, shown["worth-finding"].html
    first, *folds = html.split("<details")
    assert first.count("<tr>") - 1 == 12  # and the row of headings
    assert [fold.count("<tr>") - 1 for fold in folds] == [
        len(agenda.facts) - 12,
        len(agenda.best),
        len(agenda.overlapping),
    ]
    for fact in agenda.facts[:12]:
        assert f'<a class="ev-l" href="cases/{fact.case_id}.html#{fact.event_id}">{fact.event_id}</a>' in first
        assert f"{fact.settles:.1f} <span" in first
    unsettled = agenda.pairs["share"].null_count()
    assert (
        f"in {len(agenda.overlapping) - unsettled} of them a single bound on one event could, in {unsettled} none"
        in first
    )
    assert html.count("no single bound") == unsettled


def test_what_the_notes_say_of_an_event_stands_beside_it(comparison, shown):
    first = shown["worth-finding"].html.partition("<details")[0]
    named = [fact for fact in comparison.worth_finding.facts[:12] if fact.notes]
    assert first.count("what was looked for") == 12 - len(named) > 0
    assert "**" not in first
    assert not re.search(r"\s#+ ", first)


def test_what_the_order_rests_on_is_that_of_the_measure(comparison):
    found = comparison.leave_one_out()
    beliefs, rows = comparison_block(comparison, "leave-one-out").html.split("<details")[1:]
    assert [f"{n} of 120" in beliefs for n in found.told_apart.values()] == [True] * 5
    assert rows.count("<tr>") - 1 == len(found.rows)
    for row in found.rows:
        assert f"relations.csv:{row.row}</code>" in rows
        assert f"{len(row.pairs)} <span" in rows
    words = words_of(comparison_block(comparison, "ladder"))
    assert f"{len(found.hanging)}\u00a0pairs hang on a single relation" in words
    assert "tiktok-data-transparency" not in words  # its name stands there


def test_without_relations_nothing_is_said_of_them(comparison):
    alone = am.compare([case([event(), event("apology", 60)], case_id=f"case-{n}") for n in range(3)])
    assert comparison_block(alone, "leave-one-out").html.strip() == ""


def test_hostile_relations_and_notes_stay_text():
    bad = '<script>alert("x")</script>'
    events = [event(label=bad), event("apology", 0, 86_400, label=bad)]
    vague = [relation("e01", "e02", 5400, 43_200, rule="a-few-hours", reason=bad)]
    hostile = [
        dataclasses.replace(
            case(events, relations=vague, case_id="vague"), notes=f"## {bad}\nOf e02 {bad} says so. **Bold** \\1.\n"
        ),
        case([event("exposure"), event("apology", 60)], case_id="fast"),
        case([event("exposure"), event("apology", 20_000)], case_id="slow"),
    ]
    comparison = am.compare(hostile)
    shown = "".join(block.html for block in comparison_blocks(comparison, "leave-one-out", "worth-finding").values())
    assert "<script>alert" not in shown
    assert "&lt;script&gt;" in shown


def test_publishers_behind_the_key_facts_are_counted(comparison):
    found = comparison["kitchenaid-tweet"].evidence.publishers
    assert set(found) == {"clock_zero", "response", "apology"}
    assert found["clock_zero"] >= 2
    assert comparison["red-cross-tweet"].evidence.publishers["apology"] is None
    assert set(comparison["weishi-data-fabrication"].evidence.publishers.values()) == {None}
    row = next(row for row in comparison.table.iter_rows(named=True) if row["case_id"] == "kitchenaid-tweet")
    assert row["clock_zero_publishers"] == found["clock_zero"]


def test_a_case_on_several_platforms_is_found_under_each():
    pair = am.compare([am.load_case("kitchenaid-tweet"), am.load_case("kuaishou-underage-mothers")])
    html = comparison_block(pair, "scoreboard").html
    assert 'data-platform="twitter; facebook"' in html
    assert '<option value="facebook">' in html and '<option value="weibo">' in html
    assert '<option value="twitter; facebook">' not in html
