"""Building on a Dask cluster: a real scheduler and two worker processes, one of which is killed in the middle."""

from __future__ import annotations

import functools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from aftermath.building import cluster
from aftermath.building.build import build
from aftermath.building.jobs import Job
from aftermath.building.sweep import sweep
from aftermath.building.work import Work
from aftermath.pages.made_from import MadeFrom
from aftermath.workspace import Workspace
from sweeping import tagged
from tiny import CASES, REPORT, make_workspace, touch_evidence, write_notebook

HERE = Path(__file__).parent
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


def _start(module: str, *options: str, **settings: object) -> subprocess.Popen:
    command = [sys.executable, "-m", f"distributed.cli.{module}", *options]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(HERE), *sys.path])}
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **settings)


def _wait_for(file: Path) -> str:
    end = time.monotonic() + 60
    while not (file.is_file() and file.read_text(encoding="utf-8")):
        assert time.monotonic() < end, f"{file.name} did not come"
        time.sleep(0.05)
    return file.read_text(encoding="utf-8")


@pytest.fixture
def scheduler(tmp_path) -> Iterator[str]:
    """The address of a scheduler with two worker processes, which nobody starts again when they die."""
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    file = tmp_path / "scheduler.json"
    common = ("--scheduler-file", str(file), "--no-dashboard")
    worker = (*common, "--nthreads", "1", "--no-nanny", "--local-directory", str(tmp_path / "work"))
    started = [_start("dask_scheduler", *common, "--port", "0", "--host", "127.0.0.1")]
    try:
        address = json.loads(_wait_for(file))["address"]
        started += [_start("dask_worker", *worker) for _ in range(2)]
        yield address
    finally:
        for process in reversed(started):
            process.kill()
            process.wait(timeout=30)


def _die_once(mark: Path, product: Path) -> None:
    """Ends its worker the first time it is called, as for want of memory."""
    if not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    product.write_text("made", encoding="utf-8")


def _fail(log: Path) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write("tried\n")
    raise ValueError("too red")


@pytest.mark.fault("processes that are killed or end")
@posix
@pytest.mark.slow
def test_work_of_a_worker_that_dies_is_done_by_another_and_a_page_that_fails_is_not_tried_again(scheduler, tmp_path):
    product, log = tmp_path / "a.html", tmp_path / "log"
    made, other = MadeFrom({"x": "1"}), tmp_path / "b.html"
    good = Job("a", "a", made, product, (product,), functools.partial(_die_once, tmp_path / "mark", product))
    bad = Job("b", "b", made, other, (other,), functools.partial(_fail, log))
    work = Work(tmp_path, 1, force=False, console=None, dask=scheduler)
    work.do([good, bad])
    results = {title: done.error for title, done in work.done}
    assert results["a"] is None
    assert product.read_text(encoding="utf-8") == "made"
    assert "too red" in str(results["b"])
    assert log.read_text(encoding="utf-8") == "tried\n"
    assert (tmp_path / "mark").exists()


# The first page leaves a mark with the number of its worker, and takes its time, so that the worker can be killed in it.
SLOW = """import os, pathlib, psutil, time
mark = pathlib.Path(os.environ["AFTERMATH_ROOT"]).parent / "worker"
if not mark.exists():
    mark.write_text(str(psutil.Process(os.getppid()).ppid()))  # who asked for the process that kernels are forked from
    time.sleep(600)"""

WORDS = """from IPython.display import display
display({"application/vnd.aftermath.page+html": f"<p>{case_id} {seed}</p>"}, raw=True)"""


