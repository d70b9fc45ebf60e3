"""Ways to break a copy of a real case, and what must then be said."""

from __future__ import annotations

import csv
import io
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from aftermath.case_files.case import read_case
from aftermath.workspace import INSTALLED_FROM, Workspace

RED, KITCHEN = "red-cross-tweet", "kitchenaid-tweet"

Break = Callable[[Path], object]


@dataclass(frozen=True)
class Fault:
    """A way to break a case, and the problems that must be named: all of them, and no other."""

    broken: Break
    lines: tuple[str, ...]
    case_id: str = RED


def fault(broken: Break, *lines: str, case_id: str = RED) -> Fault:
    """A fault with its lines: ``file:row:column  what  mend``, the mend as far as it matters."""
    return Fault(broken, lines, case_id)


def assert_named(fault: Fault, root: Path) -> None:
    """Break a copy of the case and compare what is said, place and fault exactly, the mend by how it begins."""
    assert fault.lines, "a fault without problems tests nothing"
    folder = copy(root, fault.case_id)
    fault.broken(folder)
    case, problems = read_case(folder, Workspace(root))
    assert case is None
    found = [str(problem).removeprefix(f"casestudies/{fault.case_id}/").split("  ") for problem in problems]
    expected = [line.split("  ") for line in fault.lines]
    assert [parts[:2] for parts in found] == [parts[:2] for parts in expected]
    for (_, _, mend), (_, _, wanted) in zip(found, expected, strict=True):
        assert mend.startswith(wanted)


def copy(root: Path, case_id: str, name: str | None = None) -> Path:
    """A copy of a real case in a workspace of its own; the generated data package stays behind."""
    folder = root / "casestudies" / (name or case_id)
    shutil.copytree(INSTALLED_FROM / "casestudies" / case_id, folder, ignore=shutil.ignore_patterns("datapackage.json"))
    return folder


def records(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))


def store(path: Path, rows: list[list[str]]) -> None:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    path.write_text(file.getvalue(), encoding="utf-8")


def cell(table: str, row: int, column: str, value: str) -> Break:
    """Put a value into one field; rows count from 1, the header."""

    def broken(folder: Path) -> None:
        rows = records(folder / f"{table}.csv")
        rows[row - 1][rows[0].index(column)] = value
        store(folder / f"{table}.csv", rows)

    return broken


def rows_of(table: str, change: Callable[[list[list[str]]], object]) -> Break:
    """Change the rows of a table in place."""

    def broken(folder: Path) -> None:
        rows = records(folder / f"{table}.csv")
        change(rows)
        store(folder / f"{table}.csv", rows)

    return broken


def drop_column(table: str, column: str) -> Break:
    def change(rows: list[list[str]]) -> None:
        place = rows[0].index(column)
        for row in rows:
            del row[place]

    return rows_of(table, change)


def add_column(table: str, column: str) -> Break:
    return rows_of(table, lambda rows: [row.append(column if row is rows[0] else "") for row in rows])


def again(table: str, row: int) -> Break:
    """Repeat a row at the end."""
    return rows_of(table, lambda rows: rows.append(list(rows[row - 1])))


def text(file: str, old: str, new: str) -> Break:
    def broken(folder: Path) -> None:
        content = (folder / file).read_text(encoding="utf-8")
        assert old in content
        (folder / file).write_text(content.replace(old, new, 1), encoding="utf-8")

    return broken


def data(file: str, old: bytes, new: bytes) -> Break:
    def broken(folder: Path) -> None:
        content = (folder / file).read_bytes()
        assert old in content
        (folder / file).write_bytes(content.replace(old, new, 1))

    return broken


def append(file: str, more: str) -> Break:
    return lambda folder: (folder / file).write_bytes((folder / file).read_bytes() + more.encode())


def whole(file: str, content: str) -> Break:
    return lambda folder: (folder / file).write_text(content, encoding="utf-8")


def replaced(file: str, make: Callable[[Path], object]) -> Break:
    """Put something else in the place of a file."""

    def broken(folder: Path) -> None:
        (folder / file).unlink()
        make(folder / file)

    return broken


def both(*breaks: Break) -> Break:
    return lambda folder: [broken(folder) for broken in breaks]


def link_out(path: Path) -> None:
    secret = path.parents[2] / "secret.txt"
    secret.write_text("not for pages")
    path.symlink_to(secret)


def field(name: str, line: str) -> Break:
    """Replace a field of case.yaml, with the indented lines that belong to it."""

    def broken(folder: Path) -> None:
        path = folder / "case.yaml"
        old = re.compile(rf"^{name}:.*$(\n +.*$)*", flags=re.MULTILINE)
        content, count = old.subn(lambda _: line, path.read_text(encoding="utf-8"))
        assert count == 1
        path.write_text(content, encoding="utf-8")

    return broken
