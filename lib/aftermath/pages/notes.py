"""The coders' notes: safe, simple HTML from ``NOTES.md``, section by section.

Cases name their sections differently; they are known by the words in their headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import mistune
from markupsafe import Markup, escape

from aftermath.case_files.case import Case
from aftermath.pages.references import References, linked

_HEADING = re.compile(r"^#{2,6}\s+(.*?)\s*#*$", re.MULTILINE)
_TITLE = re.compile(r"\A\s*#\s+[^\n]*\n?")
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


def read_notes(text: str) -> tuple[Note, ...]:
    """The sections of ``NOTES.md``, without its title and without empty ones.

    Examples
    --------
    >>> [note.heading for note in read_notes("# Notes\\n\\n## Not found\\n- a minute\\n")]
    ['Not found']
    """
    opening, *parts = _HEADING.split(_TITLE.sub("", text.replace("\r\n", "\n")))
    notes = [Note("", opening), *(Note(*pair) for pair in zip(parts[::2], parts[1::2], strict=True))]
    return tuple(note for note in notes if note.text.strip())


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


def markdown(text: str, references: References) -> Markup:
    """Markdown of the notes as HTML: ids of rows and sources become links, HTML and addresses stay text."""
    return Markup(mistune.create_markdown(renderer=_NotesRenderer(references))(text))  # noqa: S704 - the renderer escapes


class _NotesRenderer(mistune.HTMLRenderer):
    """Escapes everything; of what Markdown can do only lists, emphasis, code and paragraphs remain."""

    def __init__(self, references: References) -> None:
        super().__init__(escape=True)
        self._references = references

    def text(self, text: str) -> str:
        return linked(text, self._references)

    def codespan(self, text: str) -> str:
        number = self._references.numbers.get(text)
        if number:
            return Markup('<a class="ev-l" href="#s{}"><code>{}</code></a>').format(number, text)
        return Markup("<code>{}</code>").format(text)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return text + f" ({escape(url)})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return text + f" ({escape(url)})"

    def heading(self, text: str, level: int, **attributes: Any) -> str:
        return f"<p><b>{text}</b></p>\n"
