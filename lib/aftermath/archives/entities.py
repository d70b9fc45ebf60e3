"""What HTML entities of posts stand for."""

from __future__ import annotations

import html
import re

_ZEROS = re.compile(r"&#0{9,}")
_NO_CHARACTER = re.compile(r"&#[0-9]{100,};?")


def unescaped(text: str) -> str:
    """A text with its entities read, as the standard library reads them, **whatever number one has**.

    Python takes no number of more than 4,300 digits from a text, and raises an error about it. No character has one of more
    than seven; what is none becomes U+FFFD, as HTML says.

    Parameters
    ----------
    text
        As it was posted, or handed out.

    Examples
    --------
    >>> unescaped("so sorry &lt;3 &#128546;"), unescaped(f"&#{'9' * 5_000};")
    ('so sorry <3 😢', '�')
    """
    if "&#" in text:
        text = _NO_CHARACTER.sub("\ufffd", _ZEROS.sub("&#0", text))
    return html.unescape(text)