@pytest.mark.fault("processes that are killed or end")
@posix
@pytest.mark.slow
def test_a_cluster_makes_the_same_pages_although_a_worker_is_killed_in_the_middle(scheduler, tmp_path):
    here, there = make_workspace(tmp_path / "here" / "site"), make_workspace(tmp_path / "there" / "site")
    for workspace in (here, there):
        write_notebook(workspace.notebooks / "case_report.ipynb", REPORT, SLOW, WORDS)
    (tmp_path / "here" / "worker").write_text("nobody is killed here", encoding="utf-8")
    local = build(workspace=here, workers=2)
    assert not local.failures, local.failed

    killer = subprocess.Popen([sys.executable, "-c", KILLER, str(tmp_path / "there" / "worker")])
    outcome = build(workspace=there, dask=scheduler)
    assert killer.wait(timeout=60) == 0, "nobody was killed"
    assert not outcome.failures, outcome.failed
    assert set(CASES) < set(outcome.made)
    assert _pages(there) == _pages(here)

    touch_evidence(there, CASES[0])
    assert set(build(workspace=there, dask=scheduler).made) == {CASES[0], "comparison", "index", "trial"}
    assert build(workspace=there, dask=scheduler).made == ()


KILLER = """import os, pathlib, signal, sys, time
mark, end = pathlib.Path(sys.argv[1]), time.monotonic() + 60
while not (mark.is_file() and mark.read_text()):
    if time.monotonic() > end:
        sys.exit(1)
    time.sleep(0.05)
os.kill(int(mark.read_text()), signal.SIGKILL)"""


POINT = "import aftermath as am, polars as pl\nam.results(pl.DataFrame({'twice': [2 * seed]}))"


@posix
@pytest.mark.slow
def test_a_cluster_runs_the_points_of_a_sweep(scheduler, tmp_path):
    here, there = make_workspace(tmp_path / "here", CASES[:1]), make_workspace(tmp_path / "there", CASES[:1])
    asked = {"settings": ["seed=1,2,3"]}
    for workspace in (here, there):
        tagged(workspace.notebooks / "twice.ipynb", "seed: int = 0", POINT)
    local, found = sweep("twice", workspace=here, **asked), sweep("twice", workspace=there, dask=scheduler, **asked)
    assert (found.points, found.made, found.failures) == (3, 3, ())
    assert pl.read_parquet(found.table)["twice"].to_list() == [2, 4, 6]
    assert found.table.read_bytes() == local.table.read_bytes()
    assert sweep("twice", workspace=there, dask=scheduler, **asked).made == 0


def _pages(workspace: Workspace) -> dict[str, bytes]:
    site = workspace.site
    return {path.relative_to(site).as_posix(): path.read_bytes() for path in sorted(site.rglob("*")) if path.is_file()}


def test_where_nothing_is_installed_that_speaks_with_a_cluster_the_extra_is_named(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "distributed", None)
    words = r"distributed is not installed.*extra cluster"
    with pytest.raises(cluster.ClusterError, match=words), cluster.connected("tcp://127.0.0.1:9", tmp_path):
        pass


@pytest.mark.fault("processes that are killed or end")
def test_a_scheduler_that_does_not_answer_is_named_with_the_cure(monkeypatch, tmp_path):
    pytest.importorskip("distributed", reason="the extra cluster is not installed")
    monkeypatch.setattr(cluster, "_PATIENCE", 0.2)
    words = r"127.0.0.1:9: no Dask scheduler.*dask scheduler"
    with pytest.raises(cluster.ClusterError, match=words), cluster.connected("tcp://127.0.0.1:9", tmp_path):
        pass


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"folder": False}, "does not see the build folder"),
        ({"library": "other"}, "has another version of aftermath"),
        ({"environment": ["3.11", "polars 1"]}, r"has other packages \(polars 1, polars 2\)"),
    ],
)
def test_a_worker_that_would_make_other_pages_is_refused(change, words):
    own = {"folder": True, "library": "ours", "environment": ["3.11", "polars 2"]}
    cluster.compare({"tcp://a": own}, own)
    with pytest.raises(cluster.ClusterError, match=f"the worker at tcp://b {words}"):
        cluster.compare({"tcp://a": own, "tcp://b": own | change}, own)
