"""Archives of posts: negative posts among so many a day, on days that differ of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import numpy as np
import polars as pl

from aftermath.measures.archive_recovery import area_above_usual, share_returned
from aftermath.statistics.ears import turning_share
from studies import Draw, Study

USUAL, RISE, RETURN, WATCHED = 0.2, 0.3, 10, 30  # shares; days
START, POINT = date(2020, 1, 1), 0.01
SWINGS = (0.0, 0.02, 0.05)
COURSES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exponential": lambda day: 0.1 ** (day / RETURN),
    "straight": lambda day: np.clip(1 - 0.9 * day / RETURN, 0, 1),
    "at one stroke": lambda day: np.where(day < RETURN, 1.0, 0.0),
}


def studies() -> Iterator[Study]:
    """The rows of archives."""
    for course, before, posts, swing in (
        ("exponential", 7, 30, 0.02),
        ("exponential", 7, 3000, 0.02),
        ("exponential", 30, 300, 0.02),
        ("exponential", 90, 30, 0.05),
        ("exponential", 90, 3000, 0.05),
        ("straight", 7, 3000, 0.05),
        ("straight", 30, 300, 0.02),
        ("at one stroke", 30, 30, 0.02),
        ("at one stroke", 90, 3000, 0.05),
    ):
        truth = f"{posts:,} posts a day, days differ by {100 * swing:g} points, way back {course}"
        yield Study("time to return, archive", before, truth, partial(return_time, course, before, posts, swing))
    for before, posts, swing in ((7, 3000, 0.05), (30, 300, 0.02)):
        truth = f"{posts:,} posts a day, days differ by {100 * swing:g} points"
        yield Study("resilience loss, archive", before, truth, partial(area, before, posts, swing))
    for before in (7, 28):
        for posts in (30, 300, 3000):
            for swing in SWINGS:
                truth = f"{posts:,} posts a day, days differ by {100 * swing:g} points"
                draw = partial(quiet_day, before, posts, swing)
                yield Study("alarm's turning rule stays silent", before, truth, draw, unit=POINT)


def return_time(course: str, before: int, posts: int, swing: float, generator: np.random.Generator) -> Draw:
    """When the share was back: ten days after it rose, by each course."""
    found = share_returned(_days(course, before, posts, swing, generator), START)
    return Draw(found.time, found.lower, found.upper, RETURN)


def area(before: int, posts: int, swing: float, generator: np.random.Generator) -> Draw:
    """The area of the share above what was usual before, as trapezoids have it without noise."""
    found = area_above_usual(_days("exponential", before, posts, swing, generator), START)
    truth = RISE * np.trapezoid(COURSES["exponential"](np.arange(WATCHED)))
    return Draw(found.loss, found.lower, found.upper, float(truth))


def quiet_day(before: int, posts: int, swing: float, generator: np.random.Generator) -> Draw:
    """A share on a day like those before it, against the most at which the rule stays silent."""
    negative, n = _posts(np.full(before + 1, USUAL), posts, swing, generator)
    today = turning_share(negative, n, baseline=before).row(-1, named=True)
    return Draw(today["share_before"], 0.0, today["share"] - today["difference_lower"], today["share"])


def _days(course: str, before: int, posts: int, swing: float, generator: np.random.Generator) -> pl.DataFrame:
    """An archive in which the share rises at once and comes back by a course."""
    day = np.arange(-before, WATCHED)
    expected = USUAL + np.where(day >= 0, RISE * COURSES[course](np.maximum(day, 0)), 0.0)
    negative, n = _posts(expected, posts, swing, generator)
    time = [START + timedelta(int(place)) for place in day]
    return pl.DataFrame({"time": time, "n": n, "negative": negative, "share_negative": negative / n})


def _posts(
    expected: np.ndarray, posts: int, swing: float, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Negative posts and posts of each day; the expected share of a day strays normally from that of its course."""
    shares = np.clip(expected + generator.normal(0, swing, len(expected)), 0, 1)
    return generator.binomial(posts, shares), np.full(len(expected), posts)
