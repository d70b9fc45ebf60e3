"""What is to be seen in a figure, in one sentence: computed from what the figure shows, one function a template.

A page gives it first, above the drawing; all numbers stand in the words below, which are folded. A lead is **no longer than
``LONGEST``** characters, so that it is read in one glance, and says no more than its numbers bear.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import polars as pl

from aftermath.comparison.conclusions import of_associations
from aftermath.figures.spreading import MOST
from aftermath.statistics.intervals import count_interval
from aftermath.times import DAY, Latency
from aftermath.wording import counted, day_text, duration, interval, latency_text, number, probability, sentences

if TYPE_CHECKING:
    from aftermath.case_files.case import Case
    from aftermath.comparison.associations import Associations
    from aftermath.comparison.joint_inference import JointInference
    from aftermath.comparison.multiverse import Multiverse
    from aftermath.comparison.pairwise import Pairwise
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.comparison.strategies import StrategyComparison
    from aftermath.comparison.variance_by_choice import VarianceByChoice
    from aftermath.measures.alarm import Alarm
    from aftermath.measures.archive_sentiment import ArchiveSentiment
    from aftermath.measures.latency_curves import LatencyCurves
    from aftermath.measures.market import MarketReaction
    from aftermath.measures.placebos import PlaceboChecks
    from aftermath.measures.recovery import CoverageRecovery
    from aftermath.measures.signals import Signals
    from aftermath.measures.speed import Speed
    from aftermath.measures.transparency import Transparency
    from aftermath.statistics.checks.simulated import SimulationStudy
    from aftermath.topic_modelling.topic_result import Topics

LONGEST = 200
_NAME = 40  # characters of a name that a case gives


def first(words: str) -> str:
    """The lead of a figure that has none of its own: the first sentence of its words, cut where it is long.

    Examples
    --------
    >>> first("Two of three answered. The third is not on record.")
    'Two of three answered.'
    """
    return _cut(next(iter(sentences(words)), ""), LONGEST)


def _cut(text: str, longest: int = _NAME) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def drawn(cases: int) -> str:
    """How many cases a figure with a row a case draws of so many; nothing where it draws all.

    Examples
    --------
    >>> from aftermath.wording import NO_BREAK
    >>> drawn(40), drawn(1000).replace(NO_BREAK, " ")
    ('', ' Drawn are 40 of 1,000 cases, taken evenly from their order; the table has all.')
    """
    if cases <= MOST:
        return ""
    return f" Drawn are {number(MOST)} of {counted(cases, 'case')}, taken evenly from their order; the table has all."


def timeline(case: Case) -> str:
    """How many events there are and whose, and how many of the organisation's certainly came on the first day."""
    since, own = case.times().since_zero, case.events.filter(pl.col("actor") == "organisation")["event_id"].to_list()
    day = sum(since[event_id].lower >= 0 and since[event_id].upper <= DAY for event_id in own)
    return (
        f"Of {counted(case.events.height, 'event')}, {number(len(own))} are acts of the organisation, {number(day)} of them certainly within "
        "a day after clock zero."
    )


def speed(result: Speed) -> str:
    """When the first answer came, or since when the matter was known inside, and how many kinds came within a day."""
    response, lag = result["response"].latency, result.knowledge_lag
    doubtful = set(result.doubtful)  # may have come before clock zero, and then bound nothing
    day = sum(step.latency.upper <= DAY and doubtful.isdisjoint(step.event_ids) for step in result.steps)
    unseen = sum(not step.latency.seen for step in result.steps)
    known = (
        f"Known inside {latency_text(lag)} before the public knew; the"
        if response.with_zero and lag is not None and lag.upper > 0
        else "The"
    )
    missing = f"{number(unseen)} {'was' if unseen == 1 else 'were'} not seen at all" if unseen else "all were seen"
    return (
        f"{known} first public response {_came(response)}; of {counted(len(result.steps), 'kind')} of answer, {number(day)} certainly "
        f"came within a day, {missing}."
    )


def _came(latency: Latency) -> str:
    if not latency.seen:
        return f"is not seen in the {duration(latency.lower)} of the record"
    return "came with clock zero" if latency.with_zero else f"came {latency_text(latency)} after clock zero"


def transparency(result: Transparency) -> str:
    """Both indices with their bounds, and how many items have the full score, the lowest, or differing ones."""
    applying = [item for item in result.items if item.applies]
    full, empty = (sum(set(item.scores.values()) == {score} for item in applying) for score in ("2", "0"))
    indices = [
        f"{index.label.lower()} {number(index.value)} {interval(index.lower, index.upper)} of 100"
        for index in (result.transparency, result.empathy)
        if index.defined
    ]
    said = ", ".join(indices) or "no index is defined"
    coders = "every coder" if result.compared else "the coder"
    differ = f"; they differ on {number(sum(item.differs for item in applying))}" if result.compared else ""
    return (
        f"{said[0].upper()}{said[1:]}: {number(full)} of {counted(len(applying), 'item')} that apply have the full score of "
        f"{coders}, {number(empty)} the lowest{differ}."
    )


