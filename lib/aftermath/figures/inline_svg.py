"""Small marks for cards and tables: inline SVG that takes its colours from the sheet of the pages.

Every mark is decoration (``aria-hidden``): the words and numbers beside it say the same. An interval
is a bar, an index a tick inside its bounds; **nothing is drawn as a point but a text's mean**.
"""

from __future__ import annotations

import math

from aftermath import vocabulary
from aftermath.measures.stances import Estimate
from aftermath.statistics.agreement import CUSTOMARY_FLOOR, Agreement
from aftermath.times import DAY, HOUR, MINUTE, MONTH, Latency

CARD_WIDTH = 208
FAMILY_CLASSES = {
    "apology": "apo",
    "denial": "den",
    "action": "act",
    "information": "inf",
    "acknowledgement": "say",
    "removal": "rem",
    "other": "oth",
}
CERTAINTY_CLASSES = {"documented": "doc", "inferred": "inf", "disputed": "dis"}
VERDICT_CLASSES = {"supported": "sup", "partly": "par", "unsupported": "uns", "contradicted": "con"}

_TICKS = ((HOUR, "1 h"), (DAY, "1 day"), (MONTH, "1 mo"))
_LONGEST = 688 * DAY  # the right end of the axis; what is longer ends there
_MINUTE_AT = 11.0  # linear up to a minute, logarithmic beyond
_NARROWEST = 4.0

_SIGNS = {
    "supported": '<path d="M3 8.5l3.2 3.2L13 4.8"/>',
    "partly": '<path d="M8 2.5a5.5 5.5 0 0 1 0 11z" class="fl"/><circle cx="8" cy="8" r="5.5"/>',
    "unsupported": '<circle cx="8" cy="8" r="5.5"/>',
    "contradicted": '<path d="M4 4l8 8M12 4l-8 8"/>',
}
_SQUARE = '<rect class="{}" x="1.5" y="1.5" width="13" height="13" rx="2"/>'
_SQUARES = {
    "0": _SQUARE.format("po"),
    "1": _SQUARE.format("po") + '<path class="pf" d="M2 2.6V14h11.4z"/>',
    "2": _SQUARE.format("pf po"),
    "na": '<path class="pd" d="M4 8h8"/>',
    "unknown": _SQUARE.format("po dash"),
    vocabulary.NOT_CODED: '<path class="pd" d="M4 4l8 8M12 4l-8 8"/>',
}
_SQUARE_WORDS = {"na": "n/a", "unknown": "unknown", vocabulary.NOT_CODED: vocabulary.NOT_CODED}


def latency_bar(latency: Latency, width: int = CARD_WIDTH) -> str:
    """A latency on the small axis: a bar from its lower to its upper end.

    Not seen: a dashed arrow from the end of the record. Zero by construction: a hollow dashed bar at zero.

    Parameters
    ----------
    latency
        Seconds since clock zero.
    width
        Pixels.

    Examples
    --------
    >>> "cens" in latency_bar(Latency(3600, math.inf))
    True
    """
    ticks = "".join(_upright(_place(seconds, width), 4, 14, "tk") for seconds, _ in _TICKS)
    return _svg(width, 18, _axis(1, width - 2, 9) + ticks + _latency_mark(latency, width))


def latency_scale(width: int = CARD_WIDTH) -> str:
    """The labels of the small axis, to stand under ``latency_bar`` of the same width."""
    labels = (
        f'<text class="tick" x="{_place(seconds, width):.1f}" y="11" text-anchor="middle">{label}</text>'
        for seconds, label in _TICKS
    )
    return _svg(width, 14, "".join(labels))


def index_bar(value: float, lower: float, upper: float, width: int = 240) -> str:
    """An index from 0 to 100 as a tick inside its bounds; a dashed frame where it is not defined."""
    last = width - 1
    ticks = "".join(_upright(x, 4, 14, "tk") for x in (1, (1 + last) / 2, last))
    if math.isnan(value):
        return _svg(width, 18, _axis(1, last, 9) + _pending(1, last))
    return _svg(width, 18, _axis(1, last, 9) + ticks + _range_and_tick(value / 100, lower / 100, upper / 100, width))


