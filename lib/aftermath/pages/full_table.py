"""Every measure of every case as one wide table, to be unfolded below the scoreboard."""

from __future__ import annotations

from aftermath.comparison.entry import Entry
from aftermath.comparison.scoreboard import Comparison
from aftermath.measures.steps import STEPS
from aftermath.measures.tone import Phase
from aftermath.measures.transparency import Index
from aftermath.pages.board import CLAIMS, COVERAGE, OPENNESS, SPEED, case_address
from aftermath.pages.html import Linker, escape
from aftermath.pages.passages.tables import folded, table
from aftermath.wording import NO_BREAK, counted, interval, latency_text, number

_MEASURES = (
    "Transparency",
    "Empathy",
    "First phase of coverage",
    "Last phase of coverage",
    "Claims supported",
    "Events",
)


def full_table(comparison: Comparison, root: str = "") -> str:
    """A folded table: all steps of speed, both indices with alpha, tone, claims and what they rest on."""
    headings = ("Case", *(label for label, _, _ in STEPS.values()), *_MEASURES)
    rows = (_row(entry, root) for entry in comparison.entries)
    content = table("full", "Every measure of every case", map(escape, headings), rows)
    return folded("Every measure", counted(len(comparison.entries), "case"), content, "Table of every measure")


def _row(entry: Entry, root: str) -> str:
    heading = (
        f'<th scope="row"><a href="{case_address(entry.case_id, root)}">{escape(entry.name)}</a>{_clock(entry)}</th>'
    )
    cells = (*_steps(entry, root), *_indices(entry, root), *_phases(entry, root), _claims(entry, root), _events(entry))
    return f"<tr>{heading}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _clock(entry: Entry) -> str:
    words = [word for word, holds in (("own clock", entry.own_clock), ("series", entry.series)) if holds]
    return "".join(f' <span class="ownf">{word.replace(" ", NO_BREAK)}</span>' for word in words)


def _steps(entry: Entry, root: str) -> list[str]:
    if entry.speed is None:
        return [_why(entry, "speed")] * len(STEPS)
    linker = _linker(entry, root)
    return [
        " ".join(
            filter(
                None,
                (_link(latency_text(step.latency), entry, root, SPEED), step.certainty, linker.links(step.event_ids)),
            )
        )
        for step in entry.speed.steps
    ]


def _linker(entry: Entry, root: str) -> Linker:
    events = [event_id for step in entry.speed.steps for event_id in step.event_ids]
    return Linker(frozenset(events), case_address(entry.case_id, root))


def _indices(entry: Entry, root: str) -> list[str]:
    if entry.transparency is None:
        return [_why(entry, "transparency")] * 2
    indices = entry.transparency.transparency, entry.transparency.empathy
    return [_link(index_words(index), entry, root, OPENNESS) for index in indices]


def index_words(index: Index) -> str:
    """An index with bounds, items and the agreement of the coders, as a table has room for."""
    if not index.defined:
        return f"not defined: {index.why_not}"
    agreement = index.agreement
    bounds = interval(index.lower, index.upper)
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"{number(index.value)} {bounds}, n = {extent}; {agreement.text}"


def phase_words(phase: Phase) -> str:
    """The mean favourability of a phase with interval and n."""
    few = "" if phase.mean.has_interval or not phase.n else ", too few for an interval"
    return f"{phase.mean.text()}, n{NO_BREAK}={NO_BREAK}{counted(phase.n, 'text')}{few}" if phase.n else "no text"


def _phases(entry: Entry, root: str) -> list[str]:
    if entry.tone is None:
        return [_why(entry, "tone")] * 2
    phases = entry.first_phase, entry.last_phase
    return [_link(f"{phase.label} {phase_words(phase)}", entry, root, COVERAGE) for phase in phases]


def _claims(entry: Entry, root: str) -> str:
    total = len(entry.ledger.claims)
    supported = entry.ledger.verdicts.get("supported", 0)
    return _link(f"{number(supported)} of {number(total)}", entry, root, CLAIMS) if total else "no claim on file"


def _events(entry: Entry) -> str:
    evidence = entry.evidence
    return (
        f"{counted(evidence.events, 'event')} from {counted(evidence.event_sources, 'source')}: "
        f"{number(100 * evidence.inferred_share)}{NO_BREAK}% inferred, {number(100 * evidence.disputed_share)}{NO_BREAK}% disputed; "
        f"{_key_facts(entry)}"
    )


def _key_facts(entry: Entry) -> str:
    """How many independent publishers bear witness to each key fact."""
    told = [
        f"{fact.replace('_', ' ')} {'not on record' if n is None else counted(n, 'publisher')}"
        for fact, n in entry.evidence.publishers.items()
    ]
    return ", ".join(told)


def _link(words: str, entry: Entry, root: str, section: str) -> str:
    return f'<a class="q" href="{case_address(entry.case_id, root, section)}">{escape(words)}</a>'


def _why(entry: Entry, measure: str) -> str:
    return f'<span class="mut">{escape(entry.reasons[measure])}</span>'
