"""What must hold between the files of a case: each is sound by itself, and here they are held against each other."""

from __future__ import annotations

import polars as pl

from aftermath.case_files.about import About, is_case_id
from aftermath.case_files.coders import CODED_TABLES
from aftermath.case_files.columns import in_rows, named_in
from aftermath.case_files.file_problems import FileProblems, short
from aftermath.case_files.reading import Reading
from aftermath.case_files.relations import contradictory_row, temporal_network
from aftermath.case_files.tables import REFERENCES


def check_together(
    case_id: str, tables: dict[str, Reading], about: About | None, problems: dict[str, FileProblems]
) -> None:
    """Add every fault between files to the problems of the file where it is to be mended.

    Parameters
    ----------
    case_id
        The name of the folder.
    tables
        The tables, as far as they could be read.
    about
        What ``case.yaml`` says; None where it could not be read.
    problems
        File name to what is wrong there.
    """
    _check_folder_name(case_id, about, problems["case.yaml"])
    _check_claims(about, problems["case.yaml"])
    _check_references(tables, about, problems)
    _check_adjudicated(tables, problems)
    _check_coders(tables, about, problems)
    _check_clock(tables["events"], about, problems)
    _check_relations(tables, case_id, problems)


def _check_folder_name(case_id: str, about: About | None, problems: FileProblems) -> None:
    if about is not None and about.id is not None and about.id != case_id:
        mend = f"write {case_id}" if is_case_id(case_id) else f"rename the folder to {about.id}"
        problems.add(f"'{about.id}' is not the name of the folder", f"{mend}, or give both another name", column="id")


def _check_references(tables: dict[str, Reading], about: About | None, problems: dict[str, FileProblems]) -> None:
    for (table, column), (target, key) in REFERENCES.items():
        if table in tables and tables[target].complete:
            named = [(row, column, name) for row, name in named_in(tables[table].frame, column)]
            _put_dangling(named, tables[target].frame[key], target, problems[f"{table}.csv"])
    if about is not None and tables["sources"].complete:
        named = [
            (0, f"documented_claims[{number}].source_ids", name)
            for number, claim in enumerate(about.documented_claims, start=1)
            for name in claim.source_ids
        ]
        _put_dangling(named, tables["sources"].frame["source_id"], "sources", problems["case.yaml"])


def _put_dangling(named: list[tuple[int, str, str]], keys: pl.Series, target: str, problems: FileProblems) -> None:
    known = set(keys)
    for row, column, name in named:
        if name not in known and not problems.beyond(row, column):
            mend = f"add that row to {target}.csv, or name another"
            problems.add(f"'{short(name)}' is not in {target}.csv", mend, row, column)


def _check_adjudicated(tables: dict[str, Reading], problems: dict[str, FileProblems]) -> None:
    """What was agreed of a text is of one that is there; the items of the rubric are known."""
    if "adjudication" in tables and tables["coverage"].complete:
        of_texts = tables["adjudication"].frame.filter(pl.col("variable") != "score")
        named = [(row, "unit", name) for row, name in named_in(of_texts, "unit")]
        _put_dangling(named, tables["coverage"].frame["doc_id"], "coverage", problems["adjudication.csv"])


def _check_claims(about: About | None, problems: FileProblems) -> None:
    """No claim of a text stands twice; judged only where all claims could be read, which are numbered."""
    if about is None or any(column.startswith("documented_claims") for column in problems.columns):
        return
    numbers: dict[tuple[str, str], int] = {}
    for number, claim in enumerate(about.documented_claims, start=1):
        first = numbers.setdefault((claim.claim, claim.origin), number)
        if first != number:
            what = f"documented_claims[{first}] is the same claim of the same text"
            problems.add(what, "keep one of the two", column=f"documented_claims[{number}].claim")


def _check_coders(tables: dict[str, Reading], about: About | None, problems: dict[str, FileProblems]) -> None:
    """Where ``case.yaml`` says who coded, nobody else did."""
    unsure = any(column.startswith("coders") for column in problems["case.yaml"].columns)
    if about is None or not about.coders or unsure:
        return
    for table in CODED_TABLES:
        known = [coder.id for coder in about.coders if table in coder.codes]
        for row, coder in named_in(tables[table].frame, "coder"):
            if coder not in known and not problems[f"{table}.csv"].beyond(row, "coder"):
                mend = (
                    f"use one of: {', '.join(known)}, or say in case.yaml who it is"
                    if known
                    else "say in case.yaml who it is"
                )
                problems[f"{table}.csv"].add(
                    f"'{short(coder)}' is no coder of this table in case.yaml", mend, row, "coder"
                )


def _check_clock(events: Reading, about: About | None, problems: dict[str, FileProblems]) -> None:
    """One exposure where a crisis is on record, none where not; judged only on acts that could all be read."""
    if not events.complete or about is None or about.record is None or problems["events.csv"].faulty("acts"):
        return
    exposures = [
        (row, name)
        for row, name, acts in in_rows(events.frame, "row", "event_id", "acts")
        if "exposure" in (acts or ())
    ]
    if about.documented:
        _check_exposures(exposures, about, problems)
        return
    for row, name in exposures:
        problems["events.csv"].add(
            f"{name} is an exposure although no crisis is on record",
            "code it as another act, or set record to documented",
            row,
            "acts",
        )


def _check_exposures(exposures: list[tuple[int, str]], about: About, problems: dict[str, FileProblems]) -> None:
    if not exposures:
        problems["events.csv"].add(
            "no event is the exposure",
            "code exposure on the one event by which the public learned of it",
            column="acts",
        )
    for row, name in exposures[1:]:
        problems["events.csv"].add(
            f"{name} is a second exposure beside {exposures[0][1]}",
            "keep one: clock zero is when the public first learned of it",
            row,
            "acts",
        )
    known = len(exposures) == 1 and about.clock_zero is not None and not problems["events.csv"].faulty("event_id")
    if known and about.clock_zero != exposures[0][1]:
        problems["case.yaml"].add(
            f"'{about.clock_zero}' is not the exposure",
            f"write {exposures[0][1]}, or code exposure on the event meant",
            column="clock_zero",
        )


def _check_relations(tables: dict[str, Reading], case_id: str, problems: dict[str, FileProblems]) -> None:
    """No relations that contradict each other or the clock times; judged only where all times could be read."""
    if "relations" not in tables or problems["relations.csv"] or problems["events.csv"]:
        return
    contradiction = temporal_network(tables["events"].frame, tables["relations"].frame).contradiction
    if contradiction:
        problems["relations.csv"].add(*contradictory_row(contradiction, case_id))
