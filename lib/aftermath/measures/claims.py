"""The claims ledger: what a well-known text says about a case, and whether the record bears it out."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.about import Claim
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.statistics.result import Result
from aftermath.wording import counted, in_words, listed


@dataclass(frozen=True)
class Ledger(Result):
    """The claims made about a case, each with its verdict.

    Parameters
    ----------
    case_id
        The case.
    claims
        In the order of the case file.
    """

    case_id: str
    claims: tuple[Claim, ...]

    @property
    def verdicts(self) -> dict[str, int]:
        """Verdict to the number of claims that have it; verdicts that no claim has are left out."""
        given = [claim.verdict for claim in self.claims]
        return {verdict: given.count(verdict) for verdict in vocabulary.VERDICTS if verdict in given}

    @property
    def table(self) -> pl.DataFrame:
        """One row a claim: claim, text, verdict, reason, sources."""
        schema = ("claim", "text", "verdict", "why", "sources")
        rows = [
            (claim.claim, claim.origin, claim.verdict, claim.why, " ".join(claim.source_ids)) for claim in self.claims
        ]
        return pl.DataFrame(rows, schema=dict.fromkeys(schema, pl.String), orient="row")

    @property
    def text(self) -> str:
        if not self.claims:
            return "No text that was read makes a claim about this case."
        verdicts = listed(
            [f"{in_words(count)} {vocabulary.VERDICTS[verdict].lower()}" for verdict, count in self.verdicts.items()]
        )
        texts = {claim.origin for claim in self.claims}
        return f"{counted(len(self.claims), 'claim')} from {counted(len(texts), 'text')} on crisis communication: {verdicts} by what was read."


@takes_id
def claims(case: Case) -> Ledger:
    """The claims ledger of a case, crisis on record or not.

    Examples
    --------
    >>> import aftermath as am
    >>> am.claims(am.load_case("kitchenaid-tweet")).verdicts
    {'supported': 2, 'partly': 1}
    """
    return Ledger(case.id, case.about.documented_claims)
