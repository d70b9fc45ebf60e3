"""What a comparison finds, each in a number with its n and a sentence no stronger than the record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aftermath.comparison.entry import Entry
from aftermath.comparison.leave_one_out import LeaveOneOut
from aftermath.comparison.pairwise import Pairwise
from aftermath.measures.latency_curves import before_zero
from aftermath.measures.speed import Speed
from aftermath.measures.transparency import Index
from aftermath.times import DAY, HOUR
from aftermath.wording import DASH, counted, interval, listed, number

FEW_NAMES = 3


@dataclass(frozen=True)
class Finding:
    """One finding.

    Parameters
    ----------
    figure
        The number that stands out, e.g. ``8 of 16``.
    words
        What it counts; with the figure before it, a sentence.
    note
        What must be known to read it.
    """

    figure: str
    words: str
    note: str

    @property
    def text(self) -> str:
        """Figure, words and note as sentences."""
        if self.figure == DASH:
            return f"{self.words[0].upper()}{self.words[1:]} {self.note}"
        return f"{self.figure} {self.words} {self.note}"


def findings(entries: Sequence[Entry], responses: Pairwise, basis: LeaveOneOut) -> tuple[Finding, ...]:
    """All findings that the cases bear; one that cannot be computed says so.

    Parameters
    ----------
    entries
        All cases of the comparison.
    responses
        How they stand in their first public response.
    basis
        What of that rests on relations between events.
    """
    timed = [(entry, entry.speed) for entry in entries if entry.speed]
    return (
        _answered(timed),
        _named_apologies(timed),
        _separable(responses, basis),
        _claims(entries),
        _openness([entry.transparency.transparency for entry in entries if entry.transparency]),
    )


def _of(count: int, n: int) -> str:
    return f"{number(count)} of {number(n)}"


def _nothing(words: str) -> Finding:
    return Finding(DASH, words, "No case here could be measured.")


def _answered(timed: Sequence[tuple[Entry, Speed]]) -> Finding:
    """How many answered within an hour and a day; what came with clock zero, or may have come before it, is not certain."""
    with_zero = [entry for entry, speed in timed if speed["response"].latency.with_zero]
    answering = [(entry, speed) for entry, speed in timed if not speed["response"].latency.with_zero]
    if not answering:
        return _nothing("how soon organisations answered cannot be told.")
    within_day = [(entry, speed) for entry, speed in answering if _upper(speed) <= DAY]
    doubtful = [entry for entry, speed in within_day if before_zero(speed, "response")]
    certain = [(entry, speed) for entry, speed in within_day if not before_zero(speed, "response")]
    day, hour = ([entry for entry, speed in certain if _upper(speed) <= limit] for limit in (DAY, HOUR))
    words = f"certainly answered within an hour, {number(len(day))} within a day."
    notes = _who(hour), _clocks(with_zero, day), _doubts(doubtful)
    return Finding(_of(len(hour), len(answering)), words, " ".join(filter(None, notes)))


def _upper(speed: Speed) -> float:
    return speed["response"].latency.upper


def _who(hour: Sequence[Entry]) -> str:
    if not hour:
        return "For none does the whole interval lie within the hour."
    names = f"{listed([entry.name for entry in hour])} for the hour; " if len(hour) <= FEW_NAMES else ""
    rest = f"{names}intervals of the rest reach further."
    return rest[0].upper() + rest[1:]


def _clocks(with_zero: Sequence[Entry], day: Sequence[Entry]) -> str:
    """What must be said of clocks that the organisation or a regulator set."""
    flagged = [entry.name for entry in day if entry.own_clock]
    said = []
    if with_zero:
        verb = "is" if len(with_zero) == 1 else "are"
        said.append(f"{listed([entry.name for entry in with_zero])} answered with clock zero and {verb} not counted.")
    if flagged:
        said.append(f"{listed(flagged)} answered a clock that the organisation or a regulator set.")
    return " ".join(said)


def _doubts(doubtful: Sequence[Entry]) -> str:
    """Who is not among the certain ones because the answer may have come before the clock."""
    if not doubtful:
        return ""
    return (
        f"Not among them, as the answer may have come before clock zero: {listed([entry.name for entry in doubtful])}."
    )


def _named_apologies(timed: Sequence[tuple[Entry, Speed]]) -> Finding:
    if not timed:
        return _nothing("whether a named person apologised cannot be told.")
    unseen = sum(not speed["named_apology"].latency.seen for _, speed in timed)
    verb = "shows" if unseen == 1 else "show"
    return Finding(
        _of(unseen, len(timed)),
        f"{verb} no apology by a named person.",
        "Not seen in the record is not the same as never made.",
    )


def _separable(responses: Pairwise, basis: LeaveOneOut) -> Finding:
    if not responses.pairs:
        alone = "one measured case" if responses.rows else "no measured case"
        return Finding(DASH, "speed cannot be compared.", f"With {alone} there is no pair.")
    return Finding(
        _of(responses.separable, responses.pairs),
        f"pairs of cases can be told apart by the time of the first response; clock times alone tell {number(basis.told_apart['none'])}.",
        "In the others the intervals overlap, a clock says nothing about speed, or no response was seen: no ranking of all cases holds.",
    )


def _claims(entries: Sequence[Entry]) -> Finding:
    total = sum(len(entry.ledger.claims) for entry in entries)
    if not total:
        return Finding(DASH, "no claim about these cases is on file.", "There is nothing to bear out.")
    supported = sum(entry.ledger.verdicts.get("supported", 0) for entry in entries)
    verb = "is" if supported == 1 else "are"
    return Finding(
        _of(supported, total),
        f"claims made about these cases {verb} fully supported by what was read.",
        "Each report lists them with the reason.",
    )


def _openness(coded: Sequence[Index]) -> Finding:
    defined = [index for index in coded if index.defined]
    scored = [index for index in defined if index.whole]
    if not scored:
        return _nothing("how open organisations were cannot be told.")
    partly = (
        f" {counted(len(defined) - len(scored), 'further case')} not coded to the end." if defined != scored else ""
    )
    indices = sorted(scored, key=lambda index: index.value)
    low, high = indices[0], indices[-1]
    bounds = " and ".join(dict.fromkeys(interval(index.lower, index.upper) for index in (low, high)))
    figure = f"{number(low.value)}{DASH}{number(high.value)}" if len(indices) > 1 else number(low.value)
    return Finding(
        figure,
        f"of 100 is the range of the transparency index over {counted(len(scored), 'case')}.",
        f"With bounds of {bounds} at its ends; bounds cover disagreement and unknowns, not what nobody wrote down.{partly}",
    )
