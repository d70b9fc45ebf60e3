"""The numbers that are checked: data, our computation, and what was printed. The numbers in brackets are those of
the tests in ``tests/oracles/``.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date

import numpy as np
import polars as pl

from aftermath.statistics.agreement import krippendorff_alpha
from aftermath.statistics.change_points import COSTS, change_points
from aftermath.statistics.checks.check import Check, Source
from aftermath.statistics.ears import ears_c1
from aftermath.statistics.event_study import EventStudy, daily_returns, event_study
from aftermath.statistics.inputs import PRICES
from aftermath.statistics.local_level import local_level
from aftermath.statistics.resilience import resilience_loss
from aftermath.statistics.temporal_network import Difference, TemporalNetwork
from aftermath.statistics.turnbull import Masses, turnbull
from aftermath.times import tweet_time

NEVER = math.inf

# Latency curves


def closed_intervals() -> Iterator[Check]:
    """Turnbull's estimate from ten closed intervals (1)."""
    masses = turnbull([1, 8, 8, 7, 7, 17, 37, 46, 46, 45], [7, 8, 10, 16, 14, NEVER, 44, NEVER, NEVER, NEVER])
    source = Source("turnbull", "ten closed intervals", "the tests of lifelines")
    why = "Tolerance where the other program stops its iteration: one part in ten thousand of the number"
    printed = (".16667016", ".33332984", ".125", ".375")
    for quantity, ours, text in zip(_places(masses, "[", "]"), masses.mass, printed, strict=True):
        yield source.within(quantity, ours, f"0{text}", 1e-4 * float(text), why)


# Hoel and Walburg (1972): the age in days at which each mouse died, and whether a tumour was found
_WITH_TUMOUR = """
    381 477 485 515 539 546 563 565 582 603 609 616 624 650 651 656 659 672 679 692 692 698 702 709 710 723 731 752 773 775 779
    781 782 789 795 808 810 811 814 839 842 846 851 871 873 876 888 888 890 894 896 911 913 914 914 916 921 921 926 936 945 1008
"""
_WITHOUT_TUMOUR = """
    45 198 215 217 257 262 266 371 412 431 447 454 459 475 479 484 500 502 503 505 508 516 524 531 541 553 556 570 572 575 577
    585 588 594 600 601 608 614 616 632 632 638 642 642 642 644 644 647 647 647 648 653 659 660 662 663 667 667 673 673 677 689
    693 695 718 720 721 728 760 762 773 777 785 814 815 817 851 880 886 913 942 986
"""


def mice() -> Iterator[Check]:
    """Turnbull's estimate from the lung tumours of 144 mice, each seen once: when it died (2)."""
    with_tumour, without_tumour = ([float(day) for day in days.split()] for days in (_WITH_TUMOUR, _WITHOUT_TUMOUR))
    masses = turnbull([0.0] * len(with_tumour) + without_tumour, with_tumour + [NEVER] * len(without_tumour))
    quantities = _places(masses, "[", "]")
    source = Source("turnbull", "lung tumours of 144 mice", "the tests of lifelines")
    yield source.number(quantities[0], masses.mass[0], "0.142857")
    yield source.number(quantities[-1], masses.mass[-1], "0.166667")


def half_open_intervals() -> Iterator[Check]:
    """Turnbull's estimate where left ends are excluded (3, 4): routines for closed intervals get this wrong."""
    mixed = turnbull([2, 3, 1], [2, 3, 3], left_open=[False, False, True], weights=[1, 5, 5])
    source = Source("turnbull", "2 once, 3 five times, (1, 3] five times", "arithmetic")
    yield source.number("mass at 2", mixed.mass[0], "0.166667")
    yield source.number("mass at 3", mixed.mass[1], "0.833333")
    yield source.number("share after 2.5", mixed.survival(np.array([2.5]))[0][0], "0.833333")
    touching = turnbull([0, 5], [5, 10], left_open=True)
    source = Source("turnbull", "(0, 5] and (5, 10]", "arithmetic")
    for quantity, ours in zip(_places(touching, "(", "]"), touching.mass, strict=True):
        yield source.number(quantity, ours, "0.500000")


def _places(masses: Masses, begin: str, end: str) -> list[str]:
    ends = zip(masses.left, masses.right, strict=True)
    return [f"mass on {begin}{left:g}, {right:g}{end if math.isfinite(right) else ')'}" for left, right in ends]


# Agreement of coders

