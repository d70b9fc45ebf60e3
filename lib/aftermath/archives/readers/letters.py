"""Which encoding of one byte a character a text is in, by the letters of its language.

What is Latvian in Windows-1257 is Uzòçmums in Windows-1252: letters all, but of no one language. Alphabets beyond ASCII
are those of the Unicode Common Locale Data Repository (release 45, main and auxiliary exemplar characters in common use).
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

_WESTERN = "äöüß àâæçèéêëîïôœùûüÿ áéíóúüñªº àáâãçéêíóôõúüªº àèéìíîòóùú áäéëïíóöúü äåöé æøåé áðéíóúýþæö àáèéíïòóúüç áéíóú"  # German to Irish
_CENTRAL = "ąćęłńóśźż áčďéěíňóřšťúůýž áäčďéíĺľňóôŕšťúýž áéíóöőúüű čćđšž čšž ăâîşţșț äöüß"
_RUSSIAN = "абвгдежзийклмнопрстуфхцчшщъыьэюяё"
_ALPHABETS = {
    "cp1252": _WESTERN,
    "mac_roman": _WESTERN,
    "cp1250": _CENTRAL,
    "iso8859_2": _CENTRAL,
    "cp1257": "āčēģīķļņšūžŗō ąčęėįšųūž äöõüšž",
    "cp1254": "çğıöşüâîû",
    "cp1251": f"{_RUSSIAN} абвгґдеєжзиіїйклмнопрстуфхцчшщьюя абвгдежзийклмнопрстуўфхцчшыьэюяёі",
    "koi8_r": _RUSSIAN,
    "cp1253": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "cp1255": "אבגדהוזחטיךכלםמןנסעףפץצקרשת",
    "cp1256": "ءآأؤإئابةتثجحخدذرزسشصضطظعغفقكلمنهوىيپچژگک",
    "cp874": "กขคฆงจฉชซฌญฎฏฐฑฒณดตถทธนบปผฝพฟภมยรลวศษสหฬอฮฤะาำเแโใไๆฯๅ",
    "iso8859_15": _WESTERN,
    "cp850": _WESTERN,  # last: of those that fit equally well the first is taken
}
# where nearly all bytes are letters of one alphabet, those that are most frequent in its languages have to be so
_FREQUENT = {
    "cp1251": "оеаинтр",
    "koi8_r": "оеаинтр",
    "cp1253": "αοιετσν",
    "cp1255": "יוהלאבמ",
    "cp1256": "اليمنور",
    "cp874": "านรอกเงมยลทส",
}
_AS_FREQUENT = 0.35
_FITS = 0.98  # of the letters beyond ASCII, in the alphabet of one language
_FEW = 8  # letters of which nothing can be told
_SIGN_IN_WORD = re.compile(
    r"(?<=[^\W\d_¼½¾¹²³])(?:[¼½¾¹²³]|[^\x00-\x7f\w\s’–—…·\xad\u064b-\u065f\u0e31-\u0e4e])(?=[^\W\d_])|[\x80-\x9f─-■]"
)
_LATIN_BESIDE = re.compile(r"[A-Za-z](?=[^\W\d_\x00-\x7f])")  # in a word of another alphabet
_LOOKED_AT = 20_000  # characters


def by_letters(sample: bytes, found: str | None) -> str | None:
    """The encoding whose letters are those of one language, where they are not in the one that was found.

    Parameters
    ----------
    sample
        Lines with characters outside ASCII.
    found
        The encoding that they seem to be in; None where it is none.

    Returns
    -------
    str or None
        ``found`` where it is one of two bytes a character, where its letters are of one language, and where there is none better.

    Examples
    --------
    >>> by_letters("Uzņēmums atvainojās par reisa kavēšanos".encode("cp1257") * 3, "cp1252")
    'cp1257'
    >>> by_letters("Die Firma bedauert die Verspätung, größer wäre schöner".encode("cp1252") * 3, "cp1252")
    'cp1252'
    """
    if found is not None and found not in _ALPHABETS:
        return found
    share = _share(sample, found) if found else 0.0
    if share is None or share >= _FITS:
        return found
    shares = {name: share for name in _ALPHABETS if (share := _share(sample, name)) is not None}
    best = max(shares, key=shares.__getitem__, default=None)
    return best if best is not None and shares[best] >= _FITS else found


def _share(sample: bytes, name: str) -> float | None:
    """The largest share of the letters beyond ASCII that is of one alphabet; None where that is not to be told."""
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return None
    text = text[:_LOOKED_AT]
    # a capital inside a word is none of any language, nor is a sign, a line of a frame or a character of control
    letters = Counter(
        "A" if character.isupper() and before.islower() else character.lower()
        for before, character in pairwise(f" {text}")
        if character > "\x7f" and character.isalpha()
    )
    letters["A"] += len(_SIGN_IN_WORD.findall(text))
    if name in _FREQUENT:
        letters["A"] += len(_LATIN_BESIDE.findall(text))
    if letters.total() < _FEW:
        return None
    frequent = sum(letters[letter] for letter in _FREQUENT.get(name, ()))
    if name in _FREQUENT and frequent < _AS_FREQUENT * letters.total():
        return 0.0
    alphabets = map(set, _ALPHABETS[name].split())
    return max(sum(letters[letter] for letter in alphabet) for alphabet in alphabets) / letters.total()
