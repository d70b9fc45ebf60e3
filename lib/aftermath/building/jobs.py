"""What a build makes, and from what: one job a page."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import json
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aftermath
from aftermath.archives.places import attached_files, vector_files
from aftermath.files import fingerprint, fingerprints
from aftermath.kept import keeping
from aftermath.pages import run
from aftermath.pages.made_from import MadeFrom
from aftermath.problems import near_miss
from aftermath.running.parameters import ParameterError, Values, known, parse_settings, read_parameters
from aftermath.running.processes import in_process
from aftermath.statistics.inputs import PRICES, SIMULATION
from aftermath.workspace import OWN_PAGES, SITE_PAGES, Workspace, WorkspaceError

_EVIDENCE = (".csv", ".md", ".yaml")
_SHAPING = "bertopic citeproc-py dataframely jinja2 mistune nbformat numpy papermill plotly polars ruptures scikit-learn scipy statsmodels".split()
CITATIONS = (".bib", ".ris", ".json")
_SITE = (
    *(f"{name}.html" for name in SITE_PAGES),
    *(
        f"assets/{name}.js"
        for name in ("app", "cases", "figures", "multiverse", "reading", "search", "sources", "tables", "theme")
    ),
    *(f"assets/{name}-data.js" for name in ("search", "sources")),
    run.rows_file("index.html"),
    *(f"assets/{name}" for name in ("favicon.ico", "favicon.svg", "style.css")),
    *(f"assets/{name}" for name in ("minisearch.js", "minisearch.LICENSE.txt")),
    *(f"assets/{name}" for name in ("plotly-basic.min.js", "plotly-basic.LICENSE.txt")),
    *(
        f"data/{name}"
        for name in ("scoreboard.csv", "scoreboard.parquet", "multiverse.csv", "advice.csv", "answers.csv")
    ),
    *(f"data/cases{suffix}" for suffix in CITATIONS),
)
LIBRARY = Path(aftermath.__file__).parent


@dataclass(frozen=True)
class Job:
    """A page, or several files, that one task makes.

    Parameters
    ----------
    key
        Tells the job from all others.
    title
        How it is called in front of people.
    made
        What it would be made from now.
    page
        The product that says what it was made from, and names the others by their checksums; it is written last.
    products
        All files that it makes.
    make
        Makes them; can be sent to another process.
    """

    key: str
    title: str
    made: MadeFrom
    page: Path
    products: tuple[Path, ...]
    make: Callable[[], Any]


@dataclass(frozen=True)
class Settings:
    """Values of parameters, sorted by the notebooks that take them."""

    report: Values
    comparison: Values


def read_settings(workspace: Workspace, texts: Iterable[str]) -> Settings:
    """Sort ``name=value`` texts by the notebooks that declare the names.

    Parameters
    ----------
    workspace
        Holds the notebooks.
    texts
        As on the command line.

    Returns
    -------
    Settings

    Raises
    ------
    ParameterError
        If no notebook knows a name, or a value is ill-typed.
    """
    report = {name: parameter for name, parameter in run.report_parameters(workspace).items() if name != "case_id"}
    path = workspace.notebook(run.COMPARISON)
    comparison = read_parameters(path) if path.is_file() else {}
    texts = tuple(texts)
    named = [(text.partition("=")[0].strip(), text) for text in texts]
    if any(name == "case_id" for name, _ in named):
        raise ParameterError(f"case_id is set by --case. {known((comparison | report).values())}")
    parse_settings(comparison | report, texts)
    return Settings(
        *(parse_settings(some, [text for name, text in named if name in some]) for some in (report, comparison))
    )


def evidence(workspace: Workspace, case_id: str) -> str:
    """Fingerprint of the files that a case is coded in; what is generated from them does not count."""
    return fingerprint(workspace.case_folder(case_id), _coded(workspace, case_id))


def _coded(workspace: Workspace, case_id: str) -> list[Path]:
    files = workspace.case_folder(case_id).glob("[!.]*")
    return sorted(path for path in files if path.suffix in _EVIDENCE)


def _each(kind: str, root: Path, paths: Iterable[Path]) -> dict[str, str]:
    """One fingerprint of all, which also tells of a file that is gone, and one a file, to say which changed."""
    together, single = fingerprints(root, paths)
    return {kind: together} | {f"{kind}: {path.name}": alone for path, alone in single.items()}


@functools.cache
def library() -> str:
    """Fingerprint of everything that the library consists of, templates and assets included, **as it was when first asked**."""
    return library_now()


def library_now() -> str:
    """Fingerprint of the library as it lies on the disk."""
    files = (path for path in LIBRARY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return fingerprint(LIBRARY, (path for path in files if not path.name.startswith(".")))


@functools.cache
def environment() -> tuple[str, ...]:
    """Versions of Python and of the packages that leave their mark on a page."""
    return (*sys.version.split("\n"), *(f"{name} {_version(name)}" for name in _SHAPING))


def _version(package: str) -> str:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return "none"


def page_jobs(workspace: Workspace, chosen: Sequence[str], settings: Settings) -> tuple[Job, ...]:
    """The jobs of the pages: the chosen cases, or all cases, the comparison, the methods and the trial.

    Parameters
    ----------
    workspace
        Where to work.
    chosen
        Case ids; empty for everything.
    settings
        Values of parameters.

    Returns
    -------
    tuple of Job
        The comparison, the methods, the cases, sorted, then the trial: by then the comparison has kept of each case what both take.

    Raises
    ------
    WorkspaceError
        If a chosen case is not there, or there is none at all.
    """
    present = workspace.case_ids()
    if not present:
        raise WorkspaceError(f"{workspace.cases}: holds no case yet. `aftermath new ID` begins one.")
    absent = sorted(set(chosen) - set(present))
    if absent:
        raise WorkspaceError(f"there is no case {', '.join(map(repr, absent))}: {near_miss(absent[0], present)}")
    reports = _reports(workspace)
    coded = {case_id: _of_case(workspace, case_id) for case_id in sorted(set(chosen or present))}
    cases = [case_job(workspace, case_id, settings.report, reports, own) for case_id, own in coded.items()]
    if chosen:
        return tuple(cases)
    of_all = all_evidence(workspace, {case_id: own["evidence"] for case_id, own in coded.items()})
    overall = (comparison_job(workspace, settings.comparison, of_all), methods_job(workspace))
    return (*overall, *cases, trial_job(workspace, of_all))


def _reports(workspace: Workspace) -> dict[str, str]:
    """Fingerprints of the notebooks and templates that pages of cases are made by."""
    notebooks = [workspace.notebook(name) for name in (run.REPORT, run.WITHOUT_RECORD)]
    return _each("notebook", workspace.notebooks, [*notebooks, *workspace.templates.glob("*.j2")])


def _of_case(workspace: Workspace, case_id: str) -> dict[str, str]:
    """Fingerprints of the files that a case is coded in."""
    return _each("evidence", workspace.case_folder(case_id), _coded(workspace, case_id))


def case_job(
    workspace: Workspace,
    case_id: str,
    values: Values,
    reports: Mapping[str, str] | None = None,
    coded: Mapping[str, str] | None = None,
) -> Job:
    """The job of one case's page, **which depends on no other case**; what ``_reports`` and ``_of_case`` say, if that is known."""
    inputs = {
        **(coded or _of_case(workspace, case_id)),
        **(reports or _reports(workspace)),
        "posts": fingerprint(workspace.root, attached_files(case_id, workspace)),
        "citation": fingerprint(workspace.cases, [workspace.citation]),
    }
    made = _made(inputs, values)
    return Job(
        key=f"case {case_id}",
        title=case_id,
        made=made,
        page=workspace.site / "cases" / f"{case_id}.html",
        products=products(workspace, case_id, f"cases/{case_id}.html"),
        make=functools.partial(_keeping, results_folder(workspace), run.run_case, case_id, values, workspace, made),
    )