def coverage(recoveries: Sequence[CoverageRecovery]) -> str:
    """Where the first variable began and ended by the model, and whether the record tells the two apart."""
    recovery = recoveries[0]
    label, n = recovery.tone.label, counted(recovery.after, "text")
    if not recovery.modelled:
        return f"{label}: {n} from after clock zero and no model of them, so means of phases are shown."
    (day, *start), (last, *end) = recovery.course.row(0), recovery.course.row(-1)
    apart = start[2] < end[1] or end[2] < start[1]
    begin, finish = (f"{number(row[0], 2, sign=True)} {interval(row[1], row[2], 2, sign=True)}" for row in (start, end))
    return (
        f"{label} by the model: from {begin} on day {number(day, 1)} to {finish} on day {number(last)} (scale ±2, n = {n}); the two "
        f"intervals {'lie apart' if apart else 'overlap'}."
    )


def posts(result: ArchiveSentiment) -> str:
    """How large the share of negative posts was before clock zero and from then on."""
    parts = []
    for when, days in (
        ("before clock zero", result.days.filter(pl.col("time") < result.at)),
        ("from then on", result.days.filter(pl.col("time") >= result.at)),
    ):
        negative, n = int(days["negative"].sum()), int(days["n"].sum())
        if n:
            lower, upper = count_interval(negative, n)
            parts.append(
                f"{number(100 * negative / n)} % {interval(100 * lower, 100 * upper)} {when} (n = {number(n)})"
            )
    return f"Of all scored posts, negative were {', '.join(parts)}."


def market(result: MarketReaction) -> str:
    """On how many of the key days the return was unusual, and the largest of them."""
    days = [(reading.study[reading.day], reading.key.date) for reading in result.readings]
    unusual = sum(not move.lower <= 0 <= move.upper for move, _ in days)
    move, date = max(days, key=lambda day: abs(day[0].value))
    shown = f"{number(100 * move.value, 2, sign=True)} % {interval(100 * move.lower, 100 * move.upper, 2, sign=True)}"
    share, which = f"the share of {_cut(result.company)}", "the largest move" if len(days) > 1 else "the move"
    days_in_words = (
        f"On {number(unusual) if unusual else 'none'} of {counted(len(days), 'key day')} {share} moved unusually"
        if len(days) > 1
        else f"On the one key day {share} {'moved' if unusual else 'did not move'} unusually"
    )
    return f"{days_in_words}; {which} beyond the market was {shown} on {day_text(date)}."


def placebos(result: PlaceboChecks) -> str:
    """How many estimates stand outside all of their placebos, and which is the most unusual; or how far one publisher moves the course."""
    found = result.placebos
    if not found:
        least, *others, greatest = result.checks[0].table["estimate"].sort().to_list()
        ends = f"{number(least, 2, sign=True)} to {number(greatest, 2, sign=True)}"
        left = counted(len(others) + 2, "publisher")
        return (
            f"Without any one of {left} the slope of the coverage lies from {ends} (log odds for each tenfold of time)."
        )
    outside, least = sum(check.as_large == 0 for check in found), min(found, key=lambda check: check.p)
    of = f"Of {counted(len(found), 'estimate')} {number(outside) if outside else 'none'} {'stands' if outside < 2 else 'stand'} outside all of its placebos"
    named = f"{least.name[0].lower()}{least.name[1:]}"
    return f"{of}; the most unusual is the {named} (p = {probability(least.p)}, n = {counted(least.n, least.kind)})."


def signals(result: Signals) -> str:
    """How many numbers were published more than once, and for how many a change can be estimated."""
    of = f"{counted(len(result.series), 'definition')} of {counted(len({series.signal for series in result.series}), 'signal')}"
    if not result.repeated:
        return f"None of {of} was published more than once, so none shows a course of its own."
    changes = number(len(result.changes)) if result.changes else "none"
    return (
        f"{number(len(result.repeated))} of {of} {'was' if len(result.repeated) == 1 else 'were'} published more than once; for {changes} "
        "a change at clock zero can be estimated."
    )


def alarm(result: Alarm) -> str:
    """When the first rule would have fired, beside when the organisation answered."""
    latency, false = result.fired[0].latency, result.fired[0].false_alarms
    fired = f"would have fired {latency_text(latency)} after clock zero" if latency.seen else "would not have fired"
    answered = "" if result.answered is None else f"; the first public response {_came(result.answered)}"
    quiet = (
        f" (before it: {counted(false.count, 'false alarm')} in {number(false.weeks, 1)} weeks)" if false.bins else ""
    )
    return f"A monitor of the volume {fired}{quiet}{answered}."


def pairwise(result: Pairwise) -> str:
    """How many pairs of cases the record can tell apart."""
    if not result.pairs:
        return first(result.text)
    return (
        f"In {number(result.separable)} of {counted(result.pairs, 'pair')} of cases one was certainly faster; in the others the "
        "record does not say who was."
    )


