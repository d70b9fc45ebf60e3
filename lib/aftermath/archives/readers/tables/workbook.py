"""Rows of spreadsheets: XLSX (ECMA-376, part 1, chapter 18) and ODS (OpenDocument 1.3, part 3, chapters 9 and 19).

Numbers are handed over **in the digits that the file has**. A program that takes a cell for a floating-point number changes an
id of more than 15 digits, and nobody can see it afterwards: calamine makes 1764576514667450112 of ``1.76457651466745E+18``. It
also takes room for every cell between the first and the last, so that a file of 700 bytes asks for half a terabyte. So the XML
is read here, a piece at a time, and nothing is kept but the row in hand.
"""

from __future__ import annotations

import contextlib
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from posixpath import join, normpath
from typing import Any, NamedTuple
from xml.parsers import expat

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.opening import XLSX
from aftermath.archives.readers.tables.cells import (
    Elements,
    Handler,
    OdsRows,
    Row,
    SharedTexts,
    UnsoundSheet,
    XlsxRows,
    dated_styles,
    local,
)

_PIECE = 1 << 14  # bytes of XML at a time: thousands of filled cells
_LARGEST_PART = 1 << 29  # bytes of shared texts, the one part that is kept whole


class Sheet(NamedTuple):
    """A sheet of a workbook: its name, and the part of the file, or the place in it, that holds its rows."""

    name: str
    part: str
    number: int


@dataclass
class Workbook:
    """A spreadsheet that is open.

    Parameters
    ----------
    packed
        The zip that it is.
    format
        ``xlsx`` or ``ods``.
    name
        As problems name it.
    """

    packed: zipfile.ZipFile
    format: str
    name: str
    _texts: list[str] | None = None
    _dated: list[bool] = field(default_factory=list)
    _is_1904: bool = False
    _is_unsolved: bool = False

    def sheets(self) -> list[Sheet]:
        """Its sheets, in their order."""
        with plainly(self.name):
            return self._sheets_of_xlsx() if self.format == "xlsx" else self._sheets_of_ods()

    def rows(self, sheet: Sheet) -> Iterator[Row]:
        """Rows of a sheet that hold anything.

        Parameters
        ----------
        sheet
            One of ``sheets``.

        Raises
        ------
        ArchiveError
            If the file is damaged or made to do harm.
        """
        with plainly(self.name):
            if self.format == "ods":
                yield from self._parsed("content.xml", OdsRows(sheet.number))
                return
            if self._texts is None:
                self._texts = self._shared_texts()
                self._dated = self._dated_styles()
            rows = XlsxRows(self._texts, self._dated, is_1904=self._is_1904, is_unsolved=self._is_unsolved)
            yield from self._parsed(sheet.part, rows)

    def _sheets_of_xlsx(self) -> list[Sheet]:
        targets = {}
        for tag, attributes in self._parsed("xl/_rels/workbook.xml.rels", Elements()):
            if tag == "Relationship":
                targets[attributes.get("Id")] = normpath(join("xl", attributes.get("Target", ""))).lstrip("/")
        sheets = []
        for tag, attributes in self._parsed(XLSX, Elements()):
            if tag == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._is_1904 = True
            if tag == "calcPr" and attributes.get("fullCalcOnLoad") in ("1", "true"):
                self._is_unsolved = True
            if tag == "sheet" and (part := targets.get(attributes.get("id"))) in self.packed.NameToInfo:
                sheets.append(Sheet(attributes.get("name", ""), part or "", len(sheets)))
        return sheets

    def _sheets_of_ods(self) -> list[Sheet]:
        tables = (attributes for tag, attributes in self._parsed("content.xml", Elements()) if tag == "table")
        return [Sheet(attributes.get("name", ""), "content.xml", number) for number, attributes in enumerate(tables)]

    def _shared_texts(self) -> list[str]:
        part = "xl/sharedStrings.xml"
        if part not in self.packed.NameToInfo:
            return []
        if self.packed.getinfo(part).file_size > _LARGEST_PART:
            raise ArchiveError(
                f"{self.name}: its texts take more than {_LARGEST_PART >> 20} MB. Export CSV or JSON instead."
            )
        return list(self._parsed(part, SharedTexts()))

    def _dated_styles(self) -> list[bool]:
        part = "xl/styles.xml"
        return dated_styles(self._parsed(part, Elements())) if part in self.packed.NameToInfo else []

    def _parsed(self, part: str, found: Handler) -> Iterator[Any]:
        """What a handler finds in a part, a piece of XML at a time."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: found.begin(local(tag), attributes)
        parser.EndElementHandler = lambda tag: found.end(local(tag))
        parser.CharacterDataHandler = found.text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        with self.packed.open(part) as stream:
            final = False
            while not final:
                piece = stream.read(_PIECE)
                final = not piece
                parser.Parse(piece, final)
                yield from found.taken()

    def _refuse_doctype(self, *_: Any) -> None:
        raise ArchiveError(f"{self.name}: its XML declares a document type, which no spreadsheet does. Export it anew.")


@contextlib.contextmanager
def plainly(name: str) -> Iterator[None]:
    """What goes wrong in a spreadsheet, in words."""
    try:
        yield
    except (
        expat.ExpatError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise ArchiveError(
            f"{name} is damaged or locked ({str(error)[:200]}). Copy or export it again; a password has to be taken off first."
        ) from None
    except (ValueError, IndexError, KeyError, OverflowError) as error:
        why = str(error) if isinstance(error, UnsoundSheet) else type(error).__name__  # others may quote a cell
        raise ArchiveError(f"{name} is no sound spreadsheet ({why}). Export it again.") from None
