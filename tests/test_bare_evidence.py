"""Pages of bare evidence: whatever a case lacks, its page and the comparison say so in words and warn of nothing.

Warnings are errors in these tests, so that one of numpy's on the way to a page fails them.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest

from aftermath.comparison.gathering import gather
from aftermath.comparison.scoreboard import compare
from aftermath.pages import site
from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import DAY, case_folder, event, score, signal, text
from pages import Page, comparison_blocks, html_of

ANSWERED = [event("exposure", 0, 600), event("apology", 3000, 3600, speaker="Ann Example")]
SCORED = [score("T1", "2", "1"), score("T3", "1"), score("E1", "0")]
NO_NUMBER = re.compile(r"(?<![\w-])(nan|-?inf)(?![\w-])", re.IGNORECASE)


def days(count: int, codes: str = "-1 0 1 -2 2") -> list[dict[str, str]]:
    """Texts of days in a row, whose codes go round."""
    given = codes.split()
    return [text(f"2020-01-{day + 2:02}", given[day % len(given)]) for day in range(count)]


BARE: dict[str, dict] = {
    "one-text": {"texts": days(1)},
    "no-text": {"texts": []},
    "one-publisher": {"texts": days(20)},
    "all-alike": {"texts": days(20, "-1"), "scores": [score(item, "2") for item in ("T1", "T2", "E1")]},
    "one-day": {"texts": [text("2020-01-02", code) for code in "-1 0 1 -2 2 1 0 -1 1".split()]},
    "only-before": {"texts": [text(f"2019-12-{day:02}", "-1") for day in range(10, 22)]},
    "answered-before": {"events": [event("exposure", 0, 600), event("apology", -3600, 300, speaker="Ann Example")]},
    "answered-just-then": {"events": [event("exposure", 0, 600), event("apology", 0, 600)]},
    "never-answered": {"events": [event("exposure", 0, 600), event("investigation", 2 * DAY, actor="media")]},
    "only-exposure": {"events": [event("exposure")], "texts": [], "scores": []},
    "one-coder": {
        "texts": [text(row["published"], row["a"], "") for row in days(12)],
        "scores": [score("T1", "2", "")],
    },
    "one-row-of-a-coder": {
        "texts": [*days(11), text("2020-01-20", "1", "")],
        "scores": [score("T1", "1"), score("T2", "2", "")],
    },
    "one-item": {"scores": [score("T1", "2")]},
    "no-item-applies": {"scores": [score("T1", "na"), score("E1", "unknown")]},
    "one-signal": {"signals": [signal(3)]},
    "level-signal": {"signals": [signal(3, f"2020-01-{day:02}") for day in range(1, 29)]},
    "gap-of-a-year": {
        "signals": [signal(day % 5, f"{year}-01-{day:02}") for year in (2020, 2021) for day in range(1, 20)]
    },
}


def made(root: Path, case_id: str) -> Path:
    """The folder of a bare case: what it does not say of itself is ordinary."""
    return case_folder(root, case_id, **({"events": ANSWERED, "texts": days(12), "scores": SCORED} | BARE[case_id]))


@pytest.fixture(scope="module", autouse=True)
def _few_draws():
    """Nothing here depends on how many samples a bootstrap draws."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(krippendorff_alpha.__kwdefaults__, "draws", 40)
        yield


def check_words(html: str) -> None:
    """No number of a page is one that is none."""
    words = " ".join(Page(html).text.split())
    assert not [words[max(0, at.start() - 60) : at.end() + 60] for at in NO_NUMBER.finditer(words)]
    assert "NaN" not in html and "Infinity" not in html


@pytest.mark.parametrize("case_id", BARE)
@pytest.mark.slow
def test_the_page_of_a_bare_case_holds_no_number_that_is_none(case_id, tmp_path):
    made(tmp_path, case_id)
    check_words(html_of(case_id, tmp_path))


def comparison_page(workspace: Workspace) -> str:
    """The cells of the comparison's notebook, one after the other."""
    gathered = gather(workspace=workspace)
    shown = comparison_blocks(compare(gathered.cases), gathered=gathered)
    assert len(shown) > 8 and not gathered.failures
    return "".join(block.html for block in shown.values())


def compared(root: Path, case_ids: Iterable[str]) -> str:
    """The comparison of bare cases, with the repository's advice."""
    for case_id in case_ids:
        made(root, case_id)
    for name in ("playbook.csv", "texts.csv"):
        shutil.copy(INSTALLED_FROM / "casestudies" / name, root / "casestudies")
    return comparison_page(Workspace(root))


@pytest.mark.slow
def test_a_comparison_of_bare_cases_holds_no_number_that_is_none(tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    check_words(compared(tmp_path, BARE))


@pytest.mark.slow
@pytest.mark.parametrize("case_id", BARE)
def test_nor_does_one_of_a_bare_case_alone(case_id, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    check_words(compared(tmp_path, [case_id]))


def test_the_site_of_bare_cases_is_written_with_its_tables(tmp_path, monkeypatch):
    for case_id in BARE:
        made(tmp_path, case_id)
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    site.write_site(Workspace(tmp_path))
    check_words((tmp_path / "build" / "site" / "index.html").read_text(encoding="utf-8"))
    tables = sorted((tmp_path / "build" / "site" / "data").glob("*.csv"))
    assert tables
    for table in tables:
        assert not re.search(r"(^|,)-?(nan|inf)(,|$)", table.read_text(encoding="utf-8"), re.IGNORECASE | re.MULTILINE)
