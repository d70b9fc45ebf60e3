"""``case.yaml``: what a case is about, and what is claimed of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, TypeAlias, TypeGuard
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from yaml.composer import ComposerError
from yaml.constructor import ConstructorError

from aftermath import vocabulary
from aftermath.case_files.coders import CODED_TABLES, CODER_ID, RESERVED_CODERS, Coder
from aftermath.case_files.field_readers import partial_date
from aftermath.case_files.file_problems import UNPRINTABLE, FileProblems, short


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


# What a file of YAML can hold: plain words stay text, other scalars need an explicit tag.
Scalar: TypeAlias = str | int | float | bytes | date | None
Value: TypeAlias = "Scalar | list[Value] | dict[Scalar, Value]"


class _Loader(yaml.SafeLoader):
    """A safe loader that reads every plain word as text, and refuses what hides or multiplies content.

    Without it ``country: NO`` would be a truth value, ``title: 2014`` a number, a key given twice would
    lose its first value, and a few lines of references to references could fill the memory.
    """

    yaml_implicit_resolvers = {  # noqa: RUF012 (as the base class has it)
        first: [(tag, pattern) for tag, pattern in resolvers if tag in ("tag:yaml.org,2002:null",)]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """The next node, unless it refers back to another."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise ComposerError(None, None, "references (*) are not read here", mark)
        return super().compose_node(parent, index)


def _mapping(loader: _Loader, node: yaml.MappingNode) -> dict:
    seen = set()
    for key, _ in node.value:
        if isinstance(key, yaml.ScalarNode) and key.value in seen:
            raise ConstructorError(None, None, f"the key {key.value!r} stands twice", key.start_mark)
        seen.add(key.value if isinstance(key, yaml.ScalarNode) else None)
    return loader.construct_mapping(node, deep=True)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


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
    record = _load(text, problems)
    if record is None:
        return None
    _check_fields(record, _FIELDS, problems)
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


def _load(text: str, problems: FileProblems) -> dict[Scalar, Value] | None:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        record = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        what, row = _yaml_fault(error)
        mend = "indent with spaces, quote text that has a colon, and write each field once"
        problems.add(f"is not well-formed YAML: {what}", mend, row)
        return None
    if not isinstance(record, dict) or not isinstance(node, yaml.MappingNode):
        problems.add("holds no fields", "write one `field: value` a line; `aftermath new` shows them all")
        return None
    problems.rows.update(_lines(node))
    return record


