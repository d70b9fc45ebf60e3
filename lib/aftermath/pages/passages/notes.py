"""The coders' notes: safe, simple HTML from ``NOTES.md``, section by section.

Cases name their sections differently; they are known by the words in their headings.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import mistune

from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import absent

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


def limits(references: References) -> str:
    """What a reader should not conclude, what was looked for and not found, and the other notes folded away."""
    notes = [note for note in read_notes(references.case.notes) if note not in _search(references)]
    if not notes:
        return absent("The notes of this case are empty: its limits have not been written down yet.")
    first = [note for note in notes if _CONCLUDE.search(note.heading)]
    second = [note for note in notes if _NOT_FOUND.search(note.heading) and note not in first]
    rest = [note for note in notes if note not in first and note not in second]
    columns = _column("Do not conclude", first, references)
    if second or references.case.about.documented:
        columns += _column("Looked for and not found", second, references)
    return f'<div class="lim">{columns}</div>{_folded(rest, references)}'


def searched(references: References) -> str:
    """For a case without a record: what was searched, and what came close."""
    found = _search(references)
    if not found:
        return absent("The notes of this case do not say what was searched.")
    return "".join(f'<div class="prose notes">{_headed(note, references)}</div>' for note in found)


def _search(references: References) -> list[Note]:
    """The notes on the search, which a case without a record tells first."""
    if references.case.about.documented:
        return []
    notes = read_notes(references.case.notes)
    return [note for note in notes if not note.heading or _SEARCHED.search(note.heading)]


def notes_html(text: str, references: References) -> str:
    """Markdown of the notes as HTML: ids of rows and sources become links, HTML and addresses stay text."""
    return mistune.create_markdown(renderer=_NotesRenderer(references))(text)


class _NotesRenderer(mistune.HTMLRenderer):
    """Escapes everything; of what Markdown can do only lists, emphasis, code and paragraphs remain."""

    def __init__(self, references: References) -> None:
        super().__init__(escape=True)
        self._references = references

    def text(self, text: str) -> str:
        return self._references.linker.text(text)

    def codespan(self, text: str) -> str:
        number = self._references.numbers.get(text)
        code = f"<code>{escape(text)}</code>"
        return f'<a class="ev-l" href="#s{number}">{code}</a>' if number else code

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return f"{text} ({escape(url)})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"{text} ({escape(url)})"

    def heading(self, text: str, level: int, **attributes: object) -> str:
        return f"<p><b>{text}</b></p>\n"


def _column(title: str, notes: list[Note], references: References) -> str:
    if not notes:
        return f'<div><h3>{title}</h3><p class="mut">The notes of this case do not say.</p></div>'
    return f"<div><h3>{title}</h3>{''.join(notes_html(note.text, references) for note in notes)}</div>"


def _folded(notes: list[Note], references: References) -> str:
    if not notes:
        return ""
    count = f"{len(notes)} sections" if len(notes) > 1 else "1 section"
    content = "".join(_headed(note, references) for note in notes)
    return (
        f'<details class="tv more"><summary>All other notes of the coders <span class="n">{count}</span></summary>'
        f'<div class="notes">{content}</div></details>'
    )


def _headed(note: Note, references: References) -> str:
    heading = f"<h3>{references.linker.text(note.heading)}</h3>" if note.heading else ""
    return heading + notes_html(note.text, references)
