"""Placebo dates of a share: what it returned beyond the market at clock zero, among quiet stretches of as many days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from aftermath.measures.market import MarketReaction
from aftermath.statistics.event_study import EventStudy
from aftermath.statistics.placebos import PLACEBOS, Placebos, window_sums
from aftermath.wording import day_text, in_words


def of_prices(reaction: MarketReaction) -> Iterator[Placebos]:
    """The abnormal return of each day studied, and of the whole window from it on, in percent.

    Placebos are the days from which the market model of the first day studied was estimated, **for every day studied**: the days before a
    later one are days of the crisis.

    Parameters
    ----------
    reaction
        From ``aftermath.market_reaction``.
    """
    quiet = 100 * np.asarray(reaction.studies[0].model.residuals)
    for study in reaction.studies:
        for days in (1, study.convention.window[1] + 1):
            yield _of_stretch(study, days, quiet)


def _of_stretch(study: EventStudy, days: int, quiet: np.ndarray) -> Placebos:
    sums = window_sums(quiet, days)
    from_last = np.arange(len(sums))[::-1]
    frame = pl.DataFrame(
        {
            "what": [_days(place + 1, place + days) for place in range(len(sums))],
            "estimate": sums,
            "counts": from_last % days == 0,
        },
        schema=PLACEBOS,
    )
    when = day_text(study.event_day) if days == 1 else f"{in_words(days)} days from {day_text(study.event_day)}"
    kind = "ordinary day" if days == 1 else "ordinary period"
    return Placebos(f"Abnormal return, {when}", 100 * study.cumulative(0, days - 1).value, frame, kind, "%")


def _days(first: int, last: int) -> str:
    return f"day {first} of estimation" if first == last else f"days {first} to {last} of estimation"
