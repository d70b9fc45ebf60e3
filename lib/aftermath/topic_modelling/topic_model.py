"""The topic model itself: archived vectors, principal components, k-means, and BERTopic's terms.

``docs/topics.md`` says what it was compared with. No model of language is ever loaded: BERTopic gets vectors, and
counts words. Everything is seeded and runs on one thread, so that two runs give the same topics.

References
----------
Grootendorst, M. (2022). BERTopic: neural topic modeling with a class-based TF-IDF procedure. arXiv:2203.05794.
Hubert, L., and Arabie, P. (1985). Comparing partitions. Journal of Classification 2, 193-218.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, cast

import numpy as np

if TYPE_CHECKING:
    from sklearn.cluster import KMeans

COMPONENTS = 5
STARTS = 50  # of k-means for each seed: with few of them the seed decides
SEEDS = 10
MANY, SEEDS_OF_MANY = 5_000, 4  # beyond so many texts fewer seeds are compared: fifty starts take seconds
ROWS_AT_ONCE = 2_000  # of vectors: a copy of all would need as much again
TEXTS_PER_TOPIC, FEWEST, MOST = 100, 3, 12
TERMS = 8
LEAST_TEXTS, LEAST_GROUPS = 5, 3  # that a term must stand in

_WORD = r"[^\W\d_]{3,}"
# what every abstract does is no theme of any
_REPORTING = frozenset("says said say saying tells told adds added gives gave notes did new calls called".split())


@dataclass(frozen=True)
class Fit:
    """A fitted topic model.

    Parameters
    ----------
    labels
        The topic of each text, from 0 for the largest; -1 for a text in none.
    terms
        The terms of each topic, the most telling first.
    places
        The texts in as many dimensions as were clustered, one row a text.
    """

    labels: np.ndarray
    terms: tuple[tuple[str, ...], ...]
    places: np.ndarray

    def telling(self, topic: int, count: int) -> list[int]:
        """The rows of the texts that lie farthest out in the direction of a topic, the farthest first."""
        rows = np.flatnonzero(self.labels == topic)
        direction = self.places[rows].mean(axis=0) - self.places.mean(axis=0)
        return rows[np.argsort(-(self.places[rows] @ direction), kind="stable")[:count]].tolist()


@dataclass(frozen=True)
class Stability:
    """Adjusted Rand index between the topics of pairs of seeds: 1 where all agree, 0 as by chance.

    Parameters
    ----------
    mean, least
        Over all pairs.
    seeds
        How many seeds.
    """

    mean: float
    least: float
    seeds: int


def topic_count(texts: int) -> int:
    """How many topics are looked for: one for every hundred texts, **at least 3 and at most 12**.

    Examples
    --------
    >>> topic_count(60), topic_count(492), topic_count(100_000)
    (3, 5, 12)
    """
    return min(MOST, max(FEWEST, round(texts / TEXTS_PER_TOPIC)))


def towards_the_middle(vectors: np.ndarray, groups: Sequence[str], share: float) -> np.ndarray:
    """Vectors with part of what sets their group apart taken away.

    Each vector is moved by ``share`` of the way from its group's mean to the mean of all, and brought back to length 1.
    Names can be masked, but not that all texts of a case are about cars.

    Parameters
    ----------
    vectors
        One row a text.
    groups
        The case of each text.
    share
        0 leaves them; 1 gives all groups the same mean.

    Examples
    --------
    >>> towards_the_middle(np.array([[1.0, 0], [0, 1]]), ["a", "b"], 1.0).round(2).tolist()
    [[0.71, 0.71], [0.71, 0.71]]
    """
    names, group_of = np.unique(np.asarray(groups), return_inverse=True)
    middle = vectors.mean(axis=0)
    steps = share * np.array([vectors[group_of == group].mean(axis=0) - middle for group in range(len(names))])
    moved = vectors.astype(np.float64)
    for start in range(0, len(moved), ROWS_AT_ONCE):
        part = moved[start : start + ROWS_AT_ONCE]
        part -= steps[group_of[start : start + ROWS_AT_ONCE]]
        part /= np.maximum(np.linalg.norm(part, axis=1, keepdims=True), 1e-12)
    return moved


def words_of(text: str) -> list[str]:
    """The words of a text in lower case: at least three letters, no digits.

    Examples
    --------
    >>> words_of("The recall's 2nd day, at GM")
    ['the', 'recall', 'day']
    """
    return re.findall(rf"(?<![^\W_]){_WORD}(?![^\W_])", text.lower())


def texts_with(texts: Iterable[str]) -> Counter[str]:
    """In how many texts each word stands; common words and those of reporting left out."""
    from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

    left_out = ENGLISH_STOP_WORDS | _REPORTING
    return Counter(word for text in texts for word in set(words_of(text)) - left_out)


def vocabulary(texts: Sequence[str], groups: Sequence[str]) -> list[str]:
    """The words that may be terms, sorted: not common, in at least five texts, and in texts of at least three cases.

    Parameters
    ----------
    texts
        Without names.
    groups
        The case of each text; **where there are fewer than three, a word must stand in texts of all**.
    """
    shown = np.asarray(groups)
    in_groups = Counter[str]()
    for group in np.unique(shown):
        inside = " ".join(texts[int(row)] for row in np.flatnonzero(shown == group))
        in_groups.update(texts_with([inside]))  # one text: each word counts once
    least = min(LEAST_GROUPS, len(set(groups)))
    return sorted(
        word for word, count in texts_with(texts).items() if count >= LEAST_TEXTS and in_groups[word] >= least
    )


def places_of(vectors: np.ndarray, dimensions: int = COMPONENTS) -> np.ndarray:
    """Vectors in a few dimensions: their first principal components, by their covariances, which has no seed.

    The same as by a decomposition of the vectors themselves, which takes a hundred times as long for 20,000 of them.
    """
    from sklearn.decomposition import PCA
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return PCA(n_components=dimensions, svd_solver="covariance_eigh").fit_transform(vectors)


class Clusterer(Protocol):
    """What BERTopic needs of a method that puts texts into clusters."""

    labels_: np.ndarray | None

    def fit(self, X: np.ndarray) -> Clusterer:
        """Put them into clusters: ``labels_`` says into which."""
        ...


def k_means(count: int, seed: int) -> KMeans:
    """K-means from so many starts that the seed decides little, as scikit-learn and BERTopic take it."""
    from sklearn.cluster import KMeans

    return KMeans(n_clusters=count, random_state=seed).set_params(n_init=STARTS)


def fit(texts: Sequence[str], places: np.ndarray, words: Sequence[str], clusterer: Clusterer) -> Fit:
    """Find topics.

    Parameters
    ----------
    texts
        Without names: their words give the terms.
    places
        One row a text, from ``places_of``.
    words
        What may be a term, from ``vocabulary``.
    clusterer
        From ``k_means``, or any that has ``fit`` and ``labels_``.
    """
    from bertopic import BERTopic
    from bertopic.dimensionality import BaseDimensionalityReduction
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from threadpoolctl import threadpool_limits

    model = BERTopic(
        language="multilingual",  # the other path rubs out every letter beyond a to z
        embedding_model=None,
        umap_model=BaseDimensionalityReduction(),
        hdbscan_model=clusterer,
        vectorizer_model=CountVectorizer(vocabulary=list(words), tokenizer=words_of).set_params(token_pattern=None),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
        top_n_words=2 * TERMS,
    )
    with threadpool_limits(1):
        labels, _ = model.fit_transform(list(texts), embeddings=places)
    # its annotation says otherwise
    terms = cast("dict[int, list[tuple[str, float]]]", model.get_topics())
    return _in_order(np.asarray(labels), terms, places)


def stability(places: np.ndarray, count: int, found: Mapping[int, np.ndarray] | None = None) -> Stability:
    """How far the topics of different seeds agree: of ten, **of four where there are more than 5,000 texts**.

    Parameters
    ----------
    places
        As ``fit`` takes them.
    count
        How many topics.
    found
        Seed to topics that were found from it already.
    """
    from threadpoolctl import threadpool_limits

    known = found or {}
    with threadpool_limits(1):
        return agreement(
            [
                known[seed] if seed in known else k_means(count, seed).fit_predict(places)
                for seed in range(SEEDS if len(places) <= MANY else SEEDS_OF_MANY)
            ]
        )


def agreement(labellings: Sequence[np.ndarray]) -> Stability:
    """Adjusted Rand index over all pairs of labellings of the same texts.

    Examples
    --------
    >>> agreement([np.array([0, 0, 1]), np.array([1, 1, 0])])
    Stability(mean=1.0, least=1.0, seeds=2)
    """
    from sklearn.metrics import adjusted_rand_score

    indices = [float(adjusted_rand_score(*pair)) for pair in itertools.combinations(labellings, 2)]
    return Stability(sum(indices) / len(indices), min(indices), len(labellings))


def _in_order(labels: np.ndarray, words: Mapping[int, Sequence[tuple[str, float]]], places: np.ndarray) -> Fit:
    """Topics renumbered by size, and where two are alike by their first text."""
    kept = [topic for topic in np.unique(labels) if topic >= 0]
    order = sorted(kept, key=lambda topic: (-int(np.sum(labels == topic)), int(np.argmax(labels == topic))))
    numbers = {-1: -1} | {topic: number for number, topic in enumerate(order)}
    return Fit(
        labels=np.array([numbers[topic] for topic in labels]),
        terms=tuple(_distinct([word for word, weight in words[topic] if word and weight > 0]) for topic in order),
        places=places,
    )


def _distinct(words: Sequence[str]) -> tuple[str, ...]:
    """As many words as a topic has terms, the plural of one that is there already left out, and the other way round."""
    kept: list[str] = []
    for word in words:
        if not {word + "s", word.removesuffix("s")} & set(kept):
            kept.append(word)
    return tuple(kept[:TERMS])
