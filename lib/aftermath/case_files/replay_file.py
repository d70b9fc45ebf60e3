"""``replay.yaml``: how the replay of a case is staged, where somebody has said so. A case needs none.

It says nothing that is measured, and is no evidence: the checksum of a case leaves it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from aftermath import vocabulary
from aftermath.case_files.file_problems import FileProblems, read_text, short
from aftermath.case_files.public_record import events_public
from aftermath.case_files.yaml_files import (
    SOME_TEXT,
    Check,
    Value,
    check_fields,
    fault,
    is_text,
    list_of,
    load_yaml,
    matching,
)

if TYPE_CHECKING:
    from aftermath.case_files.case import Case

REPLAY_FILE = "replay.yaml"
LONGEST_LIMIT = 60  # minutes
_LARGEST = 100_000  # bytes
_EVENT = r"e[0-9]{2,}"


@dataclass(frozen=True)
class StagedDecision:
    """A decision that the class is to make.

    Parameters
    ----------
    at
        The event after which it stands.
    question
        What is asked; None for the usual words.
    options
        Keys of ``vocabulary.RESPONSES`` to choose from; all where none is given.
    minutes
        How long the class may take; None where the lecturer decides.
    note
        For the lecturer alone.
    """

    at: str
    question: str | None = None
    options: tuple[str, ...] = ()
    minutes: int | None = None
    note: str | None = None


@dataclass(frozen=True)
class Staging:
    """What ``replay.yaml`` says.

    Parameters
    ----------
    opening
        What the class is told before the first moment.
    begin, end
        Events of the first and the last moment; None for those of the record.
    stops
        Events whose moments are stopped at; what lies between is shown at the next. None where not given.
    public
        Event to the event with which it became public, **or to itself where everybody saw it**.
    words
        Event to what the class reads of it, as it could be seen at that moment.
    decisions
        Where the class decides; none where that is left to the record.
    """

    opening: str | None = None
    begin: str | None = None
    end: str | None = None
    stops: tuple[str, ...] = ()
    public: Mapping[str, str] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)
    decisions: tuple[StagedDecision, ...] = ()


def _pairs(pattern: str, hint: str) -> Check:
    expression = re.compile(pattern, re.DOTALL)

    def sound(value: Value) -> bool:
        return isinstance(value, dict) and all(is_text(part) and expression.fullmatch(part) for part in value.values())

    return sound, hint


_FIELDS: dict[str, Check] = {
    "opening": matching(SOME_TEXT, "say whom the class plays, or leave the field out"),
    "begin": matching(_EVENT, "name the event of the first moment, or leave the field out"),
    "end": matching(_EVENT, "name the event of the last moment, or leave the field out"),
    "stops": list_of(_EVENT, "list events at whose moments the replay stops, or leave the field out"),
    "public": _pairs(_EVENT, "write e.g. {e28: e32}: the first became public with the second"),
    "words": _pairs(
        SOME_TEXT, "write what could be seen of an event when it happened, e.g. {e05: A second clip is posted.}"
    ),
    "decisions": (lambda value: isinstance(value, list) and bool(value), "list decisions, or leave the field out"),
}
_DECISION: dict[str, Check] = {
    "at": matching(_EVENT, "name the event after which the class decides, e.g. e03"),
    "question": matching(SOME_TEXT, "write the question, or leave the field out"),
    "options": (
        lambda value: (
            isinstance(value, list) and bool(value) and all(word in list(vocabulary.RESPONSES) for word in value)
        ),
        f"list some of {', '.join(vocabulary.RESPONSES)}, or leave the field out",
    ),
    "minutes": (
        lambda value: isinstance(value, str) and value in map(str, range(1, LONGEST_LIMIT + 1)),
        f"write whole minutes from 1 to {LONGEST_LIMIT}, or leave the field out",
    ),
    "note": matching(SOME_TEXT, "write a note for the lecturer, or leave the field out"),
}


def read_staging(folder: Path, problems: FileProblems) -> Staging | None:
    """Read ``replay.yaml`` of a case folder, by itself.

    Parameters
    ----------
    folder
        The case folder.
    problems
        Takes what is wrong, with the line.

    Returns
    -------
    Staging or None
        None where there is a problem.
    """
    text = read_text(folder / REPLAY_FILE, problems, largest=_LARGEST)
    record = (
        None if text is None else load_yaml(text, problems, mend=f"write some of {', '.join(_FIELDS)}, or remove it")
    )
    if record is None:
        return None
    check_fields(record, _FIELDS, problems, optional=_FIELDS)
    listed = record.get("decisions")
    for number, entry in enumerate(listed if isinstance(listed, list) else (), start=1):
        name = f"decisions[{number}]"
        if isinstance(entry, dict):
            check_fields(entry, _DECISION, problems, f"{name}.", optional=[key for key in _DECISION if key != "at"])
        else:
            problems.add(fault(entry), f"write the fields {', '.join(_DECISION)}", column=name)
    if problems:
        return None
    fields: dict[str, Any] = {str(name): value for name, value in record.items()}
    decisions = tuple(_decision(entry) for entry in fields.pop("decisions", ()))
    return Staging(**fields | {"stops": tuple(fields.get("stops", ())), "decisions": decisions})


def _decision(entry: dict[str, Any]) -> StagedDecision:
    minutes = int(entry["minutes"]) if "minutes" in entry else None
    return StagedDecision(**entry | {"options": tuple(entry.get("options", ())), "minutes": minutes})


def check_staging(case: Case, staging: Staging, problems: FileProblems) -> None:
    """Hold a staging against the case that it is of.

    Parameters
    ----------
    case
        The case, with the staging.
    staging
        What its ``replay.yaml`` says.
    problems
        Takes what is wrong, with the line.
    """
    if case.zero is None:
        problems.add("no crisis is on record, so there is nothing to replay", "remove the file")
        return
    known = set(case.events["event_id"])
    for name, event_id in _named(staging):
        if event_id not in known:
            mend = "name an event of events.csv"
            problems.add(f"'{short(event_id)}' is not in events.csv", mend, column=name)
    if problems:
        return
    public = events_public(case)
    for name, event_id in _named(staging):
        if (
            name.partition(".")[0].partition("[")[0] in ("begin", "end", "stops", "decisions")
            and public[event_id] is None
        ):
            what = f"{event_id} has no moment: the record does not tell when it became public"
            problems.add(what, "name another event, or say under public with which event it became public", column=name)
    if not problems:
        _check_order(staging, {event_id: at for event_id, at in public.items() if at is not None}, problems)


def _named(staging: Staging) -> Iterator[tuple[str, str]]:
    """Every event that is named, with the field."""
    yield from ((name, event_id) for name in ("begin", "end") if (event_id := getattr(staging, name)))
    yield from ((f"stops[{number}]", event_id) for number, event_id in enumerate(staging.stops, start=1))
    for event_id, other in staging.public.items():
        yield from ((f"public.{event_id}", id) for id in (event_id, other))
    yield from ((f"words.{event_id}", event_id) for event_id in staging.words)
    yield from ((f"decisions[{number}].at", decision.at) for number, decision in enumerate(staging.decisions, start=1))


def _check_order(staging: Staging, public: Mapping[str, datetime], problems: FileProblems) -> None:
    begin = public[staging.begin] if staging.begin else min(public.values())
    end = public[staging.end] if staging.end else max(public.values())
    if begin >= end:
        problems.add(
            f"nothing comes after {staging.begin or 'the first moment'}", "begin earlier, or end later", column="end"
        )
        return
    for number, event_id in enumerate(staging.stops, start=1):
        if not begin <= public[event_id] <= end:
            what = f"{event_id} comes before the first moment or after the last"
            problems.add(what, "name another event, or move begin or end", column=f"stops[{number}]")
    seen: dict[datetime, int] = {}
    for number, decision in enumerate(staging.decisions, start=1):
        at, column = public[decision.at], f"decisions[{number}].at"
        if at >= end:
            problems.add(
                f"{decision.at} is at the end or after it: nothing would be revealed",
                "name an earlier event",
                column=column,
            )
        elif at < begin:
            problems.add(
                f"{decision.at} comes before the first moment", "name a later event, or begin earlier", column=column
            )
        elif seen.setdefault(at, number) != number:
            problems.add(f"decisions[{seen[at]}] is at the same moment", "keep one of the two", column=column)
