"""The page of all claims that well-known texts make about the cases, each with its verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from urllib.parse import quote

from markupsafe import Markup

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.comparison.advice import titles_of_texts
from aftermath.kept import kept_each
from aftermath.measures.claims import Ledger, claims
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.page import Section, compose
from aftermath.pages.references import References
from aftermath.pages.templating import macro
from aftermath.wording import counted, in_words, listed
from aftermath.workspace import Workspace


def claims_page(
    cases: Sequence[Case], names: Mapping[str, str], workspace: Workspace, made: MadeFrom | None = None
) -> str:
    """The page, finished HTML; **one that says so where no text makes a claim**.

    Parameters
    ----------
    cases
        Those that have a page.
    names
        Case id to what it is called.
    workspace
        Whose ``texts.csv`` has the titles of the texts.
    made
        What the page was made from, for its foot.
    """
    ledgers = [ledger for case in cases if (ledger := claims(case)).claims]
    verdicts = [claim.verdict for ledger in ledgers for claim in ledger.claims]
    origins = sorted({claim.origin for ledger in ledgers for claim in ledger.claims})
    titles = titles_of_texts(workspace)
    texts = {origin: titles.get(origin, origin) for origin in origins}
    menus = (
        ("verdict", "Verdict", {word: words for word, words in vocabulary.VERDICTS.items() if word in verdicts}),
        ("case", "Case", {ledger.case_id: names[ledger.case_id] for ledger in ledgers}),
        ("text", "Text", texts),
    )
    body = macro("all_claims", "table")(len(verdicts), menus, _rows(cases, ledgers, names, texts))
    return compose(
        macro("all_claims", "opening")(extent(verdicts, len(texts), len(ledgers))),
        [Section("all", "All claims", body)],
        root="",
        title="Claims, and what holds",
        kind="finding",
        description="What well-known texts say about the cases, and whether the record bears it out.",
        current="claims.html",
        made=made,
    )


def _rows(
    cases: Sequence[Case], ledgers: Sequence[Ledger], names: Mapping[str, str], texts: Mapping[str, str]
) -> list[Markup]:
    """The rows of each case: a build makes those of cases anew that changed."""
    by_id, of_case = {case.id: case for case in cases}, {ledger.case_id: ledger for ledger in ledgers}

    def from_elsewhere(case_id: str) -> tuple[str, dict[str, str]]:
        """What its rows hold of what stands elsewhere: its name, and the titles of the texts."""
        return names[case_id], {claim.origin: texts[claim.origin] for claim in of_case[case_id].claims}

    def rows(case_id: str) -> Markup:
        references = References(by_id[case_id], f"cases/{quote(case_id)}.html")
        return macro("all_claims", "rows")(of_case[case_id], references, *from_elsewhere(case_id))

    def made_from(case_id: str) -> tuple:
        return by_id[case_id].origin and (*by_id[case_id].origin, *from_elsewhere(case_id))

    return list(
        kept_each("rows of claims", {case_id: partial(made_from, case_id) for case_id in of_case}, rows).values()
    )


def extent(verdicts: Sequence[str], texts: int, cases: int) -> str:
    """How many claims there are, and how many have which verdict.

    Examples
    --------
    >>> extent(["supported", "contradicted", "supported"], texts=1, cases=2).replace("\\xa0", " ")
    '3 claims from 1 text about 2 cases: two supported and one contradicted by what was read.'
    >>> extent([], texts=0, cases=0)
    'No text that was read makes a claim about a case.'
    """
    if not verdicts:
        return "No text that was read makes a claim about a case."
    counts = {word: verdicts.count(word) for word in vocabulary.VERDICTS if word in verdicts}
    shares = listed([f"{in_words(n)} {vocabulary.VERDICTS[word].lower()}" for word, n in counts.items()])
    what = f"{counted(len(verdicts), 'claim')} from {counted(texts, 'text')} about {counted(cases, 'case')}"
    return f"{what}: {shares} by what was read."