def comparison_job(workspace: Workspace, values: Values, of_all: Mapping[str, str] | None = None) -> Job:
    """The job of the comparison, which depends on all cases; ``of_all``: what ``all_evidence`` says, if that is known."""
    notebook = [workspace.notebook(run.COMPARISON), *workspace.templates.glob("*.j2")]
    vectors = vector_files(workspace)
    inputs = {
        **(of_all or all_evidence(workspace)),
        "notebook": fingerprint(workspace.notebooks, notebook),
        "vectors": fingerprint(vectors[0].parent, vectors),
    }
    made = _made(inputs, values)
    return Job(
        key="comparison",
        title="comparison",
        made=made,
        page=workspace.site / "comparison.html",
        products=(
            *products(workspace, "comparison", "comparison.html"),
            workspace.site / run.rows_file("comparison.html"),
        ),
        make=functools.partial(_keeping, results_folder(workspace), run.run_comparison, values, workspace, made),
    )


def methods_job(workspace: Workspace) -> Job:
    """The job of the page of methods, which depends on no case of the workspace, but on prices that came with the library."""
    notebook = [workspace.notebook(run.METHODS), *workspace.templates.glob("*.j2")]
    inputs = (
        {f"prices of {case_id}": fingerprint(path.parent, [path]) for case_id, path in PRICES.items()}
        | {"simulation": fingerprint(SIMULATION.parent, [SIMULATION])}
        | {"notebook": fingerprint(workspace.notebooks, notebook)}
    )
    made = _made(inputs, {})
    return Job(
        key="methods",
        title="methods",
        made=made,
        page=workspace.site / "methods.html",
        products=products(workspace, "methods", "methods.html"),
        make=functools.partial(run.run_methods, workspace, made),
    )


