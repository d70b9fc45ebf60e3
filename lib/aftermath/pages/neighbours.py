"""From one case to others: the order of the index, the groups that it lists, and which cases are like a case.

**A page of a case depends on its own case only.** Which cases stand before, after and beside it is therefore a file of its own,
``assets/cases.js``, that is written with the index and read by the pages when they are shown.

Like a case is, in this order: the same cause; then more platforms in common; then the same country; then the nearer in years; then
the earlier on the index. What shares neither cause nor platform nor country is not like it.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.comparison.entry import Entry
from aftermath.pages.script import script_json
from aftermath.wording import counted, listed

MOST_ALIKE = 3


@dataclass(frozen=True)
class Group:
    """Cases that have something in common.

    Parameters
    ----------
    anchor
        Where the index lists them, e.g. ``cause-rogue_post``.
    words
        What they have in common.
    entries
        The cases, in the order of the index.
    """

    anchor: str
    words: str
    entries: tuple[Entry, ...]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Cases in the order of the index: **by year and title**, those without a record last."""
    return sorted(
        entries, key=lambda entry: (not entry.about.documented, entry.year or 0, entry.about.title, entry.case_id)
    )


def groups(entries: Iterable[Entry]) -> dict[str, list[Group]]:
    """The cases by cause, by country and by platform: the largest group first, then by the alphabet.

    Parameters
    ----------
    entries
        Any cases, crisis on record or not; **a case with several platforms is in several groups**.
    """
    ordered = in_order(entries)
    return {
        "Cause": _grouped(
            ordered,
            "cause",
            lambda entry: [entry.about.cause] if entry.about.cause else [],
            vocabulary.CAUSES.__getitem__,
        ),
        "Country": _grouped(ordered, "country", lambda entry: [entry.about.country], vocabulary.country_name),
        "Platform": _grouped(
            ordered, "platform", lambda entry: entry.about.platforms, lambda key: key.replace("_", " ")
        ),
    }


def _grouped(
    entries: Sequence[Entry], kind: str, keys: Callable[[Entry], Iterable[str]], words: Callable[[str], str]
) -> list[Group]:
    grouped: dict[str, list[Entry]] = {}
    for entry in entries:
        for key in dict.fromkeys(keys(entry)):
            grouped.setdefault(key, []).append(entry)
    found = [Group(f"{kind}-{key}", words(key), tuple(own)) for key, own in grouped.items()]
    return sorted(found, key=lambda group: (-len(group.entries), group.words, group.anchor))


def alike(entry: Entry, entries: Iterable[Entry]) -> list[tuple[Entry, str]]:
    """The cases that are most like a case, with what they have in common, by the rule of this module.

    Parameters
    ----------
    entry
        The case.
    entries
        All cases; the case itself may be among them.

    Returns
    -------
    list
        At most ``MOST_ALIKE``, the most alike first.
    """
    return _alike(entry, in_order(entries))


def _alike(entry: Entry, ordered: Sequence[Entry]) -> list[tuple[Entry, str]]:
    own, platforms = entry.about, frozenset(entry.about.platforms)

    def key(place: int) -> tuple[bool, int, bool, int, int]:
        about = ordered[place].about
        cause = own.cause is not None and about.cause == own.cause
        years = abs((entry.year or 0) - (ordered[place].year or 0))
        return not cause, -len(platforms.intersection(about.platforms)), about.country != own.country, years, place

    others = (place for place, other in enumerate(ordered) if other.case_id != entry.case_id)
    nearest = heapq.nsmallest(MOST_ALIKE, map(key, others))
    return [(ordered[near[-1]], _shared(*near[:3])) for near in nearest if near[:3] != (True, 0, True)]


def _shared(no_cause: bool, platforms: int, no_country: bool) -> str:
    """What two cases have in common, in words, from how they stand by the rule of this module."""
    shared = [word for word, lacks in (("cause", no_cause), ("country", no_country)) if not lacks]
    same = [f"same {listed(shared)}"] if shared else []
    return "; ".join([*same, *([f"{counted(-platforms, 'platform')} in common"] if platforms else [])])


def cases_script(entries: Iterable[Entry]) -> str:
    """``assets/cases.js``: for each case the one before it, the one after it, and those that are like it.

    Parameters
    ----------
    entries
        The cases that have a page.
    """
    ordered = in_order(entries)
    around = {
        entry.case_id: {
            "previous": _link(ordered[place - 1]) if place else None,
            "next": _link(ordered[place + 1]) if place + 1 < len(ordered) else None,
            "like": [_link(other) | {"why": why} for other, why in _alike(entry, ordered)],
        }
        for place, entry in enumerate(ordered)
    }
    return f"window.aftermathCases = {script_json(around)};\n"


def _link(entry: Entry) -> dict[str, str]:
    return {"id": entry.case_id, "title": entry.about.title}
