"""The topic model over many texts: what is done in parts or for fewer seeds gives the same."""

from __future__ import annotations

import numpy as np
import pytest

from aftermath.topic_modelling import topic_model


def test_many_texts_are_moved_as_few_are() -> None:
    vectors = np.random.default_rng(0).normal(size=(2 * topic_model.ROWS_AT_ONCE + 7, 4)) + 1
    groups = np.where(np.arange(len(vectors)) % 3 == 0, "a", "b")
    moved = topic_model.towards_the_middle(vectors, groups.tolist(), 0.5)
    for name in "ab":
        away = vectors[groups == name] - 0.5 * (vectors[groups == name].mean(axis=0) - vectors.mean(axis=0))
        expected = away / np.sqrt((away**2).sum(axis=1))[:, None]
        np.testing.assert_allclose(moved[groups == name], expected, atol=1e-12)


@pytest.mark.parametrize("texts", [60, 900])  # fewer than the 384 numbers of a vector, and more
def test_components_are_those_of_a_decomposition_of_the_vectors(texts: int) -> None:
    vectors = np.random.default_rng(1).normal(size=(texts, 384)) * np.linspace(3, 1, 384)
    left, values, _ = np.linalg.svd(vectors - vectors.mean(axis=0), full_matrices=False)
    expected, places = (left * values)[:, : topic_model.COMPONENTS], topic_model.places_of(vectors)
    np.testing.assert_allclose(places * np.sign(places[0] * expected[0]), expected, atol=1e-9)


@pytest.mark.parametrize(("texts", "seeds"), [(topic_model.MANY, 10), (topic_model.MANY + 1, 4)])
def test_fewer_seeds_are_compared_of_many_texts(texts: int, seeds: int, monkeypatch) -> None:
    monkeypatch.setattr(topic_model, "STARTS", 1)
    places = np.repeat(np.eye(3), [texts - 20, 10, 10], axis=0)
    assert topic_model.stability(places, 3) == topic_model.Stability(1.0, 1.0, seeds)


def test_topics_that_were_found_already_are_not_looked_for_again() -> None:
    places, found = np.repeat(np.eye(3), 10, axis=0), np.arange(30) % 3
    assert topic_model.stability(places, 3).least == 1
    assert topic_model.stability(places, 3, {7: found}).least < 0.1
