"""The site beside the case pages: its links lead somewhere, hostile text stays text, and bytes repeat."""

from __future__ import annotations

import io
import re
import shutil
from pathlib import Path

import nbformat
import polars as pl
import pytest

import aftermath as am
from aftermath.comparison.gathering import Gathering, gather
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.files import WriteError
from aftermath.measures.latency_curves import MARKS, latency_curves
from aftermath.pages import site
from aftermath.pages.index import index_page, index_sections
from aftermath.pages.page import PAGES
from aftermath.problems import CaseError
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case_folder, event, scored, text
from pages import Page, comparison_block, comparison_html

SPEED, OPENNESS, COVERAGE, CLAIMS = "speed", "open", "coverage", "claims"  # sections that numbers lead to
HOSTILE = '<script>alert`x`</script>"onmouseover="y\'&amp;'
TEXTS = [text(f"2020-01-{day:02}", a="1") for day in range(2, 12)]
SCORES = [*scored(("2", "1"), ("1", "1")), *scored(("2", "2"), prefix="E")]
UNRECORDED = {"record": "none_found"} | dict.fromkeys(("clock_zero", "exposed_by", "crisis_type", "cause"))


@pytest.fixture(scope="module", autouse=True)
def _few_draws():
    """Nothing here depends on how many samples a bootstrap draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 40)
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Workspace:
    """A workspace with a sound, a hostile, an own-clock, a record-less and a broken case, and its site."""
    root = tmp_path_factory.mktemp("made")
    answered = [event("exposure"), event("apology", 300, 360, speaker="Ann Example", certainty="inferred")]
    case_folder(root, "plain-case", events=answered, texts=TEXTS, scores=SCORES)
    case_folder(root, "hostile-case", events=answered, texts=TEXTS, title=HOSTILE, organisation=HOSTILE)
    case_folder(root, "third-case", events=answered, texts=TEXTS)
    case_folder(
        root, "own-case", events=[event("exposure;acknowledgement")], organisation="Own", exposed_by="organisation"
    )
    case_folder(root, "unseen-case", events=[event("milestone")], organisation="Unseen", **UNRECORDED)
    case_folder(root, "broken-case", cause="<i>bad luck</i>")
    site.write_site(Workspace(root))
    return Workspace(root)


@pytest.fixture(scope="module")
def index(made) -> Page:
    return Page((made.site / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def comparison(made) -> Comparison:
    return compare(gather(workspace=made).cases)


@pytest.fixture(scope="module")
def comparison_page(made, comparison) -> Page:
    """The page of the comparison, its notebook's cells run in this process."""
    return Page(comparison_html(comparison, gather(workspace=made)))


def _targets(page: Page) -> set[str]:
    return {link for link in page.links if not link.startswith("#")}


def test_assets_are_one_sheet_the_scripts_and_plotly(made):
    assets = made.site / "assets"
    data = {"cases.js", "index-rows.js", "search-data.js", "sources-data.js"}
    assert {path.name for path in assets.iterdir()} == {*site.SCRIPTS, *site.BROUGHT, *data, "style.css"}
    sheet = (assets / "style.css").read_text(encoding="utf-8")
    assert all((site.ASSETS / name).read_text(encoding="utf-8") in sheet for name in site.SHEETS)
    drawing = (assets / "plotly-basic.min.js").read_bytes()
    assert drawing == b"//# allFunctionsCalledOnLoad\n" + (site.ASSETS / "plotly-basic.min.js").read_bytes()
    assert len(drawing) > 1_000_000


def test_links_of_the_index_lead_to_pages_of_the_site(made, index):
    case_pages = {
        f"cases/{case_id}.html" for case_id in ("plain-case", "hostile-case", "third-case", "own-case", "unseen-case")
    }
    pages = case_pages | {address for address, _ in PAGES}
    pages |= {"data/cases.bib", "data/cases.ris", "data/cases.json"}
    found = {link.partition("#")[0] for link in _targets(index)}
    assert found == pages
    anchors = {link.partition("#")[2] for link in _targets(index)} - {""}
    assert anchors == {SPEED, OPENNESS}
    assert all(link[1:] in index.ids for link in index.links if link.startswith("#"))


