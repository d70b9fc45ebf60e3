"""Two versions of a table made into one: what the folder says now, and what a workbook says that was written from an earlier state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from aftermath.case_files.columns import file_columns
from aftermath.case_files.field_readers import reader_of
from aftermath.case_files.file_problems import short
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.workbooks.sheets import Key, Row, Sheet, key_columns, plain

FOLDER, WORKBOOK = "folder", "workbook"
_IN_TIME = {"events": "earliest", "prices": "date"}  # the schemas ask for this order


@dataclass(frozen=True)
class Merged:
    """A table as it would be.

    Parameters
    ----------
    rows
        Its rows, in order.
    origins
        For each row the key under which the workbook has it; None where the workbook has no such row.
    conflicts
        Rows that both changed, each in another way: **they stand as the folder has them** until it is said which to keep.
    moved
        Rows that only the folder changed since the workbook was written; they stand as the folder has them.
    sorted_by
        The column by which the rows had to be sorted; empty where they stood in order.
    back
        The conflicts in which the folder has what was read from this workbook, and the sheet what was written into it.
    """

    rows: list[Row]
    origins: list[Key | None]
    conflicts: tuple[Key, ...] = ()
    moved: tuple[Key, ...] = ()
    sorted_by: str = ""
    back: tuple[Key, ...] = ()


def merged(
    sheet: Sheet,
    theirs: Mapping[Key, Row],
    now: Sequence[Row],
    base: Mapping[Key, str],
    written: Mapping[Key, str],
    keep: str = "",
) -> Merged:
    """What a table becomes when a sheet is read.

    Parameters
    ----------
    sheet
        Which columns it has.
    theirs
        The rows of the sheet as they were read.
    now
        The rows of the table as they stand in the folder, **each key once**.
    base
        What the rows of the sheet said when it was last read, or else when it was written.
    written
        What they said when it was written. A row that says that again, and was read otherwise meanwhile, was put back; or it is of
        another copy of the workbook, which must not undo what was read from the first.
    keep
        ``folder`` or ``workbook``: which to keep where both changed a row; none of the two if empty.
    """
    there = {row_key(sheet.name, row): row for row in now}
    chosen: dict[Key, Row | None] = {}
    conflicts, moved, back = [], [], []
    for key in (*there, *(key for key in theirs if key not in there)):
        mine, own = there.get(key), theirs.get(key)
        if not _is_of(sheet, key) or not _differs(sheet, mine, own):
            chosen[key] = mine
            continue
        said = base.get(key, sheet.digest(None))
        changed_here, changed_there = sheet.digest(own) != said, sheet.digest(mine) != said
        is_back = changed_here and not changed_there and sheet.digest(own) == written.get(key, sheet.digest(None))
        if is_back:
            back.append(key)
        if is_back or (changed_here and changed_there):
            conflicts.append(key)
        elif changed_there:
            moved.append(key)
        take_own = keep == WORKBOOK if key in conflicts[-1:] else changed_here
        chosen[key] = _put_into(sheet, mine, own) if take_own else mine
    keys = _in_order(sheet, list(there), list(theirs), list(base))
    rows = [(key, chosen[key]) for key in keys]
    kept = [(key, row) for key, row in rows if row is not None]
    return Merged(
        rows=[row for _, row in kept],
        origins=[key if key in theirs else None for key, _ in kept],
        conflicts=() if keep else tuple(conflicts),
        moved=tuple(moved),
        back=tuple(back),
    )


def in_time(table: str, rows: Merged, now: Sequence[Row]) -> Merged:
    """A table in order of time, **as sheets may be sorted in any other**; rows of one moment stand as the folder has them.

    Parameters
    ----------
    table
        Its name.
    rows
        As they were merged.
    now
        The rows of the table as they stand in the folder.
    """
    if time_order(table, rows.rows) == list(range(len(rows.rows))):
        return rows
    places = {row_key(table, row): place for place, row in enumerate(rows.rows)}
    known = dict.fromkeys(row_key(table, row) for row in now)
    kept = [places[key] for key in woven(list(known), list(places)) if key in places]
    order = [kept[at] for at in time_order(table, [rows.rows[place] for place in kept])]
    ordered = [rows.rows[place] for place in order]
    return replace(rows, rows=ordered, origins=[rows.origins[place] for place in order], sorted_by=_IN_TIME[table])


def time_order(table: str, rows: Sequence[Row]) -> list[int]:
    """The places of rows in order of time, as they stand within a moment and in tables that have no such order.

    A row whose time cannot be read stays behind the one above it.

    Examples
    --------
    >>> time_order("prices", [{"date": "2012-10-04"}, {"date": "soon"}, {"date": "2012-10-03"}])
    [2, 0, 1]
    """
    if table not in _IN_TIME:
        return list(range(len(rows)))
    column = _IN_TIME[table]
    read, moments = reader_of(file_columns(ALL_SCHEMAS[table])[column]), []
    for row in rows:
        try:
            moments.append((True, read(row.get(column, ""))))
        except ValueError:
            moments.append(moments[-1] if moments else (False, None))
    return sorted(range(len(rows)), key=moments.__getitem__)


def said_of_both(sheet: Sheet, own: Row | None, other: Row | None) -> str:
    """How a row that the workbook and the folder changed differs, given what each has of it."""
    since = "since the workbook was written or last read"
    if own is None or other is None:
        gone, changed = ("the sheet", "the folder") if own is None else ("the folder", "the workbook")
        return f"was removed from {gone} and changed in {changed} {since}"
    column = _first_other(sheet, own, other)
    pair = f"{column} is '{short(own.get(column, ''), 40)}' here and '{short(other.get(column, ''), 40)}' in the folder"
    return f"was changed in both {since}: {pair}"


def said_of_back(sheet: Sheet, own: Row | None, other: Row | None) -> str:
    """How a row that is as it was written differs from what was read of it, and that a copy of the workbook may have it so."""
    if own is None:
        return "was read from this workbook and is not in it now; another copy of the workbook may never have had it"
    as_written = "is as it was when the workbook was written, as it would be in another copy of it"
    if other is None:
        return f"{as_written}; when it was last read, the row was gone"
    column = _first_other(sheet, own, other)
    pair = f"{column} is '{short(own.get(column, ''), 40)}' here, and was read as '{short(other.get(column, ''), 40)}'"
    return f"{as_written}: {pair}"


def _first_other(sheet: Sheet, own: Row, other: Row) -> str:
    return next(name for name in sheet.own if plain(own.get(name, "")) != plain(other.get(name, "")))


def row_key(table: str, row: Row) -> Key:
    """What tells a row of a table from the others."""
    return tuple(plain(row.get(column, "")) for column in key_columns(table))


def _is_of(sheet: Sheet, key: Key) -> bool:
    """Whether the sheet speaks of a row: one of a coder does not speak of the codes of others."""
    named = dict(zip(sheet.keys, key, strict=True))
    return all(named.get(column, value) == value for column, value in sheet.fixed.items())


def _differs(sheet: Sheet, one: Row | None, other: Row | None) -> bool:
    """Whether two versions of a row do not say the same; without codes a row that is missing is not one that is empty."""
    if not sheet.codes and (one is None or other is None):
        return one is not other
    return sheet.digest(one) != sheet.digest(other)


def _put_into(sheet: Sheet, mine: Row | None, own: Row | None) -> Row | None:
    """The row of the table with what the sheet says in place of what it said."""
    if own is None or sheet.is_blank(own):
        return None
    return (mine or {}) | {column: own[column] for column in sheet.own} | dict(sheet.fixed)


def _in_order(sheet: Sheet, there: list[Key], theirs: list[Key], base: list[Key]) -> list[Key]:
    """The order of the sheet where the folder has that in which it was written; else that of the folder, with new rows in their places."""
    if sheet.codes:
        return woven(there, sorted(theirs, key=sheet.place))
    if there == base:
        return woven(theirs, there)
    here, known = set(there), set(theirs)
    if [key for key in theirs if key in here] == [key for key in there if key in known]:
        return woven(there, theirs)
    return woven(theirs, there)


def woven(first: Sequence[Key], second: Sequence[Key]) -> list[Key]:
    """The keys of one order, with those that only another has after the one that they follow there.

    Examples
    --------
    >>> woven([("a",), ("c",)], [("a",), ("b",), ("c",), ("d",)])
    [('a',), ('b',), ('c',), ('d',)]
    >>> woven([("b",), ("c",)], [("a",), ("b",)])
    [('a',), ('b',), ('c',)]
    """
    keys, known = list(first), set(first)
    for place, key in enumerate(second):
        if key in known:
            continue
        known.add(key)
        if place:
            keys.insert(keys.index(second[place - 1]) + 1, key)
        else:
            following = next((other for other in second if other in known and other != key), None)
            keys.insert(keys.index(following) if following is not None else len(keys), key)
    return keys
