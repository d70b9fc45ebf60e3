"""Transparency and empathy: the coded rubric as indices, with bounds and agreement beside them.

The index is the mean of the scored items divided by 2, times 100, where an item's score is the mean
of the coders who scored it. Its bounds run from the worst to the best reading: every disagreement is
read either way, an ``unknown`` item as anything from 0 to 2, and an item that one coder thought
could not apply (``na``) as scored or as left out. Items that all coders thought could not apply leave
the denominator.

What a coder has not coded is not known: it may still become any score from 0 to 2, or ``na``, and the
bounds run over all of that, so that **coding on never leads out of them**. Where fewer than half of the
items are coded, more of the index would be open than known, and none is given.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.coders import Coder
from aftermath.case_files.options import by_whom, options_text
from aftermath.measures.clock import require_clock
from aftermath.measures.rubric import BEST, LEAST_CODED, LEVELS, Item, enough_coded, rubric_items
from aftermath.statistics.agreement import DRAWS, Agreement, krippendorff_alpha
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import counted, interval, listed, number


@dataclass(frozen=True)
class Index:
    """An index from 0 to 100 with its bounds.

    Parameters
    ----------
    label
        ``Transparency`` or ``Empathy``.
    value, lower, upper
        0 to 100. ``value`` is NaN where no item was scored, or fewer than ``LEAST_CODED`` of the items are coded; the
        bounds are NaN where no item can apply.
    by_coder
        Coder to that coder's own index; coders who scored nothing are left out.
    applicable
        Items that at least one coder thought applicable.
    items
        All items of this part of the rubric.
    coded, complete
        How many of them at least one coder, and how many every coder has scored.
    differing
        Items on which the coders differ.
    agreement
        Krippendorff's alpha and Gwet's AC2 over these items.
    """

    label: str
    value: float
    lower: float
    upper: float
    by_coder: dict[str, float]
    applicable: int
    items: int
    coded: int
    complete: int
    differing: tuple[str, ...]
    agreement: Agreement

    @property
    def defined(self) -> bool:
        """False where no item could be scored, or too few are coded."""
        return not math.isnan(self.value)

    @property
    def whole(self) -> bool:
        """Whether every coder has scored every item."""
        return self.complete == self.items

    @property
    def n(self) -> str:
        """How many items the index rests on, of how many, and how many are not coded."""
        applying = counted(self.applicable, "item")
        if self.whole:
            return f"{applying} of {self.items} that apply"
        return f"{applying} that apply of {self.coded} coded; {self.open}"

    @property
    def open(self) -> str:
        """What is not coded, in words; empty where everything is."""
        partly = self.coded - self.complete
        parts = (
            f"{counted(self.items - self.coded, 'item')} not coded" if self.coded < self.items else "",
            f"{counted(partly, 'item')} not by every coder" if partly else "",
        )
        return ", ".join(filter(None, parts))

    @property
    def why_not(self) -> str:
        """Why there is no index; empty where there is one."""
        if self.defined:
            return ""
        if self.coded >= self.items * LEAST_CODED:
            none = f"none of {counted(self.items, 'item')} could be scored"
            return none if self.whole else f"{none}; {self.open}"
        return (
            f"{self.coded} of {counted(self.items, 'item')} coded, fewer than {number(100 * LEAST_CODED)} % of them; as far as they are coded, it may "
            f"be anything from {number(self.lower)} to {number(self.upper)}"
        )

    @property
    def text(self) -> str:
        """The index with bounds, n and agreement, without a full stop."""
        return self.words(self.agreement.text)

    def words(self, agreement: str) -> str:
        """The index with bounds, n and what is said of the agreement, if anything, without a full stop."""
        if not self.defined:
            return f"{self.label} index not defined: {self.why_not}"
        coders = listed([f"coder {coder} {number(value)}" for coder, value in self.by_coder.items()])
        return (
            f"{self.label} index {number(self.value)} {interval(self.lower, self.upper)} of 100 "
            f"({'; '.join(filter(None, (f'n = {self.n}', coders, agreement)))})"
        )


@dataclass(frozen=True)
class Transparency(Result):
    """How open an organisation was, and with how much empathy it spoke.

    Parameters
    ----------
    case_id
        The case.
    coders
        Who codes the rubric of this case.
    items
        **Every item of the rubric, coded or not**, in its order.
    transparency, empathy
        The two indices; they are never added up.
    agreement
        Krippendorff's alpha and Gwet's AC2 over all items of both.
    options
        Options that the case was seen under, in words; empty where all is as in its files.
    """

    case_id: str
    coders: tuple[Coder, ...]
    items: tuple[Item, ...]
    transparency: Index
    empathy: Index
    agreement: Agreement
    options: tuple[str, ...] = ()

    @property
    def table(self) -> pl.DataFrame:
        """One row an item and coder: score (or ``not coded``), events and rationale."""
        rows = [
            {
                "item": item.item,
                "label": item.label,
                "coder": coder,
                "score": score,
                "coders_differ": item.differs,
                "events": " ".join(item.event_ids.get(coder, ())),
                "rationale": item.rationales.get(coder, ""),
            }
            for item in self.items
            for coder, score in item.scores.items()
        ]
        return pl.DataFrame(rows)

    @property
    def text(self) -> str:
        indices, over_all = (self.transparency, self.empathy), f" Over all items: {self.agreement.text}."
        if not self.compared:  # said once, in words
            said, over_all = " ".join(f"{index.words('')}." for index in indices), ""
        else:
            said = " ".join(f"{index.text}." for index in indices)
        return f"{said} {self._differences}{over_all}{options_text(self.options)}"

    @property
    def compared(self) -> int:
        """Items that more than one coder scored; **where there are none, nothing is known of agreement**."""
        return sum(len(item.given) > 1 for item in self.items)

    @property
    def _differences(self) -> str:
        differing = self.transparency.differing + self.empathy.differing
        if differing:
            return f"The coders differ on {listed(differing)}."
        both = self.compared
        if not both:
            return "No item was scored by more than one coder, so nothing is known of their agreement."
        every = (
            "every item"
            if both == len(self.items)
            else f"the {counted(both, 'item')} that more than one of them scored"
        )
        return f"The coders gave {every} the same score: that is agreement, not proof."


@takes_id
def transparency(case: Case, *, coder: str | None = None, seed: int = 0) -> Transparency:
    """Measure how open an organisation was, from the coded rubric.

    Parameters
    ----------
    case
        A case, or its id, with a documented crisis and at least one coded item.
    coder
        Id of the one coder whose codes count, e.g. ``"a"``; all coders if not given.
    seed
        Of the intervals of agreement.

    Returns
    -------
    Transparency

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, or no item has been coded.
    OptionError
        If the case has no such coder.

    Examples
    --------
    >>> import aftermath as am
    >>> round(am.transparency(am.load_case("kitchenaid-tweet")).transparency.value)
    69
    """
    require_clock(case, "transparency")
    case = case.coded_by(coder)
    items = rubric_items(case)
    if not any(item.coded for item in items):
        raise NothingToMeasure(f"{case.id}: no item of the rubric has been coded yet{by_whom(case)}.")
    return Transparency(
        case_id=case.id,
        coders=case.coders_of("rubric"),
        items=items,
        transparency=_index("Transparency", items, vocabulary.TRANSPARENCY_ITEMS, seed),
        empathy=_index("Empathy", items, vocabulary.EMPATHY_ITEMS, seed),
        agreement=agreement_of(items, seed=seed),
        options=case.options,
    )


def agreement_of(items: tuple[Item, ...], *, draws: int = DRAWS, seed: int = 0) -> Agreement:
    """How far the coders agree over items, of one case or of many.

    Parameters
    ----------
    items
        Items; those that fewer than two coders scored with a number do not count.
    draws, seed
        Of the bootstrap; **without draws there is no interval**.
    """
    coders = sorted({coder for item in items for coder in item.scores})
    codes = {coder: [_numeric(item.scores.get(coder)) for item in items] for coder in coders}
    return krippendorff_alpha(codes, LEVELS, draws=draws, seed=seed)


def _numeric(score: str | None) -> float | None:
    return float(score) if score is not None and score.isdigit() else None


def ends_without(items: tuple[Item, ...], which: str, without: Collection[str]) -> tuple[float, float, float]:
    """An index without some of its items, for a comparison with something that these items score as well.

    Parameters
    ----------
    items
        Of the rubric, as coded.
    which
        ``transparency`` or ``empathy``.
    without
        Items to leave out, e.g. ``("T1",)``.

    Returns
    -------
    tuple of float
        ``lower``, ``value`` and ``upper``, as in ``Index``.
    """
    keys = {"transparency": vocabulary.TRANSPARENCY_ITEMS, "empathy": vocabulary.EMPATHY_ITEMS}[which]
    rest = tuple(item for item in items if item.item in keys and item.item not in without)
    lower, upper = _bounds(rest)
    return lower, _value(rest), upper


def _index(label: str, items: tuple[Item, ...], keys: dict[str, str], seed: int) -> Index:
    items = tuple(item for item in items if item.item in keys)
    lower, upper = _bounds(items)
    return Index(
        label=label,
        value=_value(items),
        lower=lower,
        upper=upper,
        by_coder=_by_coder(items),
        applicable=sum(item.applies for item in items),
        items=len(items),
        coded=sum(item.coded for item in items),
        complete=sum(item.complete for item in items),
        differing=tuple(item.item for item in items if item.differs),
        agreement=agreement_of(items, seed=seed),
    )


def _value(items: tuple[Item, ...]) -> float:
    scored = [sum(item.numbers) / len(item.numbers) for item in items if item.numbers]
    return _percent(scored) if enough_coded(items) else math.nan


def _percent(scores: Sequence[float]) -> float:
    return 100 * sum(scores) / len(scores) / BEST if scores else math.nan


def _by_coder(items: tuple[Item, ...]) -> dict[str, float]:
    own = {
        coder: [int(item.scores[coder]) for item in items if item.scores[coder].isdigit()] for coder in items[0].scores
    }
    return {coder: _percent(scores) for coder, scores in own.items() if scores}


def _bounds(items: tuple[Item, ...]) -> tuple[float, float]:
    """The worst and the best index that any reading of the coding gives, however it is completed."""
    readings = [(reading, item.may_not_apply) for item in items if (reading := item.reading) is not None]
    certain = [reading for reading, may_not_apply in readings if not may_not_apply]
    optional = [reading for reading, may_not_apply in readings if may_not_apply]
    worst = _extreme([low for low, _ in certain], sorted(low for low, _ in optional))
    best = _extreme([BEST - high for _, high in certain], sorted(BEST - high for _, high in optional))
    return worst, 100 - best


def _extreme(scores: list[int], optional: list[int]) -> float:
    """The smallest mean reachable by taking in optional scores, smallest first, while they lower it."""
    for score in optional:
        if not scores or score < sum(scores) / len(scores):
            scores = [*scores, score]
    return _percent(scores)
