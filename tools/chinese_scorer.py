"""Teach the Chinese scorer, and write its coefficients and where they come from.

    python tools/chinese_scorer.py FOLDER_OF_ARCHIVES

Four models: ``all``, which is shipped, from seven in ten texts of every domain; and one without each domain, which is
what validation scores that domain with. Logistic regression with a ridge penalty on hashed characters and pairs of
characters (``aftermath.archives.scorers.chinese``); every domain and label weighs the same. Coefficients are rounded
to 255 steps.

It takes a few minutes and needs scikit-learn, which comes with the library (through bertopic).
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import scipy.sparse as sparse
from sklearn.linear_model import LogisticRegression

from aftermath.archives.labelled import SOURCES, Labelled
from aftermath.archives.scorers import chinese
from aftermath.files import write_whole

SEED = 0
PENALTY = 3.0  # of scikit-learn: larger is weaker. 0.3 and 1 did worse on two kinds not taught, no better on the third
STEPS = 127


def domains(folder: Path) -> dict[str, Labelled]:
    """The whole labelled sets by domain, each text once."""
    sets = [source.sets(folder)[:1] for source in SOURCES if "domain" in source.options]
    found = {corpus.domain: _once(corpus) for (corpus,) in sets}
    if set(found) != set(chinese.DOMAINS):
        raise SystemExit(f"{folder}: chinese-reviews-labelled is not complete; found {sorted(found)}")
    return found


def _once(labelled: Labelled) -> Labelled:
    first = {text: place for place, text in reversed(list(enumerate(labelled.texts)))}
    return labelled.part(sorted(first.values()), labelled.name)


def features(texts: tuple[str, ...]) -> sparse.csr_array:
    """Counts of buckets over the root of all counts, as the scorer reads them: shape ``(texts, 2 ** BITS)``."""
    owners, buckets = chinese.counted_buckets(texts)
    shape = (len(texts), 1 << chinese.BITS)
    counts = sparse.csr_array((np.ones(len(owners)), (owners, buckets)), shape=shape)
    return (sparse.diags_array(1 / np.sqrt(np.maximum(counts.sum(axis=1), 1))) @ counts).tocsr()


def taught(parts: list[Labelled]) -> tuple[np.ndarray, float]:
    """Coefficients and constant from some labelled sets, each set and label with the same weight."""
    labels = [np.array([label == "positive" for label in part.labels]) for part in parts]
    weights = np.concatenate([1 / np.bincount(label)[label.astype(int)] for label in labels])
    model = LogisticRegression(C=PENALTY, max_iter=300, random_state=SEED)
    rows = sparse.vstack([features(part.texts) for part in parts])
    model.fit(rows, np.concatenate(labels), sample_weight=weights * len(weights) / weights.sum())
    return model.coef_[0], float(model.intercept_[0])


def models(found: dict[str, Labelled]) -> Iterator[tuple[str, np.ndarray, float]]:
    """Name, coefficients and constant of the four models."""
    for domain in chinese.DOMAINS:
        yield f"without_{domain}", *taught([corpus for name, corpus in found.items() if name != domain])
    for_teaching = [
        corpus.part([place for place, text in enumerate(corpus.texts) if not chinese.held_out(text)], corpus.name)
        for corpus in found.values()
    ]
    yield "all", *taught(for_teaching)


def stored(found: dict[str, Labelled]) -> bytes:
    """The file of coefficients: 8 bits each, with the size of a step and the constant."""
    arrays = {}
    for name, coefficients, constant in models(found):
        scale = float(np.abs(coefficients).max()) / STEPS
        arrays[name] = np.round(coefficients / scale).astype(np.int8)
        arrays[f"{name}_scale_and_constant"] = np.array([scale, constant])
        print(f"{name}: taught", flush=True)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def origin(folder: Path, content: bytes) -> dict:
    """Where the coefficients come from."""
    files = [source.file for source in SOURCES if "domain" in source.options]
    return {
        "scorer": f"characters-zh {chinese.VERSION}",
        "made_by": "tools/chinese_scorer.py",
        "seed": SEED,
        "penalty": PENALTY,
        "held_out": f"texts whose crc32 leaves less than {chinese.HELD_OUT} when divided by 10",
        "taught_on": {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files},
        "rights": "No licence is stated for the reviews. Only coefficients of hashed buckets are kept: no text, no word.",
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def main() -> None:
    """Teach, and write both files beside the scorer."""
    folder = Path(sys.argv[1])
    content = stored(domains(folder))
    write_whole(chinese.COEFFICIENTS, content)
    write_whole(chinese.COEFFICIENTS.with_suffix(".json"), json.dumps(origin(folder, content), indent=2) + "\n")
    print(f"{chinese.COEFFICIENTS.name}: {len(content):,} bytes")


if __name__ == "__main__":
    main()
