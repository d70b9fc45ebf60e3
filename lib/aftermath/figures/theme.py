"""One look for every figure: colours, type, and three widths.

Figures are written in the light colours only; the script of the pages swaps them for the dark ones
by the same table (``DARK``). A figure is laid out three times, for a wide, a medium and a narrow
place; the wide layout is the figure itself, and what differs in the others travels in its ``meta``,
from which the pages take the one that fits.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from html import escape
from itertools import accumulate, takewhile
from textwrap import wrap

import plotly.graph_objects as go

# token -> (light, dark)
TOKENS = {
    "paper": ("#ffffff", "#10161d"),
    "wash": ("#f4f6f8", "#18202a"),
    "lane": ("#f7f9fa", "#141b23"),
    "ink": ("#16212c", "#e9edf1"),
    "ink2": ("#43505c", "#bcc6cf"),
    "ink3": ("#5f6b77", "#94a0ac"),
    "rule": ("#dce2e7", "#2a3440"),
    "rule2": ("#b9c3cc", "#475361"),
    "me": ("#0a5a8c", "#7fc1ec"),
    "apo": ("#7a3b9e", "#c698e6"),
    "say": ("#1c6cb0", "#69b1ec"),
    "act": ("#0a7558", "#45bf9b"),
    "inf": ("#8f5f00", "#dcae4a"),
    "den": ("#b5301f", "#f0806f"),
    "rem": ("#2b3640", "#d5dce2"),
    "oth": ("#7c8792", "#7d8995"),
    "st0": ("#a6461a", "#e8814f"),
    "st1": ("#bd7540", "#c58a68"),
    "st2": ("#7c8792", "#8b96a1"),
    "st3": ("#4d8ac0", "#6f9fcb"),
    "st4": ("#1c63a5", "#74b8f5"),
    "sup": ("#0a6b52", "#4fc7a3"),
    "par": ("#7d5600", "#dcae4a"),
    "uns": ("#55616d", "#a3afba"),
    "con": ("#ab2a1b", "#f0806f"),
    "focus": ("#c2410c", "#ffb86b"),
}
LIGHT = {token: light for token, (light, _) in TOKENS.items()}

# The light st2 is also the light oth; the later entry wins, and the two dark greys are alike.
DARK = dict(TOKENS.values())

# light -> for print: the same hue in another lightness, so that colours that mean different things differ without colour too.
PRINT = {
    LIGHT["rem"]: "#121d26",
    LIGHT["apo"]: "#5c1e80",
    LIGHT["den"]: "#ab2618",
    LIGHT["act"]: "#268668",
    LIGHT["oth"]: "#87929d",
    LIGHT["inf"]: "#e0a64f",
    LIGHT["say"]: "#bad3fe",
    LIGHT["st0"]: "#4f1c01",
    LIGHT["st1"]: "#8f4e1a",
    LIGHT["st3"]: "#79b3eb",
    LIGHT["st4"]: "#b2cdff",
    LIGHT["focus"]: "#381502",
}
# Bars of some colours are hatched in print: paler bars are less certain, so that lightness alone could be mistaken.
# colour -> (what it is hatched with, the colour of that)
HATCHES = {
    LIGHT["den"]: ("x", LIGHT["paper"]),
    LIGHT["act"]: ("/", LIGHT["paper"]),
    LIGHT["inf"]: ("|", LIGHT["ink"]),
    LIGHT["say"]: ("-", LIGHT["ink"]),
}

FAMILY_COLOURS = {
    "apology": LIGHT["apo"],
    "denial": LIGHT["den"],
    "action": LIGHT["act"],
    "information": LIGHT["inf"],
    "acknowledgement": LIGHT["say"],
    "removal": LIGHT["rem"],
    "other": LIGHT["oth"],
}
STANCE_COLOURS = tuple(LIGHT[f"st{level}"] for level in range(5))

# certainty -> (strength of the fill, colour and dash of the outline)
CERTAINTY = {
    "documented": (1.0, None, None),
    "inferred": (0.45, LIGHT["ink2"], "solid"),
    "disputed": (0.22, LIGHT["ink"], "3px,2px"),
}

# Buttons that no figure offers, in the laboratory, on a page or saved: the list travels with the figure. "Share chart" would
# upload it, and plotly.js offers that unless told otherwise.
NOT_OFFERED = ("sendChartToCloud", "select2d", "lasso2d", "zoom2d", "pan2d", "autoScale2d", "resetScale2d")
# What plotly.js is told beside a figure in saved HTML, whoever drew it.
CONFIG = {"showSendToCloud": False, "displaylogo": False, "displayModeBar": "hover"}

CLEAR = "rgba(0,0,0,0)"
SANS = (
    '-apple-system, BlinkMacSystemFont, "Segoe UI", Roboto, "Helvetica Neue", Arial, "Liberation Sans", '
    '"PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'
)
TEXT, TICK = 12, 11.5
ID = 9  # px: the size of an id beside a mark that has no label
THINNEST = 5  # px: the narrowest bar that can still be seen and clicked


@dataclass(frozen=True)
class View:
    """A width that a figure is laid out for.

    Parameters
    ----------
    name
        ``wide``, ``medium`` or ``narrow``.
    least
        The narrowest place in px that this layout is used in; everything is made to fit there.
    """

    name: str
    least: int

    @property
    def narrow(self) -> bool:
        """Whether only key marks are labelled and names stand above what they name."""
        return self.name == "narrow"


WIDE, MEDIUM, NARROW = VIEWS = View("wide", 900), View("medium", 600), View("narrow", 300)


Property = str | float | date | Sequence | Mapping | None  # what plotly takes as the value of a property


@dataclass
class Drawing:
    """A figure for one width, in the making: plotly's own words as plain dictionaries.

    Plotly checks what it is given and copies it at every step, which is slow: here it does so once, when all is in place.

    Parameters
    ----------
    layout
        What plotly calls the layout.
    traces
        What is drawn, in this order.
    """

    layout: dict
    traces: list[dict] = field(default_factory=list)

    def add(
        self, traces: Iterable[dict], annotations: Iterable[dict] = (), shapes: Iterable[dict] = (), **layout: Property
    ) -> Drawing:
        """The same drawing with more in it."""
        self.traces.extend(traces)
        for name, more in (("annotations", list(annotations)), ("shapes", list(shapes))):
            if more:
                self.layout[name] = [*self.layout.get(name, ()), *more]
        self.layout.update(layout)
        return self


def responsive(draw: Callable[[View], Drawing]) -> go.Figure:
    """A figure that carries its own layouts for narrower places.

    Parameters
    ----------
    draw
        From a view to the drawing for it. **Every view must give the same traces in the same order.**

    Returns
    -------
    plotly.graph_objects.Figure
        The wide one; ``layout.meta["views"]`` lists, widest first, what differs ``below`` a width in px.
        ``layout.meta["key"]`` is room in px for a key, where a figure has one: pages write their own.
    """
    if wanted := _sketching.get():
        view, sketches = wanted
        sketches.append(draw(view))
        return go.Figure()
    base, *others = (draw(view) for view in VIEWS)
    upper = [view.least for view in VIEWS]
    views = [
        {
            "below": below,
            "data": [_changed(*pair) for pair in zip(base.traces, other.traces, strict=True)],
            "layout": _changed(base.layout, other.layout, but=("meta",)),
        }
        for below, other in zip(upper, others, strict=False)
    ]
    return go.Figure(base.traces, base.layout | {"meta": {**base.layout.get("meta", {}), "views": views}})


# while a figure is sketched: for which view, and where the drawing goes
_sketching: ContextVar[tuple[View, list[Drawing]] | None] = ContextVar("sketching", default=None)


def sketch(draw: Callable[[], go.Figure], view: View) -> Drawing:
    """The drawing of a figure for one view, as the dictionaries that plotly.js takes: **plotly has not checked them**.

    For a place whose width is known and that waits: laying out the other views and checking take most of the time of a figure.

    Parameters
    ----------
    draw
        Draws one figure of ``aftermath.figures``.
    view
        One of ``VIEWS``.

    Examples
    --------
    >>> import aftermath as am
    >>> speed = am.speed("kitchenaid-tweet")
    >>> drawing = sketch(lambda: am.figures.latency_ladder(speed), WIDE)
    >>> drawing.layout["height"] == am.figures.latency_ladder(speed).layout.height
    True
    """
    sketches: list[Drawing] = []
    token = _sketching.set((view, sketches))
    try:
        draw()
    finally:
        _sketching.reset(token)
    return sketches[0]


def _changed(base: dict, other: dict, but: tuple[str, ...] = ()) -> dict:
    """Keys whose values differ; a key that is gone is None, which takes plotly back to its default."""
    keys = sorted({*base, *other} - {*but})
    return {key: other.get(key) for key in keys if base.get(key) != other.get(key)}


def blank(height: float, **layout: Property) -> Drawing:
    """An empty drawing in the house's look.

    Parameters
    ----------
    height
        In px, margins included.
    layout
        Further layout.
    """
    return Drawing({"template": TEMPLATE, "height": round(height), **layout})


def scatter_trace(**properties: Property) -> dict:
    """Points and lines."""
    return {"type": "scatter", **properties}


def bar_trace(**properties: Property) -> dict:
    """Bars."""
    return {"type": "bar", **properties}


TEMPLATE = {
    "layout": {
        "font": {"family": SANS, "size": TEXT, "color": LIGHT["ink2"]},
        "paper_bgcolor": LIGHT["paper"],
        "plot_bgcolor": LIGHT["paper"],
        "hovermode": "closest",
        "dragmode": False,
        "barmode": "overlay",
        "showlegend": False,
        "modebar": {"remove": list(NOT_OFFERED)},
        "hoverlabel": {
            "bgcolor": LIGHT["paper"],
            "bordercolor": LIGHT["ink"],
            "align": "left",
            "font": {"family": SANS, "size": 13, "color": LIGHT["ink"]},
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 0,
            "yanchor": "bottom",
            "yref": "container",
            "itemclick": False,
            "itemdoubleclick": False,
        },
        **{
            axis: {
                "fixedrange": True,
                "showgrid": False,
                "zeroline": False,
                "showline": False,
                "gridcolor": LIGHT["rule"],
                "ticks": "",
                "tickfont": {"size": TICK, "color": LIGHT["ink3"]},
            }
            for axis in ("xaxis", "yaxis")
        },
    },
}


def note(text: str, **position: Property) -> dict:
    """An annotation without an arrow: text that the caller has made safe, at a place."""
    own = position.pop("font", None)
    font = {"size": TEXT, "color": LIGHT["ink2"], **(own if isinstance(own, Mapping) else {})}
    return {"text": text, "showarrow": False, "borderpad": 0, "font": font, **position}


def safe(text: str) -> str:
    """Evidence made safe for plotly, which reads a little HTML in every text.

    Examples
    --------
    >>> safe("<b>50 % & more</b>")
    '&lt;b&gt;50 % &amp; more&lt;/b&gt;'
    """
    return escape(text, quote=False)


_SPACES = re.compile(r"[ \t\n\v\f\r]+")  # those that a line may break at


@lru_cache(maxsize=4096)  # many marks share their lines, and every mark is drawn for each width
def wrapped(text: str, width: int = 46) -> str:
    """Evidence made safe and broken into lines; text without spaces is broken too.

    Examples
    --------
    >>> wrapped("first second", 7)
    'first<br>second'
    """
    return "<br>".join(safe(line) for line in wrap(_SPACES.sub(" ", text), width))


def hover(heading: str, lines: Iterable[str]) -> str:
    """A hover text: a bold heading and lines, all made safe; empty lines are left out."""
    return "<br>".join([f"<b>{wrapped(heading)}</b>", *(wrapped(line) for line in lines if line)])


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """How wide a text is in px: an estimate on the generous side, as no font can be measured here.

    Examples
    --------
    >>> text_width("Media") < text_width("Media", bold=True) < text_width("Organisation")
    True
    """
    return size * sum(map(_advance, text)) * (1.07 if bold else 1.0)


@lru_cache(maxsize=4096)
def _advance(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in "iljtfrI.,:;'’|!()[]/ -\u00a0":
        return 0.33
    return 0.87 if character in "mwMW@%" else 0.7 if character.isupper() else 0.56


def shortened(text: str, width: float, size: float = TEXT, *, bold: bool = False) -> str:
    """A text cut to a width in px, with an ellipsis where something is missing.

    Examples
    --------
    >>> shortened("General Motors ignition-switch recall", 100)
    'General Motors…'
    """
    if text_width(text, size, bold=bold) <= width:
        return text
    room = width - text_width("…", size, bold=bold)
    ends = accumulate(text_width(character, size, bold=bold) for character in text)
    return text[: sum(1 for _ in takewhile(lambda end: end <= room, ends))].rstrip() + "…"


def whole_parts(text: str, width: float, size: float = TEXT) -> str:
    """As many parts of a text, which commas separate, as have room; where not even the first has, what of it has.

    Examples
    --------
    >>> whole_parts("%, 95% interval", 60), whole_parts("%, 95% interval", 100)
    ('%', '%, 95% interval')
    """
    parts = text.split(", ")
    between = text_width(", ", size)
    ends = accumulate((text_width(part, size) for part in parts), lambda end, more: end + between + more)
    fitting = sum(1 for _ in takewhile(lambda end: end <= width, ends))
    return ", ".join(parts[:fitting]) or shortened(text, width, size)
