"""English by VADER, with the package's own lexicon and rules, several times as fast.

``polarity_scores`` looks up each word a dozen times and lowers every text again for every word. Here a word is read
once and remembered, and only the surroundings of words with a valence are looked at. **The scores are the package's
own to the last digit**; a test compares them on tens of thousands of texts and on random ones. With a version of the
package for which that was not shown, its own code scores.
"""

from __future__ import annotations

import functools
import string
from collections.abc import Sequence
from importlib import metadata

from vaderSentiment import vaderSentiment as vader

VERSION = metadata.version("vaderSentiment")
SHOWN_EQUAL = ("3.3.2",)
WORDS_REMEMBERED = 50_000

_NEGATING = frozenset(vader.NEGATE)
_PHRASES = [phrase for phrase in (*vader.SPECIAL_CASES, *vader.BOOSTER_DICT) if " " in phrase or phrase == "badass"]
_SIGNS_OF_PHRASES = frozenset(max(phrase.split(), key=len) for phrase in _PHRASES)
_AGAIN = ("so", "this")
_TURNING = _SIGNS_OF_PHRASES.union(_AGAIN, ("no", "least"))


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

    def score(self, texts: Sequence[str]) -> list[float]:
        """The ``compound`` score of each text."""
        return list(map(_compound(), texts))


@functools.cache
def _compound():
    analyser = vader.SentimentIntensityAnalyzer()
    if VERSION in SHOWN_EQUAL:
        return _Reading(analyser).compound
    return lambda text: analyser.polarity_scores(text)["compound"]


class _Word:
    """All that VADER asks of a word, whatever stands around it."""

    __slots__ = ("boost", "charge", "charged", "known", "lower", "negates", "turns", "upper")

    def __init__(self, token: str, lexicon: dict[str, float]) -> None:
        stripped = token.strip(string.punctuation)
        word = token if len(stripped) <= 2 else stripped  # short ones may be emoticons
        self.lower = word.lower()
        self.upper = word.isupper()
        self.known = self.lower in lexicon
        self.boost = vader.BOOSTER_DICT.get(self.lower, 0.0)
        self.charged = self.known and not self.boost
        self.charge = lexicon[self.lower] if self.charged else 0.0
        self.negates = self.lower in _NEGATING or "n't" in self.lower
        self.turns = bool(self.boost) or self.negates or self.lower in _TURNING


class _Words(dict):
    """Words by the token they stand for; the first ``WORDS_REMEMBERED`` are read once only, the rarer rest each time."""

    def __init__(self, lexicon: dict[str, float]) -> None:
        self.lexicon = lexicon

    def __missing__(self, token: str) -> _Word:
        word = _Word(token, self.lexicon)
        if len(self) < WORDS_REMEMBERED:
            self[token] = word
        return word


class _Reading:
    def __init__(self, analyser: vader.SentimentIntensityAnalyzer) -> None:
        # emojis of several signs are not found by the package either; spaces more or less make no difference
        self.emojis = {sign: f" {words}" for sign, words in analyser.emojis.items() if len(sign) == 1}
        self.spelt = str.maketrans(self.emojis)
        self.words = _Words(analyser.lexicon)

    def compound(self, text: str) -> float:
        """``polarity_scores(text)["compound"]``."""
        if not text.isascii() and not self.emojis.keys().isdisjoint(text):
            text = text.translate(self.spelt)
        words = list(map(self.words.__getitem__, text.split()))
        charged = [index for index, word in enumerate(words) if word.charged]
        if not charged:
            return 0.0
        shouting = 0 < [word.upper for word in words].count(True) < len(words)
        valences = [_valence(words, index, shouting) for index in charged]
        if "but" in text.lower():
            valences = _weighed(words, charged, valences)
        return _normalised(float(sum(valences)), text)


def _valence(words: list[_Word], index: int, shouting: bool) -> float:
    word = words[index]
    if True not in [near.turns for near in words[max(index - 3, 0) : index + 3]]:
        return word.charge if not (word.upper and shouting) else _shouted(word.charge)
    return _turned(words, index, shouting)


def _shouted(valence: float) -> float:
    return valence + vader.C_INCR if valence > 0 else valence - vader.C_INCR


