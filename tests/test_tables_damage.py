"""Every line of a damaged table is a row or is told, and lines that are whole are read as they are."""

from __future__ import annotations

import csv
import io
import random
from collections import Counter
from pathlib import Path

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.detection import source_of
from aftermath.archives.readers.opening import members
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.tables.text import TextTable

HEADER = ["id", "created_at", "text", "author", "likes"]
WORDS = "terrible lid broke and burned my hand awful company great answer thank you".split()
LAYOUTS = ("plain", "quoted", "over lines", "tab", "semicolon", "crlf", "preamble", "two headers", "footer", "joined")
TRIALS = 200  # of each layout: 2,000 files


def made(layout: str, dice: random.Random) -> tuple[list[list[str]], bytes]:
    """Rows, and the table that holds them."""
    rows = [
        [
            str(8000 + n),
            f"2024-03-{1 + n % 28:02}T09:37:00Z",
            " ".join(dice.choices(WORDS, k=6)),
            f"fan{n}",
            str(n * 7 % 90),
        ]
        for n in range(dice.randrange(6, 40))
    ]
    for row in rows[:: {"quoted": 2, "over lines": 3}.get(layout, 99)]:
        row[2] = f'they said "so", {row[2]}' + ("\nand more\n\nand more" if layout == "over lines" else "")
    out = io.StringIO()
    delimiter = {"tab": "\t", "semicolon": ";"}.get(layout, ",")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n" if layout == "crlf" else "\n")
    out.write('Report:,Bulk\nFrom:,"Mon Mar"\n\n' if layout == "preamble" else "")
    writer.writerow(HEADER)
    if layout == "two headers":
        writer.writerow(["Post ID", "When", "What", "Who", "How many"])
    writer.writerows(rows[:3])
    if layout == "joined":
        writer.writerow(HEADER)
    writer.writerows(rows[3:])
    out.write("Total,,,,900\n" if layout == "footer" else "")
    return rows, out.getvalue().encode()


def damaged(content: bytes, dice: random.Random) -> bytes:
    """The same with bytes changed, lost or put in: one to three times."""
    harmed = bytearray(content)
    for _ in range(dice.choice([1, 1, 1, 2, 3])):
        at = dice.randrange(len(harmed))
        byte = dice.choice(b'",\n\r\0\\\t;A\xff')
        kind = dice.randrange(5)
        if kind == 0:
            harmed[at] ^= 1 << dice.randrange(8)
        elif kind == 1:
            harmed[at] = byte
        elif kind == 2:
            harmed.insert(at, byte)
        else:
            del harmed[at : at + (1 if kind == 3 else dice.randrange(1, 60))]
    return bytes(harmed)


@pytest.mark.bad_input("damaged exports")
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_line_of_a_damaged_file_is_a_row_or_told(tmp_path, layout, record_property):
    record_property("trials", TRIALS)
    refused = 0
    for trial in range(TRIALS):
        dice = random.Random(f"{layout} {trial}")  # noqa: S311 (no secret)
        rows, content = made(layout, dice)
        file = tmp_path / "posts.csv"
        file.write_bytes(damaged(content, dice))
        try:
            account(file, rows, content, trial)
        except ArchiveError:
            refused += 1  # told, too
    assert refused < TRIALS // 20


def account(file: Path, rows: list[list[str]], content: bytes, trial: int) -> None:
    (member,) = members(file)
    table = TextTable(source_of(member), Options())
    found: dict[int, list[str]] = {}
    lines: Counter[int] = Counter(range(1, table.shape.body))
    told: set[int] = set()
    for block in table.blocks():
        found |= dict(zip(block.lines, block.rows, strict=True))
        told |= {fault.line for fault in block.faults}
        assert all(fault.why for fault in block.faults)
    told |= set(table.passed)
    lines.update(told)
    for line, fields in found.items():
        lines.update(range(line, line + 1 + sum(field.count("\n") for field in fields)))
    assert max(lines.values()) == 1, trial  # no line twice
    physical = file.read_bytes().replace(b"\r\n", b"\n").replace(b"\r", b" ").split(b"\n")
    held = {n for n, line in enumerate(physical, start=1) if line.strip(b" \t,;\0")}
    assert held <= set(lines), trial  # none left out
    if table.shape.header != tuple(HEADER):
        return  # the damage is in the header, and columns are looked for by what is left of it
    whole = set(content.replace(b"\r\n", b"\n").split(b"\n"))
    by_id = {row[0].encode(): row for row in rows if "\n" not in row[2]}
    for number in held & set(range(table.shape.body, len(physical) + 1)) - told:
        line = physical[number - 1]
        if line in whole and (row := by_id.get(line[:4])) is not None:
            assert found.get(number) == row, trial
