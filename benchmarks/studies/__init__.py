"""What the simulation draws: made-up data sets whose truth is known, one module for each kind of evidence.

A module has functions from a seeded generator to a ``Draw``, and a function ``studies`` that lists its rows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

LEVEL = 0.95


@dataclass(frozen=True)
class Draw:
    """What one simulated data set gave, and the truth behind it.

    Parameters
    ----------
    estimate, lower, upper
        Of the estimator; an interval without an upper end is infinite.
    truth
        What should have come out.
    warned
        Whether the result's own text says that the interval may be too narrow.
    """

    estimate: float
    lower: float
    upper: float
    truth: float
    warned: bool = False


@dataclass(frozen=True)
class Study:
    """One row of the table.

    Parameters
    ----------
    estimator
        What is estimated, and by which estimator.
    n
        Texts, bins or cases.
    truth
        What is particular about the data sets.
    draw
        From a seeded generator of random numbers to a draw, or None where the estimator refuses or gives no estimate.
    level
        That the draw's interval was asked for: 0.95 or 0.90.
    unit
        What bias and width are a share of; the absolute true value if not given.
    """

    estimator: str
    n: int
    truth: str
    draw: Callable[[np.random.Generator], Draw | None]
    level: float = LEVEL
    unit: float | None = None
