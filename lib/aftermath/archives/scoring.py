"""From a batch of posts to their features; what a worker process does, and what it remembers.

Archives repeat themselves: most posts of a crisis are copies of a few. A worker remembers the scores of texts that it
has seen, as they stood and as they were cleaned, so that a copy costs a look-up. What it remembers is bounded.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import dataframely as dy
import polars as pl

from aftermath.archives.keys import keyed_hashes
from aftermath.archives.posts import KINDS
from aftermath.archives.scorers.protocol import Scorer

TONES = ("negative", "neutral", "positive")
DECIMALS = 4  # of a score: sums of so many ten-thousandths are exact, in whatever order they are added
REMEMBERED = 50_000  # texts, twice over: a young and an old generation


class Features(dy.Schema):
    """What is kept of posts, one row each: **no text, no name, no address**.

    ``post`` is the place among the posts as they were read, from 0: **who has the archive can go back to the post, nobody else can**.
    ``author`` is a keyed hash. ``sentiment`` is between -1 and 1, to four decimals; it, ``tone`` and ``scorer`` are null where
    nothing could be scored: no words, or no scorer for the language. ``embedding`` and ``topic`` stay null until they are made.
    """

    post = dy.UInt32()
    time = dy.Datetime(time_zone="UTC", time_unit="us")
    language = dy.String(nullable=True)
    kind = dy.Enum(KINDS)
    author = dy.String(nullable=True, regex=r"^[0-9a-f]{16}$")
    engagement = dy.Int64(nullable=True)
    sentiment = dy.Float64(nullable=True, min=-1, max=1)
    tone = dy.Enum(TONES, nullable=True)
    scorer = dy.String(nullable=True)
    embedding = dy.List(dy.Float32(), nullable=True)
    topic = dy.Int32(nullable=True)


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
        From a text to the words that are scored: without addresses, names of accounts and what marks a repost.
    aliases
        Names of the organisation that are taken out before scoring: **"united" alone is worth +1.8 to VADER**.
    mask
        From a text and aliases to the text without them.
    language
        Of posts that carry none.
    """

    key: bytes = field(repr=False)
    scorer_for: Callable[[str], Scorer | None]
    clean: Callable[[str], str]
    mask: Callable[[str, tuple[str, ...]], str]
    aliases: tuple[str, ...] = ()
    language: str | None = None


class Remembered:
    """A bounded memory of scores: what was not asked for during the last ``most`` new texts is forgotten.

    Parameters
    ----------
    most
        Texts of a generation; **two generations are kept**.
    """

    def __init__(self, most: int = REMEMBERED) -> None:
        self.most, self._young, self._old = most, {}, {}

    def __len__(self) -> int:
        return len(self._young) + len(self._old)

    def recall(self, texts: Iterable[str]) -> dict[str, float | None]:
        """The scores of those texts that are remembered."""
        young, old, scores = self._young, self._old, {}
        for text in texts:
            if text in young:
                scores[text] = young[text]
            elif text in old:
                scores[text] = old[text]
        return scores

    def learn(self, scores: dict[str, float | None]) -> None:
        """Remember scores, and those just recalled a while longer."""
        if len(self._young) + len(scores) > self.most:
            self._old, self._young = self._young, {}
        self._young.update(scores)


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

    def scores(self, texts: list[str]) -> list[float | None]:
        """A score for each text, null where no word is left of it.

        Parameters
        ----------
        texts
            As they stand in the archive.
        """
        known, clean = self.raw.recall(texts), self.recipe.clean
        words = {text: clean(text) for text in dict.fromkeys(texts) if text not in known}
        judged = self._judged(list(dict.fromkeys(words.values())))
        known |= {text: judged[left] for text, left in words.items()}
        self.raw.learn(known)
        return [known[text] for text in texts]

    def _judged(self, texts: list[str]) -> dict[str, float | None]:
        """The scores of cleaned texts, each once: those that are new are masked and scored."""
        known, mask, aliases = self.cleaned.recall(texts), self.recipe.mask, self.recipe.aliases
        new = {text: masked for text in texts if text not in known and (masked := mask(text, aliases).strip())}
        known |= dict(zip(new, map(_rounded, self.scorer.score(list(new.values()))), strict=True)) if new else {}
        known |= {text: None for text in texts if text not in known}
        self.cleaned.learn(known)
        return known


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
    scored = part.select("row", sentiment=pl.Series(judge.scores(part["text"].to_list()), dtype=pl.Float64))
    return scored.with_columns(tone=tone.cast(pl.Enum(TONES)), scorer=named)


@functools.lru_cache(maxsize=8)
def _judge(recipe: Recipe, language: str | None) -> Judge | None:
    """The judge of a language, kept between the batches of a worker."""
    scorer = recipe.scorer_for(language) if language else None
    return None if scorer is None else Judge(scorer, recipe)


def _rounded(score: float | None) -> float | None:
    return None if score is None or math.isnan(score) else round(float(score), DECIMALS) + 0.0
