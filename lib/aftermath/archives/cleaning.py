"""What a text loses before it is scored: addresses, handles, marks of reposting, and the organisation's own names."""

from __future__ import annotations

import functools
import html
import re
from collections.abc import Iterable

MASK = "org"
MASK_CHINESE = "某某"  # "so-and-so": stands where a name would stand

# Scripts that do not put spaces between words: there a name is found anywhere, elsewhere only as a word.
_UNSPACED = (
    r"\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff"
)
_ENDS_UNSPACED = re.compile(f"[{_UNSPACED}]")
_BEFORE_WORD, _AFTER_WORD = rf"(?<![^\W{_UNSPACED}])", rf"(?![^\W{_UNSPACED}])"

# Chinese posts write on directly after an address, so that only ASCII belongs to it; a mark at its end does not.
_ADDRESS = re.compile(
    r"(?:https?:(?://(?:[!-~]*[0-9A-Za-z/])?)?|(?<![0-9A-Za-z])www\.[!-~]*[0-9A-Za-z/])…?", re.IGNORECASE
)
_NAME = r"[@＠][\w·-]{1,30}"
_REPOSTED = rf"(?:(?<![0-9A-Za-z_])[Rr][Tt]\s*|//\s*|回[复覆復]\s*){_NAME}(?:\s?[:：])?"
_HANDLE = re.compile(rf"{_REPOSTED}|(?<![0-9A-Za-z_.+-]){_NAME}")
_EMPTY_REPOST = re.compile(r"转发微博|轉發微博")  # Weibo writes this where a reposter wrote nothing


def clean(text: str) -> str:
    """A text without addresses, handles and marks of reposting; HTML entities are read, spaces drawn together.

    The words of a reposted text stay: who passes it on says them too.

    Parameters
    ----------
    text
        As posted, in any language.

    Returns
    -------
    str
        **May be empty**: a link alone says nothing.

    Examples
    --------
    >>> clean("RT @someone: So sorry &lt;3 https://t.co/a1 @united")
    'So sorry <3'
    >>> clean("回复@某人:太差了//@另一个人：真的吗？http://t.cn/x看看")
    '太差了 真的吗？ 看看'
    """
    if "&" in text:
        text = html.unescape(text)
    if "http" in text or "://" in text or "www." in text:
        text = _ADDRESS.sub(" ", text)
    if "@" in text or "＠" in text:
        text = _HANDLE.sub(" ", text)
    if "微博" in text:
        text = _EMPTY_REPOST.sub(" ", text)
    return " ".join(text.split())


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

    def __call__(self, text: str) -> str:
        """The text with every name hidden."""
        lowered = text.lower()
        if any(sign in lowered for sign in self._signs):
            return self._pattern.sub(_hidden, text)
        return text


def _pattern(name: str) -> str:
    words = r"\s+".join(map(re.escape, name.split()))
    before = "" if _ENDS_UNSPACED.match(name[0]) or not re.match(r"\w", name[0]) else _BEFORE_WORD
    after = "" if _ENDS_UNSPACED.match(name[-1]) or not re.match(r"\w", name[-1]) else _AFTER_WORD
    return f"{before}{words}{after}"


def _hidden(match: re.Match) -> str:
    matched = match[0]
    if _ENDS_UNSPACED.search(matched):
        return MASK_CHINESE
    return MASK.upper() if matched.isupper() else MASK


@functools.lru_cache(maxsize=64)
def _masking(aliases: tuple[str, ...]) -> Masking:
    return Masking(aliases)


def mask(text: str, aliases: Iterable[str]) -> str:
    """A text in which the organisation's names are hidden; see ``Masking``.

    Parameters
    ----------
    text
        Cleaned or not.
    aliases
        Names to hide.

    Returns
    -------
    str

    Examples
    --------
    >>> mask("UNITED lost it. United's united front, Unitedly", ["United", "United Airlines"])
    "ORG lost it. org's org front, Unitedly"
    >>> mask("蒙牛GM汽车", ["蒙牛", "gm"])
    '某某ORG汽车'
    """
    return _masking(tuple(aliases))(text)
