"""Files of fields: every field known by the line it stands in and checked for what belongs there."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TypeGuard

from aftermath.case_files.file_problems import UNPRINTABLE, FileProblems, short
from aftermath.case_files.lengths import SHORTEN, length_fault
from aftermath.yaml_text import Value, YamlError, read_yaml

Check = tuple[Callable[[Value], bool], str]  # whether a value belongs in a field, and what would

SOME_TEXT = r"\s*\S.*"


def load_yaml(
    text: str, problems: FileProblems, *, mend: str = "write one `field: value` a line; `aftermath new` shows them all"
) -> dict[str, Value] | None:
    """The fields of a file, as ``yaml_text.read_yaml`` reads them.

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
    try:
        record, rows = read_yaml(text)
    except YamlError as error:
        column = str(error.column) if error.column else ""
        problems.add(f"is not well-formed YAML: {error.what}", error.mend, error.row, column)
        return None
    if not isinstance(record, dict):
        problems.add("holds no fields", mend)
        return None
    problems.rows.update(rows)
    return record


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
