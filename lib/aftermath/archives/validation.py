"""How far scorers agree with people: every labelled set of an archives folder, as posted, cleaned and masked."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from aftermath.archives.labelled import Labelled, labelled_sets
from aftermath.archives.scorers.chinese import Chinese, held_out
from aftermath.archives.scorers.protocol import LABELS, Scorer, labels
from aftermath.archives.sentiment import clean, mask, scorer_for
from aftermath.archives.validation_text import printed
from aftermath.files import write_whole
from aftermath.formula_cells import csv_for_spreadsheets
from aftermath.wording import counted, in_words, number

LEVEL = 0.95
DRAWS = 1000
AS_POSTED, CLEANED, MASKED = "as posted", "cleaned", "cleaned and masked"
HELD_OUT, NOT_TAUGHT = "{}, held out", "{}, kind not taught"

_FIGURES = ("accuracy", "sided", "macro_f1", "correlation")
CELLS = [f"{human}_called_{called}" for human in LABELS for called in LABELS]
SCHEMA = pl.Schema(
    {"scorer": pl.String, "set": pl.String, "treatment": pl.String, "n": pl.Int64}
    | {f"{figure}{end}": pl.Float64 for figure in _FIGURES for end in ("", "_lower", "_upper")}
    | dict.fromkeys(CELLS, pl.Int64)
)


@dataclass(frozen=True)
class Validation:
    """What was measured.

    Parameters
    ----------
    table
        One row a scorer, labelled set and treatment, in the order of the labelled sets; columns of ``SCHEMA``. Figures
        have 95 % bootstrap intervals; ``sided`` is the accuracy among texts that the scorer calls negative or positive, **a
        correlation stands only where people gave ratings**; the last nine columns count texts
        by what people and the scorer called them.
    """

    table: pl.DataFrame

    @property
    def printed(self) -> str:
        """The tables as ``docs/sentiment.md`` has them, in Markdown."""
        return printed(self.table)

    @property
    def text(self) -> str:
        """What they come to, in a few sentences."""
        last = self.table.unique(["scorer", "set"], keep="last", maintain_order=True)
        sets, judgements = in_words(last.height).capitalize(), counted(int(last["n"].sum()), "judgement")
        measured = f"{sets} labelled sets and parts of sets, {judgements}."
        return " ".join([measured, _worst_text(last), _masking_text(self.table)]).strip()

    def write(self, path: Path) -> Path:
        """Write the table as CSV, where ``aftermath.archives.sentiment.accuracy`` finds it."""
        return write_whole(path, csv_for_spreadsheets(self.table))


def _worst_text(last: pl.DataFrame) -> str:
    ends = [last.sort("macro_f1", "set").row(row_number, named=True) for row_number in (0, -1)]
    worst, best = (f"{number(row['macro_f1'], 2)} ({row['set']})" for row in ends)
    return f"Macro F1 runs from {worst} to {best}."


def _masking_text(table: pl.DataFrame) -> str:
    both = table.filter(pl.col("treatment") == AS_POSTED).join(
        table.filter(pl.col("treatment") == MASKED), on=["scorer", "set"], suffix="_masked", maintain_order="left"
    )
    parts = [
        f"{row['set']}: {number(100 * row['accuracy'])} % right as posted, {number(100 * row['accuracy_masked'])} % cleaned and masked"
        for row in both.iter_rows(named=True)
    ]
    return f"{'; '.join(parts)}." if parts else ""


def validate_sentiment(
    folder: Path, scorers: Sequence[Scorer] | None = None, *, most: int | None = None, draws: int = DRAWS, seed: int = 0
) -> Validation:
    """Score every labelled set in a folder of archives, and compare with what people said.

    Each set is scored as posted, cleaned, and, where its organisations have names, cleaned and masked. The Chinese scorer
    was taught on part of the Chinese reviews, so that each kind of review is scored twice: the texts **held out** by the
    scorer itself, and all of them by a sister that was **never taught on that kind**. The latter is what to expect of
    posts, or better than that.

    Parameters
    ----------
    folder
        Holds a folder for each archive; those without labels are passed over.
    scorers
        Those of ``scorer_for`` if not given; each is asked for the sets of its language.
    most
        Texts of a set at the most, drawn with the seed; all if not given. For scorers that are slow.
    draws
        Bootstrap samples of texts.
    seed
        Of the random numbers. **The same seed gives the same table**, whatever other sets are there.

    Returns
    -------
    Validation

    Raises
    ------
    ArchiveError
        If the folder has no labelled set, or one cannot be read.
    """
    asked = scorers or [scorer for language in ("en", "zh") if (scorer := scorer_for(language)) is not None]
    rows = [
        row
        for labelled in labelled_sets(Path(folder))
        for scorer in asked
        if scorer.language == labelled.language
        for judge, part in _honest(scorer, labelled)
        for row in _rows(judge, _drawn(part, most, seed), draws, seed)
    ]
    return Validation(pl.DataFrame(rows, schema=SCHEMA))


def _honest(scorer: Scorer, labelled: Labelled) -> Iterator[tuple[Scorer, Labelled]]:
    """Who may judge which texts: nobody those that he was taught on."""
    if not (isinstance(scorer, Chinese) and labelled.domain):
        yield scorer, labelled
        return
    kept = [index for index, text in enumerate(labelled.texts) if held_out(text)]
    yield scorer, labelled.part(kept, HELD_OUT.format(labelled.name))
    sister = Chinese(without=labelled.domain)
    yield sister, labelled.part(range(len(labelled.texts)), NOT_TAUGHT.format(labelled.name))


def _drawn(labelled: Labelled, most: int | None, seed: int) -> Labelled:
    count = len(labelled.texts)
    if most is None or count <= most:
        return labelled
    places = _random(seed, labelled.name).choice(count, size=most, replace=False)
    return labelled.part(np.sort(places).tolist(), labelled.name)


def _random(seed: int, *names: str) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32("\0".join(names).encode())])


def _treatments(labelled: Labelled) -> dict[str, Callable[[str], str]]:
    treatments = {AS_POSTED: str, CLEANED: clean}
    if labelled.aliases:
        treatments[MASKED] = lambda text: mask(clean(text), labelled.aliases)
    return treatments


def _rows(scorer: Scorer, labelled: Labelled, draws: int, seed: int) -> Iterator[dict]:
    for treatment, treat in _treatments(labelled).items():
        scores = scorer.score([treat(text) for text in labelled.texts])
        counts = confusion(labelled.labels, labels(scores, scorer))
        random = _random(seed, labelled.name, treatment)
        row = {"scorer": scorer.id, "set": labelled.name, "treatment": treatment, "n": len(scores)}
        row |= _with_interval("accuracy", accuracy_of, counts, draws, random)
        row |= _with_interval("sided", sided, counts, draws, random)
        row |= _with_interval("macro_f1", macro_f1, counts, draws, random)
        row |= _correlated(scores, labelled.means, draws, random)
        yield row | dict(zip(CELLS, counts.ravel().tolist(), strict=True))


def confusion(human: Sequence[str], called: Sequence[str]) -> np.ndarray:
    """Texts by what people (rows) and a scorer (columns) called them, shape ``(3, 3)``, in the order of ``LABELS``.

    Examples
    --------
    >>> confusion(["negative", "negative"], ["negative", "neutral"]).tolist()
    [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    """
    places = {label: number for number, label in enumerate(LABELS)}
    cells = [3 * places[theirs] + places[ours] for theirs, ours in zip(human, called, strict=True)]
    return np.bincount(cells, minlength=9).reshape(3, 3)


def accuracy_of(counts: np.ndarray) -> np.ndarray:
    """Share of texts on the diagonal. **Where people could not say "neutral", a scorer that does is wrong.**

    Parameters
    ----------
    counts
        Confusion tables, shape ``(..., 3, 3)``.
    """
    return np.trace(counts, axis1=-2, axis2=-1) / counts.sum(axis=(-2, -1))


def sided(counts: np.ndarray) -> np.ndarray:
    """Share of right ones among the texts that are called negative or positive; NaN where none is.

    Parameters
    ----------
    counts
        Confusion tables, shape ``(..., 3, 3)``.
    """
    right = counts[..., 0, 0] + counts[..., 2, 2]
    called = counts[..., 0].sum(axis=-1) + counts[..., 2].sum(axis=-1)
    return np.where(called > 0, right / np.maximum(called, 1), np.nan)


def macro_f1(counts: np.ndarray) -> np.ndarray:
    """Mean over labels of the harmonic mean of precision and recall; labels that people never gave are left out.

    Parameters
    ----------
    counts
        Confusion tables, shape ``(..., 3, 3)``.
    """
    human, called = counts.sum(axis=-1), counts.sum(axis=-2)
    hits = np.diagonal(counts, axis1=-2, axis2=-1)
    f1 = 2 * hits / np.maximum(human + called, 1)
    return np.where(human > 0, f1, 0).sum(axis=-1) / (human > 0).sum(axis=-1)


def _with_interval(
    name: str, figure: Callable[[np.ndarray], np.ndarray], counts: np.ndarray, draws: int, random: np.random.Generator
) -> dict:
    # to draw texts with replacement is to draw cells of the table
    total = counts.sum()
    samples = random.multinomial(total, counts.ravel() / total, size=draws).reshape(-1, 3, 3)
    return _ends(name, float(figure(counts)), figure(samples))


def _ends(name: str, value: float, sampled: np.ndarray) -> dict:
    """A figure and its interval; nothing where the figure is not defined."""
    names = (name, f"{name}_lower", f"{name}_upper")
    if np.isnan(value):
        return dict.fromkeys(names)
    ends = np.nanquantile(sampled, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return dict(zip(names, (round(float(figure), 4) for figure in (value, *ends)), strict=True))


def _correlated(scores: Sequence[float], means: Sequence[float], draws: int, random: np.random.Generator) -> dict:
    if not means:
        return _ends("correlation", np.nan, np.empty(0))
    pairs = np.stack([np.nan_to_num(scores), means])
    samples = [_pearson(pairs[:, random.integers(0, len(means), len(means))]) for _ in range(draws)]
    return _ends("correlation", _pearson(pairs), np.array(samples))


def _pearson(pairs: np.ndarray) -> float:
    with np.errstate(invalid="ignore", divide="ignore"):  # NaN without variation
        return float(np.corrcoef(pairs)[0, 1])
