"""Text in and out of LaTeX, as far as fields of BibTeX hold it.

What is not known is refused by name, since a command that is left out would take a character of a title with it.
"""

from __future__ import annotations

import re
import unicodedata

_ACCENTS: dict[str, str] = {
    "`": "\u0300",
    "'": "\u0301",
    "^": "\u0302",
    "~": "\u0303",
    "=": "\u0304",
    "u": "\u0306",
    ".": "\u0307",
    '"': "\u0308",
    "r": "\u030a",
    "H": "\u030b",
    "v": "\u030c",
    "d": "\u0323",
    "c": "\u0327",
    "k": "\u0328",
    "b": "\u0331",
}
_SYMBOLS: dict[str, str] = {
    "AA": "Å",
    "AE": "Æ",
    "DH": "Ð",
    "L": "Ł",
    "NG": "Ŋ",
    "O": "Ø",
    "OE": "Œ",
    "TH": "Þ",
    "aa": "å",
    "ae": "æ",
    "dh": "ð",
    "i": "i",
    "j": "j",
    "l": "ł",
    "ng": "ŋ",
    "o": "ø",
    "oe": "œ",
    "ss": "ß",
    "th": "þ",
    "dots": "…",
    "ldots": "…",
    "LaTeX": "LaTeX",
    "TeX": "TeX",
    "cdot": "·",
    "copyright": "©",
    "ell": "ℓ",
    "geq": "≥",
    "infty": "∞",
    "langle": "⟨",
    "leq": "≤",
    "pm": "±",
    "quad": " ",
    "rangle": "⟩",
    "rightarrow": "→",
    "sim": "∼",
    "slash": "/",
    "textasciimacron": "¯",
    "textmu": "µ",
    "times": "×",
    "pounds": "£",
    "S": "§",
    "P": "¶",
    "textasciicircum": "^",
    "textasciigrave": "`",
    "textasciitilde": "~",
    "textbackslash": "\\",
    "textbar": "|",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textbullet": "•",
    "textcent": "¢",
    "textcopyright": "©",
    "textdegree": "°",
    "textdollar": "$",
    "textellipsis": "…",
    "textemdash": "—",
    "textendash": "–",
    "texteuro": "€",
    "textexclamdown": "¡",
    "textgreater": ">",
    "textless": "<",
    "textnumero": "№",
    "textonehalf": "½",
    "textperiodcentered": "·",
    "textpm": "±",
    "textquestiondown": "¿",
    "textquotedblleft": "“",
    "textquotedblright": "”",
    "textquoteleft": "‘",
    "textquoteright": "’",
    "textquotedbl": '"',
    "textquotesingle": "'",
    "textregistered": "®",
    "textsection": "§",
    "textsterling": "£",
    "texttimes": "×",
    "texttrademark": "™",
    "textunderscore": "_",
    "textyen": "¥",
    "guillemotleft": "«",
    "guillemotright": "»",
    "guilsinglleft": "‹",
    "guilsinglright": "›",
    "quotedblbase": "„",
    "quotesinglbase": "‚",
}
# Commands whose argument is the text.
_FORMATTING = frozenset(
    "textit textbf textrm textsf texttt textsc textsl textup textmd emph enquote mkbibquote mkbibemph textsuperscript "
    "textsubscript underline url nolinkurl uppercase MakeUppercase relax ensuremath mbox hbox text em it bf rm sc tt".split()
)
# Greek letters have the same names in LaTeX and in Unicode.
_GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi omega".split()
_SYMBOLS |= {
    name if case == "SMALL" else name.capitalize(): unicodedata.lookup(
        f"GREEK {case} LETTER {name.replace('lambda', 'lamda')}"
    )
    for name in _GREEK
    for case in ("SMALL", "CAPITAL")
}
_LIGATURES: dict[str, str] = {"---": "—", "--": "–", "``": "“", "''": "”", "~": " "}
_SIGNS: dict[str, str] = {"-": "", "/": "", "!": "", "\\": " ", "\n": " "} | dict.fromkeys(",;:", " ")
_LINK = re.compile(r"\\href\s*\{[^{}]*\}")  # the text of the link stands behind it
_MATHS = re.compile(r"(?<!\\)\$(?:([^$]{0,200}\\[A-Za-z][^$]{0,200})|[_^]\{([^{}$]*)\})(?<!\\)\$")
_TOKEN = re.compile(r"\\([A-Za-z]+)\s*|\\(.)|(---|--|``|''|~)|([{}])|(.)", re.DOTALL)
_ESCAPED = {
    "\\": r"{\textbackslash}",
    "{": r"{\textbraceleft}",
    "}": r"{\textbraceright}",
    "~": r"{\textasciitilde}",
    "^": r"{\textasciicircum}",
    "`": r"{\textasciigrave}",
} | {character: f"\\{character}" for character in "$&#_%"}


def to_latex(text: str) -> str:
    r"""Text as a field of BibTeX holds it, so that ``from_latex`` gives it back.

    Examples
    --------
    >>> print(to_latex("50% of {us} -- 'we'"))
    50\% of {\textbraceleft}us{\textbraceright} -{}- 'we'
    """
    escaped = "".join(_ESCAPED.get(character, character) for character in text)
    return re.sub(r"-(?=-)", "-{}", re.sub(r"'(?=')", "'{}", escaped))


def from_latex(text: str) -> str:
    r"""The text of a field of BibTeX.

    Raises
    ------
    ValueError
        If it has a command that is not known; the text of the error completes a sentence that begins with the field.

    Examples
    --------
    >>> from_latex(r"{{KitchenAid}}: Jos{\'e} \& {\textless}b{\textgreater} 50\%, pp.~3--4")
    'KitchenAid: José & <b> 50%, pp. 3–4'
    """
    text = _MATHS.sub(lambda found: found.group(1) or found.group(2), _LINK.sub("", text))
    parts: list[str] = []
    accent = ""
    for name, sign, ligature, brace, other in _TOKEN.findall(text):
        if brace:
            if accent and brace == "}":  # \\^{} is the sign itself
                parts.append(accent)
                accent = ""
        elif (name or sign) in _ACCENTS:
            accent = name or sign
        else:
            symbol = _symbol(name, sign) if name or sign else _LIGATURES[ligature] if ligature else other
            if accent and symbol.strip():
                symbol, accent = unicodedata.normalize("NFC", symbol[0] + _ACCENTS[accent]) + symbol[1:], ""
            parts.append(symbol if not accent else "")
    return "".join([*parts, accent])


def _symbol(name: str, sign: str) -> str:
    """What a command stands for; nothing where it only sets what follows in another type."""
    if name in _SYMBOLS:
        return _SYMBOLS[name]
    if name in _FORMATTING:
        return ""
    if sign and not sign.isalnum():
        return _SIGNS.get(sign, sign)
    raise ValueError(f"has the command \\{name or sign} of LaTeX, which is not known")
