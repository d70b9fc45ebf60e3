"""Bars and their labels packed into rows so that nothing collides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

APART = 6.0  # px between neighbours in a row
LABEL_GAP = 4.0  # px between a bar and its label


@dataclass(frozen=True)
class Mark:
    """A bar that wants a place.

    Parameters
    ----------
    start, end
        Its ends in px.
    label
        Width of its label in px; 0 for none.
    must
        Whether it is labelled whatever that takes.
    """

    start: float
    end: float
    label: float = 0.0
    must: bool = False


@dataclass(frozen=True)
class Place:
    """Where a bar and its label went.

    Parameters
    ----------
    row
        From 0 downwards.
    side
        ``right``, ``left``, ``above`` (**in the row before**), or empty where the label found no place.
    text
        Where the label begins (where it ends, on the left) in px.
    """

    row: int
    side: str = ""
    text: float = 0.0


@dataclass
class _Rows:
    taken: list[list[tuple[float, float]]] = field(default_factory=list)

    def free(self, row: int, start: float, end: float) -> bool:
        if row >= len(self.taken):
            return True
        return all(end + APART <= left or right + APART <= start for left, right in self.taken[row])

    def take(self, row: int, start: float, end: float) -> None:
        while row >= len(self.taken):
            self.taken.append([])
        self.taken[row].append((start, end))


def pack(marks: list[Mark], width: float, label_rows: int, wall: float = 0.0) -> list[Place]:
    """Give every mark a row, and its label a side: first right, then left, else none.

    Parameters
    ----------
    marks
        In the order in which they choose.
    width
        Of the drawing in px; labels stay inside it.
    label_rows
        How many rows may be opened for the sake of labels that are not a must.
    wall
        Where a line stands, in px, that a label does not cross unless it is a must.

    Returns
    -------
    list of Place
        In the order of ``marks``.

    Examples
    --------
    >>> pack([Mark(0, 10, 50), Mark(30, 40, 50)], 100, 2)
    [Place(row=0, side='right', text=14.0), Place(row=1, side='right', text=44.0)]
    """
    rows = _Rows()
    return [_settle(mark, rows, width, label_rows, wall) for mark in marks]


def _settle(mark: Mark, rows: _Rows, width: float, label_rows: int, wall: float) -> Place:
    opened = len(rows.taken)
    choices = [choice for choice in _choices(mark, width) if mark.must or not _crosses(choice[0], mark.label, wall)]
    labelled = opened + 1 if mark.must or opened < label_rows else opened
    attempts = [(row, *choice) for row in range(labelled) for choice in choices]
    attempts += [(row, Place(0), mark.start, mark.end) for row in range(opened + 1)]
    row, choice, start, end = next(each for each in attempts if rows.free(each[0], *each[2:]))
    rows.take(row, start, end)
    return Place(row, choice.side, choice.text) if choice.side != "above" else _below(mark, choice, rows, row)


def _below(mark: Mark, choice: Place, rows: _Rows, row: int) -> Place:
    """The bar goes under its label, into the first row below where it has room."""
    if not rows.free(row + 1, mark.start, mark.end):
        rows.take(len(rows.taken), choice.text, choice.text + mark.label)
        row = len(rows.taken) - 1
    rows.take(row + 1, mark.start, mark.end)
    return Place(row + 1, "above", choice.text)


def _crosses(choice: Place, label: float, wall: float) -> bool:
    start = choice.text - label if choice.side == "left" else choice.text
    return start < wall < start + label


def _choices(mark: Mark, width: float) -> Iterator[tuple[Place, float, float]]:
    if not mark.label:
        return
    right, left = mark.end + LABEL_GAP, mark.start - LABEL_GAP
    fits_right, fits_left = right + mark.label <= width, left - mark.label >= 0
    if fits_right:
        yield Place(0, "right", right), mark.start, right + mark.label
    if fits_left:
        yield Place(0, "left", left), left - mark.label, mark.end
    if mark.must and not fits_right and not fits_left:
        text = max(0.0, min(mark.start, width - mark.label))
        yield Place(0, "above", text), text, text + mark.label
