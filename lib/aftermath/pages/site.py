"""What the site holds beside the pages of cases: assets, the index, the page of marks, and the data for download."""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from aftermath.comparison.gathering import Gathering, gather
from aftermath.comparison.playbook import Playbook, playbook
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.files import write_whole
from aftermath.pages.how_marks_read import how_marks_read
from aftermath.pages.index import index_page
from aftermath.pages.made_from import MadeFrom
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
    paths = (Path(folder, "package_data", DRAWING_LIBRARY) for folder in folders or ())
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        raise SiteError(
            f"plotly is not installed with its {DRAWING_LIBRARY}. Install the locked environment again: `make clean reports`."
        )
    return path


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
    return write_whole(workspace.site / "index.html", index_page(comparison, gathered, unbuilt or {}, made))


def write_marks(site: Path) -> Path:
    """Write ``marks.html``: how marks read, with specimens that belong to no case."""
    return write_whole(site / "marks.html", how_marks_read())


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
    CaseError
        If the workspace's advice cannot be used; the index stays as it was.
    """
    gathered = gather(workspace=workspace)
    comparison = compare(gathered.cases)
    written = [
        *write_assets(workspace.site),
        write_marks(workspace.site),
        *write_data(workspace.site, comparison, playbook(comparison, workspace)),
    ]
    if made:
        sums = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in written}
        made = replace(made, files={path.relative_to(workspace.site).as_posix(): sums[path] for path in written})
    write_index(workspace, gathered=gathered, comparison=comparison, unbuilt=unbuilt, made=made)
