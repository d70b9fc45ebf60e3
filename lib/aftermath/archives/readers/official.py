"""Tables without a header that authorities and observatories give out: NHTSA's complaints, and GDELT's news graph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from aftermath.archives.entities import unescaped
from aftermath.archives.posts import BadLine
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk, Row, chunked

# Fields of FLAT_CMPL, counted from 0 (CMPL.txt): the number of the complaint, maker, date it was put into the file,
# date it was received, and what the owner wrote
_ODINO, _MAKER, _ADDED, _RECEIVED, _DESCRIPTION = 1, 2, 15, 16, 19
NHTSA_FIELDS = range(20, 80)  # the table has grown: 20 fields until 2007, 49 since

# Fields of the Global Knowledge Graph 2.1, counted from 0 (its codebook)
_RECORD, _DATE, _SOURCE, _ADDRESS, _TRANSLATION, _EXTRAS = 0, 1, 3, 4, 25, 26
GDELT_FIELDS = 27
_LANGUAGE = re.compile(r"srclc:([a-z]{3})")
_TWO_LETTERS = {
    "ara": "ar", "chi": "zh", "ces": "cs", "dan": "da", "deu": "de", "ell": "el", "eng": "en", "fas": "fa", "fin": "fi",
    "fra": "fr", "heb": "he", "hin": "hi", "hun": "hu", "ind": "id", "ita": "it", "jpn": "ja", "kor": "ko", "nld": "nl",
    "nor": "no", "pol": "pl", "por": "pt", "ron": "ro", "rus": "ru", "spa": "es", "swe": "sv", "tha": "th", "tur": "tr",
    "ukr": "uk", "urd": "ur", "vie": "vi", "zho": "zh",
}  # fmt: skip


def read_nhtsa(source: Source, options: Options) -> Iterator[Chunk]:
    """Complaints of car owners to the American road safety authority (``FLAT_CMPL.txt``).

    The complaint's number (ODINO) is its id; **a complaint about several components has a line for each, of which the
    first is kept**. Its time is the day on which it was received, or else put into the file. There is no author.

    Parameters
    ----------
    source
        The file.
    options
        Nothing of them is used.
    """

    def row(line: int, fields: list[str]) -> Row:
        if len(fields) not in NHTSA_FIELDS:
            raise Unreadable(f"has {len(fields)} fields; a complaint has {NHTSA_FIELDS.start} to 49")
        day = fields[_RECEIVED].strip() or fields[_ADDED].strip() or None
        return (line, fields[_ODINO], day, fields[_DESCRIPTION], "en", "original", None, None, None)

    return chunked(_records(source, row))


def read_gdelt(source: Source, options: Options) -> Iterator[Chunk]:
    """News pages of GDELT's Global Knowledge Graph 2.

    The graph holds no text: the page's title takes its place, and is empty where GDELT found none. The author is the
    publisher. **The time is when GDELT saw the page**, to a quarter of an hour.

    Parameters
    ----------
    source
        The file.
    options
        Nothing of them is used.
    """

    def row(line: int, fields: list[str]) -> Row:
        if len(fields) != GDELT_FIELDS:
            raise Unreadable(f"has {len(fields)} fields; a record of the graph has {GDELT_FIELDS}")
        title, ends, _ = fields[_EXTRAS].partition("<PAGE_TITLE>")[2].partition("</PAGE_TITLE>")
        words = unescaped(title).strip() if ends else ""
        code = _LANGUAGE.search(fields[_TRANSLATION])
        language = _TWO_LETTERS.get(code.group(1), code.group(1)) if code else "en"
        url = fields[_ADDRESS] if fields[_ADDRESS].startswith("http") else None
        return (
            line,
            fields[_RECORD],
            _gdelt_time(fields[_DATE]),
            words,
            language,
            "original",
            fields[_SOURCE],
            None,
            url,
        )

    return chunked(_records(source, row))


def _gdelt_time(written: str) -> str | None:
    """GDELT's clock stands on UTC, without saying so."""
    written = written.strip()
    if len(written) != 14 or not written.isdecimal():
        return written or None
    day, clock = written[:8], written[8:]
    return f"{day[:4]}-{day[4:6]}-{day[6:]}T{clock[:2]}:{clock[2:4]}:{clock[4:]}Z"


def _records(source: Source, row: Callable[[int, list[str]], Row]) -> Iterator[Row | BadLine]:
    for number, line in source.lines():
        if not line:
            continue
        try:
            yield row(number, source.text(line).split("\t"))
        except Unreadable as fault:
            yield BadLine(source.name, number, str(fault))
