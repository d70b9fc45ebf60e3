"""Codings made in annotation tools, as one table: who coded what, how.

A tool is set up with the names of the codebook: a field (INCEpTION: a feature; Label Studio: a control) is called like the item,
``favourability`` or ``T1``, and offers its codes. doccano knows labels alone: they are called ``favourability=-1``. The text's id is the
name of the document (INCEpTION), or a column ``doc_id`` that was imported beside the text (doccano, Label Studio).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from aftermath.case_files.file_problems import FileProblems, short
from aftermath.exchange.reference import ExchangeError
from aftermath.exchange.references import file_text
from aftermath.problems import AftermathError

CODINGS = {
    "coder": pl.String,
    "unit": pl.String,
    "item": pl.String,
    "value": pl.String,
    "reason": pl.String,
    "file": pl.String,
    "row": pl.UInt32,
}
UNIT = "doc_id"
REASON = "reason"

Coding = tuple[str, str, str, str, int]  # coder, unit, item, value, row
_ITEM = re.compile(r"favourability|stance_org|stance_response|[TE][0-9]+|reason(_\w+)?")


def read_annotations(path: Path | str, tool: str) -> pl.DataFrame:
    """Read what was coded in an annotation tool.

    Parameters
    ----------
    path
        An export, or a folder of exports: doccano's ``.jsonl``, one a coder and named after them; Label Studio's ``.json`` or ``.csv``;
        INCEpTION's ``DOCUMENT/CODER.tsv`` (WebAnno TSV 3) or ``.json`` (UIMA CAS JSON), as it exports a project.
    tool
        ``doccano``, ``label-studio`` or ``inception``.

    Returns
    -------
    polars.DataFrame
        One row a coding: coder, unit (the text), item, value, reason, and where it stands: file and row.

    Raises
    ------
    ExchangeError
        If a file cannot be read; the error names its line.
    """
    if tool not in READERS:
        raise AftermathError(f"{tool!r} is no annotation tool that is known: choose one of {', '.join(READERS)}")
    path, (suffixes, reader) = Path(path), READERS[tool]
    paths = sorted(found for found in path.rglob("*") if found.suffix in suffixes) if path.is_dir() else [path]
    rows, problems = [], []
    for file in paths:
        of_file = FileProblems(file.relative_to(path).as_posix() if path.is_dir() else file.name)
        text = file_text(file, of_file)
        try:
            found = list(reader(text, file, of_file)) if text is not None else []
        except csv.Error as error:
            of_file.add(f"is not a well-formed CSV file ({error})", "export it again")
            found = []
        rows += [(*coding, of_file.file, row) for *coding, row in _with_reasons(found)]
        problems += of_file
    if not rows and not problems:
        nothing = FileProblems(path.name)
        nothing.add("holds no coding", f"export what was coded in {tool} again: {', '.join(suffixes)}")
        problems += nothing
    if problems:
        raise ExchangeError(problems)
    return pl.DataFrame(rows, schema=CODINGS, orient="row")


def _with_reasons(found: list[Coding]) -> Iterator[tuple[str, str, str, str, str, int]]:
    """Codings with the reasons that stand beside them: that of an item is called ``reason_T1``, that of all ``reason``."""
    reasons = {(coder, unit, item): value for coder, unit, item, value, _ in found if item.startswith(REASON)}
    for coder, unit, item, value, row in found:
        if not item.startswith(REASON):
            own = reasons.get((coder, unit, f"{REASON}_{item}")) or reasons.get((coder, unit, REASON), "")
            yield coder, unit, item, value, own, row


def _json(text: str, problems: FileProblems, line: int = 1) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        problems.add(f"is not well-formed JSON ({error})", "export it again", line + getattr(error, "lineno", 1) - 1)
        return None


def _doccano(text: str, path: Path, problems: FileProblems) -> Iterator[Coding]:
    """A line a text: ``{"id": 7, "text": "...", "doc_id": "d01", "label": ["favourability=-1"]}``; the file is the coder's."""
    for line, record in enumerate(text.splitlines(), start=1):
        task = _json(record, problems, line) if record.strip() else {}
        if not isinstance(task, dict):
            problems.add("is no text with labels", "export it as JSONL", line)
        elif task:
            unit = _unit(task | _dictionary(task.get("meta")), line, problems)
            labels = task.get("label", task.get("labels", []))
            for label in labels if isinstance(labels, list) else []:
                item, equals, value = str(label).partition("=")
                if not equals:
                    problems.add(
                        f"'{short(str(label))}' is no label such as favourability=-1", "rename the label", line
                    )
                yield path.stem, unit, item.strip(), value.strip(), line


