"""Our numbers beside printed ones: every check agrees, and none can pass without comparing anything."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import nbformat
import polars as pl
import pytest
from nbformat.v4 import new_output

import aftermath as am
from aftermath.pages.block import PAGE_TYPE
from aftermath.pages.page import render
from aftermath.pages.run import run_methods
from aftermath.statistics.checks import METHODS, MethodChecks, Source, method_checks
from aftermath.statistics.checks import computed as parts
from aftermath.statistics.checks.simulated import simulation_study
from aftermath.wording import MINUS
from aftermath.workspace import INSTALLED_FROM
from pages import Page
from tiny import make_workspace

COUNTS = {
    "turnbull": 11,
    "alpha": 2,
    "gwet": 4,
    "kappa": 6,
    "local_level": 3,
    "change_points": 4,
    "resilience": 2,
    "event_study": 10,
    "ears": 3,
    "post_id": 2,
    "network": 8,
}
SOURCE = Source("ears", "counts", "arithmetic")


@pytest.fixture(scope="module")
def found() -> MethodChecks:
    return method_checks()


# Every number agrees


def test_every_method_has_its_checks(found):
    assert Counter(check.method for check in found.checks) == COUNTS
    assert list(COUNTS) == list(METHODS)


@pytest.mark.parametrize("method", COUNTS)
def test_our_numbers_agree_with_the_printed_ones(method, found):
    disagreeing = [check for check in found.of(method).checks if not check.agrees]
    assert not disagreeing
    assert found.of(method).agree


def test_what_is_compared_is_what_is_shown(found):
    numbers = [check for check in found.checks if check.method != "post_id"]
    for check in numbers:
        ours, printed = (float(text.replace(MINUS, "-")) for text in (check.ours, check.printed))
        # ours is shown with two more digits than what was printed
        assert check.difference == pytest.approx(abs(ours - printed), abs=10.0 ** -len(check.ours.partition(".")[2]))
        assert check.tolerance <= 0.021 * abs(printed), "a tolerance this wide compares nothing"
    assert len(numbers) == len(found.checks) - 2


def test_every_check_names_origin_data_and_the_reason_of_its_tolerance(found):
    for check in found.checks:
        assert all((check.data, check.quantity, check.origin, check.why)), check
        assert "olerance" in check.why
        assert not check.why.endswith(".")


def test_the_mice_are_those_of_the_other_program(monkeypatch):
    datasets = pytest.importorskip("lifelines.datasets")
    mice, given = datasets.load_mice(), {}
    estimate = parts.turnbull
    monkeypatch.setattr(parts, "turnbull", lambda *ends: given.update(ends=ends) or estimate(*ends))
    assert len(list(parts.mice())) == 2
    assert sorted(zip(*given["ends"], strict=True)) == sorted(zip(mice["l"], mice["u"], strict=True))


# None can pass without comparing anything


@pytest.mark.parametrize(("ours", "agrees"), [(1.2349, True), (1.2251, True), (1.2351, False), (1.2249, False)])
def test_numbers_agree_to_the_last_printed_digit(ours, agrees):
    assert SOURCE.number("mean", ours, "1.23").agrees is agrees
    assert SOURCE.number("mean", -ours, f"{MINUS}1.23").agrees is agrees


def test_a_number_that_is_none_never_agrees():
    assert not SOURCE.number("mean", math.nan, "1.23").agrees
    assert not SOURCE.number("mean", math.inf, "1.23").agrees
    assert not SOURCE.within("mean", math.nan, "1.23", math.inf, "any").agrees


def test_counts_and_moments_have_no_tolerance():
    assert SOURCE.count("break", 28, "28").agrees
    assert not SOURCE.count("break", 29, "28").agrees
    moment = datetime.fromisoformat("2012-10-03T21:50:55.018-04:00")
    assert SOURCE.moment("id", moment, "2012-10-03 21:50:55.018-04:00").agrees
    assert not SOURCE.moment("id", moment + timedelta(milliseconds=1), "2012-10-03 21:50:55.018-04:00").agrees


def test_no_checks_do_not_agree(found):
    assert not MethodChecks(()).agree
    for nothing in ((), ("no-such-method",)):
        with pytest.raises(ValueError, match="choose from turnbull"):
            found.of(*nothing)


def test_a_fault_in_an_estimator_would_be_seen(monkeypatch):
    monkeypatch.setattr(parts, "ears_c1", lambda counts: pl.DataFrame({"mean": [4.0], "sd": [2.0], "score": [4.0]}))
    assert [check.agrees for check in parts.ears()] == [True, False, False]


def test_a_disagreement_is_said_in_the_table_the_text_and_on_the_page(found):
    wrong = replace(found.checks[0], difference=1.0)
    spoilt = MethodChecks((wrong, *found.checks[1:]))
    assert found.table["agrees"].all()
    assert spoilt.table["agrees"].to_list().count(False) == 1
    assert found.text.startswith("All 55 numbers agree")
    assert spoilt.text.startswith("54 of 55 numbers agree")
    report = am.report(spoilt)
    html = report.show(spoilt.of("turnbull")).html
    assert html.count("<b>no</b>") == 1
    assert "10 of 11 agree" in html
    assert "<b>54 of 55</b>" in report.show(spoilt, "methods_head", study=simulation_study()).html


# The page


@pytest.fixture(scope="module")
def page(found) -> Page:
    """The notebook's cells run in this process, made into a page."""
    node = nbformat.read(INSTALLED_FROM / "notebooks" / "method_checks.ipynb", as_version=4)
    names = {"am": am, "report": am.report(found), "checks": found, "study": simulation_study()}
    shown = [cell for cell in node.cells if cell.cell_type == "code" and not cell.metadata.get("tags")]
    assert len(shown) > 8
    for cell in shown:
        cell.outputs = [new_output("display_data", {PAGE_TYPE: eval(cell.source, names).html})]  # noqa: S307 (our own notebook)
    return Page(render(node, root="", title="Methods", kind="methods"))


def test_the_page_shows_every_number_once(found, page):
    assert page.html.count("<b>yes</b>") == len(found.checks)
    for check in found.checks:
        assert check.ours in page.html
        assert check.printed in page.html


def test_the_page_says_what_each_method_cannot_see(page):
    sections = ("latency-curves", "agreement", "dense-series", "market-reaction", "alarm", "post-ids")
    for section in sections:
        assert "cannot see:</strong>" in page.inner(section), section
    assert page.inner("blind-spots").count("<h3>") == 4


def test_the_page_shows_every_row_of_the_simulation(page):
    table = page.html.partition('<figure id="f1"')[2].partition("</figure>")[0].partition("<tbody>")[2]
    assert table.count("<tr>") == simulation_study().table.height
    assert not [name for name, n in page.ids.items() if n > 1]


def test_the_page_is_made_without_a_case_of_the_workspace(tmp_path):
    workspace = make_workspace(tmp_path, cases=())
    made = run_methods(workspace)
    assert made == workspace.site / "methods.html"
    assert "Methods" in made.read_text(encoding="utf-8")
    assert (workspace.site / "notebooks" / "methods.ipynb").is_file()
