"""Do speed, openness and recovery go together? The associations between the measures of a comparison, asked twice.

Once over all cases, and once without those whose clock means something else: a regulator or the organisation set it, or the
case is a chain of incidents with no single clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from aftermath.comparison.association import (
    DRAWS,
    Association,
    Associations,
    associations,
    change_of_tone,
    delay,
    openness,
)
from aftermath.comparison.entry import Entry
from aftermath.measures.result import Result

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison

ALL, LIKE_CLOCKS = "all cases", "without own clocks and series"
DOUBT = "The spread is the doubt of the record about these cases, not that of chance."


@dataclass(frozen=True)
class Together(Result):
    """The associations over all cases, and over those whose clocks mean the same.

    Parameters
    ----------
    whole
        Over all cases.
    like_clocks
        Without cases of a clock of their own and without series; **the same pairs in the same order**.
    """

    whole: Associations
    like_clocks: Associations

    @property
    def rows(self) -> tuple[tuple[Association, Association], ...]:
        """Each pair of variables over all cases, and over those whose clocks mean the same."""
        return tuple(zip(self.whole.pairs, self.like_clocks.pairs, strict=True))

    @property
    def computed(self) -> bool:
        """Whether there is any correlation at all."""
        return any(pair.test for pair in self.whole.pairs)

    @property
    def table(self) -> pl.DataFrame:
        """Two rows a pair: which cases, tau-b, spread, p, floor, n, most influential case."""
        tables = [
            pair.table.insert_column(2, pl.lit(which).alias("cases"))
            for row in self.rows
            for which, pair in zip((ALL, LIKE_CLOCKS), row, strict=True)
        ]
        return pl.concat(tables)

    @property
    def text(self) -> str:
        if not self.computed:
            return f"No association is computed: {self.whole.pairs[0].why_not}."
        return f"{self.whole.text} {DOUBT}"


def together(comparison: Comparison, *, draws: int = DRAWS) -> Together:
    """Correlate delay, openness and the rise of favourability over the cases of a comparison.

    Parameters
    ----------
    comparison
        Any comparison; **with fewer than three cases nothing is computed, and the result says so**.
    draws
        Of every case inside its intervals.

    Returns
    -------
    Together
        Of every two of: delay of the first response, delay of the first apology by a named person, transparency, empathy,
        rise of favourability. The two delays are not set against each other: the apology may be the response.
    """
    found = [
        _associations(comparison.entries, left_out, draws, comparison.seed)
        for left_out in ({}, clocks_of_their_own(comparison.entries))
    ]
    return Together(*found)


def clocks_of_their_own(entries: Iterable[Entry]) -> dict[str, str]:
    """Cases whose clock means something else, with the reason."""
    reasons = {entry.case_id: _reason(entry) for entry in entries}
    return {case_id: reason for case_id, reason in reasons.items() if reason}


def _reason(entry: Entry) -> str:
    if entry.own_clock:
        return "own clock"
    return "series" if entry.series and entry.speed else ""


def _associations(entries: tuple[Entry, ...], left_out: Mapping[str, str], draws: int, seed: int) -> Associations:
    delays = [delay(entries, step) for step in ("response", "named_apology")]
    variables = [*delays, openness(entries), openness(entries, "empathy"), change_of_tone(entries)]
    found = associations(variables, left_out=left_out, draws=draws, seed=seed)
    names = {each.name for each in delays}
    return Associations(tuple(pair for pair in found.pairs if not {pair.first, pair.second} <= names), found.left_out)
