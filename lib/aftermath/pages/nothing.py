"""What stands in the place of a result where the evidence cannot bear a measure: the reason, as a value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Nothing:
    """Why there is nothing to show.

    Parameters
    ----------
    reason
        A sentence for readers.
    """

    reason: str
