"""Speed: how long after clock zero each kind of answer came, as intervals.

By the clock a latency runs from ``max(0, act.earliest - zero.latest)`` to ``act.latest - zero.earliest``; what sources say of how
far apart events were makes it shorter (``case_files.relations``). Where
several acts could have been the first of their kind, the first lies between the smallest of the lower
and the smallest of the upper ends. What was never seen is right-censored at the end of the record.

An act that is coded as an answer is read as one, also where its interval begins before clock zero: the codebook has another
word for what may have come before it. The result names such an act, because the upper end that rests on it is a bound only
if it came after.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.codebook import answers_from_before
from aftermath.case_files.options import options_text
from aftermath.measures.clock import clock_event, require_clock
from aftermath.measures.steps import STEPS, Step, answering, first_act
from aftermath.statistics.result import Result
from aftermath.times import Latency, ended_before, local_day
from aftermath.wording import counted, latency_text, listed, number


@dataclass(frozen=True)
class CoverageBefore:
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
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    moved
        Whether the clock starts at another event than that of the case.
    """

    case_id: str
    steps: tuple[Step, ...]
    knowledge_lag: Latency | None
    knowledge_event_ids: tuple[str, ...]
    coverage_before: CoverageBefore | None
    exposed_by: str
    series: bool
    events: int
    doubtful: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    moved: bool = False

    def __getitem__(self, name: str) -> Step:
        """A step by its name."""
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Step]:
        return {step.name: step for step in self.steps}

    @property
    def own_clock(self) -> bool:
        """True where the organisation or a regulator set the clock: speed then measures something else."""
        return not self.moved and self.exposed_by in vocabulary.OWN_CLOCK

    @property
    def meaning(self) -> str:
        """What a latency means in this case, given who started the clock."""
        if self.moved:
            return "Clock zero was moved: a latency is the time from that event, whoever set it, and not from the exposure."
        chain = " The case is a series of incidents: the clock is that of the first." if self.series else ""
        return vocabulary.CLOCK_MEANINGS[self.exposed_by] + chain

    @property
    def table(self) -> pl.DataFrame:
        """One row a step: ends of the interval in seconds (upper null where not seen), events, certainty, and what relations did.

        ``by_clock`` is the latency by clock times alone, and ``relations`` the rows of ``relations.csv`` that set an end of another one.
        """
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
                    "by_clock": latency_text(step.by_clock or step.latency),
                    "relations": " ".join(map(str, step.relations)),
                }
                for step in self.steps
            ],
            schema_overrides={"upper_seconds": pl.Float64},
        )

    @property
    def text(self) -> str:
        steps = "; ".join(step.text for step in self.steps)
        return f"{steps[0].upper()}{steps[1:]}. {self.context}{options_text(self.options)}"

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


@takes_id
def speed(case: Case, *, clock_zero: str | None = None, relations: str = "all") -> Speed:
    """Measure how fast an organisation answered.

    A response is a public act of the organisation whose interval **does not end before clock zero
    begins**. People who speak for it are coded as the organisation, with their name as speaker; an
    employee acting alone is not a response. Where the exposure itself is an act of the kind looked for,
    the latency is zero by construction.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
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
    OptionError
        If the case has no such event.
    ValueError
        If ``relations`` is none of these.

    Examples
    --------
    >>> import aftermath as am
    >>> am.speed(am.load_case("kitchenaid-tweet"))["apology"].latency
    Latency(lower=476.0, upper=535.0, by_construction=False)
    """
    require_clock(case, "speed")
    case = case.with_clock(clock_zero)
    exposed_by = case.about.exposed_by
    assert exposed_by is not None  # a case that has a clock says who set it
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
        exposed_by=exposed_by,
        series=case.about.kind == "series",
        events=case.events.height,
        doubtful=tuple(
            name for name in answers_from_before(case, relations) if any(name in step.event_ids for step in steps)
        ),
        options=case.options,
        moved=case.original is not None and case.about.clock_zero != case.original.about.clock_zero,
    )


def _knowledge(case: Case, relations: str) -> tuple[Latency | None, tuple[str, ...]]:
    known = case.events.filter(pl.col("acts").list.contains("internal_knowledge") & (pl.col("actor") != "public"))
    if known.is_empty():
        return None, ()
    since_zero = case.times(relations).since_zero
    earlier = {event_id: (-since_zero[event_id].upper, -since_zero[event_id].lower) for event_id in known["event_id"]}
    least, most = (max(ends[end] for ends in earlier.values()) for end in (0, 1))
    resting = tuple(event_id for event_id, ends in earlier.items() if ends[0] == least or ends[1] == most)
    return Latency(max(0.0, least), max(0.0, most)), resting


def _coverage_before(case: Case, relations: str) -> CoverageBefore | None:
    """Texts out before the first response, from their own dates: **how wide clock zero is has no say in it**.

    A text that is dated to the day of clock zero counts as after it. Where the first response is clock zero itself, nothing
    can have been out between the two.
    """
    times = case.times(relations)
    answers = [event["event_id"] for event in answering(case, vocabulary.ANSWERS, relations)]
    if not answers:
        return None
    published = case.coverage.select("doc_id", "published").iter_rows()
    texts = {doc_id: local_day(text, case.about.timezone) for doc_id, text in published}
    zero = times.spans[clock_event(case)]
    earlier = tuple(doc_id for doc_id, span in texts.items() if ended_before(span, zero))
    counted_texts = [span for doc_id, span in texts.items() if doc_id not in earlier]
    if case.about.clock_zero in answers:
        return CoverageBefore(0, 0, len(counted_texts), earlier)
    earliest = min(times.spans[event_id].earliest for event_id in answers)
    latest = min(times.spans[event_id].latest for event_id in answers)
    certainly = sum(span.latest < earliest for span in counted_texts)
    possibly = sum(span.earliest < latest for span in counted_texts)
    return CoverageBefore(certainly, possibly, len(counted_texts), earlier)
