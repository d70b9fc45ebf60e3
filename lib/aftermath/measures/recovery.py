"""Recovery as the coded coverage shows it.

The codes of all coders enter as repeated measures of a text, which counts once: a mean of two coders would make half
levels that no rule of the codebook defines. Errors are clustered by publisher, so two codings of one text, or
two texts of one outlet, do not count as independent. The covariate is the logarithm of time, averaged over its scale
(see ``averaged``).

Half-life and time to neutral are given with Fieller-type confidence sets: all days on which "the expected code
has closed half of its way from the first text to neutral" (or "has reached neutral") is not rejected. The way is measured
from the first text, where the record begins, and not from a day before it. Where the set reaches the end of the record,
the end is not known, and nothing is extrapolated.

References
----------
Fieller, E. C. (1954). Some problems in interval estimation. Journal of the Royal Statistical Society B 16, 175-185.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.options import options_text
from aftermath.measures.clock import require_clock
from aftermath.measures.stances import FEW, STANCE_LEVELS
from aftermath.measures.tone import PHASE_DAYS, Tone, tone
from aftermath.statistics.averaged import COMPARABLE, AveragedOdds, averaged_odds
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.times import DAY
from aftermath.wording import NO_BREAK, counted, interval, number

GRID = 250
_COURSE = ("day", "expected", "lower", "upper")
LARGEST_LOG_ODDS = 20.0  # of a tenfold of time: beyond it, no texts tell how large a ratio is
LARGE_SHARE = 1 / 3  # of the texts: one publisher with more leaves few others to tell how publishers differ


@dataclass(frozen=True)
class Days:
    """Days until something came about, with an interval, or not reached.

    Parameters
    ----------
    value
        Days; infinite where not reached by the end of the record; NaN where the question does not arise.
    lower, upper
        Ends of the interval in days, **both inclusive**; infinite where it reaches the end of the record; NaN where
        no day of the record is compatible.
    end
        Last day of the record.
    why
        Why the question does not arise; empty where it does.
    """

    value: float
    lower: float
    upper: float
    end: float
    why: str = ""

    @property
    def text(self) -> str:
        """The value with its interval, or why there is none."""
        if self.why:
            return self.why
        if math.isinf(self.value):
            earliest = "" if math.isinf(self.lower) else f", though day {_day(self.lower)} is not ruled out"
            return f"not reached by day {_day(self.end)}{earliest}"
        upper = f"day {_day(self.upper)}" if math.isfinite(self.upper) else f"beyond day {_day(self.end)}"
        return f"day {_day(self.value)} [day {_day(self.lower)} to {upper}]"


@dataclass(frozen=True)
class CoverageRecovery(Result):
    """How the coded coverage moved after clock zero.

    Parameters
    ----------
    tone
        The phases and the texts, which stand where no model could be fitted.
    course
        One row a day of a grid: ``day``, ``expected``, ``lower``, ``upper``; empty without a model.
    odds_ratio, odds_lower, odds_upper
        Odds of a higher code for each tenfold of ``1 + days``; NaN without a model. **What lies beyond e^±20 is infinite or 0**:
        texts that span a small part of a tenfold set it no bound.
    slope, slope_error
        The logarithm of the odds ratio and its clustered standard error; NaN without a model. **The covariate is
        log10(1 + days) in every case**, whichever scale fits its texts best: only so do the slopes of two cases mean the same.
    half_life, time_to_neutral
        See ``Days``.
    after, publishers
        Texts from after clock zero, which the model takes in, and their publishers, which are its clusters.
    largest, largest_share
        The publisher with most of these texts, and its share of them.
    model
        The model on every scale of time; None without one.
    level
        Of the intervals.
    why_not
        Why no model was fitted; empty where one was.
    """

    tone: Tone
    course: pl.DataFrame
    odds_ratio: float
    odds_lower: float
    odds_upper: float
    slope: float
    slope_error: float
    half_life: Days
    time_to_neutral: Days
    after: int
    publishers: int
    largest: str
    largest_share: float
    model: AveragedOdds | None
    level: float
    why_not: str

    @property
    def variable(self) -> str:
        """What was coded."""
        return self.tone.variable

    @property
    def modelled(self) -> bool:
        """Whether a model was fitted; otherwise the phase means stand."""
        return not self.why_not

    @property
    def table(self) -> pl.DataFrame:
        """One row a quantity: ``quantity``, ``estimate``, ``lower``, ``upper``, ``unit``; infinite days are null."""
        rows = [
            ("odds ratio, tenfold of time", self.odds_ratio, self.odds_lower, self.odds_upper, "ratio"),
            ("half-life", self.half_life.value, self.half_life.lower, self.half_life.upper, "days"),
            (
                "time to neutral",
                self.time_to_neutral.value,
                self.time_to_neutral.lower,
                self.time_to_neutral.upper,
                "days",
            ),
        ]
        rows += [(f"expected on day {_day(row[0])}", *row[1:], "code") for row in self._ends]
        frame = pl.DataFrame(rows, schema=["quantity", "estimate", "lower", "upper", "unit"], orient="row")
        return frame.with_columns(pl.when(pl.col(pl.Float64).is_finite()).then(pl.col(pl.Float64)))

    @cached_property
    def scales(self) -> pl.DataFrame:
        """What hangs on the scale of time: one row a scale with its ``weight`` and the half-life on it alone.

        ``half_life``, ``lower`` and ``upper`` are in days since clock zero, null where infinite or not asked; ``words``
        says the same. **Empty without a model.**
        """
        rows, model = [], self.model
        if model is not None:
            start, end = self.course["day"][0], self.course["day"][-1]
            for scale, weight in model.weights.items():
                days = crossing(model.alone(scale), 0.5, start, end, self.level)
                rows.append((scale, weight, days.value, days.lower, days.upper, days.text))
        numbers = dict.fromkeys(("weight", "half_life", "lower", "upper"), pl.Float64)
        frame = pl.DataFrame(rows, {"scale": pl.String, **numbers, "words": pl.String}, orient="row")
        return frame.with_columns(pl.when(pl.col(pl.Float64).is_finite()).then(pl.col(pl.Float64)))

    @property
    def warning(self) -> str:
        """What makes the intervals doubtful, as a sentence; empty where nothing does."""
        if self.largest_share <= LARGE_SHARE:
            return ""
        return (
            f"{self.largest} published {self.largest_share:.0%} of the texts, so that few others tell how publishers differ: "
            "the intervals may be too narrow."
        )

    @property
    def _ends(self) -> list[tuple]:
        return [self.course.row(0), self.course.row(-1)] if self.modelled else []

    @property
    def text(self) -> str:
        n = f"n = {counted(self.after, 'text')} from after clock zero, {counted(self.publishers, 'publisher')}"
        options = options_text(self.tone.options)
        if not self.modelled:
            phases = "; ".join(phase.text for phase in self.tone.phases)
            return f"{self.tone.label}: no model was fitted ({n}), because {self.why_not}. By phase: {phases}.{options}"
        first, last = self._ends
        start, end = (
            f"{number(row[1], 2, sign=True)} {interval(row[2], row[3], 2, sign=True)}" for row in (first, last)
        )
        course = (
            f"{self.tone.label}: the expected code ran from {start} on day {_day(first[0])} to {end} on day {_day(last[0])} "
            f"(proportional odds on log time, averaged over its scale, errors clustered by publisher, {self.level:.0%} "
            f"intervals, {n}). Half of the way from the first text to neutral: {self.half_life.text}. "
            f"Neutral: {self.time_to_neutral.text}."
        )
        return f"{course} {self.warning}".rstrip() + options


@takes_id
def recovery(
    case: Case,
    variable: str = "favourability",
    *,
    level: float = 0.95,
    phase_days: tuple[int, ...] = PHASE_DAYS,
    window: int | None = None,
    clock_zero: str | None = None,
    coder: str | None = None,
    seed: int = 0,
) -> CoverageRecovery:
    """Estimate how the coded coverage moved after clock zero.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis and coded texts.
    variable
        ``favourability``, ``stance_response`` or ``stance_org``.
    level
        Of the intervals.
    phase_days, seed
        Of the phases, see ``tone``.
    window, clock_zero, coder
        Which texts count, from which event on, and whose codes, see ``tone``.

    Returns
    -------
    CoverageRecovery
        **Under eight texts after clock zero**, with one level only, one time, or fewer than three publishers, the phase
        means stand alone and the result says why.

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, or no text has been coded.
    OptionError
        If the case has no such event or coder.
    ValueError
        If the variable is not coded, the level is no share, or the phases do not ascend.
    """
    require_clock(case, "recovery")
    if not 0 < level < 1:
        raise ValueError(f"level = {level} must lie between 0 and 1, e.g. 0.95")
    phases = tone(case, variable, phase_days=phase_days, window=window, clock_zero=clock_zero, coder=coder, seed=seed)
    texts, codes = phases.texts.filter(pl.col("latest_seconds") >= 0), dated_codes(phases)
    days = codes["day"].to_numpy()
    try:
        if texts.height < FEW:
            raise NothingToMeasure(f"fewer than {FEW} texts are from after clock zero")
        values, publishers, weights = (codes[column].to_numpy() for column in ("value", "publisher", "weight"))
        model = averaged_odds(values, days, publishers, weights, STANCE_LEVELS)
    except NothingToMeasure as reason:
        return _without_model(phases, texts, level, str(reason))
    return _with_model(phases, model, texts, float(days.min()), float(days.max()), level)


def dated_codes(tone: Tone) -> pl.DataFrame:
    """What a model of the coverage is fitted to.

    Parameters
    ----------
    tone
        The texts and their coders.

    Returns
    -------
    polars.DataFrame
        One row a coding of a text from after clock zero: ``doc_id``, ``publisher``, ``variable`` (the coder), ``value``, ``day`` since
        clock zero (the middle of what is known), ``weight``: **a text counts once**.
    """
    codes = tone.texts.filter(pl.col("latest_seconds") >= 0).unpivot(
        on=[coder.id for coder in tone.coders], index=["doc_id", "publisher", "earliest_seconds", "latest_seconds"]
    )
    middle = (pl.max_horizontal(0.0, "earliest_seconds") + pl.col("latest_seconds")) / 2
    return codes.drop_nulls("value").with_columns(weight=1 / pl.len().over("doc_id"), day=middle / DAY)


def crossing(model: AveragedOdds, share: float, start: float, end: float, level: float) -> Days:
    """When the expected code had come this share of the way from its value at the first text to neutral.

    Parameters
    ----------
    model
        Of codes on time.
    share
        0.5 for the half-life, 1 for neutral.
    start, end
        Days from clock zero to the first and to the last text.
    level
        Of the confidence set.

    Returns
    -------
    Days
        **Counted from clock zero**, as all days are.
    """
    if model.expected(np.array([start]), level)[2][0] >= 0:
        return Days(math.nan, math.nan, math.nan, end, "does not arise: coverage did not begin clearly below neutral")
    days = _grid(start, end)
    gaps, reach = model.gap(days, share, start, level)
    reached = np.flatnonzero(gaps >= 0)
    value = float(days[reached[0]]) if reached.size else math.inf
    return Days(value, *_ends(days, np.abs(gaps) <= reach, value), end)


def _grid(start: float, end: float) -> np.ndarray:
    """The days of a record, an hour apart at its beginning and further apart later on."""
    return np.geomspace(start + 1 / 24, end + 1 / 24, GRID) - 1 / 24


def _ends(days: np.ndarray, compatible: np.ndarray, value: float) -> tuple[float, float]:
    """First and last compatible day; the last is not known where it, or the estimate, is the end of the record."""
    inside = np.flatnonzero(compatible)
    if not inside.size:
        return (value, value)
    upper = math.inf if compatible[-1] or math.isinf(value) else float(days[inside[-1]])
    return float(days[inside[0]]), upper


def _with_model(
    phases: Tone, model: AveragedOdds, texts: pl.DataFrame, start: float, end: float, level: float
) -> CoverageRecovery:
    days = _grid(start, end)
    course = pl.DataFrame(dict(zip(_COURSE, (days, *model.expected(days, level)), strict=True)))
    comparable = model.models[COMPARABLE]
    tenfold = np.eye(len(comparable.parameters), 1) * math.log(10)  # only the slope moves it
    slope, error = comparable.slope * math.log(10), float(comparable.standard_error(tenfold)[0])
    logarithms = slope + np.array([0, -1, 1]) * error * comparable.quantile(level)
    bounded = np.abs(logarithms) <= LARGEST_LOG_ODDS
    odds, lower, upper = np.exp(np.where(bounded, logarithms, np.copysign(np.inf, logarithms))).tolist()
    extent = _Extent.of(texts)
    return CoverageRecovery(
        tone=phases,
        course=course,
        odds_ratio=odds,
        odds_lower=lower,
        odds_upper=upper,
        slope=slope,
        slope_error=error,
        half_life=crossing(model, 0.5, start, end, level),
        time_to_neutral=crossing(model, 1.0, start, end, level),
        after=extent.texts,
        publishers=extent.publishers,
        largest=extent.largest,
        largest_share=extent.largest_share,
        model=model,
        level=level,
        why_not="",
    )


def _without_model(phases: Tone, texts: pl.DataFrame, level: float, why: str) -> CoverageRecovery:
    unknown = Days(math.nan, math.nan, math.nan, math.nan, "not estimated")
    extent = _Extent.of(texts)
    return CoverageRecovery(
        tone=phases,
        course=pl.DataFrame(schema=dict.fromkeys(_COURSE, pl.Float64)),
        odds_ratio=math.nan,
        odds_lower=math.nan,
        odds_upper=math.nan,
        slope=math.nan,
        slope_error=math.nan,
        half_life=unknown,
        time_to_neutral=unknown,
        after=extent.texts,
        publishers=extent.publishers,
        largest=extent.largest,
        largest_share=extent.largest_share,
        model=None,
        level=level,
        why_not=why,
    )


class _Extent(NamedTuple):
    """Texts, publishers, the publisher with most texts and its share of them."""

    texts: int
    publishers: int
    largest: str
    largest_share: float

    @classmethod
    def of(cls, texts: pl.DataFrame) -> _Extent:
        counts = Counter(sorted(texts["publisher"]))
        largest, most = counts.most_common(1)[0] if counts else ("", 0)
        return cls(texts.height, len(counts), largest, most / max(1, texts.height))


def _day(days: float) -> str:
    return number(days, 1 if days < 10 and days != round(days) else 0).replace(" ", NO_BREAK)
