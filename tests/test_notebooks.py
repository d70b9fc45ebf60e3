"""Notebooks: kept clean in the repository, readable for people who do not program, and running."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = {
    path.relative_to(ROOT).as_posix(): path
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
    if ".ipynb_checkpoints" not in path.parts
}
START_HERE, EXPLORE = "notebooks/start_here.ipynb", "notebooks/explore.ipynb"
LESSONS = [name for name in NOTEBOOKS if name.startswith("notebooks/course/")]
LONGEST_RUN = 60  # seconds, of a lesson
METHOD_CHECKS, LATENCIES = "notebooks/method_checks.ipynb", "notebooks/latencies.ipynb"
LONGEST_CELL = 15
MEANINGFUL = re.compile(r"[a-z]+(-[a-z0-9]+)*")
RANDOM = re.compile(r"(^|-)(?=[a-z]*\d)[0-9a-f]{8,}($|-)")

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS.values(), ids=NOTEBOOKS)


def cells(path: Path) -> list[dict]:
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def code(path: Path) -> list[str]:
    return ["".join(cell["source"]) for cell in cells(path) if cell["cell_type"] == "code"]


def test_the_notebooks_that_people_open_first_are_there():
    assert {START_HERE, "notebooks/course/02_how_fast.ipynb"} <= NOTEBOOKS.keys()


@every_notebook
def test_a_notebook_is_stored_in_one_way(path):
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=4)
    nbformat.validate(notebook)
    assert notebook.nbformat_minor == 5
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


@every_notebook
def test_a_notebook_names_the_kernel_that_everybody_has_and_no_version(path):
    metadata = json.loads(path.read_text(encoding="utf-8"))["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert "version" not in metadata.get("language_info", {})


@every_notebook
def test_a_notebook_carries_no_outputs(path):
    for cell in cells(path):
        if cell["cell_type"] == "code" and "NBVAL_CHECK_OUTPUT" not in "".join(cell["source"]):
            assert (cell["outputs"], cell["execution_count"]) == ([], None), cell["id"]


@every_notebook
def test_cells_have_names_that_mean_something(path):
    names = [cell["id"] for cell in cells(path)]
    assert len(set(names)) == len(names)
    assert [name for name in names if not MEANINGFUL.fullmatch(name) or RANDOM.search(name)] == []


def test_names_that_an_editor_makes_up_would_be_seen():
    assert all(MEANINGFUL.fullmatch(name) and not RANDOM.search(name) for name in ("title", "event-e07", "defaced"))
    for made_up in ("8a2f1c3d", "a1b2c3d4-1111-4222-8333-abcdefabcdef", "f3a9c2d1e", "Untitled 1"):
        assert not MEANINGFUL.fullmatch(made_up) or RANDOM.search(made_up)


@every_notebook
def test_a_notebook_begins_with_prose_and_keeps_its_cells_short(path):
    assert cells(path)[0]["cell_type"] == "markdown"
    assert [source for source in code(path) if len(source.splitlines()) > LONGEST_CELL] == []


@every_notebook
def test_only_course_notebooks_define_anything(path):
    if path.parent.name == "course":
        pytest.skip("students may write functions")
    trees = [ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", source)) for source in code(path)]
    defining = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
    assert [ast.unparse(node) for tree in trees for node in ast.walk(tree) if isinstance(node, defining)] == []


# They run


@pytest.fixture
def workspace(tmp_path) -> Path:
    """A copy of cases, data and notebooks, so that what a notebook writes does not land in the repository."""
    for folder in ("casestudies", "data", "notebooks"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


@pytest.mark.parametrize("name", [START_HERE, *LESSONS, METHOD_CHECKS, EXPLORE, LATENCIES])
@pytest.mark.slow
def test_a_notebook_runs_from_top_to_bottom(name, workspace, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(workspace))
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)
    check = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q", "-p", "no:cacheprovider", name]
    longest = LONGEST_RUN if name in LESSONS else 300
    ran = subprocess.run(check, cwd=workspace, capture_output=True, text=True, encoding="utf-8", timeout=longest)
    assert ran.returncode == 0, ran.stdout[-4000:] + ran.stderr[-2000:]
    assert f"{len(code(ROOT / name))} passed" in ran.stdout
    if name == START_HERE:
        folder = workspace / "build" / "start_here"
        assert "<html" in (folder / "timeline.html").read_text(encoding="utf-8")
        assert (folder / "speed.csv").read_text(encoding="utf-8").startswith("step,")
        assert (folder / "speed.xlsx").read_bytes().startswith(b"PK")


ALONE = """
import io, json, os, pathlib, sys
from contextlib import redirect_stdout
root, lesson = sys.argv[1:]
# the system's own files (fonts, time zones) belong to everybody
allowed = [root, os.getcwd(), sys.prefix, sys.base_prefix, "/usr", "/etc", "/proc", "/sys", "/dev", "/lib"]
allowed = [os.path.realpath(folder) for folder in allowed]

def refuse(event, arguments):
    if event == "import" and arguments[0] == "torch":
        raise ImportError("a lesson needs no torch")
    if event == "socket.connect" or event == "socket.getaddrinfo":
        raise RuntimeError(f"a lesson needs no network: {arguments}")
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        path = os.path.realpath(os.fsdecode(arguments[0]))
        if not any(path == folder or path.startswith(folder + os.sep) for folder in allowed):
            raise RuntimeError(f"a lesson needs no file outside the repository: {path}")

code = ["".join(cell["source"]) for cell in json.loads(pathlib.Path(lesson).read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]
sys.addaudithook(refuse)
state = {"display": lambda *shown: None}
with redirect_stdout(io.StringIO()):
    for source in code:
        exec(source, state)
"""


@pytest.mark.parametrize("name", LESSONS)
@pytest.mark.skipif(sys.platform == "win32", reason="folders of the system are named as on POSIX")
def test_a_lesson_needs_no_network_no_torch_and_no_file_from_elsewhere(name, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(ROOT))
    monkeypatch.setenv("AFTERMATH_ARCHIVES", str(tmp_path / "none"))
    monkeypatch.setenv("MPLCONFIGDIR", str(tmp_path))  # pandas loads it, and it writes down the system's fonts
    command = [sys.executable, "-c", ALONE, str(ROOT), str(ROOT / name)]
    ran = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=LONGEST_RUN)
    assert ran.returncode == 0, ran.stderr[-2000:]
