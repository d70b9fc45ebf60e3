"""Placebos: what was estimated of a case, among estimates where nothing had happened; one module a check.

A check is a function from a result to what it found, ``Placebos`` or ``WithoutEach``; ``CHECKS`` says which result has which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import polars as pl

from aftermath.measures.alarm import Alarm
from aftermath.measures.archive_sentiment import ArchiveSentiment
from aftermath.measures.market import MarketReaction
from aftermath.measures.placebos.alarms import of_alarm
from aftermath.measures.placebos.controls import of_controls
from aftermath.measures.placebos.dates import of_level_change, of_numbers, of_posts
from aftermath.measures.placebos.prices import of_prices
from aftermath.measures.placebos.publishers import WithoutEach, of_publishers
from aftermath.measures.recovery import CoverageRecovery
from aftermath.measures.signals import Signals
from aftermath.statistics.difference_in_differences import DifferenceInDifferences
from aftermath.statistics.level_change import LevelChange
from aftermath.statistics.placebos import Placebos
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.series import SeriesError
from aftermath.wording import counted

# the type of a result -> its check
CHECKS: Mapping[type[Result], Callable[[Any], Iterator[Placebos | WithoutEach]]] = MappingProxyType(
    {
        MarketReaction: of_prices,
        ArchiveSentiment: of_posts,
        Signals: of_numbers,
        LevelChange: of_level_change,
        Alarm: of_alarm,
        DifferenceInDifferences: of_controls,
        CoverageRecovery: of_publishers,
    }
)


@dataclass(frozen=True)
class PlaceboChecks(Result):
    """What placebos and leaving one out say of some estimates.

    Parameters
    ----------
    checks
        One for each estimate that bears it.
    left_out
        Why there is none of others, in sentences.
    """

    checks: tuple[Placebos | WithoutEach, ...]
    left_out: tuple[str, ...]

    @property
    def placebos(self) -> tuple[Placebos, ...]:
        """Those that have placebos."""
        return tuple(check for check in self.checks if isinstance(check, Placebos))

    @property
    def table(self) -> pl.DataFrame:
        """One row an estimate: ``name``, ``estimate``, ``unit``, ``others`` (how many), ``as_large``, ``p``, ``smallest_p``, and ``least``
        and ``greatest`` of the others. **What has publishers left out has no p**, and what has placebos counts those that
        share no observation."""
        return pl.DataFrame([_row(check) for check in self.checks], schema=_COLUMNS)

    @property
    def text(self) -> str:
        looks = counted(len(self.placebos), "estimate")
        many = (
            f"n = {looks} among placebos: the more are looked at, the more easily one stands out."
            if len(self.placebos) > 1
            else ""
        )
        return " ".join(filter(None, (*(check.text for check in self.checks), many, *self.left_out, NOT_BECAUSE)))


NOT_BECAUSE = "An estimate that stands outside its placebos is unusual; why, they do not say."
_NUMBERS = dict.fromkeys(("p", "smallest_p", "least", "greatest"), pl.Float64)
_COLUMNS = {
    "name": pl.String,
    "estimate": pl.Float64,
    "unit": pl.String,
    "others": pl.Int64,
    "as_large": pl.Int64,
    **_NUMBERS,
}


def _row(check: Placebos | WithoutEach) -> dict[str, str | float | None]:
    row: dict[str, str | float | None] = {"name": check.name, "estimate": check.estimate, "unit": check.unit}
    if isinstance(check, WithoutEach):
        return row | {"others": check.rows.height, **_ends(check.rows)}
    found = {"others": check.n, "as_large": check.as_large, "p": check.p, "smallest_p": check.smallest_p}
    return row | found | _ends(check.placebos)


def _ends(others: pl.DataFrame) -> dict[str, float]:
    values = others["estimate"].to_list()
    return {"least": min(values), "greatest": max(values)}


def placebos(*results: Any) -> PlaceboChecks:
    """Hold estimates against placebos, or leave one out in turn.

    Parameters
    ----------
    *results
        Of any measures; **those that have no check** (``CHECKS``) are passed over.

    Returns
    -------
    PlaceboChecks

    Raises
    ------
    NothingToMeasure
        If none bears a check; the reasons are those of all.

    Examples
    --------
    >>> import aftermath as am
    >>> found = placebos(am.market_reaction("united-3411"))
    >>> [(check.n, check.as_large) for check in found.checks]
    [(240, 144), (11, 5)]
    """
    checks, left_out = [], []
    for result in results:
        try:
            checks.extend(CHECKS[type(result)](result) if type(result) in CHECKS else ())
        except (NothingToMeasure, SeriesError) as reason:
            left_out.append(f"{str(reason)[0].upper()}{str(reason)[1:].rstrip('.')}.")
    if not checks:
        why = " ".join(left_out) or "No estimate is at hand that could be held against placebos."
        raise NothingToMeasure(why)
    return PlaceboChecks(tuple(checks), tuple(left_out))
