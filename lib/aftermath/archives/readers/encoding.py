"""Which encoding a file is in, and its lines. The encoding is found in the bytes; nothing is assumed from the format.

Lines that do not fit the rest of their file are faults of that line: a file in which some lines are UTF-8 and some
Latin-1 was put together from two, and guessing line by line would give nonsense that nobody notices.
"""

from __future__ import annotations

import codecs
import contextlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from aftermath.archives.posts import ArchiveError, NoExport
from aftermath.archives.readers.letters import by_letters
from aftermath.archives.readers.opening import CutShort, Member

LONGEST_LINE = 64 << 20
LARGEST_DOCUMENT = 128 << 20
_SCANNED = 64 << 20  # bytes looked through for characters outside ASCII
_ENOUGH_LINES, _ENOUGH_BYTES = 200, 1 << 16

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
# as likely as they are in archives of posts, where two fit equally well
_CANDIDATES = ["cp1252", "gb18030", "big5", "shift_jis", "euc_kr", "mac_roman", "cp1251"]
_WITH_GAPS = ("gb18030", "big5", "shift_jis", "euc_kr", "cp1252")  # in which not all bytes are characters
_ONE_IN = 10  # lines may be damaged
_MARKS_IN_PLACE = re.compile(r"(?<!\w)[“‘]\w|\w[”’](?!\w)|\w’[sSt]\b|\s[–—]\s|\w…")
_CYRILLIC_COHERENCE = 0.2  # any bytes make Cyrillic letters; without words among them they are none
_TWO_BYTES = ("gb18030", "big5", "shift_jis", "euc_kr", "cp932", "cp949")
# three characters of three bytes each: in another encoding this is not UTF-8 by accident
_SURELY_UTF8 = re.compile(rb"(?:[\xe0-\xef][\x80-\xbf]{2}){3}")
_SHIFTED = "\u0a00"  # no character, but what half of a line end and half of a letter make together in UTF-16
_DAMAGED = "\udfff"  # stands for bytes that are no character; never valid in UTF-8, so that its line is refused


class Unreadable(Exception):
    """Why one line cannot be read; the text goes to the list of bad lines."""


@dataclass(frozen=True)
class Encoding:
    """How the bytes of a file become lines.

    Parameters
    ----------
    name
        For example ``utf-8`` or ``gb18030``.
    newline
        What ends a line: a line feed, or a carriage return in files from old spreadsheets.
    mark
        Bytes of the byte order mark that are skipped.
    """

    name: str
    newline: bytes = b"\n"
    mark: int = 0