def _yaml_fault(error: Exception) -> tuple[str, int]:
    """What the reader of YAML found wrong, and in which line; 0 where it does not say."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return "it is nested too deeply" if isinstance(error, RecursionError) else "it cannot be read", 0
    what, mark, begun = error.problem or "it cannot be read", error.problem_mark, error.context_mark
    if mark and begun and begun.line < mark.line:
        what += f", {error.context} that begins in line {begun.line + 1}"
    return what, mark.line + 1 if mark else 0


def _lines(node: yaml.MappingNode, prefix: str = "") -> Iterator[tuple[str, int]]:
    """Every field and the line it stands in, those of coders and claims included."""
    for key, value in node.value:
        name = f"{prefix}{key.value}"
        yield name, key.start_mark.line + 1
        if "coders." in (f"{name}.", prefix) and isinstance(value, yaml.MappingNode):
            yield from _lines(value, f"{name}.")
        if name == "documented_claims" and isinstance(value, yaml.SequenceNode):
            for number, claim in enumerate(value.value, start=1):
                yield f"{name}[{number}]", claim.start_mark.line + 1
                if isinstance(claim, yaml.MappingNode):
                    yield from _lines(claim, f"{name}[{number}].")


def _frozen(value: Value) -> Value | tuple[Value, ...]:
    return tuple(value) if isinstance(value, list) else value


Check = tuple[Callable[[Value], bool], str]


def _is_text(value: Value) -> TypeGuard[str]:
    return isinstance(value, str) and not UNPRINTABLE.search(value)


def _one_of(words: Iterable[str], *, nullable: bool = False) -> Check:
    allowed = tuple(words)
    hint = f"use one of: {', '.join(allowed)}" + (", or null" if nullable else "")
    return lambda value: (value is None and nullable) or (isinstance(value, str) and value in allowed), hint


def _matching(pattern: str, hint: str, *, nullable: bool = False) -> Check:
    expression = re.compile(pattern, re.DOTALL)

    def sound(value: Value) -> bool:
        return (value is None and nullable) or (_is_text(value) and bool(expression.fullmatch(value)))

    return sound, hint


def _list_of(pattern: str, hint: str) -> Check:
    expression = re.compile(pattern)

    def sound(value: Value) -> bool:
        words = value if isinstance(value, list) else []
        return bool(words) and all(_is_text(word) and expression.fullmatch(word) for word in words)

    return sound, hint


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
    "comparison index marks start-here assets cases notebooks con prn aux nul".split()
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


_SOME_TEXT = r"\s*\S.*"
_FIELDS: dict[str, Check] = {
    "id": (is_case_id, f"write the folder's name: lower-case words with hyphens, at most {ID_LENGTH} characters"),
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
        r"e[0-9]{2,}", "name the event of exposure, e.g. e03 (null where no crisis is on record)", nullable=True
    ),
    "summary": _matching(_SOME_TEXT, "write 4 to 8 sentences"),
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
    "kind": _one_of(vocabulary.CODER_KINDS),
    "blind": (
        lambda value: isinstance(value, str) and value in _TRUTHS,
        "write true where they saw the events and abstracts alone, false where they saw more, or leave the field out",
    ),
    "training": _matching(
        _SOME_TEXT, "say in a few words what they were trained with, or leave the field out", nullable=True
    ),
    "date": (_is_partial_date, "write when they coded: YYYY-MM-DD, YYYY-MM or YYYY, or leave the field out"),
    "codes": (
        lambda value: isinstance(value, list) and bool(value) and all(table in CODED_TABLES for table in value),
        f"list the tables that they were to code, of {' and '.join(CODED_TABLES)}, or leave the field out",
    ),
}
_CLAIM_CHECKS: dict[str, Check] = {
    "claim": _matching(_SOME_TEXT, "write the claim in your own words"),
    "from": _matching(r"[a-z0-9][a-z0-9-]*", "name the text_id of the text that makes the claim"),
    "verdict": _one_of(vocabulary.VERDICTS),
    "why": _matching(_SOME_TEXT, "give the reason"),
    "source_ids": _list_of(r"[a-z0-9][a-z0-9-]*", "list the sources it rests on"),
}


def field_hints() -> dict[str, str]:
    """What belongs in each field of ``case.yaml``, in the order of the file.

    Examples
    --------
    >>> field_hints()["title"]
    'write a title'
    """
    return {name: mend for name, (_, mend) in _FIELDS.items()}


def _check_fields(
    record: Mapping[Scalar, Value], checks: Mapping[str, Check], problems: FileProblems, prefix: str = ""
) -> None:
    for name, (sound, mend) in checks.items():
        if name not in record:
            if name not in _OPTIONAL:
                problems.add("this field is missing", mend, column=prefix + name)
        elif not sound(record[name]):
            problems.add(_fault(record[name]), mend, column=prefix + name)
    for name in record:
        if name not in checks:
            problems.add(
                "is not a field of this file",
                f"remove or rename it; the fields are {', '.join(checks)}",
                column=f"{prefix}{name}",
            )


def _fault(value: Value) -> str:
    return "is empty" if value in (None, "", []) else f"{_shown(value)} is not what belongs here"


def _shown(value: Value) -> str:
    if isinstance(value, list):
        return f"[{short(', '.join(map(_shown, value[:9])))}]"
    return f"'{short(value)}'" if isinstance(value, str) else f"a {type(value).__name__}"


def _claim(entry: Value, number: int, problems: FileProblems) -> Claim | None:
    field = f"documented_claims[{number}]"
    if not isinstance(entry, dict):
        problems.add(f"{_shown(entry)} is not a claim", f"write the fields {', '.join(_CLAIM_CHECKS)}", column=field)
        return None
    before = len(problems)
    _check_fields(entry, _CLAIM_CHECKS, problems, f"{field}.")
    if len(problems) > before:
        return None
    checked: dict[str, Any] = {name: _frozen(entry[name]) for name in _CLAIM_CHECKS}
    return Claim(origin=checked.pop("from"), **checked)


def _coder(coder_id: Scalar, entry: Value, problems: FileProblems) -> Coder | None:
    field = f"coders.{coder_id}"
    if not isinstance(coder_id, str) or not re.fullmatch(CODER_ID, coder_id) or coder_id in RESERVED_CODERS:
        mend = f"write a lower-case letter, then letters, digits or hyphens, at most 20, and none of {', '.join(RESERVED_CODERS)}"
        problems.add("cannot be the id of a coder", mend, column=field)
        return None
    if not isinstance(entry, dict):
        what = _fault(entry) if entry is None else f"{_shown(entry)} is no description of a coder"
        problems.add(what, f"write the fields {', '.join(_CODER_CHECKS)}", column=field)
        return None
    before = len(problems)
    _check_fields(entry, _CODER_CHECKS, problems, f"{field}.")
    if len(problems) > before:
        return None
    checked: dict[str, Any] = {name: _frozen(entry[name]) for name in _CODER_CHECKS if name in entry}
    checked["blind"] = _TRUTHS.get(checked.get("blind", ""))
    return Coder(coder_id, **checked)


def _check_record(record: Mapping[Scalar, Value], problems: FileProblems) -> None:
    """A documented crisis has a clock and its classes; where none is on record they would assert one."""
    for name in ("clock_zero", "exposed_by", "crisis_type", "cause"):
        given = record.get(name) is not None
        if record.get("record") == "documented" and not given and name in record:
            mend = _FIELDS[name][1].split(", or null")[0]
            problems.add("is empty although the crisis is documented", mend, column=name)
        if record.get("record") == "none_found" and given:
            problems.add(f"{_shown(record[name])} is given although no crisis is on record", "write null", column=name)
