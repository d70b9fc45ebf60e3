"""What is fuzzed: functions of bytes that may raise nothing but the errors that the library promises.

A new one is a line in ``HARNESSES`` and a folder of the same name in ``corpus/``, whose files are small and harmless: damage is done to
them when they are tried.
"""

from __future__ import annotations

import contextlib
import functools
import io
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from openpyxl import Workbook

from aftermath.archives.description import load_manifest
from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read
from aftermath.archives.readers.numbers import NotACount, count
from aftermath.archives.schemas import Posts
from aftermath.case_files.about import read_about
from aftermath.case_files.collection import read_collection
from aftermath.case_files.columns import file_columns
from aftermath.case_files.file_problems import FileProblems, read_text
from aftermath.case_files.replay_file import REPLAY_FILE, read_staging
from aftermath.case_files.tables import ALL_SCHEMAS
from aftermath.post_times import PLATFORMS, post_time
from aftermath.problems import CaseError
from aftermath.times import edtf, local_day, parse_instant
from aftermath.workbooks.contents import contents
from aftermath.workbooks.errors import WorkbookError
from aftermath.workbooks.marks import Marks, read_marks, write_marks
from aftermath.workbooks.packing import opened, packed
from aftermath.workbooks.sheets import Sheet

ZONES = ("America/New_York", "Asia/Shanghai", "UTC")
EVENTS = "xl/worksheets/sheet1.xml"
MOST = 20_000  # bytes of an input: what is long shows no more than what is short


@functools.cache
def _place() -> tempfile.TemporaryDirectory[str]:
    """A folder for the life of the process."""
    return tempfile.TemporaryDirectory(prefix="fuzz")


def _put(name: str, data: bytes) -> Path:
    path = Path(_place().name, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def exports(data: bytes) -> None:
    """A file of posts: batches that are valid, and every line a post or told."""
    path = _put("posts", data)
    with contextlib.suppress(ArchiveError):
        reading = read(path, zone="UTC", columns={"author": ""})
        posts = 0
        for batch in reading:
            assert Posts.is_valid(batch.posts)
            posts += batch.posts.height
        assert posts + reading.bad + reading.duplicates + reading.outside == reading.lines


def times(data: bytes) -> None:
    """A moment, a day, an id or a count: read, or refused as no such thing."""
    text = data.decode("utf-8", errors="replace")
    with contextlib.suppress(ValueError):
        moment = parse_instant(text)
        assert parse_instant(moment.isoformat(timespec="seconds")) == moment
    for zone in ZONES:
        with contextlib.suppress(ValueError):
            assert len(edtf(local_day(text, zone), zone)) in (10, 20, 25)
    for platform in PLATFORMS:
        with contextlib.suppress(ValueError):
            post_time(platform, text)
    with contextlib.suppress(NotACount):
        number = count(text)
        assert number is None or number >= 0


def yaml(data: bytes) -> None:
    """A file of fields, as each of the files that there are: read, or every problem in one line with its mend."""
    problems = FileProblems("case.yaml")
    text = read_text(_put("case/case.yaml", data), problems)
    if text is not None and read_about(text, problems) is None:
        assert problems
    _put(f"case/{REPLAY_FILE}", data)
    staged = FileProblems(REPLAY_FILE)
    assert (read_staging(Path(_place().name, "case"), staged) is None) == bool(staged)
    for problem in (*problems, *staged):
        assert problem.what
        assert problem.mend
        assert str(problem).isprintable()
    _put("case/CITATION.cff", data)
    with contextlib.suppress(CaseError):
        read_collection(Path(_place().name, "case"))
    with contextlib.suppress(ArchiveError):
        load_manifest(_put("archives/one/manifest.yaml", data).parent)


def workbooks(data: bytes) -> None:
    """A workbook, or the XML of its sheet of events: read, or refused by sheet, row and column."""
    path = _put("case.xlsx", data if data.startswith(b"PK") else _with_events(data))
    sheet = Sheet("events", tuple(file_columns(ALL_SCHEMAS["events"])), [])
    with contextlib.suppress(WorkbookError):
        book = opened(path)
        read_marks(book, path.name)
        found = contents(book, [sheet], path.name, "Asia/Shanghai")
        assert all(problem.mend and str(problem).isprintable() for problem in found.problems)


@functools.cache
def _parts() -> dict[str, bytes]:
    book = Workbook()
    book.worksheets[0].title = "events"
    write_marks(book, Marks("case", "a-case", rows={"events": {}}))
    with zipfile.ZipFile(io.BytesIO(packed(book))) as file:
        return {name: file.read(name) for name in file.namelist()}


def _with_events(sheet: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, part in (_parts() | {EVENTS: sheet}).items():
            file.writestr(name, part)
    return made.getvalue()


HARNESSES: dict[str, Callable[[bytes], None]] = {
    harness.__name__: harness for harness in (exports, times, yaml, workbooks)
}


def corpus(name: str) -> list[bytes]:
    """The inputs that a search begins with, the same in every order of files."""
    return [path.read_bytes() for path in sorted((Path(__file__).parent / "corpus" / name).iterdir())]