def alpha_bar(agreement: Agreement, width: int = 240) -> str:
    """Krippendorff's alpha from 0 to 1 with its interval; the dashed tick is the customary floor of 0.667.

    What lies below 0 is cut off at the left end, and an arrow says so.
    """
    floor = _upright(1 + (width - 2) * CUSTOMARY_FLOOR, 1, 17, "tk lim")
    return _coefficient_bar(agreement.alpha, agreement.lower, agreement.upper, width, floor)


def ac_bar(agreement: Agreement, width: int = 240) -> str:
    """Gwet's coefficient, drawn like alpha; without a tick, as it has no customary floor of its own."""
    return _coefficient_bar(agreement.ac, agreement.ac_lower, agreement.ac_upper, width)


def tone_mark(first: Estimate, last: Estimate, width: int = CARD_WIDTH) -> str:
    """Two phases on the scale from -2 to 2: grey the first, coloured the last; hollow without an interval."""
    height = 26
    marks = _tone_line(first, "ci0", "st", 8.3, width) + _tone_line(last, "ci1", "la", 17.7, width)
    return _svg(width, height, _axis(4, width - 4, 13) + _upright(width / 2, 3, 23, "tk") + marks)


def score_square(score: str) -> str:
    """A score of the rubric as a square with its digit; a word for ``na``, ``unknown`` and what is not coded."""
    shape = _SQUARES[score]
    word = f'<b class="sm">{_SQUARE_WORDS[score]}</b>' if score in _SQUARE_WORDS else f"<b>{score}</b>"
    kind = "none" if score in _SQUARE_WORDS else f"s{score}"
    return f'<span class="sc {kind}"><svg class="pip" viewBox="0 0 16 16" aria-hidden="true">{shape}</svg>{word}</span>'


def verdict_badge(verdict: str) -> str:
    """A verdict on a claim: sign and word."""
    sign = f'<svg viewBox="0 0 16 16" aria-hidden="true">{_SIGNS[verdict]}</svg>'
    return f'<span class="badge {VERDICT_CLASSES[verdict]}">{sign}{vocabulary.VERDICTS[verdict]}</span>'


def certainty_tag(certainty: str) -> str:
    """How a time is known, as a small frame: none where documented, solid inferred, dashed disputed."""
    return f'<span class="cert {CERTAINTY_CLASSES[certainty]}">{certainty}</span>'


def event_bar(
    family: str,
    certainty: str = "documented",
    *,
    exact: bool = False,
    likeliest: bool = False,
    narrowed: bool = False,
) -> str:
    """A specimen of a bar of the timeline, for the page that explains the marks.

    Parameters
    ----------
    family
        A key of ``FAMILY_CLASSES``.
    certainty
        ``documented``, ``inferred`` or ``disputed``.
    exact
        Known to the minute: the narrowest bar.
    likeliest
        With a likeliest reading inside.
    narrowed
        With the line on to what clock times alone give.
    """
    colour, x, wide = FAMILY_CLASSES[family], (60, 5) if exact else (10, 90), 11
    size = f'x="{x[0]}" y="6" width="{x[1]}" height="{wide}" rx="1.5"'
    best = f'<rect class="b {colour} best" x="62" y="8" width="24" height="7" rx="1"/>' if likeliest else ""
    bar = f'<rect class="b {colour}" {size}/><rect class="ol" {size}/>{best}'
    line = '<line class="clk" x1="100" x2="145" y1="11.5" y2="11.5"/>' if narrowed else ""
    return _svg(150, 24, f'<g class="ev {CERTAINTY_CLASSES[certainty]}">{line}{bar}</g>', "tl")


