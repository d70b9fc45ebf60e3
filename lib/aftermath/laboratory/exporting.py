"""Figures in the HTML that nbconvert makes of a notebook: of a figure a notebook keeps only what JupyterLab draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from aftermath.figures import PLOTLY_TYPE

if TYPE_CHECKING:
    from nbformat import NotebookNode

HEIGHT = "32rem"  # of a figure that does not say how high it is


def draw_figures(notebook: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
    """Put HTML beside each figure that has nothing else nbconvert can show: it draws itself, and plotly.js is there once.

    A preprocessor of nbconvert, named in ``config/``, which ``aftermath lab`` hands to JupyterLab, and which installing
    puts where nbconvert looks.

    Parameters
    ----------
    notebook
        A copy of the notebook, which is changed.
    resources
        What nbconvert keeps beside it.

    Returns
    -------
    tuple
        Both.
    """
    outputs = (output for cell in notebook.cells for output in cell.get("outputs", ()))
    shown = [output["data"] for output in outputs if PLOTLY_TYPE in output.get("data", {})]
    for number, data in enumerate((data for data in shown if "text/html" not in data), start=1):
        data["text/html"] = _html(data[PLOTLY_TYPE], number)
    return notebook, resources


def _html(figure: dict[str, Any], number: int) -> str:
    import plotly.io

    from aftermath.figures.theme import CONFIG

    return plotly.io.to_html(
        {part: figure.get(part, {}) for part in ("data", "layout")},
        config=CONFIG,
        include_plotlyjs=number == 1,
        full_html=False,
        default_height=HEIGHT,
        validate=False,
        div_id=f"figure-{number}",
    )