_KRIPPENDORFF_2011 = """
    1 2 3 3 2 1 4 1 2 . . .
    1 2 3 3 2 2 4 1 2 5 . 3
    . 3 3 3 2 3 4 2 2 5 1 .
    1 2 3 3 2 4 4 1 2 5 1 .
"""
_ENCYCLOPAEDIA = """
    . . . . . 3 4 1 2 1 1 3 3 . 3
    1 . 2 1 3 3 4 3 . . . . . . .
    . . 2 1 3 4 4 . 2 1 1 3 3 . 4
"""


def alphas() -> Iterator[Check]:
    """Krippendorff's ordinal alpha on two textbook tables with gaps (5, 6)."""
    four = Source("alpha", "4 coders, 12 units", "Krippendorff (2011)")
    yield four.number(
        "ordinal α", krippendorff_alpha(_codes(_KRIPPENDORFF_2011), range(1, 6), draws=10).alpha, "0.815388"
    )
    three = Source("alpha", "3 coders, 15 units with blanks", "the encyclopaedia article on α")
    yield three.number("ordinal α", krippendorff_alpha(_codes(_ENCYCLOPAEDIA), range(1, 5), draws=10).alpha, "0.806721")


def gwets() -> Iterator[Check]:
    """Gwet's coefficients with their standard errors on the first of these tables, where one unit has a single code (6a)."""
    source = Source("gwet", "4 coders, 12 units", "irrCAC, for Krippendorff (2011)")
    for weights, estimate, error in (("identity", "0.77544", "0.14295"), ("quadratic", "0.91400", "0.10396")):
        agreement = krippendorff_alpha(_codes(_KRIPPENDORFF_2011), range(1, 6), weights=weights, draws=0)
        yield source.number(f"{agreement.ac_name}, {weights} weights", agreement.ac, estimate)
        yield source.number(f"standard error of {agreement.ac_name}", agreement.ac_error, error)


def _codes(table: str) -> list[list[float]]:
    return [[math.nan if code == "." else float(code) for code in row.split()] for row in table.strip().splitlines()]


def kappas() -> Iterator[Check]:
    """Cohen's kappa **by statsmodels, not by us**, for readers who know kappa better than alpha (7)."""
    from statsmodels.stats.inter_rater import cohens_kappa

    table = np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]])
    source = Source("kappa", "2 coders, 19 units, 3 codes", "SAS, in the tests of statsmodels")
    plain, weighted = cohens_kappa(table), cohens_kappa(table, wt="linear")
    yield source.number("κ", plain["kappa"], "0.4842")
    yield source.number("standard error of κ", plain["std_kappa"], "0.1380")
    yield source.number("lower end, 95 %", plain["kappa_low"], "0.2137")
    yield source.number("upper end, 95 %", plain["kappa_upp"], "0.7547")
    yield source.number("κ, linear weights", weighted["kappa"], "0.4701")
    yield source.number("its standard error", weighted["std_kappa"], "0.1457")


# Dense series


def nile_level() -> Iterator[Check]:
    """The local level of the Nile (9)."""
    nile = local_level(_nile(), initial_variance=1e6)
    noise, drift = nile.terms["estimate"]
    source = Source("local_level", "the Nile at Aswan, 100 years", "Durbin and Koopman (2012), p. 37")
    flat = "Tolerance: 2 % of a variance, because the likelihood is flat there, and 0.001 of the likelihood itself"
    yield source.within("variance of the noise", noise, "15099", 0.02 * 15099, flat)
    yield source.within("variance of the level’s step", drift, "1469.1", 0.02 * 1469.1, flat)
    yield source.within("log-likelihood", nile.log_likelihood, "-632.538", 1e-3, flat)


def nile_breaks() -> Iterator[Check]:
    """The one break in the Nile, under every cost (10)."""
    source = Source("change_points", "the Nile at Aswan, 100 years", "ruptures, every observation looked at")
    for cost in COSTS:
        (after,) = change_points(_nile(), cost=cost).with_breaks(1)
        yield source.count(f"last observation before the break, {cost}", after, "28")


def _nile() -> pl.DataFrame:
    from statsmodels.datasets import nile

    flow = nile.load_pandas()["data"]
    return pl.DataFrame({"time": flow["year"].to_numpy(dtype=float), "value": flow["volume"].to_numpy(dtype=float)})


DEPTH, STEP = 0.4, 0.001


def losses() -> Iterator[Check]:
    """The area below two courses whose integral is known (11)."""
    time = np.arange(round(-1 / STEP), round(10 / STEP) + 1) * STEP
    source = Source("resilience", "depth 0.4, back in a straight line by 8", "the integral, in closed form")
    yield source.number("loss over 10", _loss(time, np.maximum(1 - time / 8, 0)), "1.6000000000")
    source = Source("resilience", "depth 0.4, half-life 3", "the integral, in closed form")
    why = "Tolerance of the exponential: the error of trapezoids a thousandth wide, a twelfth of step² times the change in slope"
    error = STEP**2 / 12 * DEPTH * math.log(2) / 3
    yield source.within("loss over 10", _loss(time, 0.5 ** (time / 3)), "1.5594738771", error, why)


