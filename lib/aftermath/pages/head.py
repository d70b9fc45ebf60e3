"""The head of a case page in words: the kick line, the lead, and what stands on the cards of verdicts."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.speed import Speed
from aftermath.measures.stances import FEW
from aftermath.measures.steps import STEPS, Step
from aftermath.measures.tone import Phase
from aftermath.measures.transparency import Index, Transparency
from aftermath.pages.nothing import Nothing
from aftermath.wording import counted, duration, in_words, listed, number, sentences


def kick(case: Case) -> list[str]:
    """Where, by what cause and when; whether it is a series."""
    about = case.about
    words = (
        vocabulary.country_name(about.country),
        vocabulary.CAUSES[about.cause] if about.cause else about.industry,
        str(case.zero.earliest.astimezone(ZoneInfo(about.timezone)).year) if case.zero else None,
        "a series of incidents" if about.kind == "series" else None,
    )
    return [word for word in words if word]


def lead(summary: str) -> str:
    """The first sentence of a summary.

    Examples
    --------
    >>> lead("On 9 April U.S. police dragged a man off. It was filmed.")
    'On 9 April U.S. police dragged a man off.'
    """
    return next(iter(sentences(summary)), "")


def account(summary: str) -> str:
    """What follows the lead; the whole summary where nothing does."""
    first = lead(summary)
    return " ".join(summary.split())[len(first) :].strip() or first


def verdicts(speed: Speed | Nothing) -> list[str]:
    """Which four cards open the page, in order: the step, the index or the tone that each is about.

    The first public response leads where its time says how long anybody waited. An act that came with clock zero says nothing of
    that, so it comes last; and where the record shows since when the organisation had known inside, **that takes the place of a
    response that says nothing**, which the card then names.
    """
    names = ["response", "named_apology", "transparency", "favourability"]
    if isinstance(speed, Nothing) or not speed["response"].latency.with_zero:
        return names
    if speed.knowledge_lag is not None and speed.knowledge_lag.upper > 0:
        return ["knowledge", *names[1:]]
    return [*sorted(names[1:], key=lambda name: name in STEPS and speed[name].latency.with_zero), names[0]]


def knowledge(speed: Speed, case: Case) -> str:
    """By which events the organisation had known, by their labels."""
    events = case.events.filter(pl.col("event_id").is_in(speed.knowledge_event_ids))
    return f"{listed(events['label'].to_list(), 'or')}."


def certainty(speed: Speed, case: Case) -> str:
    """The weakest certainty of the events by which the organisation had known."""
    given = case.events.filter(pl.col("event_id").is_in(speed.knowledge_event_ids))["certainty"]
    return max(given, key=list(vocabulary.CERTAINTIES).index)


def beside_model(recovery: CoverageRecovery) -> str:
    """Why the model of the coverage gives other numbers than the means of phases; empty where there is no model."""
    if not recovery.modelled:
        return ""
    (day, start, *_), (last, end, *_) = recovery.course.row(0), recovery.course.row(-1)
    return (
        f"These are means of the texts of a phase. The model below draws one line through all {number(recovery.after)} texts from "
        f"clock zero on and is read on single days: {number(start, 2, sign=True)} on day {number(day, 1)}, "
        f"{number(end, 2, sign=True)} on day {number(last)}."
    )


def acts(step: Step, speed: Speed, case: Case) -> str:
    """What the first act of a kind was, by the labels of its events, and what was out before a response."""
    sharpened = f" ({step.difference})" if step.difference else ""
    if not step.latency.seen:
        watched = duration(step.latency.lower)
        return f"Not seen in the {watched} of the record after clock zero{sharpened}: not zero, not never."
    events = case.events.filter(pl.col("event_id").is_in(step.event_ids))
    exact = f": {step.exact}" if step.exact else ""
    people = dict.fromkeys(", ".join(filter(None, row)) for row in events.select("speaker", "role").iter_rows())
    speaker = f" {listed([*people], 'or')}." if step.name == "named_apology" else ""
    before = speed.coverage_before
    share = f" Out before it: {before.text}." if step.name == "response" and before is not None else ""
    return f"{listed(events['label'].to_list(), 'or')}{exact}{sharpened}.{speaker}{share}"


def flag(step: Step, speed: Speed) -> str:
    """What speed means where the clock is the organisation's own or one of many; in full where it is zero by it."""
    if step.latency.by_construction:
        return speed.meaning
    flags = (
        "Own clock: speed here measures something else." if speed.own_clock else "",
        "A series of incidents: the clock is that of the first." if speed.series else "",
        "The answer came with what exposed the matter: nobody waited for it, and it says nothing about speed."
        if step.latency.with_zero
        else "",
    )
    return " ".join(filter(None, flags))


def bounds(result: Transparency) -> str:
    """The bounds of the transparency index and what opens them, or why they meet."""
    index, coders = result.transparency, len(result.coders)
    if not index.defined:
        return f"{index.why_not[0].upper()}{index.why_not[1:]}."
    unknown = sum(
        "unknown" in item.scores.values() for item in result.items if item.item in vocabulary.TRANSPARENCY_ITEMS
    )
    differing = len(index.differing)
    reasons = [
        f"{in_words(differing)} item{'s' * (differing > 1)} where coders differ" if differing else "",
        f"{in_words(unknown)} that the record does not show" if unknown else "",
        index.open,
    ]
    if any(reasons):
        return f"Bounds {number(index.lower)} to {number(index.upper)}, over {listed([*filter(None, reasons)])}."
    if coders == 1:
        return "One coder scored every item, so no disagreement is known and the bounds meet."
    who = "Both" if coders == 2 else f"All {in_words(coders)}"
    return f"{who} coders gave every item the same score, so the bounds meet: agreement, not proof."


def empathy(index: Index) -> str:
    """The empathy index, which stands beside the other."""
    if not index.defined:
        return "Empathy: not defined."
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"Empathy, scored apart: {number(index.value)} [{number(index.lower)}–{number(index.upper)}], n = {extent}."


def few(first: Phase, last: Phase) -> str:
    """Which of two phases hold fewer than eight texts; empty where neither does."""
    return listed([word for word, phase in (("first", first), ("later", last)) if phase.n < FEW])
