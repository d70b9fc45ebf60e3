"""YAML read strictly: text, lists and fields, and nothing that hides or multiplies content."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import yaml

from aftermath.problems import short

# What a file of fields can hold: plain words stay text.
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

DEEPEST = 20  # steps that fields may lie within each other

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the quick one where it was built
_NO_YAML = re.compile(r"[\x80-\x84\x86-\x9f\ufffe\uffff]")  # beside what the parser itself refuses
_NULL = ("", "~", "null", "Null", "NULL")
_OWN_TAGS = {
    yaml.ScalarEvent: "tag:yaml.org,2002:str",
    yaml.SequenceStartEvent: "tag:yaml.org,2002:seq",
    yaml.MappingStartEvent: "tag:yaml.org,2002:map",
}
_ADVICE = "indent with spaces, quote text that has a colon, and write each field once"


class YamlError(ValueError):
    """A text is not well-formed YAML, or holds what is not read here.

    Attributes
    ----------
    what, mend
        What is wrong, which completes "is not well-formed YAML: ", and what would mend it.
    row, column
        Line and character, **counted from 1**; 0 where the parser does not say.
    """

    def __init__(self, what: str, mend: str = _ADVICE, row: int = 0, column: int = 0) -> None:
        super().__init__(what)
        self.what, self.mend, self.row, self.column = what, mend, row, column


def read_yaml(text: str) -> tuple[Value, dict[str, int]]:
    """What a text of YAML holds, and the line in which each field and entry stands.

    **Every plain word is text**: elsewhere ``country: NO`` would be a truth value and ``title: 2014`` a number. What hides or
    multiplies content is refused: a key that stands twice or is no text, references, tags that make something else of a value.

    Parameters
    ----------
    text
        One document.

    Returns
    -------
    tuple
        The value, None where there is none; and for ``a``, ``a.b``, ``a[1].b``, with entries **counted from 1**, the line.

    Raises
    ------
    YamlError
        If it cannot be read so.

    Examples
    --------
    >>> read_yaml("title: 2014\\naliases: [NO, ~]")
    ({'title': '2014', 'aliases': ['NO', None]}, {'title': 1, 'aliases': 2, 'aliases[1]': 2, 'aliases[2]': 2})
    """
    rows: dict[str, int] = {}
    try:
        return _document(text, rows), rows
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise _fault(error) from error


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


def _fault(error: Exception) -> YamlError:
    """What is wrong, what mends it, and where it is, as far as the parser says."""
    if not isinstance(error, yaml.MarkedYAMLError):
        return YamlError("it cannot be read")
    what, mark, begun = error.problem or "it cannot be read", error.problem_mark, error.context_mark
    if mark and begun and begun.line < mark.line:
        what += f", {error.context} that begins in line {begun.line + 1}"
    row, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    return YamlError(what, error.note or _ADVICE, row, column)
