"""What ``make reliability`` counts."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from trials import KINDS, NOT_TRIED

pytest_plugins = ["pytester"]

TESTS = """
import pytest

@pytest.mark.bad_input("cut files")
@pytest.mark.parametrize("number", range(3))
def test_of_each(number):
    assert number < 2

@pytest.mark.bad_input("hostile names")
def test_of_many(record_property):
    record_property("trials", 1200)

@pytest.mark.fault("kills")
def test_not_here():
    pytest.skip("not here")

def test_of_something_else():
    pass
"""


def test_trials_are_counted_by_class_and_by_outcome(pytester, root):
    pytester.makeconftest((root / "tests" / "conftest.py").read_text(encoding="utf-8"))
    pytester.makepyfile(trials=(root / "tests" / "trials.py").read_text(encoding="utf-8"), test_them=TESTS)
    pytester.makeini("[pytest]\nmarkers =\n    bad_input(what)\n    fault(what)\n")
    pytester.runpytest("--reliability", "found.md", "-p", "no:cacheprovider").assert_outcomes(
        passed=4, failed=1, skipped=1
    )
    found = (pytester.path / "found.md").read_text(encoding="utf-8")
    assert "| cut files | 3 | 2 | 0 |" in found
    assert "| hostile names | 1,200 | 1,200 | 0 |" in found
    assert "| kills | 0 | 0 | 1 |" in found
    assert found.count("| **all** |") == 2
    assert found.endswith(NOT_TRIED)


# The file that is committed

LEAST = {"bad_input": 400, "fault": 100}
ROW = re.compile(r"\| (.+) \| ([0-9,]+) \| ([0-9,]+) \| ([0-9,]+) \|")


def rows(root: Path, kind: str) -> dict[str, tuple[int, int]]:
    """What was tried and what survived, by class and for all."""
    text = (root / "docs" / "reliability.md").read_text(encoding="utf-8")
    section = text.split(f"\n## {KINDS[kind]}\n")[1].split("\n## ")[0]
    return {
        what: (int(tried.replace(",", "")), int(survived.replace(",", "")))
        for what, tried, survived, _ in ROW.findall(section)
    }


def test_what_is_not_tried_is_said(root):
    assert (root / "docs" / "reliability.md").read_text(encoding="utf-8").endswith(f"\n{NOT_TRIED}")


@pytest.mark.parametrize("kind", KINDS)
def test_enough_is_tried_and_all_of_it_survived(root, kind):
    found = rows(root, kind)
    all_tried, _ = found.pop("**all**")
    assert all_tried == sum(tried for tried, _ in found.values()) >= LEAST[kind]
    assert all(tried == survived for tried, survived in found.values())


@pytest.mark.parametrize("kind", KINDS)
def test_every_class_that_tests_name_is_in_the_file_and_no_other(root, kind):
    marked = re.compile(rf'pytest\.mark\.{kind}\("([^"]+)"\)')
    named = {
        what
        for path in (root / "tests").rglob("test_*.py")
        if path.name != "test_trials.py"
        for what in marked.findall(path.read_text(encoding="utf-8"))
    }
    assert named
    assert rows(root, kind).keys() - {"**all**"} == named, "run `make reliability`"
