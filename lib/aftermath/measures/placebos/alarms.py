"""Placebo dates of an alarm: how far the volume rose after clock zero, among quiet stretches of as many bins."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from aftermath.measures.alarm import Alarm
from aftermath.statistics.placebos import FEWEST, PLACEBOS, WIDTH, Placebos
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted, in_words


def of_alarm(alarm: Alarm) -> Iterator[Placebos]:
    """The highest score of the first three bins that end after clock zero.

    Parameters
    ----------
    alarm
        From ``aftermath.alarm`` or ``aftermath.alarm_from_coverage``.

    Raises
    ------
    NothingToMeasure
        If fewer than four quiet stretches were judged, or fewer than three bins from clock zero on; a bin whose baseline never moved
        has no finite score and cannot be judged.
    """
    judged = alarm.bins.filter(pl.col("score").is_finite())
    quiet, after = judged.filter("quiet"), judged.filter(~pl.col("quiet"))["score"][:WIDTH]
    if quiet.height < FEWEST * WIDTH or len(after) < WIDTH:
        raise NothingToMeasure(
            f"The alarm has {counted(quiet.height, 'quiet bin')} with a score before clock zero and {len(after)} from it on: placebos "
            f"need {FEWEST * WIDTH} and {WIDTH}."
        )
    highest = np.lib.stride_tricks.sliding_window_view(quiet["score"].to_numpy(), WIDTH).max(axis=1)
    counts = np.arange(len(highest))[::-1] % WIDTH == 0
    starts = [str(time) for time in quiet["time"][: len(highest)]]
    frame = pl.DataFrame({"what": starts, "estimate": highest, "counts": counts}, schema=PLACEBOS)
    name = f"Highest score of {in_words(WIDTH)} bins from clock zero on"
    yield Placebos(name, float(after.to_numpy().max()), frame, "quiet period", "")
