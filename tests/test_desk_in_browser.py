"""The coding desk as a coder meets it: a real JupyterLab, and a browser whose keyboard alone is used."""

from __future__ import annotations

import csv
import json

import pytest

from aftermath.case_files.case import load_case
from aftermath.laboratory.desk.begin import session_of
from aftermath.workspace import Workspace
from browsing import Laboratory, copy_workspace, laboratory

pytestmark = pytest.mark.slow

CASE = "red-cross-tweet"
NOTEBOOK = "notebooks/coding.ipynb"
ADDED = "  c: {kind: person, blind: true}\n  d: {kind: person, blind: false, codes: [rubric]}\n"
OPEN = f"import aftermath as am\nam.desk('{CASE}', coder='c')"


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    folder = copy_workspace(tmp_path_factory.mktemp("workspace"), CASE)
    about = folder / "casestudies" / CASE / "case.yaml"
    about.write_text(about.read_text(encoding="utf-8") + ADDED, encoding="utf-8")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (folder / NOTEBOOK).write_text(json.dumps(notebook), encoding="utf-8")
    with laboratory(folder) as running:
        yield running


@pytest.fixture
def page(opened: Laboratory):
    """A page that must have nothing to complain of, and stay on this machine."""
    with opened.page() as page:
        yield page
        assert (page.complaints, page.foreign) == ([], [])


def stances(opened: Laboratory) -> dict[str, list[str]]:
    """Text to the codes that coder c gave it."""
    return rows(opened, "stances", "c")


def rows(opened: Laboratory, table: str, coder: str) -> dict[str, list[str]]:
    """Text or item to the rest of a coder's row."""
    path = opened.folder / "casestudies" / CASE / f"{table}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return {row[0]: row[2:] for row in csv.reader(file) if row[1] == coder}


def waiting(opened: Laboratory) -> list[str]:
    """What coder c is to code next, by the files."""
    workspace = Workspace(opened.folder)
    return [step.unit for step in session_of(load_case(CASE, workspace), "c", workspace).queue]


def to_the_codes(page) -> None:
    """By the Tab key from the cell to the field of codes."""
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.tagName") == "TEXTAREA":
            return
    raise AssertionError("the field of codes is not reached by Tab")


def coded(page, number: int) -> None:
    page.get_by_text(f"{number} of ").first.wait_for()


def test_a_desk_whose_kernel_was_restarted_says_that_nothing_is_saved_any_more(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN)
    field = page.locator(".am-desk textarea").first
    field.fill("-1")
    page.wait_for_timeout(7000)
    unanswered = page.locator(".aftermath-unanswered", has_text="run this cell again")
    assert unanswered.count() == 0  # as long as it answers
    before = stances(opened)
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    notebook.wait_for_kernel()
    field.fill("-1 0 .\n")
    unanswered.wait_for()
    assert stances(opened) == before
    notebook.command("notebook:run-cell")
    unanswered.wait_for(state="detached")


def test_a_key_on_a_button_or_a_level_of_the_desk_is_no_command_to_cut_the_cell(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN)
    page.locator(".am-desk textarea").first.wait_for()
    before, coded_before = len(notebook.cells), stances(opened)
    for control in (page.locator(".am-desk button", has_text="Skip"), page.locator(".am-desk input[type=radio]").first):
        control.focus()
        page.keyboard.type("xdda", delay=30)
        page.wait_for_timeout(300)
    assert len(notebook.cells) == before
    assert page.locator(".am-desk textarea").first.is_visible()
    assert stances(opened) == coded_before


def test_three_texts_are_coded_by_keyboard_alone_and_a_restart_loses_nothing(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN)
    page.locator(".am-desk textarea").first.wait_for()
    first, second, third, fourth = waiting(opened)[:4]
    to_the_codes(page)
    page.keyboard.type("-1 0 .", delay=30)
    page.keyboard.press("Enter")
    coded(page, 1)
    page.keyboard.type("2 9")
    page.get_by_text("“9” is no level").wait_for()
    page.keyboard.press("Backspace")
    page.keyboard.type("1 2")
    page.keyboard.press("Enter")
    coded(page, 2)
    assert stances(opened) == {first: ["-1", "0", ""], second: ["2", "1", "2"]}

    page.keyboard.type("-2 -")  # half a line is in the field as the kernel goes
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    notebook.wait_for_kernel()
    said = "getComputedStyle(document.querySelector('.am-desk.jupyter-widgets-disconnected'), '::before').content"
    assert "Run the cell again" in page.evaluate(said)
    notebook.run(OPEN)
    assert waiting(opened)[0] == third
    notebook.cell(-1).get_by_text(f"Text {third}").wait_for()
    to_the_codes(page)
    page.keyboard.type("-2 -2 -1")
    page.keyboard.press("Enter")
    notebook.cell(-1).get_by_text(f"Text {fourth}").wait_for()
    assert stances(opened)[third] == ["-2", "-2", "-1"]


def test_lines_typed_ahead_are_coded_one_by_one(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN)
    page.locator(".am-desk textarea").first.wait_for()
    units, before = waiting(opened), stances(opened)
    to_the_codes(page)
    page.keyboard.type("-1 0 .\n0 0 1\n2 1 2\n")  # as fast as the browser takes them
    notebook.cell(-1).get_by_text(f"Text {units[3]}").wait_for()
    codes = [["-1", "0", ""], ["0", "0", "1"], ["2", "1", "2"]]
    assert stances(opened) == before | dict(zip(units, codes, strict=False))
    page.wait_for_function("document.activeElement.value === ''")
    page.keyboard.type("z")
    notebook.cell(-1).get_by_text(f"Text {units[2]} was taken back.").wait_for()
    assert units[2] not in stances(opened)
    page.wait_for_function("document.activeElement.value === '2 1 2'")
    page.keyboard.type("0 -1 0\n")  # behind the old codes, which are still in the field
    notebook.cell(-1).get_by_text(f"Text {units[3]}").wait_for()
    assert stances(opened)[units[2]] == ["0", "-1", "0"]
    assert notebook.errors() == []


def test_an_item_is_coded_with_its_events_and_reason(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN.replace("'c'", "'d'"))
    page.get_by_text("T1 Acknowledges").wait_for()
    to_the_codes(page)
    for typed in ("2", "9 e10", "It names the stray post on its own channel."):
        page.keyboard.type(typed)
        page.keyboard.press("Tab")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    notebook.cell(-1).get_by_text("T2 Takes responsibility").wait_for()
    page.wait_for_function("document.activeElement.placeholder === '0, 1, 2, n or u'")
    page.keyboard.type("u")  # the focus is where the next one begins
    notebook.cell(-1).locator("input:checked").wait_for()
    assert rows(opened, "rubric", "d") == {"T1": ["2", "e09;e10", "It names the stray post on its own channel."]}


def test_single_keys_in_the_fields_are_no_commands_of_the_notebook(opened: Laboratory, page) -> None:
    notebook = opened.open(page, NOTEBOOK)
    notebook.run(OPEN)
    page.locator(".am-desk textarea").first.wait_for()
    cells = notebook.cells
    to_the_codes(page)
    page.keyboard.type("00ddxa", delay=20)
    page.get_by_text("Too many codes").wait_for()
    assert page.locator(".jp-Dialog").count() == 0
    assert [cell["source"] for cell in notebook.cells] == [cell["source"] for cell in cells]
