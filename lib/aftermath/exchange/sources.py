"""References of a reference manager into ``sources.csv`` of a case, and back.

What a reference does not say, above all how much of it was read, is asked for and never made up.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.columns import columns_in, file_columns
from aftermath.case_files.file_problems import FileProblems, short
from aftermath.case_files.reading import read_table
from aftermath.case_files.tables import Sources
from aftermath.case_files.writing import read_texts, table_checksum, write_tables
from aftermath.exchange.reference import ExchangeError, Reference, is_language
from aftermath.exchange.references import FORMATS, References, read_references
from aftermath.problems import AftermathError, CaseError, Problem, near_miss
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

_COLUMNS = tuple(file_columns(Sources))
_LONGEST_SLUG = 40
_WORDS = {"link": vocabulary.LINKS, "kind": vocabulary.SOURCE_KINDS, "read": vocabulary.READINGS}
# column -> what is not known, and the option that says it
_ASKED = {
    "publisher": ("who published it", "give it a publisher, or --publisher NAME"),
    "link": ("whether its address may be shown as a link", "--link yes or no"),
    "kind": ("what kind of source it is", "--kind {type}=news, company, blog, ..."),
    "language": ("its language", "--language en"),
    "read": ("how much of it was read", "--read full, excerpt or listing"),
    "read_on": ("when it was read", "--read-on YYYY-MM-DD"),
}

_Row = dict[str, str]


@dataclass(frozen=True, eq=False)
class NewSources(Result):
    """Rows for ``sources.csv`` of a case, made of references; nothing is written yet.

    Parameters
    ----------
    case_id
        The case.
    rows
        What is to be added: the columns of ``sources.csv``, and those of archived copies where it names any; all text.
    known
        Key of a reference that the case has already to the ``source_id`` of its row, or to that of another reference of the file.
    workspace
        Where the case is.
    seen
        Checksum of ``sources.csv`` as it was read.
    """

    case_id: str
    rows: pl.DataFrame
    known: Mapping[str, str]
    workspace: Workspace
    seen: str = field(repr=False)

    @property
    def table(self) -> pl.DataFrame:
        """The rows that are to be added."""
        return self.rows

    @property
    def text(self) -> str:
        return self.said("would be added to")

    def said(self, what: str) -> str:
        """What becomes of the references, one a line.

        Parameters
        ----------
        what
            Said of the rows: ``would be added to``, or ``added to`` once they are written.
        """
        ids, n = ", ".join(self.rows["source_id"]), len(self.known)
        nothing = f"Nothing to add to {self.case_id}: {'all ' if n > 1 else ''}{counted(n, 'reference')} {'are' if n > 1 else 'is'}"
        added = f"{counted(self.rows.height, 'source')} {what} {self.case_id}: {ids}."
        there = [f"{key} is there already: {source_id}." for key, source_id in self.known.items()]
        return "\n".join([added if ids else f"{nothing} there already.", *there])

    def write(self) -> tuple[str, ...]:
        """Add the rows to ``sources.csv``, below those that are there, all of them or none.

        Returns
        -------
        tuple
            The names of the tables that changed.

        Raises
        ------
        CaseError, ChangedOnDisk, WriteError
            As ``write_tables`` raises them; nothing is written then.
        """
        folder = self.workspace.case_folder(self.case_id)
        whole = pl.concat([_source_rows(self.case_id, self.workspace), self.rows], how="diagonal")
        return write_tables(folder, {"sources": whole}, self.workspace, seen={"sources": self.seen})


def sources_from(
    path: Path | str,
    case_id: str,
    workspace: Workspace | None = None,
    *,
    kind: str | Sequence[str] = (),
    read: str = "",
    read_on: str = "",
    link: str = "",
    language: str = "",
    publisher: str = "",
) -> NewSources:
    """Make rows of ``sources.csv`` out of BibTeX, RIS or CSL-JSON, e.g. of an export of Zotero.

    Parameters
    ----------
    path
        The file.
    case_id
        The case. **It need not be whole**: sources come first.
    workspace
        Where the case is; the workspace in force if not given.
    kind
        The kind of the references whose type leaves it open, or of one type as the file calls it: ``["news", "online=company"]``.
    read, read_on, link, language, publisher
        What is put where a reference does not say it.

    Returns
    -------
    NewSources
        What ``write`` adds. References that the case has already, by address or by title, publisher and date, are not among them.

    Raises
    ------
    ExchangeError
        If the file cannot be read, a reference lacks what a source must have, or ``kind`` is of a type that none has; every
        problem with line and key.
    """
    workspace = workspace or find_workspace(to_write=True)
    seen = table_checksum(workspace.case_folder(case_id) / "sources.csv")
    there = _source_rows(case_id, workspace)
    references = read_references(path)
    given = {"read": read, "read_on": read_on, "link": link, "language": language, "publisher": publisher}
    kinds = _kinds([kind] if isinstance(kind, str) else kind, given)
    present = _There(there.iter_rows(named=True))
    added, known, problems = list[_Row](), dict[str, str](), _of_no_entry(kinds, references)
    for entry in references.entries:
        row, problem = _row(entry, references, kinds, given)
        same = present.same(row, exactly=bool(entry.own))
        if same is not None:
            known[entry.key] = same
        elif problem:
            problems.append(problem)
        else:
            row["source_id"] = _source_id(row, entry, present.ids)
            present.add(row)
            added.append(row)
    if problems:
        raise ExchangeError(problems)
    rows = pl.DataFrame(added, schema=dict.fromkeys(_COLUMNS, pl.String), orient="row")
    columns = columns_in(Sources, {*there.columns, *(name for row in added for name in row)})
    return NewSources(case_id, rows.select(columns), known, workspace, seen)


def sources_to(case_id: str, format: str, workspace: Workspace | None = None) -> str:
    """The sources of a case as a file of a reference manager; ``sources_from`` makes the same rows of it.

    Parameters
    ----------
    case_id
        The case.
    format
        ``bibtex``, ``ris`` or ``csl``.
    workspace
        Where the case is; the workspace in force if not given.

    Raises
    ------
    CaseError
        If ``sources.csv`` has a problem.

    Examples
    --------
    >>> print(sources_to("kitchenaid-tweet", "ris")[:106])
    TY  - NEWS
    ID  - cnn-2012-10-03
    TI  - KitchenAid apologizes for tweet insulting Obama
    T2  - CNN Political
    """
    workspace = workspace or find_workspace()
    if format not in FORMATS:
        raise AftermathError(f"{format!r} is no format of references: choose one of {', '.join(FORMATS)}")
    rows = _source_rows(case_id, workspace)
    path = workspace.case_folder(case_id) / "sources.csv"
    problems = FileProblems(workspace.relative(path))
    read_table(path, Sources, problems)
    if problems:
        raise CaseError(problems)
    return FORMATS[format].write(rows.iter_rows(named=True))


def _source_rows(case_id: str, workspace: Workspace) -> pl.DataFrame:
    """The rows of ``sources.csv`` as they stand."""
    path = workspace.case_folder(case_id) / "sources.csv"
    if not path.parent.is_dir():
        raise AftermathError(
            f"there is no case {case_id!r} in {workspace.cases}: {near_miss(case_id, workspace.case_ids())}"
        )
    problems = FileProblems(workspace.relative(path))
    if not read_table(path, Sources, problems).complete:
        raise CaseError(problems)
    return read_texts(path)


def _kinds(kinds: Sequence[str], given: Mapping[str, str]) -> dict[str, str]:
    """Type to kind, "" being every type that leaves it open; refused where an option is no word of the codebook."""
    by_type = {type: kind for type, _, kind in (pair.rpartition("=") for pair in kinds if pair)}
    words = [("kind", kind) for kind in by_type.values()] + [("read", given["read"]), ("link", given["link"])]
    for name, word in words:
        if word and word not in _WORDS[name]:
            raise AftermathError(
                f"{name}: {word!r} is not a word of the vocabulary. Use one of: {', '.join(_WORDS[name])}."
            )
    return by_type


def _of_no_entry(kinds: Mapping[str, str], references: References) -> list[Problem]:
    """The types that were given a kind and that no reference has."""
    types = dict.fromkeys(entry.type for entry in references.entries)
    mend = f"the types in this file are {listed(list(types))}: name one of them, or leave it out"
    return [
        Problem(references.file, 0, "", f"--kind {short(type)}={kind}: no reference is of type '{short(type)}'", mend)
        for type, kind in kinds.items()
        if type and type not in types
    ]


def _row(
    entry: Reference, references: References, kinds: Mapping[str, str], given: Mapping[str, str]
) -> tuple[_Row, Problem | None]:
    """A row without its id, and what it lacks; where there is no address, none is linked."""
    types = FORMATS[references.format].types
    known = entry.type in types
    kind = (
        entry.own.get("kind") or kinds.get(entry.type) or types.get(entry.type) or (kinds.get("", "") if known else "")
    )
    says = {"title": entry.title, "publisher": entry.publisher, "author": entry.author, "published": entry.published}
    says |= {
        "url": entry.url,
        "link": "" if entry.url else "no",
        "kind": kind,
        "language": entry.language,
        "read": "",
        "read_on": entry.accessed,
    }
    says |= {name: value for name, value in entry.own.items() if value in _WORDS.get(name, (value,))}
    if not is_language(entry.language):
        says["language"] = ""
    row = {"source_id": ""} | {name: value or given.get(name, "") for name, value in says.items()}
    if not known and not kind:
        mend = f"say what kind of source it is: --kind {entry.type or 'TYPE'}=news, company, blog, ..."
        what = f"'{entry.type}' is no type of {FORMATS[references.format].label} that is known"
        return row, Problem(references.file, entry.line, entry.key, what, mend)
    lacking = [name for name in _ASKED if not row[name]]
    if not lacking:
        return row, None
    what = "does not say " + ", ".join(_ASKED[name][0] for name in lacking)
    if "language" in lacking and entry.language:
        what += f" ('{short(entry.language)}' is none that is known)"
    asked = {name: mend.format(type=entry.type) for name, (_, mend) in _ASKED.items()}
    if entry.type == "article" and entry.publisher:
        asked["kind"] = "--kind article=academic if that is a scholarly journal, else =news, =trade, ..."
    mend = "; ".join(asked[name] for name in lacking)
    return row, Problem(references.file, entry.line, entry.key, what, mend)


class _There:
    """The sources that a case has, found again by address, or by title, publisher and date."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self.ids: set[str] = set()
        self._exact: dict[tuple[str, ...], str] = {}
        self._addresses: dict[tuple[str, ...], str] = {}
        self._works: dict[tuple[str, ...], str] = {}
        self._without_address: dict[tuple[str, ...], str] = {}
        for row in rows:
            self.add(row)

    def add(self, row: _Row) -> None:
        """Take note of a row."""
        source_id = row["source_id"]
        self.ids.add(source_id)
        self._exact.setdefault(self._told_apart(row), source_id)
        self._works.setdefault(self._work(row), source_id)
        if row["url"]:
            self._addresses.setdefault(_address(row["url"]), source_id)
        else:
            self._without_address.setdefault(self._work(row), source_id)

    def same(self, row: _Row, *, exactly: bool) -> str | None:
        """The id of the row that is of the same source; None where there is none.

        What Aftermath wrote is told apart as ``sources.csv`` does it, ``exactly``. Two works with different addresses are two.
        """
        if exactly:
            return self._exact.get(self._told_apart(row))
        works = self._without_address if row["url"] else self._works
        by_title = works.get(self._work(row)) if row["title"] else None
        return (self._addresses.get(_address(row["url"])) if row["url"] else None) or by_title

    @staticmethod
    def _told_apart(row: _Row) -> tuple[str, ...]:
        return tuple(row[name] for name in Sources.once())

    @staticmethod
    def _work(row: _Row) -> tuple[str, ...]:
        return tuple(row[name].casefold() for name in ("title", "publisher", "published"))


def _address(url: str) -> tuple[str, str, str]:
    """Host, path and query of an address, by which servers tell it apart from others."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", url, ""
    return parts.netloc.lower(), parts.path.rstrip("/"), parts.query


def _source_id(row: _Row, entry: Reference, taken: set[str]) -> str:
    """A slug of publisher and date that is not taken; that of the file, where Aftermath wrote it."""
    publisher = _slug(row["publisher"]) or _slug(_address(row["url"])[0]) or "source"
    slug = f"{publisher}-{row['published'] or 'nd'}"
    base = entry.key if entry.own and re.fullmatch(r"[a-z0-9][a-z0-9-]*", entry.key) else slug
    numbered = (base if number == 1 else f"{base}-{number}" for number in itertools.count(1))
    return next(source_id for source_id in numbered if source_id not in taken)


def _slug(text: str) -> str:
    """Lower-case ASCII words with hyphens, as many as are short enough."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    while len("-".join(words)) > _LONGEST_SLUG and len(words) > 1:
        words.pop()
    return "-".join(words)[:_LONGEST_SLUG]