def _turned(words: list[_Word], index: int, shouting: bool) -> float:
    """The valence of a word next to others that turn, strengthen or weaken it."""
    word = words[index]
    if word.lower == "kind" and index + 1 < len(words) and words[index + 1].lower == "of":
        return 0
    valence = _with_no(words, index)
    if word.upper and shouting:
        valence = _shouted(valence)
    for distance in range(1, min(index, 3) + 1):
        before = words[index - distance]
        if not before.known:
            if before.boost:
                valence += _boost(before, valence, shouting, distance)
            valence = _negated(valence, words, index, distance)
            if distance == 3:
                valence = _with_phrases(valence, words, index)
    return _with_least(valence, words, index)


def _with_no(words: list[_Word], index: int) -> float:
    """The word's own valence, turned round by a "no" shortly before it."""
    word = words[index]
    before = [word.lower for word in words[max(index - 3, 0) : index]]
    if "no" in before[-2:] or (len(before) == 3 and before[0] == "no" and before[2] in ("or", "nor")):
        return word.charge * vader.N_SCALAR
    if word.lower == "no" and index + 1 < len(words) and words[index + 1].known:
        return 0.0
    return word.charge


def _boost(before: _Word, valence: float, shouting: bool, distance: int) -> float:
    boost = -before.boost if valence < 0 else before.boost
    if before.upper and shouting:
        boost += vader.C_INCR if valence > 0 else -vader.C_INCR
    return boost * (1, 0.95, 0.9)[distance - 1]


def _negated(valence: float, words: list[_Word], index: int, distance: int) -> float:
    before = words[index - distance]
    if distance == 1:
        return valence * vader.N_SCALAR if before.negates else valence
    between = [word.lower for word in words[index - distance + 1 : index]]
    # "this" and "so" right before a word strengthen it, with or without a "never" three words before: as in the package
    if (before.lower == "never" and between[0] in _AGAIN) or (distance == 3 and between[1] in _AGAIN):
        return valence * 1.25
    if before.negates and not (before.lower == "without" and "doubt" in between):
        return valence * vader.N_SCALAR
    return valence


def _with_phrases(valence: float, words: list[_Word], index: int) -> float:
    lowered = [word.lower for word in words[index - 3 : index + 3]]
    if _SIGNS_OF_PHRASES.isdisjoint(lowered):
        return valence
    third, second, first, own, *after = lowered  # the words before, counted from the word itself
    before = (f"{third} {second} {first}", f"{third} {second}", f"{second} {first}")
    around = (f"{first} {own}", f"{second} {first} {own}", before[2], before[0], before[1])
    valence = next((vader.SPECIAL_CASES[phrase] for phrase in around if phrase in vader.SPECIAL_CASES), valence)
    for count in range(1, len(after) + 1):
        valence = vader.SPECIAL_CASES.get(" ".join([own, *after[:count]]), valence)
    for phrase in before:
        valence += vader.BOOSTER_DICT.get(phrase, 0)
    return valence


def _with_least(valence: float, words: list[_Word], index: int) -> float:
    if not index or words[index - 1].lower != "least" or words[index - 1].known:
        return valence
    if index > 1 and words[index - 2].lower in ("at", "very"):
        return valence
    return valence * vader.N_SCALAR


def _weighed(words: list[_Word], charged: list[int], valences: list[float]) -> list[float]:
    """What stands before a "but" counts half, what comes after it half as much again."""
    but = next((index for index, word in enumerate(words) if word.lower == "but"), None)
    if but is None:
        return valences
    complete = [0.0] * len(words)
    for index, valence in zip(charged, valences, strict=True):
        complete[index] = valence
    for valence in complete:
        first = complete.index(valence)  # of equal valences the first is weighed, again and again: as in the package
        if first != but:
            complete[first] = valence * (0.5 if first < but else 1.5)
    return complete


def _normalised(total: float, text: str) -> float:
    if total:
        emphasis = _emphasis(text)
        total += emphasis if total > 0 else -emphasis
    return round(vader.normalize(total), 4)


def _emphasis(text: str) -> float:
    questions = text.count("?")
    asked = 0 if questions < 2 else questions * 0.18 if questions <= 3 else 0.96
    return min(text.count("!"), 4) * 0.292 + asked
