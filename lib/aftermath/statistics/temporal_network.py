"""Times that lean on each other, as a simple temporal network.

A record says when something happened by the clock ("at 21:50"), and relative to something else ("22 minutes later"). Both are
bounds on a difference of two times: by the clock it is the difference from one common origin. The bounds of a pair that
follow from all of them together are shortest paths between the two, and bounds that contradict each other form a cycle of
negative length. All is whole seconds, so that nothing is lost to rounding.

References
----------
Dechter, R., Meiri, I., and Pearl, J. (1991). Temporal constraint networks. Artificial Intelligence 49, 61-95.
Bellman, R. (1958). On a routing problem. Quarterly of Applied Mathematics 16, 87-90.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from aftermath.problems import AftermathError

ORIGIN = ""  # where clock times are counted from; no event has an empty id
_FAR = np.iinfo(np.int64).max // 2  # no path


@dataclass(frozen=True)
class Difference:
    """One statement: ``end`` happened so many seconds after ``start``, **both bounds inclusive**.

    Parameters
    ----------
    start, end
        Ids of events, or ``ORIGIN``.
    at_least, at_most
        Seconds; negative where ``end`` may have come first, None where nothing is said.
    where
        File and row of the statement, so that a contradiction can name it.
    certainty
        A word of ``vocabulary.CERTAINTIES``.
    """

    start: str
    end: str
    at_least: int | None
    at_most: int | None
    where: str = ""
    certainty: str = "documented"


@dataclass(frozen=True)
class Contradiction:
    """Statements that cannot all be true.

    Parameters
    ----------
    differences
        In the order of the cycle that they form.
    seconds
        By how much they miss each other.
    steps
        What each says on the cycle: from one event to the next, which happened at most so many seconds after it. They add up to
        ``-seconds``, where events that were all in order would add up to 0 or more.
    """

    differences: tuple[Difference, ...]
    seconds: int
    steps: tuple[tuple[str, str, int], ...]


class ContradictionError(AftermathError):
    """The statements cannot all be true; the error names them.

    Parameters
    ----------
    contradiction
        Them, and by how much they miss each other.
    """

    def __init__(self, contradiction: Contradiction) -> None:
        self.contradiction = contradiction
        rows = "; ".join(row.where or f"{row.start} to {row.end}" for row in contradiction.differences)
        super().__init__(
            f"these statements miss each other by {contradiction.seconds} seconds: {rows}; correct or remove one"
        )


class TemporalNetwork:
    """The bounds that follow from all statements together.

    Parameters
    ----------
    differences
        Any number of statements; **their order does not matter**. An event that no statement names is not in the network.

    Examples
    --------
    >>> network = TemporalNetwork([Difference("e01", "e02", 60, 120), Difference("e02", "e03", 0, 30)])
    >>> network.between("e01", "e03")
    (60, 150)
    """

    def __init__(self, differences: Iterable[Difference]) -> None:
        self.differences = tuple(sorted(differences, key=_order))
        self.events = tuple(sorted({name for row in self.differences for name in (row.start, row.end)}))
        position = {name: number for number, name in enumerate(self.events)}
        # a bound is an arc: the time at its head is at most so many seconds after the time at its tail
        arcs = [
            arc
            for number, row in enumerate(self.differences)
            for arc in (
                (position[row.start], position[row.end], row.at_most, number),
                (position[row.end], position[row.start], None if row.at_least is None else -row.at_least, number),
            )
            if arc[2] is not None
        ]
        self._arcs = np.array(arcs, dtype=np.int64).reshape(-1, 4)

    @cached_property
    def contradiction(self) -> Contradiction | None:
        """Statements that cannot all be true; None where there are none."""
        arcs = self._arcs[np.argsort(self._arcs[:, 1], kind="stable")]
        _, into, improved = _shortest(arcs, np.zeros(len(self.events), dtype=np.int64))
        if not improved.size:
            return None
        event = improved[0]
        for _ in self.events:  # so many steps back lead onto the cycle, wherever the walk began
            event = arcs[into[event], 0]
        cycle = [into[event]]
        while arcs[cycle[-1], 0] != event:
            cycle.append(into[arcs[cycle[-1], 0]])
        cycle.reverse()
        rows = tuple(self.differences[number] for number in arcs[cycle, 3])
        steps = tuple((self.events[tail], self.events[head], int(most)) for tail, head, most, _ in arcs[cycle])
        return Contradiction(rows, -int(arcs[cycle, 2].sum()), steps)

    def between(self, start: str, end: str) -> tuple[int | None, int | None]:
        """How long after ``start`` the event ``end`` happened.

        Returns
        -------
        tuple
            At least and at most so many seconds, **None for an end that is open**.

        Raises
        ------
        KeyError
            If no statement names one of the two.
        ContradictionError
            If the statements cannot all be true.
        """
        return self.after(start)[end]

    def after(self, start: str = ORIGIN) -> dict[str, tuple[int | None, int | None]]:
        """How long after one event, or the origin, every event happened, as in ``between``."""
        (least, *_), (most, *_) = self._from(start, backwards=True), self._from(start)
        return {
            name: (None if low >= _FAR else -low, None if high >= _FAR else high)
            for name, low, high in zip(self.events, least.tolist(), most.tolist(), strict=True)
        }

    def reasons(self, start: str, end: str) -> tuple[tuple[Difference, ...], tuple[Difference, ...]]:
        """The statements that set the two ends of ``between``, each in the order of time; none for an end that is open."""
        paths = []
        for backwards in (True, False):
            distances, into, arcs = self._from(start, backwards=backwards)
            event, path = self.events.index(end), []
            while distances[event] < _FAR and self.events[event] != start:
                path.append(self.differences[arcs[into[event], 3]])
                event = arcs[into[event], 0]
            paths.append(tuple(reversed(path)))
        return paths[0], paths[1]

    def _from(self, start: str, *, backwards: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Shortest paths from one event, along the arcs or backwards, the last arc of each, and the arcs."""
        if start not in self.events:
            raise KeyError(start)
        if self.contradiction:
            raise ContradictionError(self.contradiction)
        arcs = self._arcs[:, [1, 0, 2, 3]] if backwards else self._arcs
        arcs = arcs[np.argsort(arcs[:, 1], kind="stable")]
        distances, into, _ = _shortest(arcs, np.where(np.array(self.events) == start, 0, _FAR))
        return distances, into, arcs


