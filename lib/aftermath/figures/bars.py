"""Intervals as bars: the traces that every figure with bars is drawn from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from aftermath.figures.theme import CERTAINTY, CLEAR, Property, bar_trace, scatter_trace


@dataclass(frozen=True)
class Bar:
    """An interval as it is drawn.

    Parameters
    ----------
    start, end
        Along the time axis, in its own unit.
    middle, height
        Down the figure, in px.
    certainty
        ``documented``, ``inferred`` or ``disputed``.
    """

    start: float
    end: float
    middle: float
    height: float
    certainty: str = "documented"

    def part(self, number: int, parts: int) -> Bar:
        """One of several stripes of equal height, counted from 0 at the top."""
        height = self.height / parts
        middle = self.middle - self.height / 2 + (number + 0.5) * height
        return Bar(self.start, self.end, middle, height, self.certainty)

    def within(self, outer: Bar) -> Bar:
        """Moved, where it was widened to be seen, so that it does not stick out of a bar that is as wide or wider."""
        aside = max(0.0, outer.start - self.start) + min(0.0, outer.end - self.end)
        return replace(self, start=self.start + aside, end=self.end + aside)


def painted(bars: Sequence[Bar], colour: str, name: str, opacity: float | None = None, **more: Property) -> dict:
    """Bars of one colour, as strong as they are certain.

    Parameters
    ----------
    bars
        What to draw.
    colour
        A light colour.
    name
        Of the trace.
    opacity
        One strength for all of them, in place of their certainty.
    more
        Further properties of the trace.
    """
    strengths = [opacity or CERTAINTY[bar.certainty][0] for bar in bars]
    marker = {"color": colour, "opacity": strengths, "line": {"width": 0}, "cornerradius": 1.5}
    return bar_trace(**_geometry(bars), marker=marker, name=name, **({"hoverinfo": "skip"} | more))


def sensitive(bars: Sequence[Bar], hover: Sequence[str], targets: Sequence[str | None], **more: Property) -> dict:
    """One unpainted bar for each interval, which answers to the pointer.

    Parameters
    ----------
    bars
        The intervals.
    hover
        Their texts, made safe.
    targets
        What a click leads to: the id of a row, or an address.
    """
    return bar_trace(
        **_geometry(bars),
        marker={"color": CLEAR, "line": {"width": 0}},
        hovertext=list(hover),
        hoverinfo="text",
        customdata=list(targets),
        showlegend=False,
        **({"name": "marks", "meta": {"role": "mark"}} | more),
    )


def _geometry(bars: Sequence[Bar]) -> dict:
    return {
        "orientation": "h",
        "base": [bar.start for bar in bars],
        "x": [bar.end - bar.start for bar in bars],
        "y": [bar.middle for bar in bars],
        "width": [bar.height for bar in bars],
    }


def outlines(bars: Sequence[Bar], **more: Property) -> list[dict]:
    """Thin outlines of what is inferred, dashed ones of what is disputed: always two traces."""
    traces = []
    for certainty in ("inferred", "disputed"):
        _, colour, dash = CERTAINTY[certainty]
        traces.append(outline([bar for bar in bars if bar.certainty == certainty], colour, dash, certainty, **more))
    return traces


def outline(bars: Sequence[Bar], colour: str, dash: str, name: str, **more: Property) -> dict:
    """The edges of bars as one trace."""
    heights = [(bar.middle - bar.height / 2, bar.middle + bar.height / 2) for bar in bars]
    return scatter_trace(
        x=[x for bar in bars for x in (bar.start, bar.end, bar.end, bar.start, bar.start, None)],
        y=[y for top, bottom in heights for y in (top, top, bottom, bottom, top, None)],
        mode="lines",
        line={"color": colour, "width": 1, "dash": dash},
        name=f"{name} outline",
        hoverinfo="skip",
        showlegend=False,
        **more,
    )
