"""The first act of each kind, and what its latency rests on.

Where several acts could have been the first of their kind, the first lies between the smallest of the lower and the smallest of the
upper ends. What was never seen is right-censored at the end of the record.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.relations import RELATIONS_FILE, file_and_row
from aftermath.measures.clock import clock_event
from aftermath.statistics.temporal_network import Difference
from aftermath.times import Latency, first_of, local_day
from aftermath.vocabulary import STEPS
from aftermath.wording import duration, exact_duration, latency_text, listed, relation_words

SECONDS_MATTER = 600.0  # s: in a latency below ten minutes


@dataclass(frozen=True)
class Step:
    """The first act of one kind.

    Parameters
    ----------
    name, label
        Key and wording, from ``STEPS``.
    latency
        Seconds since clock zero; not seen where the record shows no such act.
    event_ids
        The events that the two ends of the interval rest on.
    certainty
        The weakest certainty among them; empty where nothing was seen.
    sources
        How many different sources those events name.
    candidates
        How many acts of this kind the record holds.
    by_clock
        The latency that clock times alone give; None where relations between events make no difference.
    relations
        What made the difference: row of ``relations.csv`` to its words, and how they were read.
    """

    name: str
    label: str
    latency: Latency
    event_ids: tuple[str, ...]
    certainty: str
    sources: int
    candidates: int
    by_clock: Latency | None = None
    relations: Mapping[int, str] = field(default_factory=dict)

    @property
    def difference(self) -> str:
        """What clock times alone would give, and which relations made the difference; empty where none did."""
        if self.by_clock is None or latency_text(self.by_clock) == latency_text(self.latency):
            return ""
        rows: dict[str, list[str]] = {}
        for row, words in self.relations.items():
            rows.setdefault(words, []).append(str(row))
        read = [f"{words} (relations.csv:{','.join(numbers)})" for words, numbers in rows.items()]
        return f"{latency_text(self.by_clock)} by clock times alone, sharpened by {listed(read)}"

    @property
    def exact(self) -> str:
        """The ends in minutes and seconds, e.g. ``exactly 7 min 56 s to 8 min 55 s``; empty where seconds do not matter."""
        if not self.latency.timed or self.latency.upper >= SECONDS_MATTER:
            return ""
        ends = dict.fromkeys(map(exact_duration, (self.latency.lower, self.latency.upper)))
        return f"exactly {' to '.join(ends)}"

    @property
    def text(self) -> str:
        """The latency with what it rests on, without a full stop."""
        if not self.latency.seen:
            difference = f" ({self.difference})" if self.difference else ""
            return (
                f"{_mid_sentence(self.label)} not seen in the {duration(self.latency.lower)} of the record{difference}"
            )
        difference = f"; {self.difference}" if self.difference else ""
        exact = f", {self.exact}" if self.exact else ""
        return f"{_mid_sentence(self.label)} {latency_text(self.latency)}{exact} ({listed(self.event_ids)}, {self.certainty}{difference})"


def first_act(
    case: Case,
    acts: Collection[str],
    *,
    name: str = "",
    label: str = "First such act",
    named: bool = False,
    channels: Collection[str] = (),
    relations: str = "all",
) -> Step:
    """The first answer of some kind.

    Parameters
    ----------
    case
        A case with a documented crisis.
    acts
        Acts that count.
    name, label
        Of the step.
    named
        Whether a named person must speak.
    channels
        Channels that count; all where none is given.
    relations
        Which relations between events are believed, as in ``speed``.

    Returns
    -------
    Step
    """
    answers = answering(case, acts, relations, named=named, channels=channels)
    answers_by_clock = answering(case, acts, "none", named=named, channels=channels)
    first, by_clock = _first(case, answers, relations), _first(case, answers_by_clock, "none")
    latencies = [_latency_of(event["event_id"], case, relations) for event in answers]
    resting = [answers[row] for row in _resting_on(latencies, first)] if answers else []
    before = [event for event in answers_by_clock if event not in answers]
    reasons = _sharpened_by(case, resting, before, first, by_clock, relations)
    certainties = [event["certainty"] for event in resting] + [statement.certainty for statement in reasons]
    places = set(map(file_and_row, reasons))
    columns = ("row", "rule", "at_least_seconds", "at_most_seconds")
    rows = case.relations.select(columns).iter_rows() if places else ()
    words = {row: relation_words(*said) for row, *said in rows if (RELATIONS_FILE, row) in places}
    return Step(
        name,
        label,
        first,
        tuple(event["event_id"] for event in resting),
        max(certainties, key=list(vocabulary.CERTAINTIES).index) if answers else "",
        len({source for event in resting for source in event["source_ids"]}),
        len(answers),
        None if by_clock == first else by_clock,
        words,
    )


def answering(
    case: Case, acts: Collection[str], relations: str = "all", *, named: bool = False, channels: Collection[str] = ()
) -> list[dict]:
    """The events in which the organisation answered in one of some ways and that may be from after clock zero.

    Parameters
    ----------
    case, acts, relations, named, channels
        As ``first_act`` takes them.

    Returns
    -------
    list
        Rows of ``events.csv``, in order.
    """
    since_zero = case.times(relations).since_zero
    return [
        event
        for event in case.events.iter_rows(named=True)
        if event["actor"] == "organisation"
        and since_zero[event["event_id"]].upper >= 0
        and not set(acts).isdisjoint(event["acts"])
        and (event["speaker"] is not None or not named)
        and (not channels or not set(channels).isdisjoint(event["channel"]))
    ]


def answers_of(case: Case, step: str, relations: str = "all") -> tuple[str, ...]:
    """The events that may be the first of a step, in order of ``earliest``.

    Parameters
    ----------
    case
        A case with a documented crisis.
    step
        Key from ``STEPS``.
    relations
        As in ``speed``.
    """
    _, acts, named = STEPS[step]
    return tuple(event["event_id"] for event in answering(case, acts, relations, named=named))


def _latency_of(event_id: str, case: Case, relations: str) -> Latency:
    if event_id == case.about.clock_zero:
        return Latency(0.0, 0.0, by_construction=True)
    offset = case.times(relations).since_zero[event_id]
    return Latency(max(0.0, offset.lower), offset.upper)


def _first(case: Case, answers: Sequence[dict], relations: str) -> Latency:
    """The latency of whichever answer came first; not seen where there is none."""
    if not answers:
        return Latency(_watched(case, relations), math.inf)
    return first_of([_latency_of(event["event_id"], case, relations) for event in answers])


def _resting_on(latencies: Sequence[Latency], first: Latency) -> list[int]:
    """Rows that set the ends of the interval; one row where one sets both."""
    if first.by_construction:
        return [row for row, latency in enumerate(latencies) if latency.by_construction]
    sets_upper = min(
        (row for row, latency in enumerate(latencies) if latency.upper == first.upper),
        key=lambda row: latencies[row].lower,
    )
    if latencies[sets_upper].lower == first.lower:
        return [sets_upper]
    sets_lower = next(row for row, latency in enumerate(latencies) if latency.lower == first.lower)
    return sorted({sets_lower, sets_upper})


def _sharpened_by(
    case: Case, resting: Sequence[dict], before: Sequence[dict], first: Latency, by_clock: Latency, relations: str
) -> tuple[Difference, ...]:
    """The statements behind an end that the clock alone does not give.

    They are on the shortest paths between clock zero and the events that set the end, and on those to answers that only the clock
    alone lets come after it.
    """
    network, zero = case.times(relations).network, clock_event(case)
    statements: dict[str, Difference] = {}
    for event_id in (event["event_id"] for event in resting):
        own = _latency_of(event_id, case, relations)
        lower, upper = network.reasons(zero, event_id)
        if own.lower == first.lower != by_clock.lower:
            statements |= {statement.where: statement for statement in lower}
        if own.upper == first.upper != by_clock.upper:
            statements |= {statement.where: statement for statement in upper}
    for event in before if first != by_clock else ():
        statements |= {statement.where: statement for statement in network.reasons(zero, event["event_id"])[1]}
    return tuple(statements.values())


def _watched(case: Case, relations: str) -> float:
    """Seconds from clock zero to the end of the record, read cautiously."""
    spans = case.times(relations).spans
    days = [local_day(text, case.about.timezone).earliest for text in case.coverage["published"]]
    end = max([*(span.earliest for span in spans.values()), *days])
    return max(0.0, (end - spans[clock_event(case)].latest).total_seconds())


def _mid_sentence(label: str) -> str:
    return label[0].lower() + label[1:]
