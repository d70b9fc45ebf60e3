"""Jobs: what is stale is done, what fails stops nothing else, and pages alone say what was done."""

from __future__ import annotations

import functools
import io
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from rich.console import Console

from aftermath.building.jobs import Job
from aftermath.building.stale import CHANGED, NEVER_MADE, SILENT, stale
from aftermath.building.work import Work, threads
from aftermath.pages.made_from import MadeFrom
from aftermath.running import processes, stoppable
from aftermath.running.processes import WorkerError, in_process
from tiny import note


def made(title: str, folder: Path, inputs: str = "1", make: Callable | None = None, **parameters: int) -> Job:
    """A job that needs no kernel."""
    page, what = folder / f"{title}.html", MadeFrom({"evidence": inputs}, parameters)
    make = make or functools.partial(note, folder / "log", what, page)
    return Job(title, title, what, page, (page,), make)


def work(folder: Path, *jobs: Job, workers: int = 1, force: bool = False) -> dict[str, str]:
    """Do what is stale, and say what became of it."""
    console = Console(file=io.StringIO())
    doing = Work(folder, workers, force, console)
    doing.do(jobs)
    assert console.file.getvalue().count("\n") == len(doing.results)
    return {title: str(done.error or "made") for title, done in doing.done}


def titles_of_stale(*jobs: Job) -> list[str]:
    return [job.title for job in jobs if stale(job)]


def _end():
    os._exit(1)


def _fail(words: str) -> None:
    raise ValueError(f"no {words}")


@pytest.mark.fault("failing pages and points")
def test_what_is_stale_is_done_and_a_failing_job_stops_no_other(tmp_path):
    jobs = [made(title, tmp_path) for title in "abcd"]
    jobs[1] = made("b", tmp_path, make=functools.partial(_fail, "b"))
    assert work(tmp_path, *jobs, workers=2) == {"a": "made", "b": "no b", "c": "made", "d": "made"}
    assert sorted((tmp_path / "log").read_text().split()) == ["a.html", "c.html", "d.html"]
    assert titles_of_stale(*jobs) == ["b"]  # what failed is tried again
    assert work(tmp_path, *jobs[2:]) == {}
    assert work(tmp_path, *jobs[2:], force=True) == {"c": "made", "d": "made"}
    jobs[0] = made("a", tmp_path, inputs="2")
    jobs[2] = made("c", tmp_path, seed=3)
    (tmp_path / "d.html").unlink()
    assert titles_of_stale(*jobs) == ["a", "b", "c", "d"]
    assert titles_of_stale(made("a", tmp_path), made("c", tmp_path), made("new", tmp_path)) == ["new"]


@pytest.mark.fault("damaged and lost products")
@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (lambda page: page.write_bytes(b"\0 not what it was"), SILENT),
        (lambda page: page.write_bytes(b""), SILENT),
        (lambda page: page.write_text(page.read_text() + "."), CHANGED),
        (lambda page: page.unlink(), NEVER_MADE),
    ],
)
def test_a_damaged_page_costs_its_rebuild_and_nothing_else(tmp_path, damage, reason):
    jobs = spoilt, kept = made("a", tmp_path), made("b", tmp_path)
    work(tmp_path, *jobs)
    damage(spoilt.page)
    assert stale(spoilt) == (reason,)
    assert not stale(kept)
    assert work(tmp_path, *jobs) == {"a": "made"}
    assert not stale(spoilt)


@pytest.mark.fault("damaged and lost products")
def test_a_page_that_was_changed_while_other_jobs_were_done_is_stale(tmp_path):
    jobs = kept, spoilt = made("a", tmp_path), made("b", tmp_path)
    work(tmp_path, *jobs)
    by_hand = functools.partial(spoilt.page.write_text, "by hand")
    work(
        tmp_path,
        kept,
        spoilt,
        made("c", tmp_path, make=functools.partial(_fail, "c")),
        made("d", tmp_path, make=by_hand),
    )
    assert titles_of_stale(*jobs, made("c", tmp_path)) == ["b", "c"]


def test_jobs_are_begun_in_the_order_in_which_they_stand(tmp_path):
    work(tmp_path, *(made(title, tmp_path) for title in "cab"))
    assert (tmp_path / "log").read_text().split() == ["c.html", "a.html", "b.html"]


@pytest.mark.fault("failing pages and points")
def test_a_job_that_leaves_a_product_out_has_failed(tmp_path):
    assert "did not produce a.html" in work(tmp_path, made("a", tmp_path, make=functools.partial(int, "1")))["a"]


def test_nobody_says_anything_and_the_process_is_left_as_it_was(tmp_path, capfd):
    path, variables, folder = list(sys.path), dict(os.environ), Path.cwd()
    work(tmp_path, made("a", tmp_path), made("b", tmp_path, make=functools.partial(_fail, "b")))
    assert {item.name for item in tmp_path.iterdir()} == {"log", "a.html"}
    assert (sys.path, dict(os.environ), Path.cwd()) == (path, variables, folder)
    assert capfd.readouterr() == ("", "")


@pytest.mark.fault("interruptions")
def test_who_is_interrupted_calls_off_what_waits_and_what_is_at_work(tmp_path):
    def wait() -> None:
        import asyncio

        stoppable.run(asyncio.sleep(60))

    start = time.monotonic()
    with pytest.raises(KeyboardInterrupt), threads(2) as executor:
        futures = [executor.submit(wait) for _ in range(5)]
        while not any(future.running() for future in futures):
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert time.monotonic() - start < 10
    assert all(future.done() for future in futures)


# A call in a process of its own


@pytest.fixture(params=["forked", "started anew"])
def way(request, monkeypatch) -> None:
    if request.param == "started anew":
        monkeypatch.setattr(processes, "can_fork", lambda: False)
    elif sys.platform != "linux":
        pytest.skip("only Linux is trusted to fork")


@pytest.mark.usefixtures("way")
def test_a_call_is_done_in_a_process_of_its_own(tmp_path):
    log = tmp_path / "log"
    in_process(functools.partial(_tell, log))
    number, seed, threads = log.read_text().split()
    assert int(number) != os.getpid()
    assert (seed, threads) == ("0", "1")


def _tell(log: Path) -> None:
    log.write_text(f"{os.getpid()} {os.environ['PYTHONHASHSEED']} {os.environ['POLARS_MAX_THREADS']}")


@pytest.mark.usefixtures("way")
def test_an_error_comes_back_with_its_course():
    with pytest.raises(ValueError, match="no luck") as caught:
        in_process(functools.partial(_fail, "luck"))
    assert "in _fail" in caught.value.__notes__[0]


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.usefixtures("way")
def test_a_process_that_ends_before_its_work_says_so():
    with pytest.raises(WorkerError, match="a worker process ended unexpectedly"):
        in_process(_end)
