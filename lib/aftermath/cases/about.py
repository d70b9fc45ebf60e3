"""``case.yaml``: what a case is about, and what is claimed of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from aftermath import vocabulary
from aftermath.cases.reading import Desk


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

    @property
    def documented(self) -> bool:
        """False where a crisis was searched for and none was found: then nothing is measured."""
        return self.record == "documented"


_CLAIM_FIELDS = ("claim", "from", "verdict", "why", "source_ids")


class _UniqueKeyLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice instead of keeping the last."""


def _mapping(loader: _UniqueKeyLoader, node: yaml.MappingNode) -> dict:
    keys = [loader.construct_object(key) for key, _ in node.value]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise yaml.constructor.ConstructorError(None, None, f"the key {twice!r} stands twice", node.start_mark)
    return loader.construct_mapping(node, deep=True)


_UniqueKeyLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_about(text: str, desk: Desk) -> About | None:
    """Read and check ``case.yaml``.

    Parameters
    ----------
    text
        Its content.
    desk
        Takes the problems.

    Returns
    -------
    About or None
        None where problems were put down.
    """
    record = _load(text, desk)
    if record is None:
        return None
    _check_fields(record, _FIELDS, desk)
    claims = [_claim(entry, number, desk) for number, entry in enumerate(_entries(record), start=1)]
    _check_record(record, desk)
    if desk.problems:
        return None
    values = {field.name: _frozen(record.get(field.name)) for field in fields(About)}
    return About(**values | {"documented_claims": tuple(claims)})


def _load(text: str, desk: Desk) -> dict | None:
    try:
        record = yaml.load(text, Loader=_UniqueKeyLoader)  # noqa: S506 (a SafeLoader)
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "it cannot be read"
        desk.put(
            f"is not well-formed YAML: {what}",
            "indent with spaces and quote text that has a colon",
            mark.line + 1 if mark else 0,
        )
        return None
    if not isinstance(record, dict):
        desk.put("holds no fields", "write one `field: value` a line; `aftermath new` shows them all")
        return None
    return record


def _entries(record: Mapping) -> list:
    claims = record.get("documented_claims")
    return claims if isinstance(claims, list) else []


def _frozen(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _one_of(words: Iterable[str], *, nullable: bool = False) -> tuple[Callable[[object], bool], str]:
    allowed = tuple(words)
    hint = f"use one of: {', '.join(allowed)}" + (", or null" if nullable else "")
    return lambda value: (value is None and nullable) or (isinstance(value, str) and value in allowed), hint


def _matching(pattern: str, hint: str, *, nullable: bool = False) -> tuple[Callable[[object], bool], str]:
    expression = re.compile(pattern, re.DOTALL)
    return (
        lambda value: (value is None and nullable) or (isinstance(value, str) and bool(expression.fullmatch(value))),
        hint,
    )


def _list_of(pattern: str, hint: str) -> tuple[Callable[[object], bool], str]:
    expression = re.compile(pattern)
    return (
        lambda value: (
            isinstance(value, list)
            and bool(value)
            and all(isinstance(each, str) and expression.fullmatch(each) for each in value)
        ),
        hint,
    )


def _is_zone(value: object) -> bool:
    try:
        return isinstance(value, str) and bool(ZoneInfo(value))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


_SOME_TEXT = r"\s*\S.*"
_FIELDS: dict[str, tuple[Callable[[object], bool], str]] = {
    "id": _matching(r"[a-z0-9]+(-[a-z0-9]+)*", "write the folder's name: lower-case words with hyphens"),
    "title": _matching(_SOME_TEXT, "write a title"),
    "organisation": _matching(_SOME_TEXT, "name the organisation"),
    "parent": _matching(_SOME_TEXT, "name the parent, or leave the field out", nullable=True),
    "industry": _matching(r"[a-z0-9][^A-Z]*", "write the industry in lower case"),
    "country": _matching(r"[A-Z]{2}", "write an ISO 3166 alpha-2 code, e.g. US"),
    "platforms": _list_of(r"[a-z0-9][a-z0-9_]*", "list the platforms in snake_case, e.g. [twitter, facebook]"),
    "languages": _list_of(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", "list BCP 47 tags, e.g. [en]"),
    "timezone": (_is_zone, "write an IANA time zone, e.g. America/New_York"),
    "aliases": _list_of(_SOME_TEXT, "list the names of the organisation, its brands and products"),
    "kind": _one_of(vocabulary.CASE_KINDS),
    "record": _one_of(vocabulary.RECORDS),
    "exposed_by": _one_of(vocabulary.EXPOSED_BY, nullable=True),
    "crisis_type": _one_of(vocabulary.CRISIS_TYPES, nullable=True),
    "cause": _one_of(vocabulary.CAUSES, nullable=True),
    "clock_zero": _matching(
        r"e\d{2,}", "name the event of exposure, e.g. e03 (null where no crisis is on record)", nullable=True
    ),
    "summary": _matching(_SOME_TEXT, "write 4 to 8 sentences"),
    "documented_claims": (lambda value: isinstance(value, list), "write a list of claims, or [] where there are none"),
}
_OPTIONAL = ("parent",)
_CLAIM_CHECKS = {
    "claim": _matching(_SOME_TEXT, "write the claim in your own words"),
    "from": _matching(r"[a-z0-9][a-z0-9-]*", "name the text_id of the text that makes the claim"),
    "verdict": _one_of(vocabulary.VERDICTS),
    "why": _matching(_SOME_TEXT, "give the reason"),
    "source_ids": _list_of(r"[a-z0-9][a-z0-9-]*", "list the sources it rests on"),
}


def _check_fields(record: Mapping, checks: Mapping, desk: Desk, prefix: str = "") -> None:
    for name, (sound, mend) in checks.items():
        if name not in record:
            if name not in _OPTIONAL:
                desk.put("this field is missing", mend, column=prefix + name)
        elif not sound(record[name]):
            desk.put(f"{_shown(record[name])} is not what belongs here", mend, column=prefix + name)
    for name in record:
        if name not in checks:
            desk.put(
                "is not a field of this file",
                f"remove or rename it; the fields are {', '.join(checks)}",
                column=f"{prefix}{name}",
            )


def _shown(value: object) -> str:
    text = "an empty field" if value is None else repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _claim(entry: object, number: int, desk: Desk) -> Claim | None:
    prefix = f"documented_claims[{number}]."
    if not isinstance(entry, dict):
        desk.put(f"{_shown(entry)} is not a claim", f"write the fields {', '.join(_CLAIM_FIELDS)}", column=prefix[:-1])
        return None
    before = len(desk.problems)
    _check_fields(entry, _CLAIM_CHECKS, desk, prefix)
    if len(desk.problems) > before:
        return None
    return Claim(entry["claim"], entry["from"], entry["verdict"], entry["why"], tuple(entry["source_ids"]))


def _check_record(record: Mapping, desk: Desk) -> None:
    """A documented crisis has a clock and its classes; where none is on record they would assert one."""
    classes = ("clock_zero", "exposed_by", "crisis_type", "cause")
    for name in classes:
        given = record.get(name) is not None
        if record.get("record") == "documented" and not given and name in record:
            desk.put("is empty although the crisis is documented", _FIELDS[name][1], column=name)
        if record.get("record") == "none_found" and given:
            desk.put(f"{_shown(record[name])} is given although no crisis is on record", "write null", column=name)
