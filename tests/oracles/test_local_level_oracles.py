"""Oracle 9: the local level of the Nile.

Origin of the variances: Durbin and Koopman (2012), p. 37, for 100 yearly flows at Aswan. They are a maximum of a flat
likelihood, which optimisers stop near: 2 % is the tolerance. Origin of the log-likelihood: statsmodels, whose initial level
has the variance 10⁶ in squared units of the flow. That is not quite infinite beside the variance of the flows, so it is
asked for here; 1e-3 is the tolerance, because the same prior is centred at 0 there and at the median here. Without it the
likelihood is that of the flows after the first, and lies 0.008 lower.
"""

from __future__ import annotations

import polars as pl
import pytest

from aftermath.statistics.local_level import LocalLevel, local_level

VARIANCES = 0.02
LIKELIHOOD = 1e-3


@pytest.fixture(scope="module")
def nile() -> pl.DataFrame:
    from statsmodels.datasets import nile

    flows = nile.load_pandas().data
    return pl.DataFrame({"time": flows["year"].to_numpy(), "value": flows["volume"].to_numpy()})


@pytest.fixture(scope="module")
def fitted(nile: pl.DataFrame) -> LocalLevel:
    return local_level(nile)


def test_9_variances(nile: pl.DataFrame, fitted: LocalLevel) -> None:
    assert nile.height == fitted.n_before == 100
    assert fitted.terms["term"].to_list() == ["noise variance", "level variance"]
    assert fitted.terms["estimate"].to_list() == pytest.approx([15099, 1469.1], rel=VARIANCES)


def test_9_log_likelihood(nile: pl.DataFrame, fitted: LocalLevel) -> None:
    approximately_diffuse = local_level(nile, initial_variance=1e6)
    assert approximately_diffuse.log_likelihood == pytest.approx(-632.538, abs=LIKELIHOOD)
    assert approximately_diffuse.terms["estimate"].to_list() == pytest.approx([15099, 1469.1], rel=VARIANCES)
    assert fitted.log_likelihood == pytest.approx(-632.538 - 0.008, abs=LIKELIHOOD)


def test_9_without_the_dam_there_is_nothing_to_find_and_with_it_there_is(nile: pl.DataFrame) -> None:
    """The flow fell by some 240 when the dam was begun in 1899 (Cobb 1978); a level that jumps then need not drift."""
    change = local_level(nile, 1899).terms.row(2, named=True)
    assert change["lower"] < -240 < change["upper"] < 0
