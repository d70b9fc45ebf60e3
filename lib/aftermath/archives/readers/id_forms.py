"""Ids as files have them, each in one form: what a keyboard or a spreadsheet made of an id is no second id."""

from __future__ import annotations

import unicodedata

import polars as pl

from aftermath.archives.readers.numbers import ascii_of

# a program kept the id as a float, and nothing is lost: all whole numbers below 2^53, or nearly so far, are floats
_EXACT = r"^(\d{1,15}|[1-8]\d{15}|900[0-6]\d{12})[.,]0+$"
_GROUPED = r"^\d{1,3}(?:(?:,\d{3}){4,}|(?:\.\d{3}){4,}|(?: \d{3}){4,}|(?:'\d{3}){4,})$"  # no digit is lost
SHEET_ERRORS = tuple("#NAME? #VALUE! #REF! #ERROR! #DIV/0! #NULL! #NUM! #BEZUG! #WERT! #NOM? #VALEUR!".split())
# what programs write where there is no id; ids of Reddit are in small letters
_NONE = (*SHEET_ERRORS, *"nan NaN NaT None null NULL NA N/A n/a #N/A #NV <NA> undefined".split())


def plain_ids(ids: pl.Series) -> pl.Series:
    """Ids without what stands around them, their thousands undivided, in ASCII where all of an id has a counterpart there.

    Null where a program has written that there is none.

    Parameters
    ----------
    ids
        As text.

    Examples
    --------
    >>> plain_ids(pl.Series(['="7"', "8.0", "1,764,576,514,667", "１２３", "٤٥٦", "99\\u200b", "t1_ａ", "é1", "nan"])).to_list()
    ['7', '8', '1764576514667', '123', '456', '99', 't1_a', 'é1', None]
    """
    if ids.str.len_bytes().sum() != ids.str.len_chars().sum():
        foreign = ids.str.contains(r"[^\x00-\x7f]").fill_null(False).arg_true()
        ids = ids.clone().scatter(foreign, [_in_ascii(id) for id in ids[foreign]])
    ids = ids.str.strip_chars(" \t\r\n'\"=")
    none = ids.is_in(_NONE)
    ids = ids.set(none, None) if none.any() else ids
    if ids.str.contains("[., ']").any():
        grouped = ids.str.contains(_GROUPED).fill_null(False)
        ids = ids.str.replace(_EXACT, "$1")
        ids = ids.str.replace_all("[., ']", "").zip_with(grouped, ids) if grouped.any() else ids
    return ids


def _in_ascii(id: str) -> str:
    """An id in ASCII where all of it has a counterpart there, invisible signs left out; else as it is."""
    plain = "".join(ascii_of(sign) for sign in id if unicodedata.category(sign) != "Cf")
    return plain if plain.isascii() else id
