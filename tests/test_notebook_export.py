"""HTML that nbconvert makes of executed notebooks: their figures are in it, and it asks nobody for the drawing."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

pytest.importorskip("nbconvert")
pytest.importorskip("plotly")
from aftermath.figures import PLOTLY_TYPE
from aftermath.laboratory.exporting import draw_figures
from aftermath.laboratory.opening import CONFIG
from browsing import browser, copy_workspace, laboratory, watched
from tiny import ROOT

LIBRARY = "* plotly.js v"
HOSTILE = "</script><script>alert(1)</script>"
CELLS = (
    "import aftermath as am\nreport = am.report('kitchenaid-tweet')\nam.figures.timeline('kitchenaid-tweet')",
    "speed = am.speed('kitchenaid-tweet')\nreport.show(speed, figure=am.figures.latency_ladder)",
    "am.figures.rubric_grid(am.transparency('kitchenaid-tweet'))",
    "speed",
)


def notebook(*figures: dict, **more: str):
    cells = [
        new_code_cell(outputs=[new_output("display_data", data={PLOTLY_TYPE: figure} | more)]) for figure in figures
    ]
    return new_notebook(cells=[*cells, new_code_cell(outputs=[new_output("stream", text="words")])])


def html(drawn) -> list[str]:
    return [cell.outputs[0].data["text/html"] for cell in drawn.cells[:-1]]


def figure(title: str = "a title") -> dict:
    return {"data": [{"type": "bar", "y": [1, 2]}], "layout": {"title": {"text": title}}}


def test_every_figure_gets_html_and_plotly_js_comes_once():
    drawn, _ = draw_figures(notebook(figure("one"), figure("two"), figure("three")), {})
    assert [text.count(LIBRARY) for text in html(drawn)] == [1, 0, 0]
    assert [text.count("Plotly.newPlot(") > 0 for text in html(drawn)] == [True] * 3
    again, _ = draw_figures(notebook(figure("one"), figure("two"), figure("three")), {})
    assert html(again) == html(drawn)


def test_what_has_html_already_stays_as_it_is():
    drawn, _ = draw_figures(notebook(figure(), **{"text/html": "<p>mine</p>"}), {})
    assert html(drawn) == ["<p>mine</p>"]


def test_a_figure_cannot_leave_its_script():
    drawn, _ = draw_figures(notebook(figure(HOSTILE)), {})
    assert "alert(1)" in html(drawn)[0]
    assert HOSTILE not in html(drawn)[0]


def test_installing_puts_the_setting_where_nbconvert_looks():
    targets = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    (setting,) = targets["wheel"]["shared-data"].items()
    assert setting[1] == "etc/jupyter/jupyter_nbconvert_config.json"
    assert (ROOT / setting[0]).samefile(CONFIG / "jupyter_nbconvert_config.json")


@pytest.fixture(scope="module")
def exported(tmp_path_factory) -> Path:
    """A notebook that papermill executed, as nbconvert's own HTML."""
    folder = tmp_path_factory.mktemp("exported")
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    cells = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(CELLS)]
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / "written.ipynb")
    settings = os.environ | {"PYTHONPATH": str(ROOT / "lib"), "JUPYTER_CONFIG_PATH": str(CONFIG)}
    for command in ("papermill written.ipynb executed.ipynb", "nbconvert --to html executed.ipynb"):
        done = subprocess.run(
            [sys.executable, "-m", *command.split()], cwd=folder, env=settings, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
    return folder / "executed.html"


@pytest.mark.slow
def test_nbconvert_draws_every_figure_of_an_executed_notebook_without_a_network(exported):
    assert exported.read_text(encoding="utf-8").count(LIBRARY) == 1
    with browser() as opened:
        context = opened.new_context(offline=True)
        page = watched(context.new_page())
        page.goto(exported.as_uri())
        page.wait_for_function("document.querySelectorAll('.js-plotly-plot .main-svg .infolayer > *').length >= 3")
        assert page.locator(".js-plotly-plot").count() == 3
        assert page.locator(".aftermath-display table").count() == 1
        assert not [address for address in page.foreign if "plotly" in address]
        titles = [button.get_attribute("data-title") for button in page.locator(".modebar-btn").all()]
        assert titles and not [title for title in titles if "share" in title.lower()]
        context.close()


@pytest.mark.slow
def test_jupyterlab_exports_them_too(tmp_path):
    folder = copy_workspace(tmp_path / "workspace", "kitchenaid-tweet")
    nbformat.write(notebook(figure("one"), figure("two")), folder / "notebooks" / "drawn.ipynb")
    with laboratory(folder) as opened, opened.page() as page:
        answer = page.request.get(opened.url("nbconvert/html/notebooks/drawn.ipynb"))
        assert answer.ok
        assert (answer.text().count(LIBRARY), answer.text().count('id="figure-2"')) == (1, 1)
