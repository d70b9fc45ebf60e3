"""Numeric claims, and the rule that gives each its verdict.

A claim stands beside an estimate of ours with its interval. What the claim says is a stretch of numbers: a bound, a range, or for
*about* what rounds to the number as printed. Around it lies what comes *near*: half to twice a time, ten points of a percentage for a share, one
for a return, 0.1 of a correlation, a quarter of a point of favourability. With I for our interval:

1. Nothing of ours measures it, what we have is not comparable, or the cases do not bear an estimate: **cannot be told**, or
   **unsupported** where no source of the number was found either.
2. A correlation is claimed for which a test would need more cases than we have (``statistics.power``): **cannot be told**.
3. I lies within what is claimed: **supported**; so it does where the claim is *about*, and I holds it and lies within what comes near.
4. I lies within what comes near: **partly**.
5. I and what is claimed have nothing in common: **contradicted**.
6. Else I holds numbers that bear the claim out and numbers that do not: **cannot be told**.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields

from aftermath.case_files.numeric_claims import MEASURES, NOT_MEASURED, STATISTICS, UNITS
from aftermath.case_files.shared_tables import has_shared, read_shared
from aftermath.statistics.power import LEVEL, POWER, cases_needed
from aftermath.times import DAY, HOUR, MINUTE, Latency
from aftermath.wording import NO_BREAK, counted, duration, latency_text, number
from aftermath.workspace import Workspace

SECONDS = {"minutes": MINUTE, "hours": HOUR, "days": DAY}
# kind of statistic -> how far off is near; times are near by a factor
NEAR = {"share": 10.0, "mean": 1.0, "correlation": 0.1, "difference": 0.25}
NEAR_FACTOR = 2.0
_SLACK = 1e-9


@dataclass(frozen=True)
class NumericClaim:
    """A number that somebody prints about crises; a row of ``numeric_claims.csv``.

    Parameters
    ----------
    claim_id, who, year, claim
        Its id, who says it, when (None where that is not known), and the claim as printed or in our words.
    population, sample_n
        What it speaks of, and how many of these were looked at; None where that is not known.
    measure, statistic
        What of ours comes nearest: keys of ``MEASURES`` and ``STATISTICS``.
    case_ids
        Cases that it speaks of; none where it speaks of crises at large.
    within_hours, after_hours
        Limits of a share or of the cases of a return; None where there is none.
    comparison, value, upper, unit
        The number, e.g. ``about`` 21 ``hours``; ``upper`` of ``between`` alone.
    comparable, note
        ``yes`` where it speaks of what our record holds, measured alike; else ``no``, and why.
    reference, read
        Where it is printed, and a key of ``READ``.
    """

    claim_id: str
    who: str
    year: int | None
    claim: str
    population: str
    sample_n: int | None
    measure: str
    statistic: str
    case_ids: tuple[str, ...]
    within_hours: float | None
    after_hours: float | None
    comparison: str
    value: float
    upper: float | None
    unit: str
    comparable: str
    note: str
    reference: str
    read: str

    @property
    def stretch(self) -> tuple[float, float]:
        """What is claimed, from its lower to its upper end; seconds for a time, else in the unit of the claim.

        Examples
        --------
        >>> from aftermath.workspace import find_workspace
        >>> survey, = (claim for claim in read_numeric_claims(find_workspace()) if claim.claim_id == "survey-21-hours")
        >>> [end / 3600 for end in survey.stretch], [end / 3600 for end in survey.near]
        ([20.5, 21.5], [10.5, 42.0])
        """
        size, value = SECONDS.get(self.unit, 1.0), self.value
        if self.comparison == "between":
            return size * value, size * (value if self.upper is None else self.upper)
        if self.comparison == "about":
            return size * (value - self._rounding), size * (value + self._rounding)
        return (-math.inf, size * value) if self.comparison == "at_most" else (size * value, math.inf)

    @property
    def near(self) -> tuple[float, float]:
        """What comes near it, in the same unit."""
        size = SECONDS.get(self.unit)
        low, high = (self.stretch[0], self.stretch[1])
        if self.comparison == "about":
            low = high = self.value * (size or 1.0)
        if size:
            return low / NEAR_FACTOR, high * NEAR_FACTOR
        reach = NEAR.get(self.statistic, 0.0)
        return low - reach, high + reach

    @property
    def _rounding(self) -> float:
        """Half of the last digit of the number as it is printed."""
        return 0.5 * 10.0**-self._places

    @property
    def _places(self) -> int:
        return 0 if self.value == int(self.value) else len(f"{self.value}".partition(".")[2])

    @property
    def printed(self) -> str:
        """The number as it is claimed, e.g. ``21 h`` or ``at most 60 min``."""
        ends = [self.value] if self.upper is None else [self.value, self.upper]
        figures, unit = " to ".join(number(end, self._places) for end in ends), UNITS[self.unit]
        bound = {"at_most": "at most ", "at_least": "at least "}.get(self.comparison, "")
        return f"{bound}{'r = ' * (self.unit == 'r' and not bound)}{figures}{NO_BREAK * bool(unit)}{unit}"

    def worded(self, low: float, high: float) -> str:
        """Two numbers of this claim's kind as a range in words, or one where they are the same: seconds for a time."""
        if self.unit in SECONDS:
            return latency_text(Latency(low, high)) if math.isfinite(high) else f"{duration(low)} or more"
        digits, unit = (0 if self.statistic == "share" else 2), UNITS[self.unit]
        figures = dict.fromkeys(number(end, digits, sign=self.statistic != "share") for end in (low, high))
        return f"{' to '.join(figures)}{NO_BREAK * bool(unit)}{unit}"

    @property
    def what(self) -> str:
        """What of ours comes nearest, e.g. ``mean time to the first public response``."""
        kind, label = MEASURES[self.measure]
        if kind == "latency":
            return f"share of cases whose {label} came{self._limits}" if self.statistic == "share" else self._time
        if kind == "rise":
            return f"mean {label}, less that without it"
        if kind == "pair":
            return f"correlation of {label}"
        answered = f", of cases that answered{self._limits}" if self._limits else ""
        return f"mean {label}{answered}" if kind else label

    @property
    def _time(self) -> str:
        statistic = "" if self.statistic == "one_case" else f"{STATISTICS[self.statistic]} "
        return f"{statistic}time to the {MEASURES[self.measure][1]}"

    @property
    def _limits(self) -> str:
        after = f" after {duration(self.after_hours * HOUR)}" if self.after_hours else ""
        within = f" within {duration(self.within_hours * HOUR)}" if self.within_hours else ""
        return f"{after}{' and' * bool(after and within)}{within}"

    def holds(self, estimate: Estimate) -> bool:
        """Whether an interval of ours and what is claimed have a number in common."""
        return _meet((estimate.lower, estimate.upper), self.stretch)

    @property
    def attribution(self) -> str:
        """Who says it, and in which year where that is known."""
        return f"{self.who} ({self.year})" if self.year else self.who


