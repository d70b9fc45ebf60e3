"""The columns of the scoreboard's table.

For each step of speed: ``<step>`` in words (or the reason why it could not be measured), the ends of
the interval in seconds (``_upper_seconds`` null where the step was not seen, ``_lower_seconds`` then being
how long the record was watched), the ends that clock times alone give (``_by_clock_lower_seconds``, ``_by_clock_upper_seconds``; the same
where relations between events make no difference), its certainty and the events it rests on. For each index and each
phase of favourability: the number with its interval and n, and ``<measure>_reason`` where there is none. **An index that is not defined has no
bounds here**: ``transparency_reason`` says what is not coded.
For half-life and time to neutral of favourability: the words, then days with their interval, null where not reached or
not known, with ``recovery_reason`` where no course could be fitted. ``<fact>_publishers`` counts different publishers among
the sources of clock zero, of the first response and of the first apology; null where the fact is not on record.
"""

from __future__ import annotations

import math

import polars as pl

from aftermath.comparison.entry import Entry
from aftermath.measures.recovery import Days
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.measures.transparency import Index
from aftermath.wording import latency_text

_TEXT, _NUMBER, _COUNT, _YES = pl.String, pl.Float64, pl.Int64, pl.Boolean

_ABOUT = {
    "case_id": _TEXT,
    "name": _TEXT,
    "title": _TEXT,
    "organisation": _TEXT,
    "country": _TEXT,
    "year": _COUNT,
    "cause": _TEXT,
    "crisis_type": _TEXT,
    "exposed_by": _TEXT,
    "own_clock": _YES,
    "series": _YES,
    "record": _TEXT,
}
_STEP = {
    "": _TEXT,
    **dict.fromkeys(
        ("_lower_seconds", "_upper_seconds", "_by_clock_lower_seconds", "_by_clock_upper_seconds"), _NUMBER
    ),
    "_certainty": _TEXT,
    "_events": _TEXT,
}
_INDEX = {
    **dict.fromkeys(("", "_lower", "_upper"), _NUMBER),
    "_items": _COUNT,
    "_not_coded": _COUNT,
    **dict.fromkeys(("_alpha", "_alpha_lower", "_alpha_upper"), _NUMBER),
    "_alpha_units": _COUNT,
    **dict.fromkeys(("_ac2", "_ac2_lower", "_ac2_upper"), _NUMBER),
}
_PHASE = {"": _NUMBER, "_lower": _NUMBER, "_upper": _NUMBER, "_n": _COUNT}
_DAYS = {"": _TEXT, **dict.fromkeys(("_days", "_lower_days", "_upper_days"), _NUMBER)}
_EVIDENCE = {
    "claims_supported": _COUNT,
    "claims": _COUNT,
    **dict.fromkeys(("events", "texts", "sources", "event_sources"), _COUNT),
    "events_inferred_share": _NUMBER,
    "events_disputed_share": _NUMBER,
    **dict.fromkeys(("clock_zero_publishers", "response_publishers", "apology_publishers"), _COUNT),
}

Cell = str | float | None
SCHEMA: dict[str, type[pl.DataType]] = {
    **_ABOUT,
    **{step + suffix: kind for step in STEPS for suffix, kind in _STEP.items()},
    **{index + suffix: kind for index in ("transparency", "empathy") for suffix, kind in _INDEX.items()},
    "transparency_reason": _TEXT,
    **{
        f"favourability_{phase}{suffix}": kind
        for phase in ("first_phase", "last_phase")
        for suffix, kind in _PHASE.items()
    },
    "favourability_reason": _TEXT,
    **{name + suffix: kind for name in ("half_life", "time_to_neutral") for suffix, kind in _DAYS.items()},
    "recovery_texts": _COUNT,
    "recovery_publishers": _COUNT,
    "recovery_reason": _TEXT,
    **_EVIDENCE,
}


def row(entry: Entry) -> dict[str, Cell]:
    """A case as a row of the table; a column that is missing here is null."""
    return _about(entry) | _steps(entry) | _indices(entry) | _phases(entry) | _recovery(entry) | _evidence(entry)


