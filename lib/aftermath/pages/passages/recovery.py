"""How the coverage recovered: the fitted course in words and in numbers, beside the phases."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from aftermath.case_files.coders import who_coded
from aftermath.measures.recovery import CoverageRecovery
from aftermath.pages.html import escape
from aftermath.pages.passages.tables import rows_of, table
from aftermath.wording import counted, interval, number

HEADINGS = ("What was coded", "First day", "Last day", "Odds ratio", "Half of the way to neutral", "Neutral", "n")
SCALE_HEADINGS = ("What was coded", "Scale of time", "Weight", "Half of the way to neutral")
_DOTS = (
    "One dot for each text read, at the mean of its coders, with a stem where they differ. Dots are spread within the day of "
    "publication, as the hour is rarely known."
)
_SAMPLE = "The texts are those that could be found and read, not a sample."


def how(told: Sequence[CoverageRecovery]) -> str:
    """How to read the figure: what its lines are depends on what could be modelled."""
    modelled, rest = _parted(told)
    line = (
        f"Line: expected value from a proportional-odds model on log time, averaged over its scale; band: "
        f"{100 * modelled[0].level:g} % interval, errors clustered by publisher."
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
    told = list(told)
    content = table("stack", "Course of the coverage by model", HEADINGS, rows_of(map(cells, told), HEADINGS))
    note = (
        '<p class="how ic">By model: the expected code, from −2 to 2, on the first and the last day of the record; the odds of a '
        "higher code after ten times as many days; when the expected code had closed half of its gap to neutral on the first day, "
        "and all of it, in days since clock zero. An end that reaches the last day of the record is not known, and nothing is extrapolated.</p>"
    )
    return f'{note}<div class="tscroll" tabindex="0" role="region" aria-label="Course of the coverage">{content}</div>{_scales(told)}'


def _scales(told: Iterable[CoverageRecovery]) -> str:
    """How half-lives hang on the scale of time, where one arises; and what makes an interval doubtful."""
    asked = [recovery for recovery in told if recovery.modelled and not recovery.half_life.why]
    warnings = "".join(
        f'<p class="how ic">{escape(recovery.tone.label)}: {escape(recovery.warning)}</p>'
        for recovery in told
        if recovery.warning
    )
    rows = (
        (escape(recovery.tone.label), scale, f"{weight:.0%}", escape(words))
        for recovery in asked
        for scale, weight, words in recovery.scales.select("scale", "weight", "words").iter_rows()
    )
    if not asked:
        return warnings
    content = table("stack", "Half-life by scale of time", SCALE_HEADINGS, rows_of(rows, SCALE_HEADINGS))
    note = (
        '<p class="how ic">The scale of log time is not known: on a short one coverage moves most in its first hours, on a '
        "linear one at one pace. The model is the average over scales by their weights, which all are the same before the texts "
        "are seen. By each scale alone:</p>"
    )
    return f'{warnings}{note}<div class="tscroll" tabindex="0" role="region" aria-label="Half-life by scale of time">{content}</div>'


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
    if math.isinf(value):
        return "no bound"
    ends = interval(lower, upper, 2, sign=sign) if math.isfinite(upper) else f"[{number(lower, 2)} to no bound]"
    return f'<span class="nw">{number(value, 2, sign=sign)}</span> <span class="nw">{ends}</span>'


def extent(recovery: CoverageRecovery) -> str:
    """How much a recovery rests on: texts from after clock zero, and their publishers."""
    return f"{counted(recovery.after, 'text')}, {counted(recovery.publishers, 'publisher')}"


def _parted(told: Iterable[CoverageRecovery]) -> tuple[list[CoverageRecovery], list[CoverageRecovery]]:
    told = list(told)
    return [each for each in told if each.modelled], [each for each in told if not each.modelled]
