"""Chinese by a linear model of our own: characters and pairs of characters, hashed, each bucket with one coefficient.

The coefficients lie beside this module, ``chinese.npz``, made by ``tools/chinese_scorer.py`` from three sets of
labelled reviews; ``chinese.json`` says from which files, with which seed, and how well it does. **No word of the
reviews is in them**: a coefficient belongs to a bucket of a hash, and no string longer than two characters was
counted. Nothing is segmented, so a batch is a few operations on arrays.
"""

from __future__ import annotations

import functools
import math
import re
import unicodedata
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

COEFFICIENTS = Path(__file__).with_name("chinese.npz")
VERSION = "1"
DOMAINS = ("hotels", "meals", "shopping")
BITS = 17
LONGEST = 2  # characters counted together
TEXTS_AT_ONCE = 2_000
HELD_OUT = 3  # of ten

_OTHER_SIGNS = re.compile(r"[^\w!?]+")
_CHINESE = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MIX, _SPREAD = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBF58476D1CE4E5B9)


class Chinese:
    """Reviews of hotels, meals and goods taught it what praise and complaint look like; posts it has never seen.

    Parameters
    ----------
    without
        One of ``DOMAINS``: the model that was taught without reviews of that kind, for honest validation.

    Raises
    ------
    KeyError
        If ``without`` is no domain.

    Examples
    --------
    >>> worse, better = Chinese().score(["服务太差了，再也不来", "很好吃，谢谢！"])
    >>> worse < -0.9, better > 0.9
    (True, True)
    """

    language = "zh"
    # Odds of four to one. Reviews are never neutral, so that no threshold can be measured on them: on a kind of review
    # that was not taught, eight in ten calls at the edge are right, and of plain news sentences one in four is called something.
    negative, positive = -0.6, 0.6

    def __init__(self, without: str | None = None) -> None:
        self._model = f"without_{without}" if without else "all"
        self.id = f"characters-zh {VERSION}" + (f" (without {without})" if without else "")
        _coefficients(self._model)

    def score(self, texts: Sequence[str]) -> list[float]:
        """Twice the probability of praise, less one; **NaN for a text without a Chinese character**."""
        starts = range(0, len(texts), TEXTS_AT_ONCE)
        return [score for start in starts for score in self._batch(texts[start : start + TEXTS_AT_ONCE])]

    def _batch(self, texts: Sequence[str]) -> list[float]:
        weights, constant = _coefficients(self._model)
        owners, buckets = counted_buckets(texts)
        sums = np.bincount(owners, weights[buckets], minlength=len(texts))
        counts = np.bincount(owners, minlength=len(texts))
        scores = np.tanh((sums / np.sqrt(np.maximum(counts, 1)) + constant) / 2)
        return [
            round(float(score), 4) if _CHINESE.search(text) else math.nan
            for score, text in zip(scores, texts, strict=True)
        ]


@functools.cache
def _coefficients(model: str) -> tuple[np.ndarray, float]:
    """Coefficients by bucket, and the constant."""
    with np.load(COEFFICIENTS, allow_pickle=False) as stored:
        scale, constant = stored[f"{model}_scale_and_constant"]
        return stored[model].astype(np.float64) * scale, float(constant)


def normal(text: str) -> str:
    """A text as it is counted: compatibility forms made one, lower case, signs other than ! and ? as spaces."""
    return _OTHER_SIGNS.sub(" ", unicodedata.normalize("NFKC", text).lower())


def held_out(text: str) -> bool:
    """Whether a labelled text was kept from teaching, so that the shipped model may be checked on it: three in ten.

    It depends on the words alone, so that a text posted twice is not on both sides.
    """
    return zlib.crc32(normal(text).encode("utf-8", "replace")) % 10 < HELD_OUT


def counted_buckets(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Where each character and each pair of neighbours goes.

    Parameters
    ----------
    texts
        As posted, masked or not.

    Returns
    -------
    owners, buckets
        Two arrays of the same length: number of the text, and bucket from 0 to ``2 ** BITS`` - 1.
    """
    codes = [np.frombuffer(normal(text).encode("utf-32-le", "replace"), dtype="<u4") for text in texts]
    owner = np.repeat(np.arange(len(codes)), [len(text_codes) for text_codes in codes])
    code = np.concatenate([*codes, np.empty(0, "<u4")]).astype(np.uint64)
    strings = [_strings(code, owner, length) for length in range(1, LONGEST + 1)]
    return np.concatenate([owners for owners, _ in strings]), np.concatenate([buckets for _, buckets in strings])


def _strings(code: np.ndarray, owner: np.ndarray, length: int) -> tuple[np.ndarray, np.ndarray]:
    """Owners and buckets of all strings of one length; none reaches from one text into the next."""
    ends = len(code) - length + 1
    mixed = np.full(max(ends, 0), length, dtype=np.uint64)
    for step in range(length):
        mixed = (mixed ^ code[step : ends + step]) * _MIX
        mixed ^= mixed >> np.uint64(29)
    whole = owner[: max(ends, 0)] == owner[length - 1 :]
    return owner[: max(ends, 0)][whole], ((mixed * _SPREAD) >> np.uint64(64 - BITS)).astype(np.int64)[whole]
