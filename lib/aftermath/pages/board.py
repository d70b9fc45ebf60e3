"""The scoreboard as a table: a case a row, every number with its interval, its mark and a link to its section.

It sorts and filters where script runs; without it, it is a table.
"""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import quote

from aftermath import vocabulary
from aftermath.comparison.entry import Entry
from aftermath.comparison.scoreboard import Comparison
from aftermath.figures import inline_svg
from aftermath.measures.steps import Step
from aftermath.pages.html import escape
from aftermath.wording import DASH, NO_BREAK, counted, interval, latency_text, number

LATENCY_WIDTH, INDEX_WIDTH, TONE_WIDTH = 170, 120, 130

# where the numbers of a case stand on its page
SPEED, OPENNESS, COVERAGE, CLAIMS = "speed", "open", "coverage", "claims"

# sorted by a column, up or down, these come after every number: app.js knows the first
_NOT_WHOLE, _WITH_ZERO, _NOT_SEEN, _NOT_MEASURED = 7e9, 8e9, 9e9, 9.9e9

_ARROWS = (
    '<svg class="sa" viewBox="0 0 10 14" aria-hidden="true"><path class="u" d="M1.5 6L5 2l3.5 4"/>'
    '<path class="d" d="M1.5 8L5 12l3.5-4"/></svg>'
)
_NO_RECORD = (
    '<span class="badge uns"><svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5"/></svg>'
    "No record found</span>"
)


def board(comparison: Comparison, root: str = "") -> str:
    """Filters and table, finished HTML.

    Parameters
    ----------
    comparison
        Any comparison.
    root
        Way from the page to the root of the site.
    """
    rows = "".join(_row(entry, root) for entry in comparison.entries)
    return (
        f'{_filters(comparison.entries)}{_how(comparison)}<table class="board">'
        '<caption class="sr">All cases; the column buttons sort</caption>'
        f"<thead><tr>{_headings()}</tr></thead><tbody>{rows}</tbody></table>"
    )


def case_address(case_id: str, root: str = "", section: str = "") -> str:
    """The address of a case's page, or of one of its sections, safe in an attribute."""
    anchor = f"#{section}" if section else ""
    return escape(f"{root}cases/{quote(case_id)}.html{anchor}")


def case_link(entry: Entry, section: str = "") -> str:
    """The name of a case as a link to its page, or to one of its sections, **from the root of the site**."""
    return f'<a href="{case_address(entry.case_id, "", section)}">{escape(entry.name)}</a>'


def case_line(entry: Entry) -> str:
    """Year, country and cause, with the flags that every look at speed needs."""
    if not entry.about.documented:
        return f"{escape(vocabulary.country_name(entry.about.country))} · {vocabulary.RECORDS['none_found']}"
    facts = (
        str(entry.year),
        vocabulary.country_name(entry.about.country),
        vocabulary.CAUSES[entry.about.cause],
    )
    return " · ".join(map(escape, facts)) + _flags(entry)


def _flags(entry: Entry) -> str:
    flags = (
        (
            "own clock",
            "The organisation or a regulator set the clock: speed here measures something else",
            entry.own_clock,
        ),
        ("series", "A chain of incidents with no single clock", entry.series),
    )
    return "".join(
        f' <span class="ownf" title="{meaning}">{flag.replace(" ", NO_BREAK)}</span>'
        for flag, meaning, holds in flags
        if holds
    )


def step_cell(entry: Entry, step: str, root: str = "", *, width: int = LATENCY_WIDTH) -> str:
    """A latency with its certainty and bar, or the reason why there is none."""
    if entry.speed is None:
        return _reason(entry, "speed")
    found = entry.speed[step]
    content = f"{escape(latency_text(found.latency))}{_doubt(found)}"
    return _value(
        content, case_address(entry.case_id, root, SPEED), quiet=not found.latency.seen
    ) + inline_svg.latency_bar(found.latency, width)


def _doubt(step: Step) -> str:
    """How a time is known where no source states it; documented times stand without a word, as the caption says."""
    stated = step.latency.with_zero or step.certainty in ("", "documented")
    return "" if stated else f" <small>{step.certainty}</small>"


