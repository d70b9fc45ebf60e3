"""From one case to others: the order of the index, the groups that it lists, and which cases are like a case.

**A page of a case depends on its own case only.** Which cases stand before, after and beside it is therefore a file of its own,
``assets/cases.js``, that is written with the index and read by the pages when they are shown.

Like a case is, in this order: the same cause; then more platforms in common; then the same country; then the nearer in years; then
the earlier on the index. What shares neither cause nor platform nor country is not like it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

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
    return _Likeness(in_order(entries)).of(entry)


class _Likeness:
    """What cases are compared by, in columns, so that one is held against all others at once."""

    def __init__(self, ordered: Sequence[Entry]) -> None:
        abouts = [entry.about for entry in ordered]
        self.ordered = ordered
        self.causes = np.array([about.cause or "" for about in abouts], dtype=str)
        self.countries = np.array([about.country for about in abouts], dtype=str)
        self.years = np.array([entry.year or 0 for entry in ordered], dtype=int)
        self.platforms = sorted({name for about in abouts for name in about.platforms})
        used = [[name in about.platforms for name in self.platforms] for about in abouts]
        self.used = np.array(used, dtype=int).reshape(len(abouts), len(self.platforms))

    def of(self, entry: Entry) -> list[tuple[Entry, str]]:
        """The cases that are most like one, as ``alike`` gives them."""
        own = entry.about
        no_cause = self.causes != own.cause if own.cause else np.full(len(self.ordered), True)
        platforms = -(self.used @ np.array([name in own.platforms for name in self.platforms], dtype=int))
        no_country = self.countries != own.country
        years = abs(self.years - (entry.year or 0))
        nearest = np.lexsort((years, no_country, platforms, no_cause))[: MOST_ALIKE + 1]  # of several alike the first
        others = [place for place in nearest.tolist() if self.ordered[place].case_id != entry.case_id][:MOST_ALIKE]
        stands = {place: (bool(no_cause[place]), int(platforms[place]), bool(no_country[place])) for place in others}
        return [(self.ordered[place], _shared(*how)) for place, how in stands.items() if how != (True, 0, True)]


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
    likeness = _Likeness(ordered)
    around = {
        entry.case_id: {
            "previous": _link(ordered[place - 1]) if place else None,
            "next": _link(ordered[place + 1]) if place + 1 < len(ordered) else None,
            "like": [_link(other) | {"why": why} for other, why in likeness.of(entry)],
        }
        for place, entry in enumerate(ordered)
    }
    return f"window.aftermathCases = {script_json(around)};\n"


def _link(entry: Entry) -> dict[str, str]:
    return {"id": entry.case_id, "title": entry.about.title}
