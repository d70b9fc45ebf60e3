"""A build with bad cases among good ones: the others, the comparison and the index are made, and what is bad is named."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys

import pytest

from aftermath.workspace import Workspace
from tiny import copied, write_notebook

GOOD = ("digiorno-whyistayed", "red-cross-tweet")
# folder to how it is broken and what is said of it
BAD = {
    "bad-pipe": (
        lambda folder: ((folder / "events.csv").unlink(), os.mkfifo(folder / "events.csv")),
        "events.csv  is a named pipe, not a file  put a readable file in its place",
    ),
    "bad-text": (
        lambda folder: (folder / "stances.csv").write_bytes(bytes(range(255, 0, -1)) * 20),
        "stances.csv:1  is not UTF-8 text  save the file as UTF-8",
    ),
    "bad-yaml": (
        lambda folder: (folder / "case.yaml").write_text("title: [a\n"),
        "case.yaml:2:1  is not well-formed YAML: ",
    ),
    "methods": (lambda folder: None, "case.yaml:1:id  'methods' is not what belongs here"),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory) -> Workspace:
    """Two sound cases, and a bad one of each kind; the page of methods is a short one."""
    root = tmp_path_factory.mktemp("with bad cases")
    for case_id in GOOD:
        copied(root, case_id)
    for case_id, (spoil, _) in BAD.items():
        spoil(copied(root, GOOD[1], case_id))
    write_notebook(root / "notebooks" / "method_checks.ipynb", "", "print('checked')")
    return Workspace(root)


def aftermath(workspace: Workspace, command: str) -> tuple[int, str]:
    """Exit status of a command, and what it says."""
    ended = subprocess.run(
        [sys.executable, "-m", "aftermath", command],
        env=os.environ | {"AFTERMATH_ROOT": str(workspace.root)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.bad_input("a bad case beside good ones")
def test_bad_cases_cost_neither_the_others_nor_the_comparison_nor_the_index(workspace, record_property):
    record_property("trials", len(BAD))
    status, said = aftermath(workspace, "build")
    assert status == 1
    assert "4 pages failed:" in said
    for case_id, (_, fault) in BAD.items():
        assert f"  {case_id}: casestudies/{case_id}/{fault}" in said
    summary = json.loads((workspace.build / "summary.json").read_text(encoding="utf-8"))
    assert summary["complete"] is False
    assert sorted(summary["made"]) == sorted(["comparison", "index", "methods", "trial", *GOOD])
    assert {failure["title"] for failure in summary["failed"]} == BAD.keys()
    assert sorted(path.stem for path in (workspace.site / "cases").glob("*.html")) == sorted(GOOD)
    index, comparison = (
        (workspace.site / f"{name}.html").read_text(encoding="utf-8") for name in ("index", "comparison")
    )
    assert all(case_id in index for case_id in (*GOOD, *BAD))
    assert all(f'href="cases/{case_id}.html' in comparison for case_id in GOOD)
    assert not re.search(r'href="cases/(bad-|methods)', index + comparison)

    # what was made is what its inputs say, what was not is missing, and nothing else is wrong
    status, said = aftermath(workspace, "verify-build")
    *named, summed_up = said.splitlines()
    assert (status, sorted(named)) == (1, [f"{case_id}: {case_id}.html is missing" for case_id in sorted(BAD)])
    assert summed_up == "6 of 10 pages are what their inputs, parameters and versions say."