def _label_studio(text: str, path: Path, problems: FileProblems) -> Iterator[Coding]:
    """Tasks with their annotations (JSON), or a row an annotation (CSV)."""
    if path.suffix == ".csv":
        yield from _label_studio_rows(text, problems)
        return
    tasks = _json(text, problems)
    if not isinstance(tasks, list):
        if not problems:
            problems.add("is no list of tasks", "export it as JSON")
        return
    for number, task in enumerate(tasks, start=1):
        task = _dictionary(task)
        unit = _unit(_dictionary(task.get("data")), number, problems)
        for annotation in map(_dictionary, task.get("annotations") or ()):
            coder = annotation.get("completed_by", "")
            coder = str(coder.get("email") or coder.get("id", "")) if isinstance(coder, dict) else str(coder)
            for result in map(_dictionary, () if annotation.get("was_cancelled") else annotation.get("result") or ()):
                values = _dictionary(result.get("value")).get(str(result.get("type", "")), "")
                item = str(result.get("from_name", ""))
                if _ITEM.fullmatch(item):
                    yield coder, unit, item, _one(values, number, item, problems), number


def _label_studio_rows(text: str, problems: FileProblems) -> Iterator[Coding]:
    for row, record in enumerate(csv.DictReader(io.StringIO(text, newline="")), start=2):
        unit, coder = _unit(record, row, problems), record.get("annotator") or ""
        for item, value in record.items():
            if item and value and _ITEM.fullmatch(item):
                several = _dictionary(_json(value, problems, row)).get("choices") if value.startswith("{") else value
                yield coder, unit, item, _one(several, row, item, problems), row


def _inception(text: str, path: Path, problems: FileProblems) -> Iterator[Coding]:
    """A file a document and coder: ``d01.txt/anna.tsv`` or ``d01.txt/anna.json``."""
    coder, unit = path.stem, path.parent.name.partition(".")[0]
    seen: dict[str, tuple[str, int]] = {}
    for item, value, row in (_cas if path.suffix == ".json" else _webanno)(text, problems):
        if seen.setdefault(item, (value, row))[0] != value:
            problems.add(f"{item} is coded {seen[item][0]} and {value}", "code each document once", row)
    yield from ((coder, unit, item, value, row) for item, (value, row) in seen.items())


def _cas(text: str, problems: FileProblems) -> Iterator[tuple[str, str, int]]:
    """Features of all layers that are called like an item, in UIMA CAS JSON."""
    cas = _dictionary(_json(text, problems))
    structures = cas.get("%FEATURE_STRUCTURES")
    if structures is None and not problems:
        problems.add("is no UIMA CAS JSON", "export it as UIMA CAS JSON, not as its legacy form")
    listed = structures.items() if isinstance(structures, dict) else enumerate(structures or (), start=1)
    for number, (_, structure) in enumerate(listed, start=1):
        for feature, value in _dictionary(structure).items():
            if _ITEM.fullmatch(feature) and value is not None:
                yield feature, str(value), number


def _webanno(text: str, problems: FileProblems) -> Iterator[tuple[str, str, int]]:
    """Features of span layers that are called like an item, in WebAnno TSV 3: the columns behind the token, in order of the header."""
    columns: list[str] = []
    if not text.startswith("#FORMAT=WebAnno TSV 3"):
        problems.add("is no WebAnno TSV 3", "export it as WebAnno TSV v3.3", 1)
        return
    for row, line in enumerate(text.split("\n"), start=1):
        header = re.match(r"#T_(SP|CH|RL)=[^|]+\|?(.*)", line)
        if header:
            names = header.group(2).split("|") if header.group(2) else [""]
            columns += [name if header.group(1) == "SP" else "" for name in names]
        elif re.match(r"\d+-\d+(\.\d+)?\t", line):
            for item, cell in zip(columns, line.rstrip("\r").split("\t")[3:], strict=False):
                for value in re.split(r"(?<!\\)\|", cell) if _ITEM.fullmatch(item) else ():
                    value = re.sub(r"\\(.)", r"\1", re.sub(r"(?<!\\)\[\d+\]$", "", value))
                    if value not in ("_", "*"):
                        yield item, value, row


def _dictionary(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _unit(fields: dict[str, Any], row: int, problems: FileProblems) -> str:
    if not fields.get(UNIT):
        problems.add(f"names no {UNIT}", f"import the texts with a column {UNIT} beside them", row)
    return str(fields.get(UNIT, ""))


def _one(values: Any, row: int, item: str, problems: FileProblems) -> str:
    """The one value that was chosen."""
    several = values if isinstance(values, list) else [values]
    if len(several) != 1:
        problems.add(f"{item} has {len(several)} values", "choose one", row, item)
    return str(several[0]) if several else ""


READERS: dict[str, tuple[tuple[str, ...], Callable[[str, Path, FileProblems], Iterator[Coding]]]] = {
    "doccano": ((".jsonl",), _doccano),
    "label-studio": ((".json", ".csv"), _label_studio),
    "inception": ((".tsv", ".json"), _inception),
}
