"""The pages as tasks of the build engine, pytask. Nothing else knows it."""

from __future__ import annotations

import contextlib
import functools
import io
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytask
from pytask_parallel import ParallelBackend, WorkerType, execute, registry

from aftermath.problems import AftermathError
from aftermath.tasks.cluster import ClusterWorkers, connected
from aftermath.tasks.jobs import Job
from aftermath.tasks.workers import Workers

_HERE = Path(__file__)


class _Attentive:
    """Looks often whether a page is ready: until the second look after it a worker is idle. The engine's own come a second late."""

    def sleep(self) -> None:
        time.sleep(0.005)

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


def _task(job: Job) -> pytask.Task:
    """A job as a task of the engine."""
    return pytask.Task(
        base_name=job.key,
        path=_HERE,
        function=functools.partial(task_page, job.make),
        depends_on={
            "inputs": {name: _value(job, "inputs", name, print_) for name, print_ in job.inputs.items()},
            "parameters": _value(job, "parameters", "", job.parameters),
        },
        produces={"produces": [pytask.PathNode(name=str(path), path=path) for path in job.products]},
        markers=[pytask.Mark("try_first", (), {})] if job.long else [],
    )


def _value(job: Job, argument: str, name: str, value: str) -> pytask.PythonNode:
    """A value that a task depends on. **Plain ones are not hashed**: a change would be passed over in silence."""
    information = pytask.NodeInfo(arg_name=argument, path=(name,), task_path=_HERE, task_name=job.key, value=value)
    return pytask.PythonNode(name=f"{argument} {name}", value=value, hash=True, node_info=information)


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
    session = _session(jobs, state, dry_run=True)
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
        Called as each job ends, from a thread.
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
    by_key = {job.key: job for job in jobs}
    seconds: dict[str, float] = {}

    def note(settings: dict, outcome: Any, elapsed: float) -> None:
        key = settings["task"].base_name
        seconds[key] = elapsed
        finished(Result(by_key[key], elapsed, _error_in(outcome)))

    if dask:
        state.mkdir(parents=True, exist_ok=True)
        with connected(dask, state) as client:
            count = sum(client.nthreads().values())
            hired = _hired(ParallelBackend.DASK, lambda: ClusterWorkers(client, stopped, note), count)
            session = _session(jobs, state, force=True, **hired)
    else:
        hired = _hired(ParallelBackend.CUSTOM, lambda: Workers(workers, temporary, stopped, note), workers)
        session = _session(jobs, state, force=True, **hired)
    reports = {report.task.base_name: report for report in session.execution_reports}
    return tuple(_result(job, seconds, reports) for job in jobs if job.key in reports)


def _hired(kind: ParallelBackend, hire: Callable[[], Workers], count: int) -> dict[str, Any]:
    """Settings of the engine for one kind of workers, which tell us of every page."""
    registry.register_parallel_backend(kind, lambda n_workers: hire(), worker_type=WorkerType.PROCESSES)
    return {"parallel_backend": kind, "n_workers": count}


def _error_in(outcome: Any) -> BaseException | None:
    """The exception in what a worker sent back."""
    if isinstance(outcome, BaseException):
        return outcome
    return outcome.exc_info[1] if outcome.exc_info else None


def _result(job: Job, seconds: Mapping[str, float], reports: Mapping[str, pytask.ExecutionReport]) -> Result:
    information = reports[job.key].exc_info
    error, details = (information[1], information[2]) if information else (None, "")
    return Result(job, seconds.get(job.key, 0.0), error, details if isinstance(details, str) else "")


def _session(jobs: Sequence[Job], state: Path, **settings: Any) -> pytask.Session:
    """Run the engine; damaged records are thrown away, which costs time and nothing else."""
    session, said = _engine(jobs, state, settings)
    if session.exit_code is pytask.ExitCode.CONFIGURATION_FAILED:
        shutil.rmtree(state, ignore_errors=True)
        session, said = _engine(jobs, state, settings)
    complete = len(session.execution_reports) == len(jobs)
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


def _engine(jobs: Sequence[Job], state: Path, settings: Mapping[str, Any]) -> tuple[pytask.Session, str]:
    """One run of the engine, and what it said instead of showing it."""
    state.mkdir(parents=True, exist_ok=True)
    config = state / "pyproject.toml"  # marks the folder as the engine's own: nothing goes anywhere else
    if not config.is_file():
        config.write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    with _quiet() as said, _own_path():
        session = pytask.build(
            tasks=[_task(job) for job in jobs],
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
