"""How a case, the whole collection and the software are cited: for people in APA style, for programs as BibTeX, RIS and CSL-JSON."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.collection import Author, Collection, read_collection
from aftermath.exchange.bibtex import bibtex_address, bibtex_entry
from aftermath.exchange.latex import to_latex
from aftermath.exchange.ris import ris_record

if TYPE_CHECKING:
    from citeproc import CitationStylesStyle

STYLE = Path(__file__).with_name("apa.csl")  # the seventh edition, by the makers of the Citation Style Language
LOCALE = "en-GB"
SOFTWARE = Collection(  # as CITATION.cff has it, which no installation brings along
    title="Aftermath: documented crises rebuilt from archived evidence, and compared",
    authors=(Author("The Aftermath contributors"),),
    version="0.1.0",
    released="2026-11-21",
    licence=("MIT",),
)
KINDS = {"dataset": ("dataset", "DATA", "[Data set]"), "software": ("software", "COMP", "[Computer software]")}


@dataclass(frozen=True)
class Citation:
    """One thing that can be cited; **what is not known of it is empty**.

    Parameters
    ----------
    key
        What reference managers call it.
    kind
        ``dataset`` or ``software``.
    title
        Its title.
    version
        Release and state of the evidence.
    collection
        What it belongs to, or is: authors, day of release, DOI.
    publisher
        Title of the collection that it is a part of.
    url
        Where it is published.
    """

    key: str
    kind: str
    title: str
    version: str
    collection: Collection
    publisher: str = ""
    url: str = ""

    @property
    def csl(self) -> dict[str, Any]:
        """An item of CSL-JSON."""
        released = [int(part) for part in self.collection.released.split("-") if part]
        item = {
            "id": self.key,
            "type": self.kind,
            "title": self.title,
            "author": [_csl_name(author) for author in self.collection.authors],
            "issued": {"date-parts": [released]} if released else {},
            "version": self.version,
            "publisher": self.publisher,
            "DOI": self.collection.doi,
            "URL": self.url,
        }
        return {name: value for name, value in item.items() if value}

    @property
    def bibtex(self) -> str:
        """An entry of biblatex, which Zotero and Better BibTeX read."""
        fields = {
            "title": to_latex(self.title),
            "author": " and ".join(map(_bibtex_name, self.collection.authors)),
            "date": self.collection.released,
            "version": to_latex(self.version),
            "publisher": to_latex(self.publisher),
            "doi": bibtex_address(self.collection.doi),
            "url": bibtex_address(self.url),
        }
        return bibtex_entry(KINDS[self.kind][0], self.key, fields)

    @property
    def ris(self) -> str:
        """A record of RIS."""
        names = (", ".join(filter(None, (author.family, author.given))) for author in self.collection.authors)
        return ris_record(
            [
                ("TY", KINDS[self.kind][1]),
                ("ID", self.key),
                ("TI", self.title),
                *(("AU", name) for name in names),
                ("PB", self.publisher),
                ("PY", self.collection.released[:4]),
                ("DA", self.collection.released.replace("-", "/")),
                ("ET", self.version),
                ("DO", self.collection.doi),
                ("UR", self.url),
            ]
        )

    @property
    def text(self) -> str:
        """The reference as a list of references has it, in APA style (7th edition).

        Examples
        --------
        >>> cite("kitchenaid-tweet").text[:36]
        'The Aftermath contributors. (2026). '
        """
        return _apa(json.dumps(_fit_for_style(self), ensure_ascii=False))


@takes_id
def cite(case: Case) -> Citation:
    """How a case is cited: as a data set of its own, which the collection publishes.

    Parameters
    ----------
    case
        Any case or its id.

    Returns
    -------
    Citation
        Its version names the release and, by the checksum, the very state of the evidence, so that no day of reading is needed.

    Raises
    ------
    CaseError
        If the collection's citation file cannot be used.
    """
    collection = read_collection(case.folder.parent)
    return Citation(
        key=case.id,
        kind="dataset",
        title=" ".join(case.title.split()),
        version=collection.version_of(case.checksum),
        collection=replace(collection, doi=""),  # it names the whole, not the case
        publisher=collection.title,
        url=collection.address(f"cases/{case.id}.html"),
    )


def cite_collection(collection: Collection, checksum: str) -> Citation:
    """How all cases together are cited.

    Parameters
    ----------
    collection
        What they make up; **one without a title is cited as what it is**.
    checksum
        That of the evidence of all of them.
    """
    return Citation(
        key="casestudies",
        kind="dataset",
        title=collection.title or "Documented crises, coded from archived evidence",
        version=collection.version_of(checksum),
        collection=collection,
        url=collection.url,
    )


def cite_software() -> Citation:
    """How Aftermath itself is cited, which measured and made the pages."""
    try:
        number = version("aftermath")
    except PackageNotFoundError:
        number = SOFTWARE.version
    return Citation("aftermath", "software", SOFTWARE.title, number, SOFTWARE, url=SOFTWARE.url)


def citation_files(name: str, citations: Sequence[Citation]) -> dict[str, str]:
    """The files that reference managers read.

    Parameters
    ----------
    name
        Of the files, before their suffix.
    citations
        What they hold, in order.

    Returns
    -------
    dict
        Name of a file to its text: ``.bib``, ``.ris`` and ``.json`` (CSL-JSON).

    Examples
    --------
    >>> list(citation_files("kitchenaid-tweet", [cite("kitchenaid-tweet")]))
    ['kitchenaid-tweet.bib', 'kitchenaid-tweet.ris', 'kitchenaid-tweet.json']
    """
    return {
        f"{name}.bib": "\n".join(citation.bibtex for citation in citations),
        f"{name}.ris": "\n".join(citation.ris for citation in citations),
        f"{name}.json": csl_text(citations),
    }


def csl_text(citations: Iterable[Citation]) -> str:
    """Citations as a file of CSL-JSON."""
    return json.dumps([citation.csl for citation in citations], ensure_ascii=False, indent=2) + "\n"


def _csl_name(author: Author) -> dict[str, str]:
    return {"family": author.family, "given": author.given} if author.given else {"literal": author.name}


def _bibtex_name(author: Author) -> str:
    """A name whose parts no comma or "and" in them can take apart."""
    family, given = to_latex(author.family), to_latex(author.given)
    if not given:
        return f"{{{family}}}"
    parts = (f"{{{part}}}" if re.search(r",|\band\b", part) else part for part in (family, given))
    return ", ".join(parts)


def _fit_for_style(citation: Citation) -> dict[str, Any]:
    """An item such that citeproc-py prints what APA style asks for.

    Names in scripts without capitals have no initials: they stand whole, family first. Where no author is known the title comes
    first, with what belongs to it; citeproc-py would repeat it behind the date.
    """
    item = citation.csl
    if not citation.collection.authors:
        first = f"{citation.title} (Version {citation.version}) {KINDS[citation.kind][2]}"
        item = {name: value for name, value in item.items() if name not in ("title", "version")}
        return item | {"type": "article", "author": [{"literal": first}]}
    whole = {
        author: {"literal": author.family + author.given}
        for author in citation.collection.authors
        if author.given and author.given.upper() == author.given.lower()
    }
    return item | {"author": [whole.get(author) or _csl_name(author) for author in citation.collection.authors]}


@functools.cache
def _apa(item: str) -> str:
    """An item of CSL-JSON in APA style, set once: a page shows it in several places, and it takes 50 ms."""
    from citeproc import Citation as Cited
    from citeproc import CitationItem, CitationStylesBibliography, formatter
    from citeproc.source.json import CiteProcJSON

    source = CiteProcJSON([json.loads(item)])
    bibliography = CitationStylesBibliography(_apa_style(), source, formatter.plain)
    bibliography.register(Cited([CitationItem(key) for key in source]))
    return str(bibliography.bibliography()[0])


@functools.cache
def _apa_style() -> CitationStylesStyle:
    from citeproc import CitationStylesStyle

    return CitationStylesStyle(str(STYLE), locale=LOCALE, validate=False)
