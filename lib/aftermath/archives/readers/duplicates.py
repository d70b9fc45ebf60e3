"""Which posts were seen before, in eight bytes a post.

Ids are kept as 64-bit hashes. **Two different ids among ten million share one with a probability of three in a
million**; then the later post would be left out as a duplicate.
"""

from __future__ import annotations

import numpy as np
import polars as pl

_DRAWERS = 64  # merging one at a time needs little memory beside what is kept
_RECENT = 400_000  # hashes that are merged into the drawers together
_SHIFT = np.uint64(58)
_SEED = 3411


class Seen:
    """The ids of an archive so far: 80 megabytes for ten million.

    Examples
    --------
    >>> seen = Seen()
    >>> seen.fresh(pl.Series(["1", "2", "1"])).to_list(), seen.fresh(pl.Series(["2", "3"])).to_list()
    ([True, True, False], [False, True])
    """

    def __init__(self) -> None:
        self._drawers = [np.empty(0, np.uint64) for _ in range(_DRAWERS)]
        self._recent = np.empty(0, np.uint64)

    def __len__(self) -> int:
        return len(self._recent) + sum(map(len, self._drawers))

    def fresh(self, ids: pl.Series) -> pl.Series:
        """Which ids are here for the first time; from now on they count as seen.

        Parameters
        ----------
        ids
            Of some posts, without nulls.

        Returns
        -------
        Series
            Booleans in the order of ``ids``.
        """
        hashes = ids.hash(_SEED).to_numpy()
        unique, first, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        new = ~self._has(unique)
        self._add(unique[new])
        return pl.Series(ids.name, new[inverse] & (first[inverse] == np.arange(len(hashes))))

    def _has(self, hashes: np.ndarray) -> np.ndarray:
        known = _among(hashes, self._recent)
        bounds = np.searchsorted(hashes >> _SHIFT, np.arange(_DRAWERS + 1, dtype=np.uint64))
        for drawer, start, stop in zip(self._drawers, bounds[:-1], bounds[1:], strict=True):
            known[start:stop] |= _among(hashes[start:stop], drawer)
        return known

    def _add(self, hashes: np.ndarray) -> None:
        self._recent = _merged(self._recent, hashes)
        if len(self._recent) < _RECENT:
            return
        bounds = np.searchsorted(self._recent >> _SHIFT, np.arange(_DRAWERS + 1, dtype=np.uint64))
        for number in range(_DRAWERS):
            part = self._recent[bounds[number] : bounds[number + 1]]
            self._drawers[number] = _merged(self._drawers[number], part)
        self._recent = np.empty(0, np.uint64)


def _merged(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    both = np.concatenate([first, second])
    both.sort(kind="stable")  # two sorted runs: merged in one pass
    return both


def _among(hashes: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Which of some sorted hashes are among other sorted ones."""
    if not len(known):
        return np.zeros(len(hashes), bool)
    places = np.minimum(np.searchsorted(known, hashes), len(known) - 1)
    return known[places] == hashes