def test_sections_that_are_linked_stand_in_the_case_report():
    report = nbformat.read(INSTALLED_FROM / "notebooks" / "case_report.ipynb", as_version=4)
    sections = {cell.id for cell in report.cells if cell.cell_type == "markdown" and cell.source.startswith("## ")}
    assert {SPEED, OPENNESS, COVERAGE, CLAIMS} <= sections


def test_ids_are_unique(index, comparison_page, made):
    marks = Page((made.site / "marks.html").read_text(encoding="utf-8"))
    for page in (index, comparison_page, marks):
        assert page.ids
        assert not [name for name, n in page.ids.items() if n > 1]


def test_every_case_has_its_entry_with_numbers(index):
    entry = index.inner("case-plain-case")
    assert "5\u20136\u00a0min" in entry
    assert "inferred" in entry
    assert "[" in entry
    assert "2020" in entry
    assert "own&nbsp;clock" in index.inner("case-own-case")
    assert "own&nbsp;clock" not in entry
    assert "No record found" in index.inner("case-unseen-case")
    assert "no item of the rubric" in index.inner("case-own-case").lower()


def test_a_broken_case_stands_in_the_red_box_with_all_its_problems(index, made):
    failure = gather(workspace=made).failures[0]
    box = index.inner("failed-broken-case")
    assert failure.problems
    assert "casestudies/broken-case/case.yaml" in box
    assert "&lt;i&gt;bad luck" in box
    assert "bad" in index.classes
    assert "case-broken-case" not in index.ids


def test_a_case_whose_page_failed_is_named_and_not_linked(made, comparison):
    gathered = gather(workspace=made)
    page = Page(index_page(comparison, index_sections(comparison, gathered, {"plain-case": "cell 4 <b>failed</b>"})))
    assert "cell 4 &lt;b&gt;failed" in page.inner("failed-plain-case")
    assert not [link for link in page.links if "plain-case" in link]


def test_a_case_that_was_not_built_yet_has_not_failed(made, comparison):
    gathered = Gathering(comparison.cases, ())
    page = Page(index_page(comparison, index_sections(comparison, gathered, {"plain-case": "", "own-case": ""})))
    assert "not-built-yet" in page.ids
    words = page.text.partition("Not built yet")[2]
    assert all(word in words for word in ("plain-case", "own-case", "make reports"))
    assert "bad" not in page.classes
    assert "failed to build" not in page.text
    assert not [link for link in page.links if "plain-case" in link]


def test_without_a_failure_there_is_no_red_box(tmp_path):
    case_folder(tmp_path, "plain-case")
    page = Page(site.write_index(Workspace(tmp_path)).read_text(encoding="utf-8"))
    assert "bad" not in page.classes
    assert "failed" not in page.ids


def test_an_empty_workspace_has_an_index(tmp_path):
    (tmp_path / "casestudies").mkdir()
    site.write_site(Workspace(tmp_path))
    page = Page((tmp_path / "build" / "site" / "index.html").read_text(encoding="utf-8"))
    assert "No documented case could be loaded." in page.text
    gathered = gather(workspace=Workspace(tmp_path))
    assert "nothing to compare" in comparison_html(compare(gathered.cases), gathered)


def test_hostile_text_stays_text(index, comparison_page):
    for page in (index, comparison_page):
        assert HOSTILE in page.text
        assert not [script for script in page.scripts if script.startswith("alert")]
        assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]


def test_no_page_asks_for_anything_remote(made, index, comparison_page):
    marks = Page((made.site / "marks.html").read_text(encoding="utf-8"))
    for page in (index, comparison_page, marks):
        asked = [value or "" for _, found in page.elements for name, value in found.items() if name in ("src", "href")]
        assert len(asked) > 5
        assert not [value for value in asked if re.match(r"\w+:|//", value)]
    sheet = (made.site / "assets" / "style.css").read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import", sheet)


def test_the_same_cases_give_the_same_bytes(made, tmp_path):
    before = _bytes(made.site)
    for path in (made.site / "index.html", made.site / "data" / "scoreboard.parquet"):
        path.unlink()
    site.write_site(made)
    assert len(before) > 7
    assert _bytes(made.site) == before


