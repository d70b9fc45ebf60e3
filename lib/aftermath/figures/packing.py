"""Bars and their labels packed into rows so that nothing collides.

Which rows have room for a stretch is one number, whose bits are the rows, kept in a segment tree over all ends that a stretch can
have: n marks are packed in about n log n steps, however many rows they need.

References
----------
De Berg, M., Cheong, O., van Kreveld, M., and Overmars, M. (2008). Computational geometry: algorithms and applications, 3rd ed.,
section 10.3. Springer.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

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
    short
        Width in px that is kept free beside it where its label finds no place: **paper has an id there**.
    """

    start: float
    end: float
    label: float = 0.0
    must: bool = False
    short: float = 0.0


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


@dataclass(frozen=True)
class _Offer:
    """One way to place a mark: in what place, and the stretch that it takes of a row."""

    position: Place
    start: float
    end: float


class _Rows:
    """Rows and what is taken of them.

    Parameters
    ----------
    stretches
        Start and end of everything that may be asked for or taken.
    """

    def __init__(self, stretches: Iterable[tuple[float, float]]) -> None:
        self.opened = 0
        # two stretches collide where one begins before the other ends with its gap, and the other way round
        self._ends = sorted({end for start, stop in stretches for end in (start, stop + APART)})
        # the leaves are the gaps between neighbouring ends; bit r of a node stands for row r
        self._whole = [0] * (2 * len(self._ends))  # rows in which all of the node is taken
        self._part = [0] * (2 * len(self._ends))  # rows in which any of it is

    def first_free(self, start: float, end: float) -> int:
        """The first row that has room; a new one where none has."""
        taken = self._taken(start, end)
        return (~taken & (taken + 1)).bit_length() - 1

    def free(self, row: int, start: float, end: float) -> bool:
        """Whether a row has room."""
        return not self._taken(start, end) >> row & 1

    def take(self, row: int, start: float, end: float) -> None:
        """Take a stretch of a row, and open the row where it is new."""
        self.opened = max(self.opened, row + 1)
        inside, above = self._nodes(start, end)
        for node in inside:
            self._whole[node] |= 1 << row
        for node in (*inside, *above):
            self._part[node] |= 1 << row

    def _taken(self, start: float, end: float) -> int:
        """The rows in which any of a stretch is taken, as bits."""
        inside, above = self._nodes(start, end)
        taken = 0
        for node in inside:
            taken |= self._part[node]
        for node in above:
            taken |= self._whole[node]
        return taken

    def _nodes(self, start: float, end: float) -> tuple[list[int], list[int]]:
        """The fewest nodes that make up a stretch, and those above its first and last leaf."""
        low = bisect_left(self._ends, start) + len(self._ends)
        high = bisect_left(self._ends, end + APART) + len(self._ends)
        inside, above, first, last = [], [], low, high - 1
        while low < high:
            if low & 1:
                inside.append(low)
                low += 1
            if high & 1:
                high -= 1
                inside.append(high)
            low, high = low >> 1, high >> 1
        while first > 1:
            first, last = first >> 1, last >> 1
            above += (first, last)
        return inside, above


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
    offers = [
        [offer for offer in _choices(mark, width) if mark.must or not _crosses(offer.position, mark.label, wall)]
        for mark in marks
    ]
    bars = [(mark.start, mark.end) for mark in marks]
    bare = [_bare(mark, width) for mark in marks]
    bars += [(offer.start, offer.end) for offer in bare]
    rows = _Rows(bars + [(offer.start, offer.end) for own in offers for offer in own])
    return [_settle(*ways, rows, label_rows) for ways in zip(marks, offers, bare, strict=True)]


def _bare(mark: Mark, width: float) -> _Offer:
    """A mark without its label: with the room kept free on its right, else on its left."""
    room = LABEL_GAP + mark.short if mark.short else 0.0
    if mark.end + room <= width:
        return _Offer(Place(0), mark.start, mark.end + room)
    return _Offer(Place(0), max(0.0, mark.start - room), mark.end)


def _settle(mark: Mark, offers: list[_Offer], bare: _Offer, rows: _Rows, label_rows: int) -> Place:
    labelled = rows.opened + 1 if mark.must or rows.opened < label_rows else rows.opened
    free = [(rows.first_free(offer.start, offer.end), offer) for offer in offers]
    best = min(free, key=lambda choice: choice[0], default=None)
    if best is None or best[0] >= labelled:
        row, offer = rows.first_free(bare.start, bare.end), bare
    else:
        row, offer = best
    if offer.position.side == "above":
        # the bar goes under its label: where there is no room for it, both go into new rows
        row = row if rows.free(row + 1, mark.start, mark.end) else rows.opened
        rows.take(row, offer.start, offer.end)
        row, offer = row + 1, replace(offer, start=mark.start, end=mark.end)
    rows.take(row, offer.start, offer.end)
    return Place(row, offer.position.side, offer.position.text)


def _crosses(position: Place, label: float, wall: float) -> bool:
    start = position.text - label if position.side == "left" else position.text
    return start < wall < start + label


def _choices(mark: Mark, width: float) -> Iterator[_Offer]:
    """The places that a mark may take with its label, the best first."""
    if not mark.label:
        return
    right, left = mark.end + LABEL_GAP, mark.start - LABEL_GAP
    fits_right, fits_left = right + mark.label <= width, left - mark.label >= 0
    if fits_right:
        yield _Offer(Place(0, "right", right), mark.start, right + mark.label)
    if fits_left:
        yield _Offer(Place(0, "left", left), left - mark.label, mark.end)
    if mark.must and not fits_right and not fits_left:
        text = max(0.0, min(mark.start, width - mark.label))
        yield _Offer(Place(0, "above", text), text, text + mark.label)
