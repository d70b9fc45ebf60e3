"""Processes forked from one that has imported what pages need: faster, and no different otherwise."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from aftermath.building.build import build
from aftermath.pages.preloaded import FOR_EVERY_PAGE, FOR_SOME_PAGES, MANY, preload
from aftermath.pages.run import run_case
from aftermath.running import kernels
from aftermath.running.execute import execute
from aftermath.workspace import Workspace
from tiny import make_workspace, write_notebook

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux is trusted to fork")

SEEN = """import json, os, signal, sys
keys = ("PYTHONHASHSEED", "POLARS_MAX_THREADS", "AFTERMATH_ROOT", "SECRET_OF_THE_CALLER")
print(json.dumps({"environment": {key: os.environ.get(key) for key in keys}, "folder": os.getcwd(), "hash": hash("a"),
                  "loaded": "scipy.special" in sys.modules, "group": os.getpgid(0), "pid": os.getpid(), "path": sys.path[0],
                  "deaf": signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, []),
                  "computed": "polars-0" in [open(f"/proc/self/task/{task}/comm").read().strip() for task in os.listdir("/proc/self/task")]}))"""


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return make_workspace(tmp_path, ("red-cross-tweet",))


def _run(workspace: Workspace, *cells: str, name: str = "probe") -> Path:
    notebook = write_notebook(workspace.notebooks / f"{name}.ipynb", "", *cells)
    preload()
    executed = workspace.build / f"{name}.ipynb"
    execute(notebook, executed, {}, workspace)
    return executed


def _printed(executed: Path) -> dict:
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return json.loads("".join(cells[-1]["outputs"][0]["text"]))


def _python(script: str, *arguments: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_a_forked_kernel_has_everything_imported_and_an_environment_of_its_own(workspace, monkeypatch):
    before = _printed(_run(workspace, SEEN))
    monkeypatch.setenv("SECRET_OF_THE_CALLER", "told")
    seen = _printed(_run(workspace, SEEN))
    assert seen["loaded"]
    assert seen["environment"] == {
        "PYTHONHASHSEED": "0",
        "POLARS_MAX_THREADS": "1",
        "AFTERMATH_ROOT": str(workspace.root),
        "SECRET_OF_THE_CALLER": "told",
    }
    assert before["environment"]["SECRET_OF_THE_CALLER"] is None
    assert seen["folder"] == str(workspace.root)
    assert seen["group"] == seen["pid"], "Ctrl-C on a terminal must not reach it"
    assert not seen["deaf"], "who interrupts a kernel must be heard"
    assert seen["hash"] == before["hash"]
    assert seen["pid"] != before["pid"]
    assert not seen["computed"], "no pool of threads may exist before the fork"


def test_a_forked_kernel_and_one_started_anew_write_the_same(workspace, monkeypatch):
    cells = (
        "import polars as pl, random\nrandom.seed(0)",
        "print(sorted({'b', 'a'}), {1, 'x'}, hash('x'))\npl.DataFrame({'a': [1]})",
    )
    forked = _run(workspace, *cells).read_bytes()
    monkeypatch.setattr(kernels, "can_fork", lambda: False)
    assert _run(workspace, *cells).read_bytes() == forked


def test_a_kernel_has_no_history_which_nobody_would_use(workspace):
    look = (
        "import json, os\nfrom pathlib import Path\n"
        "print(json.dumps([path.name for path in Path(os.environ['IPYTHONDIR']).rglob('*')]))"
    )
    made = _printed(_run(workspace, look))
    assert "profile_default" in made
    assert not [name for name in made if name.startswith("history")]


def test_nobody_sleeps_until_a_kernel_has_ended(workspace, monkeypatch):
    slept, sleep = [], asyncio.sleep

    async def noted(seconds: float, *rest: object) -> None:
        await sleep(seconds, *rest)
        slept.append(seconds)  # unless it was called off

    monkeypatch.setattr(asyncio, "sleep", noted)
    _run(workspace, "print(1)")
    assert slept
    assert max(slept) < 0.1


def test_the_process_that_is_forked_only_imports_and_everything_can_be_imported():
    names = (*FOR_EVERY_PAGE, *FOR_SOME_PAGES)
    script = (
        f"import importlib, os, threading\nfor name in {names!r}: importlib.import_module(name)\n"
        "names = [open(f'/proc/self/task/{task}/comm').read().strip() for task in os.listdir('/proc/self/task')]\n"
        "print(threading.active_count(), [name for name in names if name.startswith(('polars-0', 'tokio', 'async'))])"
    )
    done = _python(script)
    assert done.stdout.split("\n")[0] == "1 []", done.stderr


FORK = """import functools, sys
from pathlib import Path
from aftermath.pages.preloaded import preload
from aftermath.running.forking import SERVER
from aftermath.running.processes import in_process
def models():
    answer = Path(sys.argv[1])
    in_process(functools.partial(exec, f"import sys; open({str(answer)!r}, 'w').write(str('ruptures' in sys.modules))"))
    return answer.read_text()
