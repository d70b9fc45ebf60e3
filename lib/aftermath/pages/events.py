"""What happened and how fast it was answered, in words: the timeline, and the steps."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.times import Latency
from aftermath.wording import counted, latency_text, listed


def how_read(case: Case) -> str:
    """How the timeline is to be read."""
    related = (
        " Links join events of which a source says how far apart they were. Where this makes a bar shorter, a thin line runs on "
        "to the ends that clock times alone give; what lasted began within the bar, and may have gone on to the end of the line."
    )
    return (
        "Each bar runs from the earliest to the latest moment the record allows: a thin bar is known to the "
        "minute, a long one is not. Striped bars did several things at once. Time is logarithmic: each step right "
        "is ten times longer. What came before clock zero is mirrored to its left, on grey."
        f"{'' if case.relations.is_empty() else related}"
    )


def timeline_words(case: Case, speed: Speed) -> str:
    """The timeline in words: how many events, from when to when, how surely timed, and the first response."""
    since = [case.times().since_zero[event_id] for event_id in case.events["event_id"]]
    own = case.events.filter(pl.col("actor") == "organisation").height
    given = case.events["certainty"].to_list()
    times = listed([f"{given.count(word)} {word}" for word in vocabulary.CERTAINTIES if word in given])
    return (
        f"{counted(case.events.height, 'event')}, from {_from_zero(since[0])} to {_from_zero(since[-1])}; "
        f"{own} of them by the organisation. Times: {times}.{_related(case)} "
        f"{speed_words(speed, ('response', 'named_apology'))}"
    )


def speed_words(speed: Speed, names: Collection[str] = tuple(STEPS)) -> str:
    """Steps in words; steps that are the same act at the same time are told together, by the text of the last of them."""
    parts = []
    steps = [step for step in speed.steps if step.name in names]
    for _, same in groupby(steps, key=lambda step: (step.latency, step.event_ids)):
        *others, last = same
        labels = "".join(f"{step.label[0].lower()}{step.label[1:]}, " for step in others)
        parts.append(labels + last.text)
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}."


def _related(case: Case) -> str:
    """How many pairs of events sources relate, and how many events this times more narrowly to a reader's eye."""
    if case.relations.is_empty():
        return ""
    pairs = case.relations.select("from_event", "to_event").n_unique()
    network, alone = (case.times(believed).since_zero for believed in ("all", "none"))
    narrower = sum(latency_text(network[name]) != latency_text(alone[name]) for name in network)
    return (
        f" Sources relate {counted(pairs, 'pair')} of events, which times {counted(narrower, 'event')} more narrowly."
    )


def _from_zero(since: Latency) -> str:
    text = latency_text(since)
    if text.endswith("clock zero"):
        return text
    return f"{text} clock zero" if text.endswith(("before", "after")) else f"{text} after clock zero"
