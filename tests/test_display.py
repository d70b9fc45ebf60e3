"""What cases, results and problems show of themselves, in the laboratory and in a terminal."""

from __future__ import annotations

import csv
import inspect
import re
from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import polars as pl
import pytest
from markupsafe import Markup
from nbclient import NotebookClient

import aftermath as am
from aftermath.case_files.cases import Cases
from aftermath.display import Display, Displayed, fields
from aftermath.pages.block import Block
from aftermath.problems import CaseError, Problem
from aftermath.statistics.result import Result

CASE = Path(__file__).resolve().parent.parent / "casestudies" / "kitchenaid-tweet"
HOSTILE = "<img src=x onerror=alert(1)> & [bold]x[/bold] \x1b[31m"
LONG = "word " * 400
DTYPES = re.compile(r"\b(str|String|i64|Int64|f64|Float64|u32|bool|shape:)\b")


def read(table: str) -> list[list[str]]:
    """The rows of a table of the case, by another reader."""
    with (CASE / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return [*csv.reader(file)][1:]


COUNTS = tuple(len(read(table)) for table in ("events", "coverage", "sources"))


class Seen(HTMLParser):
    """The tags and the words of a page, as a browser takes them apart."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words = ""
        self.feed(str(html))

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data):
        self.words += data


@pytest.fixture(scope="module")
def case():
    return am.load_case("kitchenaid-tweet")


def test_a_notebook_gets_one_output_and_no_empty_one_before_it(tmp_path):
    cell = nbformat.v4.new_code_cell("import aftermath as am\nam.cases()")
    ran = NotebookClient(
        nbformat.v4.new_notebook(cells=[cell]), resources={"metadata": {"path": str(tmp_path)}}
    ).execute()
    assert [output["output_type"] for output in ran.cells[0].outputs] == ["execute_result"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.0], ["0"]),
        ([0.00012345, -0.5], ["0.000123", "−0.500"]),
        ([0.00012345], ["0.000123"]),
        ([1234.5678, 0.1], ["1,235", "0.100"]),
        ([float("nan"), float("inf"), float("-inf"), 2.0], ["–", "∞", "−∞", "2"]),
        ([None, ""], ["–", "–"]),
        ([date(2012, 10, 3)], ["3 Oct 2012"]),
        ([datetime(2012, 10, 3, 21, 42, 7, tzinfo=UTC)], ["3 Oct 2012, 21:42:07 UTC"]),
        ([timedelta(minutes=9)], ["9\u00a0min"]),
        ([["e01", "e02"], [], None], ["e01; e02", "–", "–"]),
        ([True, False, None], ["yes", "no", "–"]),
    ],
)
def test_fields_are_in_words(values, words):
    assert fields(pl.Series("x", values, strict=False)) == words


def test_an_estimate_and_the_ends_of_its_interval_have_as_many_decimals():
    table = pl.DataFrame({"mean": [0.5], "mean_lower": [-0.0123], "mean_upper": [9.81234], "other": [0.123456]})
    assert "0.50  −0.01  9.81  0.123" in re.sub(r" {2,}", "  ", Display(tables={"": table}).plain(100))
    table = pl.DataFrame({"estimate": [0.5], "lower": [-0.0123], "upper": [9.81234]})
    assert "0.50  −0.01  9.81" in re.sub(r" {2,}", "  ", Display(tables={"": table}).plain(100))


def test_years_have_no_comma():
    assert fields(pl.Series("year", [2012])) == ["2012"]
    assert fields(pl.Series("n", [2012])) == ["2,012"]


@pytest.mark.parametrize("where", ["title", "text", "caption", "heading", "field", "list"])
def test_hostile_text_stays_text_everywhere(where):
    table = pl.DataFrame({HOSTILE if where == "heading" else "a": [[HOSTILE if where == "list" else "b"]]})
    if where == "field":
        table = pl.DataFrame({"a": [HOSTILE]})
    caption = HOSTILE if where == "caption" else ""
    shown = Display(HOSTILE if where == "title" else "", HOSTILE if where == "text" else "", {caption: table})
    seen = Seen(shown.html())
    assert "img" not in seen.tags
    assert "<img src=x onerror=alert(1)> & [bold]x[/bold]" in seen.words
    assert "\x1b" not in shown.plain(200)
    assert "[bold]x[/bold]" in shown.plain(200)


@pytest.mark.parametrize("width", [20, 60, 100, 300])
def test_no_text_is_clipped_however_narrow_the_terminal(width):
    table = pl.DataFrame({"reason": [LONG + "end"], **{f"column_{n}": [f"value{n}"] for n in range(12)}})
    plain = Display(tables={"": table}).plain(width)
    assert plain.count("word") == 400
    assert "…" not in plain
    assert all(len(line) <= width for line in plain.splitlines())
    if width > 20:
        assert all(f"value{n}" in plain for n in range(12))
    assert Seen(Display(tables={"": table}).html()).words.count("word") == 400


def test_an_id_is_not_broken_where_the_rest_can_give_way():
    table = pl.DataFrame({"case_id": ["bytedance-neihan-duanzi"], "title": [LONG], "why": [LONG]})
    assert "bytedance-neihan-duanzi" in Display(tables={"": table}).plain(60)


def test_wide_characters_take_two_places():
    plain = Display(tables={"": pl.DataFrame({"a": ["内涵段子", "abcd"], "b": ["x", "y"]})}).plain(60).splitlines()
    assert plain[-2].index("x") == plain[-1].index("y") - 4


def test_a_long_table_says_how_many_rows_it_has():
    long = pl.DataFrame({"n": range(1000)})
    shown = Display(tables={"": long})
    assert "1,000\u00a0rows, of which these are the first 200" in Seen(shown.html()).words
    assert Seen(shown.html()).tags.count("tr") == 201
    assert "1,000\u00a0rows, of which these are the first 30" in shown.plain(80)
    assert "rows" not in Seen(Display(tables={"": long.head(5)}).html()).words.split("n")[0]


def test_a_table_without_rows_has_its_headings_and_says_so():
    shown = Display("Nothing", tables={"": pl.DataFrame(schema={"event_id": pl.String, "n": pl.Int64})})
    assert shown.plain(80).split("\n")[-1] == "0\u00a0rows"
    assert "Event" in shown.plain(80) and "Event" in Seen(shown.html()).words
    assert Display(tables={"": pl.DataFrame()}).plain(80) == "0\u00a0rows"


def test_colours_are_those_of_the_laboratory_with_others_where_there_is_none():
    html = Display(tables={"": pl.DataFrame({"a": [1]})}).html()
    assert all("," in variable for variable in re.findall(r"var\((--jp[^)]*)\)", html))
    assert "http" not in html


def test_every_result_shows_itself_and_keeps_no_other_repr():
    def below(kind: type) -> set[type]:
        return {kind} | {each for sub in kind.__subclasses__() for each in below(sub)}

    assert [getattr(am, noun) for noun in am.__all__]  # loads where they are at home
    results = {kind for kind in below(Result) if not inspect.isabstract(kind)}
    assert len(results) > 20
    assert {kind.__repr__ for kind in results} == {Displayed.__repr__}


@pytest.mark.parametrize("measure", ["speed", "tone", "transparency", "signals", "claims", "disagreements"])
def test_a_result_has_its_words_and_every_field_in_both_faces_and_no_kinds_of_columns(measure, case):
    result = getattr(am, measure)(case)
    html, plain = Seen(result._repr_html_()), repr(result)
    assert result.text.split("\n\n")[0] in html.words
    assert " ".join(result.text.split()) in " ".join(plain.split())
    assert html.tags.count("tr") == 1 + result.table.height
    assert html.tags.count("th") == result.table.width
    assert not DTYPES.search(plain)
    longest = max((value for column in result.table.select(pl.col(pl.String)) for value in column if value), key=len)
    assert longest in html.words


def test_a_case_is_one_line_in_a_terminal_and_a_sheet_in_the_laboratory(case):
    assert repr(case) == "Case('kitchenaid-tweet': {} events, {} texts, {} sources)".format(*COUNTS)
    seen = Seen(case._repr_html_())
    assert case.title in seen.words
    assert "Clock zero: 3 Oct 2012, 21:42 (America/New_York)." in seen.words
    assert seen.tags.count("details") == 3
    assert seen.tags.count("tr") == 3 + case.events.height + case.coverage.height + case.sources.height


def test_a_case_without_a_crisis_on_record_has_no_clock_and_says_so():
    seen = Seen(am.load_case("weishi-data-fabrication")._repr_html_())
    assert "no crisis on record" in seen.words
    assert "Clock zero" not in seen.words


def test_cases_are_a_tuple_with_a_table(case):
    every = am.cases()
    assert isinstance(every, tuple) and [each.id for each in every] == list(am.case_ids())
    assert isinstance(every[:2], Cases) and len(every[:2]) == 2
    row = every.table.row(by_predicate=pl.col("case_id") == case.id, named=True)
    assert (row["year"], row["country"], row["cause"], row["clock_zero"]) == (
        2012,
        "United States",
        "rogue post",
        "3 Oct 2012, 21:42",
    )
    assert (row["events"], row["texts"], row["sources"]) == COUNTS
    assert every["kitchenaid-tweet"].id == case.id
    with pytest.raises(KeyError, match="did you mean kitchenaid-tweet"):
        every["kitchenaid-twet"]
    assert repr(every).startswith("17 cases\n")
    assert case.id in Seen(every._repr_html_()).words


def test_problems_are_a_table_in_the_laboratory_and_lines_in_a_terminal():
    problems = [Problem("casestudies/x/events.csv", 14, "label", HOSTILE, "mend it"), Problem("a", 0, "", "gone", "-")]
    error = CaseError(problems)
    seen = Seen(error._repr_html_())
    assert "img" not in seen.tags
    assert "casestudies/x/events.csv" in seen.words and "14" in seen.words
    assert error._render_traceback_() == [f"CaseError: {error}"]
    report = am.check(["kitchenaid-twet"])
    assert repr(report) == report.text
    assert "there is no such case" in Seen(report._repr_html_()).words


@pytest.mark.parametrize("width", [80, 100, 140])
def test_every_field_of_a_real_table_is_whole_in_a_terminal(width):
    every = am.cases()
    plain = every.display.plain(width)
    assert all(len(line) <= width for line in plain.splitlines())
    assert all(label in plain for label in ("Clock zero", "Events", "Texts", "Sources"))
    assert all(case.id in plain for case in every)
    for word in {word for case in every for word in case.title.split()}:
        assert word in plain


@pytest.mark.bad_input("dollar signs in evidence")
def test_no_dollar_sign_begins_mathematics_in_the_laboratory(case):
    """Which class MathJax passes over is seen in JupyterLab itself, in tests/test_laboratory.py."""
    shown = [
        Display("$1 or $2").html(),
        am.speed(case)._repr_html_(),
        am.results(pl.DataFrame({"a": ["$1"]}))._repr_mimebundle_()["text/html"],
    ]
    shown += [output["text/html"] for output in Block(Markup("<p>$1 or $2</p>")).outputs]
    for html in shown:
        (root,) = re.findall(r"^<div[^>]*>", re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL).strip())
        assert "mathjax_ignore" in root
