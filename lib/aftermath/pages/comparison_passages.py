"""The finished passages of the comparison page: each a function from a comparison to safe HTML."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from aftermath.case_files.coders import OVERSTATES, who_coded_all
from aftermath.comparison.entry import Entry
from aftermath.comparison.findings import Finding
from aftermath.comparison.gathering import Failure
from aftermath.comparison.scoreboard import Comparison
from aftermath.figures import inline_svg
from aftermath.measures.stances import FEW
from aftermath.pages.advice_passages import advice, conclusions, contrasts, strategies
from aftermath.pages.association_passages import multiverse, together
from aftermath.pages.board import COVERAGE, board, case_link, no_record
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.full_table import full_table, phase_words
from aftermath.pages.html import escape
from aftermath.pages.latency_passages import clock_words, curves, ladder, leave_one_out
from aftermath.pages.passages import recovery
from aftermath.pages.passages.sources import library_version
from aftermath.pages.passages.tables import absent, rows_of, table
from aftermath.pages.topic_passages import topics, topics_by_phase
from aftermath.pages.worth_finding_passages import worth_finding
from aftermath.problems import Problem
from aftermath.statistics.agreement import CUSTOMARY_FLOOR, Agreement
from aftermath.wording import DASH, NO_BREAK, counted, in_words, interval, latency_text, number

if TYPE_CHECKING:
    from aftermath.figures.plane import Point

KEY_FINDINGS = 4

__all__ = [
    "advice",
    "agreement_table",
    "citation",
    "conclusions",
    "contrasts",
    "curves",
    "extent",
    "failed_box",
    "findings_row",
    "head",
    "ladder",
    "leave_one_out",
    "left_out",
    "limits",
    "multiverse",
    "plane",
    "points",
    "provenance",
    "recovery_table",
    "scoreboard",
    "strategies",
    "together",
    "tone_table",
    "topics",
    "topics_by_phase",
    "worth_finding",
]


def head(comparison: Comparison) -> Passage:
    """Title, what was compared, and the findings."""
    return Passage(
        f'<div class="wrap head ih"><p class="kick">{escape(extent(comparison))}</p>'
        "<h1>Side by side: how soon, how openly, how it was received</h1>"
        '<p class="lead">Every case on one scale. Where the record does not bear a difference, none is claimed: '
        "intervals stay intervals, and what was not seen is not counted as never done.</p></div>"
        f"{findings_row(comparison.findings)}"
    )


def extent(comparison: Comparison) -> str:
    """How many cases, of which years, from how many sources."""
    years = sorted({entry.year for entry in comparison.documented if entry.year})
    parts = [f"{number(len(comparison.documented))} documented {_crises(len(comparison.documented))}"]
    if comparison.without_record:
        parts[0] += f", {number(len(comparison.without_record))} searched for and not found"
    if years:
        parts.append(DASH.join(map(str, dict.fromkeys((years[0], years[-1])))))
    return " · ".join([*parts, counted(sum(entry.evidence.sources for entry in comparison.entries), "source")])


def _crises(n: int) -> str:
    return "crisis" if n == 1 else "crises"


def findings_row(findings: Sequence[Finding]) -> str:
    """The key findings as a ruled row; the others are in the words of the figures."""
    cells = "".join(
        f'<p><b>{escape(finding.figure)}</b> {escape(finding.words)} <span class="mut">{escape(finding.note)}</span></p>'
        for finding in findings[:KEY_FINDINGS]
    )
    return f'<section class="wrap finds" aria-labelledby="finds-h"><h2 id="finds-h" class="sr">Findings</h2>{cells}</section>'


def scoreboard(comparison: Comparison, root: str = "") -> Passage:
    """Filters, the scoreboard, every measure below it, and the table for download."""
    if not comparison.entries:
        return Passage(absent("No case could be loaded, so there is nothing to compare."))
    downloads = (
        f'<p class="get ic">The whole table: <a href="{root}data/scoreboard.csv" download>CSV</a>, '
        f'<a href="{root}data/scoreboard.parquet" download>Parquet</a>.</p>'
    )
    return Passage(f"{board(comparison, root)}{full_table(comparison, root)}{downloads}")


def plane(comparison: Comparison, *, id: str = "f3") -> Exhibit | Passage:
    """Speed against transparency as an exhibit; a sentence where no case has both."""
    from aftermath.figures import speed_and_transparency

    entries = [entry for entry in comparison.entries if entry.speed and entry.transparency]
    if not any(entry.transparency.transparency.defined for entry in entries):
        return Passage(absent("No case has both a time and a coded rubric, so there is nothing to set side by side."))
    return exhibit(
        comparison,
        speed_and_transparency(points(entries)),
        id=id,
        title="Speed and openness, with what is not known",
        how="Each box is one case: as wide as the uncertainty about its first response, as tall as the bounds of its "
        "transparency index; the line is the index itself. Small boxes are well documented. Dashed: the organisation or a "
        "regulator set the clock.",
        words=_plane_words(comparison),
        table=_plane_table(entries),
        rows=counted(len(entries), "case"),
    )


def points(entries: Iterable[Entry]) -> list[Point]:
    """What the drawing of speed against transparency takes."""
    from aftermath.figures.plane import Point

    return [
        Point(
            name=entry.name,
            case_id=entry.case_id,
            latency=entry.speed["response"].latency,
            value=entry.transparency.transparency.value,
            lower=entry.transparency.transparency.lower,
            upper=entry.transparency.transparency.upper,
            own_clock=entry.own_clock,
        )
        for entry in entries
    ]


def _plane_words(comparison: Comparison) -> str:
    return (
        f"{comparison.findings[-1].text} {comparison.pairwise().text} {clock_words(comparison)} What is not known is as "
        "large as the boxes, and the cases were chosen, not sampled; rank correlations that carry this along follow below."
    )


def _plane_table(entries: Iterable[Entry]) -> str:
    cells = (
        (
            case_link(entry),
            escape(latency_text(entry.speed["response"].latency)),
            number(index.value) if index.defined else "not defined",
            interval(index.lower, index.upper) if index.defined else DASH,
            counted(index.applicable, "item") if index.whole else index.n,
            escape(entry.about.exposed_by.replace("_", " ")) + (" · own clock" if entry.own_clock else ""),
        )
        for entry in entries
        for index in (entry.transparency.transparency,)
    )
    headings = ("Case", "First response", "Index", "Bounds", "n", "Clock set by")
    return table("", "Speed and transparency", headings, rows_of(cells, headings))


def tone_table(comparison: Comparison) -> Passage:
    """Favourability phase by phase, with interval and n."""
    entries = [entry for entry in comparison.entries if entry.tone]
    if not entries:
        return Passage(absent("No text of any case is coded, so there is no tone to show."))
    headings = (
        "Case",
        *(escape(phase.label[0].upper() + phase.label[1:]) for phase in entries[0].phases),
        "Agreement of the coders",
    )
    rows = rows_of(((case_link(entry, COVERAGE), *_tone_cells(entry)) for entry in entries), headings)
    words = (
        "Mean favourability of the coded texts, from −2 (damaging) to +2 (praise), with a 95 % interval (Bayesian bootstrap over texts). "
        f"Under {in_words(FEW)} texts there is no interval. The texts are those that could be found and read, not a sample; "
        "a change between phases may be a change in who wrote."
    )
    content = table("stack", "Favourability by phase", headings, rows)
    return Passage(
        f'<p class="how ic">{words}</p><div class="tscroll" tabindex="0" role="region" aria-label="Favourability by phase">{content}</div>'
    )


def recovery_table(comparison: Comparison) -> Passage:
    """How favourability moved in each case, by model: half-life and time to neutral, or the reason why there is none."""
    entries = [entry for entry in comparison.entries if entry.about.documented]
    if not any(entry.recovery for entry in entries):
        return Passage("")
    headings = ("Case", *recovery.HEADINGS[1:])
    content = table("stack", "Course of favourability", headings, rows_of(map(_recovery_cells, entries), headings))
    words = (
        "The same texts on log time, case by case: the expected favourability on the first and the last day of the record, the "
        "odds of a higher code after ten times as many days, and when the expected code had closed half of its gap to neutral "
        f"at the first text, and all of it (proportional odds averaged over the scale of log time, errors clustered by publisher, {100 * comparison.level:g} % intervals). "
        "Records end on different days, so what was not reached in one case may have been reached in another only because it "
        "was watched longer."
    )
    return Passage(
        f'<p class="how ic">{words}</p><div class="tscroll" tabindex="0" role="region" aria-label="Course of favourability">{content}</div>'
    )


def _recovery_cells(entry: Entry) -> list[str]:
    if entry.recovery:
        return [case_link(entry, COVERAGE), *recovery.cells(entry.recovery)[1:]]
    why = f'<span class="mut">{escape(entry.reasons["tone"])}</span>'
    return [case_link(entry, COVERAGE), *[DASH] * 3, why, DASH, DASH]


def _tone_cells(entry: Entry) -> list[str]:
    return [*(escape(phase_words(phase)) for phase in entry.phases), escape(_agreement_words(entry.tone.agreement))]


def _agreement_words(agreement: Agreement) -> str:
    return agreement.text.replace("n = ", f"n{NO_BREAK}={NO_BREAK}")


def agreement_table(comparison: Comparison) -> Passage:
    """Krippendorff's alpha and Gwet's AC2 over all cases, and for each item, with n."""
    reliability = comparison.reliability
    cells = (
        (
            escape(part),
            inline_svg.alpha_bar(agreement, 140),
            inline_svg.ac_bar(agreement, 140),
            escape(_agreement_words(agreement)),
        )
        for part, agreement in reliability.parts.items()
    )
    coders = [case.coders for case in comparison.cases if case.about.documented]
    words = (
        f"Krippendorff’s α (ordinal) and Gwet’s AC2 (linear weights) over {counted(reliability.cases, 'case')}, with 95 % Bayesian "
        f"bootstrap intervals over units. The dashed tick is the customary floor of {CUSTOMARY_FLOOR} for α; AC2 has none of its "
        f"own. α is harsh where nearly all codes are alike, AC2 is not: where they part, that is why. {who_coded_all(coders)}"
    )
    headings = ("What was coded", "α, 0 to 1", "AC2, 0 to 1", "95 % intervals, n")
    content = table("rel", "Agreement of the coders over all cases", headings, rows_of(cells, headings))
    return Passage(f'<p class="how ic">{escape(words)}</p>{content}')


def left_out(comparison: Comparison, failures: Sequence[Failure]) -> Passage:
    """The cases that could not be loaded, with their problems, and those without a record."""
    boxes = "".join([*map(failed_box, failures), *map(_no_record_box, comparison.without_record)])
    return Passage(
        f'<div class="lim">{boxes}</div>'
        if boxes
        else absent("Every case was loaded, and every case has a crisis on record.")
    )


def failed_box(failure: Failure) -> str:
    """A case that failed, in red, with everything that is wrong with it."""
    problems = "".join(map(_problem, failure.problems))
    return (
        f'<div class="empty bad" id="failed-{escape(failure.case_id)}"><h3>{escape(failure.case_id)} could not be loaded</h3>'
        f"<ul>{problems}</ul><p>The other cases are complete.</p></div>"
    )


def _problem(problem: Problem) -> str:
    place = str(problem).removesuffix(f"  {problem.what}  {problem.mend}")
    return (
        f'<li><code>{escape(place)}</code> {escape(problem.what)}; <span class="mut">{escape(problem.mend)}</span></li>'
    )


def _no_record_box(entry: Entry) -> str:
    return f'<div class="empty"><h3>{case_link(entry)}</h3><p>{no_record(entry)}</p><p>{escape(entry.ledger.text)}</p></div>'


_LIMITS = (
    (
        "The cases were chosen, not sampled",
        "They come from texts that teach crisis communication, so the famous and the exemplary are over-represented. "
        "Rates across them describe this shelf, not the world.",
    ),
    (
        "Agreement is not truth",
        f"Coders who err in the same way agree. {OVERSTATES} Bounds cover disagreement, unknowns and what is not coded, not what "
        "nobody wrote down.",
    ),
    (
        "Coverage is what survived",
        "Stored pages lean to English and to trade writing. Favourability is that of those texts, not of the public.",
    ),
    (
        "Nothing here shows a cause",
        "How grave a crisis was, how known the organisation and how long the record bear on response and on coverage alike, and "
        "are not held fixed. What went together may have had another reason.",
    ),
    (
        "Few cases, and the same ones throughout",
        "Every number stands with its n. Many questions put to the same cases are not as many answers: some differences come "
        "by chance, and with so few cases many that are real cannot be told.",
    ),
)


def limits() -> Passage:
    """What a reader should not conclude from a comparison."""
    boxes = "".join(f"<div><h3>{escape(title)}</h3><p>{escape(words)}</p></div>" for title, words in _LIMITS)
    return Passage(f'<div class="lim">{boxes}</div>')


def citation(comparison: Comparison) -> Passage:
    """How to cite the comparison."""
    n = len(comparison.documented)
    words = (
        f"Aftermath {escape(library_version())}. A comparison of {number(n)} documented {_crises(n)}. Comparison, "
        f"evidence SHA-256 {comparison.checksum[:12]}."
    )
    return Passage(
        f'<p class="citebox">{words}</p><button class="copy" type="button" data-copy="{words}">Copy</button>'
    )


def provenance(comparison: Comparison) -> Passage:
    """What the comparison was made from."""
    evidence = [entry.evidence for entry in comparison.entries]
    totals = (sum(getattr(each, name) for each in evidence) for name in ("events", "texts", "sources"))
    rows, texts, sources = totals
    days = ", ".join(map(str, comparison.phase_days))
    return Passage(
        f'<p class="mut">Made from {counted(rows, "event row")}, {counted(texts, "text")} and {counted(sources, "source")}; seed '
        f"{comparison.seed}, phases end on day{NO_BREAK}{days}, interval level {comparison.level:g}. "
        f'Evidence <code class="sum256">{comparison.checksum}</code>. '
        "The same rows give the same page.</p>"
    )