def index_cell(entry: Entry, root: str = "", *, width: int = INDEX_WIDTH) -> str:
    """The transparency index with its bounds and bar, or the reason why there is none."""
    if entry.transparency is None:
        return _reason(entry, "transparency")
    index = entry.transparency.transparency
    if not index.defined:
        content = f"not defined: {index.why_not}" if index.open else "not defined"
    else:
        extent = "" if index.whole else f" {index.open}"
        content = f"{number(index.value)} <small>{interval(index.lower, index.upper)}{extent}</small>"
    address = case_address(entry.case_id, root, OPENNESS)
    return _value(content, address, quiet=not index.defined) + inline_svg.index_bar(
        index.value, index.lower, index.upper, width
    )


def record_words(entry: Entry) -> str:
    """How much a case rests on."""
    evidence = entry.evidence
    return (
        f"{number(evidence.events)}<small> ev.</small> {number(evidence.texts)}<small> texts</small> "
        f'<small class="below">{counted(evidence.sources, "source")}</small>'
    )


def _witnesses(entry: Entry) -> str:
    """Publishers behind clock zero, first response and first apology; a dash where one is not on record."""
    if not entry.about.documented:
        return ""
    counts = [DASH if n is None else number(n) for n in entry.evidence.publishers.values()]
    return f' <small class="below" title="clock zero · first response · first apology">key facts {" · ".join(counts)}</small>'


def no_record(entry: Entry) -> str:
    """What stands in place of the measures where no crisis is on record."""
    return f"{_NO_RECORD} {counted(entry.evidence.sources, 'source')} read; no exposure, so no clock and no score."


def _value(content: str, address: str, *, quiet: bool = False) -> str:
    return f'<a class="v{" nv" if quiet else ""}" href="{address}">{content}</a>'


def _reason(entry: Entry, measure: str) -> str:
    return f'<span class="v nv why">{escape(entry.reasons[measure])}</span>'


def _tone_cell(entry: Entry, root: str) -> str:
    if entry.tone is None:
        return _reason(entry, "tone")
    phases = entry.first_phase, entry.last_phase
    means = " → ".join(number(phase.mean.value, 2, sign=True) if phase.n else "no text" for phase in phases)
    content = f"{means} <small>n{NO_BREAK}{', '.join(number(phase.n) for phase in phases)}</small>"
    address = case_address(entry.case_id, root, COVERAGE)
    return _value(content, address) + inline_svg.tone_mark(*(phase.mean for phase in phases), TONE_WIDTH)


def _row(entry: Entry, root: str) -> str:
    heading = (
        f'<th scope="row" data-s="{escape(entry.name)}"><a href="{case_address(entry.case_id, root)}" class="cn">'
        f'{escape(entry.name)}</a><span class="cs">{case_line(entry)}</span></th>'
    )
    record = f'<td class="num rec" data-l="Record" data-s="{entry.evidence.texts}">{record_words(entry)}{_witnesses(entry)}</td>'
    attributes = f'id="case-{escape(entry.case_id)}"{_keys(entry)}'
    if not entry.about.documented:
        return (
            f'<tr {attributes} class="norec">{heading}<td colspan="4" class="nr">{no_record(entry)}</td>{record}</tr>'
        )
    return f"<tr {attributes}>{heading}{''.join(_cells(entry, root))}{record}</tr>"


def _cells(entry: Entry, root: str) -> Iterable[str]:
    cells = (
        ("First response", _step_key(entry, "response"), step_cell(entry, "response", root)),
        ("Named apology", _step_key(entry, "named_apology"), step_cell(entry, "named_apology", root)),
        ("Transparency", _index_key(entry), index_cell(entry, root)),
        ("Favourability of coverage", _tone_key(entry), _tone_cell(entry, root)),
    )
    return (f'<td data-l="{label}" data-s="{key:.6g}">{content}</td>' for label, key, content in cells)


