"""``aftermath sweep``: one notebook at every point of a grid of parameters, the results in one table."""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from aftermath.building.folder import prepared
from aftermath.building.grid import grid, read_values, spelled, varying
from aftermath.building.outcome import Failure, failures_of
from aftermath.building.points import Point, points_of
from aftermath.building.work import Work, stoppable
from aftermath.files import write_whole
from aftermath.problems import AftermathError, near_miss
from aftermath.running.parameters import Parameter, ParameterError, Value, known, read_parameters
from aftermath.running.results import RESULTS, hands_on
from aftermath.wording import counted, number
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from rich.console import Console

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_COLUMNS = {
    "int": pl.Int64,
    "float": pl.Float64,
    "str": pl.String,
    "bool": pl.Boolean,
    "list[int]": pl.List(pl.Int64),
    "list[str]": pl.List(pl.String),
}


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
        How many were run now, with success.
    rows
        Rows of the table.
    failures
        The points that failed; they are not in the table.
    seconds
        How long it took.
    """

    table: Path
    points: int
    made: int
    rows: int
    failures: tuple[Failure, ...]
    seconds: float

    @property
    def text(self) -> str:
        """What was done, where the table is and how it is read; two lines."""
        unchanged = self.points - self.made - len(self.failures)
        done = f"{number(self.made)} run in {self.seconds:.0f} s, " if self.made or self.failures else ""
        return (
            f"{counted(self.points, 'point')}: {done}{number(unchanged)} up to date. "
            f"{counted(self.rows, 'row')}: {self.table}\n"
            f'Read the table: import polars as pl; pl.read_parquet("{self.table.as_posix()}")'
        )

    @property
    def failed(self) -> str:
        """The points that failed, with notebook and cell; empty if none did."""
        lines = [f"{counted(len(self.failures), 'point')} failed, and not in the table:"]
        return "\n".join([*lines, *(f"  {failure}" for failure in self.failures)]) if self.failures else ""


@dataclass(frozen=True)
class SweepPlan:
    """What a sweep would do.

    Parameters
    ----------
    due
        Each point that would be run, named with its values, and the reasons.
    unchanged
        How many points are up to date.
    """

    due: tuple[tuple[str, tuple[str, ...]], ...]
    unchanged: int

    @property
    def text(self) -> str:
        """One line a point, and a count."""
        lines = [f"{title}: {'; '.join(reasons)}" for title, reasons in self.due]
        count = f"{counted(len(self.due), 'point')} to be run, {number(self.unchanged)} up to date. Nothing was run."
        return "\n".join([*lines, count])


def sweep(
    notebook: str,
    cases: Sequence[str] = (),
    *,
    settings: Iterable[str] = (),
    name: str = "",
    workers: int | None = None,
    workspace: Workspace | None = None,
    console: Console | None = None,
    dask: str = "",
) -> Sweep:
    """Run a notebook at every point of a grid, and gather what its cell tagged ``results`` shows.

    Parameters
    ----------
    notebook
        Name of a notebook of the workspace, e.g. ``case_report``.
    cases
        Values of its parameter ``case_id``.
    settings
        ``name=values`` texts, see ``aftermath.building.grid.read_values``.
    name
        Folder in ``build/sweeps/`` for the table; that of the notebook if not given. **Points are shared by all sweeps**:
        whichever asked first, a point that is up to date is not run again.
    workers, workspace, console, dask
        As ``build`` takes them.

    Returns
    -------
    Sweep
        Its table, ``results.parquet``, holds exactly the grid that was asked for: the columns ``point`` (which names the
        executed notebook in ``build/points/``), all parameters, and those of the results. **A point that failed is in
        ``failures``, not in the table.**

    Raises
    ------
    SweepError, ParameterError
        If the notebook, a case, a parameter or a value will not do; nothing was run.
    Interrupted, ClusterError, BusyError, WriteError
        As ``build`` does; points that were finished are kept, and so is the table of an earlier sweep.
    """
    start = time.monotonic()
    workspace = workspace or find_workspace(to_write=True)
    path = _notebook(workspace, notebook)
    points = _asked(path, cases, settings, workspace)
    folder = _folder(workspace, name or path.stem)
    with stoppable("The same command runs the rest."), prepared(workspace):
        work = Work(workspace.build, workers or os.cpu_count() or 1, False, console, dask)
        work.do([point.job for point in points])
        failed = {failure.title: failure for failure in failures_of(work.done, workspace)}
        # in the order of the grid
        failures = tuple(
            replace(failed[name], title=title) for name, title in _titles(points).items() if name in failed
        )
        gathered = _gathered([point for point in points if point.name not in failed], read_parameters(path))
        made = sum(done.error is None for _, done in work.done)
        outcome = Sweep(
            folder / "results.parquet", len(points), made, gathered.height, failures, time.monotonic() - start
        )
        _write(outcome, gathered)
    return outcome


def plan_sweep(
    notebook: str,
    cases: Sequence[str] = (),
    *,
    settings: Iterable[str] = (),
    name: str = "",
    workspace: Workspace | None = None,
) -> SweepPlan:
    """Say which points a sweep would run, and why.

    Parameters
    ----------
    notebook, cases, settings, name, workspace
        As ``sweep`` takes them.

    Returns
    -------
    SweepPlan
        **Nothing is run or written.**

    Raises
    ------
    SweepError, ParameterError
        As ``sweep`` does.
    """
    workspace = workspace or find_workspace(to_write=True)
    path = _notebook(workspace, notebook)
    points = _asked(path, cases, settings, workspace)
    _folder(workspace, name or path.stem)
    reasons, titles = {point.name: point.why for point in points}, _titles(points)
    due = tuple((titles[name], why) for name, why in reasons.items() if why)
    return SweepPlan(due, len(points) - len(due))


# What is asked for


def _notebook(workspace: Workspace, name: str) -> Path:
    """The notebook, which is one of the workspace's own and hands on results."""
    present = [name.removesuffix(".ipynb") for name in workspace.notebook_names]
    stem = name.removesuffix(".ipynb")
    if stem not in present:
        raise SweepError(f"there is no notebook {name!r} in {workspace.notebooks}. Notebooks: {', '.join(present)}.")
    path = workspace.notebook(f"{stem}.ipynb")
    read_parameters(path)  # says what is wrong with a file that is no notebook
    if not hands_on(json.loads(path.read_text(encoding="utf-8"))):
        raise SweepError(
            f"{workspace.relative(path)}: hands on no results. Tag one cell `{RESULTS}` and let it show am.results(...)."
        )
    return path


