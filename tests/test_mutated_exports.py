"""Two thousand exports with a place that was damaged: read and told, or refused in words, and soon.

Each is one of ``exported`` in which bytes were changed, lost or put in, or a value stands that is of another kind.
"""

from __future__ import annotations

import random
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read
from made_exports import files_of
from test_exported import ARCHIVES, EXPECTED, EXPORTED

pytestmark = pytest.mark.slow

EACH = 30  # of an export
SECONDS = 5  # of the processor, whatever else runs
LARGEST = 1 << 20
VALUE = re.compile(rb'"[^"]*"|\b\d+\b')
PUT_IN = (
    b'"', b"\n", b"\r", b"\t", b"\x00", b",", b";", b"{", b"[", b"}", b"]", b"\\", b"\xff", b"\xed\xa0\x80", b"9" * 30, b"-", b"null",
)  # fmt: skip
INSTEAD = (
    b"null", b"true", b"[]", b"{}", b'""', b"1e400", b"-1", b"9" * 26, b'"\\ud800"', b"[[[]]]", b"NaN", b"0", b"1.5",
)  # fmt: skip


def damaged(data: bytes, chance: random.Random) -> bytes:
    """Content with one place damaged."""
    start = chance.randrange(len(data))
    stop = min(len(data), start + chance.choice([1, 1, 2, 50, 500, 5000]))
    match chance.randrange(7):
        case 0:
            return data[:start] + bytes([data[start] ^ (1 << chance.randrange(8))]) + data[start + 1 :]
        case 1:
            return data[:start] + data[stop:]
        case 2:
            return data[:start] + chance.choice(PUT_IN) + data[start:]
        case 3:
            return data[:start]
        case 4:
            return data[:stop] + data[start:]  # the same twice
        case 5:
            changed = bytearray(data)
            for _ in range(chance.randrange(2, 40)):
                changed[chance.randrange(len(data))] = chance.randrange(256)
            return bytes(changed)
    values = list(VALUE.finditer(data))
    if not values:
        return data[start:]
    value = chance.choice(values)
    return data[: value.start()] + chance.choice(INSTEAD) + data[value.end() :]


def given(name: str) -> dict:
    """What an export is added with."""
    options = EXPECTED[name]["args"]
    pairs = list(zip(options[::2], options[1::2], strict=True))
    columns = dict(value.split("=", 1) for option, value in pairs if option == "--column")
    return {option.removeprefix("--"): value for option, value in pairs if option != "--column"} | {"columns": columns}


@pytest.fixture
def in_time() -> Iterator[None]:
    """Ends what takes longer than it may."""

    def end(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"longer than {SECONDS} s")

    before = signal.signal(signal.SIGPROF, end)
    yield
    signal.setitimer(signal.ITIMER_PROF, 0)
    signal.signal(signal.SIGPROF, before)


@pytest.mark.bad_input("damaged exports")
@pytest.mark.skipif(not hasattr(signal, "SIGPROF"), reason="needs a clock that ends what takes too long")
@pytest.mark.parametrize("name", ARCHIVES)
def test_a_damaged_export_is_read_and_told_or_refused_in_words(name, tmp_path, in_time, record_property):
    files = files_of(EXPORTED / name, tmp_path, EXPECTED[name].get("make"))
    if sum(file.stat().st_size for file in files) > LARGEST:
        pytest.skip("is too large to be damaged so often")
    contents = {file: file.read_bytes() for file in files}
    chance = random.Random(name)  # noqa: S311
    record_property("trials", EACH)
    for _ in range(EACH):
        file: Path = chance.choice(files)
        file.write_bytes(damaged(contents[file], chance))
        signal.setitimer(signal.ITIMER_PROF, SECONDS)
        try:
            reading = read(files, **given(name))
            posts = sum(batch.posts.height for batch in reading)
            assert posts + reading.bad + reading.duplicates + reading.outside == reading.lines
            assert reading.bad == len(reading.bad_lines) or reading.bad > 20
        except ArchiveError as error:
            assert str(error).strip()
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            file.write_bytes(contents[file])
