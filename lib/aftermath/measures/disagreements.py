"""Where the coders of a case differ, and what each of them gave: the list to go through together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.measures.rubric import coded_items
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.wording import counted, listed, number


@dataclass(frozen=True)
class Coded:
    """What the coders gave one item of the rubric, or one text for one variable.

    Parameters
    ----------
    unit
        Item or text, e.g. ``T3`` or ``d07``.
    question
        What was asked, in words.
    codes
        Coder to code; a coder who gave none is left out.
    """

    unit: str
    question: str
    codes: Mapping[str, str]

    @property
    def differs(self) -> bool:
        """Whether two coders gave different codes."""
        return len(set(self.codes.values())) > 1


@dataclass(frozen=True)
class Disagreements(Result):
    """Where the coders of a case differ.

    Parameters
    ----------
    case_id
        The case.
    coders
        All who coded anything, in order.
    items, texts
        What at least two coders coded: items of the rubric, and each variable of each text.
    """

    case_id: str
    coders: tuple[str, ...]
    items: tuple[Coded, ...]
    texts: tuple[Coded, ...]

    @property
    def differing(self) -> tuple[Coded, ...]:
        """Everything on which coders differ, items before texts."""
        return tuple(coded for coded in (*self.items, *self.texts) if coded.differs)

    @property
    def table(self) -> pl.DataFrame:
        """One row a disagreement: ``unit``, ``question``, and a column ``coder_<name>`` for each coder, null for no code."""
        columns = {f"coder_{coder}": coder for coder in self.coders}
        rows = [
            {"unit": coded.unit, "question": coded.question}
            | {column: coded.codes.get(coder) for column, coder in columns.items()}
            for coded in self.differing
        ]
        return pl.DataFrame(rows, schema=dict.fromkeys(("unit", "question", *columns), pl.String))

    @property
    def text(self) -> str:
        if not self.items and not self.texts:
            return "Nothing was coded by two coders, so nothing can be compared."
        parts = [
            f"on {sum(coded.differs for coded in compared)} of {counted(len(compared), *noun)}"
            for compared, noun in (
                (self.items, ("item of the rubric", "items of the rubric")),
                (self.texts, ("code of a text", "codes of texts")),
            )
            if compared
        ]
        return f"The coders differ {listed(parts)}; counted is what at least two of them coded."


def disagreements(case: Case) -> Disagreements:
    """List where the coders of a case differ, and what each of them gave.

    Parameters
    ----------
    case
        A case of which anything is coded.

    Returns
    -------
    Disagreements
        What only one coder coded **is no disagreement**, and is left out; ``na`` and ``unknown`` are codes like others.

    Raises
    ------
    NothingToMeasure
        If neither the rubric nor any text is coded.

    Examples
    --------
    >>> import aftermath as am
    >>> am.disagreements(am.load_case("kitchenaid-tweet")).table.columns
    ['unit', 'question', 'coder_a', 'coder_b']
    """
    if case.rubric.is_empty() and case.stances.is_empty():
        raise NothingToMeasure(f"{case.id}: nothing has been coded yet, so coders cannot differ.")
    items = (Coded(item.item, item.label, item.codes) for item in coded_items(case))
    return Disagreements(
        case_id=case.id,
        coders=tuple(sorted({*case.rubric["coder"], *case.stances["coder"]})),
        items=_compared(items),
        texts=_compared(_coded_texts(case)),
    )


def _compared(coded: Iterable[Coded]) -> tuple[Coded, ...]:
    return tuple(unit for unit in coded if len(unit.codes) > 1)


def _coded_texts(case: Case) -> list[Coded]:
    given: dict[tuple[str, str], dict[str, str]] = {}
    for row in case.stances.sort("doc_id", "coder").iter_rows(named=True):
        for variable in vocabulary.STANCES:
            if row[variable] is not None:
                given.setdefault((row["doc_id"], variable), {})[row["coder"]] = number(row[variable], sign=True)
    return [Coded(doc_id, vocabulary.STANCES[variable], codes) for (doc_id, variable), codes in given.items()]