def _step_key(entry: Entry, step: str) -> float:
    if entry.speed is None:
        return _NOT_MEASURED
    latency = entry.speed[step].latency
    return _WITH_ZERO if latency.with_zero else latency.upper if latency.seen else _NOT_SEEN


def _index_key(entry: Entry) -> float:
    """What the index sorts by: one whose coding is not complete leads no board."""
    index = entry.transparency.transparency if entry.transparency else None
    if index is None or not index.defined:
        return _NOT_MEASURED
    return index.value if index.whole else _NOT_WHOLE


def _tone_key(entry: Entry) -> float:
    return next((phase.mean.value for phase in reversed(entry.phases) if phase.n), _NOT_MEASURED)


def _filter_values(entry: Entry) -> dict[str, str]:
    """What the filters can choose by: key to the words that a reader sees."""
    about = entry.about
    none = "none on record"
    return {
        "cause": vocabulary.CAUSES.get(about.cause, none),
        "country": vocabulary.country_name(about.country),
        "type": vocabulary.CRISIS_TYPES.get(about.crisis_type, none),
        "platform": SEVERAL.join(platform.replace("_", " ") for platform in about.platforms),
        "exposed": vocabulary.EXPOSED_BY.get(about.exposed_by, none).removeprefix("exposed by "),
    }


SEVERAL = "; "  # between the values of a filter where a case has several
_FILTER_LABELS = {
    "cause": "Cause",
    "country": "Country",
    "platform": "Platform",
    "type": "Crisis type",
    "exposed": "Exposed by",
}


def _keys(entry: Entry) -> str:
    return "".join(f' data-{key}="{escape(value)}"' for key, value in _filter_values(entry).items())


def _filters(entries: Iterable[Entry]) -> str:
    chosen = [_filter_values(entry) for entry in entries]
    selects = "".join(
        _select(key, sorted({value for values in chosen for value in values[key].split(SEVERAL)}))
        for key in _FILTER_LABELS
    )
    return (
        f'<div class="filters ic" role="group" aria-label="Filter cases">{selects}'
        f'<button type="button" class="reset">Reset</button><output class="cnt" aria-live="polite">'
        f"{counted(len(chosen), 'case')}</output></div>"
    )


def _select(key: str, values: Iterable[str]) -> str:
    options = "".join(f'<option value="{escape(value)}">{escape(value)}</option>' for value in values)
    return f'<label>{_FILTER_LABELS[key]}<select data-f="{key}"><option value="">All</option>{options}</select></label>'


def _how(comparison: Comparison) -> str:
    phases = next((entry.phases for entry in comparison.entries if entry.phases), None)
    first, last = (
        (escape(phase.label) for phase in (phases[0], phases[-1])) if phases else ("first phase", "last phase")
    )
    return (
        '<p class="how ic">Bars are intervals on a log scale from clock zero; ticks mark an hour, a day and a month. '
        "An arrow means not seen by the end of the record. Times are documented where no other word stands beside them. "
        f'Favourability: <i class="dot st"></i> {first}, <i class="dot la"></i> {last}, '
        '<i class="dot la few"></i> fewer than eight texts. <span class="ownf">own clock</span>: the organisation or a '
        "regulator set the clock, and speed measures something else. Key facts: how many different publishers stand behind "
        "clock zero, the first response and the first apology. The order is by the upper end of the first "
        "response; it is no ranking.</p>"
    )


def _headings() -> str:
    scale = inline_svg.latency_scale(LATENCY_WIDTH)
    columns = (
        ("Case", "year, country, cause", ""),
        ("First response", "", scale),
        ("Named apology", "", scale),
        ("Transparency", "0 to 100, with bounds", ""),
        ("Favourability", "−2 damaging, +2 praise", ""),
        ("Record", "events, texts, sources", ""),
    )
    return "".join(
        f'<th scope="col"{" class=num" if label == "Record" else ""} aria-sort="none"><button type="button">{label}'
        f'{_ARROWS}</button><span class="ts">{note}</span>{drawing}</th>'
        for label, note, drawing in columns
    )