def latency_curves(result: Sequence[LatencyCurves]) -> str:
    """The share of cases that had answered within a day, and what the intervals allow without an estimate."""
    (every,) = result[0].curves
    return (
        f"Within a day {every.share_by(DAY)} of {counted(len(every.case_ids), 'case')} had answered; the intervals allow "
        f"{every.possible_by(DAY)}."
    )


def speed_and_transparency(comparison: Comparison) -> str:
    """The range of openness, and whether a direction holds between delay and openness."""
    indices = [entry.transparency.transparency for entry in comparison.entries if entry.speed and entry.transparency]
    values = [index.value for index in indices if index.defined and index.whole]  # what is open sets no end of a range
    if not values:
        return "No transparency index is coded to the end."
    answer = of_associations(comparison.associations)[0].lead
    return (
        f"Openness runs from {number(min(values))} to {number(max(values))} of 100 over {counted(len(values), 'case')}; beside speed, "
        f"{answer[0].lower()}{answer[1:]}"
    )


def topics(result: Topics) -> str:
    """The largest topic with its share; the word that stands in most texts where there are no topics."""
    if not result.topics:
        return first(result.text)
    largest = result.topics[0]
    return f"The largest of {counted(len(result.topics), 'topic')} is “{_cut(largest.name)}”, {largest.share.text}."


def topics_by_phase(result: Topics) -> str:
    """The topic whose share moved most from the first phase after clock zero to the last."""
    from aftermath.topic_modelling.topic_result import BEFORE  # which takes long, and no case needs
    from aftermath.topic_modelling.topic_shares import Share

    shares = {
        (row["phase"], row["topic"]): Share(row["n"], row["of"], row["lower"], row["upper"])
        for row in result.phases.iter_rows(named=True)
    }
    phases = [phase for phase in dict.fromkeys(phase for phase, _ in shares) if phase != BEFORE]
    if len(phases) < 2:
        return first(result.phases_text)
    start, end = phases[0], phases[-1]
    most = max(
        result.topics, key=lambda topic: abs(shares[end, topic.number].value - shares[start, topic.number].value)
    )
    return (
        f"“{_cut(most.name)}” moved most: from {shares[start, most.number].text} ({start}), to {shares[end, most.number].text} "
        f"({end})."
    )


def associations(result: Associations) -> str:
    """In how many pairs of measures a direction can be told from none."""
    pairs = [pair for pair in result.whole.pairs if pair.computed]
    if not pairs:
        return first(result.text)
    out = sum(pair.estimates[0].leaves_zero_out for pair in pairs)
    cannot = sum(not pair.can_tell for pair in pairs)
    rest = f", and for {number(cannot)} no order of these numbers could" if cannot else ""
    return f"Over all cases the interval leaves zero out for {number(out)} of {counted(len(pairs), 'pair')} of measures{rest}."


def strategy_comparison(result: StrategyComparison) -> str:
    """In how many cases the strategies were those that the theory recommends."""
    matches = [case.match for case in result.cases]
    as_recommended, mixed = (matches.count(word) for word in ("as recommended", "mixed"))
    return (
        f"{number(as_recommended)} of {counted(len(matches), 'case')} did what the theory recommends for their type, "
        f"{number(mixed)} denied as well, {number(len(matches) - as_recommended - mixed)} did not."
    )


def multiverse(result: Multiverse) -> str:
    """How many specifications share a sign, and why that is no proof."""
    if not result.computed:
        return first(result.text)
    negative = sum(way.tau < 0 for way in result.computed)
    return (
        f"{number(100 * negative / len(result.computed))} % of {counted(len(result.computed), 'specification')} give a longer "
        "delay a lower outcome; they count the same few cases, so that is agreement of choices and no proof."
    )


def joint_inference(result: JointInference) -> str:
    """How often the curve of specifications would lie as far from zero, if delays and outcomes were dealt out anew."""
    median, *_ = result.statistics
    others = "all there are" if result.exact else f"the observed one and {number(result.arrangements - 1)} at random"
    return (
        f"Of {number(result.arrangements)} ways to pair delays and outcomes of {counted(result.cases, 'case')}, {others}, {number(100 * median.p, 1)} % give a median "
        f"at least as far from zero as {median.words}; that is no proof and names no cause."
    )


def variance_by_choice(result: VarianceByChoice) -> str:
    """The choice with the greatest share of the variance, and what no choice has alone."""
    most = result.shares[0]
    return (
        f"Of the variance over {counted(result.rest.specifications, 'specification')}, {most.choice.replace('_', ' ')} has most: {most.words}; "
        f"{result.rest.words} is in no choice alone."
    )


def simulation_study(result: SimulationStudy) -> str:
    """In how many simulated settings the intervals hold the truth as often as they say."""
    from aftermath.statistics.checks.simulated import KEEPS, NARROW, WIDE  # which takes long, and no case needs

    verdicts = result.ours["verdict"].to_list()
    kept, wide, narrow = (verdicts.count(verdict) for verdict in (KEEPS, WIDE, NARROW))
    return (
        f"In {number(kept)} of {number(len(verdicts))} simulated settings the intervals hold the truth as often as they say, in "
        f"{number(wide)} more often, in {number(narrow)} less often without saying so."
    )