def _about(entry: Entry) -> dict[str, Cell]:
    fields = ("title", "organisation", "country", "cause", "crisis_type", "exposed_by", "record")
    return {
        "case_id": entry.case_id,
        "name": entry.name,
        "year": entry.year,
        "own_clock": entry.own_clock if entry.speed else None,
        "series": entry.series,
        **{field: getattr(entry.about, field) for field in fields},
    }


def _steps(entry: Entry) -> dict[str, Cell]:
    if entry.speed is None:
        return dict.fromkeys(STEPS, entry.reasons["speed"])
    return {name + suffix: value for name in STEPS for suffix, value in _step(entry.speed, name).items()}


def _step(speed: Speed, name: str) -> dict[str, Cell]:
    step = speed[name]
    by_clock = step.by_clock or step.latency
    return {
        "": latency_text(step.latency),
        "_lower_seconds": step.latency.lower,
        "_upper_seconds": step.latency.upper if step.latency.seen else None,
        "_by_clock_lower_seconds": by_clock.lower,
        "_by_clock_upper_seconds": by_clock.upper if by_clock.seen else None,
        "_certainty": step.certainty or None,
        "_events": " ".join(step.event_ids) or None,
    }


def _indices(entry: Entry) -> dict[str, Cell]:
    if entry.transparency is None:
        return {"transparency_reason": entry.reasons["transparency"]}
    both = {"transparency": entry.transparency.transparency, "empathy": entry.transparency.empathy}
    columns = {name + suffix: value for name, index in both.items() for suffix, value in _index(index).items()}
    return columns | {"transparency_reason": both["transparency"].why_not or None}


def _index(index: Index) -> dict[str, Cell]:
    agreement = index.agreement
    return {
        "": _known(index.value),
        "_lower": index.lower if index.defined else None,
        "_upper": index.upper if index.defined else None,
        "_items": index.applicable,
        "_not_coded": index.items - index.complete,
        "_alpha": _known(agreement.alpha),
        "_alpha_lower": _known(agreement.lower),
        "_alpha_upper": _known(agreement.upper),
        "_alpha_units": agreement.units,
        "_ac2": _known(agreement.ac),
        "_ac2_lower": _known(agreement.ac_lower),
        "_ac2_upper": _known(agreement.ac_upper),
    }


def _phases(entry: Entry) -> dict[str, Cell]:
    if entry.tone is None:
        return {"favourability_reason": entry.reasons["tone"]}
    columns: dict[str, Cell] = {}
    for phase, name in (
        (entry.first_phase, "favourability_first_phase"),
        (entry.last_phase, "favourability_last_phase"),
    ):
        if phase is not None:
            mean = {"": phase.mean.value, "_lower": phase.mean.lower, "_upper": phase.mean.upper}
            columns |= {name + suffix: _known(value) for suffix, value in mean.items()} | {f"{name}_n": phase.n}
    return columns


def _recovery(entry: Entry) -> dict[str, Cell]:
    recovery = entry.recovery
    if recovery is None:
        return {"recovery_reason": entry.reasons["tone"]}
    extent: dict[str, Cell] = {"recovery_texts": recovery.after, "recovery_publishers": recovery.publishers}
    if not recovery.modelled:
        return extent | {"recovery_reason": recovery.why_not}
    both = {"half_life": recovery.half_life, "time_to_neutral": recovery.time_to_neutral}
    return extent | {name + suffix: value for name, days in both.items() for suffix, value in _days(days).items()}


def _days(days: Days) -> dict[str, Cell]:
    ends = {"_days": days.value, "_lower_days": days.lower, "_upper_days": days.upper}
    known = {suffix: value if math.isfinite(value) else None for suffix, value in ends.items()}
    return {"": days.text, **known}


def _evidence(entry: Entry) -> dict[str, Cell]:
    evidence = entry.evidence
    return {
        "claims_supported": entry.ledger.verdicts.get("supported", 0),
        "claims": len(entry.ledger.claims),
        **{name: getattr(evidence, name) for name in ("events", "texts", "sources", "event_sources")},
        "events_inferred_share": evidence.inferred_share,
        "events_disputed_share": evidence.disputed_share,
        **{f"{fact}_publishers": n for fact, n in evidence.publishers.items()},
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
