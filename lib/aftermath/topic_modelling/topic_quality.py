"""How good topics are, in so far as words can tell: coherence and diversity of their terms.

References
----------
Bouma, G. (2009). Normalized (pointwise) mutual information in collocation extraction. Proceedings of GSCL, 31-40.
Lau, J. H., Newman, D., and Baldwin, T. (2014). Machine reading tea leaves. Proceedings of EACL, 530-539.
Dieng, A. B., Ruiz, F. J. R., and Blei, D. M. (2020). Topic modeling in embedding spaces. TACL 8, 439-453.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence


def coherence(terms: Sequence[Sequence[str]], texts: Sequence[Iterable[str]]) -> float:
    """Mean normalised pointwise mutual information of the pairs of terms of a topic, then of the topics.

    Two terms that always stand in the same texts give 1, independent ones 0, terms that **never** meet -1.

    Parameters
    ----------
    terms
        The terms of each topic, at least two.
    texts
        The words of each text: whole texts are the windows.

    Examples
    --------
    >>> coherence([["a", "b"]], [["a", "b"], ["c"]]), coherence([["a", "c"]], [["a", "b"], ["c"]])
    (1.0, -1.0)
    """
    sets = [set(words) for words in texts]
    rows = {word: {row for row, words in enumerate(sets) if word in words} for topic in terms for word in topic}
    means = [
        _mean([_npmi(rows[a], rows[b], len(sets)) for a, b in itertools.combinations(topic, 2)]) for topic in terms
    ]
    return _mean(means)


def diversity(terms: Iterable[Sequence[str]]) -> float:
    """How many different terms there are, as a share of all terms: 1 where no topic repeats another's.

    Examples
    --------
    >>> diversity([["a", "b"], ["a", "c"]])
    0.75
    """
    every = [word for topic in terms for word in topic]
    return len(set(every)) / len(every)


def _npmi(first: set[int], second: set[int], texts: int) -> float:
    both = len(first & second) / texts
    if both in (0.0, 1.0):
        return -1.0 if both == 0.0 else 1.0
    return math.log(both * texts * texts / (len(first) * len(second))) / -math.log(both)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
