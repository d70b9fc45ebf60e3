"""The finished passages of the index page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aftermath.comparison.entry import Entry
from aftermath.comparison.gathering import Failure
from aftermath.comparison.scoreboard import Comparison
from aftermath.figures import inline_svg
from aftermath.pages.board import (
    LATENCY_WIDTH,
    case_address,
    case_line,
    index_cell,
    no_record,
    record_words,
    step_cell,
)
from aftermath.pages.comparison_passages import extent, failed_box, findings_row
from aftermath.pages.html import escape
from aftermath.pages.passages.tables import absent


def opening(comparison: Comparison) -> str:
    """What Aftermath is, in two sentences, and the key findings."""
    return (
        f'<div class="wrap head ih"><p class="kick">{escape(extent(comparison))}</p>'
        "<h1>After the crisis: who answered, how soon, how openly</h1>"
        '<p class="lead">Aftermath rebuilds organisational crises from archived evidence, row by row, and compares how fast the '
        "organisation answered, how open it was and how the coverage took it. Every number comes with its interval and leads to "
        "the rows and sources that it rests on.</p></div>"
        f"{findings_row(comparison.findings)}"
    )


def entries(documented: Iterable[Entry]) -> str:
    """Every documented case as an entry, **by year and title**."""
    ordered = sorted(documented, key=lambda entry: (entry.year, entry.about.title, entry.case_id))
    if not ordered:
        return absent("No documented case could be loaded.")
    how = (
        '<p class="how ic">In order of year. Bars are intervals: the time to the first public response on a log scale, with ticks '
        "at an hour, a day and a month (documented where no other word stands beside it); the transparency index from 0 to 100 inside its bounds. "
        '<a href="comparison.html">The comparison</a> sorts and filters all measures.</p>'
    )
    return how + _listing(("Case", "First response", "Transparency", "Record"), map(_entry, ordered))


def _listing(headings: Sequence[str], rows: Iterable[str]) -> str:
    scale = {"First response": inline_svg.latency_scale(LATENCY_WIDTH)}
    heads = "".join(
        f'<th scope="col"{" class=num" if heading == "Record" else ""}>{heading}{scale.get(heading, "")}</th>'
        for heading in headings
    )
    return (
        '<table class="board entries"><caption class="sr">Cases</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )


def _entry(entry: Entry) -> str:
    return (
        f'<tr id="case-{escape(entry.case_id)}">{_title(entry)}'
        f'<td data-l="First response">{step_cell(entry, "response")}</td>'
        f'<td data-l="Transparency">{index_cell(entry)}</td>'
        f'<td class="num rec" data-l="Record">{record_words(entry)}</td></tr>'
    )


def _title(entry: Entry) -> str:
    return (
        f'<th scope="row"><a class="cn" href="{case_address(entry.case_id)}">{escape(entry.about.title)}</a>'
        f'<span class="cs">{escape(entry.about.organisation)} · {case_line(entry)}</span></th>'
    )


def without_record(found_nothing: Iterable[Entry]) -> str:
    """Cases that were searched for: what was read, and where the search is shown."""
    rows = (
        f'<tr id="case-{escape(entry.case_id)}" class="norec">{_title(entry)}<td class="nr">{no_record(entry)}</td>'
        f'<td class="num rec" data-l="Record">{record_words(entry)}</td></tr>'
        for entry in found_nothing
    )
    return _listing(("Case", "What was found", "Record"), rows)


def failed(failures: Sequence[Failure], unbuilt: Mapping[str, str]) -> str:
    """Cases that could not be loaded or built, with what is wrong."""
    broken = {failure.case_id for failure in failures}
    built = [_unbuilt(case_id, reason) for case_id, reason in sorted(unbuilt.items()) if case_id not in broken]
    return f'<div class="lim">{"".join([*map(failed_box, failures), *built])}</div>'


def _unbuilt(case_id: str, reason: str) -> str:
    return (
        f'<div class="empty bad" id="failed-{escape(case_id)}"><h3>{escape(case_id)} failed to build</h3>'
        f"<p>{escape(reason)}</p><p>The other cases are complete.</p></div>"
    )


_READING = (
    (
        "An interval is not a guess",
        "Sources seldom say to the minute when something happened. A bar runs from the earliest to the latest moment that they "
        "allow, and one case is called faster than another only where the bars do not touch.",
    ),
    (
        "Not seen is not never",
        "Where the record shows no apology, the page says so and until when the record was watched. Nobody’s silence is proved "
        "by a search.",
    ),
    (
        "Every coder is shown",
        "The page of a case says who coded it. The bounds of an index run from the worst to the best reading of where its coders "
        "differ, could not tell or have not coded.",
    ),
)


def reading() -> str:
    """How to read the site, with the way to the pages of marks and of methods."""
    boxes = "".join(f"<div><h3>{escape(title)}</h3><p>{escape(words)}</p></div>" for title, words in _READING)
    more = (
        '<p class="how">Every mark is explained in <a href="marks.html">How marks read</a>; how the numbers were checked '
        'against printed ones stands in <a href="methods.html">Methods</a>.</p>'
    )
    return f'<div class="lim">{boxes}</div>{more}'
