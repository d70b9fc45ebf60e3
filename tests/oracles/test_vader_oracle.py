"""Oracle 19: VADER's correlation with the mean ratings of people, on its authors' own tweets.

Hutto and Gilbert (2014) print r = .881 for 4,200 tweets. The lexicon has grown since, and 196 means in the published file
differ from those of the raw ratings by more than .01; version 3.3.2 gives .872 with the one and .874 with the other, so
that the tolerance is .015. No masking.

The texts are not part of the repository: set ``AFTERMATH_ARCHIVES`` to the folder that holds them.
"""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import numpy as np
import pytest
from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

from aftermath.archives import sentiment

PUBLISHED, TOLERANCE = 0.881, 0.015


@pytest.fixture(scope="module")
def rated() -> tuple[list[float], list[str]]:
    folder = os.environ.get("AFTERMATH_ARCHIVES")
    if not folder:
        pytest.skip("AFTERMATH_ARCHIVES does not name the folder of the rated tweets, which are not in the repository")
    content = gzip.decompress((Path(folder) / "vader-human-ratings" / "tweets_GroundTruth.txt.gz").read_bytes())
    rows = [line.split("\t") for line in content.decode("utf-8-sig").split("\n") if line]
    return [float(mean) for _, mean, _ in rows], [text for *_, text in rows]


def test_19_correlation_with_the_human_means(rated):
    means, texts = rated
    assert len(texts) == 4200
    assert np.corrcoef(sentiment.scorer_for("en").score(texts), means)[0, 1] == pytest.approx(PUBLISHED, abs=TOLERANCE)


def test_19_cleaning_takes_nothing_away(rated):
    means, texts = rated
    scores = sentiment.scorer_for("en").score([sentiment.clean(text) for text in texts])
    assert np.corrcoef(scores, means)[0, 1] == pytest.approx(PUBLISHED, abs=TOLERANCE)


def test_19_every_score_is_the_packages_own(rated):
    _, texts = rated
    analyser = SentimentIntensityAnalyzer()
    expected = [analyser.polarity_scores(text)["compound"] for text in texts]
    assert sentiment.scorer_for("en").score(texts) == expected
