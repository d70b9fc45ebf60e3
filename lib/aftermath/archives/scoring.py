"""From a batch of posts to their features; what a worker process does, and what it remembers.

Archives repeat themselves: most posts of a crisis are copies of a few. A worker remembers the scores of texts that it
has seen, as they stood and as they were cleaned, so that a copy costs a look-up. What it remembers is bounded.

All of it is done for the texts of a batch together, as columns; one by one it would take four times as long.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from aftermath.archives.keys import keyed_hashes
from aftermath.archives.posts import KINDS
from aftermath.archives.scorers.protocol import Scorer, rounded

TONES = ("negative", "neutral", "positive")
REMEMBERED = 1 << 17  # texts, each in 16 bytes
_SEED = 3411


FEATURES_SCHEMA = pl.Schema(
    {
        "post": pl.UInt32,
        "time": pl.Datetime("us", "UTC"),
        "language": pl.String,
        "kind": pl.Enum(KINDS),
        "author": pl.String,
        "engagement": pl.Int64,
        "sentiment": pl.Float64,
        "tone": pl.Enum(TONES),
        "scorer": pl.String,
        "embedding": pl.List(pl.Float32),
        "topic": pl.Int32,
    }
)


@dataclass(frozen=True)
class Recipe:
    """How features are made; it travels to the workers.

    Parameters
    ----------
    key
        For keyed hashes.
    scorer_for
        From a language to its scorer, or None where there is none.
    clean
        From texts to the words that are scored: without addresses, names of accounts and what marks a repost.
    aliases
        Names of the organisation that are taken out before scoring: **"united" alone is worth +1.8 to VADER**.
    mask
        From texts and aliases to the texts without them.
    language
        Of posts that carry none.
    """

    key: bytes = field(repr=False)
    scorer_for: Callable[[str], Scorer | None]
    clean: Callable[[pl.Series], pl.Series]
    mask: Callable[[pl.Series, tuple[str, ...]], pl.Series]
    aliases: tuple[str, ...] = ()
    language: str | None = None


class Remembered:
    """A bounded memory of scores by text: a newer text takes the place of an older one.

    Texts are known by 64-bit hashes. **That one among a million is taken for another has a probability of one in a hundred
    million.**

    Parameters
    ----------
    most
        Texts that are remembered at most.

    Examples
    --------
    >>> memory, asked = Remembered(), []
    >>> def length(texts: pl.Series) -> np.ndarray:
    ...     asked.extend(texts)
    ...     return texts.str.len_chars().to_numpy()
    >>> memory.scores(pl.Series(["ab", "abc", "ab"]), length).tolist(), memory.scores(pl.Series(["ab"]), length).tolist(), len(asked)
    ([2.0, 3.0, 2.0], [2.0], 2)
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self._hashes = np.zeros(most, np.uint64)
        self._scores = np.full(most, np.nan)

    def scores(self, texts: pl.Series, score: Callable[[pl.Series], np.ndarray]) -> np.ndarray:
        """The score of each text.

        Parameters
        ----------
        texts
            Some of them perhaps the same.
        score
            From texts to their scores; it is asked for those that are not remembered, **each once**.
        """
        hashes, first, place = np.unique(texts.hash(_SEED).to_numpy(), return_index=True, return_inverse=True)
        slots = hashes % np.uint64(len(self._hashes))
        scores = self._scores[slots]
        new = np.flatnonzero(self._hashes[slots] != hashes)
        new = new[np.argsort(first[new])]  # in the order of the texts
        if len(new):
            scores[new] = score(texts.gather(first[new]))
            self._hashes[slots[new]], self._scores[slots[new]] = hashes[new], scores[new]
        return scores[place]


@dataclass(frozen=True, eq=False)
class Judge:
    """Scores texts of one language by one scorer, and remembers.

    Parameters
    ----------
    scorer
        Of that language.
    recipe
        How texts are cleaned and masked.
    raw, cleaned
        Scores by text as it stood, and by what was left of it.
    """

    scorer: Scorer
    recipe: Recipe
    raw: Remembered = field(default_factory=Remembered)
    cleaned: Remembered = field(default_factory=Remembered)

    def scores(self, texts: Sequence[str] | pl.Series) -> pl.Series:
        """A score for each text, null where no word is left of it.

        Parameters
        ----------
        texts
            As they stand in the archive.
        """
        scores = self.raw.scores(
            pl.Series(texts, dtype=pl.String), lambda new: self.cleaned.scores(self.recipe.clean(new), self._of_cleaned)
        )
        return pl.Series("sentiment", scores, nan_to_null=True)

    def _of_cleaned(self, texts: pl.Series) -> np.ndarray:
        words = self.recipe.mask(texts, self.recipe.aliases).str.strip_chars()
        scores, some = np.full(len(texts), np.nan), (words != "")
        if some.any():
            scores[some.to_numpy()] = rounded(np.array(self.scorer.score(words.filter(some).to_list()), float)) + 0.0
        return scores


def features_of(posts: pl.DataFrame, recipe: Recipe, first: int = 0) -> pl.DataFrame:
    """The features of a batch of posts, in its order.

    Parameters
    ----------
    posts
        Valid under ``Posts``.
    recipe
        How they are made.
    first
        Place of the first of them in the archive.

    Returns
    -------
    polars.DataFrame
        Valid under ``Features``.
    """
    posts = posts.with_columns(pl.col("language").fill_null(pl.lit(recipe.language, pl.String)))
    made = {
        "post": pl.int_range(first, first + pl.len(), dtype=pl.UInt32),
        "author": keyed_hashes(posts["author"], recipe.key),
    }
    blank = {name: pl.lit(None, FEATURES_SCHEMA[name]) for name in ("embedding", "topic")}
    judged = posts.drop("text").hstack(_scores(posts, recipe)).with_columns(**made, **blank)
    return judged.select(FEATURES_SCHEMA.names()).cast(FEATURES_SCHEMA)


def _scores(posts: pl.DataFrame, recipe: Recipe) -> pl.DataFrame:
    """``sentiment``, ``tone`` and ``scorer`` of every post."""
    numbered = posts.select("text", "language").with_row_index("row")
    parts = [_of_one_language(part, recipe) for part in numbered.partition_by("language")]
    scored = pl.concat(
        [pl.DataFrame(schema={"row": pl.UInt32} | _SCORES), *(part for part in parts if part is not None)]
    )
    return numbered.select("row").join(scored, on="row", how="left", maintain_order="left").drop("row")


_SCORES = {name: FEATURES_SCHEMA[name] for name in ("sentiment", "tone", "scorer")}


def _of_one_language(part: pl.DataFrame, recipe: Recipe) -> pl.DataFrame | None:
    judge = _judge(recipe, part["language"][0])
    if judge is None:
        return None
    score, scorer = pl.col("sentiment"), judge.scorer
    tone = pl.when(score <= scorer.negative).then(pl.lit("negative"))
    tone = (
        tone.when(score >= scorer.positive).then(pl.lit("positive")).when(score.is_not_null()).then(pl.lit("neutral"))
    )
    named = pl.when(score.is_not_null()).then(pl.lit(scorer.id))
    scored = part.select("row", sentiment=judge.scores(part["text"]))
    return scored.with_columns(tone=tone.cast(pl.Enum(TONES)), scorer=named)


@functools.lru_cache(maxsize=8)
def _judge(recipe: Recipe, language: str | None) -> Judge | None:
    """The judge of a language, kept between the batches of a worker."""
    scorer = recipe.scorer_for(language) if language else None
    return None if scorer is None else Judge(scorer, recipe)
