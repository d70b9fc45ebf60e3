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
from aftermath.pages.run import run_case
from aftermath.running import kernels
from aftermath.running.execute import execute
from aftermath.running.forking import MANY, PRELOADED, PRELOADED_FOR_MANY
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
    return execute(notebook, workspace.build / f"{name}.ipynb", {}, workspace)


def _printed(executed: Path) -> dict:
    cells = json.loads(executed.read_text(encoding="utf-8"))["cells"]
    return json.loads("".join(cells[-1]["outputs"][0]["text"]))


def _python(script: str, **options: object) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", script]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, **options)


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


def test_a_kernel_has_no_history_and_no_debugger_which_nobody_would_use(workspace):
    look = (
        "import json, os, sys\nfrom pathlib import Path\n"
        "made = [path.name for path in Path(os.environ['IPYTHONDIR']).rglob('*')]\n"
        "print(json.dumps({'made': made, 'debugger': bool(sys.modules.get('debugpy'))}))"
    )
    seen = _printed(_run(workspace, look))
    assert "profile_default" in seen["made"]
    assert not [name for name in seen["made"] if name.startswith("history")]
    assert not seen["debugger"]


def test_nobody_sleeps_until_a_kernel_has_ended(workspace, monkeypatch):
    slept, sleep = [], asyncio.sleep

    async def noted(seconds: float, *rest: object) -> None:
        await sleep(seconds, *rest)
        slept.append(seconds)  # unless it was called off

    monkeypatch.setattr(asyncio, "sleep", noted)
    _run(workspace, "print(1)")
    assert slept
    assert max(slept) < 0.1


@pytest.mark.parametrize("preloaded", [PRELOADED, PRELOADED_FOR_MANY])
def test_the_process_that_is_forked_only_imports(preloaded):
    script = (
        f"import os, threading\nimport {preloaded}\n"
        "names = [open(f'/proc/self/task/{task}/comm').read().strip() for task in os.listdir('/proc/self/task')]\n"
        "print(threading.active_count(), [name for name in names if name.startswith(('polars-0', 'tokio', 'async'))])"
    )
    done = _python(script)
    assert done.stdout.split("\n")[0] == "1 []", done.stderr


def test_what_was_imported_before_stays_as_it_was():
    done = _python(
        "import sqlalchemy\nimport aftermath.running.preloaded\nimport sqlalchemy.dialects\nprint(sqlalchemy.dialects.__name__)"
    )
    assert done.stdout == "sqlalchemy.dialects\n", done.stderr
    done = _python(
        "import aftermath.running.preloaded\nimport sqlalchemy.dialects\nprint(sqlalchemy.dialects.__name__)"
    )
    assert done.stdout == "sqlalchemy.dialects\n", done.stderr


def test_what_is_hardly_used_is_imported_when_somebody_asks_for_it():
    done = _python(
        "import sys\nimport aftermath.running.preloaded\n"
        "print([name for name in ('requests', 'numpy.f2py') if name in sys.modules])\n"
        "import papermill.iorw, numpy\n"
        "print(papermill.iorw.requests.get.__module__, numpy.f2py.run_main.__module__)\n"
        "import requests, numpy.f2py\n"
        "print(requests.__file__ is not None, numpy.f2py.__file__ is not None)"
    )
    assert done.stdout == "[]\nrequests.api numpy.f2py.f2py2e\nTrue True\n", done.stderr


FORK = """import time
from aftermath.running.forking import end_forking, forking, start_forking
def forked(code):
    with forking() as context:
        process = context.Process(target=exec, args=(code,))
        process.start()
    return process
def models():
    process = forked('import sys; sys.exit(10 + ("sklearn.cluster" in sys.modules))')
    process.join()
    return process.exitcode == 11
"""


@pytest.mark.parametrize(("pages", "models"), [(MANY - 1, False), (MANY, True)])
def test_what_only_some_pages_need_is_imported_beforehand_for_many(pages, models):
    assert _python(f"{FORK}start_forking({pages})\nprint(models())").stdout == f"{models}\n"


def test_a_server_for_few_makes_way_for_one_for_many_unless_somebody_works_with_it():
    replaced = f"start_forking()\nstart_forking({MANY})\nstart_forking({MANY})\nstart_forking()\nprint(models())"
    assert _python(FORK + replaced).stdout == "True\n"
    in_use = f"other = forked('import time; time.sleep(60)')\nstart_forking({MANY})\nprint(models())\nother.kill()"
    assert _python(FORK + in_use).stdout == "False\n"


def test_a_server_that_was_ended_is_started_anew():
    assert _python(f"{FORK}start_forking()\nend_forking()\nend_forking()\nprint(models())").stdout == "False\n"


@pytest.mark.parametrize("rest", ["", "forked('pass').join()\n", "raise SystemExit(3)\n", "1 / 0\n"])
def test_a_program_that_ends_leaves_no_server_behind(rest, monkeypatch, tmp_path):
    monkeypatch.setenv("MARK_OF_THIS_TEST", str(tmp_path))
    done = _python(f"{FORK}start_forking()\n{rest}")
    assert "ignored" not in done.stderr
    assert not [process for process in psutil.process_iter() if _marked(process, tmp_path)]


def _marked(process: psutil.Process, mark: Path) -> bool:
    try:
        of_ours = process.environ().get("MARK_OF_THIS_TEST") == str(mark)
        return of_ours and "forkserver" in " ".join(process.cmdline())
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


def test_a_kernel_ends_with_the_process_that_asked_for_it_however_that_ends(workspace, tmp_path):
    mark = tmp_path / "pid"
    asleep = f"import os, pathlib, time\npathlib.Path({str(mark)!r}).write_text(str(os.getpid()))\ntime.sleep(600)"
    write_notebook(workspace.notebooks / "case_report.ipynb", 'case_id: str = "x"', asleep)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "AFTERMATH_ROOT": str(workspace.root)}
    script = "from aftermath.pages.run import run_case; run_case('red-cross-tweet')"
    caller = subprocess.Popen([sys.executable, "-c", script], env=environment)
    try:
        kernel = psutil.Process(int(_wait_for(mark)))
    finally:
        caller.send_signal(signal.SIGKILL)
        caller.wait()
    kernel.wait(timeout=10)
    assert not kernel.is_running()


def test_workers_ask_the_server_that_they_come_from_and_start_none_of_their_own(workspace, tmp_path):
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
