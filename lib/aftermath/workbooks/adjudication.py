"""What coders disagree on, with the codes and reasons of each, and room for what they agree on in the end."""

from __future__ import annotations

from openpyxl import Workbook

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.tables import ADJUDICATED
from aftermath.case_files.writing import table_checksum
from aftermath.measures.disagreements import disagreements
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted, listed
from aftermath.workbooks.definitions import Definitions, definitions
from aftermath.workbooks.marks import Marks, row_marks, write_marks
from aftermath.workbooks.sheets import Key, Row, Sheet, levels, plain, table_rows
from aftermath.workbooks.writing import READ_ME, write_lines, write_sheet
from aftermath.workspace import Workspace

TABLE = "adjudication"
_HOW = (
    "Go through the rows together. Where you agree on a code, write it and why; a row that is left empty stays open.",
    "What you write goes into adjudication.csv. The codes of each coder stay as they are: agreement and the bounds of every index rest "
    "on what was coded independently.",
    "Grey columns are there to be read. No reasons are kept for codes of texts.",
    "Save it as .xlsx. Then: aftermath workbook --read FILE",
)


def adjudication_workbook(case: Case, workspace: Workspace) -> Workbook | None:
    """The workbook of everything on which the coders of a case differ; None where they differ on nothing."""
    sheet = adjudication_sheet(case, workspace)
    if not sheet.rows:
        return None
    made = Workbook()
    made.remove(made.worksheets[0])
    made.properties.creator = "aftermath"
    write_lines(made, READ_ME, (f"{case.title}: where coders differ", "", *_HOW, *_mentioned_by_some(case)))
    write_sheet(made, sheet, definitions(workspace))
    checksums = {table: table_checksum(case.folder / f"{table}.csv") for table in ("rubric", "stances", TABLE)}
    write_marks(made, Marks(TABLE, case.id, checksums=checksums, rows=row_marks([sheet])))
    return made


def _mentioned_by_some(case: Case) -> tuple[str, ...]:
    """Texts in which some saw the response mentioned: no row, as there is no code for a response that is not."""
    mentioned = disagreements(case).mentioned
    if not mentioned:
        return ()
    texts = [
        f"{coded.unit} ({', '.join(f'{coder}: {code}' for coder, code in coded.codes.items())})" for coded in mentioned
    ]
    return (
        "",
        f"In {counted(len(texts), 'text')} some saw the response mentioned and others did not: {listed(texts)}.",
        "Which it is has no row here: whoever changes their mind changes stances.csv.",
    )


def adjudication_sheet(case: Case, workspace: Workspace) -> Sheet:
    """One row an item or text and variable on which coders differ, and one for each that was agreed on before."""
    given = _given(case)
    settled = [{name: plain(text) for name, text in row.items()} for row in table_rows(case.folder, TABLE, workspace)]
    agreed: dict[Key, Row] = {(row["unit"], row["variable"]): row for row in settled}
    coders = tuple(dict.fromkeys(coder for codes in given.values() for coder in codes))
    marks = tuple(f"{what}_{coder}" for coder in coders for what in ("code", "reason"))
    keys = sorted({*_differing(case), *agreed}, key=lambda key: _place(case, key))
    defined = definitions(workspace)
    rows = [_evidence(case, key, defined) | _told(given.get(key, {}), coders) | _code(agreed.get(key)) for key in keys]
    evidence = ("question", "evidence", *marks)
    columns = ("unit", "variable", *evidence, "code", "reason")
    return Sheet(TABLE, columns, rows, evidence, ("code", "reason"), units=tuple(_units(case)))


def still_open(case: Case) -> list[Key]:
    """The items, and texts and variables, on which coders differ and nothing was agreed yet."""
    agreed = set(case.adjudication.select("unit", "variable").iter_rows())
    return [key for key in _differing(case) if key not in agreed]


def _differing(case: Case) -> list[Key]:
    """Item and ``score``, or text and variable, wherever two coders gave different codes."""
    try:
        found = disagreements(case)
    except NothingToMeasure:
        return []
    variables = {label: name for name, label in vocabulary.STANCES.items()}
    items = [(coded.unit, "score") for coded in found.items if coded.differs]
    return items + [(coded.unit, variables[coded.question]) for coded in found.texts if coded.differs]


def _given(case: Case) -> dict[Key, dict[str, tuple[str, str]]]:
    """Unit and variable to each coder's code and reason; a text's codes have none."""
    given: dict[Key, dict[str, tuple[str, str]]] = {}
    for row in case.rubric.sort("coder", maintain_order=True).iter_rows(named=True):
        events = f" ({', '.join(row['event_ids'])})" if row["event_ids"] else ""
        given.setdefault((row["item"], "score"), {})[row["coder"]] = row["score"], f"{row['rationale']}{events}"
    for row in case.stances.sort("coder", maintain_order=True).iter_rows(named=True):
        for variable in vocabulary.STANCES:
            if row[variable] is not None:
                given.setdefault((row["doc_id"], variable), {})[row["coder"]] = str(row[variable]), ""
    return given


def _place(case: Case, key: Key) -> tuple[int, int]:
    """Items before texts, each in the order of its table."""
    return _units(case).index(key[0]), ADJUDICATED.index(key[1])


def _units(case: Case) -> list[str]:
    return [*vocabulary.RUBRIC_ITEMS, *case.coverage["doc_id"]]


def _evidence(case: Case, key: Key, defined: Definitions) -> Row:
    unit, variable = key
    if variable == "score":
        return {
            "unit": unit,
            "variable": variable,
            "question": vocabulary.RUBRIC_ITEMS[unit],
            "evidence": levels(unit, defined),
        }
    abstract = dict(case.coverage.select("doc_id", "abstract").iter_rows())[unit]
    return {"unit": unit, "variable": variable, "question": vocabulary.STANCES[variable], "evidence": abstract}


def _told(given: dict[str, tuple[str, str]], coders: tuple[str, ...]) -> Row:
    pairs = [(coder, *given.get(coder, (vocabulary.NOT_CODED, ""))) for coder in coders]
    return {f"code_{coder}": code for coder, code, _ in pairs} | {f"reason_{coder}": why for coder, _, why in pairs}


def _code(agreed: Row | None) -> Row:
    return {name: agreed[name] if agreed else "" for name in ("code", "reason")}
