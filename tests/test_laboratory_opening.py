"""What ``aftermath lab`` starts: where JupyterLab begins, what it opens, and what it is not to ask."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aftermath.laboratory import opening
from aftermath.laboratory.opening import LaboratoryError, open_laboratory
from aftermath.workspace import Workspace
from tiny import ROOT


@pytest.fixture
def started(monkeypatch) -> list[tuple]:
    """What would have been started, in place of starting it."""
    commands: list[tuple] = []
    monkeypatch.setattr(opening, "_run_until_closed", lambda *settings: commands.append(settings) or 0)
    return commands


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    (tmp_path / "casestudies").mkdir()
    return Workspace(tmp_path)


def test_jupyterlab_begins_at_the_root_and_its_address_is_that_of_the_notebook(workspace, started):
    (workspace.root / "notebooks").mkdir()
    (workspace.root / "notebooks" / "start_here.ipynb").write_text("{}")
    assert open_laboratory(workspace, ["--no-browser"]) == 0
    (line, root) = started[0]
    assert line[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={workspace.root}" in line
    assert "--LabApp.default_url=/lab/tree/notebooks/start_here.ipynb" in line
    assert (line[-1], root) == ("--no-browser", workspace.root)


def test_a_workspace_without_the_notebook_gets_a_copy_once_and_keeps_the_librarys_other_notebooks(
    workspace, started, capsys
):
    assert open_laboratory(workspace) == 0
    copy = workspace.root / "notebooks" / "start_here.ipynb"
    assert copy.read_bytes() == (ROOT / "notebooks" / "start_here.ipynb").read_bytes()
    assert f"{copy}: copied" in capsys.readouterr().out
    assert workspace.notebook("case_report.ipynb") == ROOT / "notebooks" / "case_report.ipynb"
    assert "--LabApp.default_url=/lab/tree/notebooks/start_here.ipynb" in started[0][0]
    copy.write_text('{"mine": 1}')
    assert open_laboratory(workspace) == 0
    assert (copy.read_text(), capsys.readouterr().out) == ('{"mine": 1}', "")


def test_a_library_without_notebooks_says_so(workspace, started, monkeypatch, tmp_path):
    monkeypatch.setattr(opening, "INSTALLED_FROM", tmp_path / "elsewhere")
    with pytest.raises(LaboratoryError, match="no such notebook"):
        open_laboratory(workspace)
    assert not started


def test_jupyterlab_is_told_by_settings_that_are_not_the_users_and_hands_on_how_it_ended(workspace, monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_PATH", "of-the-user")
    code = "import json, os, sys; json.dump(dict(os.environ), open('seen.json', 'w')); sys.exit(3)"
    assert opening._run_until_closed([sys.executable, "-c", code], workspace.root) == 3
    seen = json.loads((workspace.root / "seen.json").read_text())
    ours, users = seen["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert (users, seen["AFTERMATH_ROOT"]) == ("of-the-user", str(workspace.root))
    assert "HOME" not in seen or seen["HOME"] == os.environ["HOME"]
    assert seen["PATH"].split(os.pathsep)[0] == str(Path(sys.executable).parent)  # "!aftermath" is found in a cell
    from jupyterlab_server.config import ConfigManager

    overrides = ConfigManager(config_dir_name="labconfig", read_config_path=[f"{ours}/labconfig"]).get(
        "default_setting_overrides"
    )
    assert overrides["@jupyterlab/apputils-extension:notification"] == {"checkForUpdates": False, "fetchNews": "false"}


_ALONE = """
import sys
from pathlib import Path
from aftermath.laboratory.opening import _run_until_closed
sys.exit(_run_until_closed([sys.executable, "-c", sys.argv[1]], Path(sys.argv[2])))
"""
_CHILD = """
import os, pathlib, signal, sys, time
def ended(number, frame):
    time.sleep(0.5)  # as long as kernels take to be shut down
    pathlib.Path("ended").write_text("in order")
    sys.exit(4)
signal.signal(signal.SIGTERM, ended)
pathlib.Path("half").write_text(str(os.getpid()))
pathlib.Path("half").rename("started")
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends a process without asking it")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_handed_on_and_jupyterlab_ends_first(tmp_path, number):
    command = [sys.executable, "-c", _ALONE, _CHILD, str(tmp_path)]
    with subprocess.Popen(command, start_new_session=True, stdin=subprocess.DEVNULL) as opened:
        started = tmp_path / "started"
        deadline = time.monotonic() + 30
        while not started.exists() and opened.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        os.kill(opened.pid, number)  # this process alone, as `kill` does
        status = opened.wait(30)
    assert (status, (tmp_path / "ended").read_text()) == (4, "in order")
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
