"""A figure as a notebook shows it: at once, as JupyterLab draws it, with nothing offered that would send it away."""

from __future__ import annotations

import json
import os

import pytest

pytest.importorskip("plotly")
client = pytest.importorskip("jupyter_client.manager")

from aftermath.figures import PLOTLY_TYPE  # noqa: E402

pytestmark = pytest.mark.slow

LOADED = "print(json.dumps(sorted({'nbformat', 'jsonschema'} & set(sys.modules))))"


def ran(*cells: str, **variables: str) -> list[dict]:
    """The messages of cells that a fresh kernel ran."""
    manager, kernel = client.start_new_kernel(kernel_name="python3", env=os.environ | variables)
    said: list[dict] = []
    try:
        for cell in cells:
            reply = kernel.execute_interactive(cell, timeout=120, output_hook=said.append)
            assert reply["content"]["status"] == "ok", reply["content"]
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
    return [message["content"] for message in said if message["msg_type"] in ("display_data", "stream")]


def test_a_figure_is_given_as_jupyterlab_draws_it_and_no_checker_of_notebooks_is_loaded():
    shown, loaded = ran(
        "import json, sys\nimport aftermath as am\nam.figures.timeline('red-cross-tweet')",
        LOADED,
    )
    assert set(shown["data"]) == {PLOTLY_TYPE}
    figure = shown["data"][PLOTLY_TYPE]
    assert figure["data"] and figure["layout"]["meta"]["views"]
    assert figure["config"]["showSendToCloud"] is False
    assert json.loads(loaded["text"]) == []


def test_it_is_what_plotly_itself_would_give():
    ours, _, plotlys = ran(
        "import aftermath as am\nfigure = am.figures.timeline('red-cross-tweet')\nfigure",
        "print('between')",
        "figure.show('plotly_mimetype')",
    )
    mine, given = ours["data"][PLOTLY_TYPE], plotlys["data"][PLOTLY_TYPE]
    assert mine["data"] == given["data"]
    room = mine["layout"]["height"] - given["layout"]["height"]
    assert room == mine["layout"]["margin"]["t"] - given["layout"]["margin"]["t"] > 20  # for the buttons of plotly.js
    same = {"height": 0, "margin": {**given["layout"]["margin"], "t": 0}}
    assert {**mine["layout"], **same, "margin": {**mine["layout"]["margin"], "t": 0}} == given["layout"] | same


def test_another_way_of_showing_that_was_asked_for_is_plotlys():
    (shown,) = ran("import aftermath as am\nam.figures.timeline('red-cross-tweet')", PLOTLY_RENDERER="json")
    assert PLOTLY_TYPE not in shown["data"]
    assert "application/json" in shown["data"]


def test_the_first_figure_costs_at_most_seven_times_the_second(script):
    benchmark = script("benchmarks/first_figure.py")
    ratios = sorted(benchmark.ratio(*benchmark.measure()) for _ in range(3))
    assert ratios[1] <= benchmark.MOST
