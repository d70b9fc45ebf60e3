"""One point of a sweep: what it rests on, how it is run, and what it leaves behind."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from aftermath.archives.places import attached_files, vector_files
from aftermath.building.jobs import Job, all_evidence, environment, evidence, library
from aftermath.building.stale import NEVER_MADE, SILENT, stale
from aftermath.files import fingerprint, write_whole
from aftermath.pages.made_from import MadeFrom, read_record, record_text
from aftermath.problems import AftermathError
from aftermath.running.execute import execute
from aftermath.running.parameters import Values
from aftermath.running.results import Results, read_results
from aftermath.workspace import Workspace


class PointError(AftermathError):
    """What a point left behind cannot be read."""


@dataclass(frozen=True)
class Point:
    """One combination of values.

    Parameters
    ----------
    values
        Every parameter of the notebook.
    job
        Runs the notebook. Its title names the executed notebook, the log, and the point in the table.
    """

    values: Values
    job: Job

    @property
    def name(self) -> str:
        """Made of the notebook's name and a checksum of the values."""
        return self.job.title

    @property
    def results(self) -> Results:
        """What the point handed on.

        Raises
        ------
        PointError, ResultsError
            If the record that it left cannot be read.
        """
        page = self.job.page
        record = read_record(page.read_text(encoding="utf-8", errors="replace")) if page.is_file() else None
        if record is None:
            raise PointError(f"{page}: cannot be read. Remove it, and run the command again.")
        return Results.from_json(record.results, self.name)

    @property
    def why(self) -> tuple[str, ...]:
        """Why the point would run; empty where it is up to date."""
        notebook, _ = self.job.products
        reasons = stale(self.job)
        if reasons and not notebook.is_file():
            return ("it was never run, or its notebook has been removed",)
        return ("its last run did not come to its end",) if reasons in ((NEVER_MADE,), (SILENT,)) else reasons


def points_of(notebook: Path, grid: Sequence[Values], workspace: Workspace) -> list[Point]:
    """The points of a grid.

    Parameters
    ----------
    notebook
        The notebook that is run at each.
    grid
        All values of each point.
    workspace
        Where to work.

    Returns
    -------
    list of Point
        A point whose notebook takes a text ``case_id`` rests on **that case alone**; any other on all cases.
    """
    common = {"notebook": fingerprint(notebook.parent, [notebook]), "library": library()}
    evidence_of = functools.cache(lambda case_id: _evidence(case_id, workspace) | common)
    points = []
    for values in grid:
        case_id = values.get("case_id")
        inputs = evidence_of(case_id if isinstance(case_id, str) else None)
        points.append(Point(values, _job(notebook, values, inputs, workspace)))
    return points


def _evidence(case_id: str | None, workspace: Workspace) -> dict[str, str]:
    if case_id is not None:
        posts = attached_files(case_id, workspace)
        return {"evidence": evidence(workspace, case_id), "posts": fingerprint(workspace.root, posts)}
    posts = {file for case in workspace.case_ids() for file in attached_files(case, workspace)}
    vectors = vector_files(workspace)
    archived = {"posts": fingerprint(workspace.root, posts), "vectors": fingerprint(vectors[0].parent, vectors)}
    return all_evidence(workspace) | archived


def _job(notebook: Path, values: Values, inputs: Mapping[str, str], workspace: Workspace) -> Job:
    """The name is that of the values, **not of the grid**, so that whichever grid asks for a point finds it."""
    digest = hashlib.sha256(json.dumps([notebook.stem, dict(values)], sort_keys=True).encode()).hexdigest()
    name = f"{notebook.stem[:80]}-{digest[:16]}"
    folder = workspace.build / "points"
    products = folder / f"{name}.ipynb", folder / f"{name}.json"
    made = MadeFrom(inputs, dict(values), environment())
    return Job(
        key=f"point {name}",
        title=name,
        made=made,
        page=products[1],
        products=products,
        make=functools.partial(run_point, notebook, products, made, workspace),
    )


def run_point(notebook: Path, products: tuple[Path, Path], made: MadeFrom, workspace: Workspace) -> None:
    """Run a notebook at one point, and put down what it hands on beside what it was made from.

    Parameters
    ----------
    notebook
        The notebook.
    products
        The executed notebook, and the record.
    made
        What the point is made from; its parameters are the values that are set.
    workspace
        Where to work.

    Raises
    ------
    KernelError, CellError, WriteError
        As ``execute`` does.
    ResultsError
        If nothing is handed on that can stand beside the parameters.
    """
    target, record = products
    record.unlink(missing_ok=True)  # it tells of an earlier run
    executed = execute(notebook, target, made.parameters, workspace, target.stem)
    name = workspace.relative(target)
    found = read_results(executed, name).beside(made.parameters, name)
    files = {target.name: hashlib.sha256(target.read_bytes()).hexdigest()}
    write_whole(record, record_text(replace(made, files=files), found.as_json))
