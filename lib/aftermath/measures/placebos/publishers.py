"""Leave one out: what the course of the coverage is without each publisher."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.measures.recovery import CoverageRecovery, dated_codes
from aftermath.measures.stances import STANCE_LEVELS
from aftermath.statistics.averaged import COMPARABLE, on_scale
from aftermath.statistics.ordinal import smoothed_odds
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import counted, interval, number


@dataclass(frozen=True)
class WithoutEach(Result):
    """An estimate without each publisher in turn.

    Parameters
    ----------
    name
        What is estimated.
    estimate, lower, upper
        With all of them.
    rows
        One row a publisher: ``what``, ``estimate``, ``lower``, ``upper`` without it.
    kind
        What is left out, in the singular.
    unit
        Behind every number; empty where there is none.
    """

    name: str
    estimate: float
    lower: float
    upper: float
    rows: pl.DataFrame
    kind: str = "publisher"
    unit: str = ""

    @property
    def turned(self) -> list[str]:
        """The publishers without which the interval holds 0 where it did not, or does not where it did."""
        holds = self.lower <= 0 <= self.upper
        without = (pl.col("lower") <= 0) & (pl.col("upper") >= 0)
        return self.rows.filter(without != holds)["what"].to_list()

    @property
    def table(self) -> pl.DataFrame:
        """``rows``."""
        return self.rows

    @property
    def text(self) -> str:
        furthest = self.rows.sort((pl.col("estimate") - self.estimate).abs(), descending=True, maintain_order=True)[
            "what"
        ][0]
        turned = self.turned
        says = (
            "the interval says the same of 0 without any one of them"
            if not turned
            else f"without {counted(len(turned), self.kind)} the interval says otherwise of 0 ({'; '.join(turned[:3])}"
            f"{' and others' if len(turned) > 3 else ''})"
        )
        least, *_, greatest = self.rows["estimate"].sort().to_list()
        return (
            f"{self.name}: {self.shown(self.estimate)} {interval(self.lower, self.upper, 2, sign=True)}; without any one of "
            f"{counted(self.rows.height, self.kind)} from {self.shown(least)} to {self.shown(greatest)}, furthest off without "
            f"{furthest}; {says}."
        )

    def shown(self, value: float) -> str:
        """A value to two decimals."""
        return number(value, 2, sign=True)


def of_publishers(recovery: CoverageRecovery) -> Iterator[WithoutEach]:
    """The slope of the coverage: logarithm of the odds of a higher code for each tenfold of ``1 + days``.

    Parameters
    ----------
    recovery
        From ``aftermath.recovery`` of a case.

    Raises
    ------
    NothingToMeasure
        If there is no model of the coverage, or none without one of the publishers.
    """
    if recovery.model is None:
        raise NothingToMeasure(f"{recovery.tone.label}: there is no model of which a publisher could be left out.")
    codes = dated_codes(recovery.tone)
    covariate = on_scale(codes["day"].to_numpy(), COMPARABLE)
    values, publishers, weights = (codes[column].to_numpy() for column in ("value", "publisher", "weight"))
    rows = []
    for publisher in dict.fromkeys(sorted(publishers)):
        kept = publishers != publisher
        model = smoothed_odds(values[kept], covariate[kept], publishers[kept], weights[kept], STANCE_LEVELS)
        error = float(model.standard_error(np.eye(len(model.parameters), 1))[0])
        ends = [(model.slope + side * error * model.quantile(recovery.level)) * math.log(10) for side in (0, -1, 1)]
        rows.append((publisher, *ends))
    frame = pl.DataFrame(rows, schema=["what", "estimate", "lower", "upper"], orient="row")
    reach = recovery.slope_error * recovery.model.models[COMPARABLE].quantile(recovery.level)
    name = f"{recovery.tone.label}, log odds for each tenfold of time"
    yield WithoutEach(name, recovery.slope, recovery.slope - reach, recovery.slope + reach, frame)
