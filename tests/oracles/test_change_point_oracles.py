"""Oracle 10: the change point of the Nile.

Origin: one break after the 28th flow, 1898 (Cobb 1978, and every cost of ruptures that looks at every observation).
**ruptures' own default looks at every fifth one only and gives 30.** A place is a whole number: there is no tolerance.
"""

from __future__ import annotations

import polars as pl
import pytest

from aftermath.statistics.change_points import COSTS, change_points


@pytest.fixture(scope="module")
def nile() -> pl.DataFrame:
    from statsmodels.datasets import nile

    flows = nile.load_pandas().data
    return pl.DataFrame({"time": flows["year"].to_numpy().astype(int), "value": flows["volume"].to_numpy()})


def test_10_every_cost_is_held_to_it() -> None:
    assert set(COSTS) == {"l2", "l1", "rbf", "normal"}


@pytest.mark.parametrize("cost", COSTS)
def test_10_one_break_after_observation_28(nile: pl.DataFrame, cost: str) -> None:
    found = change_points(nile, cost=cost)
    assert found.with_breaks(1) == [28]
    assert found.steadiest["after_observation"] == [28]
    assert found.steadiest["at"] == [1899]
    assert found.path.filter(pl.col("after_observation") == [28]).height > found.path.height / 2


def test_10_ruptures_as_called_looks_at_every_fifth_observation(nile: pl.DataFrame) -> None:
    import ruptures

    every_fifth = ruptures.Dynp(model="l2", jump=5).fit(nile["value"].to_numpy()).predict(n_bkps=1)
    every_one = ruptures.Dynp(model="l2", jump=1).fit(nile["value"].to_numpy()).predict(n_bkps=1)
    assert (every_fifth[0], every_one[0]) == (30, 28)
