"""The notebooks of the site: executing one and making its page. Works without a build."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from aftermath.files import write_whole
from aftermath.pages.preloaded import preload
from aftermath.running.execute import execute
from aftermath.running.parameters import Parameter, Value, Values, checked, read_parameters
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from aftermath.pages.made_from import MadeFrom

REPORT = "case_report.ipynb"
WITHOUT_RECORD = "case_without_record.ipynb"
COMPARISON = "comparison.ipynb"
METHODS = "method_checks.ipynb"
TRIAL = "trial.ipynb"


def run_case(
    case_id: str,
    parameters: Values | None = None,
    workspace: Workspace | None = None,
    made: MadeFrom | None = None,
) -> Path:
    """Execute the report notebook for a case and make its page.

    The notebook is ``case_report.ipynb``, or ``case_without_record.ipynb`` where no crisis is on record.
    The executed notebook becomes ``build/notebooks/<id>.ipynb``, the page ``build/site/cases/<id>.html``; beside it,
    ``build/site/cite/<id>.bib``, ``.ris`` and ``.json`` say how the case is cited.

    Parameters
    ----------
    case_id
        Name of a folder in ``casestudies/``.
    parameters
        Values for the notebook's parameters; the defaults hold for the rest. One that only the other of
        the two notebooks declares is passed over.
    workspace
        Where to work; the workspace in force if not given.
    made
        What the page is made from, for its foot; a foot without it if not given.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    CaseError
        If the case has problems.
    ParameterError
        If a parameter is unknown or ill-typed.
    KernelError
        If no kernel could be started, **after three attempts**.
    CellError
        If a cell failed; **it is not tried again**, and an earlier page stays as it was.
    WriteError
        If a file could not be written; an earlier one stays as it was.
    """
    from aftermath.case_files.case import load_case
    from aftermath.pages.citing import case_citation_files

    workspace = workspace or find_workspace(to_write=True)
    case = load_case(case_id, workspace)
    about = case.about
    name = REPORT if about.documented else WITHOUT_RECORD
    values = case_parameters(workspace, name, {**(parameters or {}), "case_id": case_id})
    page = _Page(case_id, f"cases/{case_id}.html", "../", about.title, "case", " ".join(about.summary.split()))
    return _make(workspace, name, values, page, made, case_citation_files(case))


def run_comparison(
    parameters: Values | None = None,
    workspace: Workspace | None = None,
    made: MadeFrom | None = None,
) -> Path:
    """Execute the comparison of all cases and make its page.

    Parameters
    ----------
    parameters
        Values for the notebook's parameters; the defaults hold for the rest.
    workspace
        Where to work; the workspace in force if not given.
    made
        What the page is made from, for its foot; a foot without it if not given.

    Returns
    -------
    Path
        ``build/site/comparison.html``. Raises as :func:`run_case` does.
    """
    workspace = workspace or find_workspace(to_write=True)
    values = checked(read_parameters(workspace.notebook(COMPARISON)), parameters or {})
    words = "Documented crises compared by speed, openness and tone of coverage."
    page = _Page("comparison", "comparison.html", "", "Comparison", "comparison", words, "comparison.html")
    return _make(workspace, COMPARISON, values, page, made)


def run_methods(workspace: Workspace | None = None, made: MadeFrom | None = None) -> Path:
    """Execute the checks of the methods, which depend on no case of the workspace, and make their page.

    Parameters
    ----------
    workspace
        Where to work; the workspace in force if not given.
    made
        What the page is made from, for its foot; a foot without it if not given.

    Returns
    -------
    Path
        ``build/site/methods.html``. Raises as :func:`run_case` does.
    """
    workspace = workspace or find_workspace(to_write=True)
    words = "Every estimator on data for which others printed what must come out, and on data whose truth is known."
    page = _Page("methods", "methods.html", "", "Methods, and how they were checked", "methods", words, "methods.html")
    return _make(workspace, METHODS, {}, page, made)


def run_trial(workspace: Workspace | None = None, made: MadeFrom | None = None) -> Path:
    """Execute the trial of numbers, which depends on all cases and on ``numeric_claims.csv``, and make its page.

    Parameters
    ----------
    workspace
        Where to work; the workspace in force if not given.
    made
        What the page is made from, for its foot; a foot without it if not given.

    Returns
    -------
    Path
        ``build/site/trial.html``. Raises as :func:`run_case` does.
    """
    workspace = workspace or find_workspace(to_write=True)
    words = "Numbers that consultants, textbooks and studies print about crises, put beside a record: what holds, and what cannot be told."
    page = _Page("trial", "trial.html", "", "Numbers on trial", "trial", words, "trial.html")
    return _make(workspace, TRIAL, {}, page, made)


def case_parameters(workspace: Workspace, name: str, values: Values) -> dict[str, Value]:
    """The values that one of the two report notebooks takes, checked.

    Parameters
    ----------
    workspace
        Holds the notebooks.
    name
        ``case_report.ipynb`` or ``case_without_record.ipynb``.
    values
        Name to value; a name must be known to one of the two.

    Returns
    -------
    dict
        Those that this notebook declares.

    Raises
    ------
    ParameterError
        If a name is unknown to both, or a value is ill-typed.
    """
    own = read_parameters(workspace.notebook(name))
    return {key: value for key, value in checked(report_parameters(workspace) | own, values).items() if key in own}


def report_parameters(workspace: Workspace) -> dict[str, Parameter]:
    """What the two report notebooks declare together; one that is absent declares nothing."""
    paths = (workspace.notebook(name) for name in (WITHOUT_RECORD, REPORT))
    return {name: parameter for path in paths if path.is_file() for name, parameter in read_parameters(path).items()}


def rows_file(page: str) -> str:
    """Where on the site the rows stand that a page has no room for: ``assets/comparison-rows.js`` for ``comparison.html``."""
    return f"assets/{page.removesuffix('.html')}-rows.js"


@dataclass(frozen=True)
class _Page:
    """Where a page belongs on the site, and what its head says."""

    id: str
    path: str
    root: str
    title: str
    kind: str
    description: str = ""
    current: str = ""


def _make(
    workspace: Workspace,
    name: str,
    values: Values,
    page: _Page,
    made: MadeFrom | None,
    beside: Mapping[str, bytes] | None = None,
) -> Path:
    """Execute a notebook, offer it as a download, write what belongs beside the page, and make the page, which comes last."""
    preload()
    target = workspace.build / "notebooks" / f"{page.id}.ipynb"
    executed = execute(workspace.notebook(name), target, values, workspace)
    from aftermath.pages.page import compose, divided
    from aftermath.pages.paging import paged

    head = {key: getattr(page, key) for key in ("root", "title", "kind", "description", "current")}
    download = f"notebooks/{target.name}"
    files = {download: target.read_bytes(), **(beside or {})}
    opening, sections = divided(executed, page.title)
    del executed  # of many cases it is large, and the sections are copies
    if name == COMPARISON:  # a row a case; the page of one case is all its own
        sections, rows = paged(sections, page.path)
        files[rows_file(page.path)] = rows.encode()
    if made:
        made = replace(made, files={place: hashlib.sha256(content).hexdigest() for place, content in files.items()})
    text = compose(opening, sections, **head, notebook=page.root + download, made=made)
    for place, content in files.items():
        write_whole(workspace.site / place, content)
    return write_whole(workspace.site / page.path, text)
