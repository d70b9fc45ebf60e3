"""What sources say of how far apart two events were, as quiet lines between their bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.figures.bars import Bar
from aftermath.figures.rows import segments
from aftermath.figures.theme import LIGHT, hover, scatter_trace
from aftermath.wording import relation_words

RELATED, BY_CLOCK = "a source relates the two", "by clock times alone"
_LAST = 1001  # in the key, after what has no rank
_DIP = 4  # px by which a line between two bars of one row runs below them


@dataclass(frozen=True)
class Link:
    """All that is stated of one pair of events.

    Parameters
    ----------
    start, end
        Ids of the events.
    hover
        The statements, made safe.
    """

    start: str
    end: str
    hover: str


def links_of(case: Case) -> tuple[Link, ...]:
    """The relations of a case, those of one pair as one link, sorted by the ids of the pair."""
    ends = ("from_event", "to_event")
    rows = case.relations.sort(*ends, "row").iter_rows(named=True)
    return tuple(
        Link(start, end, hover(f"{start} → {end}", [line for row in pair for line in _lines(row)]))
        for (start, end), pair in groupby(rows, key=lambda row: tuple(row[name] for name in ends))
    )


def _lines(row: dict) -> tuple[str, str]:
    words = relation_words(row["rule"], row["at_least_seconds"], row["at_most_seconds"])
    return f"{words} · {vocabulary.CERTAINTIES[row['certainty']]}", row["reason"]


def link_traces(links: Sequence[Link], bars: Mapping[str, Bar]) -> list[dict]:
    """Links as lines **below the bars**, with a dot in the middle that answers to the pointer.

    Parameters
    ----------
    links
        From ``links_of``.
    bars
        Event id to its bar.
    """
    lines = [_line(bars[link.start], bars[link.end]) for link in links]
    middles = [line[1] for line in lines]
    below = {"zorder": -1, "opacity": 0.45}
    key = {"showlegend": True, "legendrank": _LAST}
    return [
        segments(lines, LIGHT["ink3"], 1, RELATED, meta={"role": "related"}, **key, **below),
        scatter_trace(
            x=[x for x, _ in middles],
            y=[y for _, y in middles],
            mode="markers",
            marker={"color": LIGHT["ink3"], "size": 4},
            name="links",
            meta={"role": "link"},
            hovertext=[link.hover for link in links],
            hoverinfo="text",
            customdata=[[link.start, link.end] for link in links],
            showlegend=False,
            **below,
        ),
    ]


def by_clock(bars: Sequence[Bar], whole: Sequence[Bar], least: float) -> dict:
    """Thin lines from bars on to the ends that clock times alone give, **below the bars**.

    Parameters
    ----------
    bars, whole
        As narrow as the network makes them, and by clock times alone.
    least
        What is shorter is not drawn, in the unit of the time axis.
    """
    lines = [
        [(start, bar.middle), (end, bar.middle)]
        for bar, outer in zip(bars, whole, strict=True)
        for start, end in ((outer.start, bar.start), (bar.end, outer.end))
        if end - start >= least
    ]
    look = {"meta": {"role": "by clock"}, "showlegend": bool(lines), "legendrank": _LAST, "opacity": 0.55, "zorder": -1}
    return segments(lines, LIGHT["oth"], 3, BY_CLOCK, **look)


def _line(first: Bar, second: Bar) -> list[tuple[float, float]]:
    """From edge to edge where two bars are nearest to each other: upright where one stands above the other."""
    upper, lower = sorted((first, second), key=lambda bar: (bar.middle, bar.start))
    start, end = max(upper.start, lower.start), min(upper.end, lower.end)
    if start <= end:
        start = end = (start + end) / 2
    elif upper.start > lower.start:
        start, end = upper.start, lower.end
    else:
        start, end = upper.end, lower.start
    top, bottom = upper.middle + upper.height / 2, lower.middle - lower.height / 2
    if upper.middle == lower.middle:
        return [(start, top), ((start + end) / 2, top + _DIP), (end, top)]
    return [(start, top), ((start + end) / 2, (top + bottom) / 2), (end, bottom)]
