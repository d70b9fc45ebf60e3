"""Where the coders of a case differ, what each of them gave, and what they agreed on since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
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
    agreed, reason
        What was agreed on since, and why, as ``adjudication.csv`` says; empty where nothing was.
    """

    unit: str
    question: str
    codes: Mapping[str, str]
    agreed: str = ""
    reason: str = ""

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
    mentioned
        The texts that somebody gave a stance toward the response, while somebody else who coded them saw no response mentioned:
        **there is no code to compare**.
    """

    case_id: str
    coders: tuple[str, ...]
    items: tuple[Coded, ...]
    texts: tuple[Coded, ...]
    mentioned: tuple[Coded, ...] = ()

    @property
    def differing(self) -> tuple[Coded, ...]:
        """Everything on which coders differ, items before texts."""
        return tuple(coded for coded in (*self.items, *self.texts) if coded.differs)

    @property
    def settled(self) -> tuple[Coded, ...]:
        """Of everything on which coders differ, that on which a code was agreed since."""
        return tuple(coded for coded in self.differing if coded.agreed)

    @property
    def table(self) -> pl.DataFrame:
        """One row a disagreement: ``unit``, ``question``, and a column ``coder_<name>`` for each coder, null for no code.

        Where any was settled since, ``agreed`` and ``reason`` follow, null where it was not.
        """
        columns, settled = {f"coder_{coder}": coder for coder in self.coders}, bool(self.settled)
        rows = [
            {"unit": coded.unit, "question": coded.question}
            | {column: coded.codes.get(coder) for column, coder in columns.items()}
            | ({"agreed": coded.agreed or None, "reason": coded.reason or None} if settled else {})
            for coded in self.differing
        ]
        further = ("agreed", "reason") if settled else ()
        return pl.DataFrame(rows, schema=dict.fromkeys(("unit", "question", *columns, *further), pl.String))

    @property
    def text(self) -> str:
        if not self.items and not self.texts:
            return f"Nothing was coded by two coders, so nothing can be compared.{self._mentioned_by_some}"
        parts = [
            f"on {sum(coded.differs for coded in compared)} of {counted(len(compared), *noun)}"
            for compared, noun in (
                (self.items, ("item of the rubric", "items of the rubric")),
                (self.texts, ("code of a text", "codes of texts")),
            )
            if compared
        ]
        were = "was" if len(self.settled) == 1 else "were"
        settled = f" {len(self.settled)} of {len(self.differing)} {were} settled since." if self.settled else ""
        said = f"The coders differ {listed(parts)}; counted is what at least two of them coded."
        return f"{said}{self._mentioned_by_some}{settled}"

    @property
    def _mentioned_by_some(self) -> str:
        some = "only one of them" if len(self.coders) == 2 else "some of them, and not all,"
        texts = f"{counted(len(self.mentioned), 'text')} ({', '.join(coded.unit for coded in self.mentioned)})"
        return f" In {texts} {some} saw the response mentioned." if self.mentioned else ""


@takes_id
def disagreements(case: Case) -> Disagreements:
    """List where the coders of a case differ, and what each of them gave.

    Parameters
    ----------
    case
        A case, or its id, of which anything is coded.

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
    agreed = {(row["unit"], row["variable"]): row for row in case.adjudication.iter_rows(named=True)}
    items = [
        Coded(item.item, item.label, item.codes, *_agreed(agreed, item.item, "score")) for item in coded_items(case)
    ]
    return Disagreements(
        case_id=case.id,
        coders=tuple(sorted({*case.rubric["coder"], *case.stances["coder"]})),
        items=_compared(items),
        texts=_compared(_coded_texts(case, agreed)),
        mentioned=_mentioned_by_some(case),
    )


def _compared(coded: Iterable[Coded]) -> tuple[Coded, ...]:
    return tuple(unit for unit in coded if len(unit.codes) > 1)


def _agreed(agreed: Mapping[tuple[str, str], dict[str, str]], unit: str, variable: str) -> tuple[str, str]:
    """The code agreed on and the reason, empty where there is none."""
    row = agreed.get((unit, variable))
    if row is None:
        return "", ""
    return row["code"] if variable == "score" else number(int(row["code"]), sign=True), row["reason"]


def _coded_texts(case: Case, agreed: Mapping[tuple[str, str], dict[str, str]]) -> list[Coded]:
    given: dict[tuple[str, str], dict[str, str]] = {}
    for row in case.stances.sort("doc_id", "coder").iter_rows(named=True):
        for variable in vocabulary.STANCES:
            if row[variable] is not None:
                given.setdefault((row["doc_id"], variable), {})[row["coder"]] = number(row[variable], sign=True)
    return [
        Coded(doc_id, vocabulary.STANCES[variable], codes, *_agreed(agreed, doc_id, variable))
        for (doc_id, variable), codes in given.items()
    ]


def _mentioned_by_some(case: Case) -> tuple[Coded, ...]:
    given: dict[str, dict[str, int | None]] = {}
    for row in case.stances.sort("doc_id", "coder").iter_rows(named=True):
        given.setdefault(row["doc_id"], {})[row["coder"]] = row["stance_response"]
    return tuple(
        Coded(
            doc_id,
            vocabulary.STANCES["stance_response"],
            {coder: "not mentioned" if code is None else number(code, sign=True) for coder, code in codes.items()},
        )
        for doc_id, codes in given.items()
        if None in codes.values() and set(codes.values()) != {None}
    )