@dataclass(frozen=True)
class Source:
    """A member whose encoding is known.

    Parameters
    ----------
    member
        Where the bytes are.
    encoding
        What they mean.
    """

    member: Member
    encoding: Encoding

    @property
    def name(self) -> str:
        """As problems name it."""
        return self.member.name

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines and their numbers from 1, without the line end; UTF-16 and UTF-32 are turned into UTF-8 here."""
        return enumerate(_split(self._chunks(), self.encoding.newline, self.name), start=1)

    def blocks(self) -> Iterator[bytes]:
        """The content in pieces of some whole lines with their ends; UTF-16 and UTF-32 are turned into UTF-8 here."""
        return _whole_lines(self._chunks(), self.encoding.newline, self.name)

    def first_lines(self, count: int) -> list[bytes]:
        """The first lines that hold anything, for finding out what they are; fewer where the file is cut short."""
        lines: list[bytes] = []
        try:
            for _, line in self.lines():
                if line and not line.isspace():
                    lines.append(line)
                if len(lines) >= count:
                    break
        except CutShort:
            if not lines:
                raise
        return lines

    def text(self, line: bytes) -> str:
        """The text of a line.

        Raises
        ------
        Unreadable
            If the line is in another encoding than the rest of the file.
        """
        if line.isascii():
            return line.decode("ascii")
        name = "utf-8" if _is_wide(self.encoding.name) else self.encoding.name
        try:
            text = line.decode(name)
        except UnicodeDecodeError as error:
            raise Unreadable(
                f"is not {self.encoding.name} like the rest of the file (byte {error.start + 1})"
            ) from None
        if name != "utf-8" and _is_rather_utf8(line, name):
            raise Unreadable(f"is UTF-8, the rest of the file {self.encoding.name}: encodings are mixed")
        return text

    def is_utf8(self, lines: bytes) -> bool:
        """Whether lines are read as UTF-8, if they are valid."""
        return self.encoding.name == "utf-8" or _is_wide(self.encoding.name) or lines.isascii()

    def block(self, lines: bytes) -> str:
        """The text of some lines at once.

        Raises
        ------
        Unreadable
            If one of them may not be read: which, ``text`` tells.
        """
        if self.encoding.name != "utf-8" and not _is_wide(self.encoding.name) and not lines.isascii():
            raise Unreadable("is to be looked at line by line: encodings may be mixed")
        try:
            return lines.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Unreadable(str(error)) from None

    def utf8(self, line: bytes) -> bytes:
        """A line as UTF-8, which is not checked where the file is UTF-8 already."""
        is_utf8 = self.encoding.name == "utf-8" or _is_wide(self.encoding.name)
        return line if is_utf8 else self.text(line).encode()

    def document(self) -> bytes:
        """The whole content as UTF-8, for a file that is one JSON document.

        Raises
        ------
        ArchiveError
            If it is too large to be taken whole.
        """
        parts, size = [], 0
        for chunk in self._chunks():
            parts.append(chunk)
            size += len(chunk)
            if size > LARGEST_DOCUMENT:
                raise ArchiveError(
                    f"{self.name} is a single JSON document of more than {LARGEST_DOCUMENT >> 20} MB. Write its posts one a "
                    "line, e.g. with `jq -c '.[]' FILE > posts.ndjson`, and add that file."
                )
        try:
            return self.utf8(b"".join(parts))
        except Unreadable as fault:
            raise ArchiveError(f"{self.name}: {fault}") from None

    def _chunks(self) -> Iterator[bytes]:
        chunks = self.member.chunks()
        yield from _recoded(_without_mark(chunks, self.encoding.mark), self.encoding.name, self.name)


def detect_encoding(member: Member) -> Encoding:
    """Find the encoding of a file: by its byte order mark, its zero bytes, or the lines outside ASCII.

    Parameters
    ----------
    member
        The file. About 64 megabytes of it are looked through, fewer where 200 lines with other characters come first.

    Returns
    -------
    Encoding
        **Lines that do not fit it are for the reader to count.** A file in ASCII is called UTF-8.
    """
    head = member.head()
    for mark, name in _MARKS.items():
        if head.startswith(mark):
            return Encoding(name, mark=len(mark), newline=_newline(head.decode(name, "ignore").encode()))
    wide = _wide(head[: 1 << 14])
    if wide:
        return Encoding(wide, newline=_newline(head.decode(wide, "ignore").encode()))
    newline = _newline(head)
    return Encoding(_narrow(_telling(member, newline)), newline)


def _newline(head: bytes) -> bytes:
    """A carriage return where the first line ends in one alone, and there are more of them than of line feeds."""
    first = re.search(rb"\r\n|\r|\n", head)
    alone = first is not None and first[0] == b"\r"
    return b"\r" if alone and head.count(b"\r") > head.count(b"\n") else b"\n"


def _wide(head: bytes) -> str | None:
    """UTF-16 without a mark shows in zero bytes, all of them in even places or all in odd ones."""
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) < max(2, len(head) // 50) or min(even, odd) * 20 > max(even, odd):
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _is_wide(name: str) -> bool:
    return name.startswith(("utf-16", "utf-32"))


def _telling(member: Member, newline: bytes) -> list[bytes]:
    """Lines with characters outside ASCII."""
    lines, scanned, kept = [], 0, 0
    with contextlib.suppress(CutShort):
        for line in _split(member.chunks(), newline, member.name):
            scanned += len(line) + 1
            if not line.isascii():
                lines.append(line[:_ENOUGH_BYTES])
                kept += len(lines[-1])
            if scanned > _SCANNED or kept > _ENOUGH_BYTES or len(lines) >= _ENOUGH_LINES:
                break
    return lines


def _narrow(lines: list[bytes]) -> str:
    """The encoding of lines that are not ASCII: UTF-8 if half of them are, as no other encoding looks like it."""
    others = [line for line in lines if not _is_valid_utf8(line)]
    if len(others) * 2 <= len(lines):
        return "utf-8"
    sample = b"\n".join(others)
    found = by_letters(sample, _but_for_damage(others) or _likeliest(sample))
    return found or next((name for name in ("cp1252", "gb18030") if _fits(sample, name)), "latin-1")


def _but_for_damage(lines: list[bytes]) -> str | None:
    """The encoding that all lines are in but a few: **a byte that is lost makes no other encoding of the rest**."""
    for name in _WITH_GAPS:
        fitting = [line for line in lines if _fits(line, name)]
        # a single line of a few may well tell the encodings of western systems apart
        most = max(len(lines) // _ONE_IN, int(name in _TWO_BYTES))
        if 0 < len(lines) - len(fitting) <= most < len(fitting) and _likeliest(b"\n".join(fitting)) == name:
            return name
    return None


def _likeliest(sample: bytes) -> str | None:
    """The encoding in which a sample looks most like writing; None where it does in none."""
    from charset_normalizer import from_bytes

    ranks = {
        name: (round(match.chaos, 1), -_typeset(sample, name), _CANDIDATES.index(name))
        for match in from_bytes(sample, cp_isolation=_CANDIDATES)
        for name in match.could_be_from_charset
        if name in _CANDIDATES and (name != "cp1251" or match.coherence >= _CYRILLIC_COHERENCE)
    }
    return min(ranks, key=ranks.__getitem__) if ranks else None


def _typeset(sample: bytes, name: str) -> int:
    """Quotation marks and dashes where such belong: they tell the two encodings of western systems apart."""
    return len(_MARKS_IN_PLACE.findall(sample.decode(name, "replace"))) if name in ("cp1252", "mac_roman") else 0


def _fits(sample: bytes, name: str) -> bool:
    try:
        sample.decode(name)
    except UnicodeDecodeError:
        return False
    return True


def _is_valid_utf8(line: bytes) -> bool:
    """Whether a line, perhaps cut at its end, is UTF-8."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(line)
    except UnicodeDecodeError:
        return False
    return True


