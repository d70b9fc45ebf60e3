"""Speed over cases: the ladder of all latencies, and how many had answered by when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from aftermath import vocabulary
from aftermath.comparison.entry import Entry
from aftermath.comparison.leave_one_out import LeftOut
from aftermath.comparison.pairwise import PairCounts, Pairwise
from aftermath.comparison.scoreboard import Comparison
from aftermath.measures.latency_curves import (
    MARKS,
    LatencyCurve,
    LatencyCurves,
    doubtful_words,
    latency_curves,
    left_out_words,
)
from aftermath.measures.steps import STEPS
from aftermath.pages.board import case_link
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.html import escape
from aftermath.pages.naming import event_links, link_of, with_names
from aftermath.pages.passages.tables import absent, folded, rows_of, table
from aftermath.statistics.result import NothingToMeasure
from aftermath.times import DAY
from aftermath.wording import DASH, counted, duration, latency_text, listed, number

GROUPINGS: dict[str, Callable[[Entry], str]] = {
    "Cause": lambda entry: vocabulary.CAUSES[entry.about.cause],
    "Country": lambda entry: vocabulary.country_name(entry.about.country),
    "Exposed by": lambda entry: vocabulary.EXPOSED_BY[entry.about.exposed_by].removeprefix("exposed by "),
}


def ladder(comparison: Comparison, step: str = "response", *, id: str = "f1") -> Exhibit | Passage:
    """All cases of one step of speed, as an exhibit; a sentence where no case could be timed."""
    from aftermath.figures import latency_ladders

    if not comparison.speeds:
        return Passage(absent("No case could be timed, so there is no ladder to draw."))
    standings, basis = comparison.pairwise(step), with_names(comparison.leave_one_out(step).basis, comparison)
    return exhibit(
        standings,
        latency_ladders(comparison.speeds, step=step, names=comparison.names),
        id=id,
        title=f"{standings.label}, all cases",
        how="Each bar runs from the shortest to the longest time that the record allows. Pale and dashed: the organisation "
        "or a regulator set the clock. Rows are in order of the upper end, which is no ranking: where bars overlap, the record "
        "does not say who was faster.",
        words=" ".join(filter(None, (standings.text, basis, _order_words(standings), clock_words(comparison)))),
        table=_ladder_table(comparison, step),
        rows=counted(len(comparison.speeds), "case"),
    )


def _order_words(standings: Pairwise) -> str:
    """What the record says about who was first, for two cases drawn at random; nothing where none can be compared."""
    timed = sum(row.comparable for row in standings.rows)
    if timed < 2:
        return ""
    pairs = timed * (timed - 1) // 2
    return (
        f"Of the {counted(pairs, 'pair')} in which both can be compared, the record gives the order of {number(standings.separable)}; "
        "in the others the probability that one was first may be anything from 0 to 1, as nothing says how likely each moment "
        "inside an interval is. The table gives for each case the bounds against another, drawn at random."
    )


def _ladder_table(comparison: Comparison, step: str) -> str:
    standings = comparison.pairwise(step)
    headings = (
        "Case",
        "After clock zero",
        "Certainty",
        "Clock set by",
        "Others certainly faster",
        "not separable",
        "certainly slower",
        "never seen",
        "Probability of having been first",
    )
    cells = (_ladder_cells(entry, standings[entry.case_id], step) for entry in comparison.entries if entry.speed)
    return table("", standings.label, headings, rows_of(cells, headings))


def _ladder_cells(entry: Entry, standing: PairCounts, step: str) -> Iterable[str]:
    found = entry.speed[step]
    counts = (standing.faster, standing.not_separable, standing.slower, standing.never_seen)
    clock = f"{escape(entry.about.exposed_by.replace('_', ' '))}{' · own clock' if entry.own_clock else ''}"
    shown = [number(count) if standing.comparable else DASH for count in counts]
    first = _first_words(standing)
    return (case_link(entry), escape(latency_text(found.latency)), found.certainty or DASH, clock, *shown, first)


def _first_words(standing: PairCounts) -> str:
    """The bounds on the probability that a case was first against another, with their n."""
    if not standing.others:
        return DASH
    bounds = dict.fromkeys(number(share, 2) for share in (standing.first, standing.first_upper))
    return f'{" to ".join(bounds)} <span class="who">against {counted(standing.others, "other")}</span>'


def leave_one_out(comparison: Comparison, step: str = "response") -> Passage:
    """How many pairs are told apart with which relations, and which hang on a single one; nothing where no case has any."""
    basis = comparison.leave_one_out(step)
    if all(case.relations.is_empty() for case in comparison.cases):
        return Passage("")
    headings = ("Relations believed", "Pairs told apart")
    counts = ((escape(which), f"{number(n)} of {number(basis.pairs)}") for which, n in basis.told_apart.items())
    beliefs = _folded("Pairs told apart, by which relations are believed", "choice", headings, counts)
    headings = ("A single relation", "Between", "Words of the source", "Certainty", "Pairs that hang on it")
    cells = (_left_out_cells(comparison, row) for row in basis.rows)
    return Passage(
        beliefs + (_folded("Relations on which pairs hang", "relation", headings, cells) if basis.rows else "")
    )


def _folded(title: str, noun: str, headings: Sequence[str], cells: Iterable[Iterable[str]]) -> str:
    rows = rows_of(cells, headings)
    return folded(title, counted(len(rows), noun), table("stack", title, headings, rows), title)


def _left_out_cells(comparison: Comparison, row: LeftOut) -> Iterable[str]:
    pairs = "; ".join(f"{comparison.names[one]} and {comparison.names[other]}" for one, other in row.pairs)
    return (
        f"{link_of(comparison, row.case_id)} <code>relations.csv:{row.row}</code>",
        event_links(comparison, row.case_id, (row.from_event, row.to_event)),
        f'{escape(row.words)}<span class="who">{escape(row.reason)}</span>',
        row.certainty,
        f'{number(len(row.pairs))} <span class="who">{escape(pairs)}</span>',
    )


def curves(comparison: Comparison, step: str = "response", *, id: str = "f2") -> Exhibit | Passage:
    """The share of cases that had answered by each moment, over all cases and by groups; a sentence where they are too few."""
    from aftermath.figures import latency_curves as draw

    try:
        whole = _measured(comparison, step)
    except NothingToMeasure as reason:
        return Passage(absent(str(reason)))
    grouped = list(_grouped(comparison, step))
    return exhibit(
        whole,
        draw(whole, *grouped),
        id=id,
        title=f"{STEPS[step][0]}: the share of cases that had given it",
        how="Line: Turnbull’s estimate of the share that had answered; a dark area where it is not unique. Pale band: "
        f"resampling the cases, {100 * whole.level:g} %, nowhere narrower than the score interval of a share. Dotted: the "
        "least and the greatest share that the intervals allow, "
        "whatever the moments inside them; the estimate supposes that how wide an interval is has nothing to do with when the "
        "answer came. Grey: all cases. Groups of three cases or more have a panel.",
        words=_words(comparison, whole, grouped),
        table=_table(whole, grouped),
        rows=counted(1 + sum(len(each.curves) for each in grouped), "curve"),
    )


def _measured(comparison: Comparison, step: str, by: str = "") -> LatencyCurves:
    name = GROUPINGS.get(by)
    return latency_curves(
        comparison.speeds,
        step,
        group=name and (lambda speed: name(comparison[speed.case_id])),
        by=by,
        level=comparison.level,
        seed=comparison.seed,
    )


def _grouped(comparison: Comparison, step: str) -> Iterable[LatencyCurves]:
    """The curves of every grouping that has a group of three cases; one group of all cases says nothing new."""
    for by in GROUPINGS:
        try:
            found = _measured(comparison, step, by)
        except NothingToMeasure:
            continue
        if len(found.curves[0].case_ids) < len(comparison.speeds) - len(found.with_zero):
            yield found


def _words(comparison: Comparison, whole: LatencyCurves, grouped: Sequence[LatencyCurves]) -> str:
    (every,) = whole.curves
    left_out = left_out_words([comparison.names[case_id] for case_id in whole.with_zero])
    allowed = "; ".join(f"{every.possible_by(mark)} within {duration(mark)}" for mark in MARKS)
    parts = [
        whole.estimate,
        left_out,
        doubtful_words([comparison.names[case_id] for case_id in whole.doubtful]),
        f"What the intervals allow without that estimate: {allowed}.",
        *(_group_words(each, len(every.case_ids)) for each in grouped),
        "Where the cases of a group agree, resampling finds nothing to vary: the band is then the score interval of a share of as "
        "many cases.",
        clock_words(comparison),
    ]
    return " ".join(filter(None, parts))


def _group_words(grouped: LatencyCurves, cases: int) -> str:
    told = "; ".join(
        f"{curve.group} {curve.share_by(DAY)}, allowed {curve.possible_by(DAY)} (n = {counted(len(curve.case_ids), 'case')})"
        for curve in grouped.curves
    )
    few = len(grouped.left_out)
    rest = f"; {number(few)} of {counted(cases, 'case')} in groups of one or two" if few else ""
    return f"{grouped.by}, within {duration(DAY)}: {told}{rest}."


def clock_words(comparison: Comparison) -> str:
    """Which cases answered a clock of their own, and what that means; nothing where there is none."""
    own = [entry.name for entry in comparison.documented if entry.own_clock]
    if not own:
        return ""
    return f"Own clock: in {listed(own)} the organisation or a regulator set clock zero, and the time measures something else."


def _table(whole: LatencyCurves, grouped: Sequence[LatencyCurves]) -> str:
    headings = ("Cases", "n", *(f"Within {duration(mark)}" for mark in MARKS))
    named = [("All cases", whole.curves[0])]
    named += [(f"{each.by}: {curve.group}", curve) for each in grouped for curve in each.curves]
    rows = rows_of((_cells(name, curve) for name, curve in named), headings)
    return table("stack", "Share of cases that had answered", headings, rows)


def _cells(name: str, curve: LatencyCurve) -> list[str]:
    shares = (
        f'<span class="nw">{curve.share_by(mark)}</span><span class="who">allowed: {curve.possible_by(mark)}</span>'
        for mark in MARKS
    )
    return [escape(name), number(len(curve.case_ids)), *shares]
