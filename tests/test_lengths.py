"""What reads text takes time that grows with its length, whatever stands in it; and no text of a case is longer than is read."""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from aftermath import formula_cells, problems, wording
from aftermath.case_files import lengths, notes
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.file_problems import FileProblems, one_line
from aftermath.comparison import search
from aftermath.comparison.names import short_names, with_names
from aftermath.display import Display
from aftermath.exchange.bibtex import read_bibtex
from aftermath.exchange.csl import read_csl
from aftermath.exchange.latex import from_latex, to_latex
from aftermath.exchange.ris import read_ris
from aftermath.figures import theme
from aftermath.pages import agenda, head, leads, page
from aftermath.pages import notes as notes_on_pages
from aftermath.pages.references import References, linked
from aftermath.problems import CaseError
from aftermath.saving.latex import escaped
from aftermath.topic_modelling.names import names_of
from aftermath.workspace import Workspace
from factories import case_folder, event

SHORT, LONG = 500, 5_000  # characters
MOST = 40  # times as long for ten times the text: the square would be a hundred
TOO_SHORT_TO_TELL = 0.012  # seconds
REFERENCES = References(
    SimpleNamespace(
        events=pl.DataFrame({"event_id": ["e01"]}),
        coverage=pl.DataFrame({"doc_id": ["d01"]}),
        sources=pl.DataFrame({"source_id": ["a"], "publisher": ["b"]}),
    )
)
PATTERNS = (
    *(
        " ",
        "\t",
        "\n",
        " \n",
        "a",
        "word ",
        "Is it. ",
        "Word. ",
        ".",
        '"',
        "”",
        "'",
        ", ",
        "字",
        "-",
        "a-",
        "e01 ",
        "; ",
    ),
    *("(", "[", "![", "[a](", "*", "*a ", "**a", "_", "`", "#", "## x\n", "- a\n", "  - a\n", ">", "> ", "~", "1. "),
    *("<", "<!--", '<span class="', "&", "@", "$", "\\", "{", "= ", "http://", "www.!", "RT @"),
)


def _case(text: str) -> Any:
    about = SimpleNamespace(organisation=text, parent=text, aliases=(text,))
    tables = {"coverage": pl.DataFrame({"abstract": [text]}), "events": pl.DataFrame({"speaker": [text]})}
    return SimpleNamespace(about=about, **tables)


SEE_TEXT: dict[str, Callable[[str], Any]] = {
    "a label of a figure, broken": lambda text: theme.wrapped.__wrapped__(text),
    "a label of a figure, cut": lambda text: theme.shortened(text, 100),
    "parts of a label": lambda text: theme.whole_parts(text, 100),
    "sentences": wording.sentences,
    "a column's label": wording.column_label,
    "HTML of the laboratory": lambda text: Display(text, text, {text: pl.DataFrame({text: [text]})}).html(),
    "lines of a terminal": lambda text: Display(text, text, {"": pl.DataFrame({"a": [text]})}).plain(80),
    "a name that is not known": lambda text: problems.near_miss(text, ["kitchenaid-tweet", "united-3411"]),
    "text in a problem": one_line,
    "sections of notes": notes.read_notes,
    "a heading of notes": lambda text: notes.read_notes(f"## a{text}b\n\nText."),
    "items of notes": lambda text: notes.plain_items([notes.Note("", text)]),
    "notes on an event": lambda text: Case.notes_on(SimpleNamespace(notes=text), "e01"),
    "notes on a fact": lambda text: agenda.notes_on(
        SimpleNamespace(notes=text, event_id="e01"), SimpleNamespace(notes=text)
    ),
    "notes as HTML": lambda text: notes_on_pages.markdown(text, REFERENCES),
    "a heading as HTML": lambda text: notes_on_pages.markdown(f"# a{text}b", REFERENCES),
    "prose of notebooks": page.markdown,
    "links to rows": lambda text: linked(text, REFERENCES),
    "a figure's lead": leads.first,
    "the lead of a page": lambda text: head.lead(text) + head.account(text),
    "short names": lambda text: short_names([SimpleNamespace(id="a", organisation=text)]),
    "names for ids": lambda text: with_names(text, {}),
    "words that are searched": lambda text: list(search._terms(text)),
    "quoted words": search._QUOTED.findall,
    "names in abstracts": lambda text: names_of([_case(text)]),
    "LaTeX, written": to_latex,
    "LaTeX, read": from_latex,
    "BibTeX": lambda text: read_bibtex(f"@misc{{a, title={{{text}}}}}", FileProblems("x")),
    "RIS": lambda text: read_ris(f"TY  - GEN\nTI  - {text}\nER  - \n", FileProblems("x")),
    "CSL-JSON": lambda text: read_csl(text, FileProblems("x")),
    "a table in LaTeX": escaped,
    "cells of CSV": lambda text: formula_cells.restored(formula_cells.defused(text)),
}


