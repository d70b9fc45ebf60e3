"""Building on a Dask cluster: a real scheduler and two worker processes, one of which is killed."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftermath.tasks import cluster
from aftermath.tasks.jobs import Job
from aftermath.tasks.task_pages import run


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


@pytest.fixture
def scheduler(tmp_path) -> Iterator[str]:
    """The address of a scheduler with two worker processes."""
    options = {"cwd": Path(__file__).parent, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    file = str(tmp_path / "scheduler.json")
    common = ["--scheduler-file", file]
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler", *common, "--port", "0", "--no-dashboard"]
    worker = [sys.executable, "-m", "distributed.cli.dask_worker", *common, "--nthreads", "1", "--no-dashboard"]
    worker += ["--local-directory", str(tmp_path / "work")]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    started = [subprocess.Popen(one, env=environment, **options) for one in (command, worker, worker)]
    try:
        end = time.monotonic() + 60
        while not Path(file).is_file():
            assert time.monotonic() < end, "the scheduler did not start"
            time.sleep(0.1)
        import json

        yield json.loads(Path(file).read_text())["address"]
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_cluster_makes_pages_although_a_worker_is_killed_and_tries_no_failed_page_again(scheduler, tmp_path):
    product, log = tmp_path / "a.html", tmp_path / "log"
    good = Job("a", "a", {"x": "1"}, "", (product,), functools.partial(_die_once, tmp_path / "mark", product))
    bad = Job("b", "b", {"x": "1"}, "", (tmp_path / "b.html",), functools.partial(_fail, log))
    options = {"workers": 1, "temporary": str(tmp_path), "stopped": lambda: False, "finished": lambda result: None}
    results = {
        result.job.key: result.error for result in run([good, bad], tmp_path / "state", dask=scheduler, **options)
    }
    assert results["a"] is None
    assert product.read_text() == "made"
    assert "too red" in str(results["b"])
    assert log.read_text() == "tried\n"
    assert (tmp_path / "mark").exists()


def test_a_scheduler_that_does_not_answer_is_named_with_the_cure(monkeypatch):
    monkeypatch.setattr(cluster, "_PATIENCE", "200ms")
    with pytest.raises(cluster.ClusterError, match=r"127.0.0.1:9: no Dask scheduler.*dask scheduler"):
        cluster.connected("tcp://127.0.0.1:9")
