"""The tables beside the case folders, as schemas: advice under test, the texts that give it, matched contrasts, and numeric claims
(whose schema stands in ``numeric_claims``).

Each may be missing. They are read as strictly as the tables of a case, and ``aftermath check`` names their faults too.
"""

from __future__ import annotations

import os
from pathlib import Path

import dataframely as dy
import polars as pl

from aftermath.case_files.columns import Table, file_columns, ids_column, named_in, text_column
from aftermath.case_files.file_problems import LARGEST, FileProblems, short
from aftermath.case_files.numeric_claims import NumericClaims
from aftermath.case_files.playbook_rules import RuleError, parse_rule
from aftermath.case_files.reading import read_table
from aftermath.files import fingerprint
from aftermath.problems import CaseError, Problem, near_miss
from aftermath.workspace import Workspace


class Playbook(Table):
    """``playbook.csv``: advice under test."""

    advice_id = text_column("id of the advice", "give each its own, e.g. a01", primary_key=True)
    text_id = text_column("text that gives it", "name the text_id of a text of texts.csv")
    advice = text_column("the advice, in our words", "write the advice in your own words")
    indicator = text_column(
        "what in our data can measure it", "say what can measure it, or leave it empty", nullable=True
    )
    rule = text_column("the same as a rule that the record can answer", "write a rule, or unobservable")

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        return {"advice": pl.col("advice"), "text_id": pl.col("text_id")}


class Texts(Table):
    """``texts.csv``: practice texts whose claims and advice are put to the test."""

    text_id = dy.String(
        primary_key=True,
        regex=r"^[a-z0-9][a-z0-9-]*$",
        description="id of the text, which claims and advice name",
        metadata={"mend": "write lower-case letters, digits and hyphens, each id once, e.g. crisis-guide"},
    )
    title = text_column("title as published", "write the title, or leave it empty", nullable=True)
    language = text_column("language of the text", "write a BCP 47 tag, e.g. en, or leave it empty", nullable=True)
    kind = text_column("kind of text", "say what kind of text it is, or leave it empty", nullable=True)
    about = text_column("what it is about", "say what it is about, or leave it empty", nullable=True)

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        return {"title": pl.col("title")} | {name: pl.col(name).fill_null("") for name in ("language", "kind", "about")}


class Contrasts(Table):
    """``contrasts.csv``: cases with a like trigger, to be set side by side."""

    contrast = text_column("id of the contrast", "give each its own, e.g. rogue-posts", primary_key=True)
    title = text_column("its name in words", "fill it in")
    why = text_column("what makes the triggers alike", "fill it in")
    case_ids = ids_column("cases, at least two", "kitchenaid-tweet;red-cross-tweet")

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        return {"case_ids": pl.col("case_ids").list.sort().list.join(";"), "title": pl.col("title")}

    @dy.rule()
    def fewer_than_two(cls) -> pl.Expr:
        return pl.col("case_ids").list.set_difference([""]).list.n_unique() >= 2


SHARED_SCHEMAS: dict[str, type[Table]] = {
    "playbook": Playbook,
    "texts": Texts,
    "contrasts": Contrasts,
    "numeric_claims": NumericClaims,
}


def has_shared(table: str, workspace: Workspace) -> bool:
    """Whether a workspace has this table beside its cases."""
    return os.path.lexists(workspace.cases / f"{table}.csv")


def read_shared(table: str, workspace: Workspace) -> pl.DataFrame:
    """A table beside the case folders.

    Parameters
    ----------
    table
        A key of ``SHARED_SCHEMAS``.
    workspace
        Whose table.

    Returns
    -------
    polars.DataFrame
        Its columns, and ``row``.

    Raises
    ------
    CaseError
        If it is missing or has any problem; the error lists all of them.
    """
    frame, problems = _read(table, workspace)
    if problems:
        raise CaseError(problems)
    return frame


def shared_problems(workspace: Workspace) -> tuple[Problem, ...]:
    """Everything that is wrong with the tables beside the case folders, sorted; a table that is missing is no fault."""
    tables = (table for table in SHARED_SCHEMAS if has_shared(table, workspace))
    return tuple(sorted(problem for table in tables for problem in _read(table, workspace)[1]))


def text_ids(workspace: Workspace) -> frozenset[str] | None:
    """The ids of the texts that claims and advice come from; None where no sound ``texts.csv`` says which there are."""
    if not has_shared("texts", workspace):
        return None
    frame, problems = _read("texts", workspace)
    return None if problems else frozenset(frame["text_id"])


def shared_warnings(workspace: Workspace) -> tuple[Problem, ...]:
    """Texts and cases that advice, contrasts and claims name and that are not there, sorted: **what names them goes on without them**."""
    warnings = []
    known = {
        "playbook": ("text_id", text_ids(workspace), "texts.csv"),
        "contrasts": ("case_ids", workspace.case_ids(), "casestudies/"),
        "numeric_claims": ("case_ids", workspace.case_ids(), "casestudies/"),
    }
    for table, (column, names, place) in known.items():
        frame, problems = _read(table, workspace)
        if problems or names is None:
            continue
        for row, name in named_in(frame, column):
            if name and name not in names:
                mend = f"add it there, or name one that is: {near_miss(name, sorted(names))}"
                path = workspace.relative(workspace.cases / f"{table}.csv")
                warnings.append(Problem(path, row, column, f"'{short(name)}' is not in {place}", mend))
    return tuple(sorted(warnings))


_last: dict[str, tuple[tuple[Path, str], tuple[pl.DataFrame, FileProblems]]] = {}


def _read(table: str, workspace: Workspace) -> tuple[pl.DataFrame, FileProblems]:
    """A table and its problems, as they were read last where the file is the same: each replay of a thousand asks for the advice."""
    state = _state(table, workspace)
    if state and table in _last and _last[table][0] == state:
        return _last[table][1]
    found = _read_anew(table, workspace)
    if state and _state(table, workspace) == state:  # nothing was saved meanwhile
        _last[table] = state, found
    return found


def _state(table: str, workspace: Workspace) -> tuple[Path, str] | None:
    """Where a table is and what it holds; None where it is no plain file, is too large to be read whole, or cannot be read."""
    path = workspace.cases / f"{table}.csv"
    try:
        plain = path.is_file() and not path.is_symlink() and path.stat().st_size <= LARGEST
        return (workspace.root, fingerprint(workspace.cases, [path])) if plain else None
    except OSError:
        return None


def _read_anew(table: str, workspace: Workspace) -> tuple[pl.DataFrame, FileProblems]:
    path, schema = workspace.cases / f"{table}.csv", SHARED_SCHEMAS[table]
    problems = FileProblems(workspace.relative(path))
    if not has_shared(table, workspace):
        problems.add("is missing", f"write it with the columns {', '.join(file_columns(schema))}")
        return schema.no_rows(), problems
    frame = read_table(path, schema, problems).frame
    if schema is Playbook:
        _check_rules(frame, problems)
    return frame, problems


def _check_rules(advice: pl.DataFrame, problems: FileProblems) -> None:
    for row, rule in advice.select("row", "rule").drop_nulls().iter_rows():
        try:
            parse_rule(rule)
        except RuleError as error:
            problems.add(error.what, error.mend, row, "rule")
