"""The collection that the cases of a workspace make up: who made it, which release it is, and how it may be used.

It says so in ``casestudies/CITATION.cff``, in the Citation File Format that GitHub, Zenodo and Zotero read. **A collection
without that file is cited by its cases alone**: nothing of authors, dates or rights is assumed.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from aftermath.case_files.field_readers import partial_date
from aftermath.case_files.file_problems import FileProblems, read_text
from aftermath.case_files.yaml_files import SOME_TEXT, Check, Value, fault, load_yaml, matching, shown
from aftermath.problems import CaseError, Problem
from aftermath.workspace import CITATION_FILE

UNRELEASED = "0.0.0"  # what Semantic Versioning has for what no release names
SHORT = 12  # digits of a checksum that tell one state of the evidence from another
_LARGEST = 500_000  # bytes


@dataclass(frozen=True)
class Author:
    """A person by family and given names, or whatever else has one name.

    Parameters
    ----------
    family
        Family name with what belongs to it; of a group its name.
    given
        Given names; empty for a group.
    orcid
        Address of the person at ORCID, or empty.
    """

    family: str
    given: str = ""
    orcid: str = ""

    @property
    def name(self) -> str:
        """As it is printed."""
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True)
class Collection:
    """What the citation file says; **a field that it does not give is empty**.

    Parameters
    ----------
    title
        The name of the collection, or of the software.
    authors
        In the order of the file.
    version
        Its release.
    released
        Day of the release, ``YYYY-MM-DD``.
    licence
        SPDX identifiers of the licences.
    doi
        Digital object identifier, ``10.…``.
    url
        Where it is published: the address of the folder that ``index.html`` lies in.
    abstract
        What it holds.
    keywords
        Its keywords.
    """

    title: str = ""
    authors: tuple[Author, ...] = ()
    version: str = ""
    released: str = ""
    licence: tuple[str, ...] = ()
    doi: str = ""
    url: str = ""
    abstract: str = ""
    keywords: tuple[str, ...] = ()

    def version_of(self, checksum: str) -> str:
        """The release, and behind ``+`` the first digits of the checksum of the evidence, as Semantic Versioning has it.

        Examples
        --------
        >>> Collection(version="0.1.0").version_of("7c3f0e7a9b12aa")
        '0.1.0+7c3f0e7a9b12'
        """
        return f"{self.version or UNRELEASED}+{checksum[:SHORT]}"

    def id_of(self, case_id: str) -> str:
        """A name for a case that no other has and that every release keeps, from the title of the collection and the id of the case.

        Empty where the collection has no title: then nothing tells the case from one of another collection.

        Examples
        --------
        >>> Collection(title="Recalls").id_of("acme-battery-recall")
        'urn:uuid:2532f92c-1688-5e5e-9f9c-754eec9e4c2a'
        """
        return uuid.uuid5(uuid.NAMESPACE_URL, f"{self.title}\n{case_id}").urn if self.title else ""

    def address(self, page: str) -> str:
        """The address of a page of the published site, e.g. of ``cases/kitchenaid-tweet.html``; empty where none is known.

        Examples
        --------
        >>> Collection(url="https://example.org/crises").address("comparison.html")
        'https://example.org/crises/comparison.html'
        """
        return f"{self.url.rstrip('/')}/{page}" if self.url else ""


def read_collection(folder: Path) -> Collection:
    """What the citation file in a folder says.

    Parameters
    ----------
    folder
        ``casestudies/``.

    Returns
    -------
    Collection
        Empty where there is no such file.

    Raises
    ------
    CaseError
        If it cannot be used; the error lists every problem with its line.

    References
    ----------
    Citation File Format, version 1.2.0, https://citation-file-format.github.io. **Fields that are not needed here are passed over.**

    Examples
    --------
    >>> from aftermath.workspace import INSTALLED_FROM
    >>> collection = read_collection(INSTALLED_FROM / "casestudies")
    >>> collection.authors[0].name, collection.licence
    ('The Aftermath contributors', ('CC-BY-4.0',))
    """
    path = folder / CITATION_FILE
    if not path.exists() and not path.is_symlink():
        return Collection()
    problems = FileProblems(f"{folder.name}/{CITATION_FILE}")
    text = read_text(path, problems, largest=_LARGEST)
    collection, found = (Collection(), ()) if text is None else _read_from(text, folder.name)
    if problems or found:
        raise CaseError((*problems, *found))
    return collection


@lru_cache(maxsize=4)  # every case is cited by the same file
def _read_from(text: str, folder: str) -> tuple[Collection, tuple[Problem, ...]]:
    """What a citation file says, and everything that is wrong with it."""
    problems = FileProblems(f"{folder}/{CITATION_FILE}")
    record = load_yaml(text, problems, mend="write one `field: value` a line, title first")
    return _collection(record or {}, problems), tuple(problems)


def collection_problems(folder: Path) -> tuple[Problem, ...]:
    """Everything that is wrong with the citation file in a folder, sorted; one that is missing is no fault."""
    try:
        read_collection(folder)
    except CaseError as error:
        return error.problems
    return ()


def _is_date(value: Value) -> bool:
    try:
        return isinstance(value, str) and len(partial_date(value)) == len("2026-01-31")
    except ValueError:
        return False


_FIELDS: dict[str, Check] = {
    "title": matching(SOME_TEXT, "write the name of the collection"),
    "version": matching(r"\S+", "write a version, e.g. 1.0.0"),
    "date-released": (_is_date, "write the day of the release, YYYY-MM-DD"),
    "doi": matching(r"10\.\d{4,9}/\S+", "write the DOI without an address before it, e.g. 10.5281/zenodo.1234567"),
    "url": matching(r"https?://[^\s?#]+", "write where the site is published, e.g. https://example.org/crises/"),
    "abstract": matching(SOME_TEXT, "write what the collection holds"),
}
_LICENCE: Check = matching(r"[A-Za-z0-9][A-Za-z0-9.+-]*", "write an SPDX identifier, e.g. CC-BY-4.0")
_KEYWORD: Check = matching(SOME_TEXT, "write a keyword")
_ORCID: Check = matching(r"https://orcid\.org/(\d{4}-){3}\d{3}[\dX]", "write https://orcid.org/ and the number")


def _collection(record: Mapping[str, Value], problems: FileProblems) -> Collection:
    texts = {name: _text(record.get(name), check, name, problems) for name, check in _FIELDS.items()}
    authors = record.get("authors")
    if record and not texts["title"]:
        problems.add("this field is missing", _FIELDS["title"][1], column="title")
    if authors is not None and not isinstance(authors, list):
        problems.add(
            fault(authors), "list the authors, each with name, or family-names and given-names", column="authors"
        )
    return Collection(
        title=texts["title"],
        authors=tuple(
            _author(author, f"authors[{number}]", problems)
            for number, author in enumerate(authors if isinstance(authors, list) else (), start=1)
        ),
        version=texts["version"],
        released=texts["date-released"],
        licence=_texts(record.get("license"), _LICENCE, "license", problems),
        doi=texts["doi"],
        url=texts["url"],
        abstract=texts["abstract"],
        keywords=_texts(record.get("keywords"), _KEYWORD, "keywords", problems),
    )


def _text(value: Value, check: Check, column: str, problems: FileProblems) -> str:
    """A text in one line; empty where it is not given or does not belong there, which is told."""
    sound, mend = check
    if value is None:
        return ""
    if not isinstance(value, str) or not sound(value):
        problems.add(fault(value), mend, column=column)
        return ""
    return " ".join(value.split())


def _texts(value: Value, check: Check, column: str, problems: FileProblems) -> tuple[str, ...]:
    values = value if isinstance(value, list) else [value]
    return tuple(filter(None, (_text(one, check, column, problems) for one in values)))


def _author(author: Value, column: str, problems: FileProblems) -> Author:
    parts = author if isinstance(author, dict) else {}
    words = {
        name: _text(parts.get(name), _KEYWORD, f"{column}.{name}", problems)
        for name in ("name", "given-names", "name-particle", "family-names", "name-suffix", "alias")
    }
    family = " ".join(filter(None, (words["name-particle"], words["family-names"], words["name-suffix"])))
    name = words["name"] or family or words["alias"]
    if not name and not (words["given-names"] or problems.faulty(f"{column}.name", f"{column}.family-names")):
        what = "has no name" if isinstance(author, dict) else f"{shown(author)} is no author"
        problems.add(what, "write name, or family-names and given-names", column=column)
    orcid = _text(parts.get("orcid"), _ORCID, f"{column}.orcid", problems)
    return Author(name, words["given-names"], orcid)


def licence_address(licence: str) -> str:
    """Where the text of a licence is, by its SPDX identifier.

    Examples
    --------
    >>> licence_address("CC-BY-4.0"), licence_address("ODbL-1.0")
    ('https://creativecommons.org/licenses/by/4.0/', 'https://spdx.org/licenses/ODbL-1.0.html')
    """
    commons = re.fullmatch(r"CC-(BY(?:-NC)?(?:-SA|-ND)?)-([0-9.]+)", licence)
    if commons:
        return f"https://creativecommons.org/licenses/{commons[1].lower()}/{commons[2]}/"
    return f"https://spdx.org/licenses/{licence}.html"
