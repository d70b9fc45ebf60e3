"""Sentiment of texts: which scorer reads which language, what a text loses before, and how far a score can be trusted.

    from aftermath.archives import sentiment

    scorer = sentiment.scorer_for("en")
    words = sentiment.mask(sentiment.clean(text), ["United Airlines", "United"])
    scorer.score([words])
    sentiment.accuracy(scorer.id)

**A score is about words, not about people**: irony, a complaint in polite words and a name with a valence mislead every
scorer here. ``docs/sentiment.md`` has the measurements.
"""

from __future__ import annotations

import functools
from pathlib import Path

import polars as pl

from aftermath.archives.cleaning import Masking, clean, mask
from aftermath.archives.posts import ArchiveError
from aftermath.archives.scorers.protocol import LABELS, Scorer, ScorerError, labels
from aftermath.formula_cells import restored_texts
from aftermath.wording import counted, interval, number
from aftermath.workspace import INSTALLED_FROM, WorkspaceError, find_workspace

__all__ = [
    "CHINESE",
    "ENGLISH",
    "LABELS",
    "Masking",
    "Scorer",
    "ScorerError",
    "accuracy",
    "accuracy_text",
    "clean",
    "labels",
    "mask",
    "scorer_for",
]  # fmt: skip

ENGLISH = ("en", "eng")
CHINESE = ("zh", "zho", "chi", "cmn")
_TABLE = Path("data", "sentiment", "accuracy.csv")


def scorer_for(language: str | None, model: str | None = None) -> Scorer | None:
    """The scorer of a language.

    Parameters
    ----------
    language
        A code as platforms give it, e.g. ``en``, ``en-GB``, ``zh_CN``.
    model
        Name of a transformer in the folder of models (``AFTERMATH_MODELS``); it is then asked whatever the language.

    Returns
    -------
    Scorer or None
        **None where no scorer reads the language**: such posts stay without a score. The same object each time.

    Raises
    ------
    ScorerError
        If ``model`` is not there, or the extra that reads it is not installed.

    Examples
    --------
    >>> scorer_for("en-US").id, scorer_for("zh-CN").id, scorer_for("fi")
    ('vader 3.3.2', 'characters-zh 1', None)
    """
    code = (language or "").replace("_", "-").partition("-")[0].lower()
    if model:
        return _transformer(model, code)
    return _english() if code in ENGLISH else _chinese() if code in CHINESE else None


@functools.cache
def _english() -> Scorer:
    from aftermath.archives.scorers.english import Vader

    return Vader()


@functools.cache
def _chinese() -> Scorer:
    from aftermath.archives.scorers.chinese import Chinese

    return Chinese()


@functools.cache
def _transformer(model: str, language: str) -> Scorer:
    from aftermath.archives.scorers.transformer import transformer

    return transformer(model, language)


def accuracy(scorer_id: str) -> pl.DataFrame:
    """How a scorer did on texts that people had labelled, as measured by ``aftermath archive validate-sentiment``.

    Parameters
    ----------
    scorer_id
        As stored with the scores, e.g. ``vader 3.3.2``.

    Returns
    -------
    polars.DataFrame
        One row a labelled set and treatment, with the columns of ``aftermath.archives.validation.SCHEMA``; **no row for a
        scorer that was never measured**.

    Raises
    ------
    ArchiveError
        If the table itself is missing.

    Examples
    --------
    >>> accuracy("vader 3.3.2").select("set", "treatment", "n").row(0)
    ('Tweets, rated', 'as posted', 4200)
    """
    table = _measured(_table_path())
    is_it = (pl.col("scorer") == scorer_id) | pl.col("scorer").str.starts_with(f"{scorer_id} (without ")
    return table.filter(is_it)


def accuracy_text(scorer_id: str, labelled_set: str) -> str:
    """One sentence to stand beside a curve: how often the scorer agrees with people, on texts as they are scored here.

    Parameters
    ----------
    scorer_id
        As stored with the scores.
    labelled_set
        The labelled set most like the archive, as the table names it.

    Returns
    -------
    str
        With interval and n; a plain word where nothing was measured.

    Examples
    --------
    >>> accuracy_text("unheard-of 1", "Tweets, rated")
    'unheard-of 1 was never checked against "Tweets, rated": how far its scores can be trusted is not known.'
    """
    rows = accuracy(scorer_id).filter(set=labelled_set)
    if rows.is_empty():
        return (
            f'{scorer_id} was never checked against "{labelled_set}": how far its scores can be trusted is not known.'
        )
    row = rows.row(-1, named=True)  # the treatments stand in order; the last one is what posts go through
    share = interval(100 * row["accuracy_lower"], 100 * row["accuracy_upper"])
    return (
        f"{row['scorer']} calls a text what people called it in {number(100 * row['accuracy'])} % {share} of "
        f"{counted(row['n'], 'text')} ({row['set']}; {row['treatment']})."
    )


def _table_path() -> Path:
    """The workspace's own measurements, or those that came with the library."""
    try:
        own = find_workspace().root / _TABLE
    except WorkspaceError:
        own = INSTALLED_FROM / _TABLE
    return own if own.is_file() else INSTALLED_FROM / _TABLE


def _measured(path: Path) -> pl.DataFrame:
    from aftermath.archives.validation import SCHEMA

    if not path.is_file():
        raise ArchiveError(f"{_TABLE.as_posix()}: not there. Make it with `aftermath archive validate-sentiment`.")
    return restored_texts(pl.read_csv(path, schema=SCHEMA))
