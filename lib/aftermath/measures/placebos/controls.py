"""Placebo firms: each control as if it had been the treated, beside the other controls."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from aftermath.statistics.difference_in_differences import DifferenceInDifferences
from aftermath.statistics.placebos import PLACEBOS, Placebos
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import listed


def of_controls(found: DifferenceInDifferences) -> Iterator[Placebos]:
    """The difference in differences, among those of its controls.

    Parameters
    ----------
    found
        From ``aftermath.recovery`` with controls.

    Raises
    ------
    NothingToMeasure
        If there is one control only.
    """
    controls = found.units.controls
    if len(controls) < 2:
        only = listed([control.name for control in controls])
        raise NothingToMeasure(f"{only} is the only control: with no other beside it, it cannot be a placebo.")
    changes = np.array([control.change() for control in controls])
    others = (changes.sum() - changes) / (len(changes) - 1)
    frame = pl.DataFrame(
        {
            "what": [control.name for control in controls],
            "estimate": changes - others,
            "counts": [True] * len(controls),
        },
        schema=PLACEBOS,
    )
    yield Placebos("Change of the treated beyond that of the controls", found.change.value, frame, "control")
