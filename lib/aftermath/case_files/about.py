"""``case.yaml``: what a case is about, and what is claimed of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aftermath import vocabulary
from aftermath.case_files.coders import CODED_TABLES, CODER_ID_HINT, Coder, is_coder_id
from aftermath.case_files.field_readers import partial_date
from aftermath.case_files.file_problems import FileProblems
from aftermath.case_files.yaml_files import (
    SOME_TEXT,
    Check,
    Value,
    check_fields,
    fault,
    list_of,
    load_yaml,
    matching,
    one_of,
    shown,
)
from aftermath.workspace import OWN_PAGES, SITE_FOLDERS, SITE_PAGES


@dataclass(frozen=True)
class Claim:
    """What a text says about the case, and whether the record bears it out.

    Parameters
    ----------
    claim
        The claim, in our words.
    origin
        The text it comes from: a ``text_id`` of ``texts.csv``.
    verdict
        ``supported``, ``partly``, ``unsupported`` or ``contradicted``.
    why
        The reason for the verdict.
    source_ids
        The sources that it rests on.
    """

    claim: str
    origin: str
    verdict: str
    why: str
    source_ids: tuple[str, ...]


@dataclass(frozen=True)
class About:
    """What ``case.yaml`` says; the codebook defines every field."""

    id: str
    title: str
    organisation: str
    parent: str | None
    industry: str
    country: str
    platforms: tuple[str, ...]
    languages: tuple[str, ...]
    timezone: str
    aliases: tuple[str, ...]
    kind: str
    record: str
    exposed_by: str | None
    crisis_type: str | None
    cause: str | None
    clock_zero: str | None
    summary: str
    documented_claims: tuple[Claim, ...]
    coders: tuple[Coder, ...] = ()  # none where the file does not say who coded

    @property
    def documented(self) -> bool:
        """False where a crisis was searched for and none was found: then nothing is measured."""
        return self.record == "documented"


def read_about(text: str, problems: FileProblems) -> About | None:
    """Read and check ``case.yaml``.

    Parameters
    ----------
    text
        Its content.
    problems
        Takes the problems, and learns in which line each field stands.

    Returns
    -------
    About or None
        **Fields that have a problem are None**, and claims that have one are left out; the problems say which.
        None where the text holds no fields at all.
    """
    record = load_yaml(text, problems)
    if record is None:
        return None
    check_fields(record, _FIELDS, problems, optional=_OPTIONAL)
    entries, described = record.get("documented_claims"), record.get("coders")
    claims = [
        _claim(entry, number, problems)
        for number, entry in enumerate(entries if isinstance(entries, list) else (), start=1)
    ]
    coders = [
        _coder(coder_id, entry, problems)
        for coder_id, entry in (described.items() if isinstance(described, dict) else ())
    ]
    _check_record(record, problems)
    names = [field.name for field in fields(About)]
    sound: dict[str, Any] = {name: None if problems.faulty(name) else _frozen(record.get(name)) for name in names}
    sound["documented_claims"], sound["coders"] = tuple(filter(None, claims)), tuple(filter(None, coders))
    return About(**sound)


def _frozen(value: Value) -> Value | tuple[Value, ...]:
    return tuple(value) if isinstance(value, list) else value


def _is_zone(value: Value) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def _is_partial_date(value: Value) -> bool:
    try:
        return value is None or (isinstance(value, str) and bool(partial_date(value)))
    except ValueError:
        return False


ID_LENGTH = 80
# Names that the site uses itself, or that some systems cannot give to a file.
RESERVED_IDS = frozenset(
    [*OWN_PAGES, *SITE_PAGES, *SITE_FOLDERS, "start-here", "con", "prn", "aux", "nul"]
    + [f"{device}{number}" for device in ("com", "lpt") for number in range(1, 10)]
)


def is_case_id(value: Value) -> bool:
    """Whether a value can be the id of a case: lower-case words with hyphens, and no reserved name.

    Examples
    --------
    >>> is_case_id("kitchenaid-tweet"), is_case_id("../x"), is_case_id("comparison")
    (True, False, False)
    """
    return (
        isinstance(value, str)
        and len(value) <= ID_LENGTH
        and bool(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", value))
        and value not in RESERVED_IDS
    )


_FIELDS: dict[str, Check] = {
    "id": (
        is_case_id,
        f"write the folder's name: lower-case words with hyphens, at most {ID_LENGTH} characters, and no name that the site or a "
        "system uses itself",
    ),
    "title": matching(SOME_TEXT, "write a title"),
    "organisation": matching(SOME_TEXT, "name the organisation"),
    "parent": matching(SOME_TEXT, "name the parent, or leave the field out", nullable=True),
    "industry": matching(r"[a-z0-9][^A-Z]*", "write the industry in lower case"),
    "country": matching(r"[A-Z]{2}", "write an ISO 3166 alpha-2 code, e.g. US"),
    "platforms": list_of(r"[a-z0-9][a-z0-9_]*", "list the platforms in snake_case, e.g. [twitter, facebook]"),
    "languages": list_of(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "list BCP 47 tags, e.g. [en]"),
    "timezone": (_is_zone, "write an IANA time zone, e.g. America/New_York"),
    "aliases": list_of(SOME_TEXT, "list the names of the organisation, its brands and products"),
    "kind": one_of(vocabulary.CASE_KINDS),
    "record": one_of(vocabulary.RECORDS),
    "exposed_by": one_of(vocabulary.EXPOSED_BY, nullable=True),
    "crisis_type": one_of(vocabulary.CRISIS_TYPES, nullable=True),
    "cause": one_of(vocabulary.CAUSES, nullable=True),
    "clock_zero": matching(
        r"e[0-9]{2,}", "name the event of exposure, e.g. e03 (null where no crisis is on record)", nullable=True
    ),
    "summary": matching(SOME_TEXT, "write 4 to 8 sentences"),
    "documented_claims": (lambda value: isinstance(value, list), "write a list of claims, or [] where there are none"),
    "coders": (
        lambda value: isinstance(value, dict) and bool(value),
        "say of every coder that rubric.csv and stances.csv name who they are; training, date and codes (the tables that they "
        "were to code, where not both) may be left out",
    ),
}
_OPTIONAL = ("parent", "coders", "blind", "training", "date", "codes")
_TRUTHS = {"true": True, "false": False}
_CODER_CHECKS: dict[str, Check] = {
    "kind": one_of(vocabulary.CODER_KINDS),
    "blind": (
        lambda value: isinstance(value, str) and value in _TRUTHS,
        "write true where they saw the events and abstracts alone, false where they saw more, or leave the field out",
    ),
    "training": matching(
        SOME_TEXT, "say in a few words what they were trained with, or leave the field out", nullable=True
    ),
    "date": (_is_partial_date, "write when they coded: YYYY-MM-DD, YYYY-MM or YYYY, or leave the field out"),
    "codes": (
        lambda value: isinstance(value, list) and bool(value) and all(table in CODED_TABLES for table in value),
        f"list the tables that they were to code, of {' and '.join(CODED_TABLES)}, or leave the field out",
    ),
}
_CLAIM_CHECKS: dict[str, Check] = {
    "claim": matching(SOME_TEXT, "write the claim in your own words"),
    "from": matching(r"[a-z0-9][a-z0-9-]*", "name the text_id of the text that makes the claim"),
    "verdict": one_of(vocabulary.VERDICTS),
    "why": matching(SOME_TEXT, "give the reason"),
    "source_ids": list_of(r"[a-z0-9][a-z0-9-]*", "list the sources it rests on"),
}


def field_hints() -> dict[str, str]:
    """What belongs in each field of ``case.yaml``, in the order of the file.

    Examples
    --------
    >>> field_hints()["title"]
    'write a title'
    """
    return {name: mend for name, (_, mend) in _FIELDS.items()}


def _claim(entry: Value, number: int, problems: FileProblems) -> Claim | None:
    field = f"documented_claims[{number}]"
    if not isinstance(entry, dict):
        problems.add(f"{shown(entry)} is not a claim", f"write the fields {', '.join(_CLAIM_CHECKS)}", column=field)
        return None
    before = len(problems)
    check_fields(entry, _CLAIM_CHECKS, problems, f"{field}.")
    if len(problems) > before:
        return None
    checked: dict[str, Any] = {name: _frozen(entry[name]) for name in _CLAIM_CHECKS}
    return Claim(origin=checked.pop("from"), **checked)


def _coder(coder_id: str, entry: Value, problems: FileProblems) -> Coder | None:
    field = f"coders.{coder_id}"
    if not is_coder_id(coder_id):
        problems.add("cannot be the id of a coder", CODER_ID_HINT, column=field)
        return None
    if not isinstance(entry, dict):
        what = fault(entry) if entry is None else f"{shown(entry)} is no description of a coder"
        problems.add(what, f"write the fields {', '.join(_CODER_CHECKS)}", column=field)
        return None
    before = len(problems)
    check_fields(entry, _CODER_CHECKS, problems, f"{field}.", _OPTIONAL)
    if len(problems) > before:
        return None
    checked: dict[str, Any] = {name: _frozen(entry[name]) for name in _CODER_CHECKS if name in entry}
    checked["blind"] = _TRUTHS.get(checked.get("blind", ""))
    return Coder(coder_id, **checked)


def _check_record(record: Mapping[str, Value], problems: FileProblems) -> None:
    """A documented crisis has a clock and its classes; where none is on record they would assert one."""
    for name in ("clock_zero", "exposed_by", "crisis_type", "cause"):
        given = record.get(name) is not None
        if record.get("record") == "documented" and not given and name in record:
            mend = _FIELDS[name][1].split(", or null")[0]
            problems.add("is empty although the crisis is documented", mend, column=name)
        if record.get("record") == "none_found" and given:
            problems.add(f"{shown(record[name])} is given although no crisis is on record", "write null", column=name)
