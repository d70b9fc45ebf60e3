"""How the coverage stood and how it recovered, in words: the codes of texts, phases, and the fitted course."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aftermath.case_files.case import Case
from aftermath.case_files.coders import who_coded
from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.tone import Phase
from aftermath.wording import counted, interval, number

SHORT = {"favourability": "Favour", "stance_org": "Organisation", "stance_response": "Response"}

_DOTS = (
    "One dot for each text read, at the mean of its coders, with a stem where they differ. Dots are spread within the day of "
    "publication, as the hour is rarely known."
)
_ALONE = "No text was coded by more than one coder, so nothing is known of their agreement."
_SAMPLE = "The texts are those that could be found and read, not a sample."


def codes(case: Case) -> dict[tuple[str, str], dict[str, Any]]:
    """(text, coder) to that coder's codes."""
    return {(row["doc_id"], row["coder"]): row for row in case.stances.iter_rows(named=True)}


def mean_text(phase: Phase) -> str:
    """The mean of a phase, or that it has no text."""
    return number(phase.mean.value, 2, sign=True) if phase.n else "no text"


def phase_text(phase: Phase) -> str:
    """The mean of a phase in a few words: with its interval, or why there is none."""
    if not phase.n or not phase.mean.has_interval:
        return f"{mean_text(phase)}{' (too few for an interval)' if phase.n else ''}"
    return f"{mean_text(phase)} {interval(phase.mean.lower, phase.mean.upper, 2, sign=True)}"


def how_read(recoveries: Sequence[CoverageRecovery]) -> str:
    """How to read the figure: what its lines are depends on what could be modelled."""
    modelled = [recovery for recovery in recoveries if recovery.modelled]
    line = (
        f"Line: expected value from a proportional-odds model on log time, averaged over its scale; band: "
        f"{100 * modelled[0].level:g} % interval, errors clustered by publisher."
        if modelled
        else ""
    )
    where = "Where there is no model, a line is" if modelled else "Line:"
    means = f"{where} the mean of a phase, inside its 95 % interval; hollow where fewer than eight texts allow none."
    return " ".join(filter(None, (_DOTS, line, means if len(modelled) < len(recoveries) else "")))


def recovery_words(recoveries: Sequence[CoverageRecovery]) -> str:
    """The figure in words, with the agreement of the coders, and what both are worth said once."""
    tone = recoveries[0].tone
    if any(recovery.tone.agreement.units for recovery in recoveries):
        courses = [f"{recovery.text} Coders: {recovery.tone.agreement.text}." for recovery in recoveries]
    else:
        courses = [*(recovery.text for recovery in recoveries), _ALONE]
    return f"{' '.join(courses)} {_SAMPLE}{tone.gaps} {who_coded(tone.coders)}"


def with_half_life(recoveries: Sequence[CoverageRecovery]) -> list[CoverageRecovery]:
    """Those of which it can be asked when half of the way was gone: it hangs on the scale of time."""
    return [recovery for recovery in recoveries if recovery.modelled and not recovery.half_life.why]


def extent(recovery: CoverageRecovery) -> str:
    """How much a recovery rests on: texts from after clock zero, and their publishers."""
    return f"{counted(recovery.after, 'text')}, {counted(recovery.publishers, 'publisher')}"
