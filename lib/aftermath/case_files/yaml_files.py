"""Files of fields: YAML read strictly, every field known by the line it stands in and checked for what belongs there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeAlias, TypeGuard

import yaml

from aftermath.case_files.file_problems import UNPRINTABLE, FileProblems, short
from aftermath.case_files.lengths import SHORTEN, length_fault

# What a file of fields can hold: plain words stay text.
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"
Check = tuple[Callable[[Value], bool], str]  # whether a value belongs in a field, and what would

SOME_TEXT = r"\s*\S.*"
DEEPEST = 20  # steps that fields may lie within each other

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the quick one where it was built
_NO_YAML = re.compile(r"[\x80-\x84\x86-\x9f\ufffe\uffff]")  # beside what no text of a case may hold
_NULL = ("", "~", "null", "Null", "NULL")
_OWN_TAGS = {
    yaml.ScalarEvent: "tag:yaml.org,2002:str",
    yaml.SequenceStartEvent: "tag:yaml.org,2002:seq",
    yaml.MappingStartEvent: "tag:yaml.org,2002:map",
}
_ADVICE = "indent with spaces, quote text that has a colon, and write each field once"


def load_yaml(
    text: str, problems: FileProblems, *, mend: str = "write one `field: value` a line; `aftermath new` shows them all"
) -> dict[str, Value] | None:
    """The fields of a file, each with the line it stands in.

    **Every plain word is text**: elsewhere ``country: NO`` would be a truth value and ``title: 2014`` a number. What hides or
    multiplies content is refused: a key that stands twice or is no text, references, tags that make something else of a value.

    Parameters
    ----------
    text
        Its content.
    problems
        Takes the problem, with line and character, and learns in which line each field stands: ``a``, ``a.b``, ``a[1].b``,
        **counted from 1**.
    mend
        What would mend a file without fields.

    Returns
    -------
    dict or None
        None where the text holds no fields at all.
    """
    rows: dict[str, int] = {}
    try:
        record = _document(text, rows)
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        what, advice, mark = _yaml_fault(error)
        row, column = (mark.line + 1, str(mark.column + 1)) if mark else (0, "")
        problems.add(f"is not well-formed YAML: {what}", advice, row, column)
        return None
    if not isinstance(record, dict):
        problems.add("holds no fields", mend)
        return None
    problems.rows.update(rows)
    return record


def _refused(what: str, mend: str, mark: yaml.Mark) -> yaml.MarkedYAMLError:
    return yaml.MarkedYAMLError(problem=what, problem_mark=mark, note=mend)


def _document(text: str, rows: dict[str, int]) -> Value:
    """What the one document of a text holds; None where there is none."""
    if stray := _NO_YAML.search(text):
        before = text[: stray.start()]
        mark = yaml.Mark("", stray.start(), before.count("\n"), stray.start() - before.rfind("\n") - 1, None, 0)
        raise _refused(f"it holds the character {stray.group()!r}", "remove it", mark)
    value, documents = None, 0
    events = yaml.parse(text, _PARSER)
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused("a second document begins here", "keep one document", event.start_mark)
        elif isinstance(event, yaml.NodeEvent):
            value = _value(event, events, "", rows, 0)
    return value


def _value(event: yaml.Event, events: Iterator[yaml.Event], name: str, rows: dict[str, int], depth: int) -> Value:
    """What begins with an event, and takes as many more of them as belong to it."""
    if isinstance(event, yaml.AliasEvent):
        raise _refused(
            "references (*) are not read here", "write out what is meant, or quote the text", event.start_mark
        )
    tag: str | None = getattr(event, "tag", None)
    if tag not in (None, "!", _OWN_TAGS[type(event)]):
        said = short(tag.replace("tag:yaml.org,2002:", "!!"))
        raise _refused(f"the tag {said} is not read here", "remove it, or quote the text", event.start_mark)
    if depth > DEEPEST:
        raise _refused("it is nested too deeply", f"let fields lie in at most {DEEPEST} others", event.start_mark)
    if isinstance(event, yaml.ScalarEvent):
        return None if event.implicit[0] and event.value in _NULL else event.value
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Value] = []
        while not isinstance(first := next(events), yaml.SequenceEndEvent):
            place = f"{name}[{len(entries) + 1}]"
            rows[place] = first.start_mark.line + 1
            entries.append(_value(first, events, place, rows, depth + 1))
        return entries
    fields: dict[str, Value] = {}
    while not isinstance(first := next(events), yaml.MappingEndEvent):
        key, mark = _key(first), first.start_mark
        if key in fields:
            raise _refused(f"the key '{short(key)}' stands twice", "write each field once", mark)
        place = f"{name}.{short(key)}" if name else short(key)  # which those of all that lies in it begin with
        rows[place] = mark.line + 1
        fields[key] = _value(next(events), events, place, rows, depth + 1)
    return fields


def _key(event: yaml.Event) -> str:
    key = _value(event, iter(()), "", {}, 0) if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent) else None
    if not key or not isinstance(key, str):
        raise _refused("a key is no text", "write the name of a field before the colon", event.start_mark)
    return key


def _yaml_fault(error: Exception) -> tuple[str, str, yaml.Mark | None]:
    """What is wrong with a file of YAML, what mends it, and where it is, as far as the parser says."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return "it cannot be read", _ADVICE, None
    what, mark, begun = error.problem or "it cannot be read", error.problem_mark, error.context_mark
    if mark and begun and begun.line < mark.line:
        what += f", {error.context} that begins in line {begun.line + 1}"
    return what, error.note or _ADVICE, mark


