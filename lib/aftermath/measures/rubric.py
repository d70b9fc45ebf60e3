"""The items of the rubric as the coders scored them, coded or not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.case_files.case import Case

BEST = 2
LEAST_CODED = 0.5  # share of the items of an index
LEVELS = (0, 1, 2)


@dataclass(frozen=True)
class Item:
    """One item of the rubric as the coders scored it.

    Parameters
    ----------
    item, label
        Code and wording, e.g. ``T3`` and ``Explains the cause``.
    scores
        Coder to score: ``"0"``, ``"1"``, ``"2"``, ``"na"``, ``"unknown"``, or ``vocabulary.NOT_CODED`` where this coder
        has not scored the item.
    rationales
        Coder to reason; coders who have not scored the item are left out.
    event_ids
        Coder to the events that the score rests on; the same coders.
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
    def codes(self) -> dict[str, str]:
        """Coder to score, words among them, of those who scored it."""
        return {coder: score for coder, score in self.scores.items() if score != vocabulary.NOT_CODED}

    @property
    def given(self) -> list[str]:
        """The scores of those who scored it, in the order of coders."""
        return [score for score in self.scores.values() if score != vocabulary.NOT_CODED]

    @property
    def coded(self) -> bool:
        """Whether at least one coder scored it."""
        return bool(self.given)

    @property
    def complete(self) -> bool:
        """Whether every coder scored it."""
        return vocabulary.NOT_CODED not in self.scores.values()

    @property
    def differs(self) -> bool:
        """Whether the coders who scored it gave different scores."""
        return len(set(self.given)) > 1

    @property
    def applies(self) -> bool:
        """Whether at least one coder thought that the item applies."""
        return any(score != "na" for score in self.given)

    @property
    def may_not_apply(self) -> bool:
        """Whether a coder thought that it cannot apply, or may still think so."""
        return "na" in self.scores.values() or not self.complete

    @property
    def reading(self) -> tuple[int, int] | None:
        """The worst and the best score that the coding allows; None where the item certainly cannot apply."""
        if "unknown" in self.scores.values() or not self.complete:
            return (0, BEST)
        numbers = self.numbers
        return (min(numbers), max(numbers)) if numbers else None


def rubric_items(case: Case) -> tuple[Item, ...]:
    """Every item of the rubric as the coders of a case scored it, those that nobody scored among them."""
    coders = [coder.id for coder in case.coders_of("rubric")]
    rows: dict[str, dict[str, dict]] = {key: {} for key in vocabulary.RUBRIC_ITEMS}
    for row in case.rubric.iter_rows(named=True):
        rows[row["item"]][row["coder"]] = row
    return tuple(_item(key, rows[key], coders) for key in vocabulary.RUBRIC_ITEMS)


def _item(key: str, rows: dict[str, dict], coders: list[str]) -> Item:
    given = [coder for coder in coders if coder in rows]
    return Item(
        item=key,
        label=vocabulary.RUBRIC_ITEMS[key],
        scores={coder: rows[coder]["score"] if coder in rows else vocabulary.NOT_CODED for coder in coders},
        rationales={coder: rows[coder]["rationale"] for coder in given},
        event_ids={coder: tuple(rows[coder]["event_ids"]) for coder in given},
    )


def coded_items(case: Case) -> tuple[Item, ...]:
    """The items of the rubric that at least one coder scored."""
    return tuple(item for item in rubric_items(case) if item.coded)


def enough_coded(items: Iterable[Item]) -> bool:
    """Whether so many of the items of an index are coded that it can be given.

    Parameters
    ----------
    items
        **All** items of the index, coded or not.
    """
    coded = [item.coded for item in items]
    return sum(coded) >= LEAST_CODED * len(coded)
