"""All cases of a workspace, one by its name, and functions that take a case or its id."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec, SupportsIndex, TypeVar, overload

import polars as pl

from aftermath.case_files.case import Case, load_case, read_case
from aftermath.case_files.overview import overview
from aftermath.display import Display, Displayed
from aftermath.problems import CaseError, Problem, near_miss
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

_Of = TypeVar("_Of")
_More = ParamSpec("_More")
_Measured = TypeVar("_Measured")


class Cases(Displayed, tuple[Case, ...]):
    """Cases in order of their ids: a tuple that also finds a case by its id, and shows itself as a table.

    Parameters
    ----------
    cases
        Those that could be loaded.
    left_out
        Id of each case folder that could not, to its problems.

    Examples
    --------
    >>> every = cases()
    >>> every["kitchenaid-tweet"] is every[[case.id for case in every].index("kitchenaid-tweet")]
    True
    """

    left_out: Mapping[str, tuple[Problem, ...]]

    def __new__(cls, cases: Iterable[Case] = (), left_out: Mapping[str, tuple[Problem, ...]] | None = None) -> Cases:
        made = super().__new__(cls, cases)
        made.left_out = dict(left_out or {})
        return made

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All problems of the case folders that could not be loaded."""
        return tuple(problem for of_case in self.left_out.values() for problem in of_case)

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: title, year, country, cause, clock zero, and how many events, texts and sources it has."""
        return overview(self)

    @property
    def display(self) -> Display:
        """The table, with how many cases it has, and which could not be loaded."""
        return Display(counted(len(self), "case"), self._not_loaded, tables={"": self.table})

    @property
    def _not_loaded(self) -> str:
        if not self.left_out:
            return ""
        folders = [
            f"{case_id} ({counted(len(of_case), 'problem')}: aftermath check {case_id})"
            for case_id, of_case in self.left_out.items()
        ]
        return f"{counted(len(folders), 'case folder')} could not be loaded: {listed(folders)}"

    @overload
    def __getitem__(self, key: SupportsIndex | str) -> Case: ...
    @overload
    def __getitem__(self, key: slice) -> Cases: ...
    def __getitem__(self, key: Any) -> Any:
        """A case by its place or its id; some by a slice."""
        if isinstance(key, slice):
            return Cases(super().__getitem__(key))
        if not isinstance(key, str):
            return super().__getitem__(key)
        for case in self:
            if case.id == key:
                return case
        if key in self.left_out:
            raise CaseError(self.left_out[key])
        raise KeyError(f"there is no case {key}; {near_miss(key, [case.id for case in self])}")

    def _ipython_key_completions_(self) -> list[str]:
        return [case.id for case in self]


class CaseFinder:
    """Cases of the workspace in force: all of them when called, one by its name, with ``_`` for ``-``.

    Examples
    --------
    >>> cases.kitchenaid_tweet.about.organisation
    'KitchenAid'
    >>> len(cases()) > 10
    True
    """

    def __call__(self, workspace: Workspace | None = None) -> Cases:
        """All cases, sorted by id.

        Parameters
        ----------
        workspace
            Where to look; the workspace in force if not given.

        Returns
        -------
        Cases
            **A case with problems is left out**, and named with them; what rests on all cases refuses them then (``complete``).
        """
        workspace = workspace or find_workspace()
        read = {case_id: read_case(workspace.case_folder(case_id), workspace) for case_id in workspace.case_ids()}
        return Cases(
            (case for case, _ in read.values() if case is not None),
            {case_id: problems for case_id, (_, problems) in read.items() if problems},
        )

    def __getattr__(self, name: str) -> Case:
        named = {} if name.startswith("_") else {_name(case_id): case_id for case_id in find_workspace().case_ids()}
        if name not in named:
            raise AttributeError(f"there is no case {name}; {near_miss(name, list(named))}")
        return load_case(named[name])

    def __dir__(self) -> list[str]:
        return [_name(case_id) for case_id in find_workspace().case_ids()]

    def __repr__(self) -> str:
        return "cases() is a table of all cases; cases.<name> is one of them"


cases = CaseFinder()


def complete(cases: Iterable[Case | str] | Case | str) -> Sequence[Case]:
    """The same cases, if no case folder was left out of them: what is said of all cases must rest on all.

    Where one of them is an id, its case is loaded from the workspace in force.

    Parameters
    ----------
    cases
        What ``cases()`` gave; or any others, or one, **which somebody has chosen**.

    Raises
    ------
    CaseError
        If a case could not be loaded; the error lists the problems of all of them. If there is no case of an id.

    Examples
    --------
    >>> len(complete(cases())) == len(cases())
    True
    """
    if isinstance(cases, Cases):
        if cases.problems:
            raise CaseError(cases.problems)
        return cases
    chosen = [cases] if isinstance(cases, Case | str) else cases
    return [load_case(case) if isinstance(case, str) else case for case in chosen]


def _name(case_id: str) -> str:
    return case_id.replace("-", "_")


def takes_id(
    measure: Callable[Concatenate[_Of, _More], _Measured],
) -> Callable[Concatenate[_Of | str, _More], _Measured]:
    """Let a function that takes a case take the id of one in its place, which is loaded from the workspace in force.

    Where the function is given a ``workspace`` by name, the case is loaded from that.

    Parameters
    ----------
    measure
        A function whose first argument is a case.

    Examples
    --------
    >>> @takes_id
    ... def title(case: Case) -> str:
    ...     return case.title
    >>> title("kitchenaid-tweet") == title(cases.kitchenaid_tweet)
    True
    """
    signature = inspect.signature(measure)
    first, *others = signature.parameters.values()

    @wraps(measure)
    def loading(*of: Any, **more: Any) -> _Measured:
        if of and isinstance(of[0], str):
            of = (load_case(of[0], more.get("workspace")), *of[1:])
        elif isinstance(more.get(first.name), str):
            more[first.name] = load_case(more[first.name], more.get("workspace"))
        return measure(*of, **more)

    with_id = first.replace(annotation=f"{first.annotation} | str")
    loading.__signature__ = signature.replace(parameters=[with_id, *others])  # pyright: ignore[reportAttributeAccessIssue]
    loading.__annotations__ = {**measure.__annotations__, first.name: with_id.annotation}
    return loading