"""


@pytest.mark.parametrize(
    ("asked", "models"),
    [
        ([MANY - 1], False),
        ([MANY], True),
        ([1, MANY], True),
        ([MANY, 1], True),
    ],
)
def test_what_only_some_pages_need_is_imported_beforehand_for_many(asked, models, tmp_path):
    script = FORK + "".join(f"preload({pages})\n" for pages in asked) + "print(models())"
    assert _python(script, str(tmp_path / "answer")).stdout == f"{models}\n"


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.parametrize("way", ["SERVER.end()", "import os; os.kill(SERVER.number, 9); time.sleep(0.2)"])
def test_a_server_that_was_ended_is_started_anew_and_imports_the_same(way, tmp_path):
    way = way.replace("SERVER.number", "psutil.Process().children()[0].pid")
    script = f"{FORK}import psutil, time\npreload({MANY})\n{way}\nprint(models())"
    assert _python(script, str(tmp_path / "answer")).stdout == "True\n"


def test_what_cannot_be_imported_is_passed_over(tmp_path):
    script = f"{FORK}SERVER.load(['no_such_module', 'ruptures'])\nprint(models())"
    assert _python(script, str(tmp_path / "answer")).stdout == "True\n"


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.parametrize(
    "rest",
    ["", "models()\n", "raise SystemExit(3)\n", "1 / 0\n", "import os; os.kill(os.getpid(), 9)\n"],
    ids=["at once", "after use", "by an exit", "by an error", "by a kill"],
)
@pytest.mark.parametrize("seconds", [0, 0.3])
def test_a_program_that_ends_leaves_no_server_behind_not_even_one_that_still_imports(
    rest, seconds, monkeypatch, tmp_path
):
    monkeypatch.setenv("MARK_OF_THIS_TEST", str(tmp_path))
    done = _python(f"{FORK}import time\npreload({MANY})\ntime.sleep({seconds})\n{rest}", str(tmp_path / "answer"))
    assert "ignored" not in done.stderr
    left = [process for process in psutil.process_iter() if _marked(process, tmp_path)]
    assert not psutil.wait_procs(left, timeout=10)[1]


def _marked(process: psutil.Process, mark: Path) -> bool:
    try:
        of_ours = process.environ().get("MARK_OF_THIS_TEST") == str(mark)
        return of_ours and "fork_server" in " ".join(process.cmdline())
    except psutil.Error:
        return False


@pytest.mark.parametrize(
    "call",
    [
        "from aftermath.pages.run import run_case\nrun_case('red-cross-tweet')",
        "from aftermath.building.build import build\nassert not build(['red-cross-tweet']).failures",
    ],
    ids=["one page", "a build"],
)
def test_a_script_without_a_guard_is_not_run_once_more_by_the_fork(workspace, tmp_path, call):
    script, log = tmp_path / "script.py", tmp_path / "log"
    script.write_text(
        f"import sys\nwith open(sys.argv[1], 'a') as file:\n    file.write('run\\n')\n{call}\n", encoding="utf-8"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "AFTERMATH_ROOT": str(workspace.root)}
    command = [sys.executable, str(script), str(log)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    assert log.read_text() == "run\n"


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.parametrize("whom", ["caller", "server"])
def test_a_kernel_ends_with_who_asked_for_it_and_with_whom_it_was_forked_from_however_these_end(
    workspace, tmp_path, whom
):
    mark = tmp_path / "pid"
    asleep = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    write_notebook(workspace.notebooks / "case_report.ipynb", 'case_id: str = "x"', asleep)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "AFTERMATH_ROOT": str(workspace.root)}
    script = "from aftermath.pages.run import run_case; run_case('red-cross-tweet')"
    caller = subprocess.Popen([sys.executable, "-c", script], env=environment, stderr=subprocess.DEVNULL)
    victim = caller.pid
    try:
        kernel = psutil.Process(int(_wait_for(mark)))
        victim = {"caller": caller.pid, "server": kernel.ppid()}[whom]
    finally:
        os.kill(victim, signal.SIGKILL)
    kernel.wait(timeout=10)
    assert not kernel.is_running()
    caller.kill()
    caller.wait()


def test_all_kernels_of_a_process_are_forked_from_its_one_server(workspace, tmp_path):
    mark = tmp_path / "parent"
    write_notebook(
        workspace.notebooks / "case_report.ipynb",
        'case_id: str = "x"',
        f"import os\nopen({str(mark)!r}, 'w').write(str(os.getppid()))",
    )
    assert not build(["red-cross-tweet"], workspace=workspace).failures
    assert int(mark.read_text()) in {child.pid for child in psutil.Process().children()}, (
        "the kernel's parent is not our server"
    )


def _wait_for(mark: Path) -> str:
    end = time.monotonic() + 60
    while not (mark.is_file() and mark.read_text()):
        assert time.monotonic() < end, "the kernel did not come so far"
        time.sleep(0.05)
    return mark.read_text()


def test_where_forks_are_not_to_be_had_a_page_is_made_all_the_same(workspace, monkeypatch):
    monkeypatch.setattr(kernels, "can_fork", lambda: False)
    assert "red-cross-tweet" in run_case("red-cross-tweet", workspace=workspace).read_text(encoding="utf-8")
