"""The claims ledger: verdicts as they stand in the case, crisis on record or not."""

from __future__ import annotations

import pytest

from aftermath.case_files.case import load_case
from aftermath.measures.claims import claims
from aftermath.vocabulary import VERDICTS
from aftermath.wording import NO_BREAK
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case

HERE = Workspace(INSTALLED_FROM)


def claim(verdict: str, origin: str = "a-book") -> dict:
    return {
        "claim": "It was fast.",
        "from": origin,
        "verdict": verdict,
        "why": "It says so.",
        "source_ids": ["paper-2020"],
    }


def test_kitchenaids_claims() -> None:
    ledger = claims(load_case("kitchenaid-tweet", HERE))
    assert ledger.verdicts == {"supported": 2, "partly": 1}
    assert ledger.table.height == 3
    assert "couple of minutes" in ledger.table["claim"][1]


def test_a_case_without_a_crisis_still_has_its_ledger() -> None:
    ledger = claims(load_case("weishi-data-fabrication", HERE))
    assert ledger.verdicts == {"unsupported": 3}
    assert ledger.text.replace(NO_BREAK, " ") == (
        "3 claims from 1 text on crisis communication: three unsupported by what was read."
    )


@pytest.mark.parametrize("case_id", HERE.case_ids())
def test_every_claim_names_sources_of_its_case(case_id: str) -> None:
    read = load_case(case_id, HERE)
    ledger = claims(read)
    named = {source for row in ledger.table["sources"] for source in row.split()}
    assert named <= set(read.sources["source_id"])
    assert sum(ledger.verdicts.values()) == len(ledger.claims) == ledger.table.height


def test_verdicts_come_in_the_order_of_the_codebook() -> None:
    ledger = claims(case(documented_claims=[claim(verdict) for verdict in reversed(VERDICTS)]))
    assert list(ledger.verdicts) == list(VERDICTS)
    assert ledger.text.endswith("one supported, one partly, one unsupported and one contradicted by what was read.")


def test_texts_are_counted_once() -> None:
    ledger = claims(case(documented_claims=[claim("partly"), claim("partly"), claim("partly", "another-book")]))
    assert "3 claims from 2 texts" in ledger.text.replace(NO_BREAK, " ")


def test_a_case_without_claims_says_so_and_has_an_empty_table() -> None:
    ledger = claims(case())
    assert ledger.text == "No text that was read makes a claim about this case."
    assert ledger.table.shape == (0, 5)