def _asked(path: Path, cases: Sequence[str], settings: Iterable[str], workspace: Workspace) -> list[Point]:
    """The points that are asked for; everything that can be wrong with them is found here, before anything runs."""
    parameters = read_parameters(path)
    if "point" in parameters:
        raise ParameterError(
            f"{path.name}: a parameter 'point' cannot be swept, as the table has a column of that name."
        )
    values = _with_cases(parameters, read_values(parameters, settings), cases, path)
    if not values:
        raise SweepError(
            f"no values are given, so there is no grid. Give -p NAME=VALUES or --case. {known(parameters.values())}"
        )
    points = grid(parameters, values)
    _refuse_absent((str(point["case_id"]) for point in points if "case_id" in point), workspace)
    return points_of(path, points, workspace)


def _with_cases(
    parameters: Mapping[str, Parameter], values: Mapping[str, list[Value]], cases: Sequence[str], path: Path
) -> dict[str, list[Value]]:
    if "case_id" in values:
        raise ParameterError(f"case_id is set by --case, which may be repeated. {known(parameters.values())}")
    if not cases:
        return dict(values)
    if "case_id" not in parameters:
        raise ParameterError(
            f"{path.name}: takes no case, as it has no parameter case_id. {known(parameters.values())}"
        )
    twice = next((case_id for case_id in cases if cases.count(case_id) > 1), None)
    if twice is not None:
        raise ParameterError(f"--case {twice} is given twice, and every point is run once. Leave one out.")
    return {**values, "case_id": list(cases)}


def _refuse_absent(case_ids: Iterable[str], workspace: Workspace) -> None:
    present = workspace.case_ids()
    absent = sorted(set(case_ids) - set(present))
    if absent:
        raise SweepError(f"there is no case {', '.join(map(repr, absent))}: {near_miss(absent[0], present)}")


def _folder(workspace: Workspace, name: str) -> Path:
    if not _NAME.fullmatch(name):
        raise SweepError(
            f"{name[:120]!r} cannot name a folder in build/sweeps/. Give --name one of at most 100 letters, digits, '-', '_' "
            "and '.', e.g. --name phases."
        )
    return workspace.build / "sweeps" / name


# What came of it


def _titles(points: Sequence[Point]) -> dict[str, str]:
    """The name of each point, with the values that tell it from the others."""
    names = varying([point.values for point in points])
    values = {point.name: spelled({name: point.values[name] for name in names}) for point in points}
    return {name: f"{name} ({text})" if text else name for name, text in values.items()}


def _gathered(points: Sequence[Point], parameters: Mapping[str, Parameter]) -> pl.DataFrame:
    """One table: the point, its parameters, its results; a point that hands on no row has none."""
    kinds = {"point": pl.String, **{name: _COLUMNS[one.kind] for name, one in parameters.items()}}
    try:
        return pl.concat(
            [pl.DataFrame(schema=kinds), *(_rows(of_point, kinds) for of_point in points)], how="diagonal_relaxed"
        )
    except pl.exceptions.PolarsError as error:
        raise SweepError(
            f"the points hand on columns that do not fit together ({error}). Let a column hold the same kind everywhere."
        ) from error


def _rows(point: Point, kinds: Mapping[str, pl.DataType]) -> pl.DataFrame:
    table = point.results.table
    values = {"point": point.name, **point.values}
    head = [pl.Series(name, [values[name]] * table.height, kind) for name, kind in kinds.items()]
    return pl.concat([pl.DataFrame(head), table], how="horizontal")


def _write(outcome: Sweep, gathered: pl.DataFrame) -> None:
    """The table and, beside it, what is not in it."""
    file = io.BytesIO()
    gathered.rechunk().write_parquet(file, compression="zstd", statistics=False)
    write_whole(outcome.table, file.getvalue())
    summary = {
        "complete": not outcome.failures,
        "points": outcome.points,
        "rows": outcome.rows,
        "failed": [asdict(failure) for failure in outcome.failures],
    }
    text = json.dumps(summary, indent=1, ensure_ascii=False) + "\n"
    write_whole(outcome.table.with_name("summary.json"), text)
