"""The pages as tasks of the build engine, pytask. Nothing else knows it."""

from __future__ import annotations

import contextlib
import functools
import io
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytask
from pytask_parallel import ParallelBackend, WorkerType, execute, registry

from aftermath.building.cluster import ClusterWorkers, connected
from aftermath.building.jobs import Job
from aftermath.building.workers import Done, Workers
from aftermath.problems import AftermathError

_HERE = Path(__file__)


class _Attentive:
    """Looks often whether a page is ready: until the second look after it a worker is idle. The engine's own come a second late."""

    def sleep(self) -> None:
        time.sleep(0.002)

    def reset(self) -> None:
        """Nothing to do: it never gets tired."""

    increment = reset


execute._Sleeper = _Attentive  # there is no setting for it


class EngineError(AftermathError):
    """The build engine could not do its work."""


@dataclass(frozen=True)
class Result:
    """What became of a job.

    Parameters
    ----------
    job
        The job.
    seconds
        How long it ran.
    error
        What ended it; None where its products are there.
    details
        The course of the error, for whoever mends the library.
    """

    job: Job
    seconds: float
    error: BaseException | None = None
    details: str = ""


def task_page(make: Callable[[], object], inputs: object, parameters: object, produces: object) -> None:
    """What every task does; all but ``make`` is there for the engine, which sees by it what changed."""
    make()


def _task(job: Job, make: Callable[[Job], None]) -> pytask.Task:
    """A job as a task of the engine."""
    return pytask.Task(
        base_name=job.key,
        path=_HERE,
        function=functools.partial(task_page, functools.partial(make, job)),
        depends_on={
            # one value, not one a file: the engine looks at, notes and writes down each of them, page by page
            "inputs": _value(job, "inputs", json.dumps(dict(job.inputs), sort_keys=True)),
            "parameters": _value(job, "parameters", job.parameters),
        },
        produces={"produces": [pytask.PathNode(name=str(path), path=path) for path in job.products]},
        markers=[pytask.Mark(f"try_{job.turn}", (), {})] if job.turn else [],
    )


def _value(job: Job, argument: str, value: str) -> pytask.PythonNode:
    """A value that a task depends on. **Plain ones are not hashed**: a change would be passed over in silence."""
    information = pytask.NodeInfo(arg_name=argument, path=(), task_path=_HERE, task_name=job.key, value=value)
    return pytask.PythonNode(name=argument, value=value, hash=True, node_info=information)


def stale(jobs: Sequence[Job], state: Path) -> tuple[Job, ...]:
    """The jobs whose inputs, parameters or products changed since they last succeeded.

    Parameters
    ----------
    jobs
        All jobs.
    state
        Folder of the engine's records.

    Returns
    -------
    tuple of Job
        In the order given.
    """
    session = _session(jobs, state, _nothing, dry_run=True)
    unchanged = {
        report.task.base_name
        for report in session.execution_reports
        if report.outcome is pytask.TaskOutcome.SKIP_UNCHANGED
    }
    return tuple(job for job in jobs if job.key not in unchanged)


def run(
    jobs: Sequence[Job],
    state: Path,
    *,
    workers: int,
    temporary: str,
    stopped: Callable[[], bool],
    finished: Callable[[Result], None],
    dask: str = "",
) -> tuple[Result, ...]:
    """Do jobs in worker processes; one that fails does not stop the others.

    Parameters
    ----------
    jobs
        What is to be done, **whether it is stale or not**.
    state
        Folder of the engine's records.
    workers
        How many processes.
    temporary
        Folder for the workers' temporary files.
    stopped
        Whether the user interrupted.
    finished
        Called as each job ends, from a thread, **one call at a time**.
    dask
        Address of a Dask scheduler, whose workers then do the jobs; empty for processes of this machine.

    Returns
    -------
    tuple of Result
        Sorted as the jobs are.

    Raises
    ------
    ClusterError
        If the cluster cannot be reached or used.
    EngineError
        If the engine itself failed, e.g. because its records could not be written.
    """
    done, one_at_a_time = {}, threading.Lock()
    with _hired(workers, temporary, stopped, dask, state) as hired:

        def make(job: Job) -> None:
            done[job.key] = found = hired.make(job.make)
            with one_at_a_time:
                if not stopped():
                    finished(Result(job, found.seconds, found.error))
            if found.error:
                raise found.error

        kind = ParallelBackend.DASK if dask else ParallelBackend.CUSTOM
        registry.register_parallel_backend(kind, lambda n_workers: hired, worker_type=WorkerType.THREADS)
        parallel = {"parallel_backend": kind, "n_workers": hired.count}
        session = _session(jobs, state, make, force=True, **parallel)
    reports = {report.task.base_name: report for report in session.execution_reports}
    return tuple(_result(job, done.get(job.key, Done(0.0)), reports[job.key]) for job in jobs if job.key in reports)