def _loss(time: np.ndarray, missing: np.ndarray) -> float:
    series = pl.DataFrame({"time": time, "value": 1 - np.where(time >= 0, DEPTH * missing, 0)})
    return resilience_loss(series, 0.0, baseline=1.0).loss


# Share prices

# case, share, day studied, day read, abnormal return in percent and t as printed
_KEY_DAYS = (
    ("gm-ignition-recall", "GM", date(2014, 3, 11), date(2014, 3, 11), "-4.59", "-3.9"),
    ("gm-ignition-recall", "GM", date(2014, 2, 13), date(2014, 2, 13), "-1.87", "-1.64"),
    ("united-3411", "United", date(2017, 4, 10), date(2017, 4, 11), "-0.82", "-0.43"),
    ("united-3411", "United", date(2017, 4, 10), date(2017, 4, 18), "-3.74", "-1.94"),
    ("kitchenaid-tweet", "Whirlpool", date(2012, 10, 4), date(2012, 10, 4), "-1.02", "-0.46"),
)


def abnormal_returns() -> Iterator[Check]:
    """Abnormal returns of our own cases, computed once by somebody else, without forecast error (13)."""
    for case_id, share, studied, day, abnormal, t in _KEY_DAYS:
        ours = _study(case_id, studied)[day]
        source = Source("event_study", f"{share}, {day}", "an independent computation from the same closes")
        yield source.number("abnormal return, %", 100 * ours.value, abnormal)
        yield source.number("t", ours.t, t)


def _study(case_id: str, day: date) -> EventStudy:
    # of the cases that came with the library, whatever workspace is in force, and of nothing else in them
    columns = {"date": pl.Date, "adjusted_close": pl.Float64, "market_close": pl.Float64}
    prices = pl.read_csv(PRICES[case_id], columns=list(columns), schema_overrides=columns)
    share, market = (daily_returns(prices.select("date", value=name)) for name in ("adjusted_close", "market_close"))
    return event_study(share, market, day, forecast_error=False)


# Alarm, and times


def ears() -> Iterator[Check]:
    """EARS C1 on a week of counts (17)."""
    today = ears_c1([1, 2, 3, 4, 5, 6, 7, 12]).row(-1, named=True)
    source = Source("ears", "counts of 1 to 7, then 12", "arithmetic")
    yield source.number("mean of the baseline", today["mean"], "4.000")
    yield source.number("standard deviation", today["sd"], "2.160")
    yield source.number("score", today["score"], "3.703")


def post_ids() -> Iterator[Check]:
    """The moments that two posts of the KitchenAid case carry in their ids (18)."""
    source = Source("post_id", "posts of KitchenAid’s night", "the layout of ids as Twitter published it")
    yield source.moment("253673520700198914", tweet_time(253673520700198914), "2012-10-03 21:50:55.018-04:00")
    yield source.moment("253708391124459520", tweet_time(253708391124459520), "2012-10-04 00:09:28.775-04:00")


# Dechter, Meiri and Pearl (1991), their example: minutes after 7:00 at which one leaves and arrives (x1, x2) and the other (x3, x4)
_JOURNEYS = (
    ("x0", "x1", 10, 20),
    ("x1", "x2", 30, 40),
    ("x3", "x2", 10, 20),
    ("x3", "x4", 40, 50),
    ("x0", "x4", 60, 70),
)


def minimal_network() -> Iterator[Check]:
    """The bounds that follow from five others (20)."""
    network = TemporalNetwork([Difference(*journey) for journey in _JOURNEYS])
    source = Source("network", "two journeys to work, five bounds in minutes", "Dechter, Meiri and Pearl (1991)")
    printed = {("x0", "x2"): (40, 50), ("x0", "x3"): (20, 30), ("x1", "x4"): (50, 60), ("x2", "x4"): (20, 30)}
    for (start, end), bounds in printed.items():
        for name, ours, bound in zip(("least", "most"), network.between(start, end), bounds, strict=True):
            assert ours is not None  # the five bounds lead from every event to every other
            yield source.within(
                f"{name} from {start} to {end}", ours, str(bound), 0, "No tolerance: bounds are whole numbers"
            )


PARTS = (
    closed_intervals,
    mice,
    half_open_intervals,
    alphas,
    gwets,
    kappas,
    nile_level,
    nile_breaks,
    losses,
    abnormal_returns,
    ears,
    post_ids,
    minimal_network,
)