def _order(row: Difference) -> tuple:
    return row.start, row.end, row.where, row.at_least is None, row.at_least or 0, row.at_most is None, row.at_most or 0


def _shortest(arcs: np.ndarray, distances: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Shortest paths along arcs, all of them in one step, until nothing changes (Bellman 1958).

    Parameters
    ----------
    arcs
        Tail, head and length, shape ``(arcs, 3 or more)``, **sorted by head**.
    distances
        To begin with, shape ``(events,)``; ``_FAR`` where there is no path yet.

    Returns
    -------
    tuple
        The distances, the last arc on the way to each event (-1 for none), and the events that still come nearer after as
        many steps as there are events: only a cycle of negative length does that.
    """
    tails, lengths = arcs[:, 0], arcs[:, 2]
    heads, first, counts = np.unique(arcs[:, 1], return_index=True, return_counts=True)
    into = np.full(len(distances), -1)
    improved = np.empty(0, dtype=np.intp)
    for _ in range(len(distances) + 1):
        reached = distances[tails]
        by_arc = np.where(reached < _FAR, reached + lengths, _FAR)
        best = np.minimum.reduceat(by_arc, first) if first.size else by_arc
        improved = heads[best < distances[heads]]
        if not improved.size:
            break
        nearest = np.flatnonzero((by_arc == best.repeat(counts)) & (by_arc < distances[arcs[:, 1]]))
        into[arcs[nearest[::-1], 1]] = nearest[::-1]  # of several alike the first
        distances = distances.copy()
        distances[heads] = np.minimum(distances[heads], best)
    return distances, into, improved
