"""Showing a figure in a notebook at once, without what plotly loads for it: a checker of notebooks and its grammars."""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from typing import Any

import plotly.graph_objects as go

from aftermath.figures import PLOTLY_TYPE
from aftermath.figures.theme import CONFIG

# what tells plotly to show figures in another way, which is left to it
_OTHER_WAYS = ("PLOTLY_RENDERER", "COLAB_RELEASE_TAG", "KAGGLE_KERNEL_RUN_TYPE", "DATABRICKS_RUNTIME_VERSION")

_BUTTONS = 26  # px: how high a row of buttons is


@cache
def show_at_once() -> None:
    """From now on the notebook that runs this, if any does, is given figures as JupyterLab draws them.

    **A default renderer that is set in plotly does not count then**; ``figure.show("svg")`` shows one in another way.
    """
    kernels = sys.modules.get("ipykernel.zmqshell")
    if not kernels or any(map(os.environ.get, _OTHER_WAYS)):
        return
    from IPython import get_ipython

    shell = get_ipython()
    formatter = getattr(shell, "display_formatter", None)
    if formatter and isinstance(shell, kernels.ZMQInteractiveShell):
        formatter.ipython_display_formatter.for_type(go.Figure, _show)


def as_shown(figure: go.Figure) -> dict[str, Any]:
    """A figure as JupyterLab is given it."""
    return with_room_for_buttons(json.loads(str(figure.to_json()))) | {"config": CONFIG}


def with_room_for_buttons(figure: dict[str, Any]) -> dict[str, Any]:
    """A figure with room at its top for the buttons that plotly.js lays over it, so that they cover no text.

    Parameters
    ----------
    figure
        As plotly writes it to JSON. One that leaves its height or margin to plotly.js has room as it is.

    Examples
    --------
    >>> with_room_for_buttons({"data": [], "layout": {"height": 100, "margin": {"t": 4}}})["layout"]
    {'height': 126, 'margin': {'t': 30}}
    """
    layout = figure["layout"]
    margin = layout.get("margin") or {}
    if "t" not in margin or "height" not in layout:
        return figure
    room = {"height": layout["height"] + _BUTTONS, "margin": margin | {"t": margin["t"] + _BUTTONS}}
    return figure | {"layout": layout | room}


def _show(figure: go.Figure) -> None:
    from IPython.display import display

    display({PLOTLY_TYPE: as_shown(figure)}, raw=True)
