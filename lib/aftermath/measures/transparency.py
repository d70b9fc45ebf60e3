"""Transparency and empathy: the coded rubric as indices, with bounds and agreement beside them.

The index is the mean of the scored items divided by 2, times 100, where an item's score is the mean
of the coders who scored it. Its bounds run from the worst to the best reading: every disagreement is
read either way, an ``unknown`` item as anything from 0 to 2, and an item that one coder thought
could not apply (``na``) as scored or as left out. Items that no coder scored as applicable leave
the denominator.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.measures.reliability import DRAWS, Agreement, krippendorff_alpha
from aftermath.measures.result import NothingToMeasure, Result, require_clock
from aftermath.wording import counted, interval, listed, number

BEST = 2
LEVELS = (0, 1, 2)


@dataclass(frozen=True)
class Item:
    """One item of the rubric as the coders scored it.

    Parameters
    ----------
    item, label
        Code and wording, e.g. ``T3`` and ``Explains the cause``.
    scores
        Coder to score: ``"0"``, ``"1"``, ``"2"``, ``"na"`` or ``"unknown"``.
    rationales
        Coder to reason.
    event_ids
        Coder to the events that the score rests on.
    """

    item: str
    label: str
    scores: dict[str, str]
    rationales: dict[str, str]
    event_ids: dict[str, tuple[str, ...]]

    @property
    def numbers(self) -> list[int]:
        """The scores that are numbers, in the order of coders."""
        return [int(score) for score in self.scores.values() if score.isdigit()]

    @property
    def differs(self) -> bool:
        """Whether the coders gave different scores."""
        return len(set(self.scores.values())) > 1

    @property
    def applies(self) -> bool:
        """Whether at least one coder thought that the item applies."""
        return any(score != "na" for score in self.scores.values())

    @property
    def reading(self) -> tuple[int, int]:
        """The worst and the best score that the coding allows."""
        return (0, BEST) if "unknown" in self.scores.values() else (min(self.numbers), max(self.numbers))


@dataclass(frozen=True)
class Index:
    """An index from 0 to 100 with its bounds.

    Parameters
    ----------
    label
        ``Transparency`` or ``Empathy``.
    value, lower, upper
        0 to 100; NaN where no item was scored.
    by_coder
        Coder to that coder's own index; coders who scored nothing are left out.
    applicable
        Items that at least one coder thought applicable.
    items
        Items that were coded.
    differing
        Items on which the coders differ.
    agreement
        Krippendorff's alpha over these items.
    """

    label: str
    value: float
    lower: float
    upper: float
    by_coder: dict[str, float]
    applicable: int
    items: int
    differing: tuple[str, ...]
    agreement: Agreement

    @property
    def defined(self) -> bool:
        """False where no item could be scored."""
        return not math.isnan(self.value)

    @property
    def text(self) -> str:
        """The index with bounds, n and agreement, without a full stop."""
        if not self.defined:
            return f"{self.label} index not defined: none of {counted(self.items, 'item')} could be scored"
        coders = listed([f"coder {coder} {number(value)}" for coder, value in self.by_coder.items()])
        return (
            f"{self.label} index {number(self.value)} {interval(self.lower, self.upper)} of 100 "
            f"(n = {counted(self.applicable, 'item')} of {self.items} that apply; {coders}; {self.agreement.text})"
        )


@dataclass(frozen=True)
class Transparency(Result):
    """How open an organisation was, and with how much empathy it spoke.

    Parameters
    ----------
    case_id
        The case.
    items
        Every item that was coded, in the order of the rubric.
    transparency, empathy
        The two indices; they are never added up.
    agreement
        Krippendorff's alpha over all items of both.
    """

    case_id: str
    items: tuple[Item, ...]
    transparency: Index
    empathy: Index
    agreement: Agreement

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row an item and coder: score, events and rationale."""
        rows = [
            {
                "item": item.item,
                "label": item.label,
                "coder": coder,
                "score": score,
                "coders_differ": item.differs,
                "events": " ".join(item.event_ids[coder]),
                "rationale": item.rationales[coder],
            }
            for item in self.items
            for coder, score in item.scores.items()
        ]
        return pl.DataFrame(rows)

    @property
    def text(self) -> str:
        return (
            f"{self.transparency.text}. {self.empathy.text}. {self._differences} Over all items: {self.agreement.text}."
        )

    @property
    def _differences(self) -> str:
        differing = self.transparency.differing + self.empathy.differing
        if not differing:
            return "The coders gave every item the same score: that is agreement, not proof."
        return f"The coders differ on {listed(differing)}."


