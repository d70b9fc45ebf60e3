"""The table of accuracy in Markdown: what ``aftermath archive validate-sentiment`` prints and ``docs/sentiment.md`` keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import polars as pl

from aftermath.archives.scorers.protocol import LABELS
from aftermath.wording import interval, number

_HEADINGS = (
    "Labelled set",
    "Text",
    "n",
    "Accuracy, %",
    "Right where it takes a side, %",
    "Macro F1",
    "Correlation with the human mean",
)
_CONFUSION = ("Labelled set", "People said", "n", *(f"called {label}, %" for label in LABELS))
NOTE = (
    "In brackets 95 % bootstrap intervals over texts. A dash: people gave labels, not ratings. Where people had no "
    '"neutral" to choose, every text that the scorer calls neutral counts as wrong; the share right where it takes a side leaves them out.'
)


def printed(table: pl.DataFrame) -> str:
    """The tables of a validation.

    Parameters
    ----------
    table
        As ``aftermath.archives.validation.Validation.table``.

    Returns
    -------
    str
        Markdown: a table of figures for each scorer, and one of confusions for texts as posts are scored.
    """
    parts = [_of_scorer(name, part) for (name,), part in table.group_by("scorer", maintain_order=True)]
    return "\n".join([*parts, NOTE, ""])


def _of_scorer(name: str, table: pl.DataFrame) -> str:
    last = table.unique("set", keep="last", maintain_order=True)
    figures = [_figures(row) for row in table.iter_rows(named=True)]
    confusions = [cells for row in last.iter_rows(named=True) for cells in _confused(row)]
    return "\n".join([f"### {name}", "", *_markdown(_HEADINGS, figures), "", *_markdown(_CONFUSION, confusions), ""])


def _figures(row: dict) -> list[str]:
    return [
        row["set"],
        row["treatment"],
        number(row["n"]),
        _figure(row, "accuracy", 100, 0),
        _figure(row, "sided", 100, 0),
        _figure(row, "macro_f1", 1, 2),
        _figure(row, "correlation", 1, 2),
    ]


def _figure(row: dict, name: str, unit: int, digits: int) -> str:
    if row[name] is None:
        return "–"
    value, lower, upper = (unit * row[f"{name}{end}"] for end in ("", "_lower", "_upper"))
    return f"{number(value, digits)} {interval(lower, upper, digits)}"


def _confused(row: dict) -> Iterator[list[str]]:
    """Rows of the confusion table of a set, for labels that people gave."""
    for human in LABELS:
        counts = [row[f"{human}_called_{called}"] for called in LABELS]
        if sum(counts):
            yield [row["set"], human, number(sum(counts)), *(number(100 * count / sum(counts)) for count in counts)]


def _markdown(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    rule = ["---", *["---" if heading in ("Text", "People said") else "---:" for heading in headings[1:]]]
    return [f"| {' | '.join(cells)} |" for cells in (headings, rule, *rows)]
