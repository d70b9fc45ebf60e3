"""Numbers on trial in words: what stands first on their page, and the cells of its tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aftermath.case_files.numeric_claims import READ, VERDICTS
from aftermath.comparison.findings import Finding
from aftermath.statistics.power import POWER
from aftermath.wording import NO_BREAK, counted, in_words, number

if TYPE_CHECKING:
    from aftermath.comparison.trial import Planned, Trial, Tried


def extent(result: Trial) -> str:
    """How many claims are put beside how many cases."""
    return f"{counted(len(result.tried), 'claim')} · {counted(len(result.comparison.cases), 'case')}"


def findings(result: Trial) -> tuple[Finding, ...]:
    """What stands out, each with the number that it rests on; none where there is no claim."""
    if not result.tried:
        return ()
    of, untold = f"of {number(len(result.tried))}", result.verdicts.get("cannot_be_told", 0)
    sources = sum(own.claim.read == "not_found" for own in result.tried)
    found = [
        Finding(f"{number(len(result.tried) - untold)} {of}", "claims have a verdict.", _with_verdict(result)),
        Finding(
            f"{number(untold)} {of}",
            "cannot be told from these cases.",
            "Most speak of something else than our record holds, or of more cases than there are.",
        ),
        Finding(
            f"{number(sources)} {of}",
            f"{'has' if sources == 1 else 'have'} no source that could be found.",
            f"Of {number(_unread(result))} the source itself was not read in full, and each says what was.",
        ),
    ]
    if result.planned:
        most = max(result.planned, key=lambda planned: planned.needed)
        found.append(
            Finding(counted(most.needed, "case"), f"would be needed to test {most.claim.printed}.", _power(most))
        )
    return tuple(found)


def _with_verdict(result: Trial) -> str:
    counts = [f"{VERDICTS[word]}: {in_words(n)}" for word, n in result.verdicts.items() if word != "cannot_be_told"]
    return f"{'; '.join(counts)}." if counts else "None is borne out, and none is refuted."


def _unread(result: Trial) -> int:
    return sum(own.claim.read not in ("full_text", "coded") for own in result.tried)


def _power(planned: Planned) -> str:
    chance = f"{100 * planned.power:.0f}{NO_BREAK}%" if planned.power is not None else "no chance"
    return f"There are {number(planned.n)}, with which a test finds it with a probability of {chance}."


def lead(result: Trial) -> str:
    """What is to be seen in the figure: for how many claims our interval holds the number that is claimed."""
    drawn = result.measured
    held = sum(own.claim.holds(own.estimate) for own in drawn if own.estimate)
    return (
        f"For {counted(len(drawn), 'claim')} our cases give a number; in {number(held)} our interval holds what is claimed, which is no "
        "verdict where the two are not measured alike."
    )


def source(own: Tried) -> str:
    """How much was read of where a claim is printed."""
    return f"{READ[own.claim.read][0].upper()}{READ[own.claim.read][1:]}."


def planned_cells(planned: Planned) -> list[str]:
    """The cells of a correlation in the table of cases that it would take."""
    chance = "–" if planned.power is None else f"{100 * planned.power:.0f}{NO_BREAK}%"
    return [planned.claim.attribution, planned.claim.printed, number(planned.needed), number(planned.n), chance]


def planned_words() -> str:
    """What the table of cases shows."""
    return (
        f"Needed: the fewest cases with which the two-sided test at 5{NO_BREAK}% finds a correlation of this size with a probability of "
        f"{100 * POWER:g}{NO_BREAK}%, by the exact distribution for normal variables. Fisher’s approximation can ask for a case more."
    )
