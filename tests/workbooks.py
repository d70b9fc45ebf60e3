"""Small spreadsheets for tests, written part by part as ECMA-376 and OpenDocument have them."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
DAY, MOMENT, OWN, CLOCK = "1", "2", "3", "4"  # styles of numbers below
STYLES = f"""<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd hh:mm:ss"/>
<numFmt numFmtId="165" formatCode="[Red]0.00&quot; days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>
<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="20"/></cellXfs></styleSheet>"""


class Raw(str):
    """A cell as its XML is."""


def number(digits: str, style: str = "0") -> Raw:
    """A number in these digits."""
    return Raw(f'<c s="{style}"><v>{digits}</v></c>')


def xlsx(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[str]]],
    *,
    is_1904: bool = False,
    is_unsolved: bool = False,
    **parts: str,
) -> Path:
    """Write an XLSX: texts are shared, empty texts are absent cells."""
    texts: dict[str, int] = {}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", "<Types/>")
        listed = "".join(
            f'<sheet name={quoteattr(name)} sheetId="{at}" r:id="rId{at}"/>' for at, name in enumerate(sheets, start=1)
        )
        calculated = '<calcPr fullCalcOnLoad="1"/>' if is_unsolved else ""
        packed.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{MAIN}" xmlns:r="{LINKS}"><workbookPr date1904="{int(is_1904)}"/><sheets>{listed}</sheets>{calculated}</workbook>',
        )
        links = "".join(
            f'<Relationship Id="rId{at}" Target="worksheets/s{at}.xml"/>' for at in range(1, len(sheets) + 1)
        )
        packed.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{PACKAGE}">{links}</Relationships>')
        packed.writestr("xl/styles.xml", STYLES)
        for at, rows in enumerate(sheets.values(), start=1):
            packed.writestr(f"xl/worksheets/s{at}.xml", parts.get(f"s{at}") or _sheet(rows, texts))
        shared = "".join(f'<si><t xml:space="preserve">{escape(text)}</t><rPh><t>-</t></rPh></si>' for text in texts)
        packed.writestr("xl/sharedStrings.xml", f'<sst xmlns="{MAIN}">{shared}</sst>')
    return path


def _sheet(rows: Sequence[Sequence[str]], texts: dict[str, int]) -> str:
    written = []
    for line, row in enumerate(rows, start=1):
        cells = [
            (cell if isinstance(cell, Raw) else f'<c t="s"><v>{texts.setdefault(cell, len(texts))}</v></c>').replace(
                "<c", f'<c r="{chr(65 + at)}{line}"', 1
            )
            for at, cell in enumerate(row)
            if cell
        ]
        written.append(f'<row r="{line}">{"".join(cells)}</row>')
    return f'<worksheet xmlns="{MAIN}"><sheetData>{"".join(written)}</sheetData></worksheet>'


def ods(path: Path, sheets: Mapping[str, Sequence[Sequence[str]]], content: str = "") -> Path:
    """Write an ODS: texts as paragraphs, one a line."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        tables = "".join(
            f"<table:table table:name={quoteattr(name)}>{''.join(map(_ods_row, rows))}</table:table>"
            for name, rows in sheets.items()
        )
        names = " ".join(
            f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
        )
        packed.writestr(
            "content.xml", content or f"<office:document-content {names}>{tables}</office:document-content>"
        )
    return path


def _ods_row(row: Sequence[str]) -> str:
    cells = [
        cell
        if isinstance(cell, Raw)
        else '<table:table-cell office:value-type="string">'
        + "".join(f"<text:p>{escape(part)}</text:p>" for part in cell.split("\n"))
        + "</table:table-cell>"
        for cell in row
    ]
    return f"<table:table-row>{''.join(cells)}<table:table-cell table:number-columns-repeated='900'/></table:table-row>"


def ods_cell(kind: str, attribute: str, value: str, shown: str) -> Raw:
    """A cell of an ODS that keeps a value and shows a text."""
    return Raw(
        f'<table:table-cell office:value-type="{kind}" office:{attribute}="{value}"><text:p>{shown}</text:p></table:table-cell>'
    )