# What belongs in a field


def is_text(value: Value) -> TypeGuard[str]:
    """Whether a value is text without characters that nobody sees."""
    return isinstance(value, str) and not UNPRINTABLE.search(value)


def one_of(words: Iterable[str], *, nullable: bool = False) -> Check:
    """One of some words."""
    allowed = tuple(words)
    hint = f"use one of: {', '.join(allowed)}" + (", or null" if nullable else "")
    return lambda value: (value is None and nullable) or (isinstance(value, str) and value in allowed), hint


def matching(pattern: str, hint: str, *, nullable: bool = False) -> Check:
    """Text in some form."""
    expression = re.compile(pattern, re.DOTALL)

    def sound(value: Value) -> bool:
        return (value is None and nullable) or (is_text(value) and bool(expression.fullmatch(value)))

    return sound, hint


def list_of(pattern: str, hint: str) -> Check:
    """A list of texts in some form, at least one."""
    expression = re.compile(pattern)

    def sound(value: Value) -> bool:
        words = value if isinstance(value, list) else []
        return bool(words) and all(is_text(word) and expression.fullmatch(word) for word in words)

    return sound, hint


def check_fields(
    record: Mapping[str, Value],
    checks: Mapping[str, Check],
    problems: FileProblems,
    prefix: str = "",
    optional: Collection[str] = (),
) -> None:
    """Add every field that is missing, holds what does not belong there, or is none.

    Parameters
    ----------
    record
        The fields.
    checks
        Every field that there is, and what belongs in it.
    problems
        Takes the problems.
    prefix
        What problems write before the name of a field, e.g. ``coders.a.``.
    optional
        Fields that may be missing.
    """
    for name, (sound, mend) in checks.items():
        if name not in record:
            if name not in optional:
                problems.add("this field is missing", mend, column=prefix + name)
        elif too_long := length_fault(record[name]):
            problems.add(too_long, SHORTEN, column=prefix + name)
        elif not sound(record[name]):
            problems.add(fault(record[name]), mend, column=prefix + name)
    for name in record:
        if name not in checks:
            problems.add(
                "is not a field of this file",
                f"remove or rename it; the fields are {', '.join(checks)}",
                column=f"{prefix}{name}",
            )


def fault(value: Value) -> str:
    """What is wrong with a value that does not belong where it stands."""
    return "is empty" if value in (None, "", []) else f"{shown(value)} is not what belongs here"


def shown(value: Value) -> str:
    """A value as a problem quotes it."""
    if isinstance(value, list):
        return f"[{short(', '.join(map(shown, value[:9])))}]"
    return f"'{short(value)}'" if isinstance(value, str) else f"a {type(value).__name__}"
