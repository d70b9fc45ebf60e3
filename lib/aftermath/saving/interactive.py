"""Figures as a page of their own that opens in any browser and asks for nothing from elsewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import plotly.io

from aftermath.figures.notebook import with_room_for_buttons
from aftermath.figures.theme import CONFIG
from aftermath.saving.print_layout import FONTS
from aftermath.templates import template_environment

if TYPE_CHECKING:
    from plotly.basedatatypes import BaseFigure

_TEMPLATES = Path(__file__).with_name("templates")
_SCRIPT = re.compile(r"<script\b[^>]*>(.*?)</script>", re.DOTALL)


def page(figure: BaseFigure, caption: str, note: str, citation: str) -> str:
    """A figure as HTML that stands alone, plotly.js and all.

    Parameters
    ----------
    figure
        Any figure of plotly.
    caption, note, citation
        What stands over it and below; an empty note is left out.

    Returns
    -------
    str
        The same for the same figure.
    """
    drawing = plotly.io.to_html(
        with_room_for_buttons(json.loads(str(figure.to_json()))),
        config=CONFIG,
        include_plotlyjs=True,
        full_html=False,
        default_height="32rem",
        validate=False,
        div_id="figure",
    )
    words = {"caption": caption, "note": note, "citation": citation, "fonts": FONTS}
    scripts = _SCRIPT.findall(drawing)
    return (
        template_environment(_TEMPLATES)
        .get_template("figure.html.j2")
        .render(drawing=drawing, scripts=scripts, **words)
    )
