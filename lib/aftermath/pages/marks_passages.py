"""The page that explains the marks. **Its scores are invented and belong to no case.**"""

from __future__ import annotations

import math

from aftermath import vocabulary
from aftermath.figures import inline_svg
from aftermath.measures.stances import Estimate
from aftermath.pages.html import escape
from aftermath.pages.passages.tables import table
from aftermath.statistics.agreement import CUSTOMARY_FLOOR, Agreement
from aftermath.times import DAY, HOUR, Latency
from aftermath.wording import NO_BREAK

OPENING = (
    '<div class="wrap head"><p class="kick">Reference</p><h1>How marks read</h1>'
    '<p class="lead">Every mark on this site shows what is known and, as plainly, what is not.</p>'
    '<p class="dek">Scores on this page are invented specimens; they belong to no case.</p></div>'
)

_WIDTH = 150


def sections() -> tuple[tuple[str, str, str], ...]:
    """Anchor, heading and finished HTML of each section."""
    return (
        ("intervals", "Intervals", _specimens(_intervals())),
        ("latencies", "Latencies in tables", _specimens(_latencies())),
        ("colours", "Colour by act", _specimens(_colours())),
        ("verdicts", "Verdicts on claims", _verdicts()),
        ("scores", "Two coders", _indices() + _rubric()),
        ("tone", "Tone of coverage", _specimens(_tones())),
        ("nothing", "When there is nothing to show", _NOTHING),
    )


def _specimens(rows: list[tuple[str, str]]) -> str:
    items = "".join(f"<li>{mark}<span>{escape(words)}</span></li>" for mark, words in rows)
    return f'<ul class="spec ic">{items}</ul>'


def _intervals() -> list[tuple[str, str]]:
    return [
        (
            inline_svg.event_bar("apology", exact=True),
            "Known to the minute: the narrowest bar that can still be seen and clicked.",
        ),
        (inline_svg.event_bar("apology"), "Known to lie between two moments, both stated by a source."),
        (inline_svg.event_bar("apology", "inferred"), "The bounds follow from stated facts; how is in the row."),
        (inline_svg.event_bar("apology", "disputed"), "Sources disagree; the bar spans all of them."),
        (
            inline_svg.event_bar("apology", "disputed", likeliest=True),
            "Disputed, with the likeliest reading drawn inside. It is never used in a calculation.",
        ),
        (
            inline_svg.event_bar("apology", narrowed=True),
            "Made shorter by what sources say of other events; the thin line runs on to what clock times alone give. What lasted "
            "began within the bar, and may have gone on to the end of the line.",
        ),
        (
            inline_svg.linked_bars(),
            "A source says how far apart the two were. The dot shows what it says, as bounds and in words.",
        ),
    ]


def _latencies() -> list[tuple[str, str]]:
    return [
        (
            inline_svg.latency_bar(Latency(2 * HOUR, DAY), _WIDTH),
            "From the shortest to the longest time that the record allows, on a log scale; ticks at an hour, a day and a month.",
        ),
        (
            inline_svg.latency_bar(Latency(20 * DAY, math.inf), _WIDTH),
            "Not seen by the end of the record. Not zero, not never.",
        ),
        (
            inline_svg.latency_bar(Latency(0, 0, by_construction=True), _WIDTH),
            "Zero by construction: the organisation’s own act is clock zero. Drawn alike: an answer given with the exposure or before "
            "it. Neither says anything about speed.",
        ),
        (
            f'<span class="ownf">own{NO_BREAK}clock</span>',
            "The organisation or a regulator set the clock: the time measures something else, and stands flagged wherever speed is compared.",
        ),
    ]


def _colours() -> list[tuple[str, str]]:
    words = vocabulary.ACT_FAMILY_LABELS | {"other": "Anyone but the organisation: always grey"}
    return [(inline_svg.event_bar(family), label) for family, label in words.items()]


def _verdicts() -> str:
    badges = " ".join(map(inline_svg.verdict_badge, vocabulary.VERDICTS))
    return f'<p class="row ic">{badges}</p>'


def _indices() -> str:
    both = Agreement(alpha=0.72, lower=0.45, upper=0.9, units=11, same=8, ac=0.85, ac_lower=0.6, ac_upper=0.96)
    return (
        f'<div class="idx2"><div><span class="l">Transparency</span>{inline_svg.index_bar(64, 54, 71)}<b>64</b> '
        '<span class="mut">[54–71]: a tick inside its bounds, from the worst to the best reading</span></div>'
        f'<div><span class="l">Krippendorff’s α</span>{inline_svg.alpha_bar(both)}<b>0.72</b> '
        f'<span class="mut">[0.45–0.90], n = 11 items; the dashed tick is {CUSTOMARY_FLOOR}</span></div>'
        f'<div><span class="l">Gwet’s AC2</span>{inline_svg.ac_bar(both)}<b>0.85</b> '
        '<span class="mut">[0.60–0.96], n = 11 items; no floor is customary</span></div></div>'
    )


_RUBRIC = (
    ("T1", "2", "2", "Specimen: both read the same act the same way."),
    (
        "T2",
        "2",
        "1",
        "Specimen: a difference is marked at the row’s edge and opens the bounds from the lower to the higher score.",
    ),
    ("T4", "na", "na", "Specimen: cannot apply; leaves the denominator."),
    ("T11", "0", "unknown", "Specimen: applies, and the record does not show it; the bounds run from 0 to 2."),
    (
        "T12",
        "1",
        vocabulary.NOT_CODED,
        "Specimen: not coded by one coder, who may still give any score or find that it cannot apply; the bounds run over all of it.",
    ),
)


def _rubric() -> str:
    headings = ("Item", "Coder a", 'Coder b<span class="mut"> blind</span>', "Why")
    return table("rub", "Specimen rubric", headings, [_rubric_row(*row) for row in _RUBRIC])


def _rubric_row(item: str, one: str, other: str, why: str) -> str:
    differs = other not in (one, vocabulary.NOT_CODED)
    note = '<span class="dv">coders differ</span>' if differs else ""
    return (
        f'<tr{" class=diff" if differs else ""}><th scope="row"><span class="it">{item}</span> {vocabulary.RUBRIC_ITEMS[item]}{note}</th>'
        f'<td>{inline_svg.score_square(one)}</td><td>{inline_svg.score_square(other)}</td><td class="ra">{why}</td></tr>'
    )


def _tones() -> list[tuple[str, str]]:
    early, late = Estimate(-0.8, -1.2, -0.4), Estimate(0.5, 0.1, 0.9)
    few = Estimate(0.5, math.nan, math.nan)
    return [
        (
            inline_svg.tone_mark(early, late, _WIDTH),
            "Mean favourability from −2 to +2: grey the first phase, coloured the last, each with its interval.",
        ),
        (
            inline_svg.tone_mark(early, few, _WIDTH),
            "Hollow: fewer than eight texts, so no interval; the n beside it says how few.",
        ),
    ]


_NOTHING = (
    '<div class="lim"><div class="empty"><h3>No record found</h3><p>No exposure event, so no clock and no score. The search and '
    "the verdicts on the claims are the report.</p></div>"
    '<div class="empty"><h3>Too few to model</h3><p>Fewer than eight texts: the dots are drawn, the line and band are not.</p></div>'
    '<div class="empty bad"><h3>This case failed to build</h3><p>events.csv:7:latest is before earliest; swap the two. The other '
    "cases are complete.</p></div></div>"
)
