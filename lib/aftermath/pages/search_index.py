"""What the search of the site finds: cases, events, texts, claims and sections, as data that a browser makes an index of when first asked.

Sources are found, too; their data are those of the page of sources (``all_sources.sources_data``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from urllib.parse import quote

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.comparison.numeric_claims import read_numeric_claims
from aftermath.pages.page import CLOSING, LABORATORY
from aftermath.pages.rows_of_cases import rows_of_cases
from aftermath.pages.run import COMPARISON, METHODS, TRIAL
from aftermath.pages.script import script_json, script_object
from aftermath.problems import CaseError
from aftermath.times import Span
from aftermath.wording import span_text
from aftermath.workspace import Workspace

DATA = "search-data.js"
KINDS = {"case": "Case", "event": "Event", "text": "Text", "claim": "Claim", "source": "Source", "section": "Section"}
OTHER_PAGES = {
    "comparison.html": ("Comparison", COMPARISON),
    "methods.html": ("Methods", METHODS),
    "trial.html": ("Trial", TRIAL),
}
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_MARKS = re.compile(r"[*_`]+")

Document = tuple[str, int, str, str, str]  # kind, number of its page, anchor, title, text


def search_data(cases: Sequence[Case], names: Mapping[str, str], workspace: Workspace) -> str:
    """The data, as a script.

    Parameters
    ----------
    cases
        Those that have a page.
    names
        Case id to what it is called.
    workspace
        Whose notebooks make the comparison, the pages of methods and of the trial, and whose numeric claims are on trial there.

    Returns
    -------
    str
        ``AFTERMATH_SEARCH``: pages (address, name), and documents, each a list: kind, number of its page in them, anchor, title,
        text.
    """
    pages = [(f"cases/{quote(case.id)}.html", names[case.id]) for case in cases]
    pages += [(address, name) for address, (name, _) in OTHER_PAGES.items()]
    others: list[Document] = []
    for number, (_, notebook) in enumerate(OTHER_PAGES.values(), start=len(cases)):
        others += _sections(number, workspace, notebook)
        others += _numeric_claims(number, workspace) if notebook == TRIAL else ()
    documents = rows_of_cases("documents of the search", cases, _of_case, others)
    members = {"kinds": script_json(KINDS), "pages": script_json(pages), "documents": documents}
    return f"window.AFTERMATH_SEARCH={script_object(members)};\n"


def _of_case(page: int, case: Case) -> Iterator[Document]:
    about = case.about
    who = [about.organisation, vocabulary.country_name(about.country), vocabulary.CAUSES.get(about.cause or "")]
    yield "case", page, "", about.title, " ".join([*filter(None, who), " ".join(about.summary.split())])
    for event in case.events.iter_rows(named=True):
        when = span_text(Span(event["earliest"], event["latest"]), about.timezone)
        words = (f"{when}.", event["summary"], event["speaker"], event["role"])
        yield "event", page, event["event_id"], event["label"], " ".join(filter(None, words))
    publishers = case.coverage.join(case.sources, on="source_id", how="left", maintain_order="left")
    for doc_id, publisher, published, abstract in publishers.select(
        "doc_id", "publisher", "published", "abstract"
    ).iter_rows():
        yield "text", page, doc_id, f"{publisher}, {published}", abstract
    for number, claim in enumerate(about.documented_claims, start=1):
        yield "claim", page, f"c{number}", claim.claim, f"{vocabulary.VERDICTS[claim.verdict]}. {claim.why}"


def _numeric_claims(page: int, workspace: Workspace) -> Iterator[Document]:
    """Numbers on trial; none where their file has problems, which the making of their page names."""
    with suppress(CaseError):
        for claim in read_numeric_claims(workspace):
            yield "claim", page, f"claim-{claim.claim_id}", claim.claim, f"{claim.attribution}. {claim.population}"


def _sections(page: int, workspace: Workspace, name: str) -> Iterator[Document]:
    """The sections of a page that a notebook makes: its anchors, headings and prose."""
    path = workspace.notebook(name)
    if not path.is_file():
        return
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        heading, _, prose = "".join(cell["source"]).partition("\n")
        tags = cell["metadata"].get("tags", ())
        if cell["cell_type"] == "markdown" and heading.startswith("## ") and not {CLOSING, LABORATORY} & {*tags}:
            text = _MARKS.sub("", _LINK.sub(r"\1", " ".join(prose.split())))
            yield "section", page, cell.get("id", ""), heading.removeprefix("## "), text
