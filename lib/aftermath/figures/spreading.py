"""Which cases are drawn where they are too many for a figure that has a mark or a row for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

MOST = 40

Drawn = TypeVar("Drawn")


def spread(ordered: Sequence[Drawn], most: int = MOST) -> Sequence[Drawn]:
    """All where they are few; else so many, taken evenly from the order, with its first and its last.

    Parameters
    ----------
    ordered
        What could be drawn.
    most
        How many are.

    Examples
    --------
    >>> spread(range(1001), 5), spread(range(4), 5)
    ([0, 250, 500, 750, 1000], range(0, 4))
    """
    if len(ordered) <= most:
        return ordered
    return [ordered[round(place * (len(ordered) - 1) / (most - 1))] for place in range(most)]