def _bytes(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_downloads_equal_the_table(made, comparison):
    data = made.site / "data"
    assert pl.read_parquet(data / "scoreboard.parquet").equals(comparison.table)
    table = pl.read_csv(io.BytesIO((data / "scoreboard.csv").read_bytes()), schema=comparison.table.schema)
    assert table.equals(comparison.table)
    assert table.height == 5


def test_advice_can_be_downloaded_and_is_an_empty_table_where_there_is_none(made, comparison, tmp_path):
    columns = ["advice_id", "advice", "text", "rule", "followed"]
    assert pl.read_csv(made.site / "data" / "advice.csv").columns[:5] == columns
    assert pl.read_csv(made.site / "data" / "advice.csv").is_empty()
    (tmp_path / "casestudies").mkdir()
    shutil.copy(INSTALLED_FROM / "casestudies" / "playbook.csv", tmp_path / "casestudies")
    files = site.write_data(tmp_path, comparison, am.playbook(comparison, Workspace(tmp_path)))
    found, answers = pl.read_csv(files[-2]), pl.read_csv(files[-1])
    assert found.columns[:5] == columns
    tested = am.playbook(comparison, Workspace(tmp_path)).tested
    assert found.height == len(tested) > 40
    assert answers.columns == ["advice_id", "case", "answer", "why", "events", "rise_of_favourability"]
    assert answers.height == len(tested) * len(tested[0].answers)
    assert 'href="data/advice.csv"' in comparison_block(comparison, "advice-tested").html


def test_advice_that_cannot_be_used_is_an_error_and_no_empty_table(tmp_path):
    (tmp_path / "casestudies").mkdir()
    (tmp_path / "casestudies" / "playbook.csv").write_text("advice_id\na1\n", encoding="utf-8")
    with pytest.raises(CaseError, match=r"playbook\.csv"):
        site.write_site(Workspace(tmp_path))
    assert not (tmp_path / "build" / "site" / "index.html").exists()


def test_the_comparison_shows_every_case_and_links_its_numbers(comparison, comparison_page):
    for entry in comparison.entries:
        assert f"cases/{entry.case_id}.html" in comparison_page.links
        assert f"case-{entry.case_id}" in comparison_page.ids
    row = comparison_page.inner("case-plain-case")
    for section in (SPEED, OPENNESS, COVERAGE):
        assert f'href="cases/plain-case.html#{section}"' in row
    assert "broken-case" in comparison_page.inner("failed-broken-case")
    assert {"f1", "f2", "board", "answered", "agreement", "cite"} <= set(comparison_page.ids)
    assert "who coded is not stated" in comparison_page.text  # these cases have no block of coders
    assert "machine-assisted" not in comparison_page.text


def test_the_curves_are_told_with_what_the_intervals_allow(comparison, comparison_page):
    (whole,) = latency_curves(comparison.speeds).curves
    section = comparison_page.section("answered")
    assert len(whole.case_ids) == 3
    assert "In no curve, as the answer came with clock zero: Own." in Page(section).text
    for mark in MARKS:
        assert section.count(whole.share_by(mark)) >= 2  # in words and in the table
        assert section.count(whole.possible_by(mark)) >= 2
    assert "Turnbull" in section
    assert "Own clock: in Own" in Page(section).text


def test_groups_that_are_large_enough_have_a_curve_of_their_own(made, comparison):
    html = comparison_block(comparison, "latency-curves").html
    _, *grouped = comparison.latency_curves()
    assert grouped == []  # all three are of one cause and one country, and two of one exposure: nothing new to say
    real = compare(gather(["kitchenaid-tweet", "red-cross-tweet", "us-airways-tweet", "united-3411"]).cases)
    _, *grouped = real.latency_curves()
    groups = {f"{by_group.by}: {curve.group}" for by_group in grouped for curve in by_group.curves}
    assert groups == {"Cause: rogue post", "Exposed by: its own post"}
    shown = comparison_block(real, "latency-curves").html
    assert all(f">{group}</th>" in shown for group in groups)
    assert "Cause: rogue post" not in html


def test_too_few_cases_for_a_curve_are_said_to_be(comparison):
    few = compare([comparison.cases[0]])
    html = comparison_block(few, "latency-curves").html
    assert "too few for a latency curve" in html
    assert "<figure" not in html


def test_the_course_of_favourability_stands_in_a_table_with_its_reason(comparison, comparison_page):
    section = comparison_page.section("tone")
    rows = [row for row in re.findall(r"<tr>.*?</tr>", section) if 'data-l="Odds ratio"' in row]
    assert len(rows) == len(comparison.documented)
    (row,) = (row for row in rows if "cases/plain-case.html" in row)
    assert f"no model: {comparison['plain-case'].recovery.why_not}" in row
    (row,) = (row for row in rows if "cases/own-case.html" in row)
    assert "no text is coded for favourability" in row


def test_a_modelled_course_stands_in_its_row_as_measured():
    real = compare(gather(["kitchenaid-tweet"]).cases)
    html, recovery = comparison_block(real, "recovery-table").html, real["kitchenaid-tweet"].recovery
    assert recovery.modelled
    for words in (recovery.half_life.text, recovery.time_to_neutral.text, f"{recovery.after}\u00a0texts"):
        assert words in html


def test_the_ladder_says_who_was_first_as_far_as_is_known(comparison):
    table = comparison_block(comparison, "ladder").html.partition("<details")[2]
    pairwise = comparison.pairwise()
    assert pairwise["plain-case"].others == 2
    assert '0.00 to 1.00 <span class="who">against 2\u00a0others</span>' in table
    assert pairwise["own-case"].others == 0


def test_rows_without_a_record_stand_last_in_the_scoreboard(comparison_page):
    rows = [
        found["id"]
        for tag, found in comparison_page.elements
        if tag == "tr" and found.get("id", "").startswith("case-")
    ]
    assert len(rows) == 5
    assert rows[-1] == "case-unseen-case"


def test_filters_know_every_row(comparison_page):
    filters = {found["data-f"] for tag, found in comparison_page.elements if tag == "select"}
    assert filters == {"cause", "country", "platform", "type", "exposed"}
    rows = [found for tag, found in comparison_page.elements if tag == "tr" and found.get("id", "").startswith("case-")]
    options = {found.get("value") for tag, found in comparison_page.elements if tag == "option"}
    for key in filters:
        assert {value for row in rows for value in row[f"data-{key}"].split("; ")} <= options


def test_sorted_by_speed_what_is_no_speed_comes_after(comparison_page):
    def key(case_id: str) -> float:
        return float(
            re.search(r'data-l="First response" data-s="([^"]+)"', comparison_page.inner(f"case-{case_id}")).group(1)
        )

    assert key("plain-case") == 360
    assert key("own-case") > 1e9


def test_specimens_of_marks_are_said_to_be_invented(made):
    page = Page((made.site / "marks.html").read_text(encoding="utf-8"))
    assert "invented specimens; they belong to no case" in page.text
    words = (
        "Known to the minute",
        "Not seen by the end of the record",
        "coders differ",
        "Supported",
        "failed to build",
    )
    assert [word for word in words if word not in page.text] == []
    assert {"apo", "den", "act", "inf", "say", "rem", "oth"} <= page.classes


def test_an_unwritable_site_is_an_error_that_says_so(tmp_path):
    blocked = tmp_path / "site"
    blocked.write_text("a file where a folder belongs", encoding="utf-8")
    with pytest.raises(WriteError, match=r"marks\.html: could not be written"):
        site.write_marks(blocked)


def test_only_replays_that_changed_are_written_again(made, comparison):
    paths = site.write_replays(made, comparison)
    before = {path: (path.stat().st_ino, path.read_bytes()) for path in paths}
    paths[0].write_text("damaged", encoding="utf-8")
    assert site.write_replays(made, comparison) == paths
    assert {path: path.read_bytes() for path in paths} == {path: content for path, (_, content) in before.items()}
    assert [path for path in paths if path.stat().st_ino != before[path][0]] == [paths[0]]