def seconds(see: Callable[[str], Any], pattern: str, length: int, repeats: int = 1) -> float:
    """Processor time for a text of this length."""
    text, taken = (pattern * length)[:length], []
    for _ in range(repeats):
        begun = time.process_time()
        with contextlib.suppress(ValueError, problems.AftermathError):  # to refuse it takes time as well
            see(text)
        taken.append(time.process_time() - begun)
    return min(taken)


@pytest.mark.bad_input("long texts")
@pytest.mark.parametrize("see", SEE_TEXT.values(), ids=SEE_TEXT)
def test_time_grows_with_the_length(see, record_property):
    record_property("trials", len(PATTERNS))
    see("warm up")
    slow = {}
    for pattern in PATTERNS:
        for repeats in (1, 3):  # what took long by chance is measured again
            long = seconds(see, pattern, LONG, repeats)
            short = seconds(see, pattern, SHORT, repeats) if long > TOO_SHORT_TO_TELL else long
            if long <= MOST * short:
                break
        else:
            slow[pattern] = f"{short:.4f} s, {long:.4f} s"
    assert slow == {}


def test_the_measurement_finds_the_square():
    square = re.compile(r"\s+x").search
    assert seconds(square, " ", LONG) > TOO_SHORT_TO_TELL
    assert seconds(square, " ", LONG, 3) > MOST * seconds(square, " ", SHORT, 3)


# Bounds


def faults(tmp_path, *, notes: str = "Notes.\n", **texts: str) -> list[str]:
    folder = case_folder(tmp_path, events=[event(), event("apology", 3600, **texts)])
    (folder / "NOTES.md").write_text(notes, encoding="utf-8")
    try:
        load_case(folder.name, Workspace(tmp_path))
    except CaseError as error:
        return [f"{problem.where.rpartition('/')[2]} {problem.what}" for problem in error.problems]
    return []


LONGEST = "x" * lengths.LONGEST_FIELD


@pytest.mark.bad_input("long texts")
def test_a_field_of_a_table_has_a_bound(tmp_path):
    assert faults(tmp_path / "a", summary=LONGEST) == []
    assert faults(tmp_path / "b", summary=f"{LONGEST}x") == [
        "events.csv:3:summary has 5,001 characters, and a field may have 5,000"
    ]


@pytest.mark.bad_input("long texts")
def test_notes_and_their_lines_have_bounds(tmp_path):
    lines = "x\n" * (lengths.LONGEST_NOTES // 2)
    assert faults(tmp_path / "a", notes=lines) == []
    assert faults(tmp_path / "b", notes=f"{lines}x") == ["NOTES.md has 50,001 characters, and notes may have 50,000"]
    assert faults(tmp_path / "c", notes=f"Notes.\n{LONGEST}x\n") == [
        "NOTES.md:2 this line has 5,001 characters, and a line may have 5,000"
    ]


@pytest.mark.bad_input("long texts")
def test_a_text_of_case_yaml_has_a_bound_wherever_it_stands(tmp_path):
    folder = case_folder(tmp_path, events=[event()])
    about = folder / "case.yaml"
    about.write_text(about.read_text(encoding="utf-8").replace("summary:", f"summary: {LONGEST}x #"), encoding="utf-8")
    with pytest.raises(CaseError, match=r"case\.yaml:\d+:summary  has 5,001 characters, and a field may have 5,000"):
        load_case(folder.name, Workspace(tmp_path))
    assert lengths.length_fault({"a": [{"b": f"{LONGEST}x"}]}).startswith("has 5,001")
