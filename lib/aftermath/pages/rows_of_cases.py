"""Rows that a script of the site reads, as JSON: a build makes those of cases anew that changed, and of no others."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any

from markupsafe import Markup

from aftermath.case_files.case import Case
from aftermath.kept import kept_each
from aftermath.pages.script import script_json


def rows_of_cases(
    name: str, cases: Sequence[Case], rows: Callable[[int, Case], Iterable[Any]], others: Iterable[Any] = ()
) -> Markup:
    """The rows of all cases as one array, finished for a script element.

    Parameters
    ----------
    name
        What they are, by which they are kept from build to build.
    cases
        Whose rows, in their order.
    rows
        Gives those of a case, and is told its number in that order; **they rest on nothing else**.
    others
        Rows that belong to no case, which come last.

    Returns
    -------
    markupsafe.Markup
        What ``script_json`` gives for all rows.

    Examples
    --------
    >>> print(rows_of_cases("ids", [], lambda number, case: [case.id], others=["none"]))
    ["none"]
    """
    numbered = {case.id: (number, case) for number, case in enumerate(cases)}
    made_from = {case_id: partial(_origin, *own) for case_id, own in numbered.items()}
    of_cases = kept_each(name, made_from, lambda case_id: _within(rows(*numbered[case_id]))).values()
    joined = ",".join(filter(None, [*of_cases, _within(others)]))
    return Markup(f"[{joined}]")  # noqa: S704 - of pieces that script_json has finished


def _origin(number: int, case: Case) -> tuple:
    return case.origin and (number, *case.origin)


def _within(rows: Iterable[Any]) -> str:
    """Rows as JSON, without the brackets around them."""
    return str(script_json(list(rows))[1:-1])
