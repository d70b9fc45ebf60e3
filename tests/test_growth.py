"""How work and memory grow with cases and events: counted where it can be, else in ratios of processor time with room to spare."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import aftermath as am
from aftermath.comparison import playbook as playbooks
from aftermath.comparison.entry import Entry, entry
from aftermath.comparison.gathering import Gathering
from aftermath.comparison.names import short_names, with_names
from aftermath.comparison.pairwise import pairwise
from aftermath.comparison.playbook import playbook_from, read_advice
from aftermath.comparison.rules import Answer
from aftermath.comparison.scoreboard import compare
from aftermath.figures.packing import Mark, pack
from aftermath.pages.index import index_sections
from aftermath.pages.long_tables import SHOWN
from aftermath.pages.neighbours import cases_script
from aftermath.pages.paging import paged
from aftermath.times import Latency
from factories import case, event, score, text
from pages import comparison_files

TIMES = 10
FEW, MANY = 30, 120  # cases of the comparison


def ratio(task: Callable[[int], Callable[[], object]], few: int) -> float:
    """Processor time of a task of ten times the size, in that of the size given; each the best of five runs."""
    return _seconds(task(TIMES * few)) / _seconds(task(few))


def _seconds(run: Callable[[], object]) -> float:
    runs = []
    for _ in range(5):
        start = time.process_time()
        run()
        runs.append(time.process_time() - start)
    return min(runs)


def small(number: int) -> am.Case:
    events = [event("exposure"), event("apology", 60 * number, 60 * number + 30, speaker="Ann Example")]
    return case(events, [text()], [score("T1")], case_id=f"small-{number:03}", organisation=f"Example {number % 7}")


def marks(count: int) -> Callable[[], object]:
    """As many bars as there are, most of them at the end as on an axis of logarithms, so that many rows are needed."""
    places = 1000 * np.sort(np.random.default_rng(0).random(count)) ** 0.2
    made = [Mark(place, place + 5, 60, must=row % 50 == 0) for row, place in enumerate(places.tolist())]
    return lambda: pack(made, 1000, 12)


def test_bars_are_packed_in_little_more_than_linear_time():
    assert ratio(marks, 200) < 30  # comparing every bar with every other takes 100 times as long, and more


def speeds(count: int) -> Callable[[], object]:
    one, generator = am.speed(small(1)), np.random.default_rng(0)
    ends = np.sort(generator.random((count, 2)), axis=1).tolist()
    steps = [dataclasses.replace(one["response"], latency=Latency(*own)) for own in ends]
    measured = [dataclasses.replace(one, case_id=f"case-{place}", steps=(step,)) for place, step in enumerate(steps)]
    return lambda: pairwise(measured)


def test_pairs_are_counted_in_little_more_than_linear_time():
    assert ratio(speeds, 300) < 30


def test_names_are_made_in_little_more_than_linear_time():
    about = small(1).about

    def names(count: int) -> Callable[[], object]:
        abouts = [
            dataclasses.replace(about, id=f"case-{place}-{place % 3}", organisation=f"Example {place // 2}")
            for place in range(count)
        ]
        return lambda: short_names(abouts)

    assert ratio(names, 300) < 30


def test_names_are_made_once_for_a_comparison_and_only_whole_ids_are_named():
    comparison = compare([small(1), small(2)])
    assert comparison.names is comparison.names
    sentence = "Without small-001: +0.2 (small-002); not small-001-b, x-small-002 or small-0021."
    assert with_names(sentence, comparison.names) == sentence.replace("small-001:", "Example 1:").replace(
        "(small-002)", "(Example 2)"
    )


def test_every_rule_is_asked_once_of_every_case(monkeypatch):
    made = [small(number) for number in range(6)]
    entries = [entry(each, each.id, seed=0, phase_days=(7, 30), level=0.95) for each in made]
    advice = read_advice(am.workspace.find_workspace())
    asked: Counter[tuple[str, str]] = Counter()
    rule_of = playbooks.rule_of

    def counting(text: str) -> Callable:
        rule = rule_of(text)

        def answer(case: am.Case, entry: Entry) -> Answer:
            asked[text, case.id] += 1
            return rule(case, entry)

        return answer

    monkeypatch.setattr(playbooks, "rule_of", counting)
    assert playbook_from(made, entries, advice).table.height == len(advice)
    assert set(asked.values()) == {1}
    assert len(asked) == len({each.rule for each in advice}) * len(made)


def test_a_comparison_does_not_hold_what_its_cases_were_seen_under():
    comparison = compare([small(number) for number in range(4)])
    assert (
        comparison.multiverse.specifications
        and comparison.leave_one_out().pairs
        and comparison.worth_finding.table.columns
    )
    for one in comparison.cases:
        assert not one._seen  # by one coder, from another clock
        assert set(one._times) <= {"all"}


def test_pairs_that_overlap_are_held_as_numbers():
    overlapping = compare([small(0), small(0.5), small(1), small(40)]).worth_finding.overlapping
    assert overlapping.places.nbytes == 8 * len(overlapping)
    assert list(overlapping[:1]) == [overlapping[0]]


def likeness(count: int) -> Callable[[], object]:
    one = entry(small(1), "One", seed=0, phase_days=(7, 30), level=0.95)
    made = [
        dataclasses.replace(one, about=dataclasses.replace(one.about, id=f"case-{place}")) for place in range(count)
    ]
    return lambda: cases_script(made)


def test_cases_like_a_case_are_found_in_little_more_than_linear_time():
    assert ratio(likeness, 60) < 30


def test_a_case_holds_each_of_its_tables_once():
    loaded = am.load_case("kitchenaid-tweet")
    assert loaded.events is loaded.tables.events and loaded.coverage is loaded.coverage


GATHERED = """
import sys
from pathlib import Path
import psutil
from aftermath.comparison.gathering import gather
from aftermath.workspace import Workspace
workspace = Workspace(Path(sys.argv[1]))
ids = workspace.case_ids()
first = gather(ids[:10], workspace)
before = psutil.Process().memory_info().rss
rest = gather(ids[10:], workspace)
print((psutil.Process().memory_info().rss - before) / len(rest.cases) / 1000)
"""


def rows_beside(script: str) -> dict[str, list[str]]:
    """The rows that a page has no room for, as its script hands them out."""
    return json.loads(script.partition("=")[2].rstrip().removesuffix(";"))


@pytest.mark.slow
def test_pages_and_time_of_many_cases_of_varied_lengths_grow_no_more_than_the_cases(script, monkeypatch):
    monkeypatch.setattr(
        "aftermath.pages.index.playable", lambda _: False
    )  # stagings are of the times that were stretched
    made = script("benchmarks/growth.py").varied_cases(MANY)
    seconds, sizes, kept_rows = [], [], {}
    for count in (FEW, MANY):
        start, gathered = time.process_time(), Gathering(tuple(made[:count]), ())
        comparison = compare(gathered.cases)
        page, script_of_rows = comparison_files(comparison, gathered)
        sections, more = paged(index_sections(comparison, gathered, {}), "index.html")
        seconds.append(time.process_time() - start)
        sizes += [len(page.encode()), sum(len(section.html.encode()) for section in sections)]
        kept_rows = rows_beside(script_of_rows) | rows_beside(more)
    assert seconds[1] / seconds[0] < 1.5 * MANY / FEW  # what grows with pairs takes sixteen times as long
    assert max(sizes) < 1_500_000
    assert page.count('<tr id="case-') == sections[0].html.count('<tr id="case-') == SHOWN
    assert {name: len(kept_rows[name]) for name in ("board", "measures", "cases")} == dict.fromkeys(
        ("board", "measures", "cases"), MANY - SHOWN
    )
    for figure in re.findall(r'id="f\d+-data">(.*?)</script>', page):
        assert len(figure) < 300_000


def _copy(source: Path, to: Path) -> None:
    about = Path(shutil.copytree(source, to), "case.yaml")
    about.write_text(about.read_text(encoding="utf-8").replace(source.name, to.name), encoding="utf-8")


@pytest.mark.slow
def test_a_case_that_was_read_takes_little_more_than_its_files(root, tmp_path):
    source = root / "casestudies" / "kitchenaid-tweet"
    for number in range(60):
        _copy(source, tmp_path / "casestudies" / f"copy-{number:02}")
    program = [sys.executable, "-c", GATHERED, str(tmp_path)]
    kilobytes = float(subprocess.run(program, capture_output=True, text=True, check=True).stdout)
    assert kilobytes < 300  # 150 as it is, 420 where columns keep the room in which they were built