@contextlib.contextmanager
def _hired(count: int, temporary: str, stopped: Callable[[], bool], dask: str, folder: Path) -> Iterator[Workers]:
    """Workers of this machine, or those of a cluster."""
    if not dask:
        with Workers(count, temporary, stopped) as workers:
            yield workers
        return
    folder.mkdir(parents=True, exist_ok=True)
    with connected(dask, folder) as client, ClusterWorkers(client, stopped) as workers:
        yield workers


def _result(job: Job, done: Done, report: pytask.ExecutionReport) -> Result:
    """What the worker said of a page, or what the engine found wrong with it afterwards."""
    return Result(job, done.seconds, report.exc_info[1] if report.exc_info else None, done.details)


def _nothing(job: Job) -> None:
    """Stands in for making a page where none is made."""


def _session(jobs: Sequence[Job], state: Path, make: Callable[[Job], None], **settings: Any) -> pytask.Session:
    """Run the engine; damaged records are thrown away, which costs time and nothing else."""
    tasks = [_task(job, make) for job in jobs]
    session, said = _engine(tasks, state, settings)
    if session.exit_code is pytask.ExitCode.CONFIGURATION_FAILED:
        shutil.rmtree(state, ignore_errors=True)
        session, said = _engine(tasks, state, settings)
    complete = len(session.execution_reports) == len(tasks)
    if not complete and session.exit_code is not pytask.ExitCode.OK:
        raise EngineError(
            f"{state}: the build could not keep its records ({_reason(session, said)}). "
            "Free space or make the folder writable, then run the command again; earlier results are intact."
        )
    return session


def _reason(session: pytask.Session, said: str) -> str:
    """Why the engine gave up: from its report, or from what it said of the error."""
    errors = [report.exc_info[1] for report in session.collection_reports if report.exc_info]
    lines = [line.strip(" │") for line in said.split("\n")]
    return str(next(iter([*errors, *(line for line in reversed(lines) if "Error" in line)]), "no reason given"))


def _engine(tasks: Sequence[pytask.Task], state: Path, settings: Mapping[str, Any]) -> tuple[pytask.Session, str]:
    """One run of the engine, and what it said instead of showing it."""
    state.mkdir(parents=True, exist_ok=True)
    config = state / "pyproject.toml"  # marks the folder as the engine's own: nothing goes anywhere else
    if not config.is_file():
        config.write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    with _quiet() as said, _own_path():
        session = pytask.build(
            tasks=list(tasks),
            config=config,
            database_url="sqlite://",  # in memory: the lock file holds the records
            capture="no",
            verbose=0,
            show_traceback=False,
            disable_warnings=True,
            **settings,
        )
    return session, said.getvalue()


@contextlib.contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """Take what the engine prints."""
    said, shown = io.StringIO(), pytask.console.file
    pytask.console.file = said
    try:
        yield said
    finally:
        pytask.console.file = shown


@contextlib.contextmanager
def _own_path() -> Iterator[None]:
    """Undo that the engine puts its folder where Python looks for modules."""
    path, variable = list(sys.path), os.environ.get("PYTHONPATH")
    try:
        yield
    finally:
        sys.path[:] = path
        os.environ.pop("PYTHONPATH", None)
        if variable is not None:
            os.environ["PYTHONPATH"] = variable
