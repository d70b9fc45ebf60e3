"""Speed: how long after clock zero each kind of answer came, as intervals.

A latency runs from ``max(0, act.earliest - zero.latest)`` to ``act.latest - zero.earliest``. Where
several acts could have been the first of their kind, the first lies between the smallest of the lower
and the smallest of the upper ends. What was never seen is right-censored at the end of the record.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.measures.result import Result, require_clock
from aftermath.times import Latency, Span, difference, first_of, latency, local_day
from aftermath.wording import counted, duration, exact_duration, latency_text, listed, number

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
    """

    name: str
    label: str
    latency: Latency
    event_ids: tuple[str, ...]
    certainty: str
    sources: int
    candidates: int

    @property
    def text(self) -> str:
        """The latency with what it rests on, without a full stop."""
        if not self.latency.seen:
            return f"{_mid_sentence(self.label)} not seen in the {duration(self.latency.lower)} of the record"
        exact = ""
        if not self.latency.by_construction and self.latency.upper < 600:
            exact = f", exactly {exact_duration(self.latency.lower)} to {exact_duration(self.latency.upper)}"
        return f"{_mid_sentence(self.label)} {latency_text(self.latency)}{exact} ({listed(self.event_ids)}, {self.certainty})"


@dataclass(frozen=True)
class Share:
    """How many of ``n`` texts were certainly, and how many possibly, out before a moment."""

    certainly: int
    possibly: int
    n: int

    @property
    def text(self) -> str:
        """The share as an interval, with n."""
        if not self.n:
            return "no text is coded"
        ends = dict.fromkeys(number(100 * count / self.n) for count in (self.certainly, self.possibly))
        return f"{' to '.join(ends)} % of {counted(self.n, 'coded text')}"


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
    """

    case_id: str
    steps: tuple[Step, ...]
    knowledge_lag: Latency | None
    knowledge_event_ids: tuple[str, ...]
    coverage_before: Share | None
    exposed_by: str
    series: bool
    events: int

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
        """What stands beside the steps: coverage that was out before the response, and earlier knowledge."""
        return " ".join(filter(None, (self._before_text, self._knowledge_text)))

    @property
    def _before_text(self) -> str:
        if self.coverage_before is None:
            return ""
        return f"Out before the first response: {self.coverage_before.text}."

    @property
    def _knowledge_text(self) -> str:
        if self.knowledge_lag is None:
            return f"The record ({counted(self.events, 'event')}) does not show that the organisation knew before the public did."
        rests_on = listed(self.knowledge_event_ids)
        if self.knowledge_lag.upper == 0:
            return f"The organisation did not know before the public did ({rests_on})."
        return f"From its first internal knowledge to exposure: {latency_text(self.knowledge_lag)} ({rests_on})."


def speed(case: Case) -> Speed:
    """Measure how fast an organisation answered.

    A response is a public act of the organisation whose interval **does not end before clock zero
    begins**. People who speak for it are coded as the organisation, with their name as speaker; an
    employee acting alone is not a response. Where the exposure itself is an act of the kind looked for,
    the latency is zero by construction.

    Parameters
    ----------
    case
        A case with a documented crisis.

    Returns
    -------
    Speed

    Raises
    ------
    NothingToMeasure
        If no crisis is on record.

    Examples
    --------
    >>> import aftermath as am
    >>> am.speed(am.load_case("kitchenaid-tweet"))["apology"].latency
    Latency(lower=476.0, upper=535.0, by_construction=False)
    """
    require_clock(case, "speed")
    steps = tuple(
        first_act(case, acts, name=name, label=label, named=named) for name, (label, acts, named) in STEPS.items()
    )
    lag, knowledge_event_ids = _knowledge(case)
    return Speed(
        case_id=case.id,
        steps=steps,
        knowledge_lag=lag,
        knowledge_event_ids=knowledge_event_ids,
        coverage_before=_coverage_before(case, steps[0]),
        exposed_by=case.about.exposed_by,
        series=case.about.kind == "series",
        events=case.events.height,
    )


def first_act(
    case: Case,
    acts: Collection[str],
    *,
    name: str = "",
    label: str = "First such act",
    named: bool = False,
    channels: Collection[str] = (),
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

    Returns
    -------
    Step
    """
    found = [
        event
        for event in case.events.iter_rows(named=True)
        if event["actor"] == "organisation"
        and event["latest"] >= case.zero.earliest
        and not set(acts).isdisjoint(event["acts"])
        and (event["speaker"] is not None or not named)
        and (not channels or not set(channels).isdisjoint(event["channel"]))
    ]
    if not found:
        return Step(name, label, Latency(_watched(case), math.inf), (), "", 0, 0)
    latencies = [_latency_of(event, case) for event in found]
    first = first_of(latencies)
    resting = [found[row] for row in _resting_on(latencies, first)]
    return Step(
        name,
        label,
        first,
        tuple(event["event_id"] for event in resting),
        max((event["certainty"] for event in resting), key=list(vocabulary.CERTAINTIES).index),
        len({source for event in resting for source in event["source_ids"]}),
        len(found),
    )


def _latency_of(event: dict, case: Case) -> Latency:
    if event["event_id"] == case.about.clock_zero:
        return Latency(0.0, 0.0, by_construction=True)
    return latency(Span(event["earliest"], event["latest"]), case.zero)


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


def _knowledge(case: Case) -> tuple[Latency | None, tuple[str, ...]]:
    known = case.events.filter(pl.col("acts").list.contains("internal_knowledge") & (pl.col("actor") != "public"))
    if known.is_empty():
        return None, ()
    spans = [Span(*ends) for ends in known.select("earliest", "latest").iter_rows()]
    first = Span(min(span.earliest for span in spans), min(span.latest for span in spans))
    lag = difference(case.zero, first)
    resting = [row for row, span in enumerate(spans) if span.latest == first.latest or span.earliest == first.earliest]
    return Latency(max(0.0, lag.lower), max(0.0, lag.upper)), tuple(known["event_id"][resting])


def _coverage_before(case: Case, response: Step) -> Share | None:
    if not response.latency.seen:
        return None
    if response.latency.by_construction:
        return Share(0, 0, case.coverage.height)
    since_zero = [case.since_zero(local_day(text, case.about.timezone)) for text in case.coverage["published"]]
    return Share(
        sum(_count(since_zero, lambda text: text.upper < response.latency.lower)),
        sum(_count(since_zero, lambda text: text.lower < response.latency.upper)),
        len(since_zero),
    )


def _count(texts: list[Latency], condition: Callable[[Latency], bool]) -> list[bool]:
    return [condition(text) for text in texts]


def _mid_sentence(label: str) -> str:
    return label[0].lower() + label[1:]


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."