def trial_job(workspace: Workspace, of_all: Mapping[str, str] | None = None) -> Job:
    """The job of the page of numbers on trial, which depends on all cases and on the claims beside them."""
    notebook = [workspace.notebook(run.TRIAL), *workspace.templates.glob("*.j2")]
    of_all = of_all or all_evidence(workspace)
    made = _made({**of_all, "notebook": fingerprint(workspace.notebooks, notebook)}, {})
    return Job(
        key="trial",
        title="trial",
        made=made,
        page=workspace.site / "trial.html",
        products=products(workspace, "trial", "trial.html"),
        make=functools.partial(_keeping, results_folder(workspace), run.run_trial, workspace, made),
    )


def site_job(workspace: Workspace, unbuilt: Mapping[str, str], known: Mapping[str, str] | None = None) -> Job:
    """The job of the index and whatever else is made from no notebook.

    Parameters
    ----------
    workspace
        Where to work.
    unbuilt
        Cases without a page, with the reason, empty where it was not built yet.
    known
        As ``all_evidence`` takes it.
    """
    # the search finds sections, whose headings stand in notebooks
    notebooks = [workspace.notebook(name) for name in (run.COMPARISON, run.METHODS, run.TRIAL)]
    inputs = all_evidence(workspace, known) | {
        "unbuilt": json.dumps(dict(unbuilt), sort_keys=True),
        "notebooks of sections": fingerprint(workspace.notebooks, notebooks),
    }
    made = _made(inputs, {})
    write = functools.partial(_write_site, workspace, dict(unbuilt), made)
    replays = (f"replay/{case_id}.html" for case_id in workspace.case_ids())
    return Job(
        key="site",
        title="index",
        made=made,
        page=workspace.site / "index.html",
        products=tuple(workspace.site / name for name in (*_SITE, *replays)),
        # no kernel is at work here: what is computed goes to a process of its own, too
        make=functools.partial(in_process, functools.partial(_keeping, results_folder(workspace), write)),
    )


def results_folder(workspace: Workspace) -> Path:
    """Where results are kept from build to build **for this library and these packages**, and for no others."""
    made_with = hashlib.sha256("\n".join([library(), *environment()]).encode()).hexdigest()
    return workspace.build / ".kept" / made_with[:32]


def _keeping(folder: Path, make: Callable[..., Any], *arguments: Any) -> None:
    """Make a page that takes what was kept of whatever did not change."""
    with keeping(folder):
        make(*arguments)


def _write_site(workspace: Workspace, unbuilt: Mapping[str, str], made: MadeFrom) -> None:
    from aftermath.pages.site import write_site

    write_site(workspace, unbuilt=unbuilt, made=made)


def products(workspace: Workspace, page_id: str, page: str) -> tuple[Path, ...]:
    """The executed notebook, its copy on the site, the page, and for a case the files that it is cited by."""
    name = f"{page_id}.ipynb"
    files = (workspace.build / "notebooks" / name, workspace.site / "notebooks" / name, workspace.site / page)
    if page == f"{page_id}.html":
        return files
    cited = (workspace.site / "cite" / f"{page_id}{suffix}" for suffix in CITATIONS)
    # A case that took the name of a page of the site must not claim its files; it fails when it is checked.
    return (*(files[2:] if page_id.lower() in OWN_PAGES else files), *cited)


def all_evidence(workspace: Workspace, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """One fingerprint a case, one of which cases there are, and one of the files beside the case folders.

    **A case that is gone changes nothing but the list of cases.**

    Parameters
    ----------
    workspace
        Whose cases.
    known
        The fingerprints of **all** its cases, if they are known.
    """
    case_ids = tuple(known) if known else workspace.case_ids()
    beside = (path for path in workspace.cases.glob("[!.]*") if path.suffix in _EVIDENCE or path == workspace.citation)
    of_cases = known or {case_id: evidence(workspace, case_id) for case_id in case_ids}
    own = {f"evidence of {case_id}": found for case_id, found in of_cases.items()}
    which = hashlib.sha256("\n".join(case_ids).encode()).hexdigest()
    return own | {"which cases": which, "beside the cases": fingerprint(workspace.cases, beside)}


def _made(inputs: Mapping[str, str], values: Values) -> MadeFrom:
    """What a page says of itself."""
    return MadeFrom({**inputs, "library": library()}, dict(values), environment())
