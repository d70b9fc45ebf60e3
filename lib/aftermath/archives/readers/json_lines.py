"""JSON as exports write it: a document a line, an array a line, one document for the whole file, or several indented ones.

The last layout is what ``jq '.data[]'`` writes. An archive of one's own account on X is a script that assigns a document to
a variable (``window.YTD.tweets.part0 = [``, in ``data/tweets.js``); what is assigned is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from aftermath.archives.posts import ArchiveError, BadLine
from aftermath.archives.readers.encoding import LARGEST_DOCUMENT, Source, Unreadable
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Row

T = TypeVar("T")
_BROKEN = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError)
_items = msgspec.json.Decoder(list[msgspec.Raw])
_FIRST_LINES = 20
_TEXT = re.compile(rb'(?s)"[^"\\]*+(?:\\.[^"\\]*+)*+"?')  # one that is not closed goes to the end
_BRACKETS = re.compile(rb"[][{}]")
_TOKENS = re.compile(_TEXT.pattern + rb"|[][{}]")
_SCRIPT = re.compile(rb"\s*window\.YTD\.(\w{1,60})\.part\d+\s*=\s*")
_DEEPEST = 1000  # brackets that are open where a line was cut; more are no cut line


def records(
    source: Source, options: Options, rows_of: Callable[[int, bytes], Iterable[Row | BadLine]]
) -> Iterator[Row | BadLine]:
    """Rows and bad lines of a file. **A last line that was being written when the collection stopped is passed over.**

    Parameters
    ----------
    source
        A file of JSON, in any layout.
    options
        Told of a last line that is cut.
    rows_of
        From a line number and a JSON value to its rows; it may raise ``Unreadable``.
    """
    cut, begun = None, False
    for line, value in _values(source):
        if cut is not None:
            yield cut
            cut = None
        try:
            if isinstance(value, Unreadable):
                raise value
            yield from rows_of(line, value)
        except Unreadable as fault:
            bad = BadLine(source.name, line, str(fault))
            if begun and isinstance(value, bytes) and _is_cut(value):
                cut = bad  # unless another line follows
            else:
                yield bad
        begun = True
    if cut is not None and _ends_within_a_line(source):
        options.remark(
            f"{source.name}:{cut.line} is the last line and is cut, as if the collection was stopped; it is passed over."
        )
    elif cut is not None:
        yield cut


def each_row(
    source_name: str, line: int, values: Iterable[bytes], row_of: Callable[[int, bytes], Row]
) -> list[Row | BadLine]:
    """Rows of several posts that share a line: **one that cannot be read does not take the others with it**."""
    rows: list[Row | BadLine] = []
    for value in values:
        try:
            rows.append(row_of(line, value))
        except Unreadable as fault:
            rows.append(BadLine(source_name, line, str(fault)))
    return rows


def decode(decoder: msgspec.json.Decoder[T], value: bytes) -> T:
    """A JSON value.

    Raises
    ------
    Unreadable
        If it is not JSON, or a field holds something else than such a field does.
    """
    try:
        return decoder.decode(value)
    except _BROKEN as error:
        mended = _without_half_characters(value)
        if mended is None:
            raise Unreadable(_in_words(error)) from None
    try:
        return decoder.decode(mended)
    except _BROKEN as error:
        raise Unreadable(_in_words(error)) from None


def first_values(source: Source, count: int = _FIRST_LINES) -> list[Any]:
    """The first JSON values of a file, those that can be read; for finding out what it is."""
    values: list[Any] = []
    for _, value in _values(source):
        try:
            values.append(json.loads(value) if isinstance(value, bytes) else None)
        except (ValueError, RecursionError):
            values.append(None)
        if len(values) >= count:
            break
    return [value for value in values if value is not None]


def script_of(line: str) -> str | None:
    """What a file of an archive from X holds, e.g. ``tweets``; None for a line that does not begin such a file.

    Examples
    --------
    >>> script_of("window.YTD.tweets.part0 = [ {"), script_of("{")
    ('tweets', None)
    """
    found = _SCRIPT.match(line.encode("utf-8", "replace"))
    return found[1].decode() if found else None


def _values(source: Source) -> Iterator[tuple[int, bytes | Unreadable]]:
    a_line = _has_a_document_a_line(source)
    for line, value in _lines(source) if a_line else _documents(source):
        if isinstance(value, Unreadable) or (a_line and value.startswith(b"{")):
            yield line, value
            continue
        try:
            yield from _expanded(line, value)
        except Unreadable as fault:
            yield line, fault


def _lines(source: Source) -> Iterator[tuple[int, bytes | Unreadable]]:
    for line, value in source.lines():
        if not value or value.isspace():
            continue
        try:
            yield line, source.utf8(value)
        except Unreadable as fault:
            yield line, fault


def _documents(source: Source) -> Iterator[tuple[int, bytes | Unreadable]]:
    """Documents that are spread over lines, each with the line in which it begins."""
    parts: list[bytes] = []
    fault: Unreadable | None = None
    begins = depth = size = 0
    for line, value in _lines(source):
        if isinstance(value, Unreadable):
            fault, value = fault or value, b""
        if not parts:
            begins, depth, size = line, 0, 0
            if begun := _SCRIPT.match(value):
                value = value[begun.end() :].rstrip(b"; \t")
        parts.append(value)
        size += len(value)
        if size > LARGEST_DOCUMENT:
            raise ArchiveError(
                f"{source.name} is a single JSON document of more than {LARGEST_DOCUMENT >> 20} MB. Write its posts one a "
                "line, e.g. with `jq -c '.[]' FILE > posts.ndjson`, and add that file."
            )
        if not value.startswith((b" ", b"\t")):  # what is indented opens as much as it closes
            depth += _opened(value)
        if depth <= 0:
            yield begins, fault or b"\n".join(parts).rstrip(b"; \t")
            parts, fault = [], None
    if parts:
        yield begins, fault or b"\n".join(parts)


def _opened(line: bytes) -> int:
    """Brackets that a line opens more than it closes."""
    if _BRACKETS.search(line) is None:
        return 0
    bare = _TEXT.sub(b"", line)
    return bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")


def _is_cut(value: bytes) -> bool:
    """Whether a value ends before it is complete."""
    return value.lstrip()[:1] in (b"{", b"[") and 0 < _opened(value) < _DEEPEST


def _ends_within_a_line(source: Source) -> bool:
    last = b""
    for chunk in source.member.chunks():
        last = chunk[-4:] or last
    return not last.rstrip(b"\x00").endswith((b"\n", b"\r"))


def _expanded(line: int, value: bytes) -> Iterator[tuple[int, bytes]]:
    """The items of an array; of documents that stand side by side, each."""
    if value.lstrip().startswith(b"["):
        for item in decode(_items, value):
            yield line, bytes(item)
        return
    depth = start = 0
    for token in _TOKENS.finditer(value):
        depth += {b"{": 1, b"[": 1, b"}": -1, b"]": -1}.get(token[0], 0)
        if not depth and token[0] in (b"}", b"]"):
            yield line, value[start : token.end()]
            start = token.end()
    if rest := value[start:].strip():
        yield line, rest


def _has_a_document_a_line(source: Source) -> bool:
    """Whether the first line is a document of its own, or most of the first ones are."""
    lines = [line.strip() for line in source.first_lines(_FIRST_LINES)]
    if not lines or lines[0] in (b"{", b"["):
        return False
    return _is_document(source, lines[0]) or 2 * sum(_is_document(source, line) for line in lines) > len(lines)


def _is_document(source: Source, line: bytes) -> bool:
    if not line.startswith((b"{", b"[")) or line in (b"{", b"["):
        return False
    try:
        return isinstance(json.loads(source.text(line)), dict | list)
    except (Unreadable, ValueError, RecursionError):
        return False


def _without_half_characters(value: bytes) -> bytes | None:
    """JSON in which halves of escaped characters, left where a text was cut, are replaced; None where there are none."""
    if b"\\ud" not in value.lower():
        return None
    try:
        text = json.dumps(json.loads(value), ensure_ascii=False)
    except (ValueError, RecursionError):
        return None
    return text.encode("utf-8", "replace")


def _in_words(error: Exception) -> str:
    if isinstance(error, UnicodeError):
        return "is not UTF-8 like the rest of the file"
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    return f"is not such a post: {error}" if isinstance(error, msgspec.ValidationError) else f"is not JSON: {error}"
