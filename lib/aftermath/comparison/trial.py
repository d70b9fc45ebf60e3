"""Numbers that are printed about crises, put beside the record: what was claimed, what our cases give, and what holds.

``casestudies/numeric_claims.csv`` has a row a claim; ``comparison.claimed_numbers`` says what our cases give for it, and
``comparison.numeric_claims`` has the rule of the verdict. The cases were chosen and not drawn at random: a verdict speaks of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath.case_files.numeric_claims import NOT_MEASURED, READ, VERDICTS
from aftermath.comparison.claimed_numbers import estimate
from aftermath.comparison.gathering import gather
from aftermath.comparison.numeric_claims import SECONDS, Estimate, NumericClaim, read_numeric_claims, verdict
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.statistics.power import LEVEL, cases_needed, correlation_power
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import NO_BREAK, counted, listed, number
from aftermath.workspace import Workspace, find_workspace


@dataclass(frozen=True)
class Tried:
    """A claim, what our cases give for it, and what holds.

    Parameters
    ----------
    claim
        The claim.
    estimate
        What our cases give; None where they give nothing.
    verdict, why
        A key of ``case_files.numeric_claims.VERDICTS``, and the reason, a sentence.
    level
        Of the interval.
    """

    claim: NumericClaim
    estimate: Estimate | None
    verdict: str
    why: str
    level: float = LEVEL

    @property
    def ours(self) -> str:
        """What our cases give, with its interval and n; a dash where they give nothing."""
        found = self.estimate
        if found is None:
            return "–"
        ends = self.claim.worded(found.lower, found.upper)
        if self.claim.statistic == "one_case":  # the interval is all that is known
            return f"{ends}, n = 1{NO_BREAK}case"
        return f"{self.claim.worded(found.least, found.greatest)} [{ends}], n = {counted(found.n, 'case')}"

    @property
    def text(self) -> str:
        """Claim, what our cases give, and the verdict, in words that can be quoted."""
        beside = f" In the cases of this collection the {self.claim.what} is {self.ours}." if self.estimate else ""
        return f"{self.claim.attribution}: “{self.claim.claim}”{beside} {VERDICTS[self.verdict]}. {self.why}"


@dataclass(frozen=True)
class Planned:
    """How many cases a correlation that somebody claims would take.

    Parameters
    ----------
    claim
        The claim.
    needed
        Cases with which a test finds it with a probability of 80 %.
    n
        Cases that there are.
    power
        The probability with which a test finds it in these; None with fewer than three.
    """

    claim: NumericClaim
    needed: int
    n: int
    power: float | None


@dataclass(frozen=True)
class Trial(Result):
    """All numeric claims of a workspace, beside the record.

    Parameters
    ----------
    tried
        In the order of the file.
    comparison
        The cases.
    """

    tried: tuple[Tried, ...]
    comparison: Comparison

    def __getitem__(self, claim_id: str) -> Tried:
        """One claim by its id."""
        return self._by_id[claim_id]

    @cached_property
    def _by_id(self) -> dict[str, Tried]:
        return {own.claim.claim_id: own for own in self.tried}

    @property
    def verdicts(self) -> dict[str, int]:
        """Verdict to how many claims have it; those that none has are left out."""
        counts = {word: sum(own.verdict == word for own in self.tried) for word in VERDICTS}
        return {word: count for word, count in counts.items() if count}

    @property
    def measured(self) -> tuple[Tried, ...]:
        """The claims for which our cases give a number."""
        return tuple(own for own in self.tried if own.estimate is not None)

    @cached_property
    def planned(self) -> tuple[Planned, ...]:
        """The correlations that are claimed, with the cases that each would take."""
        found = []
        for own in self.tried:
            if own.claim.statistic == "correlation" and own.estimate is not None and 0 < abs(own.claim.value) < 1:
                r, n, level = own.claim.value, own.estimate.n, self.comparison.level
                power = correlation_power(r, n, level=level)
                found.append(Planned(own.claim, cases_needed(r, level=level), n, power))
        return tuple(found)

    @property
    def table(self) -> pl.DataFrame:
        """One row a claim: who, the number as printed, ours with its interval and n, verdict, reason, where printed, how much was read.

        Times are in the unit of the claim.
        """
        texts = ("claim_id", "who", "claim", "measure", "statistic", "claimed", "unit")
        schema: dict[str, type[pl.DataType]] = dict.fromkeys(texts, pl.String)
        schema |= dict.fromkeys(("least", "greatest", "lower", "upper"), pl.Float64) | {"n": pl.Int64}
        schema |= dict.fromkeys(("verdict", "why", "reference", "read"), pl.String)
        return pl.DataFrame([_row(own) for own in self.tried], schema=schema)

    @property
    def text(self) -> str:
        if not self.tried:
            return "There is no numeric claim to put beside the record."
        counts = [f"{number(count)} {VERDICTS[word].lower()}" for word, count in self.verdicts.items()]
        unread = sum(own.claim.read not in ("full_text", "coded") for own in self.tried)
        return (
            f"{counted(len(self.tried), 'claim')} with a number: {listed(counts)}. For {number(len(self.measured))} our "
            f"{counted(len(self.comparison.cases), 'case')} give a number to set beside it. Of {number(unread)} the source "
            "itself was not read in full. The cases were chosen and not drawn at random: a verdict speaks of them, and shows no cause."
        )


def _row(own: Tried) -> dict[str, str | float | None]:
    claim, found = own.claim, own.estimate
    size = SECONDS.get(claim.unit, 1.0)
    ends = {name: found and getattr(found, name) / size for name in ("least", "greatest", "lower", "upper")}
    return {
        **{
            name: getattr(claim, name)
            for name in ("claim_id", "who", "claim", "measure", "statistic", "unit", "reference")
        },
        "claimed": claim.printed,
        **ends,
        "n": found and found.n,
        "verdict": own.verdict,
        "why": own.why,
        "read": READ[claim.read],
    }


def trial(comparison: Comparison | None = None, workspace: Workspace | None = None) -> Trial:
    """Put the numeric claims of a workspace beside its cases.

    Parameters
    ----------
    comparison
        Any comparison; that of all cases of the workspace if not given.
    workspace
        Holds ``casestudies/numeric_claims.csv``; the workspace in force if not given.

    Returns
    -------
    Trial
        **Without any claim where the workspace has no such file.**

    Raises
    ------
    CaseError
        If the file has any problem.

    Examples
    --------
    >>> import aftermath as am
    >>> comparison = am.compare([am.load_case("kitchenaid-tweet")])
    >>> am.trial(comparison)["kitchenaid-first-answer"].verdict
    'contradicted'
    """
    workspace = workspace or find_workspace()
    comparison = comparison or compare(gather(workspace=workspace).cases)
    return trial_of(read_numeric_claims(workspace), comparison)


def trial_of(claims: Iterable[NumericClaim], comparison: Comparison) -> Trial:
    """Put numeric claims beside the cases of a comparison.

    Parameters
    ----------
    claims
        Any number.
    comparison
        Any comparison.
    """
    return Trial(tuple(_tried(claim, comparison) for claim in claims), comparison)


def _tried(claim: NumericClaim, comparison: Comparison) -> Tried:
    found, why_none = None, ""
    if claim.measure != NOT_MEASURED:
        try:
            found = estimate(claim, comparison)
        except NothingToMeasure as reason:
            why_none = str(reason)
    return Tried(claim, found, *verdict(claim, found, why_none, comparison.level), comparison.level)
