"""What the site holds beside the pages of cases: assets, the index, the pages of marks, claims and sources, replays, search, and data for download."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from io import BytesIO
from pathlib import Path

from aftermath.case_files.case import Case
from aftermath.comparison.entry import Entry
from aftermath.comparison.gathering import Gathering, gather
from aftermath.comparison.playbook import Playbook, playbook
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.files import write_whole
from aftermath.formula_cells import csv_for_spreadsheets
from aftermath.kept import kept
from aftermath.pages.all_claims import claims_page
from aftermath.pages.all_sources import DATA as SOURCES_DATA
from aftermath.pages.all_sources import sources_data, sources_page
from aftermath.pages.citing import write_citations
from aftermath.pages.how_marks_read import how_marks_read
from aftermath.pages.index import index_page, index_sections
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.multiverse import ADDRESS as MULTIVERSE
from aftermath.pages.multiverse import multiverse_page
from aftermath.pages.neighbours import cases_script
from aftermath.pages.not_found import not_found_page
from aftermath.pages.paging import paged
from aftermath.pages.replay import no_replay_page, replay_page
from aftermath.pages.run import rows_file
from aftermath.pages.search_index import DATA as SEARCH_DATA
from aftermath.pages.search_index import search_data
from aftermath.replaying.moments import ReplayError
from aftermath.replaying.script import script_of
from aftermath.workspace import Workspace

ASSETS = Path(__file__).with_name("assets")
# written as one: a page loads one sheet
SHEETS = ("style.css", "comparison.css", "finding.css", "multiverse.css", "reading.css")
SCRIPTS = ("app.js", "figures.js", "multiverse.js", "reading.js", "search.js", "sources.js", "tables.js", "theme.js")
# what is not ours, with its licences, and pictures
BROUGHT = (
    "favicon.ico",
    "favicon.svg",
    "minisearch.LICENSE.txt",
    "minisearch.js",
    "plotly-basic.LICENSE.txt",
    "plotly-basic.min.js",
)
# asks a browser to read a script's functions while it loads, beside the page's own thread, whose longest task that was
READ_WHILE_LOADING = b"//# allFunctionsCalledOnLoad\n"
DATA = ("scoreboard.csv", "scoreboard.parquet", "multiverse.csv", "advice.csv", "answers.csv")


def write_assets(site: Path) -> tuple[Path, ...]:
    """Write the sheet, the scripts, the picture of the site and the shared copies of plotly.js and MiniSearch to ``assets/``.

    Parameters
    ----------
    site
        The root of the site.

    Returns
    -------
    tuple of Path
        What was written.
    """
    contents = {name: (ASSETS / name).read_bytes() for name in (*SCRIPTS, *BROUGHT)} | {"style.css": _sheet()}
    contents["plotly-basic.min.js"] = READ_WHILE_LOADING + contents["plotly-basic.min.js"]
    return tuple(write_whole(site / "assets" / name, content) for name, content in sorted(contents.items()))


def _sheet() -> bytes:
    return b"\n".join((ASSETS / name).read_bytes() for name in SHEETS)


def write_index(
    workspace: Workspace,
    *,
    gathered: Gathering | None = None,
    comparison: Comparison | None = None,
    unbuilt: Mapping[str, str] | None = None,
    made: MadeFrom | None = None,
) -> Path:
    """Write ``index.html``: what Aftermath is, the key findings, and every case as an entry.

    Parameters
    ----------
    workspace
        Whose cases; those that do not load are named with their problems.
    gathered, comparison
        The workspace's cases and their comparison, where they are at hand; **read and computed where not given**.
    unbuilt
        Cases without a page, with the reason, **empty where it was not built yet**; they are not linked.
    made
        What the page was made from, for its foot.

    Returns
    -------
    Path
        The page.
    """
    gathered = gathered or gather(workspace=workspace)
    comparison = comparison or compare(gathered.cases)
    sections, further = paged(index_sections(comparison, gathered, unbuilt or {}), "index.html")
    rows = rows_file("index.html")
    write_whole(workspace.site / rows, further)
    if made:
        made = replace(made, files={**made.files, rows: hashlib.sha256(further.encode()).hexdigest()})
    return write_whole(workspace.site / "index.html", index_page(comparison, sections, made))


def write_neighbours(site: Path, comparison: Comparison, unbuilt: Mapping[str, str] | None = None) -> Path:
    """Write ``assets/cases.js``, by which pages of cases find each other.

    Parameters
    ----------
    site
        The root of the site.
    comparison, unbuilt
        As ``write_index`` takes them; **what has no page is nobody's neighbour**.
    """
    built = [entry for entry in comparison.entries if entry.case_id not in (unbuilt or {})]
    return write_whole(site / "assets" / "cases.js", cases_script(built).encode())


def write_marks(site: Path) -> Path:
    """Write ``marks.html``: how marks read, with specimens that belong to no case."""
    return write_whole(site / "marks.html", how_marks_read())


def write_data(site: Path, comparison: Comparison, advice: Playbook) -> tuple[Path, ...]:
    """Write tables to ``data/``, **byte for byte the same every time**: the scoreboard as CSV and as Parquet, the multiverse and the
    advice under test as CSV, with every case's answer.

    Parameters
    ----------
    site
        The root of the site.
    comparison, advice
        Whose tables.
    """
    scoreboard, specifications = comparison.table, comparison.multiverse.table
    parquet = BytesIO()
    scoreboard.write_parquet(parquet, compression="zstd", statistics=False)
    plain = map(csv_for_spreadsheets, (scoreboard, specifications, advice.table, advice.answers))
    files = (next(plain), parquet.getvalue(), *plain)
    return tuple(write_whole(site / "data" / name, file) for name, file in zip(DATA, files, strict=True))


def write_replays(workspace: Workspace, comparison: Comparison, made: MadeFrom | None = None) -> tuple[Path, ...]:
    """Write ``replay/<id>.html`` for every case folder; **where a case cannot be replayed, its page says why**.

    Parameters
    ----------
    workspace
        Whose site, and whose advice.
    comparison
        The cases that loaded, as measured.
    made
        What the site is made from; each page carries what concerns it.

    Returns
    -------
    tuple of Path
        What was written.
    """
    loaded = {case.id: case for case in comparison.cases}
    written = []
    for case_id in workspace.case_ids():
        own = {f"evidence of {case_id}", "beside the cases", "library"}
        of_case = made and replace(made, inputs={key: value for key, value in made.inputs.items() if key in own})
        entry = comparison[case_id] if case_id in loaded else None
        page = kept(
            f"replay {case_id}",
            # without what it is made from there is no telling; the name is that among the other cases
            lambda of_case=of_case, entry=entry: of_case and (of_case, entry and entry.name),
            partial(_replay, case_id, loaded.get(case_id), workspace, entry, of_case),
        )
        path = workspace.site / "replay" / f"{case_id}.html"
        same = path.is_file() and path.read_bytes() == page.encode()
        written.append(path if same else write_whole(path, page))
    return tuple(written)


def _replay(case_id: str, case: Case | None, workspace: Workspace, entry: Entry | None, made: MadeFrom | None) -> str:
    """The page of a replay, or one that says why there is none."""
    try:
        if case is None:
            raise ReplayError("The case could not be loaded; the index of this site names its problems.")
        return replay_page(script_of(case, workspace, entry=entry), made)
    except ReplayError as reason:
        return no_replay_page(case.title if case else case_id, str(reason).removeprefix(f"{case_id}: "), made)


def write_finding(
    workspace: Workspace, comparison: Comparison, unbuilt: Mapping[str, str], made: MadeFrom | None = None
) -> tuple[Path, ...]:
    """Write what things are found by: the pages of all claims and all sources, and the data that a browser searches.

    Parameters
    ----------
    workspace
        Whose site, texts and notebooks.
    comparison
        The cases that loaded, as measured.
    unbuilt
        Cases without a page: **they are left out**.
    made
        What the pages were made from, for their feet.
    """
    cases = [case for case in comparison.cases if case.id not in unbuilt]
    names = comparison.names
    contents = {
        "404.html": not_found_page(_sheet().decode()),
        "claims.html": claims_page(cases, names, workspace, made),
        "sources.html": sources_page(cases, names, made),
        f"assets/{SEARCH_DATA}": search_data(cases, names, workspace),
        f"assets/{SOURCES_DATA}": sources_data(cases, names),
    }
    return tuple(write_whole(workspace.site / name, content) for name, content in contents.items())


def write_site(workspace: Workspace, *, unbuilt: Mapping[str, str] | None = None, made: MadeFrom | None = None) -> None:
    """Write everything that is not made from a notebook: assets, index, marks, claims, sources, search, data, citations, replays.

    Parameters
    ----------
    workspace
        Whose site.
    unbuilt
        As ``write_index`` takes it.
    made
        What all this is made from; **the index carries it, with the checksums of the files beside it**.

    Raises
    ------
    CaseError
        If the workspace's advice cannot be used; the index stays as it was.
    """
    gathered = gather(workspace=workspace)
    comparison = compare(gathered.cases)
    written = [
        *write_assets(workspace.site),
        write_neighbours(workspace.site, comparison, unbuilt),
        write_marks(workspace.site),
        write_whole(workspace.site / MULTIVERSE, multiverse_page(comparison.multiverse)),
        *write_data(workspace.site, comparison, playbook(comparison, workspace)),
        *write_citations(workspace.site, comparison),
        *write_replays(workspace, comparison, made),
        *write_finding(workspace, comparison, unbuilt or {}, made),
    ]
    if made:
        sums = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
        made = replace(made, files={path.relative_to(workspace.site).as_posix(): sums[path] for path in written})
    write_index(workspace, gathered=gathered, comparison=comparison, unbuilt=unbuilt, made=made)
