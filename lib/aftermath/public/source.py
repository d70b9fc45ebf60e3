"""What a public source is: its arguments, its requests, and how its answers are read."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import polars as pl

from aftermath.problems import AftermathError
from aftermath.wording import listed

LONGEST_TEXT = 1000
EARLIEST_DAY = date(1990, 1, 1)  # before the web

Query = dict[str, str | list[str]]

SCHEMA = pl.Schema(
    {
        "signal": pl.String,
        "time": pl.Datetime("us", "UTC"),
        "value": pl.Float64,
        "unit": pl.String,
        "scope": pl.String,
    }
)


class QueryError(AftermathError):
    """A public source cannot be asked this; nothing was sent."""


@dataclass(frozen=True)
class Argument:
    """One argument of a query.

    Parameters
    ----------
    name, help
        As a person types it, and what it means.
    check
        Returns the value in its one spelling, or raises ``ValueError`` that says what to write instead.
    default
        Taken where the argument is missing; None where it must be given, an empty text where it may be left out.
    many
        True where it may be given several times.
    """

    name: str
    help: str
    check: Callable[[str], str]
    default: str | None = None
    many: bool = False


@dataclass(frozen=True)
class Request:
    """One question to a source.

    Parameters
    ----------
    url
        The whole address. **It never holds a key.**
    about
        What it asks for, in words.
    settled
        From when on an answer is final. One that came earlier is asked for again by the next pull.
    """

    url: str
    about: str
    settled: datetime | None = None

    @property
    def file_name(self) -> str:
        """The name under which the answer is kept: a hash of the request."""
        return hashlib.sha256(f"GET {self.url}".encode()).hexdigest() + ".json"


@dataclass(frozen=True)
class Reading:
    """What answers say.

    Parameters
    ----------
    table
        One row a value, under ``SCHEMA``.
    remarks
        What the table alone would not show, one sentence each.
    """

    table: pl.DataFrame
    remarks: tuple[str, ...] = ()


def _no_more(request: Request, body: bytes) -> Request | None:
    return None


@dataclass(frozen=True)
class Source:
    """A public source.

    Parameters
    ----------
    name, title
        As it is typed, and what it gives.
    documentation, citation, rights
        Where it is documented, how it is cited, and what may be done with its answers.
    arguments
        What a query may hold.
    plan
        The requests that a query needs.
    read
        What the answers to these requests say. Pure: the same bytes give the same table.
    following
        The request for the next page, from a request and its answer; None after the last.
    absent
        Statuses that mean "nothing there", and what that may mean.
    unit_of_time
        The finest step between values.
    pause
        Seconds between requests, at least.
    rest
        Seconds to wait after being told to slow down without being told how long.
    key
        Name of the environment variable that holds the key, sent as ``Authorization: Token``; empty where none is needed.
    media
        The media type of its answers.
    has_texts
        True where answers hold what people wrote. **They stay out of the repository.**
    """

    name: str
    title: str
    documentation: str
    citation: str
    rights: str
    arguments: tuple[Argument, ...]
    plan: Callable[[Query], list[Request]]
    read: Callable[[Query, Sequence[bytes]], Reading]
    unit_of_time: str
    pause: float
    rest: float
    following: Callable[[Request, bytes], Request | None] = _no_more
    absent: Mapping[int, str] = field(default_factory=dict)
    key: str = ""
    media: str = "application/json"
    has_texts: bool = False

    @property
    def help_text(self) -> str:
        """Title, arguments and documentation; plain lines for a terminal."""
        lines = [f"{self.name}: {self.title}", ""]
        for argument in self.arguments:
            word = {None: "needed", "": "optional"}.get(argument.default, f"default {argument.default}")
            several = ", may be given several times" if argument.many else ""
            lines.append(f"  {argument.name + '=':14} {argument.help} ({word}{several})")
        key = [f"  key            in the environment variable {self.key}"] if self.key else []
        return "\n".join([*lines, *key, "", f"  {self.documentation}"])

    def checked(self, query: Mapping[str, str | Sequence[str]]) -> Query:
        """The query with every value in its one spelling and every default filled in.

        Raises
        ------
        QueryError
            For an unknown, missing or impossible argument.
        """
        known = [argument.name for argument in self.arguments]
        if unknown := sorted(set(query) - set(known)):
            raise QueryError(f"{self.name} does not take {listed(unknown)}: write {listed(known, 'or')}")
        checked = {argument.name: self._values(argument, query.get(argument.name)) for argument in self.arguments}
        start, end = only(checked, "start"), only(checked, "end")
        if start and end and start > end:
            raise QueryError(f"{self.name}: start={start} is after end={end}. Exchange the two.")
        return {name: value for name, value in checked.items() if value not in ("", [])}

    def _values(self, argument: Argument, given: str | Sequence[str] | None) -> str | list[str]:
        if given is None or given in ("", [], ()):
            if argument.default is None:
                raise QueryError(f"{self.name} needs {argument.name}: {argument.help}")
            return ([argument.default] if argument.default else []) if argument.many else argument.default
        values: list[Any] = list(given) if isinstance(given, list | tuple) else [given]  # whatever was given
        if len(values) > 1 and not argument.many:
            raise QueryError(f"{self.name} takes {argument.name} only once, not {len(values)} times")
        checked = [self._value(argument, value) for value in values]
        return list(dict.fromkeys(checked)) if argument.many else checked[0]

    def _value(self, argument: Argument, value: str) -> str:
        try:
            return argument.check(plain(value))
        except ValueError as error:
            shown = repr(value if not isinstance(value, str) else value[:80])
            raise QueryError(f"{self.name}: {argument.name}={shown} {error}") from None


def only(query: Query, name: str) -> str:
    """The value of an argument that is given once; empty where it was left out."""
    value = query.get(name, "")
    return value if isinstance(value, str) else "".join(value[:1])


def several(query: Query, name: str) -> list[str]:
    """The values of an argument that may be given several times."""
    value = query.get(name, [])
    return [value] if isinstance(value, str) else value


# Arguments


def plain(value: str) -> str:
    """Text that can stand in an address.

    Raises
    ------
    ValueError
        If it is no text, empty, too long, or holds what cannot be written.
    """
    if not isinstance(value, str):
        raise ValueError("is not text")
    text = value.strip()
    if not text:
        raise ValueError("is empty")
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"is longer than {LONGEST_TEXT} characters")
    if not text.isprintable():
        raise ValueError("holds characters that cannot be seen; type it anew")
    return text


def day(text: str) -> str:
    """A day, ``YYYY-MM-DD``.

    Examples
    --------
    >>> day("2017-04-09")
    '2017-04-09'
    """
    try:
        moment = date.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.isoformat() != text:
        raise ValueError("is not a day: write YYYY-MM-DD, e.g. 2017-04-09")
    if moment < EARLIEST_DAY:
        raise ValueError(f"is before {EARLIEST_DAY.isoformat()}, the first day that can be asked for")
    return text


def since(first: date, why: str) -> Callable[[str], str]:
    """A check for days from ``first`` on; ``why`` ends the sentence of the error."""

    def check(text: str) -> str:
        if date.fromisoformat(day(text)) < first:
            raise ValueError(f"is before {first.isoformat()}, {why}")
        return text

    return check


def one_of(*words: str) -> Callable[[str], str]:
    """A check that admits these words only."""

    def check(text: str) -> str:
        if text not in words:
            raise ValueError(f"is not known: write {listed(words, 'or')}")
        return text

    return check


# Ranges


def pieces(start: str, end: str, longest: int = 366) -> list[tuple[date, date]]:
    """A range of days in pieces of nearly equal length, **both ends inclusive**.

    Equal pieces, and not calendar years, because some sources answer short ranges in finer steps than long ones: a last
    piece of three days would come by the quarter of an hour.

    Parameters
    ----------
    start, end
        First and last day.
    longest
        Days in a piece, at most.

    Examples
    --------
    >>> [(a.isoformat(), b.isoformat()) for a, b in pieces("2016-01-01", "2017-01-04")]
    [('2016-01-01', '2016-07-03'), ('2016-07-04', '2017-01-04')]
    """
    first = date.fromisoformat(start)
    days = (date.fromisoformat(end) - first).days + 1
    count = -(-days // longest)
    cuts = [first + timedelta(days=days * k // count) for k in range(count + 1)]
    return [(a, b - timedelta(days=1)) for a, b in pairwise(cuts)]


def settled_after(last: date, days: int) -> datetime:
    """The moment ``days`` days after a day is over, in UTC."""
    return datetime.combine(last + timedelta(days=1 + days), time(), UTC)
