"""What is installed from a wheel works without a checkout."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from aftermath.case_files.check import check
from aftermath.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    into = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*build, "--wheel-dir", into, ROOT], check=True, capture_output=True)
    return next(into.glob("aftermath-*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """A Python that has the wheel, and the dependencies of the one that runs the tests, but no checkout."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    install = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--no-deps", "--no-index", wheel]
    subprocess.run(install, check=True, capture_output=True)
    site = subprocess.run(
        [python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], capture_output=True, text=True
    )
    Path(site.stdout.strip(), "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return python


def run(python: Path, folder: Path, *arguments: str | Path) -> str:
    """What a program of the installation says, run in a folder."""
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "AFTERMATH_ROOT")}
    done = subprocess.run([python, *arguments], cwd=folder, env=own, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bundled(python: Path, folder: Path) -> dict[str, int]:
    """The files beside the library, with the time at which each was written."""
    root = Path(
        run(python, folder, "-c", "from aftermath.workspace import INSTALLED_FROM; print(INSTALLED_FROM)").strip()
    )
    assert not root.is_relative_to(ROOT)
    return {path.relative_to(root).as_posix(): path.stat().st_mtime_ns for path in root.rglob("*") if path.is_file()}


def test_the_wheel_holds_what_is_needed_and_no_raw_posts(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for needed in (
        "casestudies/CODEBOOK.md",
        "casestudies/numeric_claims.csv",
        "casestudies/playbook.csv",
        "notebooks/trial.ipynb",
        "notebooks/case_report.ipynb",
        "docs/simulation.md",
    ):
        assert f"aftermath/bundled/{needed}" in names
    assert not [name for name in names if "/raw/" in name or "__pycache__" in name or "/tests/" in name]


def test_from_an_empty_folder_to_a_page(installed, tmp_path):
    command = ("-m", "aftermath")
    before = bundled(installed, tmp_path)
    root = tmp_path / "Meine Fälle 危机"
    run(installed, tmp_path, *command, "init", root.name)
    assert "2 cases checked: no problem." in run(installed, root, *command, "check")
    run(installed, root, *command, "new", "my-case")
    assert "kitchenaid-tweet" in run(installed, root, *command, "search", "debate apology")
    assert run(installed, root, *command, "sources", "export", "red-cross-tweet", "--format", "ris").startswith(
        "TY  - "
    )
    run(installed, root, *command, "build", "--case", "kitchenaid-tweet")
    page = (root / "build/site/cases/kitchenaid-tweet.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    assert check(["kitchenaid-tweet"], Workspace(root)).sound
    assert "17" in run(installed, tmp_path, "-c", "import aftermath as am; print(len(am.case_ids()))")
    assert bundled(installed, tmp_path) == before


def test_the_first_notebook_runs(installed, tmp_path):
    run(installed, tmp_path, "-m", "aftermath", "init", "mine")
    code = "import papermill; papermill.execute_notebook('notebooks/start_here.ipynb', 'build/out.ipynb', progress_bar=False)"
    (tmp_path / "mine" / "build").mkdir()
    run(installed, tmp_path / "mine", "-W", "ignore", "-c", code)
    assert (tmp_path / "mine" / "build" / "start_here").is_dir()
