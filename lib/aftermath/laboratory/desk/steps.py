"""What a coder codes, one thing after the other, and what of the case it rests on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.coders import Coder
from aftermath.case_files.coding import uncoded
from aftermath.case_files.levels import RUBRIC_SCALES, STANCE_SCALES, Scale
from aftermath.wording import counted

_ITEM_SCALES = {scale.name: scale for scale in RUBRIC_SCALES}


@dataclass(frozen=True)
class Step:
    """One thing to code.

    Parameters
    ----------
    table
        Where the codes go: ``stances`` or ``rubric``.
    unit
        The text or item, e.g. ``d07`` or ``T3``.
    """

    table: str
    unit: str

    @property
    def scales(self) -> tuple[Scale, ...]:
        """What is coded of it, in the order in which it is asked."""
        return STANCE_SCALES if self.table == "stances" else (_ITEM_SCALES[self.unit],)

    @property
    def label(self) -> str:
        """What it is, in words.

        Examples
        --------
        >>> Step("stances", "d07").label, Step("rubric", "T3").label
        ('Text d07', 'T3 Explains the cause')
        """
        return f"Text {self.unit}" if self.table == "stances" else f"{self.unit} {vocabulary.RUBRIC_ITEMS[self.unit]}"


def steps_left(case: Case, coder: Coder, *, shuffled: bool) -> tuple[Step, ...]:
    """What a coder has still to code: texts, then items.

    Parameters
    ----------
    case
        Any sound case.
    coder
        Who codes; only the tables that they are to code count.
    shuffled
        Whether texts and items come in an order of this coder's own, **the same each time**, instead of that of the files.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> [step.unit for step in steps_left(load_case("kitchenaid-tweet"), Coder("c"), shuffled=False)[:2]]
    ['d01', 'd02']
    """
    tables = [table for table in ("stances", "rubric") if table in coder.codes]
    left = {table: uncoded(case, table, coder.id) for table in tables}
    if shuffled:
        left = {table: sorted(units, key=lambda unit: _place(case.id, coder.id, unit)) for table, units in left.items()}
    return tuple(Step(table, unit) for table, units in left.items() for unit in units)


def _place(case_id: str, coder: str, unit: str) -> str:
    """Where a unit comes in a shuffled order: what is added later or coded already moves no other."""
    return hashlib.sha256(f"{case_id}\0{coder}\0{unit}".encode()).hexdigest()


def steps_in_all(case: Case, coder: Coder) -> int:
    """How many things a coder is to code, coded or not."""
    sizes = {"stances": case.coverage.height, "rubric": len(vocabulary.RUBRIC_ITEMS)}
    return sum(sizes[table] for table in coder.codes) if case.about.documented else 0


def evidence_of(case: Case, step: Step) -> pl.DataFrame:
    """The rows that a step is coded from: its text, or all events."""
    rows = case.coverage.filter(pl.col("doc_id") == step.unit) if step.table == "stances" else case.events
    return rows.drop("row")


def nothing_to_code(case: Case) -> str:
    """Why a case has less to code than one would expect, and what to do; empty where it has texts and events."""
    if not case.about.documented:
        return "No crisis is on record for this case, so there is nothing to code."
    wanting = []
    if case.coverage.is_empty():
        wanting.append(
            "There are no texts yet. List each text that you read in coverage.csv, with an abstract of 20 to 45 words; then its "
            "stances can be coded here."
        )
    if case.events.height < 2:
        wanting.append(
            f"events.csv holds {counted(case.events.height, 'event')} so far. The rubric is scored on what the organisation did: "
            "add its answers first, and leave the items until then."
        )
    return "\n".join(wanting)
