"""One point of a sweep: what it rests on, how it is run, and what it leaves behind."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from aftermath.archives.places import attached_files, vector_files
from aftermath.building.jobs import Job, all_evidence, environment, evidence, library
from aftermath.building.reasons import differences
from aftermath.files import fingerprint, write_whole
from aftermath.pages.made_from import MadeFrom
from aftermath.problems import AftermathError
from aftermath.running.execute import execute
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

    values: Mapping[str, object]
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
        record = _record(self.job)
        if record is None:
            raise PointError(f"{self.job.products[1]}: cannot be read. Remove it, and run the command again.")
        return Results.from_json(record["results"], self.name)

    @property
    def why(self) -> tuple[str, ...]:
        """Why the point, which is out of date, would run; at least one reason."""
        notebook, _ = self.job.products
        record = _record(self.job)
        if not notebook.is_file():
            return ("it was never run, or its notebook has been removed",)
        if record is None:
            return ("its last run did not come to its end",)
        made = MadeFrom(record["inputs"], record["parameters"], tuple(record["versions"]))
        return differences(self.job, made) or ("one of its files was changed, or no record says that it was finished",)


def _record(job: Job) -> dict | None:
    try:
        record = json.loads(job.products[1].read_text(encoding="utf-8"))
        return record if record.keys() >= {"inputs", "parameters", "versions", "results"} else None
    except (OSError, ValueError, AttributeError):
        return None


def points_of(notebook: Path, grid: Sequence[Mapping[str, object]], workspace: Workspace) -> list[Point]:
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
    common = {"notebook": fingerprint(notebook.parent, [notebook]), "library": library(), "environment": environment()}
    evidence_of = functools.cache(lambda case_id: _evidence(case_id, workspace) | common)
    return [Point(values, _job(notebook, values, evidence_of(_case(values)), workspace)) for values in grid]


def _case(values: Mapping[str, object]) -> str | None:
    case_id = values.get("case_id")
    return case_id if isinstance(case_id, str) else None


def _evidence(case_id: str | None, workspace: Workspace) -> dict[str, str]:
    if case_id is not None:
        posts = attached_files(case_id, workspace)
        return {"evidence": evidence(workspace, case_id), "posts": fingerprint(workspace.root, posts)}
    posts = {file for each in workspace.case_ids() for file in attached_files(each, workspace)}
    vectors = vector_files(workspace)
    archived = {"posts": fingerprint(workspace.root, posts), "vectors": fingerprint(vectors[0].parent, vectors)}
    return all_evidence(workspace) | archived


def _job(notebook: Path, values: Mapping[str, object], inputs: Mapping[str, str], workspace: Workspace) -> Job:
    """The name is that of the values, **not of the grid**, so that whichever grid asks for a point finds it."""
    digest = hashlib.sha256(json.dumps([notebook.stem, dict(values)], sort_keys=True).encode()).hexdigest()
    name = f"{notebook.stem[:80]}-{digest[:16]}"
    products = tuple(workspace.build / "points" / f"{name}{suffix}" for suffix in (".ipynb", ".json"))
    named = {kind: value for kind, value in inputs.items() if kind != "environment"}
    made = MadeFrom(named, dict(values), tuple(environment().split("\n")))
    return Job(
        key=f"point {name}",
        title=name,
        inputs=inputs,
        parameters=json.dumps(dict(values), sort_keys=True),
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
    parts = {"inputs": dict(made.inputs), "parameters": dict(made.parameters), "versions": made.versions}
    write_whole(record, json.dumps(parts | {"results": found.as_json}, ensure_ascii=False, indent=1) + "\n")
