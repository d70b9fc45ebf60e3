"""Public sources: numbers that anyone can ask for, pulled politely and kept as they came.

Each source is a module that says which requests a query needs and how its answers are read. One client asks, one folder
keeps. **What is measured is written in the source's own documentation, named in each module.**

Examples
--------
>>> from aftermath import public
>>> sorted(public.SOURCES)
['gdelt', 'mediacloud', 'memento', 'nhtsa-complaints', 'nhtsa-recalls', 'wayback', 'wikipedia']
>>> public.SOURCES["wikipedia"].unit_of_time
'day'
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from aftermath.public import gdelt, mediacloud, memento, nhtsa, wayback, wikipedia
from aftermath.public import pulling as _pulling
from aftermath.public.client import Client, PullError
from aftermath.public.pulling import Pulled
from aftermath.public.source import QueryError, Source
from aftermath.wording import listed

__all__ = ["SOURCES", "Client", "PullError", "Pulled", "QueryError", "Source", "help_text", "load", "parsed", "pull"]

SOURCES: dict[str, Source] = {
    source.name: source
    for source in (
        gdelt.SOURCE,
        mediacloud.SOURCE,
        memento.SOURCE,
        nhtsa.COMPLAINTS,
        nhtsa.RECALLS,
        wayback.SOURCE,
        wikipedia.SOURCE,
    )
}


def find(name: str) -> Source:
    """The source of that name.

    Raises
    ------
    QueryError
        If there is none; the text lists those there are.
    """
    if name not in SOURCES:
        raise QueryError(f"{name!r} is not a source. There are {listed(sorted(SOURCES))}.")
    return SOURCES[name]


def pull(
    source: str, query: Mapping[str, str | Sequence[str]], into: Path | str, *, client: Client | None = None
) -> Pulled:
    """Ask a public source, keep its answers, and read them.

    Every answer is kept as the bytes that came, one file a request, beside ``pull.json`` that says from where, when and
    with which sum. A pull that broke off is taken up again by the same call: **what is whole is not asked for twice**,
    unless the days it covers were not over yet when it was asked for.

    Parameters
    ----------
    source
        A name in ``SOURCES``.
    query
        What to ask for, by argument; see ``help_text(source)``.
    into
        Folder to keep the answers in; made if missing. One folder holds one query.
    client
        Who asks; the shared polite client if not given.

    Returns
    -------
    Pulled
        With ``.table`` (signal, time, value, unit, scope) and ``.text``.

    Raises
    ------
    QueryError
        If the query cannot be asked. Nothing was sent.
    PullError
        If the source cannot be reached, refuses, or answers something else. What came before is kept.
    """
    return _pulling.pull(find(source), query, Path(into), client=client)


def load(folder: Path | str) -> Pulled:
    """Read an earlier pull again, from its folder alone: nothing is sent.

    Raises
    ------
    PullError
        If the pull is not whole, or an answer is not the one that was kept.
    """
    folder = Path(folder)
    return _pulling.load(find(_pulling.source_in(folder)), folder)


def parsed(words: Sequence[str]) -> dict[str, list[str]]:
    """A query from words of the form ``argument=value``, as a command line has them.

    Examples
    --------
    >>> parsed(["model=COBALT", "model=ION", "make=CHEVROLET"])
    {'model': ['COBALT', 'ION'], 'make': ['CHEVROLET']}
    """
    query: dict[str, list[str]] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name:
            raise QueryError(f"{word!r} is not of the form argument=value, e.g. start=2017-04-01")
        query.setdefault(name, []).append(value)
    return query


def help_text(source: str | None = None) -> str:
    """What the sources are, or which arguments one takes; plain lines for a terminal."""
    if source is None:
        return "\n".join(f"{name:18} {SOURCES[name].title}" for name in sorted(SOURCES))
    return find(source).help_text
