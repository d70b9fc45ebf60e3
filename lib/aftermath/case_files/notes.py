"""The coders' notes, section by section.

Cases name their sections differently; they are known by the words in their headings.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import mistune

from aftermath.case_files.case import Case

_CONCLUDE = re.compile(r"conclude", re.IGNORECASE)
_NOT_FOUND = re.compile(r"\bnot found\b", re.IGNORECASE)
_SEARCHED = re.compile(r"search|came close|looked for", re.IGNORECASE)


@dataclass(frozen=True)
class Note:
    """One section of the notes: its heading and its text in Markdown. The opening has no heading."""

    heading: str
    text: str


@dataclass(frozen=True)
class Limits:
    """The notes as the section on limits shows them: what not to conclude, what was not found, and all others."""

    conclude: tuple[Note, ...]
    not_found: tuple[Note, ...]
    other: tuple[Note, ...]


@functools.lru_cache(maxsize=1024)  # a page asks for the same notes in several places, that of many cases once a fact
def read_notes(text: str) -> tuple[Note, ...]:
    """The sections of ``NOTES.md``, without its title and without empty ones.

    Examples
    --------
    >>> [note.heading for note in read_notes("# Notes\\n\\n## Not found\\n- a minute\\n")]
    ['Not found']
    """
    text, found = _headings(text)
    if found and found[0].level == 1 and not text[: found[0].start].strip():
        text, found = text[found[0].end :], [heading.moved(found[0].end) for heading in found[1:]]
    cuts = [_Heading(0, 0, 1, ""), *(heading for heading in found if heading.level > 1)]
    ends = [*(heading.start for heading in cuts[1:]), len(text)]
    notes = [Note(heading.words, text[heading.end : end]) for heading, end in zip(cuts, ends, strict=True)]
    return tuple(note for note in notes if note.text.strip())


class _Heading(NamedTuple):
    """A heading of a text: where its line begins and where the text below it does."""

    start: int
    end: int
    level: int
    words: str

    def moved(self, by: int) -> _Heading:
        return self._replace(start=self.start - by, end=self.end - by)


class Blocks(mistune.BlockParser):
    """Markdown's blocks; remembers the headings of a text: **those in code, lists, quotations and HTML are none of its own**.

    mistune's own way of closing a heading takes time that grows with the square of the spaces in it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.headings: list[_Heading] = []

    def parse_atx_heading(self, m: re.Match[str], state: mistune.BlockState) -> int:
        level, words = len(m.group("atx_1")), m.group("atx_2").strip()
        open_end = words.rstrip("#")  # signs that close a heading stand apart
        words = open_end.rstrip() if open_end[-1:] in ("", " ", "\t") else words
        state.append_token({"type": "heading", "text": words, "attrs": {"level": level}, "style": "atx"})
        if state.parent is None:
            self.headings.append(_Heading(m.start(), m.end() + 1, level, words))
        return m.end() + 1


def _headings(text: str) -> tuple[str, list[_Heading]]:
    """A text as Markdown takes it, and its headings."""
    blocks, state = Blocks(), mistune.BlockState()
    state.process(re.sub("\r\n?", "\n", text))
    blocks.parse(state)
    return state.src, blocks.headings


def limits(case: Case) -> Limits | None:
    """What a reader should not conclude, what was looked for and not found, and the rest; None where nothing is written."""
    searched = on_the_search(case)
    notes = [note for note in read_notes(case.notes) if note not in searched]
    if not notes:
        return None
    conclude = tuple(note for note in notes if _CONCLUDE.search(note.heading))
    not_found = tuple(note for note in notes if _NOT_FOUND.search(note.heading) and note not in conclude)
    return Limits(conclude, not_found, tuple(note for note in notes if note not in (*conclude, *not_found)))


def on_the_search(case: Case) -> tuple[Note, ...]:
    """The notes on the search, with which a case without a record begins."""
    if case.about.documented:
        return ()
    return tuple(note for note in read_notes(case.notes) if not note.heading or _SEARCHED.search(note.heading))


def plain_items(notes: Iterable[Note]) -> tuple[str, ...]:
    """The paragraphs and items of some sections as plain text, a line each.

    Examples
    --------
    >>> plain_items([Note("Not found", "- **Who** wrote it,\\n  and why\\n- `e03`")])
    ('Who wrote it, and why', 'e03')
    """
    items = (item for note in notes for item in re.split(r"\n\s*\n|\n(?=\s*[-*] )", f"\n{note.text.strip()}"))
    plain = (" ".join(re.sub(r"^\s*[-*] |\*\*|`", "", item.strip("\n")).split()) for item in items)
    return tuple(filter(None, plain))
