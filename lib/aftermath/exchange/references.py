"""Reading files of reference managers: which format, which encoding, and every problem with its line."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import polars as pl

from aftermath.case_files.file_problems import UNPRINTABLE, FileProblems
from aftermath.exchange import bibtex, csl, ris
from aftermath.exchange.reference import ExchangeError, Reference
from aftermath.statistics.result import Result
from aftermath.wording import counted

LARGEST = 50_000_000  # bytes


@dataclass(frozen=True)
class Format:
    """A format of reference managers.

    Parameters
    ----------
    label
        How people call it.
    suffixes
        How names of its files end.
    types
        Type to our kind of source, None where the type leaves it open.
    read, write
        Its reader and its writer.
    """

    label: str
    suffixes: tuple[str, ...]
    types: Mapping[str, str | None]
    read: Callable[[str, FileProblems], list[Reference]]
    write: Callable[[Iterable[Mapping[str, str]]], str]


FORMATS = {
    "bibtex": Format("BibTeX", (".bib", ".bibtex"), bibtex.TYPES, bibtex.read_bibtex, bibtex.write_bibtex),
    "ris": Format("RIS", (".ris",), ris.TYPES, ris.read_ris, ris.write_ris),
    "csl": Format("CSL-JSON", (".json",), csl.TYPES, csl.read_csl, csl.write_csl),
}


@dataclass(frozen=True)
class References(Result):
    """What a file of a reference manager holds.

    Parameters
    ----------
    file
        Its name.
    format
        A key of ``FORMATS``.
    entries
        The references, in its order.
    """

    file: str
    format: str
    entries: tuple[Reference, ...]

    @property
    def table(self) -> pl.DataFrame:
        """One row a reference, what its file does not give being empty."""
        names = [field.name for field in fields(Reference) if field.name != "own"]
        rows = [[asdict(entry)[name] for name in names] for entry in self.entries]
        schema = {name: pl.UInt32 if name == "line" else pl.String for name in names}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        return f"{self.file}: {counted(len(self.entries), 'reference')} in {FORMATS[self.format].label}."


def read_references(path: Path | str) -> References:
    """Read a file of BibTeX, RIS or CSL-JSON, e.g. an export of Zotero.

    Parameters
    ----------
    path
        The file; its name ends in ``.bib``, ``.ris`` or ``.json``.

    Returns
    -------
    References

    Raises
    ------
    ExchangeError
        If anything in it cannot be read; the error lists every problem with its line.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder, "one.bib")
    ...     _ = path.write_text("@online{a, title = {{KitchenAid} apologises}, date = {2012-10-03}}")
    ...     read_references(path).entries[0].title
    'KitchenAid apologises'
    """
    path = Path(path)
    problems = FileProblems(path.name)
    name = next((name for name, form in FORMATS.items() if path.suffix.lower() in form.suffixes), None)
    if name is None:
        known = ", ".join(f"{form.suffixes[0]} ({form.label})" for form in FORMATS.values())
        problems.add("is of no known format", f"export it as one of: {known}")
        raise ExchangeError(problems)
    text = file_text(path, problems)
    entries = FORMATS[name].read(text, problems) if text is not None else []
    lines = defaultdict[str, list[int]](list)
    for entry in entries:
        if lines[entry.key] and not entry.key.startswith("line "):
            what = f"has the key of the entry in line {lines[entry.key][0]}"
            problems.add(what, "give one of the two another key", entry.line, entry.key)
        lines[entry.key].append(entry.line)
    if not entries and not problems:
        problems.add("holds no reference", f"export the references again as {FORMATS[name].label}")
    if problems:
        raise ExchangeError(problems)
    return References(path.name, name, tuple(entries))


def file_text(path: Path, problems: FileProblems) -> str | None:
    """The text of a file in UTF-8, or in UTF-16 that says so; None where a problem was found."""
    try:
        if path.stat().st_size > LARGEST:
            problems.add(f"has more than {LARGEST:,} bytes", "export fewer at a time")
            return None
        data = path.read_bytes()
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        problems.add("is not UTF-8 text", "export it again, with UTF-8 as its character set", line)
        return None
    except OSError as error:
        problems.add(f"cannot be read ({error.strerror})", "name a file that can be read")
        return None
    hidden = UNPRINTABLE.search(text)
    if hidden:
        line = text.count("\n", 0, hidden.start()) + 1
        problems.add(f"holds the control character {hidden.group()!r}", "remove it", line)
        return None
    return text
