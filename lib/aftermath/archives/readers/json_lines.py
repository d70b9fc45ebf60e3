"""JSON as exports write it: a document a line, an array a line, or one document for the whole file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

import msgspec

from aftermath.archives.posts import BadLine
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.rows import Row

T = TypeVar("T")
_BROKEN = (msgspec.MsgspecError, UnicodeError, RecursionError, ValueError)
_items = msgspec.json.Decoder(list[msgspec.Raw])
_FIRST_LINES = 20


def records(source: Source, rows_of: Callable[[int, bytes], Iterable[Row | BadLine]]) -> Iterator[Row | BadLine]:
    """Rows and bad lines of a file.

    Parameters
    ----------
    source
        A file of JSON, in either layout.
    rows_of
        From a line number and a JSON value to its rows; it may raise ``Unreadable``.
    """
    for line, value in _values(source):
        try:
            if isinstance(value, Unreadable):
                raise value
            yield from rows_of(line, value)
        except Unreadable as fault:
            yield BadLine(source.name, line, str(fault))


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
    whole = _is_one_document(source)
    for value in [source.document()] if whole else source.first_lines(count):
        try:
            read = json.loads(value if whole else source.text(value))
        except (Unreadable, ValueError, RecursionError):
            continue
        values += read[:count] if isinstance(read, list) else [read]
    return values


def _values(source: Source) -> Iterator[tuple[int, bytes | Unreadable]]:
    whole = _is_one_document(source)
    lines = [(1, source.document())] if whole else source.lines()
    for line, value in lines:
        if not value or value.isspace():
            continue
        try:
            yield from _expanded(line, value if whole else source.utf8(value))
        except Unreadable as fault:
            yield line, fault


def _expanded(line: int, value: bytes) -> Iterator[tuple[int, bytes]]:
    if not value.lstrip().startswith(b"["):
        yield line, value
        return
    for item in decode(_items, value):
        yield line, bytes(item)


def _is_one_document(source: Source) -> bool:
    """Whether none of the first lines is a document of its own, but the first begins one."""
    lines = [line.strip() for line in source.first_lines(_FIRST_LINES)]
    return bool(lines) and lines[0][:1] in (b"{", b"[") and not any(_is_document(source, line) for line in lines)


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
