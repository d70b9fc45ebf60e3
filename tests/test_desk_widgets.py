"""The coding desk as widgets, without a browser."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from aftermath.case_files.case import load_case
from aftermath.case_files.writing import write_tables
from aftermath.laboratory.desk import session as desk_session
from aftermath.laboratory.desk.session import typed
from aftermath.laboratory.desk.view import Desk, desk
from aftermath.workspace import Workspace
from desks import NAMES, TWO, at_desk, change, folder_to_code, table  # noqa: F401 (the fixture)
from factories import case_folder, event, text

# --- as widgets -----------------------------------------------------------------------------------------------------


@pytest.fixture
def widget(folder: Path) -> Desk:
    return desk(load_case(folder.name, Workspace(folder.parents[1])), "a")


def test_what_is_typed_and_what_is_clicked_are_one(widget: Desk, folder: Path) -> None:
    widget.codes.value = "-1 0"
    assert [levels.radio.value for levels in widget.scales] == ["-1", "0", None]
    widget.scales[2].radio.value = ""
    assert widget.codes.value == "-1 0 ."
    widget.save.click()
    assert table(folder, "stances", "a")["d03"] == ["-1", "0", ""]
    assert (widget.codes.value, [levels.radio.value for levels in widget.scales]) == ("", [None] * 3)
    widget.scales[2].radio.value = "1"
    assert widget.codes.value == "_ _ 1"
    assert "4 of 20 coded" in widget.head.value


def test_what_the_browser_sends_before_it_emptied_the_field_is_not_coded_twice(widget: Desk, folder: Path) -> None:
    for sent in ("1 1 1\n", "1 1 1\n-", "1 1 1\n-2 -1 0\n"):
        widget.codes.value = sent
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]
    assert table(folder, "stances", "a")["d04"] == ["-2", "-1", "0"]
    assert widget.session.step.unit == "T2"


def test_two_threads_hand_on_what_is_typed_one_after_the_other(widget: Desk, folder: Path, monkeypatch) -> None:
    """JupyterLab has the first message handled by the main thread of a kernel, and the next ones by another."""
    at_work, written = threading.Event(), []

    def slowly(*given, **named) -> tuple[str, ...]:
        at_work.set()
        written.append(given)
        time.sleep(0.3)
        return write_tables(*given, **named)

    monkeypatch.setattr(desk_session, "write_tables", slowly)
    first = threading.Thread(target=lambda: setattr(widget.codes, "value", "1 1 1\n"))
    first.start()
    assert at_work.wait(10)
    widget.codes.value = "1 1 1\n-2 0 ."
    first.join()
    assert len(written) == 1
    assert table(folder, "stances", "a")["d03"] == ["1", "1", "1"]
    assert (widget.session.step.unit, widget.session.entry.codes, widget.codes.value) == ("d04", "-2 0 .", "-2 0 .")


def waits_with(widget: Desk, text: str) -> threading.Thread:
    """Another thread that is about to hand on what is typed in the field of reasons; it waits for who has the desk."""
    other = threading.Thread(target=lambda: setattr(widget.reason, "value", text))
    other.start()
    deadline = time.monotonic() + 10
    while widget.reason.value != text and time.monotonic() < deadline:
        time.sleep(0.01)
    return other


def test_what_one_field_hands_on_takes_nothing_away_from_another(widget: Desk) -> None:
    widget.codes.value = "0 0 0\n1 1 1\n"
    written = []
    with widget._alone:
        other = waits_with(widget, "It names the")
        widget.reason.observe(lambda change: written.append(change["new"]), "value")
        widget.codes.value = "2"  # draws the desk while the reason is on its way
    other.join()
    assert written == []  # nothing was sent to the browser, where more may be typed by now
    assert (widget.session.entry.codes, widget.session.entry.reason) == ("2", "It names the")


def test_of_two_texts_of_a_field_the_later_one_stands(widget: Desk) -> None:
    widget.codes.value = "0 0 0\n1 1 1\n"
    with widget._alone:
        earlier = waits_with(widget, "It names")
        widget.reason.value = "It names the post."
    earlier.join()
    assert (widget.session.entry.reason, widget.reason.value) == ("It names the post.", "It names the post.")


def test_what_is_typed_after_a_reason_is_the_next_score(widget: Desk, folder: Path) -> None:
    widget.codes.value = "0 0 0\n1 1 1\n"
    widget.codes.value = "2"
    widget.reason.value = "Because.\n"
    widget.reason.value = "Because.\n1"
    assert (widget.session.step.unit, widget.codes.value, widget.reason.value) == ("T3", "1", "")
    assert table(folder, "rubric", "a")["T2"] == ["2", "", "Because."]


def test_the_levels_are_those_of_the_codes_typed_behind_the_old_ones(widget: Desk, folder: Path) -> None:
    widget.codes.value = "-1 0 .\n"
    widget.codes.value = "z"
    assert [levels.radio.value for levels in widget.scales] == ["-1", "0", ""]
    widget.codes.value = "-1 0 .2 1"
    assert [levels.radio.value for levels in widget.scales] == ["2", "1", None]
    assert "Too many" not in widget.message.value
    widget.scales[2].radio.value = "-2"
    assert widget.codes.value == "2 1 -2"
    widget.save.click()
    assert table(folder, "stances", "a")["d03"] == ["2", "1", "-2"]


def test_only_what_is_of_use_is_there(widget: Desk) -> None:
    def visible() -> set[str]:
        names = ("codes", "events", "reason", "save", "skip", "undo", "theirs", "mine")
        return {name for name in names if getattr(widget, name).layout.display != "none"}

    assert visible() == {"codes", "save", "skip"}
    widget.codes.value = "0 0 0\n1 1 1\n"
    assert visible() == {"codes", "events", "reason", "save", "skip", "undo"}
    assert [levels.box.layout.display for levels in widget.scales] == [None, "none", "none"]
    assert [label for label, _ in widget.scales[0].radio.options][-1].startswith("unknown")


def test_a_clash_is_settled_with_its_buttons(widget: Desk, folder: Path) -> None:
    typed(at_desk(folder), "codes", "1 1 1\n")
    widget.codes.value = "-2 -2 -2\n"
    assert "favourability <b>1</b>" in widget.message.value
    assert widget.save.layout.display == "none"
    widget.mine.click()
    assert table(folder, "stances", "a")["d03"] == ["-2"] * 3


@pytest.mark.bad_input("hostile text on pages")
def test_text_of_a_case_is_escaped(tmp_path: Path) -> None:
    hostile = "<img src=x onerror=alert(1)>"
    folder = case_folder(
        tmp_path,
        title=hostile,
        events=[event("exposure", summary=hostile), event("apology", 9, label=hostile, speaker=hostile, role=hostile)],
        texts=[text(a="", b="", abstract=" ".join([hostile] * 8))],
        coders=TWO,
    )
    widget = desk(load_case(folder.name, Workspace(tmp_path)), "a")
    seen = [widget.head.value, widget.evidence.value]
    widget.codes.value = "0 0 0\n"
    widget.codes.value = hostile
    seen += [widget.evidence.value, widget.message.value]
    assert all("&lt;img" in each for each in (*seen[:3], widget.evidence.value))
    assert not any("<img" in each for each in seen)
