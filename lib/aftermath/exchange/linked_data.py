"""What search engines and catalogues read in a page: schema.org's ``Dataset`` and ``ClaimReview``, as JSON-LD.

**Only what is known is said**: no rating has a number, because a verdict has none, and nothing has an address before the
collection names one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.collection import Author, Collection, licence_address, read_collection
from aftermath.exchange.citing import Citation, cite

CONTEXT = "https://schema.org"
_LONGEST = 5_000  # characters of a description that search engines take

Thing = dict[str, Any]


@takes_id
def case_data(case: Case) -> Thing:
    """A case as a ``Dataset``, and each claim made about it as a ``ClaimReview``.

    Parameters
    ----------
    case
        Any case or its id.

    Returns
    -------
    dict
        A graph of JSON-LD.

    Raises
    ------
    CaseError
        If the collection's citation file cannot be used.

    References
    ----------
    Schema.org, https://schema.org/Dataset and https://schema.org/ClaimReview.

    Examples
    --------
    >>> [thing["@type"] for thing in case_data("tiktok-copyright-audio")["@graph"]][:2]
    ['Dataset', 'ClaimReview']
    """
    return {"@context": CONTEXT, "@graph": [_dataset(case), *_reviews(case)]}


def collection_data(citation: Citation, cases: Iterable[Case]) -> Thing:
    """The collection as a ``Dataset`` whose parts are its cases.

    Parameters
    ----------
    citation
        How the whole is cited.
    cases
        The cases in it.
    """
    collection = citation.collection
    parts = [
        _known(
            {
                "@type": "Dataset",
                "name": case.title,
                "url": collection.address(f"cases/{case.id}.html"),  # there the rest is said
            }
        )
        for case in cases
    ]
    return {
        "@context": CONTEXT,
        **_known(
            {
                "@type": "Dataset",
                "name": citation.title,
                "description": _described(collection.abstract),
                "keywords": list(collection.keywords),
                "version": citation.version,
                "datePublished": collection.released,
                "creator": [_agent(author) for author in collection.authors],
                "license": _licence(collection),
                "identifier": f"https://doi.org/{collection.doi}" if collection.doi else "",
                "url": collection.url,
                "hasPart": parts,
            }
        ),
    }


def _dataset(case: Case) -> Thing:
    about, citation = case.about, cite(case)
    collection = citation.collection
    moments = [*case.events["earliest"], *case.events["latest"]]
    ends = [end(moments).astimezone(ZoneInfo(about.timezone)).date().isoformat() for end in (min, max) if moments]
    return _known(
        {
            "@type": "Dataset",
            "name": citation.title,
            "description": _described(about.summary),
            "identifier": collection.id_of(case.id),
            "url": citation.url,
            "version": citation.version,
            "datePublished": collection.released,
            "creator": [_agent(author) for author in collection.authors],
            "license": _licence(collection),
            "keywords": [
                "crisis communication",
                *(word.replace("_", " ") for word in (about.cause, about.industry) if word),
            ],
            "about": {"@type": "Organization", "name": about.organisation},
            "spatialCoverage": {
                "@type": "Country",
                "name": vocabulary.country_name(about.country),
                "identifier": about.country,
            },
            "temporalCoverage": "/".join(ends),
            "isPartOf": _known({"@type": "Dataset", "name": collection.title, "url": collection.url})
            if collection.title
            else {},
        }
    )


def _reviews(case: Case) -> list[Thing]:
    """A review for every claim, at the anchor that it has on the page of the case."""
    collection = read_collection(case.folder.parent)
    return [
        _known(
            {
                "@type": "ClaimReview",
                "url": collection.address(f"cases/{case.id}.html#c{number}"),
                "claimReviewed": claim.claim,
                "reviewBody": claim.why,
                "reviewRating": {"@type": "Rating", "alternateName": vocabulary.VERDICTS[claim.verdict]},
                "itemReviewed": {
                    "@type": "Claim",
                    "appearance": {"@type": "CreativeWork", "identifier": claim.origin},
                },
                "author": [_agent(author) for author in collection.authors],
                "datePublished": collection.released,
            }
        )
        for number, claim in enumerate(case.about.documented_claims, start=1)
    ]


def _agent(author: Author) -> Thing:
    if not author.given:
        return {"@type": "Organization", "name": author.name}
    names = {"@type": "Person", "name": author.name, "givenName": author.given, "familyName": author.family}
    return _known(names | {"@id": author.orcid})


def _licence(collection: Collection) -> list[str]:
    return [licence_address(name) for name in collection.licence]


def _described(text: str) -> str:
    """A description in one line, as long as is taken."""
    words = " ".join(text.split())
    return words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"


def _known(thing: Mapping[str, Any]) -> Thing:
    """A thing without what is not known of it."""
    return {name: value for name, value in thing.items() if value not in ("", [], {}, None)}
