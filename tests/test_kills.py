"""Whatever is killed at whatever moment: no file is half written, nobody is left, and the next run goes on.

A few kills of each kind of work, at moments that a seed gives; ``benchmarks/kills.py`` goes on for hours.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import psutil
import pytest

from aftermath import public
from aftermath.building.build import build
from aftermath.case_files.case import load_case
from aftermath.course.class_grades import grade_all
from aftermath.files import HALF, fingerprint
from aftermath.pages.made_from import read_made_from, seal_holds
from aftermath.workspace import Workspace
from classroom import found_school, hand_in, small_lesson
from desks import at_desk, folder_to_code, table  # noqa: F401 (the fixture)
from recorded import views
from replaying import Replay, says
from tiny import CASES, ROOT, make_workspace

pytestmark = [
    pytest.mark.slow,
    pytest.mark.fault("processes that are killed or end"),
    pytest.mark.skipif(sys.platform == "win32", reason="processes are not killed so there"),
]

CHANCE = random.Random(20261130)  # noqa: S311 - moments, no secrets
VICTIMS: dict[str, Callable[[psutil.Process, list[psutil.Process]], list[psutil.Process]]] = {
    "the main process": lambda main, below: [main],
    "one that it started": lambda main, below: [CHANCE.choice(below or [main])],
    "all": lambda main, below: [*below, main],
}


def killed(code: str, folder: Path, victims: str, *, within: float) -> list[str]:
    """Run code that says ``at work``, and kill within so many seconds from then on: nobody is left. What else it said, by lines."""
    path = os.pathsep.join([str(ROOT / "lib"), str(ROOT / "tests")])
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path, "AFTERMATH_ROOT": str(folder)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        assert process.stdout.readline() == "at work\n"
        time.sleep(CHANCE.uniform(0, within))
        main = psutil.Process(process.pid)
        below = main.children(recursive=True)
        for victim in VICTIMS[victims](main, below):
            victim.send_signal(signal.SIGKILL)
        said = process.communicate(timeout=60)[0]
    _, left = psutil.wait_procs(below, timeout=15)
    assert [survivor for survivor in left if survivor.status() != psutil.STATUS_ZOMBIE] == []
    return said.splitlines()


def files(folder: Path) -> list[Path]:
    """All files that are no half-written ones, which nobody reads."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.name.endswith(HALF)]


# A build

BUILDS = "from aftermath.building.build import build\nprint('at work', flush=True)\nbuild(workers=2, force=True)"


def test_builds(tmp_path, record_property):
    workspace = make_workspace(tmp_path, CASES[:2])
    evidence = fingerprint(tmp_path, files(workspace.cases))
    for victims in VICTIMS:
        killed(BUILDS, tmp_path, victims, within=2.5)
        for path in files(workspace.site):
            text = path.read_text(encoding="utf-8") if path.suffix == ".html" else "</html>"
            assert text.rstrip().endswith("</html>"), path
            assert read_made_from(text) is None or seal_holds(text), path
        for path in workspace.build.rglob("*.ipynb"):
            json.loads(path.read_text(encoding="utf-8"))
    assert build(workspace=workspace).failures == ()
    assert fingerprint(tmp_path, files(workspace.cases)) == evidence
    assert list(workspace.build.rglob(f"*{HALF}")) == []
    record_property("trials", len(VICTIMS))


# A pull

QUERY = {"article": "Acme Corporation", "start": "2015-07-01", "end": "2023-12-31"}
PULLS = """
from pathlib import Path
from aftermath import public
client = public.Client(instead={address!r}, sleep=lambda seconds: None)
print("at work", flush=True)
public.pull("wikipedia", {query!r}, Path("pulled"), client=client)
"""


@pytest.fixture
def source() -> Iterator[Replay]:
    """Answers each question with one number, of the first day that is asked for."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        says(views((handler.path.split("/")[-2], 7)))(handler)

    replay = Replay()
    replay.otherwise = answer
    yield replay
    replay.close()


def test_pulls(source, tmp_path, record_property):
    code, folder = PULLS.format(address=source.address, query=QUERY), tmp_path / "pulled"
    for victims in VICTIMS:
        killed(code, tmp_path, victims, within=0.2)
        kept = json.loads(text.read_text()) if (text := folder / "pull.json").exists() else {"responses": []}
        for row in kept["responses"]:
            assert sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
    source.asked.clear()
    pulled = public.pull("wikipedia", QUERY, folder, client=source.client())
    assert pulled.kept >= len(kept["responses"])
    assert pulled.asked == len(source.asked)
    assert pulled.table["value"].to_list() == [7.0] * (pulled.asked + pulled.kept)
    record_property("trials", len(VICTIMS))


# Coding at the desk

CODES = """
from itertools import count
from pathlib import Path
from aftermath.laboratory.desk.session import typed, undone
from desks import at_desk
session = at_desk(Path({folder!r}))
print("at work", flush=True)
for number in count():
    session = typed(session, "codes", f"{{number % 5 - 2}} 0 0\\n")
    print(number, flush=True)
    session = undone(session)
"""


def test_codings(folder, record_property):
    others = table(folder, "stances", "b"), table(folder, "rubric", "a")
    mine = {unit: codes for unit, codes in table(folder, "stances", "a").items() if unit != "d03"}
    for victims in VICTIMS:
        *_, last = [-1, *map(int, killed(CODES.format(folder=str(folder)), folder.parents[1], victims, within=0.3))]
        now = table(folder, "stances", "a")
        saved = now.pop("d03", None)
        assert saved in [None, *([str(number % 5 - 2), "0", "0"] for number in (last, last + 1) if number >= 0)]
        assert now == mine
        assert (table(folder, "stances", "b"), table(folder, "rubric", "a")) == others
        assert load_case(folder.name, Workspace(folder.parents[1]))
        desk = at_desk(folder)
        assert desk.step.unit == ("d04" if saved else "d03")
    record_property("trials", len(VICTIMS))


# Grading a class

GRADES = """
from pathlib import Path
from aftermath.course.class_grades import grade_all
print("at work", flush=True)
grade_all("handed_in", anew=True)
"""


def test_grading(tmp_path, record_property):
    school = found_school(tmp_path)
    (handed_in := tmp_path / "handed_in").mkdir()
    for name in ("ann", "ben"):
        hand_in(handed_in, small_lesson(), answer_word="word = 'late'").rename(handed_in / f"{name}.ipynb")
    given = fingerprint(handed_in, files(handed_in))
    form = handed_in / "grades" / "by_hand.csv"
    form.parent.mkdir()
    form.write_text(
        "file,lesson,exercise,cell,answer,maximum,points,comment\nann.ipynb,small,,essay,answered,5,4,Soon.\n"
    )
    for victims in VICTIMS:
        killed(GRADES, tmp_path, victims, within=2.0)
        assert "ann.ipynb,small,,essay,answered,5,4,Soon." in form.read_text(encoding="utf-8-sig")
        assert [path.suffix for path in files(tmp_path / "build") if json.loads(path.read_text()) is None] == []
    marked = grade_all(
        handed_in, school
    )  # a kernel that is killed looks like one that a student ended, and is run again
    assert [graded.grade.reached for graded in marked.graded] == [5, 5]
    assert "ann.ipynb,small,,essay,answered,5,4,Soon." in form.read_text(encoding="utf-8-sig")
    assert fingerprint(handed_in, handed_in.glob("*.ipynb")) == given
    record_property("trials", len(VICTIMS))
