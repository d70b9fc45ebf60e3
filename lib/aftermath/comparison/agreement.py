"""How far the coders agree over all cases: for the rubric, for each of its items, and for the tone of texts."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.coders import Coder, who_coded_all
from aftermath.measures.rubric import Item, coded_items
from aftermath.measures.stances import STANCE_LEVELS
from aftermath.measures.transparency import agreement_of
from aftermath.statistics.agreement import Agreement, krippendorff_alpha
from aftermath.statistics.result import Result


@dataclass(frozen=True)
class Reliability(Result):
    """Krippendorff's alpha and Gwet's AC2 over all cases.

    Parameters
    ----------
    transparency, empathy
        Over all T items, and over all E items; a unit is an item of a case.
    items
        Item to agreement over the cases; a unit is a case. Items that nobody coded are left out.
    stances
        Variable of ``stances.csv`` to agreement over all texts of all cases.
    coders
        Who coded each case that went in.
    """

    transparency: Agreement
    empathy: Agreement
    items: dict[str, Agreement]
    stances: dict[str, Agreement]
    coders: tuple[tuple[Coder, ...], ...]

    @property
    def cases(self) -> int:
        """How many cases went in."""
        return len(self.coders)

    @property
    def parts(self) -> dict[str, Agreement]:
        """Everything that was compared, with its wording, in the order of the table."""
        return {
            "All transparency items": self.transparency,
            "All empathy items": self.empathy,
            **{vocabulary.STANCES[variable]: agreement for variable, agreement in self.stances.items()},
            **{f"{item} {vocabulary.RUBRIC_ITEMS[item]}": agreement for item, agreement in self.items.items()},
        }

    @property
    def table(self) -> pl.DataFrame:
        """One row for each part: alpha and AC2 with their intervals (null where not defined), units, same codes."""
        rows = [{"part": part, **asdict(agreement)} for part, agreement in self.parts.items()]
        return pl.DataFrame(rows).drop("weights").with_columns(pl.col(pl.Float64).fill_nan(None))

    @property
    def text(self) -> str:
        favourability = self.stances["favourability"]
        return (
            f"Over all cases, transparency items: {self.transparency.text}; empathy items: {self.empathy.text}; "
            f"favourability of texts: {favourability.text}. {who_coded_all(self.coders)}"
        )


def reliability(cases: Sequence[Case], *, seed: int = 0) -> Reliability:
    """Measure how far the coders agree over all documented cases.

    Parameters
    ----------
    cases
        Cases; those without a crisis on record have no codes that count.
    seed
        Of the bootstrap.
    """
    documented = [case for case in sorted(cases, key=lambda case: case.id) if case.about.documented]
    items = tuple(itertools.chain.from_iterable(map(coded_items, documented)))
    per_item = {key: _of([key], items, seed) for key in vocabulary.RUBRIC_ITEMS}
    return Reliability(
        transparency=_of(vocabulary.TRANSPARENCY_ITEMS, items, seed),
        empathy=_of(vocabulary.EMPATHY_ITEMS, items, seed),
        items={key: agreement for key, agreement in per_item.items() if any(item.item == key for item in items)},
        stances={variable: _of_texts(documented, variable, seed) for variable in vocabulary.STANCES},
        coders=tuple(case.coders for case in documented),
    )


def codes(case: Case) -> tuple[str, bool, tuple[Coder, ...], list[tuple], list[tuple], list[str]]:
    """All of a case that the agreement of its coders rests on, in plain values."""
    scores = case.rubric.select("item", "coder", "score").rows()
    stances = case.stances.select("doc_id", "coder", *vocabulary.STANCES).rows()
    return case.id, case.about.documented, case.coders, scores, stances, case.coverage["doc_id"].to_list()


def _of(keys: Collection[str], items: tuple[Item, ...], seed: int) -> Agreement:
    return agreement_of(tuple(item for item in items if item.item in keys), seed=seed)


def _of_texts(cases: Sequence[Case], variable: str, seed: int) -> Agreement:
    given = {
        (case.id, doc_id, coder): code
        for case in cases
        for doc_id, coder, code in case.stances.select("doc_id", "coder", variable).iter_rows()
    }
    texts = [(case.id, doc_id) for case in cases for doc_id in case.coverage["doc_id"]]
    coders = sorted({coder for *_, coder in given})
    codes = {coder: [given.get((*text, coder)) for text in texts] for coder in coders}
    return krippendorff_alpha(codes, STANCE_LEVELS, seed=seed)