def _is_rather_utf8(line: bytes, name: str) -> bool:
    """Whether a line is UTF-8 by more than accident, which two-byte encodings need some characters to rule out."""
    return _fits(line, "utf-8") and (name not in _TWO_BYTES or _SURELY_UTF8.search(line) is not None)


def _without_mark(chunks: Iterator[bytes], mark: int) -> Iterator[bytes]:
    for chunk in chunks:
        yield chunk[mark:]
        mark = 0


def _mark_damage(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _DAMAGED, error.end


codecs.register_error("aftermath.damaged", _mark_damage)


def _recoded(chunks: Iterator[bytes], name: str, file: str) -> Iterator[bytes]:
    """UTF-16 and UTF-32 as UTF-8, anything else as it is."""
    if not _is_wide(name):
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(name)("aftermath.damaged")
    for chunk in itertools.chain(chunks, [b""]):
        text = decoder.decode(chunk, final=not chunk)
        before, shifted, _ = text.partition(_SHIFTED)
        yield before.encode("utf-8", "surrogatepass")
        if shifted:
            raise CutShort(
                f"{file}: a byte of it is missing or too many, and from there on no character is what it was"
            )


def _split(chunks: Iterator[bytes], newline: bytes, name: str) -> Iterator[bytes]:
    """Lines of a stream, the last one also where no line end follows it."""
    for block in _whole_lines(chunks, newline, name):
        lines = block.removesuffix(newline).split(newline)
        yield from [line.removesuffix(b"\r") for line in lines] if b"\r" in block else lines


def _whole_lines(chunks: Iterator[bytes], newline: bytes, name: str) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        end = chunk.rfind(newline) + 1
        if end:
            yield rest + chunk[:end]
            rest = chunk[end:]
        else:
            rest += chunk
        if len(rest) > LONGEST_LINE:
            raise NoExport(f"{name} has a line of more than {LONGEST_LINE >> 20} MB; no export of posts has.")
    if rest:
        yield rest
