"""``aftermath sweep``: one notebook at every point of a grid of parameters, the results in one table."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import itertools
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import polars as pl

from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.reports.execute import execute
from aftermath.reports.parameters import Parameter, ParameterError, checked, known, parse_settings, read_parameters
from aftermath.reports.results import read_results
from aftermath.tasks.folder import prepared
from aftermath.tasks.jobs import Job, all_evidence, environment, fingerprint, library
from aftermath.tasks.outcome import Failure
from aftermath.tasks.stopping import stoppable
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

_MOST = 10_000


class SweepError(AftermathError):
    """A sweep cannot be made as it was asked for."""


@dataclass(frozen=True)
class Sweep:
    """What came of a sweep.

    Parameters
    ----------
    table
        The file with the results of all points that succeeded.
    points
        How many points the grid has.
    made
        How many were run; the rest were up to date.
    failures
        The points that failed.
    """

    table: Path
    points: int
    made: int
    failures: tuple[Failure, ...]

    @property
    def text(self) -> str:
        """One line."""
        sound = self.points - len(self.failures)
        return f"{sound} of {self.points} points, {self.made} run now: {self.table}"

    @property
    def failed(self) -> str:
        """The points that failed, one a line; empty if none did."""
        return "\n".join(map(str, self.failures))


def grid(parameters: Mapping[str, Parameter], settings: Iterable[str]) -> list[dict[str, object]]:
    """The points of a grid.

    Parameters
    ----------
    parameters
        What the notebook declares.
    settings
        ``name=values`` texts. **Values stand apart with** ``|``, and also with ``,`` where the parameter is no list;
        a name that comes again adds values.

    Returns
    -------
    list of dict
        Every combination, each once; the last name varies fastest.

    Raises
    ------
    ParameterError
        If a name is unknown or a value ill-typed.

    Examples
    --------
    >>> from aftermath.reports.parameters import declared
    >>> known = declared("seed: int = 0\\nphase_days: list[int] = [7, 30]")
    >>> grid(known, ["phase_days=7,30|14", "seed=0,1"])[1]
    {'phase_days': [7, 30], 'seed': 1}
    """
    values: dict[str, list[object]] = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        listed = name in parameters and parameters[name].kind.startswith("list")
        parts = text.split("|") if listed else text.replace("|", ",").split(",")
        for part in parts:
            value = parse_settings(parameters, [f"{name}{equals}{part}"])[name]
            values.setdefault(name, [])
            values[name] += [] if value in values[name] else [value]
    count = len(list(itertools.islice(itertools.product(*values.values()), _MOST + 1)))
    if count > _MOST:
        raise ParameterError(f"the grid has more than {_MOST} points. Leave values out, or sweep in parts.")
    return [checked(parameters, dict(zip(values, point, strict=True))) for point in itertools.product(*values.values())]


def sweep(
    notebook: str,
    cases: Sequence[str] = (),
    *,
    settings: Iterable[str] = (),
    name: str = "",
    workers: int | None = None,
    workspace: Workspace | None = None,
    console: Console | None = None,
) -> Sweep:
    """Run a notebook at every point of a grid, and gather what its cell tagged ``results`` shows.

    Parameters
    ----------
    notebook
        Name of a notebook of the workspace, e.g. ``case_report``.
    cases
        Values for its parameter ``case_id``.
    settings
        As ``grid`` takes them.
    name
        Folder in ``build/sweeps/``; made of the notebook and the cases if not given.
    workers, workspace, console
        As ``build`` takes them.

    Returns
    -------
    Sweep
        Its table, ``results.parquet``, has the columns ``point`` (also the name of the executed notebook), the
        parameters, then those of the results. **A point that failed is in ``failures``, not in the table.**

    Raises
    ------
    SweepError, ParameterError, WorkspaceError
        If the notebook, a parameter or a case is unknown.
    Interrupted, BusyError, WriteError
        As ``build`` does; what was finished is kept.
    """
    workspace = workspace or find_workspace()
    path = _notebook(workspace, notebook)
    points = grid(_declared(path), _with_cases(workspace, cases, settings))
    folder = _folder(workspace, name or "-".join([path.stem, *sorted(set(cases))]))
    with stoppable() as stop, prepared(workspace):
        jobs = [_job(path, point, folder, workspace) for point in points]
        results = _run(jobs, folder, workers or os.cpu_count() or 1, stop, console)
        failures = [Failure(title, str(error)) for title, error in results.items() if error]
        failed = {failure.title for failure in failures}
        done = [(job, point) for job, point in zip(jobs, points, strict=True) if job.title not in failed]
        return _gathered(done, folder, len(points), len(results), failures)


def _notebook(workspace: Workspace, name: str) -> Path:
    path = workspace.notebooks / f"{name.removesuffix('.ipynb')}.ipynb"
    present = sorted(each.stem for each in workspace.notebooks.glob("*.ipynb"))
    if path.stem not in present or path.parent != workspace.notebooks:
        raise SweepError(f"there is no notebook {name!r} in {workspace.notebooks}. Notebooks: {', '.join(present)}.")
    return path


def _declared(path: Path) -> dict[str, Parameter]:
    parameters = read_parameters(path)
    taken = sorted({"point"} & parameters.keys())
    if taken:
        raise ParameterError(f"{path.name}: a parameter called 'point' cannot be swept; rename it. {known([])}")
    return parameters


def _with_cases(workspace: Workspace, cases: Sequence[str], settings: Iterable[str]) -> list[str]:
    absent = sorted(set(cases) - set(workspace.case_ids()))
    if absent:
        raise SweepError(f"there is no case {', '.join(map(repr, absent))}. Cases: {', '.join(workspace.case_ids())}.")
    return [*(f"case_id={case_id}" for case_id in sorted(set(cases))), *settings]


def _folder(workspace: Workspace, name: str) -> Path:
    if Path(name).name != name or name.startswith(".") or len(name) > 200:
        raise SweepError(f"{name!r} is no name for a sweep. Give a plain one with --name, e.g. --name phases.")
    return workspace.build / "sweeps" / name


def _job(path: Path, point: Mapping[str, object], folder: Path, workspace: Workspace) -> Job:
    """One point; its name is that of its values, so that a grid that grows runs only what is new."""
    values = json.dumps(dict(point), sort_keys=True)
    name = hashlib.sha256(values.encode()).hexdigest()[:12]
    target, log = folder / f"{name}.ipynb", f"sweep-{folder.name}-{name}"
    inputs = all_evidence(workspace) if "case_id" not in point else _evidence_of(workspace, str(point["case_id"]))
    return Job(
        key=f"point {name}",
        title=name,
        inputs=inputs
        | {"notebook": fingerprint(path.parent, [path]), "library": library(), "environment": environment()},
        parameters=values,
        products=(target,),
        make=functools.partial(execute, path, target, dict(point), workspace, log),
    )


def _evidence_of(workspace: Workspace, case_id: str) -> dict[str, str]:
    from aftermath.archives.attached import attached_files
    from aftermath.tasks.jobs import evidence

    posts = fingerprint(workspace.root, attached_files(case_id, workspace))
    return {"evidence": evidence(workspace, case_id), "posts": posts}


def _run(
    jobs: Sequence[Job], folder: Path, workers: int, stop: object, console: Console | None
) -> dict[str, BaseException | None]:
    """Run what is out of date: title to what ended it."""
    from aftermath.tasks.build import Bench

    folder.mkdir(parents=True, exist_ok=True)
    bench = Bench(folder, workers, False, stop, console)
    bench.make(jobs)
    return {result.job.title: result.error for result in bench.results.values()}


def _gathered(
    done: Sequence[tuple[Job, Mapping[str, object]]], folder: Path, count: int, made: int, failures: list[Failure]
) -> Sweep:
    frames = []
    for job, point in done:
        notebook = nbformat.read(job.products[0], as_version=4)
        with _kept(failures, job.title):
            frames.append(_named(read_results(notebook, job.products[0].name), job.title, point))
    file = io.BytesIO()
    gathered = (
        pl.concat(frames, how="diagonal_relaxed") if frames else pl.DataFrame({"point": []}, {"point": pl.String})
    )
    gathered.write_parquet(file, compression="zstd", statistics=False)
    return Sweep(write_whole(folder / "results.parquet", file.getvalue()), count, made, tuple(failures))


@contextlib.contextmanager
def _kept(failures: list[Failure], title: str) -> Iterator[None]:
    """A point whose results cannot be read has failed; the others stand."""
    try:
        yield
    except AftermathError as error:
        failures.append(Failure(title, str(error)))


def _named(results: pl.DataFrame, name: str, point: Mapping[str, object]) -> pl.DataFrame:
    clash = sorted({"point", *point} & set(results.columns))
    if clash:
        raise SweepError(f"the results have columns named as parameters are: {', '.join(clash)}. Rename them.")
    columns = [pl.lit(name).alias("point"), *(_column(key, value) for key, value in point.items())]
    return results.select(*columns, pl.all())


def _column(name: str, value: object) -> pl.Expr:
    return pl.lit(pl.Series(name, [value])).first().alias(name)
