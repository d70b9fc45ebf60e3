"""The coders' notes: safe, simple HTML from ``NOTES.md``, section by section."""

from __future__ import annotations

from typing import Any

import mistune
from markupsafe import Markup, escape

from aftermath.case_files.notes import Blocks, Limits, Note, limits, on_the_search, read_notes
from aftermath.pages.references import References, linked

__all__ = ["Limits", "Note", "limits", "markdown", "on_the_search", "read_notes"]


def markdown(text: str, references: References) -> Markup:
    """Markdown of the notes as HTML: ids of rows and sources become links, HTML and addresses stay text."""
    return Markup(mistune.Markdown(_NotesRenderer(references), block=Blocks())(text))  # noqa: S704 - the renderer escapes


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
