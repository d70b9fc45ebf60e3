"""The build engine: what is stale is done, what fails stops nothing else, records survive."""

from __future__ import annotations

import errno
import functools
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aftermath.building.build import Bench
from aftermath.building.jobs import Job
from aftermath.building.record import FILE, out_of_order
from aftermath.building.stopping import Stop
from aftermath.building.task_pages import EngineError, run, stale
from tiny import note


def made(title: str, folder: Path, inputs: str = "1", parameters: str = "", make: Callable | None = None) -> Job:
    """A job that needs no kernel."""
    product = folder / f"{title}.html"
    make = make or functools.partial(note, folder / "log", product)
    return Job(title, title, {"evidence": inputs}, parameters, (product,), make)


def engine(folder: Path, *jobs: Job, workers: int = 1) -> dict[str, str]:
    """Do what is stale, and say what became of it."""
    finished, state = [], folder / "state"
    due = stale(jobs, state)
    options = {"workers": workers, "temporary": str(folder), "stopped": lambda: False}
    results = run(due, state, finished=finished.append, **options)
    assert sorted(result.job.title for result in finished) == [job.title for job in due]
    return {result.job.title: str(result.error or "made") for result in results}


def titles_of_stale(folder: Path, *jobs: Job) -> list[str]:
    return [job.title for job in stale(jobs, folder / "state")]


def _fail(words: str) -> None:
    raise ValueError(f"no {words}")


def _die() -> None:
    os._exit(1)


def test_the_engine_does_what_is_stale_and_a_failing_job_stops_no_other(tmp_path):
    jobs = [made(title, tmp_path) for title in "abcd"]
    jobs[1] = made("b", tmp_path, make=functools.partial(_fail, "b"))
    assert engine(tmp_path, *jobs, workers=2) == {"a": "made", "b": "no b", "c": "made", "d": "made"}
    assert sorted((tmp_path / "log").read_text().split()) == ["a.html", "c.html", "d.html"]
    assert titles_of_stale(tmp_path, *jobs) == ["b"]  # what failed is tried again
    jobs[0] = made("a", tmp_path, inputs="2")
    jobs[2] = made("c", tmp_path, parameters='{"seed": 3}')
    (tmp_path / "d.html").unlink()
    assert titles_of_stale(tmp_path, *jobs) == ["a", "b", "c", "d"]
    assert titles_of_stale(tmp_path, made("a", tmp_path), made("c", tmp_path), made("new", tmp_path)) == ["new"]


@pytest.mark.parametrize("damage", [b"\0 not what it was", b""], ids=["changed", "emptied"])
def test_damaged_records_cost_a_rebuild_and_nothing_else(tmp_path, damage):
    engine(tmp_path, made("a", tmp_path))
    for path in (tmp_path / "state").rglob("*"):
        if path.is_file():
            path.write_bytes(damage)
    assert titles_of_stale(tmp_path, made("a", tmp_path)) == ["a"]


def test_half_a_record_costs_no_more_than_its_page(tmp_path):
    jobs = made("a", tmp_path), made("b", tmp_path)
    engine(tmp_path, *jobs)
    (tmp_path / "state" / "pytask.lock.journal").write_bytes(b'{"lock-version": "1", "id": "a", "sta')
    assert titles_of_stale(tmp_path, *jobs) == []


def test_what_was_found_unchanged_is_noted_as_it_was_found(tmp_path):
    bench, state = Bench(tmp_path, 1, force=False, stop=Stop(), console=None), tmp_path / ".engine"
    jobs = kept, spoilt = made("a", tmp_path), made("b", tmp_path)
    by_hand = functools.partial(spoilt.products[0].write_text, "by hand")
    bench.make(jobs)
    assert not out_of_order(jobs, state)
    (state / FILE).unlink()
    failing = made("c", tmp_path, make=functools.partial(_fail, "c"))
    bench.make([kept, spoilt, failing, made("d", tmp_path, make=by_hand)])
    assert not out_of_order([kept], state)
    assert out_of_order([spoilt], state), "it was changed while other jobs were done"
    assert out_of_order([failing], state)


def test_a_job_whose_worker_dies_says_so(tmp_path):
    assert "worker process ended unexpectedly" in engine(tmp_path, made("a", tmp_path, make=_die))["a"]


def test_a_job_that_leaves_a_product_out_has_failed(tmp_path):
    assert "did not produce" in engine(tmp_path, made("a", tmp_path, make=functools.partial(int, "1")))["a"]


def test_the_engine_is_silent_and_leaves_the_process_as_it_was(tmp_path, capfd):
    path, variables, folder = list(sys.path), dict(os.environ), Path.cwd()
    engine(tmp_path, made("a", tmp_path), made("b", tmp_path, make=functools.partial(_fail, "b")))
    assert {item.name for item in tmp_path.iterdir()} == {"state", "log", "a.html"}
    assert (sys.path, dict(os.environ), Path.cwd()) == (path, variables, folder)
    assert capfd.readouterr() == ("", "")


def test_records_that_cannot_be_written_are_an_error_with_a_cure(tmp_path, monkeypatch):
    import _pytask.journal

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(_pytask.journal.JsonlJournal, "append", full)
    with pytest.raises(EngineError, match=r"could not keep its records.*No space left"):
        engine(tmp_path, made("a", tmp_path))
