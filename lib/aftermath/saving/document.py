"""Tables for word processors."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from aftermath.saving.described import AUTHOR, Described
from aftermath.saving.problems import needs
from aftermath.saving.worded import numeric, widths, worded
from aftermath.saving.written import Written, undated

if TYPE_CHECKING:
    from docx.document import Document

_MANY = 6  # columns, beyond which the page lies on its side
_LINE = {False: (72, 6.0), True: (104, 8.5)}  # characters and inches of a line, upright and on its side
_SMALL = 8  # pt
_TITLE = 255  # characters of a title among the properties
_SAVED_AT = datetime(2000, 1, 1)


def as_document(table: Described, name: str) -> Written:
    """A document with a real table: a caption above, a row of headings that comes again on each page, a note below."""
    needs("docx", "a .docx file")
    import docx
    from docx.enum.section import WD_ORIENT
    from docx.shared import Pt

    document = docx.Document()
    properties, section = document.core_properties, document.sections[0]
    properties.author, properties.title, properties.comments = AUTHOR, table.caption[:_TITLE], table.citation
    properties.created = properties.modified = _SAVED_AT
    if len(table.labels) > _MANY:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = section.page_height, section.page_width
    document.add_paragraph(table.caption, style="Caption")
    _add_table(document, table)
    for text in filter(None, (table.note, table.citation)):
        document.add_paragraph().add_run(text).font.size = Pt(_SMALL)
    made = BytesIO()
    document.save(made)
    return Written(undated(made.getvalue()))


def _add_table(document: Document, table: Described) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Inches, Pt

    rows, right = worded(table), numeric(table)
    line, inches = _LINE[len(right) > _MANY]
    columns = [Inches(part * inches) for part in widths(table, rows, line)]
    grid = document.add_table(len(rows) + 1, len(right), style="Light Shading")
    grid.autofit = False
    for column, width in zip(grid.columns, columns, strict=True):
        column.width = width
    for row, texts in zip(grid.rows, [[*table.labels.values()], *rows], strict=True):
        for cell, text, is_number, width in zip(row.cells, texts, right, columns, strict=True):
            cell.width, paragraph = width, cell.paragraphs[0]
            paragraph.add_run(text).font.size = Pt(_SMALL)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if is_number else WD_ALIGN_PARAGRAPH.LEFT
    first = next(document.element.iter(qn("w:tr")))
    first.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # the headings stand on every page
