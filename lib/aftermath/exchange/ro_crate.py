"""A case as an RO-Crate: its files, described for repositories of research data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aftermath.case_files.case import Case
from aftermath.case_files.collection import Author, Collection, licence_address
from aftermath.exchange.citing import cite
from aftermath.exchange.reference import ExchangeError
from aftermath.problems import Problem
from aftermath.workspace import CITATION_FILE

VERSION = "1.2"
METADATA = "ro-crate-metadata.json"
_ASKED = {"released": "date-released", "licence": "license"}


def ro_crate(case: Case, package: Mapping[str, Any]) -> str:
    """The metadata file of a crate that holds the files of a case.

    Parameters
    ----------
    case
        Any case.
    package
        Its data package, which says what each file is.

    Returns
    -------
    str
        JSON-LD, the same for the same files.

    Raises
    ------
    ExchangeError
        If the collection does not say when it was released and under which licence: **a crate must, and neither is made up**.

    References
    ----------
    RO-Crate Metadata Specification 1.2, https://w3id.org/ro/crate/1.2.
    """
    from rocrate.model import ContextEntity
    from rocrate.rocrate import ROCrate

    citation = cite(case)
    collection = citation.collection
    _refuse(collection)
    crate = ROCrate(version=VERSION)

    def describe(id: str, properties: Mapping[str, Any]) -> Any:
        return crate.add(ContextEntity(crate, id, properties=dict(properties)))

    licences = [
        describe(licence_address(name), {"@type": "CreativeWork", "name": name, "identifier": name})
        for name in collection.licence
    ]
    root = {
        "name": citation.title,
        "description": " ".join(case.about.summary.split()),
        "identifier": collection.id_of(case.id),
        "version": citation.version,
        "keywords": package["keywords"],
        "datePublished": collection.released,
        "license": licences,
        "creator": [describe(*_agent(author)) for author in collection.authors],
        "creditText": citation.text,
    }
    for name, value in root.items():
        if value:
            crate.root_dataset[name] = value[0] if isinstance(value, list) and len(value) == 1 else value
    for resource in package["resources"]:
        crate.add_file(dest_path=resource["path"], properties=_file(resource))
    return json.dumps(crate.metadata.generate(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _refuse(collection: Collection) -> None:
    lacking = [field for name, field in _ASKED.items() if not getattr(collection, name)]
    if lacking:
        what = f"does not say {' and '.join(lacking)}, which an RO-Crate must"
        mend = (
            'write them as the Citation File Format has them, e.g. date-released: "2026-01-31" and license: CC-BY-4.0'
        )
        raise ExchangeError([Problem(f"casestudies/{CITATION_FILE}", 0, "", what, mend)])


def _agent(author: Author) -> tuple[str, dict[str, str]]:
    """The id of an author in the crate, and what is known."""
    kind = "Person" if author.given else "Organization"
    parts = {"givenName": author.given, "familyName": author.family} if author.given else {}
    return author.orcid or f"#{'-'.join(author.name.split())}", {"@type": kind, "name": author.name, **parts}


def _file(resource: Mapping[str, Any]) -> dict[str, Any]:
    size = {"contentSize": str(resource["bytes"])} if "bytes" in resource else {}
    return {
        "name": resource["name"],
        "description": resource["description"],
        "encodingFormat": resource["mediatype"],
        "sha256": resource["hash"].removeprefix("sha256:"),
        **size,
    }
