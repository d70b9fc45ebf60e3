"""Speed: how long after clock zero each kind of answer came, as intervals.

By the clock a latency runs from ``max(0, act.earliest - zero.latest)`` to ``act.latest - zero.earliest``; what sources say of how
far apart events were makes it shorter (``cases.relations``). Where
several acts could have been the first of their kind, the first lies between the smallest of the lower
and the smallest of the upper ends. What was never seen is right-censored at the end of the record.

An act that is coded as an answer is read as one, also where its interval begins before clock zero: the codebook has another
word for what may have come before it. The result names such an act, because the upper end that rests on it is a bound only
if it came after.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.cases.codebook import answers_from_before
from aftermath.measures.result import Result, require_clock
from aftermath.times import Latency, ended_before, first_of, local_day
from aftermath.wording import counted, duration, exact_duration, latency_text, listed, number, relation_words

CORRECTIVE_ACTS = ("corrective_action", "recall", "compensation", "discipline", "leadership_change")

# name -> (label, acts that count, whether a named person must speak)
STEPS = {
    "response": ("First public response", vocabulary.ANSWERS, False),
    "acknowledgement": ("First acknowledgement", ("acknowledgement",), False),
    "apology": ("First apology", ("apology",), False),
    "named_apology": ("First apology by a named person", ("apology",), True),
    "corrective_action": ("First corrective action", CORRECTIVE_ACTS, False),
    "information_hub": ("Information hub", ("information_hub",), False),
    "direct_reply": ("First direct reply", ("direct_reply",), False),
}


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
    def text(self) -> str:
        """The latency with what it rests on, without a full stop."""
        if not self.latency.seen:
            return f"{_mid_sentence(self.label)} not seen in the {duration(self.latency.lower)} of the record"
        difference = f"; {self.difference}" if self.difference else ""
        exact = ""
        if self.latency.timed and self.latency.upper < 600:
            exact = f", exactly {exact_duration(self.latency.lower)} to {exact_duration(self.latency.upper)}"
        return f"{_mid_sentence(self.label)} {latency_text(self.latency)}{exact} ({listed(self.event_ids)}, {self.certainty}{difference})"


@dataclass(frozen=True)
class Share:
    """How many coded texts were out before the first response.

    Parameters
    ----------
    certainly, possibly
        Texts that were, and that may have been.
    n
        Coded texts from clock zero on, see ``times.ended_before``.
    earlier
        Texts from before clock zero, **which do not count**.
    """

    certainly: int
    possibly: int
    n: int
    earlier: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The count as an interval, with n."""
        if not self.n:
            return f"no text{' from clock zero on' if self.earlier else ''} is coded"
        ends = dict.fromkeys(map(number, (self.certainly, self.possibly)))
        return f"{' to '.join(ends)} of {counted(self.n, 'coded text')} from clock zero on"


