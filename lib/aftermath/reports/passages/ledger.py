"""What is said about a case, with verdicts; and the numbers on record."""

from __future__ import annotations

import polars as pl

from aftermath.figures.marks import verdict_badge
from aftermath.measures.claims import Ledger
from aftermath.reports.html import escape
from aftermath.reports.passages.references import References, ordered_signals
from aftermath.reports.passages.tables import folded, table
from aftermath.wording import MINUS, counted

_UNFOLDED = 16  # a table of so many rows is read, a longer one is looked up


def claims_list(ledger: Ledger, references: References) -> str:
    """Every claim with its verdict, the reason and its sources; ids ``c1``, ``c2``, ..."""
    said = f'<div class="prose"><p>{escape(ledger.text)}</p></div>'
    if not ledger.claims:
        return said
    items = (
        f'<li class="claim" id="c{number}"><div class="vd">{verdict_badge(claim.verdict)}'
        f'<span class="who">claim {number}, from {escape(claim.origin)}</span></div>'
        f"<blockquote>{escape(claim.claim)}</blockquote>"
        f"<p>{references.linker.text(claim.why)} {references.cite(claim.source_ids)}</p></li>"
        for number, claim in enumerate(ledger.claims, start=1)
    )
    return f'{said}<ol class="claims">{"".join(items)}</ol>'


def numbers_table(references: References) -> str:
    """The numbers on record, by signal and time, each with its source; **levels, never joined into one series**."""
    signals = ordered_signals(references.case)
    rows = (
        f'<tr id="n{number}"><th scope="row">{escape(row["signal"].replace("_", " "))}</th>'
        f'<td class="nw">{escape(row["time"])}</td><td class="num">{_plain(row["value"])}</td>'
        f"<td>{escape(row['unit'])}</td><td>{escape(row['scope'])}{references.cite([row['source_id']])}</td></tr>"
        for number, row in enumerate(signals.iter_rows(named=True), start=1)
    )
    headings = ("Number", "Day or moment", "Value", "Unit", "What it covers")
    content = table("sig", "Numbers on record", headings, rows)
    count = counted(signals.height, "number")
    return _extent(signals) + folded(
        "All numbers", count, content, "Numbers on record", unfolded=signals.height <= _UNFOLDED
    )


def _extent(signals: pl.DataFrame) -> str:
    """How much there is, and from when to when."""
    kinds, sources = counted(signals["signal"].n_unique(), "kind"), counted(signals["source_id"].n_unique(), "source")
    days = signals["time"].str.slice(0, 10)
    text = f"{counted(signals.height, 'number')} of {kinds}, {days.min()} to {days.max()}, from {sources}."
    return f'<div class="prose"><p>{text}</p></div>'


def _plain(value: float) -> str:
    """A number as the source gives it: no digit more."""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return text.replace("-", MINUS)
