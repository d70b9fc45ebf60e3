"""How many organisations had answered by when: latency curves over cases, with bootstrap bands.

Each case gives one interval-censored latency. The curve is Turnbull's estimate of the share that had **not**
answered yet; its band comes from resampling cases, the lower end from the lower curve and the upper end
from the upper one, so it holds what is not identified as well as what is not sampled. Where all cases agree, resampling finds nothing to vary.
The band is therefore nowhere narrower than the score interval of a share of as many cases (Wilson 1927), which is what it
would be if every latency were known exactly. The cases were chosen, not drawn: the band says how much the curve leans on
single cases.

A case whose clock zero is itself the answer is left out and named: its zero holds by construction and says nothing about how
fast anybody was. A case whose answer may have come before clock zero is counted as one that came after, and named.

References
----------
Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of the American
Statistical Association 22, 209-212.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from aftermath.kept import kept
from aftermath.measures.latencies import UNITS, Latencies
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.turnbull import DRAWS, bootstrap_band, identification_region, turnbull
from aftermath.times import DAY, HOUR, MINUTE, Latency
from aftermath.wording import NO_BREAK, counted, duration, interval, listed, number

MARKS = (HOUR, DAY, 7 * DAY, 30 * DAY)
ROUND = (MINUTE, HOUR, 6 * HOUR, *(days * DAY for days in (1, 3, 7, 14, 30, 60, 90, 180, 365, 730, 1825, 3650)))
FEWEST_CASES = 3


@dataclass(frozen=True)
class LatencyCurve:
    """The curve of one group of cases.

    Parameters
    ----------
    group
        Name of the group; empty for all cases.
    case_ids
        The cases, sorted.
    seconds
        Times at which the curve is given, ascending, shape ``(t,)``.
    not_yet_lower, not_yet_upper
        Share that had not answered yet; the two differ where the intervals do not say. Shape ``(t,)``.
    band_lower, band_upper
        Bootstrap band, pointwise, shape ``(t,)``; see ``bootstrap_band``.
    possible_lower, possible_upper
        What remains possible without any model, see ``survival.identification_region``. Shape ``(t,)``.
    """

    group: str
    case_ids: tuple[str, ...]
    seconds: np.ndarray
    not_yet_lower: np.ndarray
    not_yet_upper: np.ndarray
    band_lower: np.ndarray
    band_upper: np.ndarray
    possible_lower: np.ndarray
    possible_upper: np.ndarray

    def answered_by(self, seconds: float) -> str:
        """The share that had answered by a time, with its band, in words."""
        return f"{self.share_by(seconds)} within {duration(seconds)}"

    def share_by(self, seconds: float) -> str:
        """The share that had answered by a time, with its band: a range where the intervals do not say."""
        index = self._place(seconds)
        ends = [
            100 * (1 - value[index])
            for value in (self.not_yet_upper, self.not_yet_lower, self.band_upper, self.band_lower)
        ]
        share = " to ".join(dict.fromkeys(number(end) for end in ends[:2]))
        return f"{share} % {interval(*ends[2:])}"

    def possible_by(self, seconds: float) -> str:
        """The least and the greatest share that the intervals allow by a time, without any model."""
        index = self._place(seconds)
        ends = (100 * (1 - value[index]) for value in (self.possible_upper, self.possible_lower))
        return f"{' to '.join(dict.fromkeys(number(end) for end in ends))} %"

    def _place(self, seconds: float) -> int:
        # between two of ``seconds`` nothing happens: the curve stays as it was at the earlier one
        return max(0, int(np.searchsorted(self.seconds, seconds, side="right")) - 1)


@dataclass(frozen=True)
class LatencyCurves(Result):
    """Latency curves, one a group.

    Parameters
    ----------
    step
        Which answer, a key of ``STEPS``.
    by
        What the cases were grouped by; empty for one curve over all.
    curves
        Sorted by group.
    left_out
        Cases of groups that are too small for a curve.
    level, draws
        Of the bands.
    with_zero
        Cases in no curve, because the answer came with clock zero.
    doubtful
        Cases in a curve whose answer may have come before clock zero, see ``before_zero``.
    about, noun
        What answered how, if it is no step of a case: the name of a table of latencies, and what a row of it is called.
    marks
        Round times in seconds that the text speaks of.
    """

    step: str
    by: str
    curves: tuple[LatencyCurve, ...]
    left_out: tuple[str, ...]
    level: float
    draws: int
    with_zero: tuple[str, ...] = ()
    doubtful: tuple[str, ...] = ()
    about: str = ""
    noun: tuple[str, str] = ("case", "cases")
    marks: tuple[float, ...] = MARKS

    @property
    def table(self) -> pl.DataFrame:
        """One row a group and time: shares that had not answered yet, band, what remains possible, n."""
        frames = [
            pl.DataFrame(
                {
                    "group": [curve.group] * len(curve.seconds),
                    "seconds": curve.seconds,
                    "not_yet_lower": curve.not_yet_lower,
                    "not_yet_upper": curve.not_yet_upper,
                    "band_lower": curve.band_lower,
                    "band_upper": curve.band_upper,
                    "possible_lower": curve.possible_lower,
                    "possible_upper": curve.possible_upper,
                    "cases": [len(curve.case_ids)] * len(curve.seconds),
                }
            )
            for curve in self.curves
        ]
        return pl.concat(frames)

    @property
    def text(self) -> str:
        left_out = f" Too few for a curve of their own: {listed(self.left_out)}." if self.left_out else ""
        named = filter(None, (left_out_words(self.with_zero), doubtful_words(self.doubtful)))
        return " ".join([f"{self.estimate}{left_out}", *named])

    @property
    def estimate(self) -> str:
        """The curves at the round times, with their bands and n, and what they rest on."""
        curves = ". ".join(self._sentence(curve) for curve in self.curves)
        return (
            f"{self.about or STEPS[self.step][0]}{':' if self.curves[0].group else ''} {curves}. Turnbull's estimate for interval-censored "
            f"latencies; bands of {number(100 * self.level)}{NO_BREAK}% from "
            f"{number(self.draws)} resamplings of the {self.noun[1]}, which were chosen and not drawn at random, and nowhere narrower than "
            f"the score interval of a share of as many {self.noun[1]}."
        )

    def _sentence(self, curve: LatencyCurve) -> str:
        name = f"{curve.group} " if curve.group else ""
        return f"{name}(n = {counted(len(curve.case_ids), *self.noun)}) " + "; ".join(
            curve.answered_by(mark) for mark in self.marks
        )


def latency_curves(
    speeds: Sequence[Speed] | Latencies,
    step: str = "response",
    *,
    group: Callable[[Speed], str] | None = None,
    by: str = "",
    level: float = 0.95,
    draws: int = DRAWS,
    seed: int = 0,
) -> LatencyCurves:
    """Draw latency curves over cases.

    Parameters
    ----------
    speeds
        One result a case; their order does not matter. **Or a table of latencies**, from ``load_latencies``.
    step
        A key of ``STEPS``; of no account where there is a table.
    group, by
        From a case to its group, and what that is called; one curve over all cases if not given. Of a table, ``by`` alone: a column.
    level, draws, seed
        Of the bootstrap.

    Returns
    -------
    LatencyCurves
        Groups of **fewer than three cases** get no curve and are named, as are cases that answered with clock zero.

    Raises
    ------
    NothingToMeasure
        If no group has three cases.
    ValueError
        If the step is unknown, the level is no share, or nothing is drawn.
    """
    if step not in STEPS:
        raise ValueError(f"{step!r} is no step; use one of: {', '.join(STEPS)}")
    if not 0 < level < 1 or draws < 1:
        raise ValueError(f"level = {level} must lie between 0 and 1, and draws = {draws} must be at least 1")
    if isinstance(speeds, Latencies):
        return _of_table(speeds, by, level, draws, seed)
    by_name = sorted(speeds, key=lambda speed: speed.case_id)
    ordered = [speed for speed in by_name if not speed[step].latency.with_zero]
    names = [group(speed) if group else "" for speed in ordered]
    groups = {
        name: [speed for speed, own in zip(ordered, names, strict=True) if own == name] for name in sorted(set(names))
    }
    with_zero = tuple(speed.case_id for speed in by_name if speed[step].latency.with_zero)
    large = {name: members for name, members in groups.items() if len(members) >= FEWEST_CASES}
    if not large:
        raise NothingToMeasure(
            f"{counted(len(ordered), 'case')} {'is' if len(ordered) == 1 else 'are'} too few for a latency curve: at least {FEWEST_CASES} are needed in a group. "
            f"{left_out_words(with_zero)}".rstrip()
        )
    curves = tuple(_curve(name, by, members, step, level, draws, seed) for name, members in large.items())
    left_out = tuple(speed.case_id for name, members in groups.items() if name not in large for speed in members)
    doubtful = tuple(speed.case_id for members in large.values() for speed in members if before_zero(speed, step))
    return LatencyCurves(step, by, curves, left_out, level, draws, with_zero, tuple(sorted(doubtful)))


def _of_table(latencies: Latencies, by: str, level: float, draws: int, seed: int) -> LatencyCurves:
    """The curves of a table of latencies, whose rows stand for cases."""
    groups = latencies.groups(by) if by else [""] * latencies.rows.height
    left, right = latencies.ends
    own = {name: np.flatnonzero([group == name for group in groups]) for name in sorted(set(groups))}
    large = {name: places for name, places in own.items() if len(places) >= FEWEST_CASES}
    if not large:
        raise NothingToMeasure(f"{latencies.name}: at least {FEWEST_CASES} latencies are needed in a group of {by}.")
    names = np.array([f"row {row}" for row in latencies.rows["row"]])
    marks = _marks(left, right, UNITS[latencies.unit])
    settings = {"level": level, "draws": draws, "seed": seed, "marks": marks}
    curves = [
        _estimated(name, tuple(names[places].tolist()), left[places], right[places], **settings)
        for name, places in large.items()
    ]
    left_out = tuple(str(names[place]) for name in own.keys() - large.keys() for place in own[name])
    noun = ("latency", "latencies")
    return LatencyCurves(
        "latency",
        by,
        tuple(curves),
        tuple(sorted(left_out)),
        level,
        draws,
        about=latencies.name,
        noun=noun,
        marks=marks,
    )


def _marks(left: np.ndarray, right: np.ndarray, unit: float) -> tuple[float, ...]:
    """Round times from a unit on, between the first and the last tenth of latencies, at most four; one at least."""
    middle = np.where(np.isfinite(right), (left + np.where(np.isfinite(right), right, 0)) / 2, left)
    low, high = np.quantile(middle, (0.1, 0.9))
    within = [mark for mark in ROUND if max(low, unit) <= mark <= high] or [
        min(ROUND, key=lambda mark: abs(mark - high))
    ]
    return tuple(within[int(place)] for place in np.unique(np.linspace(0, len(within) - 1, 4).round()))


def before_zero(speed: Speed, step: str) -> bool:
    """Whether the answer on which the upper end of a latency rests may have come before clock zero: then it is no bound.

    Parameters
    ----------
    speed
        Of a case.
    step
        A key of ``STEPS``.
    """
    resting = speed[
        step
    ].event_ids  # in order of their beginnings: where two set the ends, the later one sets the upper
    return bool(resting) and resting[-1] in speed.doubtful


def left_out_words(names: Sequence[str]) -> str:
    """Which cases are in no curve because their zero says nothing about speed; empty where there is none."""
    return f"In no curve, as the answer came with clock zero: {listed(names)}." if names else ""


def doubtful_words(names: Sequence[str]) -> str:
    """Which answers count as coming after clock zero although they may not have; empty where there is none."""
    return (
        f"Counted as after clock zero, though it may have come before: the answer of {listed(names)}." if names else ""
    )


def probability_before(latency: Latency, other: Latency) -> tuple[float, float]:
    """Bounds on the probability that one answer came before another.

    Where the intervals do not overlap the answer is certain. Where they do, it depends on how likely each moment inside
    them is, which the record does not say: then the bounds are 0 and 1.

    Returns
    -------
    tuple
        Smallest and largest probability that any distribution inside the intervals gives.

    Examples
    --------
    >>> probability_before(Latency(0, 10), Latency(20, 30)), probability_before(Latency(0, 25), Latency(20, 30))
    ((1.0, 1.0), (0.0, 1.0))
    """
    if latency.certainly_before(other):
        return 1.0, 1.0
    if other.upper <= latency.lower:
        return 0.0, 0.0
    return 0.0, 1.0


def uniform_probability_before(latency: Latency, other: Latency) -> float:
    """The probability that one answer came before another **if every moment inside each interval were equally likely**.

    An answer that was not seen comes after everything that was; two that were not seen cannot be told apart (0.5).

    Examples
    --------
    >>> uniform_probability_before(Latency(0, 10), Latency(0, 10)), uniform_probability_before(Latency(0, 10), Latency(5, 15))
    (0.5, 0.875)
    """
    if not latency.seen or not other.seen:
        return 0.5 if latency.seen == other.seen else float(latency.seen)
    if latency.upper == latency.lower:
        return _uniform_after(latency.lower, other)
    # the share of the other interval that lies after x is piecewise linear in x, so its integral is exact
    knots = np.unique(np.clip([latency.lower, other.lower, other.upper, latency.upper], latency.lower, latency.upper))
    values = np.array([_uniform_after(knot, other) for knot in knots])
    if other.lower == other.upper:
        return float(np.clip((other.lower - latency.lower) / (latency.upper - latency.lower), 0, 1))
    return float(np.trapezoid(values, knots) / (latency.upper - latency.lower))


def _uniform_after(moment: float, other: Latency) -> float:
    if other.lower == other.upper:
        return 0.5 if moment == other.lower else float(moment < other.lower)
    return float(np.clip((other.upper - moment) / (other.upper - other.lower), 0, 1))


def _curve(name: str, by: str, members: list[Speed], step: str, level: float, draws: int, seed: int) -> LatencyCurve:
    latencies = [speed[step].latency for speed in members]
    left = np.array([latency.lower for latency in latencies])
    right = np.array([latency.upper for latency in latencies])
    case_ids = tuple(speed.case_id for speed in members)
    return kept(
        f"latency curve of {step}, {by} {name}",
        lambda: (case_ids, left.tolist(), right.tolist(), level, draws, seed),
        lambda: _estimated(name, case_ids, left, right, level=level, draws=draws, seed=seed),
    )


def _estimated(
    name: str,
    case_ids: tuple[str, ...],
    left: np.ndarray,
    right: np.ndarray,
    *,
    level: float,
    draws: int,
    seed: int,
    marks: tuple[float, ...] = MARKS,
) -> LatencyCurve:
    # every end of an interval, and the round times that the text speaks of
    ends = np.concatenate([left, right[np.isfinite(right)], marks, [0.0, MINUTE]])
    seconds = np.unique(ends[np.isfinite(ends) & (ends >= 0)])
    lower, upper = np.clip(turnbull(left, right).survival(seconds), 0, 1)
    lowest, highest = bootstrap_band(left, right, seconds, level=level, draws=draws, seed=seed)
    return LatencyCurve(
        name,
        case_ids,
        seconds,
        lower,
        upper,
        np.minimum(lowest, lower),
        np.maximum(highest, upper),
        *identification_region(left, right, seconds),
    )
