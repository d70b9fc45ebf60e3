"""A workspace so small that building it takes seconds: a few real cases, and notebooks of three cells."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from aftermath.pages.made_from import MadeFrom, sealed
from aftermath.pages.templating import render
from aftermath.workspace import Workspace

ROOT = Path(__file__).resolve().parent.parent
CASES = ("digiorno-whyistayed", "red-cross-tweet", "weishi-data-fabrication")  # the last has no crisis on record

REPORT = 'case_id: str = "red-cross-tweet"\nseed: int = 0\nphase_days: list[int] = [7, 30]'
SHOW = """import os
from IPython.display import display
words = f"{case_id} {seed} {phase_days} {os.environ['AFTERMATH_ROOT']}"
display({"application/vnd.aftermath.page+html": f"<p>{words}</p>"}, raw=True)"""
ALL = """import os, pathlib
from IPython.display import display
names = sorted(path.name for path in pathlib.Path(os.environ["AFTERMATH_ROOT"], "casestudies").iterdir())
display({"application/vnd.aftermath.page+html": f"<p>{seed} {names}</p>"}, raw=True)"""


def write_notebook(path: Path, parameters: str, *cells: str, kernel: str = "python3") -> Path:
    """A notebook with a heading, a cell of parameters and the cells given, whose ids are c1, c2, ..."""
    notebook = new_notebook(metadata={"kernelspec": {"name": kernel, "language": "python", "display_name": kernel}})
    declared = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
    numbered = [new_code_cell(source, id=f"c{number}") for number, source in enumerate(cells, start=1)]
    notebook.cells = [declared, new_markdown_cell("## Words", id="words"), *numbered]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def copied(root: Path, case_id: str, name: str = "") -> Path:
    """The folder of a copy of a real case in a workspace, under another name if one is given."""
    folder = root / "casestudies" / (name or case_id)
    shutil.copytree(ROOT / "casestudies" / case_id, folder)
    about = folder / "case.yaml"
    about.write_text(
        about.read_text(encoding="utf-8").replace(f"id: {case_id}", f"id: {folder.name}", 1), encoding="utf-8"
    )
    return folder


def make_workspace(folder: Path, cases: tuple[str, ...] = CASES) -> Workspace:
    """Copies of real cases, and notebooks of our own."""
    for case_id in cases:
        shutil.copytree(ROOT / "casestudies" / case_id, folder / "casestudies" / case_id)
    notebooks = folder / "notebooks"
    write_notebook(notebooks / "case_report.ipynb", REPORT, SHOW)
    write_notebook(notebooks / "case_without_record.ipynb", 'case_id: str = "x"', "print(case_id)")
    write_notebook(notebooks / "comparison.ipynb", "seed: int = 0", ALL)
    write_notebook(notebooks / "method_checks.ipynb", "", "print('checked')")
    write_notebook(notebooks / "trial.ipynb", "", "print('tried')")
    return Workspace(folder)


def touch_evidence(workspace: Workspace, case_id: str) -> None:
    """Change the content of a case's ``events.csv`` so that it stays sound."""
    path = workspace.cases / case_id / "events.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(". ", ".  ", 1) if ". " in text else text + "\n", encoding="utf-8")


def note(log: Path, made: MadeFrom, product: Path) -> None:
    """Stands in for making a page: says so in a log, and writes a page that says what it was made from."""
    with log.open("a", encoding="utf-8") as file:
        file.write(f"{product.name}\n")
    product.write_text(sealed(render("made_from", made=made)), encoding="utf-8")
