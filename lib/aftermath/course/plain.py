"""Answers as plain values: what a test sees of them, and nothing that could answer back.

A student's code and the tests never share a process. Between them goes a text that holds numbers, words, truth values,
dates, and lists of these: no object of a student's own making, whose ``==`` may say yes to everything.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

MEDIA = "application/vnd.aftermath.answers+json"
LONGEST = 100_000  # letters of all answers together
DEEPEST = 20


class _RefusedError(Exception):
    """A value that is not plain; the text is its kind."""


def show(namespace: Mapping[str, Any], names: Iterable[str]) -> None:
    """Hand out the values of some names; runs where the student's code ran.

    Parameters
    ----------
    namespace
        Names to values. Those that are missing are left out.
    names
        Which are asked for.
    """
    from IPython.display import display

    display({MEDIA: as_text({name: namespace[name] for name in names if name in namespace})}, raw=True)


def as_text(values: Mapping[str, Any]) -> str:
    """Names and values as a text; of what is not plain, the kind alone.

    Examples
    --------
    >>> as_text({"total": 42, "word": object()})
    '{"values": {"total": 42}, "refused": {"word": "object"}}'
    """
    plain, refused = {}, {}
    for name, value in values.items():
        try:
            plain[name] = _packed(value)
        except _RefusedError as kind:
            refused[name] = str(kind)
    return json.dumps({"values": plain, "refused": refused})


def values_in(text: str) -> dict[str, Any]:
    """The values that a text holds; **none where it is not such a text**, as a student's code may have made it.

    Examples
    --------
    >>> values_in(as_text({"row": ("e03", 3.5), "known": {True}}))
    {'row': ('e03', 3.5), 'known': {True}}
    """
    try:
        return {name: _unpacked(value) for name, value in _parts(text)["values"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return {}


def refused_in(text: str) -> dict[str, str]:
    """Names whose values were not plain, with their kinds; none where it is not such a text."""
    try:
        return {str(name): str(kind)[:60] for name, kind in _parts(text)["refused"].items()}
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return {}


def _parts(text: str) -> dict[str, Any]:
    return json.loads(text) if len(text) <= LONGEST else {}


def _packed(value: Any, depth: int = 0) -> Any:
    """A value as JSON has it; what JSON has no word for is an object of one entry, its kind."""
    if type(value).__module__ == "numpy" and hasattr(value, "item"):
        value = value.tolist()
    if depth > DEEPEST:
        raise _RefusedError("list without end")
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return float(value)
        case str():
            return str.__str__(value)
        case list():
            return [_packed(part, depth + 1) for part in value]
        case tuple() | set() | frozenset():
            kind = "tuple" if isinstance(value, tuple) else "set"
            return {kind: [_packed(part, depth + 1) for part in value]}
        case dict():
            return {"dict": [[_packed(key, depth + 1), _packed(part, depth + 1)] for key, part in value.items()]}
        case datetime():
            return {"datetime": value.isoformat()}
        case date():
            return {"date": value.isoformat()}
        case timedelta():
            return {"timedelta": [value.days, value.seconds, value.microseconds]}
    raise _RefusedError(type(value).__name__)


def _unpacked(packed: Any) -> Any:
    if isinstance(packed, list):
        return [_unpacked(part) for part in packed]
    if not isinstance(packed, dict):
        return packed
    ((kind, content),) = packed.items()
    match kind:
        case "tuple":
            return tuple(_unpacked(part) for part in content)
        case "set":
            return {_unpacked(part) for part in content}
        case "dict":
            return {_unpacked(key): _unpacked(part) for key, part in content}
        case "datetime":
            return datetime.fromisoformat(content)
        case "date":
            return date.fromisoformat(content)
        case "timedelta":
            days, seconds, microseconds = content
            return timedelta(days, seconds, microseconds)
    raise ValueError(kind)