def linked_bars() -> str:
    """A specimen of two bars of the timeline that a source relates, for the page that explains the marks."""
    bars = "".join(
        f'<rect class="b oth" x="{x}" y="{y}" width="24" height="9" rx="1.5"/>' for x, y in ((10, 1), (90, 22))
    )
    line = '<line class="rel" x1="34" x2="90" y1="10" y2="22"/><circle class="rel" cx="62" cy="16" r="2"/>'
    return _svg(150, 32, f'<g class="ev doc">{line}{bars}</g>', "tl")


def _coefficient_bar(value: float, lower: float, upper: float, width: int, floor: str = "") -> str:
    base = _axis(1, width - 1, 9)
    if math.isnan(value):
        return _svg(width, 18, base + _pending(1, width - 1))
    ends = (value, value) if math.isnan(lower) else (lower, upper)
    arrow = '<path class="cens hd" d="M6 5l-5 4l5 4"/>' if ends[0] < 0 else ""
    return _svg(width, 18, base + _range_and_tick(value, *ends, width) + floor + arrow)


def _svg(width: int, height: int, content: str, kind: str = "ib") -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return f'<svg class="{kind}" {size} aria-hidden="true">{content}</svg>'


def _axis(start: float, end: float, y: float) -> str:
    return f'<line class="axis" x1="{start}" x2="{end}" y1="{y}" y2="{y}"/>'


def _upright(x: float, top: float, bottom: float, kind: str) -> str:
    return f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>'


def _pending(start: float, end: float) -> str:
    return f'<rect class="pend" x="{start}" y="3.5" width="{end - start}" height="11" rx="2"/>'


def _place(seconds: float, width: int) -> float:
    """Where a moment lies on the small axis, in pixels."""
    if seconds <= MINUTE:
        return 1 + (_MINUTE_AT - 1) * max(0.0, seconds) / MINUTE
    share = math.log(min(seconds, _LONGEST) / MINUTE) / math.log(_LONGEST / MINUTE)
    return _MINUTE_AT + (width - 2 - _MINUTE_AT) * share


def _latency_mark(latency: Latency, width: int) -> str:
    if latency.with_zero:
        return '<rect class="me hollow" x="1.5" y="4.5" width="7" height="9" rx="1.5"/>'
    if not latency.seen:
        start = min(_place(latency.lower, width), width - 30)
        end = width - 6
        return f'<path class="cens" d="M{start:.1f} 9H{end}"/><path class="cens hd" d="M{end - 4} 5l5 4l-5 4"/>'
    start, end = _place(latency.lower, width), _place(latency.upper, width)
    wide = max(_NARROWEST, end - start)
    return f'<rect class="me" x="{min(start, width - 2 - wide):.1f}" y="4.5" width="{wide:.1f}" height="9" rx="1.5"/>'


def _range_and_tick(value: float, lower: float, upper: float, width: int) -> str:
    start, middle, end = (1 + (width - 2) * min(1.0, max(0.0, share)) for share in (lower, value, upper))
    bar = f'<rect class="rngb" x="{start:.1f}" y="4.5" width="{max(2.0, end - start):.1f}" height="9" rx="1.5"/>'
    return f'{bar}<rect class="me" x="{middle - 1.5:.1f}" y="2" width="3" height="14"/>'


def _tone_line(estimate: Estimate, line: str, dot: str, y: float, width: int) -> str:
    if math.isnan(estimate.value):
        return ""
    start, x, end = (_tone_place(stance, width) for stance in (estimate.lower, estimate.value, estimate.upper))
    few = "" if estimate.has_interval else " few"
    spread = f'<line class="{line}" x1="{start:.1f}" x2="{end:.1f}" y1="{y}" y2="{y}"/>' if not few else ""
    return f'{spread}<circle class="{dot}{few}" cx="{x:.1f}" cy="{y}" r="4"/>'


def _tone_place(stance: float, width: int) -> float:
    return width / 2 + (width / 2 - 4) * stance / 2
