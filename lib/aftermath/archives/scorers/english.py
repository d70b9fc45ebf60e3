"""English by VADER, with the package's own lexicon and rules, for thousands of texts at once.

``polarity_scores`` goes through a text word by word, and through its lists for each word. Here the words of all texts stand
in one column: those that VADER knows become numbers, and each of its rules is applied to all words with a valence together,
in its order and by the same operations. **The scores are the package's own to the last digit**; tests compare them on tens of
thousands of texts and on random ones. With a version of the package for which that was not shown, its own code scores.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import polars as pl
from vaderSentiment import vaderSentiment as vader

from aftermath.archives.scorers.protocol import rounded

VERSION = metadata.version("vaderSentiment")
SHOWN_EQUAL = ("3.3.2",)
TEXTS_AT_ONCE = 20_000
TOKENS_REMEMBERED = 1 << 17

_SEED = 2014
_OF_RULES = "no or nor never so this without doubt at very least kind of but".split()
_PHRASES = {phrase for phrase in (*vader.SPECIAL_CASES, *vader.BOOSTER_DICT) if " " in phrase}
_TURNING = {"so", "this", "no", "least", *(max(phrase.split(), key=len) for phrase in _PHRASES)}
_REACH = 3  # words before one with a valence that may turn it
_AROUND = np.arange(-_REACH, _REACH)
_OTHER_SPACE = r"[^\S ]|[\x1c-\x1f]"  # what Python takes for space, besides the common one
_OTHER_ASCII_SPACE = r"[\t-\r\x1c-\x1f]"


class Vader:
    """VADER (Hutto and Gilbert 2014): a lexicon of 7,500 words, with rules for negation, degree, capitals and "but".

    The thresholds are its authors'.

    Examples
    --------
    >>> Vader().score(["The crew was kind.", "HORRIBLE, and not one word of regret!", ""])
    [0.5267, -0.8087, 0.0]
    """

    id = f"vader {VERSION}"
    language = "en"
    negative, positive = -0.05, 0.05

    def score(self, texts: Sequence[str] | pl.Series) -> list[float]:
        """The ``compound`` score of each text."""
        compound, column = _compound(), pl.Series(texts, dtype=pl.String)
        return [score for some in column.to_frame().iter_slices(TEXTS_AT_ONCE) for score in compound(some.to_series())]


@functools.cache
def _compound() -> Callable[[pl.Series], list[float]]:
    analyser = vader.SentimentIntensityAnalyzer()
    if VERSION in SHOWN_EQUAL:
        return _Rules(analyser).compound
    return lambda texts: [analyser.polarity_scores(text)["compound"] for text in texts]


class _Words:
    """From what stands between spaces to the words that VADER sees: their codes, and whether they are in capitals.

    What a token is was mostly seen before: it is kept by its hash, in a table where who comes first stays. **Any two of a
    million tokens share a 64-bit hash with a probability of one in thirty million.**
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._vocabulary = pl.Enum(vocabulary)
        self.other, self.negating, self.blank, self.edge = range(len(vocabulary), len(vocabulary) + 4)
        self._hashes = np.zeros(TOKENS_REMEMBERED, np.uint64)
        self._codes = np.zeros(TOKENS_REMEMBERED, np.int16)
        self._capitals = np.zeros(TOKENS_REMEMBERED, bool)

    def read(self, tokens: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        """Codes of words, and whether they are in capitals."""
        hashes = tokens.hash(_SEED).to_numpy()
        places = hashes & np.uint64(TOKENS_REMEMBERED - 1)
        codes, capitals = self._codes[places], self._capitals[places]
        new = np.flatnonzero(self._hashes[places] != hashes)
        codes[new], capitals[new] = self._new(tokens.gather(new))
        kept = new[self._hashes[places[new]] == 0]
        self._hashes[places[kept]], self._codes[places[kept]], self._capitals[places[kept]] = (
            hashes[kept],
            codes[kept],
            capitals[kept],
        )
        return codes, capitals

    def _new(self, tokens: pl.Series) -> tuple[np.ndarray, np.ndarray]:
        stripped = tokens.str.strip_chars(string.punctuation)
        short = stripped.str.len_chars() <= 2  # may be an emoticon
        words = pl.select(pl.when(short).then(tokens).otherwise(stripped)).to_series().str.to_lowercase()
        codes = words.cast(self._vocabulary, strict=False).to_physical().fill_null(self.other)
        codes = codes.to_numpy().astype(np.int16)
        codes[(codes == self.other) & words.str.contains("n't", literal=True).to_numpy()] = self.negating
        codes[(words == "").to_numpy()] = self.blank
        return codes, np.fromiter(map(str.isupper, tokens), bool, len(tokens))


class _Texts(NamedTuple):
    """All words of some texts in a row; before, between and after the texts stand ``_REACH`` edges.

    Parameters
    ----------
    codes
        What each is: a place in the tables of ``_Rules``.
    shouted
        Whether it is in capitals and others of its text are not.
    owners
        Number of the text.
    """

    codes: np.ndarray
    shouted: np.ndarray
    owners: np.ndarray

    @classmethod
    def of(cls, texts: pl.Series, words: _Words) -> _Texts:
        """The words of texts, with common spaces between them."""
        parts, numbers = texts.str.split(" "), np.arange(len(texts))
        owners = np.repeat(numbers, parts.list.len().to_numpy())
        codes, capitals = words.read(parts.explode())
        if (blank := codes == words.blank).any():
            owners, codes, capitals = owners[~blank], codes[~blank], capitals[~blank]
        lengths, loud = np.bincount(owners, minlength=len(texts)), np.flatnonzero(capitals)
        louder = np.bincount(owners[loud], minlength=len(texts))
        shouts = (louder > 0) & (louder < lengths)
        places = np.arange(len(codes)) + _REACH * (owners + 1)
        padded_owners = np.repeat(np.append(0, numbers), np.append(_REACH, lengths + _REACH))
        padded, shouted = np.full(len(padded_owners), words.edge, np.int16), np.zeros(len(padded_owners), bool)
        padded[places], shouted[places[loud]] = codes, shouts[owners[loud]]
        return cls(padded, shouted, padded_owners)


class _Rules:
    """The lexicon as tables by the code of a word, and the rules.

    Codes are places in ``vocabulary``; after them come those of ``_Words``.
    """

    def __init__(self, analyser: vader.SentimentIntensityAnalyzer) -> None:
        lexicon, boosters = analyser.lexicon, vader.BOOSTER_DICT
        in_phrases = [word for phrase in _PHRASES for word in phrase.split()]
        self.vocabulary = sorted({*lexicon, *boosters, *vader.NEGATE, *in_phrases, *_OF_RULES})
        self.code = {word: code for code, word in enumerate(self.vocabulary)}
        self.words = _Words(self.vocabulary)
        words = [*self.vocabulary, "", "n't", "", ""]
        self.known = np.array([word in lexicon for word in words])
        self.boost = np.array([boosters.get(word, 0.0) for word in words])
        self.charge = np.array([0.0 if word in boosters else lexicon.get(word, 0.0) for word in words])
        self.charged = self.known & (self.boost == 0)
        self.negates = np.array([word in vader.NEGATE or "n't" in word for word in words])
        self.turns = self.negates | (self.boost != 0) | np.array([word in _TURNING for word in words])
        self.edge = self.words.edge
        self.unknown = ~self.known
        self.unknown[self.edge] = False  # before a word rules look at unknown ones alone, and at no edge
        begins = [phrase.split()[:2] for phrase in _PHRASES]
        self.phrases = np.array([self.code[first] * self.edge + self.code[second] for first, second in begins])
        # emojis of several signs are not found by the package either; spaces more or less make no difference
        emojis = {sign: f" {words}" for sign, words in analyser.emojis.items() if len(sign) == 1}
        self.emojis, self.spelt = list(emojis), list(emojis.values())
        self.unplain = rf"[{''.join(emojis)}]|{_OTHER_SPACE}"

    def compound(self, texts: pl.Series) -> list[float]:
        """``polarity_scores(text)["compound"]`` of each text."""
        texts = self._plain(texts)
        read = _Texts.of(texts, self.words)
        at = np.flatnonzero(self.charged[read.codes])
        valences = self._weighed(read, at, self._valences(read, at))
        owners, sums = _sums(read.owners[at], valences)
        totals = np.zeros(len(texts))
        totals[owners] = sums
        return _normalised(totals, texts)

    def _plain(self, texts: pl.Series) -> pl.Series:
        """Texts with emojis in words, and one kind of space."""
        text = pl.first()
        beyond = text.str.len_bytes() > text.str.len_chars()  # ASCII: told at once, as most texts are in it
        odd = beyond | text.str.contains(_OTHER_ASCII_SPACE)
        places = texts.to_frame().select(odd.arg_true()).to_series()
        places = places.filter(texts.gather(places).str.contains(self.unplain))
        if places.is_empty():
            return texts
        spelt = texts.gather(places).str.replace_many(self.emojis, self.spelt)
        # a scatter changes the column that it is called on
        return texts.clone().scatter(places, spelt.str.replace_all(_OTHER_SPACE, " "))

    def _is(self, codes: np.ndarray, *words: str) -> np.ndarray:
        return np.logical_or.reduce([codes == self.code[word] for word in words])

    def _valences(self, read: _Texts, at: np.ndarray) -> np.ndarray:
        """The valence of each charged word, turned, strengthened and weakened by those around it."""
        charge = self.charge[read.codes[at]]
        valences = np.where(read.shouted[at], _louder(charge, charge), charge)
        turns = self.turns[read.codes]
        near = np.flatnonzero(np.logical_or.reduce([turns[at + place] for place in _AROUND]))
        valences[near] = self._turned(read, at[near])
        return valences

    def _turned(self, read: _Texts, at: np.ndarray) -> np.ndarray:
        """The valences of words next to others that turn, strengthen or weaken them."""
        own, after = read.codes[at], read.codes[at + 1]
        first, second, third = before = [read.codes[at - distance] for distance in (1, 2, 3)]
        charge = self.charge[own]
        valence = np.where(self._is(own, "no") & self.known[after], 0.0, charge)
        no = self._is(first, "no") | self._is(second, "no") | (self._is(third, "no") & self._is(first, "or", "nor"))
        valence = np.where(no, charge * vader.N_SCALAR, valence)
        valence = np.where(read.shouted[at], _louder(valence, valence), valence)
        factors = self._factors(*before)
        for near, place, weight, factor in zip(before, (1, 2, 3), (1, 0.95, 0.9), factors, strict=True):
            boost = np.where(valence < 0, -self.boost[near], self.boost[near])
            boost = np.where(read.shouted[at - place] & (boost != 0), _louder(boost, valence), boost)
            valence = np.where(self.unknown[near], (valence + boost * weight) * factor, valence)
        self._put_phrases(valence, read, at)
        least = self._is(first, "least") & self.unknown[first] & ~self._is(second, "at", "very")
        valence = np.where(least, valence * vader.N_SCALAR, valence)
        return np.where(self._is(own, "kind") & self._is(after, "of"), 0.0, valence)

    def _factors(self, first: np.ndarray, second: np.ndarray, third: np.ndarray) -> Iterator[np.ndarray]:
        """What a valence is multiplied by because of each of the three words before it: -0.74 where they negate."""
        again, doubt = self._is(first, "so", "this"), self._is(first, "doubt")
        yield np.where(self.negates[first], vader.N_SCALAR, 1.0)
        negates = self.negates[second] & ~(self._is(second, "without") & doubt)
        factor = np.where(negates, vader.N_SCALAR, 1.0)
        yield np.where(self._is(second, "never") & again, 1.25, factor)
        negates = self.negates[third] & ~(self._is(third, "without") & (doubt | self._is(second, "doubt")))
        factor = np.where(negates, vader.N_SCALAR, 1.0)
        # "this" and "so" right before a word strengthen it, with or without a "never" three words before: as in the package
        yield np.where((self._is(third, "never") & self._is(second, "so", "this")) | again, 1.25, factor)

    def _put_phrases(self, valence: np.ndarray, read: _Texts, at: np.ndarray) -> None:
        """Give a word in a phrase such as "to die for" the valence of that; few texts have one."""
        around = read.codes[at[:, None] + _AROUND].astype(np.int64)
        pairs = around[:, :-1] * self.edge + around[:, 1:]
        rows = np.flatnonzero(np.isin(pairs, self.phrases).any(axis=1) & self.unknown[around[:, 0]])
        for row, codes in zip(rows.tolist(), around[rows].tolist(), strict=True):
            words = [self.vocabulary[code] if code < self.words.other else "" for code in codes]
            valence[row] = _with_phrases(valence[row], words)

    def _weighed(self, read: _Texts, at: np.ndarray, valences: np.ndarray) -> list[float]:
        """The valences: what stands before a "but" counts half, what comes after it half as much again."""
        weighed = valences.tolist()
        buts = np.flatnonzero(read.codes == self.code["but"])
        owners, first = np.unique(read.owners[buts], return_index=True)
        starts, ends = (np.searchsorted(read.owners[at], owners, side) for side in ("left", "right"))
        for but, start, end in zip(buts[first], starts.tolist(), ends.tolist(), strict=True):
            some = weighed[start:end]
            for valence in some:
                # of equal valences the first is weighed, again and again: as in the package
                place = some.index(valence)
                if at[start + place] != but:
                    some[place] = valence * (0.5 if at[start + place] < but else 1.5)
            weighed[start:end] = some
        return weighed


def _with_phrases(valence: float, lowered: list[str]) -> float:
    """A valence in its surroundings: three words before, the word itself, two after; blank where there are none."""
    third, second, first, own, *after = lowered
    before = (f"{third} {second} {first}", f"{third} {second}", f"{second} {first}")
    around = (f"{first} {own}", f"{second} {first} {own}", before[2], before[0], before[1])
    valence = next((vader.SPECIAL_CASES[phrase] for phrase in around if phrase in vader.SPECIAL_CASES), valence)
    for count in (1, 2):
        valence = vader.SPECIAL_CASES.get(" ".join([own, *after[:count]]), valence)
    for phrase in before:
        valence += vader.BOOSTER_DICT.get(phrase, 0)
    return valence


def _sums(owners: np.ndarray, valences: list[float]) -> tuple[np.ndarray, list[float]]:
    """Texts that have valences, and the sum of each, added up as Python does it."""
    starts = np.flatnonzero(np.diff(owners, prepend=-1))
    bounds = [*starts.tolist(), len(valences)]
    return owners[starts], [sum(valences[start:end]) for start, end in pairwise(bounds)]


def _louder(strength: np.ndarray, valence: np.ndarray) -> np.ndarray:
    """A valence, or what is added to one, as it is in capitals."""
    return np.where(valence > 0, strength + vader.C_INCR, strength - vader.C_INCR)


def _normalised(totals: np.ndarray, texts: pl.Series) -> list[float]:
    """Sums with the emphasis of exclamation and question marks, brought between -1 and 1."""
    exclaimed, asked = (texts.str.count_matches(mark, literal=True).to_numpy() for mark in "!?")
    emphasis = np.minimum(exclaimed, 4) * 0.292
    emphasis += np.where(asked < 2, 0, np.where(asked <= 3, asked * 0.18, 0.96))
    totals = np.where(totals > 0, totals + emphasis, np.where(totals < 0, totals - emphasis, totals))
    return rounded((totals / np.sqrt(totals * totals + 15)).clip(-1, 1)).tolist()
