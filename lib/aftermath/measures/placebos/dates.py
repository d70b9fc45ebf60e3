"""Placebo dates: the change of a level at clock zero among those of quiet days."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from aftermath.measures.archive_sentiment import ArchiveSentiment
from aftermath.measures.signals import Signals
from aftermath.statistics.level_change import LevelChange
from aftermath.statistics.placebos import WIDTH, Placebos, placebo_dates
from aftermath.wording import in_words

SHORT = f"means of {in_words(WIDTH)} {{}} from clock zero on and before it"


def of_level_change(change: LevelChange) -> Iterator[Placebos]:
    """The change at the event of a dense series.

    Parameters
    ----------
    change
        From ``aftermath.level_change``.

    Raises
    ------
    SeriesError
        If too little precedes the event.
    """
    series = change.fitted.select("time", "value")
    yield placebo_dates(series, series["time"][change.n_before])


def of_posts(sentiment: ArchiveSentiment) -> Iterator[Placebos]:
    """The change of the share of negative posts at clock zero, in percentage points.

    Parameters
    ----------
    sentiment
        From ``aftermath.archive_sentiment``.

    Raises
    ------
    SeriesError
        If too little precedes clock zero.
    """
    share = sentiment.days.select("time", "n", value=100 * pl.col("share_negative"))
    name = f"Share of negative posts, {SHORT.format(sentiment.recovery.bin + 's')}"
    yield placebo_dates(share, sentiment.at, name=name, unit="points")


def of_numbers(signals: Signals) -> Iterator[Placebos]:
    """The change at clock zero of every published number that bears one.

    Parameters
    ----------
    signals
        From ``aftermath.signals``.

    Raises
    ------
    SeriesError
        If too little precedes clock zero.
    """
    if signals.zero is None:
        return
    month = signals.zero.replace(day=1)  # the month of clock zero counts as after it
    for series in signals.changes:
        first = series.points.filter(pl.col("day") >= month)["day"][0]
        name = f"{series.label[0].upper()}{series.label[1:]}, {SHORT.format('months')}"
        yield placebo_dates(series.points.select(time="day", value="value"), first, name=name, unit=series.unit)
