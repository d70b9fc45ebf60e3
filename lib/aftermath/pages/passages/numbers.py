"""The numbers on record: levels with their sources, drawn where there is a course to see."""

from __future__ import annotations

import polars as pl

from aftermath import figures
from aftermath.measures.signals import Signals
from aftermath.pages.exhibit import Exhibit
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References, ordered_signals
from aftermath.pages.passages.tables import folded, table
from aftermath.wording import MINUS, counted

_UNFOLDED = 16  # a table of so many rows is read, a longer one is looked up


def has_courses(signals: Signals) -> bool:
    """Whether any signal was published on two days: only then is there something to draw."""
    days = signals.table.group_by("signal").agg(pl.col("day").n_unique())
    return bool((days["day"] > 1).any())


def numbers_exhibit(signals: Signals, references: References, id: str) -> Exhibit:
    """Every signal that was published on two days, as levels; the table holds all numbers."""
    fitted = "" if not signals.changes else " Dark line: the fitted course before clock zero, and from its month on."
    return Exhibit(
        id=id,
        title="What was published more than once",
        how="A mark is a number as it was published; another shape is another unit or scope, and nothing is joined from one to "
        f"another. Thin line: one definition, three values or more. Dashed: clock zero.{fitted}",
        figure=figures.signal_levels(signals),
        words=signals.text,
        table=_table(references),
        rows=counted(references.case.signals.height, "number"),
        linker=references.linker,
        unfolded=references.case.signals.height <= _UNFOLDED,
    )


def numbers_passage(references: References, more: str = "") -> str:
    """The numbers without a drawing: how many there are, what more there is to say, and the table."""
    count = references.case.signals.height
    content = folded(
        "All numbers", counted(count, "number"), _table(references), "Numbers on record", unfolded=count <= _UNFOLDED
    )
    return f'<div class="prose"><p>{_extent(references.case.signals)}{escape(f" {more}" if more else "")}</p></div>{content}'


def _table(references: References) -> str:
    """The numbers by signal and time, each with its source; **levels, never joined into one series**."""
    rows = (
        f'<tr id="n{number}"><th scope="row">{escape(row["signal"].replace("_", " "))}</th>'
        f'<td class="nw">{escape(row["time"])}</td><td class="num">{_plain(row["value"])}</td>'
        f"<td>{escape(row['unit'])}</td><td>{escape(row['scope'])}{references.cite([row['source_id']])}</td></tr>"
        for number, row in enumerate(ordered_signals(references.case).iter_rows(named=True), start=1)
    )
    headings = ("Number", "Day or moment", "Value", "Unit", "What it covers")
    return table("sig", "Numbers on record", headings, rows)


def _extent(signals: pl.DataFrame) -> str:
    """How much there is, and from when to when."""
    kinds, sources = counted(signals["signal"].n_unique(), "kind"), counted(signals["source_id"].n_unique(), "source")
    days = signals["time"].str.slice(0, 10)
    return f"{counted(signals.height, 'number')} of {kinds}, {days.min()} to {days.max()}, from {sources}."


def _plain(value: float) -> str:
    """A number as the source gives it: no digit more."""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return text.replace("-", MINUS)
