"""How the coverage recovered: the fitted course in words and in numbers, beside the phases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aftermath.cases.coders import who_coded
from aftermath.measures.recovery.coverage import CoverageRecovery
from aftermath.reports.html import escape
from aftermath.reports.passages.tables import rows_of, table
from aftermath.wording import counted, interval, number

HEADINGS = ("What was coded", "First day", "Last day", "Odds ratio", "Half of the way to neutral", "Neutral", "n")
_DOTS = (
    "One dot for each text read, at the mean of its coders, with a stem where they differ. Dots are spread within the day of "
    "publication, as the hour is rarely known."
)
_SAMPLE = "The texts are those that could be found and read, not a sample."


def how(told: Sequence[CoverageRecovery]) -> str:
    """How to read the figure: what its lines are depends on what could be modelled."""
    modelled, rest = _parted(told)
    line = (
        f"Line: expected value from a proportional-odds model on log time; band: {100 * modelled[0].level:g} % interval, errors "
        "clustered by publisher."
        if modelled
        else ""
    )
    where = "Where there is no model, a line is" if modelled else "Line:"
    means = (
        f"{where} the mean of a phase, inside its 95 % interval; hollow where fewer than eight texts allow none."
        if rest
        else ""
    )
    return " ".join(filter(None, (_DOTS, line, means)))


def recovery_words(told: Sequence[CoverageRecovery]) -> str:
    """The figure in words, with the agreement of the coders, and what both are worth said once."""
    each = [f"{recovery.text} Coders: {recovery.tone.agreement.text}." for recovery in told]
    tone = told[0].tone
    return f"{' '.join(each)} {_SAMPLE}{tone.gaps} {who_coded(tone.coders)}"


def recovery_table(told: Iterable[CoverageRecovery]) -> str:
    """Where each coded variable began and ended, and when it had come half of the way to neutral and all of it.

    A variable that could not be modelled has its reason in place of the numbers.
    """
    content = table("stack", "Course of the coverage by model", HEADINGS, rows_of(map(cells, told), HEADINGS))
    note = (
        '<p class="how ic">By model: the expected code, from −2 to 2, on the first and the last day of the record; the odds of a '
        "higher code after ten times as many days; when the expected code had closed half of its gap to neutral at clock zero, "
        "and all of it. An end that reaches the last day of the record is not known, and nothing is extrapolated.</p>"
    )
    return f'{note}<div class="tscroll" tabindex="0" role="region" aria-label="Course of the coverage">{content}</div>'


def cells(recovery: CoverageRecovery) -> list[str]:
    """One row of the table, as finished HTML."""
    label, n = escape(recovery.tone.label), escape(extent(recovery))
    if not recovery.modelled:
        return [label, *["–"] * 3, f'<span class="mut">no model: {escape(recovery.why_not)}</span>', "–", n]
    ends = [(recovery.course.row(place)[1:], True) for place in (0, -1)]
    odds = ((recovery.odds_ratio, recovery.odds_lower, recovery.odds_upper), False)
    days = (escape(each.text) for each in (recovery.half_life, recovery.time_to_neutral))
    return [label, *(_estimate(*each) for each in (*ends, odds)), *days, n]


def _estimate(numbers: Sequence[float], sign: bool) -> str:
    value, lower, upper = numbers
    ends = interval(lower, upper, 2, sign=sign)
    return f'<span class="nw">{number(value, 2, sign=sign)}</span> <span class="nw">{ends}</span>'


def extent(recovery: CoverageRecovery) -> str:
    """How much a recovery rests on: texts from after clock zero, and their publishers."""
    return f"{counted(recovery.after, 'text')}, {counted(recovery.publishers, 'publisher')}"


def _parted(told: Iterable[CoverageRecovery]) -> tuple[list[CoverageRecovery], list[CoverageRecovery]]:
    told = list(told)
    return [each for each in told if each.modelled], [each for each in told if not each.modelled]
