"""One case in a comparison: what was measured, and why not where nothing was."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar
from zoneinfo import ZoneInfo

import polars as pl

from aftermath.case_files.about import About
from aftermath.case_files.case import Case
from aftermath.measures.claims import Ledger, claims
from aftermath.measures.recovery import CoverageRecovery, recovery
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import Phase, Tone
from aftermath.measures.transparency import Transparency, transparency
from aftermath.statistics.result import NothingToMeasure

_Measure = TypeVar("_Measure")


@dataclass(frozen=True)
class Evidence:
    """What a case rests on.

    Parameters
    ----------
    events, texts, sources
        Rows of the three tables.
    inferred, disputed
        Events whose time is inferred from stated facts, or disputed between sources.
    event_sources
        Different sources that the events name.
    publishers
        Key fact (``clock_zero``, ``response``, ``apology``) to how many different publishers its sources have; **None where the
        fact is not on record**. Two pages of one publisher are one witness.
    """

    events: int
    texts: int
    sources: int
    inferred: int
    disputed: int
    event_sources: int
    publishers: Mapping[str, int | None]

    @property
    def inferred_share(self) -> float:
        """Share of events whose time is inferred, from 0 to 1; 0 where there is no event."""
        return self.inferred / self.events if self.events else 0.0

    @property
    def disputed_share(self) -> float:
        """Share of events whose time is disputed, from 0 to 1; 0 where there is no event."""
        return self.disputed / self.events if self.events else 0.0


@dataclass(frozen=True)
class Entry:
    """One case of a comparison.

    Parameters
    ----------
    about
        What ``case.yaml`` says.
    name
        Short name, unique in the comparison.
    year
        Local year of clock zero; None where no crisis is on record.
    speed, transparency, tone
        The measures; None where there was nothing to measure. ``tone`` is that of favourability.
    recovery
        How favourability moved; None where ``tone`` is. **It may hold no model**, and then says why.
    phases
        The phases of ``tone`` after clock zero, in order of time.
    ledger
        The claims, crisis on record or not.
    evidence
        What the case rests on.
    reasons
        ``speed``, ``transparency`` or ``tone`` to the reason why it could not be measured.
    """

    about: About
    name: str
    year: int | None
    speed: Speed | None
    transparency: Transparency | None
    tone: Tone | None
    recovery: CoverageRecovery | None
    phases: tuple[Phase, ...]
    ledger: Ledger
    evidence: Evidence
    reasons: dict[str, str]

    @property
    def case_id(self) -> str:
        """The case."""
        return self.about.id

    @property
    def own_clock(self) -> bool:
        """True where the organisation or a regulator set the clock: speed then measures something else."""
        return self.speed is not None and self.speed.own_clock

    @property
    def series(self) -> bool:
        """True for a chain of incidents with no single clock."""
        return self.about.kind == "series"

    @property
    def first_phase(self) -> Phase | None:
        """The texts of the first phase after clock zero, usually the first week."""
        return self.phases[0] if self.phases else None

    @property
    def last_phase(self) -> Phase | None:
        """The texts of the last phase, usually after day 30."""
        return self.phases[-1] if self.phases else None

    @property
    def rise(self) -> float | None:
        """Mean favourability of the last phase less that of the first; None where either has no text, or there is one phase."""
        first, last = self.first_phase, self.last_phase
        if first is None or last is None or first is last or not first.n or not last.n:
            return None
        return last.mean.value - first.mean.value

    @property
    def order(self) -> tuple:
        """Where the case stands on the board: by the upper end of its first response.

        What came with clock zero, was not seen or could not be measured comes after what was, and a
        case without a record last: **the order is a reading aid, not a rank**.
        """
        latency = self.speed["response"].latency if self.speed else None
        says_nothing = latency is None or not latency.timed
        ends = (latency.upper, latency.lower) if latency else (0.0, 0.0)
        return (not self.about.documented, latency is None, says_nothing, *ends, self.case_id)


def entry(case: Case, name: str, *, seed: int, phase_days: tuple[int, ...], level: float) -> Entry:
    """Measure one case for a comparison; what cannot be measured leaves its reason.

    Parameters
    ----------
    case
        Any sound case.
    name
        Its short name.
    seed, phase_days, level
        As in ``aftermath.compare``.
    """
    reasons: dict[str, str] = {}

    def attempt(name: str, measure: Callable[[], _Measure]) -> _Measure | None:
        try:
            return measure()
        except NothingToMeasure as reason:
            reasons[name] = str(reason).removeprefix(f"{case.id}: ")
            return None

    recovered = attempt("tone", lambda: recovery(case, phase_days=phase_days, seed=seed, level=level))
    favourability = recovered.tone if recovered else None
    measured = attempt("speed", lambda: speed(case))
    return Entry(
        about=case.about,
        name=name,
        year=case.zero.earliest.astimezone(ZoneInfo(case.about.timezone)).year if case.zero else None,
        speed=measured,
        transparency=attempt("transparency", lambda: transparency(case, seed=seed)),
        tone=favourability,
        recovery=recovered,
        phases=favourability.phases[-len(phase_days) - 1 :] if favourability else (),
        ledger=claims(case),
        evidence=evidence(case, measured),
        reasons=reasons,
    )


def evidence(case: Case, measured: Speed | None = None) -> Evidence:
    """Count what a case rests on.

    Parameters
    ----------
    case
        Any sound case.
    measured
        Its speed, which names the events of the key facts; None where there is no clock.
    """
    certainty = case.events["certainty"]
    return Evidence(
        events=case.events.height,
        texts=case.coverage.height,
        sources=case.sources.height,
        inferred=int((certainty == "inferred").sum()),
        disputed=int((certainty == "disputed").sum()),
        event_sources=case.events.select(pl.col("source_ids").explode().drop_nulls().n_unique()).item(),
        publishers=_publishers(case, measured),
    )


def _publishers(case: Case, measured: Speed | None) -> dict[str, int | None]:
    """How many publishers told of the three facts that a comparison hangs on."""
    events = dict(case.events.select("event_id", "source_ids").iter_rows())
    publishers = dict(case.sources.select("source_id", "publisher").iter_rows())
    facts: dict[str, Iterable[str]] = {"clock_zero": [case.about.clock_zero] if case.about.clock_zero else []}
    facts |= {step: measured[step].event_ids if measured else () for step in ("response", "apology")}
    sources = {fact: [source for event_id in ids for source in events[event_id]] for fact, ids in facts.items()}
    return {fact: len({publishers[source] for source in own}) or None for fact, own in sources.items()}
