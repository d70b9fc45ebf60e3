"""How the methods were checked, in words: how many numbers agree, and how many intervals keep their word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from aftermath.comparison.findings import Finding
from aftermath.statistics.checks.check import LAST_DIGIT
from aftermath.statistics.checks.simulated import COMPARISON, KEEPS, NARROW, PROMISES, REFUSES, SAYS_SO, WIDE
from aftermath.wording import in_words, listed, number

if TYPE_CHECKING:
    from aftermath.statistics.checks import MethodChecks
    from aftermath.statistics.checks.simulated import SimulationStudy

__all__ = ["PROMISES", "agreement_words", "draws", "findings", "shown"]

_SHOWN = (
    "estimator",
    "n",
    "truth",
    "level",
    "draws",
    "estimates",
    "warned",
    "bias",
    "coverage",
    "width",
    "open",
    "verdict",
)


def findings(checks: MethodChecks, study: SimulationStudy) -> tuple[Finding, ...]:
    """What the page finds: numbers that agree, intervals that keep their word, and the customary errors beside them."""
    agreeing = sum(check.agrees for check in checks.checks)
    return (
        Finding(
            f"{agreeing} of {len(checks.checks)}",
            "numbers agree with the printed ones",
            "within tolerances that are explained",
        ),
        _kept(study),
        _compared(study),
        Finding(number(int(study.rows["estimates"].sum())), "intervals from simulated data", "all of them seeded"),
    )


def _kept(study: SimulationStudy) -> Finding:
    rows = {kind: study.ours.filter(verdict=kind).height for kind in (KEEPS, WIDE, SAYS_SO, NARROW)}
    note = (
        f"{in_words(rows[NARROW])} too narrow, named below; {in_words(rows[SAYS_SO])} too narrow with a warning in the text; "
        f"{in_words(rows[WIDE])} wider than need be"
    )
    figure = f"{rows[KEEPS] + rows[WIDE]} of {study.ours.filter(pl.col('verdict') != REFUSES).height}"
    return Finding(figure, "simulated settings have intervals that hold the truth at least as often as they must", note)


def _compared(study: SimulationStudy) -> Finding:
    others = study.table.filter(pl.col("estimator").str.starts_with(COMPARISON))
    held = others.filter(pl.col("verdict") != NARROW).height
    return Finding(
        f"{held} of {others.height}",
        "do so with the customary Newey-West errors",
        "for comparison; used on request only",
    )


def agreement_words(checks: MethodChecks) -> str:
    """How many numbers of some methods agree, and why a tolerance is wider than the last printed digit."""
    agreeing, n = sum(check.agrees for check in checks.checks), len(checks.checks)
    reasons = " ".join(dict.fromkeys(f"{check.why}." for check in checks.checks if check.why != LAST_DIGIT))
    return f"{number(agreeing)} of {number(n)} agree, to the last printed digit where nothing else is said. {reasons}".strip()


def shown(study: SimulationStudy) -> pl.DataFrame:
    """The columns of the study that the page shows."""
    return study.table.select(_SHOWN)


def draws(study: SimulationStudy) -> str:
    """How many data sets a row of the study rests on."""
    return listed([number(n) for n in study.rows["draws"].unique().sort()])
