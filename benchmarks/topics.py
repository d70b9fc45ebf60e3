"""Which way to find topics? Three ways and some variants, on the coverage abstracts and on the BBC's news.

``python benchmarks/topics.py`` prints the table for the abstracts. With ``--bbc corpus.tsv.gz`` it takes the corpus of
OCTIS too; its vectors are made with the extra ``embed``, or read from ``--bbc-vectors file.npy``. ``--output
docs/topics.md`` writes the table into that page, between its two marks. Everything is seeded and runs on one thread.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import os
import time
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from aftermath.case_files.cases import cases
from aftermath.files import write_whole
from aftermath.topic_modelling import topic_model, topic_quality
from aftermath.topic_modelling.embed import load_embeddings
from aftermath.topic_modelling.encoder import encoder
from aftermath.topic_modelling.topics import TOWARDS_THE_MIDDLE
from aftermath.wording import MINUS

START, END = "<!-- table of benchmarks/topics.py -->", "<!-- end of the table -->"
KEPT = 0.9  # of the texts, for the second stability
SMALLEST, CORE, NEIGHBOURS = 10, 3, 15
HEAD = (
    "texts",
    "way",
    "topics",
    "NPMI",
    "diversity",
    "outliers",
    "agreement of 10 seeds",
    "on 9 of 10 texts",
    "largest share of one case",
    "agreement with the labels",
)


@dataclass(frozen=True)
class Corpus:
    """Texts with vectors; ``groups`` are cases, ``labels`` what people sorted them into, where there is such a thing."""

    name: str
    texts: list[str]
    vectors: np.ndarray
    groups: list[str]
    labels: list[str] | None


@dataclass(frozen=True)
class Way:
    """A way to find topics: how the vectors are moved, reduced and clustered, the last two from a seed."""

    name: str
    towards: float
    reduce: Callable[[np.ndarray, int], np.ndarray]
    cluster: Callable[[int, int], object]


def components(vectors: np.ndarray, seed: int, dimensions: int = topic_model.COMPONENTS) -> np.ndarray:
    return topic_model.places_of(vectors, dimensions)


def umap(vectors: np.ndarray, seed: int) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tensorflow is missing, and that a seed means one thread
        from umap import UMAP

        reducer = UMAP(n_neighbors=NEIGHBOURS, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
        return reducer.fit_transform(vectors)


def hdbscan(count: int, seed: int, selection: str = "eom") -> object:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from hdbscan import HDBSCAN
    # a core of three leaves far fewer texts outside than the usual core of as many as the smallest cluster
    return HDBSCAN(min_cluster_size=SMALLEST, min_samples=CORE, cluster_selection_method=selection, core_dist_n_jobs=1)


HALF = TOWARDS_THE_MIDDLE
WAYS = (
    Way("PCA 5 + KMeans", HALF, components, topic_model.k_means),
    Way("PCA 20 + KMeans", HALF, partial(components, dimensions=20), topic_model.k_means),
    Way("PCA 5 + HDBSCAN", HALF, components, hdbscan),
    Way("PCA 5 + HDBSCAN, leaves", HALF, components, partial(hdbscan, selection="leaf")),
    Way("UMAP 5 + KMeans", HALF, umap, topic_model.k_means),
    Way("UMAP 5 + HDBSCAN", HALF, umap, hdbscan),
)
BY_CASE = (
    Way("PCA 5 + KMeans, cases left where they are", 0.0, components, topic_model.k_means),
    Way("PCA 5 + KMeans, cases moved all the way", 1.0, components, topic_model.k_means),
)


def abstracts() -> Corpus:
    found = load_embeddings(None, cases())
    plain = [found.names.mask(text, "", "") for text in found.texts["abstract"]]
    return Corpus("abstracts", plain, found.vectors, found.texts["case_id"].to_list(), None)


def bbc(path: Path, vectors: Path | None) -> Corpus:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        rows = [(row[0], row[-1]) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)]
    texts, labels = ([row[place] for row in rows] for place in (0, 1))
    found = np.load(vectors).astype(np.float64) if vectors else encoder().encode(texts)
    return Corpus("BBC news", texts, found, [""] * len(texts), labels)


def judged(corpus: Corpus, way: Way) -> list[str]:
    """One row of the table."""
    from sklearn.metrics import adjusted_rand_score

    n = len(corpus.texts)
    count, words = topic_model.topic_count(n), topic_model.vocabulary(corpus.texts, corpus.groups)
    towards = way.towards if len(set(corpus.groups)) > 1 else 0.0

    def labels(rows: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
        groups = [corpus.groups[row] for row in rows]
        moved = topic_model.towards_the_middle(corpus.vectors[rows], groups, towards)
        places = way.reduce(moved, seed)
        return places, way.cluster(count, seed).fit(places).labels_

    every = np.arange(n)
    places, _ = labels(every, 0)
    fit = topic_model.fit(corpus.texts, places, words, way.cluster(count, 0))
    seeds = topic_model.agreement([labels(every, seed)[1] for seed in range(topic_model.SEEDS)])
    resampled = []
    for seed in range(topic_model.SEEDS):
        kept = np.sort(np.random.default_rng(seed).choice(n, int(KEPT * n), replace=False))
        resampled.append(adjusted_rand_score(fit.labels[kept], labels(kept, 0)[1]))
    terms = [topic for topic in fit.terms if len(topic) > 1]
    return [
        corpus.name,
        way.name,
        str(len(fit.terms)),
        _decimals(topic_quality.coherence(terms, [topic_model.words_of(text) for text in corpus.texts])),
        _decimals(topic_quality.diversity(terms)),
        f"{100 * np.mean(fit.labels < 0):.0f} %",
        f"{_decimals(seeds.mean)} ({_decimals(seeds.least)} at least)",
        _decimals(float(np.mean(resampled))),
        largest_share(fit.labels, corpus.groups),
        _decimals(adjusted_rand_score(corpus.labels, fit.labels)) if corpus.labels else "",
    ]


def largest_share(labels: np.ndarray, groups: Sequence[str]) -> str:
    if len(set(groups)) < 2:
        return ""
    shares = [
        max(Counter(groups[row] for row in np.flatnonzero(labels == topic)).values()) / int(np.sum(labels == topic))
        for topic in np.unique(labels[labels >= 0])
    ]
    return f"{100 * max(shares):.0f} %"


def _decimals(value: float) -> str:
    return f"{value:.2f}".replace("-", MINUS)


def markdown(rows: Sequence[Sequence[str]]) -> str:
    marks = ["---" if name in ("texts", "way") else "---:" for name in HEAD]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEAD, marks, *rows))


def write(path: Path, table: str) -> None:
    """Put the table between the marks of a page."""
    before, _, rest = path.read_text(encoding="utf-8").partition(START)
    _, _, after = rest.partition(END)
    if not after:
        raise SystemExit(f"{path}: needs the two lines {START} and {END}")
    write_whole(path, f"{before}{START}\n{table}\n{END}{after}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bbc", type=Path, help="BBC_News_corpus.tsv.gz of OCTIS")
    parser.add_argument("--bbc-vectors", type=Path, help="its vectors, as numpy saves them")
    parser.add_argument("--output", type=Path, help="a page with the two marks")
    options = parser.parse_args()
    tasks = [(abstracts(), (*WAYS, *BY_CASE))]
    tasks += [(bbc(options.bbc, options.bbc_vectors), WAYS)] if options.bbc else []
    os.environ["NUMBA_NUM_THREADS"] = "1"  # read when umap is first imported, below
    rows = []
    for corpus, ways in tasks:
        for way in ways:
            start = time.perf_counter()
            with threadpool_limits(1):  # several would add in another order
                rows.append(judged(corpus, way))
            print(f"{time.perf_counter() - start:6.1f} s  {rows[-1]}", flush=True)
    print(markdown(rows))
    if not options.bbc:
        print("BBC news: not judged, as --bbc was not given")
    if options.output:
        write(options.output, markdown(rows))


if __name__ == "__main__":
    main()
