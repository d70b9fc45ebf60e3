"""How pages are cited: in words, as files beside them, and for programs that read pages."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from aftermath.case_files.case import Case
from aftermath.case_files.collection import Collection, read_collection
from aftermath.comparison.scoreboard import Comparison
from aftermath.exchange.citing import Citation, citation_files, cite_collection
from aftermath.exchange.citing import cite as cite
from aftermath.exchange.citing import cite_software as cite_software
from aftermath.exchange.linked_data import case_data, collection_data
from aftermath.files import write_whole
from aftermath.pages.script import script_json


def cite_comparison(comparison: Comparison) -> Citation:
    """How the cases of a comparison are cited together."""
    folders = {case.folder.parent for case in comparison.cases}
    collection = read_collection(folders.pop()) if len(folders) == 1 else Collection()
    return cite_collection(collection, comparison.checksum)


def case_json(case: Case) -> Markup:
    """A case and the claims about it as search engines read them."""
    return script_json(case_data(case))


def comparison_json(comparison: Comparison) -> Markup:
    """The collection as search engines read it."""
    return script_json(collection_data(cite_comparison(comparison), comparison.cases))


def case_citation_files(case: Case) -> dict[str, bytes]:
    """The files that a case is cited by: place on the site to content."""
    return _at("cite", citation_files(case.id, [cite(case)]))


def write_citations(site: Path, comparison: Comparison) -> tuple[Path, ...]:
    """Write ``data/cases.bib``, ``.ris`` and ``.json``: the collection, the software, and every case.

    Parameters
    ----------
    site
        The root of the site.
    comparison
        The cases that loaded.
    """
    cited = [cite_comparison(comparison), cite_software(), *map(cite, comparison.cases)]
    files = _at("data", citation_files("cases", cited))
    return tuple(write_whole(site / name, content) for name, content in files.items())


def _at(folder: str, files: dict[str, str]) -> dict[str, bytes]:
    return {f"{folder}/{name}": text.encode() for name, text in files.items()}
