"""What must hold between the files of a case: each is sound by itself, and here they are held against each other."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from aftermath.case_files.about import About, is_case_id
from aftermath.case_files.coders import CODED_TABLES
from aftermath.case_files.desk import Desk, short
from aftermath.case_files.reading import Reading
from aftermath.case_files.relations import contradictory_row, temporal_network
from aftermath.case_files.tables import REFERENCES


def check_together(case_id: str, tables: dict[str, Reading], about: About | None, desks: dict[str, Desk]) -> None:
    """Put every fault between files on the desk of the file where it is to be mended.

    Parameters
    ----------
    case_id
        The name of the folder.
    tables
        The tables, as far as they could be read.
    about
        What ``case.yaml`` says; None where it could not be read.
    desks
        File name to what is wrong there.
    """
    _check_folder_name(case_id, about, desks["case.yaml"])
    _check_references(tables, about, desks)
    _check_coders(tables, about, desks)
    _check_clock(tables["events"], about, desks)
    _check_relations(tables, case_id, desks)


def _check_folder_name(case_id: str, about: About | None, desk: Desk) -> None:
    if about is not None and about.id is not None and about.id != case_id:
        mend = f"write {case_id}" if is_case_id(case_id) else f"rename the folder to {about.id}"
        desk.put(f"'{about.id}' is not the name of the folder", f"{mend}, or give both another name", column="id")


def _named(frame: pl.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    """Every (row, id) that a column of single ids or of lists names."""
    named = frame.select("row", pl.col(column))
    if named.schema[column] == pl.List(pl.String):
        named = named.explode(column)
    return named.drop_nulls().iter_rows()


def _check_references(tables: dict[str, Reading], about: About | None, desks: dict[str, Desk]) -> None:
    for (table, column), (target, key) in REFERENCES.items():
        if table in tables and tables[table].frame is not None and tables[target].complete:
            named = [(row, column, name) for row, name in _named(tables[table].frame, column)]
            _put_dangling(named, tables[target].frame[key], target, desks[f"{table}.csv"])
    if about is not None and tables["sources"].complete:
        named = [
            (0, f"documented_claims[{number}].source_ids", name)
            for number, claim in enumerate(about.documented_claims, start=1)
            for name in claim.source_ids
        ]
        _put_dangling(named, tables["sources"].frame["source_id"], "sources", desks["case.yaml"])


def _put_dangling(named: list[tuple[int, str, str]], keys: pl.Series, target: str, desk: Desk) -> None:
    known = set(keys)
    for row, column, name in named:
        if name not in known:
            mend = f"add that row to {target}.csv, or name another"
            desk.put(f"'{short(name)}' is not in {target}.csv", mend, row, column)


def _check_coders(tables: dict[str, Reading], about: About | None, desks: dict[str, Desk]) -> None:
    """Where ``case.yaml`` says who coded, nobody else did."""
    unsure = any(problem.column.startswith("coders") for problem in desks["case.yaml"].problems.values())
    if about is None or not about.coders or unsure:
        return
    for table in CODED_TABLES:
        if tables[table].frame is None:
            continue
        known = [coder.id for coder in about.coders if table in coder.codes]
        for row, coder in _named(tables[table].frame, "coder"):
            if coder not in known:
                mend = (
                    f"use one of: {', '.join(known)}, or say in case.yaml who it is"
                    if known
                    else "say in case.yaml who it is"
                )
                desks[f"{table}.csv"].put(
                    f"'{short(coder)}' is no coder of this table in case.yaml", mend, row, "coder"
                )


def _check_clock(events: Reading, about: About | None, desks: dict[str, Desk]) -> None:
    """One exposure where a crisis is on record, none where not; judged only on acts that could all be read."""
    if not events.complete or about is None or about.record is None or desks["events.csv"].faulty("acts"):
        return
    exposures = events.frame.filter(pl.col("acts").list.contains("exposure")).select("row", "event_id").rows()
    if about.documented:
        _check_exposures(exposures, about, desks)
        return
    for row, name in exposures:
        desks["events.csv"].put(
            f"{name} is an exposure although no crisis is on record",
            "code it as another act, or set record to documented",
            row,
            "acts",
        )


def _check_exposures(exposures: list[tuple[int, str]], about: About, desks: dict[str, Desk]) -> None:
    if not exposures:
        desks["events.csv"].put(
            "no event is the exposure",
            "code exposure on the one event by which the public learned of it",
            column="acts",
        )
    for row, name in exposures[1:]:
        desks["events.csv"].put(
            f"{name} is a second exposure beside {exposures[0][1]}",
            "keep one: clock zero is when the public first learned of it",
            row,
            "acts",
        )
    known = len(exposures) == 1 and about.clock_zero is not None and not desks["events.csv"].faulty("event_id")
    if known and about.clock_zero != exposures[0][1]:
        desks["case.yaml"].put(
            f"'{about.clock_zero}' is not the exposure",
            f"write {exposures[0][1]}, or code exposure on the event meant",
            column="clock_zero",
        )


def _check_relations(tables: dict[str, Reading], case_id: str, desks: dict[str, Desk]) -> None:
    """No relations that contradict each other or the clock times; judged only where all times could be read."""
    if "relations" not in tables or desks["relations.csv"].problems or desks["events.csv"].problems:
        return
    contradiction = temporal_network(tables["events"].frame, tables["relations"].frame).contradiction
    if contradiction:
        desks["relations.csv"].put(*contradictory_row(contradiction, case_id))
