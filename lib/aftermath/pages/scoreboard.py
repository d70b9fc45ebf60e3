"""What the scoreboard sorts and filters by, and its cells in words. The table is ``templates/scoreboard.html.j2``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftermath import vocabulary
from aftermath.measures.steps import STEPS
from aftermath.wording import DASH, NO_BREAK, counted, interval, number

if TYPE_CHECKING:
    from aftermath.comparison.entry import Entry, Evidence
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.measures.claims import Ledger
    from aftermath.measures.tone import Phase
    from aftermath.measures.transparency import Index
    from aftermath.statistics.agreement import Agreement

KEY_FINDINGS = 4

FILTERS = {
    "cause": "Cause",
    "country": "Country",
    "platform": "Platform",
    "type": "Crisis type",
    "exposed": "Exposed by",
}
HEADINGS = (
    "Case",
    *(label for label, _, _ in STEPS.values()),
    "Transparency",
    "Empathy",
    "First phase of coverage",
    "Last phase of coverage",
    "Claims supported",
    "Events",
)

# sorted by a column, up or down, these come after every number: app.js knows the first
_NOT_WHOLE, _WITH_ZERO, _NOT_SEEN, _NOT_MEASURED = 7e9, 8e9, 9e9, 9.9e9
_SEVERAL = "; "  # between the values of a filter where a case has several, as app.js cuts them


def sort_keys(entry: Entry) -> dict[str, float]:
    """What the columns of numbers sort by; **an index whose coding is not complete leads no column**."""
    index = entry.transparency.transparency if entry.transparency else None
    openness = _NOT_MEASURED if index is None or not index.defined else index.value if index.whole else _NOT_WHOLE
    tone = next((phase.mean.value for phase in reversed(entry.phases) if phase.n), _NOT_MEASURED)
    steps = {step: _step_key(entry, step) for step in ("response", "named_apology")}
    return {**steps, "transparency": openness, "tone": tone}


def _step_key(entry: Entry, step: str) -> float:
    if entry.speed is None:
        return _NOT_MEASURED
    latency = entry.speed[step].latency
    return _WITH_ZERO if latency.with_zero else latency.upper if latency.seen else _NOT_SEEN


def choices(entry: Entry) -> dict[str, str]:
    """What the filters can choose a case by: a key of ``FILTERS`` to the words that a reader sees."""
    about = entry.about
    none = "none on record"
    return {
        "cause": vocabulary.CAUSES.get(about.cause or "", none),
        "country": vocabulary.country_name(about.country),
        "type": vocabulary.CRISIS_TYPES.get(about.crisis_type or "", none),
        "platform": _SEVERAL.join(platform.replace("_", " ") for platform in about.platforms),
        "exposed": vocabulary.EXPOSED_BY.get(about.exposed_by or "", none).removeprefix("exposed by "),
    }


def menus(comparison: Comparison) -> list[tuple[str, str, dict[str, str]]]:
    """The menus of the filters: key, label, and everything that it can choose."""
    values = {key: [choices(entry)[key].split(_SEVERAL) for entry in comparison.entries] for key in FILTERS}
    words = {key: sorted({value for several in found for value in several}) for key, found in values.items()}
    return [(key, label, {value: value for value in words[key]}) for key, label in FILTERS.items()]


def phase_labels(comparison: Comparison) -> tuple[str, str]:
    """What the first and the last phase of coverage are called."""
    phases = next((entry.phases for entry in comparison.entries if entry.phases), None)
    return (phases[0].label, phases[-1].label) if phases else ("first phase", "last phase")


def index_words(index: Index) -> str:
    """An index with bounds, items and the agreement of the coders, as a table has room for."""
    if not index.defined:
        return f"not defined: {index.why_not}"
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"{number(index.value)} {interval(index.lower, index.upper)}, n = {extent}; {index.agreement.text}"


def brief_index(index: Index) -> str:
    """An index with bounds and items; a dash where it is not defined."""
    if not index.defined:
        return DASH
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"{number(index.value)} {interval(index.lower, index.upper)}, n{NO_BREAK}={NO_BREAK}{extent}"


def agreement_words(agreement: Agreement) -> str:
    """How far the coders agree, as a cell has room for."""
    return agreement.text.replace("n = ", f"n{NO_BREAK}={NO_BREAK}")


def phase_words(phase: Phase) -> str:
    """The mean favourability of a phase with interval and n."""
    few = "" if phase.mean.has_interval or not phase.n else ", too few for an interval"
    return f"{phase.mean.text()}, n{NO_BREAK}={NO_BREAK}{counted(phase.n, 'text')}{few}" if phase.n else "no text"


def claims_words(ledger: Ledger) -> str:
    """How many claims about a case are supported, of all."""
    return f"{number(ledger.verdicts.get('supported', 0))} of {number(len(ledger.claims))}"


def evidence_words(evidence: Evidence) -> str:
    """What the events of a case rest on, and how many independent publishers bear witness to each key fact."""
    facts = [
        f"{fact.replace('_', ' ')} {'not on record' if n is None else counted(n, 'publisher')}"
        for fact, n in evidence.publishers.items()
    ]
    return (
        f"{counted(evidence.events, 'event')} from {counted(evidence.event_sources, 'source')}: "
        f"{number(100 * evidence.inferred_share)}{NO_BREAK}% inferred, {number(100 * evidence.disputed_share)}{NO_BREAK}% disputed; "
        f"{', '.join(facts)}"
    )


def extent(comparison: Comparison) -> str:
    """How many cases, of which years, from how many sources."""
    years = sorted({entry.year for entry in comparison.documented if entry.year})
    cases = documented(comparison)
    if comparison.without_record:
        cases += f", {number(len(comparison.without_record))} searched for and not found"
    span = DASH.join(map(str, dict.fromkeys((years[0], years[-1])))) if years else ""
    sources = counted(sum(entry.evidence.sources for entry in comparison.entries), "source")
    return " · ".join(filter(None, (cases, span, sources)))


def documented(comparison: Comparison) -> str:
    """How many crises are compared."""
    n = len(comparison.documented)
    return f"{number(n)} documented {'crisis' if n == 1 else 'crises'}"
