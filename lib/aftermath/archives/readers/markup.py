"""The words of HTML, as Mastodon, Truth Social, Weibo and YouTube hand out texts."""

from __future__ import annotations

import re

import polars as pl

from aftermath.archives.entities import unescaped

_BLOCKS = "blockquote|br|div|h[1-6]|hr|li|ol|p|pre|table|tr|ul"
_INLINE = "a|abbr|b|code|del|em|font|i|img|ins|kbd|mark|q|rp|rt|ruby|s|small|span|strong|sub|sup|tbody|td|th|time|u|wbr"
# names of elements alone, so that "I <3 you" and "<shrug>" stay; what is inside a tag ends at the next bracket, so that
# tags that never close are passed over at once
_TAG = re.compile(rf"<(/?)({_BLOCKS}|{_INLINE})(\s[^<>]*)?/?>", re.IGNORECASE)
_IS_BLOCK = re.compile(_BLOCKS)
_ADDRESS = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_IS_MARKED = rf"(?i)</(?:{_BLOCKS}|{_INLINE})\s*>|<(?:br|hr|p)(?:\s[^<>]*)?/?>|<img\s[^<>]*src\s*="
_LINE_ENDS = re.compile(r"(?<![ \t])[ \t]*\n\s*")  # from the first of many spaces alone


def words_of(markup: str) -> str:
    """The words of a text in HTML: blocks a line each; a link stays as its address, a mention or hashtag as it reads.

    Parameters
    ----------
    markup
        A text as it is shown, not a page: it holds no script.

    Returns
    -------
    str

    Examples
    --------
    >>> words_of('<p>We are <b>sorry</b> &amp; sad</p><p>Look: <a href="https://a.example/b">a.exam…</a> <3</p>')
    'We are sorry & sad\\nLook: https://a.example/b <3'
    """
    written: list[str] = []
    ends, address, link_begins = 0, "", 0
    for tag in _TAG.finditer(markup):
        written.append(markup[ends : tag.start()])
        ends, closes, name = tag.end(), bool(tag[1]), tag[2].lower()
        if name == "a" and not closes:
            found = _ADDRESS.search(tag[3] or "")
            address, link_begins = (found[1] or found[2] or "") if found else "", len(written)
        elif name == "a":
            if address.startswith("http") and not "".join(written[link_begins:]).lstrip().startswith(("@", "#")):
                written[link_begins:] = [address]
            address = ""
        elif _IS_BLOCK.fullmatch(name):
            written.append("\n")
    written.append(markup[ends:])
    return _LINE_ENDS.sub("\n", unescaped("".join(written))).strip()


def plain_texts(texts: pl.Series) -> pl.Series:
    """Texts of a table, those in HTML without it.

    Parameters
    ----------
    texts
        **One without a closing tag, a paragraph or a break in HTML stays as it is**, whatever angle brackets it has.
    """
    marked = texts.str.contains(_IS_MARKED).fill_null(False)
    if not marked.any():
        return texts
    return texts.clone().scatter(marked.arg_true(), texts.filter(marked).map_elements(words_of, pl.String))