def transparency(case: Case, *, seed: int = 0) -> Transparency:
    """Measure how open an organisation was, from the coded rubric.

    Parameters
    ----------
    case
        A case with a documented crisis and at least one scored item.
    seed
        Of the bootstrap of alpha.

    Returns
    -------
    Transparency

    Raises
    ------
    NothingToMeasure
        If no crisis is on record, or no item has been coded.

    Examples
    --------
    >>> import aftermath as am
    >>> round(am.transparency(am.load_case("kitchenaid-tweet")).transparency.value)
    69
    """
    require_clock(case, "transparency")
    items = coded_items(case)
    if not items:
        raise NothingToMeasure(f"{case.id}: no item of the rubric has been coded yet.")
    return Transparency(
        case_id=case.id,
        items=items,
        transparency=_index("Transparency", items, vocabulary.TRANSPARENCY_ITEMS, seed),
        empathy=_index("Empathy", items, vocabulary.EMPATHY_ITEMS, seed),
        agreement=agreement_of(items, seed=seed),
    )


def coded_items(case: Case) -> tuple[Item, ...]:
    """The rubric of a case, item by item."""
    coded: dict[str, list[dict]] = {}
    for row in case.rubric.sort("coder").iter_rows(named=True):
        coded.setdefault(row["item"], []).append(row)
    return tuple(
        Item(
            item=key,
            label=label,
            scores={row["coder"]: row["score"] for row in coded[key]},
            rationales={row["coder"]: row["rationale"] for row in coded[key]},
            event_ids={row["coder"]: tuple(row["event_ids"]) for row in coded[key]},
        )
        for key, label in vocabulary.RUBRIC_ITEMS.items()
        if key in coded
    )


def agreement_of(items: tuple[Item, ...], *, draws: int = DRAWS, seed: int = 0) -> Agreement:
    """Krippendorff's alpha over items, of one case or of many.

    Parameters
    ----------
    items
        Items; those that fewer than two coders scored with a number do not count.
    draws, seed
        Of the bootstrap; **without draws there is no interval**.
    """
    codes = [[_numeric(item.scores.get(coder)) for item in items] for coder in vocabulary.CODERS]
    return krippendorff_alpha(codes, LEVELS, draws=draws, seed=seed)


def _numeric(score: str | None) -> float:
    return float(score) if score is not None and score.isdigit() else math.nan


def index_without(items: tuple[Item, ...], which: str, without: Collection[str]) -> Index:
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
    Index
        **Without an interval of the agreement.**
    """
    keys = {"transparency": vocabulary.TRANSPARENCY_ITEMS, "empathy": vocabulary.EMPATHY_ITEMS}[which]
    kept = {key: label for key, label in keys.items() if key not in without}
    return _index(which.capitalize(), items, kept, seed=0, draws=0)


def _index(label: str, items: tuple[Item, ...], keys: dict[str, str], seed: int, draws: int = DRAWS) -> Index:
    items = tuple(item for item in items if item.item in keys)
    scored = [sum(item.numbers) / len(item.numbers) for item in items if item.numbers]
    lower, upper = _bounds(items)
    return Index(
        label=label,
        value=_percent(scored),
        lower=lower,
        upper=upper,
        by_coder=_by_coder(items),
        applicable=sum(item.applies for item in items),
        items=len(items),
        differing=tuple(item.item for item in items if item.differs),
        agreement=agreement_of(items, draws=draws, seed=seed),
    )


def _percent(scores: list[float]) -> float:
    return 100 * sum(scores) / len(scores) / BEST if scores else math.nan


def _by_coder(items: tuple[Item, ...]) -> dict[str, float]:
    own = {
        coder: [int(item.scores[coder]) for item in items if item.scores.get(coder, "").isdigit()]
        for coder in vocabulary.CODERS
    }
    return {coder: _percent(scores) for coder, scores in own.items() if scores}


def _bounds(items: tuple[Item, ...]) -> tuple[float, float]:
    """The worst and the best index that any reading of the coding gives."""
    applying = [item for item in items if item.applies]
    certain = [item.reading for item in applying if "na" not in item.scores.values()]
    optional = [item.reading for item in applying if "na" in item.scores.values()]
    worst = _extreme([low for low, _ in certain], sorted(low for low, _ in optional))
    best = _extreme([BEST - high for _, high in certain], sorted(BEST - high for _, high in optional))
    return worst, 100 - best


def _extreme(scores: list[int], optional: list[int]) -> float:
    """The smallest mean reachable by taking in optional scores, smallest first, while they lower it."""
    for score in optional:
        if not scores or score < sum(scores) / len(scores):
            scores = [*scores, score]
    return _percent(scores)
