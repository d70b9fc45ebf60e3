"""Do speed, openness and recovery go together? The associations between the measures of a comparison, looked at in several ways.

Over all cases; without those whose clock means something else, because a regulator or the organisation set it or because the case is a
chain of incidents with no single clock; with the items of the rubric that score the very act whose delay is measured, which are else
left out; and with an answer that the record does not show as the latest of all, which else has no delay.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from aftermath.comparison.association import AssociatedPairs, Association, associate_pairs
from aftermath.comparison.entry import Entry
from aftermath.comparison.variables import (
    LATEST,
    SEEN_ONLY,
    SHARED_ITEMS,
    Variable,
    delay,
    openness,
    recovery,
)
from aftermath.statistics.result import Result

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

ALL, LIKE_CLOCKS = "all cases", "without own clocks and series"
SHARED = "with shared items"
DELAYS = ("response", "named_apology")
OPENNESS = ("transparency", "empathy")


@dataclass(frozen=True)
class Associations(Result):
    """The associations, looked at in several ways.

    Parameters
    ----------
    looks
        ``ALL`` and ``LIKE_CLOCKS`` to **the same pairs in the same order**; ``SHARED`` and ``LATEST`` to those pairs that it makes a difference to.
    """

    looks: Mapping[str, AssociatedPairs]

    @property
    def whole(self) -> AssociatedPairs:
        """Over all cases."""
        return self.looks[ALL]

    @property
    def like_clocks(self) -> AssociatedPairs:
        """Without cases of a clock of their own and without series."""
        return self.looks[LIKE_CLOCKS]

    @property
    def rows(self) -> tuple[tuple[Association, Association], ...]:
        """Each pair of variables over all cases, and over those whose clocks mean the same."""
        return tuple(zip(self.whole.pairs, self.like_clocks.pairs, strict=True))

    @property
    def computed(self) -> bool:
        """Whether there is any association at all."""
        return any(pair.computed for pair in self.whole.pairs)

    @property
    def table(self) -> pl.DataFrame:
        """One row a pair and look: which cases, slope, tau-b with their limits, p, floor, n, most influential case."""
        tables = [
            pair.table.insert_column(2, pl.lit(which).alias("cases"))
            for which, look in self.looks.items()
            for pair in look.pairs
        ]
        return pl.concat(tables)

    @property
    def text(self) -> str:
        if not self.computed:
            return f"No association is computed: {self.whole.pairs[0].why_not}."
        return self.whole.text


def associations(comparison: Comparison) -> Associations:
    """Set delay, openness and recovery of favourability against each other over the cases of a comparison.

    Parameters
    ----------
    comparison
        Any comparison; **with fewer than three cases nothing is computed, and the result says so**.

    Returns
    -------
    Associations
        Of every two of: delay of the first response, delay of the first apology by a named person, transparency, empathy,
        recovery of favourability. The two delays are not set against each other: the apology may be the response.
    """
    entries, options = comparison.entries, {"level": comparison.level, "seed": comparison.seed}
    index = functools.cache(lambda which, left_out: openness(entries, which, without=left_out))
    pairs = list(_pairs(entries, comparison.level, index))
    clocks = clocks_of_their_own(entries)
    looks = {ALL: associate_pairs(pairs, **options), LIKE_CLOCKS: associate_pairs(pairs, left_out=clocks, **options)}
    others = {
        SHARED: _pairs(entries, comparison.level, index, shared=True),
        LATEST: _pairs(entries, comparison.level, index, unseen=LATEST),
    }
    for look, changed in others.items():
        differing = [pair for pair, usual in zip(changed, pairs, strict=True) if pair != usual]
        looks |= {look: associate_pairs(differing, **options, look=look)} if differing else {}
    return Associations(looks)


def _pairs(
    entries: Iterable[Entry],
    level: float,
    index: Callable[..., Variable],
    *,
    shared: bool = False,
    unseen: str = SEEN_ONLY,
) -> Iterator[tuple[Variable, Variable]]:
    """Covariate and outcome; items that score the act whose delay is the covariate are in only if they are to be shared.

    ``index`` is ``openness`` of the same cases, by what it is of and the items that are left out.
    """
    recovered = recovery(entries, level)
    for step in DELAYS:
        late, left_out = delay(entries, step, unseen=unseen), () if shared else SHARED_ITEMS[step]
        yield from ((late, index(which, left_out)) for which in OPENNESS)
        yield late, recovered
    transparency, empathy = (index(which, ()) for which in OPENNESS)
    yield from ((transparency, empathy), (transparency, recovered), (empathy, recovered))


def clocks_of_their_own(entries: Iterable[Entry]) -> dict[str, str]:
    """Cases whose clock means something else, with the reason."""
    return {
        entry.case_id: "own clock" if entry.own_clock else "series"
        for entry in entries
        if entry.own_clock or (entry.series and entry.speed)
    }
