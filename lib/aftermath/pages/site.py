"""What the site holds beside the pages of cases: assets, the index, the page of marks, and the data for download."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping, Sequence
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from aftermath.comparison.gathering import Failure, Gathering, gather
from aftermath.comparison.playbook import FILE, Playbook, playbook
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.files import write_whole
from aftermath.pages import index_passages, marks_passages
from aftermath.pages.comparison_passages import citation, provenance
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.page import Section, compose
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace

ASSETS = Path(__file__).with_name("assets")
SHEETS = ("style.css", "comparison.css")  # written as one: a page loads one sheet
SCRIPTS = ("app.js", "figures.js")
DRAWING_LIBRARY = "plotly.min.js"
DATA = ("scoreboard.csv", "scoreboard.parquet", "multiverse.csv", "advice.csv")


class SiteError(AftermathError):
    """A part of the site cannot be made; the text says what is missing."""


def write_assets(site: Path) -> tuple[Path, ...]:
    """Write the sheet, the scripts and the one shared copy of plotly.js to ``assets/``.

    Parameters
    ----------
    site
        The root of the site.

    Returns
    -------
    tuple of Path
        What was written.

    Raises
    ------
    SiteError
        If the installed plotly has no ``plotly.min.js``.
    """
    scripts = [*(ASSETS / name for name in SCRIPTS), _drawing_library()]
    contents = {script.name: script.read_bytes() for script in scripts}
    contents["style.css"] = b"\n".join((ASSETS / name).read_bytes() for name in SHEETS)
    return tuple(write_whole(site / "assets" / name, content) for name, content in sorted(contents.items()))


def _drawing_library() -> Path:
    # found without importing plotly, which takes a second
    spec = importlib.util.find_spec("plotly")
    folders = spec.submodule_search_locations if spec else ()
    found = next(
        (file for folder in folders or () if (file := Path(folder, "package_data", DRAWING_LIBRARY)).is_file()), None
    )
    if found is None:
        raise SiteError(
            f"plotly is not installed with its {DRAWING_LIBRARY}. Install the locked environment again: `make clean reports`."
        )
    return found


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
        Cases whose page could not be made, with the reason; they are not linked.
    made
        What the page was made from, for its foot.

    Returns
    -------
    Path
        The page.
    """
    gathered = gathered or gather(workspace=workspace)
    comparison = comparison or compare(gathered.cases)
    return write_whole(workspace.site / "index.html", _index(comparison, gathered, unbuilt or {}, made))


def _index(comparison: Comparison, gathered: Gathering, unbuilt: Mapping[str, str], made: MadeFrom | None) -> str:
    built = [entry for entry in comparison.entries if entry.case_id not in unbuilt]
    return compose(
        index_passages.opening(comparison),
        _index_sections(comparison, built, gathered.failures, unbuilt),
        root="",
        title="After the crisis: who answered, how soon, how openly",
        kind="idx",
        description="Documented crises rebuilt from archived evidence and compared by speed, openness and tone of coverage.",
        current="index.html",
        made=made,
    )


def _index_sections(
    comparison: Comparison, built: Sequence, failures: Sequence[Failure], unbuilt: Mapping[str, str]
) -> list[Section]:
    documented = [entry for entry in built if entry.about.documented]
    without = [entry for entry in built if not entry.about.documented]
    sections = [Section("cases", "Every case", index_passages.entries(documented))]
    if without:
        sections.append(Section("not-on-record", "Not on record", index_passages.without_record(without)))
    if failures or unbuilt:
        sections.append(Section("failed", "Not built", index_passages.failed(failures, unbuilt)))
    return [
        *sections,
        Section("reading", "How to read this site", index_passages.reading()),
        Section("cite", "How to cite", citation(comparison).html, short="", closing=True),
        Section("provenance", "Provenance", provenance(comparison).html, short="", closing=True),
    ]


def write_marks(site: Path) -> Path:
    """Write ``marks.html``: how marks read, with specimens that belong to no case."""
    page = compose(
        marks_passages.OPENING,
        [Section(anchor, title, content) for anchor, title, content in marks_passages.sections()],
        root="",
        title="How marks read",
        kind="states",
        description="Reference for the marks used on this site.",
        current="marks.html",
    )
    return write_whole(site / "marks.html", page)


def write_data(site: Path, comparison: Comparison, advice: Playbook) -> tuple[Path, ...]:
    """Write tables to ``data/``, **byte for byte the same every time**: the scoreboard as CSV and as Parquet, the multiverse and the
    advice under test as CSV.

    Parameters
    ----------
    site
        The root of the site.
    comparison, advice
        Whose tables.
    """
    scoreboard, specifications = comparison.table, comparison.multiverse.table
    files = [BytesIO() for _ in DATA]
    scoreboard.write_csv(files[0])
    scoreboard.write_parquet(files[1], compression="zstd", statistics=False)
    specifications.write_csv(files[2])
    advice.table.write_csv(files[3])
    return tuple(write_whole(site / "data" / name, file.getvalue()) for name, file in zip(DATA, files, strict=True))


def write_site(workspace: Workspace, *, unbuilt: Mapping[str, str] | None = None, made: MadeFrom | None = None) -> None:
    """Write everything that is not made from a notebook: assets, index, marks and data.

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
    PlaybookError
        If the workspace's advice cannot be used; the index stays as it was.
    """
    gathered = gather(workspace=workspace)
    comparison = compare(gathered.cases)
    written = [
        *write_assets(workspace.site),
        write_marks(workspace.site),
        *write_data(workspace.site, comparison, _advice(comparison, workspace)),
    ]
    if made:
        made = replace(made, files={_under(workspace.site, path): _sum(path) for path in written})
    write_index(workspace, gathered=gathered, comparison=comparison, unbuilt=unbuilt, made=made)


def _advice(comparison: Comparison, workspace: Workspace) -> Playbook:
    """The advice under test; none where the workspace has no file of it. **One that cannot be used is an error, as on the page.**"""
    return playbook(comparison, workspace) if (workspace.cases / FILE).is_file() else Playbook(())


def _under(site: Path, path: Path) -> str:
    return path.relative_to(site).as_posix()


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
