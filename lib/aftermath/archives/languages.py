"""Languages of posts: words for them made codes, and what the texts say where the export says nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

import polars as pl

from aftermath.archives.posts import Batch
from aftermath.statistics.intervals import wilson
from aftermath.wording import counted, number

LOOKED_AT = 2_000  # first posts of an archive, however it is read
_LEAST = 0.9
_LEAST_IN_TRUTH = 0.8
_TELLING = r"\p{Han}{4}|(?:\p{L}[^\p{L}]*){15}"  # what is long enough to tell
_UNTELLING = r"https?://\S+|[@#]\S+"

_LIST = " \t\r\n[]{}'\""
_SEVERAL = r"^[A-Za-z]{2,3}([-_]\w+)?['\"]?\s*[,;|]"  # codes, one after the other
# What says that nothing is said. Twitter's codes: media, hashtags, links, mentions, cashtags, texts too short.
NOTHING = (
    "", "un", "und", "undefined", "undetermined", "unknown", "zxx", "xx", "null", "none", "nan", "n/a", "na", "-", "other",
    "qme", "qht", "qam", "qct", "qst",
)  # fmt: skip
_NAMES = {
    "en": "English", "zh": "Chinese", "de": "German", "fr": "French", "es": "Spanish", "ru": "Russian", "lv": "Latvian",
    "vi": "Vietnamese", "it": "Italian", "pt": "Portuguese", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "ar": "Arabic", "tr": "Turkish", "uk": "Ukrainian", "id": "Indonesian", "th": "Thai", "hi": "Hindi", "sv": "Swedish",
}  # fmt: skip
_WORDS = {name.lower(): code for code, name in _NAMES.items()} | {
    "eng": "en", "zho": "zh", "chi": "zh", "cmn": "zh", "mandarin": "zh", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr",
    "spa": "es", "rus": "ru", "lav": "lv", "vie": "vi", "中文": "zh", "简体中文": "zh", "繁體中文": "zh", "deutsch": "de",
    "français": "fr", "español": "es", "русский": "ru", "latviešu": "lv", "tiếng việt": "vi",
}  # fmt: skip


def code(language: pl.Expr) -> pl.Expr:
    """The code of a language as files give it; null where that is nothing or a word for it.

    Parameters
    ----------
    language
        A code or a name, e.g. ``en_US``, ``zh-CN``, ``English``, ``Chinese (Simplified)``, ``und``; or a list of one, ``['en']``. **A
        list of several says no single one.**

    Examples
    --------
    >>> words = ["English", "Chinese (Simplified)", "eng", "en_US", "EN", "['en']", "en;de", "un", "", None]
    >>> pl.DataFrame({"language": words}).select(code(pl.col("language"))).to_series().to_list()
    ['en', 'zh', 'en', 'en_US', 'en', 'en', None, None, None, None]
    """
    stripped = language.str.strip_chars(_LIST)
    stripped = pl.when(~stripped.str.contains(_SEVERAL)).then(stripped)
    low = stripped.str.to_lowercase()
    name = low.str.replace(r"\s*[(\[].*$", "")
    plain = pl.when(low.str.contains(r"^[a-z]{2}$")).then(low).otherwise(stripped)
    return pl.when(~low.is_in(NOTHING)).then(name.replace_strict(_WORDS, default=plain, return_dtype=pl.String))


def codes(languages: pl.Series) -> pl.Series:
    """The codes of many languages, of which most come again and again.

    Parameters
    ----------
    languages
        As files give them.

    Examples
    --------
    >>> codes(pl.Series(["English", None, "und", "English"])).to_list()
    ['en', None, None, 'en']
    """
    written = languages.unique().drop_nulls()
    meant = pl.select(code(pl.lit(written))).to_series()
    return languages.replace_strict(written, meant, default=None, return_dtype=pl.String)


def settled(batches: Iterator[Batch], remark: Callable[[str], None]) -> Iterator[Batch]:
    """Batches with the language of posts that carry none, where the archive's first posts tell it.

    Only where none of these carries one: elsewhere the platform looked, and could not tell. One language is taken for all, and
    only if it holds for nine in ten of the texts that are long enough to tell,
    and is shown by Wilson's interval to hold for more than eight in ten. Otherwise none is.

    Parameters
    ----------
    batches
        Of an archive; those with its first 2,000 posts are held back until they were looked at.
    remark
        Is told what was taken, or that posts stay without a language.

    Yields
    ------
    Batch
        The same posts.
    """
    held: list[Batch] = []
    for batch in batches:
        held.append(batch)
        if sum(one.posts.height for one in held) >= LOOKED_AT:
            break
    first = pl.concat([batch.posts for batch in held]).head(LOOKED_AT) if held else pl.DataFrame()
    found, without = None, 0
    # where the export gives languages, a post without one is one of which the platform could not tell
    if held and first["language"].null_count() == first.height:
        found = _told_by(first["text"], remark)
    for batch in _after(held, batches):
        if found is None:
            without += batch.posts.filter(pl.col("language").is_null() & (pl.col("text") != "")).height
            yield batch
        else:
            yield replace(batch, posts=batch.posts.with_columns(pl.col("language").fill_null(found)))
    if without:
        verb = "carries" if without == 1 else "carry"
        remark(
            f"{counted(without, 'post')} with a text {verb} no language, and the texts do not show one clearly: they cannot "
            "be scored. Say it by --language, e.g. --language en."
        )


def _after(held: list[Batch], batches: Iterator[Batch]) -> Iterator[Batch]:
    yield from held
    yield from batches


def _told_by(texts: pl.Series, remark: Callable[[str], None]) -> str | None:
    """The language that clearly holds of some texts."""
    words = texts.str.replace_all(_UNTELLING, " ").str.slice(0, 1000)
    telling = words.filter(words.str.contains(_TELLING))
    # sixteen texts are the fewest of which Wilson's interval can stay above 80 %: fewer need no detector
    if telling.is_empty() or wilson(1.0, len(telling))[0] <= _LEAST_IN_TRUTH:
        return None
    from py3langid.langid import classify  # unpacks 68 MB, so only where it is asked

    language, texts_in_it = Counter(classify(text)[0] for text in telling).most_common(1)[0]
    share = texts_in_it / len(telling)
    if share < _LEAST or wilson(share, len(telling))[0] <= _LEAST_IN_TRUTH:
        return None
    remark(
        f"No language is given: by {number(texts_in_it)} of {number(len(telling))} texts looked at they are "
        f"{_NAMES.get(language, language)} and are scored as such; --language sets another."
    )
    return language