@dataclass(frozen=True)
class Speed(Result):
    """How fast an organisation answered.

    Parameters
    ----------
    case_id
        The case.
    steps
        One ``Step`` for each kind of answer, in the order of ``STEPS``.
    knowledge_lag
        Seconds from the organisation's first internal knowledge to exposure; None where the record
        shows no such knowledge.
    knowledge_event_ids
        What that rests on.
    coverage_before
        Coded texts out before the first response; None where no response was seen.
    exposed_by
        Who started the clock.
    series
        True for a chain of incidents with no single clock.
    events
        Number of events in the record.
    doubtful
        Answers that a step rests on although their interval begins before clock zero.
    """

    case_id: str
    steps: tuple[Step, ...]
    knowledge_lag: Latency | None
    knowledge_event_ids: tuple[str, ...]
    coverage_before: Share | None
    exposed_by: str
    series: bool
    events: int
    doubtful: tuple[str, ...] = ()

    def __getitem__(self, name: str) -> Step:
        """A step by its name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    @property
    def own_clock(self) -> bool:
        """True where the organisation or a regulator set the clock: speed then measures something else."""
        return self.exposed_by in vocabulary.OWN_CLOCK

    @property
    def meaning(self) -> str:
        """What a latency means in this case, given who started the clock."""
        chain = " The case is a series of incidents: the clock is that of the first." if self.series else ""
        return vocabulary.CLOCK_MEANINGS[self.exposed_by] + chain

    @property
    def table(self) -> pl.DataFrame:
        """One row a step: ends of the interval in seconds (upper null where not seen), events, certainty."""
        return pl.DataFrame(
            [
                {
                    "step": step.label,
                    "after_clock_zero": latency_text(step.latency),
                    "lower_seconds": step.latency.lower,
                    "upper_seconds": step.latency.upper if step.latency.seen else None,
                    "events": " ".join(step.event_ids),
                    "certainty": step.certainty,
                    "sources": step.sources,
                    "candidates": step.candidates,
                }
                for step in self.steps
            ],
            schema_overrides={"upper_seconds": pl.Float64},
        )

    @property
    def text(self) -> str:
        steps = _sentence("; ".join(step.text for step in self.steps))
        return f"{steps} {self.context}"

    @property
    def context(self) -> str:
        """What stands beside the steps: acts in doubt, coverage that was out before the response, and earlier knowledge."""
        return " ".join(filter(None, (self._doubtful_text, self._before_text, self._knowledge_text)))

    @property
    def _doubtful_text(self) -> str:
        if not self.doubtful:
            return ""
        return (
            f"Coded as answers although their intervals begin before clock zero: {listed(self.doubtful)}. An upper end that "
            "rests on such an act is a bound only if the act came after."
        )

    @property
    def _before_text(self) -> str:
        if self.coverage_before is None:
            return ""
        earlier = self.coverage_before.earlier
        verb = "is" if len(earlier) == 1 else "are"
        left_out = f"; {listed(earlier)} {verb} from before clock zero and not counted" if earlier else ""
        return f"Out before the first response: {self.coverage_before.text}{left_out}."

    @property
    def _knowledge_text(self) -> str:
        if self.knowledge_lag is None:
            return f"The record ({counted(self.events, 'event')}) does not show that the organisation knew before the public did."
        rests_on = listed(self.knowledge_event_ids)
        if self.knowledge_lag.upper == 0:
            return f"The organisation did not know before the public did ({rests_on})."
        return f"From its first internal knowledge to exposure: {latency_text(self.knowledge_lag)} ({rests_on})."


def speed(case: Case, *, relations: str = "all") -> Speed:
    """Measure how fast an organisation answered.

    A response is a public act of the organisation whose interval **does not end before clock zero
    begins**. People who speak for it are coded as the organisation, with their name as speaker; an
    employee acting alone is not a response. Where the exposure itself is an act of the kind looked for,
    the latency is zero by construction.

    Parameters
    ----------
    case
        A case with a documented crisis.
    relations
        Which relations between events are believed: ``all``, ``without vague words``, ``without disputed``,
        ``documented only`` or ``none``, which leaves the clock times alone.

    Returns
    -------
    Speed

    Raises
    ------
    NothingToMeasure
        If no crisis is on record.
    ValueError
        If ``relations`` is none of these.

    Examples
    --------
    >>> import aftermath as am
    >>> am.speed(am.load_case("kitchenaid-tweet"))["apology"].latency
    Latency(lower=476.0, upper=535.0, by_construction=False)
    """
    require_clock(case, "speed")
    steps = tuple(
        first_act(case, acts, name=name, label=label, named=named, relations=relations)
        for name, (label, acts, named) in STEPS.items()
    )
    lag, knowledge_event_ids = _knowledge(case, relations)
    return Speed(
        case_id=case.id,
        steps=steps,
        knowledge_lag=lag,
        knowledge_event_ids=knowledge_event_ids,
        coverage_before=_coverage_before(case, relations),
        exposed_by=case.about.exposed_by,
        series=case.about.kind == "series",
        events=case.events.height,
        doubtful=tuple(
            name for name in answers_from_before(case, relations) if any(name in step.event_ids for step in steps)
        ),
    )


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
    answers = [
        event
        for event in _answers(case, acts, relations)
        if (event["speaker"] is not None or not named)
        and (not channels or not set(channels).isdisjoint(event["channel"]))
    ]
    if not answers:
        return Step(name, label, Latency(_watched(case), math.inf), (), "", 0, 0)
    latencies = [_latency_of(event["event_id"], case, relations) for event in answers]
    first = first_of(latencies)
    resting = [answers[row] for row in _resting_on(latencies, first)]
    by_clock = first_of([_latency_of(event["event_id"], case, "none") for event in answers])
    return Step(
        name,
        label,
        first,
        tuple(event["event_id"] for event in resting),
        max((event["certainty"] for event in resting), key=list(vocabulary.CERTAINTIES).index),
        len({source for event in resting for source in event["source_ids"]}),
        len(answers),
        *((by_clock, _reasons(case, resting, first, by_clock, relations)) if by_clock != first else ()),
    )


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
    answers = _answers(case, acts, relations)
    return tuple(event["event_id"] for event in answers if event["speaker"] is not None or not named)


def _answers(case: Case, acts: Collection[str], relations: str) -> list[dict]:
    """Events in which the organisation answered in one of these ways and that may be from after clock zero."""
    since_zero = case.times(relations).since_zero
    return [
        event
        for event in case.events.iter_rows(named=True)
        if event["actor"] == "organisation"
        and since_zero[event["event_id"]].upper >= 0
        and not set(acts).isdisjoint(event["acts"])
    ]


def _latency_of(event_id: str, case: Case, relations: str) -> Latency:
    if event_id == case.about.clock_zero:
        return Latency(0.0, 0.0, by_construction=True)
    offset = case.times(relations).since_zero[event_id]
    return Latency(max(0.0, offset.lower), offset.upper)


def _reasons(case: Case, resting: list[dict], first: Latency, by_clock: Latency, relations: str) -> dict[int, str]:
    """The relations on the shortest paths from clock zero to the events that set an end which clock times alone do not give."""
    network = case.times(relations).network
    places = set()
    for event_id in (event["event_id"] for event in resting):
        own = _latency_of(event_id, case, relations)
        lower, upper = network.reasons(case.about.clock_zero, event_id)
        if own.lower == first.lower != by_clock.lower:
            places |= {statement.where for statement in lower}
        if own.upper == first.upper != by_clock.upper:
            places |= {statement.where for statement in upper}
    related = case.relations.select("row", "rule", "at_least_seconds", "at_most_seconds").iter_rows()
    return {row: relation_words(*said) for row, *said in related if f"relations.csv:{row}" in places}


def _resting_on(latencies: list[Latency], first: Latency) -> list[int]:
    """Rows that set the ends of the interval; one row where one sets both."""
    if first.by_construction:
        return [row for row, each in enumerate(latencies) if each.by_construction]
    sets_upper = min(
        (row for row, each in enumerate(latencies) if each.upper == first.upper), key=lambda row: latencies[row].lower
    )
    if latencies[sets_upper].lower == first.lower:
        return [sets_upper]
    sets_lower = next(row for row, each in enumerate(latencies) if each.lower == first.lower)
    return sorted({sets_lower, sets_upper})


def _watched(case: Case) -> float:
    """Seconds from clock zero to the end of the record, read cautiously."""
    days = [local_day(text, case.about.timezone).earliest for text in case.coverage["published"]]
    end = max([*case.events["earliest"], *days])
    return max(0.0, (end - case.zero.latest).total_seconds())


def _knowledge(case: Case, relations: str) -> tuple[Latency | None, tuple[str, ...]]:
    known = case.events.filter(pl.col("acts").list.contains("internal_knowledge") & (pl.col("actor") != "public"))
    if known.is_empty():
        return None, ()
    since_zero = case.times(relations).since_zero
    earlier = {event_id: (-since_zero[event_id].upper, -since_zero[event_id].lower) for event_id in known["event_id"]}
    least, most = (max(ends[place] for ends in earlier.values()) for place in (0, 1))
    resting = tuple(event_id for event_id, ends in earlier.items() if ends[0] == least or ends[1] == most)
    return Latency(max(0.0, least), max(0.0, most)), resting


def _coverage_before(case: Case, relations: str) -> Share | None:
    """Texts out before the first response, from their own dates: **how wide clock zero is has no say in it**.

    A text that is dated to the day of clock zero counts as after it. Where the first response is clock zero itself, nothing
    can have been out between the two.
    """
    times = case.times(relations)
    answers = [event["event_id"] for event in _answers(case, vocabulary.ANSWERS, relations)]
    if not answers:
        return None
    published = case.coverage.select("doc_id", "published").iter_rows()
    texts = {doc_id: local_day(text, case.about.timezone) for doc_id, text in published}
    zero = times.spans[case.about.clock_zero]
    earlier = tuple(doc_id for doc_id, span in texts.items() if ended_before(span, zero))
    counted_texts = [span for doc_id, span in texts.items() if doc_id not in earlier]
    if case.about.clock_zero in answers:
        return Share(0, 0, len(counted_texts), earlier)
    earliest = min(times.spans[event_id].earliest for event_id in answers)
    latest = min(times.spans[event_id].latest for event_id in answers)
    certainly = sum(span.latest < earliest for span in counted_texts)
    possibly = sum(span.earliest < latest for span in counted_texts)
    return Share(certainly, possibly, len(counted_texts), earlier)


def _mid_sentence(label: str) -> str:
    return label[0].lower() + label[1:]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
