"""What one more fact would be worth: the research agenda of the comparison page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from aftermath.case_files.case import Case
from aftermath.comparison.scoreboard import Comparison
from aftermath.comparison.worth_finding import ENDS, Fact
from aftermath.measures.steps import STEPS
from aftermath.pages.board import case_address
from aftermath.pages.exhibit import Passage
from aftermath.pages.html import Linker, escape
from aftermath.pages.naming import event_links, link_of
from aftermath.pages.passages.notes import read_notes
from aftermath.pages.passages.tables import absent, folded, rows_of, table
from aftermath.wording import DASH, NO_BREAK, counted, duration, number, sentences

SHOWN, PAIRS_SHOWN = 12, 500
_HEADINGS = ("Case", "Event", "A source by which it", "Open today", "Pairs settled", "What the notes say")
_PAIRS = ("Pair", "A source on", "by which it", "Settles the pair")


def worth_finding(comparison: Comparison) -> Passage:
    """The bounds that would tell most cases apart, the rest of them, the best of each case, and that of each pair, folded away."""
    agenda = comparison.worth_finding
    if not agenda.facts:
        return Passage(absent(agenda.text))
    cases = {case.id: case for case in comparison.cases}
    rest = agenda.facts[SHOWN:]
    parts = [
        f'<p class="how ic">{escape(_words(comparison))}</p>',
        _scrolled(_facts_table("Facts that would settle most", comparison, cases, agenda.facts[:SHOWN])),
        _folded_facts("Facts that would settle less", comparison, cases, rest) if rest else "",
        _folded_facts("The best fact of each case", comparison, cases, agenda.best),
        _pairs(comparison),
    ]
    return Passage("".join(parts))


def _words(comparison: Comparison) -> str:
    agenda = comparison.worth_finding
    label, pairs = STEPS[agenda.step][0], agenda.pairs
    n, none = pairs.height, pairs["share"].null_count()
    return (
        f"{label}: {counted(n, 'pair')} of cases that were timed cannot be told apart; in {number(n - none)} of them a single "
        f"bound on one event could, in {number(none)} none. A bound is worth the more, the sharper it is. Pairs settled: how many are to be "
        "expected if it may fall at any moment that is open today, one as likely as another, and how many if it fell at the best. Relations between "
        "events carry a bound on. Whether such a source exists, nothing here says."
    )


def _scrolled(content: str) -> str:
    return f'<div class="tscroll" tabindex="0" role="region" aria-label="Facts that would settle most">{content}</div>'


def _folded_facts(title: str, comparison: Comparison, cases: dict[str, Case], facts: Sequence[Fact]) -> str:
    content = _facts_table(title, comparison, cases, facts)
    return folded(title, counted(len(facts), "fact"), content, title)


def _facts_table(caption: str, comparison: Comparison, cases: dict[str, Case], facts: Iterable[Fact]) -> str:
    rows = rows_of((_fact_cells(comparison, cases[fact.case_id], fact) for fact in facts), _HEADINGS)
    return table("stack", caption, _HEADINGS, rows)


def _fact_cells(comparison: Comparison, case: Case, fact: Fact) -> Iterator[str]:
    yield link_of(comparison, fact.case_id)
    yield f"{event_links(comparison, fact.case_id, [fact.event_id])} {escape(fact.label)}"
    yield f"{ENDS[fact.end]}{NO_BREAK}…"
    yield duration(fact.open_seconds)
    yield f'{number(fact.settles, 1)} <span class="who">at most {number(fact.most)}</span>'
    yield _notes(case, fact)


def _notes(case: Case, fact: Fact) -> str:
    """The sentences of the notes that name the event, and where the rest stands."""
    address = case_address(case.id, section="limits")
    if not fact.notes:
        return f'<span class="mut">Nothing on it;</span> <a class="q" href="{address}">what was looked for</a>'
    whole = _without_marks(case, fact.notes)
    naming = " ".join(part for part in sentences(whole) if fact.event_id in part)
    rest = f' <a class="q" href="{address}">more in the notes</a>' if naming != whole else ""
    return f"{Linker.of(case, case_address(case.id)).text(naming)}{rest}"


def _without_marks(case: Case, notes: str) -> str:
    """Notes in one line without the marks of Markdown."""
    for note in read_notes(case.notes):
        notes = re.sub(rf"#+ {re.escape(note.heading)} ", f"{note.heading}: ".replace("\\", r"\\"), notes)
    return re.sub(r"(^|(?<=[.;:!?)]) )[-*] |\*\*|`", r"\1", notes)


def _pairs(comparison: Comparison) -> str:
    pairs = comparison.worth_finding.pairs.sort("share", descending=True, nulls_last=True, maintain_order=True)
    cells = (_pair_cells(comparison, row) for row in pairs.head(PAIRS_SHOWN).iter_rows(named=True))
    content = table("", "The bound that would settle each pair", _PAIRS, rows_of(cells, _PAIRS))
    if pairs.height > PAIRS_SHOWN:
        content += f"<p>The first {PAIRS_SHOWN}; <code>am.worth_finding().pairs</code> holds all.</p>"
    title = "The best fact for each pair that cannot be told apart"
    return folded(title, counted(pairs.height, "pair"), content, title)


def _pair_cells(comparison: Comparison, row: dict) -> Iterable[str]:
    pair = f"{link_of(comparison, row['one'])} and {link_of(comparison, row['other'])}"
    if row["share"] is None:
        return (pair, '<span class="mut">no single bound</span>', DASH, DASH)
    event = event_links(comparison, row["case_id"], [row["event_id"]])
    share = f"at {number(100 * row['share'])}{NO_BREAK}% of the open moments"
    return (pair, f"{link_of(comparison, row['case_id'])} {event}", f"{ENDS[row['end']]}{NO_BREAK}…", share)