@dataclass(frozen=True)
class Estimate:
    """What our cases give for a claim; seconds for a time, else in the unit of the claim.

    Parameters
    ----------
    least, greatest
        The estimate; the two differ where the record leaves it open.
    lower, upper
        Its interval.
    n
        Cases.
    case_ids
        Which.
    """

    least: float
    greatest: float
    lower: float
    upper: float
    case_ids: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many cases."""
        return len(self.case_ids)


def verdict(
    claim: NumericClaim, estimate: Estimate | None, why_none: str = "", level: float = LEVEL
) -> tuple[str, str]:
    """The verdict on a claim, by the rule that this module begins with.

    Parameters
    ----------
    claim
        The claim.
    estimate
        What our cases give; None where they give nothing.
    why_none
        Why they give nothing.
    level
        Of the test behind a correlation.

    Returns
    -------
    tuple
        A key of ``VERDICTS``, and the reason, a sentence.

    Examples
    --------
    >>> from aftermath.workspace import find_workspace
    >>> survey, = (claim for claim in read_numeric_claims(find_workspace()) if claim.claim_id == "kitchenaid-first-answer")
    >>> verdict(survey, Estimate(476, 535, 476, 535, ("kitchenaid-tweet",)))
    ('contradicted', 'Our whole interval lies outside what is claimed.')
    """
    untold = _why_untold(claim, estimate, why_none, level)
    if estimate is None or untold:
        return ("unsupported" if claim.read == "not_found" else "cannot_be_told"), " ".join(untold)
    ours = estimate.lower, estimate.upper
    inside, meets = _within(ours, claim.near), claim.holds(estimate)
    if _within(ours, claim.stretch):
        return "supported", "Our whole interval lies within what is claimed."
    if claim.comparison == "about" and meets and inside:
        return "supported", "Our interval holds the number, and nothing far from it."
    if inside:
        return "partly", "Our interval is not within what is claimed, but comes near it as a whole."
    if not meets:
        return "contradicted", "Our whole interval lies outside what is claimed."
    return "cannot_be_told", "Our interval holds numbers that bear the claim out and numbers that do not."


def _why_untold(claim: NumericClaim, estimate: Estimate | None, why_none: str, level: float) -> list[str]:
    """Why nothing follows from our numbers, whatever they are, in sentences; none where something may."""
    reasons = []
    if claim.measure == NOT_MEASURED:
        reasons += ["Nothing here measures it.", claim.note]
    elif claim.comparable == "no":
        reasons += ["The two are not measured alike.", claim.note]
    if claim.measure != NOT_MEASURED and estimate is None:
        reasons.append(why_none)
    if estimate is not None and claim.statistic == "correlation" and 0 < abs(claim.value) < 1:
        needed = cases_needed(claim.value, level=level)
        if estimate.n < needed:
            found = f"takes {counted(needed, 'case')} to be found with a probability of {100 * POWER:g}{NO_BREAK}%"
            reasons.append(f"A correlation of this size {found}; there are {number(estimate.n)}.")
    if reasons and claim.read == "not_found":
        reasons.insert(0, "No source of the number was found.")
    return reasons


def _within(inner: tuple[float, float], outer: tuple[float, float]) -> bool:
    slack = _SLACK * max(1.0, *(abs(end) for end in (*inner, *outer) if math.isfinite(end)))
    return outer[0] - slack <= inner[0] and inner[1] <= outer[1] + slack


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def read_numeric_claims(workspace: Workspace) -> tuple[NumericClaim, ...]:
    """Read ``casestudies/numeric_claims.csv``.

    Parameters
    ----------
    workspace
        Holds the file.

    Returns
    -------
    tuple of NumericClaim
        In the order of the file; **none where there is no file**.

    Raises
    ------
    CaseError
        If it has any problem; the error lists all of them.
    """
    if not has_shared("numeric_claims", workspace):
        return ()
    names = [field.name for field in fields(NumericClaim)]
    rows = read_shared("numeric_claims", workspace).iter_rows(named=True)
    return tuple(
        NumericClaim(
            **{name: row[name] for name in names} | {"case_ids": tuple(row["case_ids"]), "note": row["note"] or ""}
        )
        for row in rows
    )
