"""What a text loses before it is scored: addresses, handles, marks of reposting, and the organisation's own names."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from typing import TypeVar

import polars as pl

from aftermath.archives.entities import unescaped

Texts = TypeVar("Texts", str, pl.Series)  # one text, or many
MASK = "org"
MASK_CHINESE = "某某"  # "so-and-so": stands where a name would stand

# Scripts that do not put spaces between words: there a name is found anywhere, elsewhere only as a word.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_ENDS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_BEFORE_WORD, _AFTER_WORD = rf"(?<![^\W{_UNSPACED}])", rf"(?![^\W{_UNSPACED}])"

# Chinese posts write on directly after an address, so that only ASCII belongs to it; a mark at its end does not.
_ADDRESS = re.compile(r"(?:(?i:https?:)(?://(?:[!-~]*[0-9A-Za-z/])?)?|(?<![0-9A-Za-z])(?i:www\.)[!-~]*[0-9A-Za-z/])…?")
_NAME = r"[@＠][\w·-]{1,30}"
_REPOSTED = rf"(?:(?<![0-9A-Za-z_])[Rr][Tt]\s*|//\s*|回[复覆復]\s*){_NAME}(?:\s?[:：])?"
_HANDLE = re.compile(rf"{_REPOSTED}|(?<![0-9A-Za-z_.+-]){_NAME}")
_EMPTY_REPOST = "转发微博|轉發微博"  # Weibo writes this where a reposter wrote nothing

# The same for many texts at once, by an engine that cannot look behind itself; texts in which that or a letter outside
# ASCII would matter are left to the patterns above.
_OUTSIDE = r"[^\x00-\x7f\u2013-\u201f…]"  # letters there are not the same to both; dashes and quotation marks are none
_PLAIN_ADDRESS = _ADDRESS.pattern.replace("(?<![0-9A-Za-z])", r"(?-u:\b)")
_OTHER_ADDRESS = r"(?i)_www\."
_PLAIN_HANDLE = r"(?:(?-u:\b)[Rr][Tt]\s*|//\s*)@(?-u:[\w-]{1,30})(?:\s?:)?|@(?-u:[\w-]{1,30})"
_OTHER_HANDLE = rf"[0-9A-Za-z_.+-]@|@[0-9A-Za-z_-]*\s?{_OUTSIDE}|＠|回[复覆復]\s*@|[\x1c-\x1f]"
_UNEVEN = r"[\s\x1c-\x1f]{2,}|[^\S ]|[\x1c-\x1f]"


def clean(text: Texts) -> Texts:
    """A text without addresses, handles and marks of reposting; HTML entities are read, spaces drawn together.

    The words of a reposted text stay: who passes it on says them too.

    Parameters
    ----------
    text
        As posted, in any language; or a column of texts, **several times as fast as one by one**.

    Returns
    -------
    str or polars.Series
        **May be empty**: a link alone says nothing.

    Examples
    --------
    >>> clean("RT @someone: So sorry &lt;3 https://t.co/a1 @united")
    'So sorry <3'
    >>> clean("回复@某人:太差了//@另一个人：真的吗？http://t.cn/x看看")
    '太差了 真的吗？ 看看'
    """
    if isinstance(text, pl.Series):
        return _cleaned(text)
    if "&" in text:
        text = unescaped(text)
    if "http" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    if "@" in text or "＠" in text:
        text = _HANDLE.sub(" ", text)
    if "微博" in text:
        text = re.sub(_EMPTY_REPOST, " ", text)
    return " ".join(text.split())


def _cleaned(texts: pl.Series) -> pl.Series:
    texts = _mended(texts, texts.str.contains("&", literal=True), unescaped)
    addressed, other = texts.str.contains(r"http|://|www\."), texts.str.contains(_OTHER_ADDRESS)
    without = texts.str.replace_all(_PLAIN_ADDRESS, " ").zip_with(addressed & ~other, texts)
    texts = _mended(without, addressed & other, lambda text: _ADDRESS.sub(" ", text))
    other = texts.str.contains(_OTHER_HANDLE)
    without = texts.str.replace_all(_PLAIN_HANDLE, " ").zip_with(~other, texts)
    texts = _mended(without, other, lambda text: _HANDLE.sub(" ", text))
    return texts.str.replace_all(_EMPTY_REPOST, " ").str.replace_all(_UNEVEN, " ").str.strip_chars(" ")


def _mended(texts: pl.Series, which: pl.Series, mend: Callable[[str], str]) -> pl.Series:
    """Texts, some of them mended one by one."""
    if not which.any():
        return texts
    # a scatter changes the column that it is called on
    return texts.clone().scatter(which.arg_true(), [mend(text) for text in texts.filter(which)])


class Masking:
    """Names that are hidden from a scorer, because **a name is no opinion**: "united" is worth +1.8 in VADER's lexicon.

    Latin names are found as whole words, Chinese ones anywhere; longest first, in any case. Capitals stay capitals,
    because VADER reads shouting from them.

    Parameters
    ----------
    aliases
        Names of the organisation, its products and people. Blank ones are passed over; **none of them is read as a
        pattern**.
    """

    def __init__(self, aliases: Iterable[str]) -> None:
        names = sorted({" ".join(alias.split()) for alias in aliases}, key=lambda name: (-len(name), name))
        self.aliases = tuple(filter(None, names))
        # a plain search for one word of each name spares most texts the pattern
        self._signs = tuple({max(name.split(), key=len).lower() for name in self.aliases})
        self._pattern = re.compile("|".join(map(_pattern, self.aliases)), re.IGNORECASE)

    def __call__(self, text: Texts) -> Texts:
        """The text, or each of a column of texts, with every name hidden."""
        if isinstance(text, pl.Series):
            return self._hidden_in(text) if self.aliases else text
        lowered = text.lower()
        if any(sign in lowered for sign in self._signs):
            return self._pattern.sub(_hidden, text)
        return text

    def _hidden_in(self, texts: pl.Series) -> pl.Series:
        """Texts with every name hidden; those in which letters outside ASCII may matter are looked at one by one."""
        if not all(map(str.isascii, self.aliases)):
            return _mended(texts, texts.str.to_lowercase().str.contains_any(list(self._signs)), self)
        # a name becomes its capitals between two signs, or nothing between them where it has small letters
        capitals = "".join(f"${{{place + 1}}}" for place in range(len(self.aliases)))
        hidden = texts.str.replace_all("|".join(map(_plain_pattern, self.aliases)), f"\0{capitals}\1")
        hidden = hidden.str.replace_all("\0\1", MASK, literal=True).str.replace_all("\0[^\1]+\1", MASK.upper())
        names = f"(?i:{'|'.join(map(_spaced, self.aliases))})"
        other = texts.str.contains(rf"{_OUTSIDE}{names}|{names}{_OUTSIDE}|[\x00\x01\x1c-\x1f\u0130\u0131\u017f\u212a]")
        return _mended(hidden.zip_with(~other, texts), other, self)


def _spaced(name: str) -> str:
    return r"\s+".join(map(re.escape, name.split()))


def _pattern(name: str) -> str:
    before = "" if _ENDS_UNSPACED.match(name[0]) or not re.match(r"\w", name[0]) else _BEFORE_WORD
    after = "" if _ENDS_UNSPACED.match(name[-1]) or not re.match(r"\w", name[-1]) else _AFTER_WORD
    return f"{before}{_spaced(name)}{after}"


def _plain_pattern(name: str) -> str:
    """The same for a name in ASCII among ASCII, with its capitals as a group; one without letters has none."""
    before = r"(?-u:\b{start-half})" if re.match(r"\w", name[0]) else ""
    after = r"(?-u:\b{end-half})" if re.match(r"\w", name[-1]) else ""
    capitals = f"({_spaced(name.upper())})" if name.upper().isupper() else "([^\\s\\S])"
    return f"{before}(?:{capitals}|(?i:{_spaced(name)})){after}"


def _hidden(match: re.Match) -> str:
    matched = match[0]
    if _ENDS_UNSPACED.search(matched):
        return MASK_CHINESE
    return MASK.upper() if matched.isupper() else MASK


@functools.lru_cache(maxsize=64)
def _masking(aliases: tuple[str, ...]) -> Masking:
    return Masking(aliases)


def mask(text: Texts, aliases: Iterable[str]) -> Texts:
    """A text in which the organisation's names are hidden; see ``Masking``.

    Parameters
    ----------
    text
        Cleaned or not; or a column of texts.
    aliases
        Names to hide.

    Returns
    -------
    str or polars.Series

    Examples
    --------
    >>> mask("UNITED lost it. United's united front, Unitedly", ["United", "United Airlines"])
    "ORG lost it. org's org front, Unitedly"
    >>> mask("蒙牛GM汽车", ["蒙牛", "gm"])
    '某某ORG汽车'
    """
    return _masking(tuple(aliases))(text)
