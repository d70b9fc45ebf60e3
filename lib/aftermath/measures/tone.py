"""Tone of coverage: how the coded texts stand, phase by phase after clock zero.

Each text counts at the mean of its coders. A phase is described by the mean and by the Janis-Fadner
coefficient of imbalance, with the intervals of ``measures.stances``. Under eight texts a phase has no interval, and says so.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.coders import Coder
from aftermath.case_files.coding import singly_coded_texts
from aftermath.case_files.options import by_whom, options_text
from aftermath.measures.clock import clock_zero, require_clock
from aftermath.measures.stances import FEW, STANCE_LEVELS, Estimate, mean_and_imbalance
from aftermath.statistics.agreement import Agreement, krippendorff_alpha
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.times import first_day, local_day
from aftermath.wording import counted, listed

PHASE_DAYS = (7, 30)
# of ``Tone.texts``, beside a column a coder
TEXT_COLUMNS = ("doc_id", "source_id", "publisher", "published", "day", "earliest_seconds", "latest_seconds", "mean")


@dataclass(frozen=True)
class Phase:
    """The texts of one stretch of time.

    Parameters
    ----------
    label
        Wording, e.g. ``first week``.
    n
        Texts in the phase whose stance is coded.
    mean
        Mean stance, from -2 to 2.
    imbalance
        Janis-Fadner coefficient of imbalance, from -1 to 1.
    doc_ids
        The texts.
    """

    label: str
    n: int
    mean: Estimate
    imbalance: Estimate
    doc_ids: tuple[str, ...]

    @property
    def text(self) -> str:
        """The phase with its numbers, without a full stop."""
        if not self.n:
            return f"{self.label} no text"
        few = ", too few for an interval" if self.n < FEW else ""
        return f"{self.label} mean {self.mean.text()}, imbalance {self.imbalance.text()} (n = {counted(self.n, 'text')}{few})"


@dataclass(frozen=True)
class Tone(Result):
    """How one variable of the coded coverage moved.

    Parameters
    ----------
    case_id
        The case.
    variable
        ``favourability``, ``stance_org`` or ``stance_response``.
    phases
        In order of time.
    agreement
        Krippendorff's alpha and Gwet's AC2 over the texts that more than one coder coded.
    coders
        Who codes the texts of this case.
    uncoded, singly
        Texts of the coverage that nobody has coded, and those that one coder alone has, although others code too.
    texts
        One row a text: ``doc_id``, ``source_id``, ``publisher``, ``published``, ``day`` (whole days since
        clock zero, local), ``earliest_seconds`` and ``latest_seconds`` since clock zero, one column a coder, ``mean``.
    partly
        Texts that several coders have coded, but not all who code.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    case_id: str
    variable: str
    phases: tuple[Phase, ...]
    agreement: Agreement
    coders: tuple[Coder, ...]
    uncoded: int
    singly: int
    texts: pl.DataFrame
    partly: int = 0
    options: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The variable in words."""
        return vocabulary.STANCES[self.variable]

    @property
    def table(self) -> pl.DataFrame:
        """One row a phase: n, mean and imbalance with their intervals, the texts."""
        rows = [
            {
                "phase": phase.label,
                "n": phase.n,
                **_columns("mean", phase.mean),
                **_columns("imbalance", phase.imbalance),
                "texts": " ".join(phase.doc_ids),
            }
            for phase in self.phases
        ]
        return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).fill_nan(None))

    @property
    def text(self) -> str:
        phases = "; ".join(phase.text for phase in self.phases)
        known = f"Agreement of the coders: {self.agreement.text}"
        agreement = known if self.agreement.units else "Nothing is known of agreement: no text has codes of two coders"
        return (
            f"{self.label}: {phases}. {agreement}. Intervals are 95 % intervals of a Bayesian "
            "bootstrap over texts, with half a text more at the end of the scale; the texts are those that could be found and read, "
            f"not a sample.{self.gaps}{options_text(self.options)}"
        )

    @property
    def gaps(self) -> str:
        """What is not coded, as a sentence that follows another; empty where everything is."""
        parts = {
            "not coded": self.uncoded,
            "coded by one coder alone": self.singly,
            "coded by several coders but not by all": self.partly,
        }
        gaps = listed([f"{counted(n, 'text')} {'is' if n == 1 else 'are'} {words}" for words, n in parts.items() if n])
        return f" {gaps}: what is not coded may still move every number." if gaps else ""


@takes_id
def tone(
    case: Case,
    variable: str = "favourability",
    *,
    phase_days: tuple[int, ...] = PHASE_DAYS,
    window: int | None = None,
    clock_zero: str | None = None,
    coder: str | None = None,
    seed: int = 0,
) -> Tone:
    """Describe how the coverage stood, phase by phase.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis and at least one coded text.
    variable
        ``favourability``, ``stance_org`` or ``stance_response``.
    phase_days
        Days after clock zero at which a phase ends, ascending: day 7 is the **last day of the first week**,
        with the day of clock zero as day 1. Texts from before clock zero (see ``times.ended_before``) form a phase of their
        own where there are any.
    window
        Days from clock zero on whose texts count: 30 leaves out what was published on day 31 or later. All if not given.
    clock_zero
        Id of the event at which the clock starts; that of the case if not given.
    coder
        Id of the one coder whose codes count, e.g. ``"a"``; all coders if not given.
    seed
        Of the bootstrap.

    Returns
    -------
    Tone

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, or no text has been coded for this variable.
    OptionError
        If the case has no such event or coder.
    ValueError
        If the variable, the phases or the window make no sense.

    References
    ----------
    Janis, I. L., and Fadner, R. H. (1943). A coefficient of imbalance for content analysis. Psychometrika 8, 105-119.

    Examples
    --------
    >>> import aftermath as am
    >>> [phase.n for phase in am.tone(am.load_case("kitchenaid-tweet")).phases]
    [45, 1, 3]
    """
    require_clock(case, "tone")
    _check_arguments(variable, phase_days, window)
    case = case.with_clock(clock_zero).coded_by(coder)
    texts = coded_texts(case, variable)
    if texts.is_empty():
        raise NothingToMeasure(f"{case.id}: no text is coded for {variable}{by_whom(case)}.")
    options = case.options
    if window is not None:
        texts, options = _first_days(texts, window, case.id), (*options, f"the first {counted(window, 'day')} alone")
    coders = case.coders_of("stances")
    codes = {coder.id: texts[coder.id].to_list() for coder in coders}
    codings = case.stances.group_by("doc_id").len()["len"]
    return Tone(
        case_id=case.id,
        variable=variable,
        phases=_phases(texts, phase_days, seed),
        agreement=krippendorff_alpha(codes, STANCE_LEVELS, seed=seed),
        coders=coders,
        uncoded=case.coverage.height - case.stances["doc_id"].n_unique(),
        singly=len(singly_coded_texts(case)) if len(coders) > 1 else 0,
        texts=texts,
        partly=int(codings.is_between(2, len(coders) - 1).sum()),
        options=options,
    )


def coded_texts(case: Case, variable: str) -> pl.DataFrame:
    """The texts that at least one coder coded for a variable, with their time since clock zero.

    Parameters
    ----------
    case
        A case with a documented crisis.
    variable
        A column of ``stances.csv``.

    Returns
    -------
    polars.DataFrame
        As ``Tone.texts`` describes, in order of time.
    """
    codes = case.stances.filter(pl.col(variable).is_not_null()).pivot("coder", index="doc_id", values=variable)
    coders = [coder.id for coder in case.coders_of("stances")]
    codes = codes.with_columns(pl.lit(None, pl.Int8).alias(coder) for coder in coders if coder not in codes.columns)
    codes = codes.select("doc_id", *coders)
    publishers = case.sources.select("source_id", "publisher")
    texts = (
        case.coverage.select("doc_id", "source_id", "published")
        .join(codes, on="doc_id")
        .join(publishers, on="source_id")
    )
    since = [case.since_zero(local_day(published, case.about.timezone)) for published in texts["published"]]
    times = pl.DataFrame(
        {
            "day": [day_since_zero(case, published) for published in texts["published"]],
            "earliest_seconds": [latency.lower for latency in since],
            "latest_seconds": [latency.upper for latency in since],
        },
        schema={"day": pl.Int64, "earliest_seconds": pl.Float64, "latest_seconds": pl.Float64},
    )
    nobody = pl.lit(None, pl.Float64)  # where there is no coder at all, the mean of nothing
    mean = pl.mean_horizontal(nobody, *coders).alias("mean")
    return pl.concat([texts, times], how="horizontal").with_columns(mean).sort("earliest_seconds", "doc_id")


def _check_arguments(variable: str, phase_days: tuple[int, ...], window: int | None) -> None:
    if variable not in vocabulary.STANCES:
        raise ValueError(f"{variable!r} is not coded; use one of: {', '.join(vocabulary.STANCES)}")
    if (
        not isinstance(phase_days, Sequence)
        or not phase_days
        or list(phase_days) != sorted(set(phase_days))
        or phase_days[0] < 1
    ):
        raise ValueError(f"phase_days {phase_days} must be positive days in ascending order, e.g. {PHASE_DAYS}")
    if window is not None and window < 1:
        raise ValueError(f"window = {window} must be a number of days from clock zero on, at least 1, e.g. 30")


def _first_days(texts: pl.DataFrame, window: int, case_id: str) -> pl.DataFrame:
    """The texts until the end of a window, those from before clock zero among them."""
    early = texts.filter(pl.col("day") < window)
    if early.is_empty():
        raise NothingToMeasure(f"{case_id}: none of its coded texts is from the first {counted(window, 'day')}.")
    return early


def day_since_zero(case: Case, published: str) -> int:
    """Whole days from the first day after clock zero to the day of a text; **0 on that day itself**, negative before it.

    Parameters
    ----------
    case
        A case with a documented crisis.
    published
        As ``coverage.csv`` dates the text.
    """
    zone = case.about.timezone
    day = local_day(published, zone).earliest.astimezone(ZoneInfo(zone)).date()
    return (day - first_day(clock_zero(case), zone)).days


def _phases(texts: pl.DataFrame, phase_days: tuple[int, ...], seed: int) -> tuple[Phase, ...]:
    ends = (0, *phase_days, math.inf)
    labels = [phase_label(start, end) for start, end in itertools.pairwise(ends)]
    before, after = (texts.filter((pl.col("latest_seconds") < 0) == earlier) for earlier in (True, False))
    phases = [
        _phase(label, after.filter(pl.col("day").is_between(start, end, closed="left")), seed)
        for label, start, end in zip(labels, ends, ends[1:], strict=False)
    ]
    return tuple(phases if before.is_empty() else [_phase("before clock zero", before, seed), *phases])


def phase_label(start: float, end: float) -> str:
    """The wording of a phase.

    Parameters
    ----------
    start, end
        Days since clock zero, **half-open**: the end is the first day that is not in it; infinite for the last phase.

    Examples
    --------
    >>> phase_label(0, 7), phase_label(7, 30), phase_label(30, math.inf)
    ('first week', 'days 8 to 30', 'after day 30')
    """
    if end == math.inf:
        return f"after day {start}"
    if end - start == 1:
        return f"day {end}"
    return "first week" if (start, end) == (0, 7) else f"days {start + 1} to {end}"


def _phase(label: str, texts: pl.DataFrame, seed: int) -> Phase:
    values = texts["mean"].to_numpy()
    mean, balance = mean_and_imbalance(values, seed=seed)
    return Phase(
        label=label,
        n=len(values),
        mean=mean,
        imbalance=balance,
        doc_ids=tuple(texts["doc_id"]),
    )


def _columns(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_lower": estimate.lower, f"{name}_upper": estimate.upper}
