"""Treated units beside controls: few of each, whose own changes differ."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import polars as pl

from aftermath.statistics.checks.simulated import COMPARISON
from aftermath.statistics.difference_in_differences import difference_in_differences
from studies import Draw, Study

CHANGE, NOISE, TIMES, SPREAD = (
    1.0,
    0.5,
    3,
    1.0,
)  # of a time, times on either side, and of how units change by themselves
GROUPS = ((2, 2), (1, 4), (4, 4))


def studies() -> Iterator[Study]:
    """The rows of differences in differences."""
    for treated, controls in GROUPS:
        draw = partial(beside_controls, treated, controls, 1.0)
        yield Study("difference in differences", treated + controls, f"{treated} + {controls} units", draw, unit=CHANGE)
    draw = partial(beside_controls, 2, 2, 3.0)
    words = "2 + 2, the treated vary three times as much"
    yield Study("difference in differences", 4, words, draw, unit=CHANGE)


def comparisons() -> Iterator[Study]:
    """The row of errors that are not ours."""
    yield Study(f"{COMPARISON}: differences, clustered errors", 4, "2 + 2 units", clustered, unit=CHANGE)


def panel(treated: int, controls: int, ratio: float, generator: np.random.Generator) -> pl.DataFrame:
    """Units that each change at time 0 by a number of their own, the treated by ``CHANGE`` more."""
    names = [f"{'t' if place < treated else 'c'}{place}" for place in range(treated + controls)]
    time = np.arange(-TIMES, TIMES)
    rows = []
    for name in names:
        own = generator.normal(CHANGE, ratio * SPREAD) if name[0] == "t" else generator.normal(0, SPREAD)
        values = generator.normal(0, NOISE, len(time)) + generator.normal() + np.where(time >= 0, own, 0.0)
        rows.append(pl.DataFrame({"unit": [name] * len(time), "time": time, "value": values}))
    return pl.concat(rows)


def beside_controls(treated: int, controls: int, ratio: float, generator: np.random.Generator) -> Draw:
    """The difference and its interval."""
    made = panel(treated, controls, ratio, generator)
    ours = pl.col("unit").str.starts_with("t")
    change = difference_in_differences(made.filter(ours), made.filter(~ours), 0).change
    return Draw(change.value, change.lower, change.upper, CHANGE)


def clustered(generator: np.random.Generator) -> Draw:
    """The same by least squares over units and times, its errors clustered by unit with Stata's correction."""
    from statsmodels.regression.linear_model import OLS

    made = panel(2, 2, 1.0, generator).with_columns(
        treated=pl.col("unit").str.starts_with("t").cast(pl.Float64), after=(pl.col("time") >= 0).cast(pl.Float64)
    )
    treated, after = made["treated"].to_numpy(), made["after"].to_numpy()
    design = np.column_stack([treated * after, np.ones(made.height), treated, after])
    groups = made["unit"].rank("dense").to_numpy()
    fit = OLS(made["value"].to_numpy(), design).fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True)
    lower, upper = fit.conf_int(0.05)[0]
    return Draw(float(fit.params[0]), float(lower), float(upper), CHANGE)
