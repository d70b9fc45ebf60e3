"""What every page needs that takes long to be ready: for a process that many are forked from, which imports this by its name.

Templates of the library are compiled, names of countries and the style of references are read, and plotly, which loads what it
checks figures by when it is first asked to, is asked.
"""

from __future__ import annotations

from aftermath.display import Display
from aftermath.exchange.citing import cite_software
from aftermath.figures.theme import LIGHT, Drawing, bar_trace, blank, note, responsive, scatter_trace
from aftermath.pages.templating import ENVIRONMENT
from aftermath.vocabulary import country_name


def _specimen() -> Drawing:
    """A drawing with a little of all that figures of the pages are drawn with."""
    place, line = {"x": [0], "y": [0], "hovertext": [""], "hoverinfo": "text"}, {"color": LIGHT["ink"], "width": 1}
    marker = {"color": LIGHT["ink"], "line": line}
    axis = {"type": "linear", "range": [0, 1], "tickvals": [0], "ticktext": [""], "visible": True}
    return blank(100, margin={"l": 0, "r": 0, "t": 0, "b": 0}, xaxis=axis, yaxis=axis).add(
        [
            scatter_trace(**place, mode="markers", marker={**marker, "size": 1, "symbol": "circle"}, line=line),
            bar_trace(**place, orientation="h", base=[0], width=[1], marker=marker),
        ],
        annotations=[note("", x=0, xref="x", xanchor="left", y=0, yref="y", yanchor="top", align="left")],
        shapes=[{"type": "line", "x0": 0, "x1": 1, "xref": "x", "y0": 0, "y1": 1, "yref": "y", "line": line}],
    )


for _name in ENVIRONMENT.list_templates(extensions=("j2",)):
    ENVIRONMENT.get_template(_name)
_ready = Display().html(), country_name("GB"), cite_software().text, responsive(lambda _: _specimen()).to_json()
