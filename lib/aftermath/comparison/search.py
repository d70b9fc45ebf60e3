"""Searching what the cases say: events, abstracts, sources and claims, ranked, each with the row it stands in.

Words are compared without case and accents, and a word also finds longer ones that begin with it ("recall" finds "recalled").
Chinese, which has no spaces, is searched by pairs of neighbouring characters.
"""

from __future__ import annotations

import bisect
import difflib
import functools
import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.evidence import evidence_files
from aftermath.comparison.gathering import Failure, gather
from aftermath.files import fingerprint
from aftermath.problems import AftermathError
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

# Okapi BM25 (Robertson and Zaragoza 2009): how fast repetitions saturate, and how much long texts are discounted.
_K1, _B = 1.2, 0.75
_LONGER_WORD = 0.5  # weight of a word that only begins with the one asked for
_SHORTEST_BEGINNING = 3  # letters: shorter words find themselves alone
_NEAR_WORDS, _NEAR = 3, 0.8  # how many are proposed, and how alike they are (difflib's ratio)

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNITS = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_QUOTED = re.compile(r'["“”„«»]([^"“”„«»]*)["“”„«»]')
_OWNED = re.compile(r"['’]s\b")

FOUND = {
    "case": pl.String,
    "kind": pl.String,
    "id": pl.String,
    "text": pl.String,
    "where": pl.String,
    "page": pl.String,
}


class SearchError(AftermathError):
    """Nothing was asked for that could be searched."""


@dataclass(frozen=True)
class Found:
    """One row of a case.

    Parameters
    ----------
    case_id
        The case.
    kind
        ``event``, ``text``, ``source`` or ``claim``.
    id
        Its id: ``e07``, ``d12``, a source's id, or ``c2`` for the second claim.
    text
        What is shown of it.
    where
        File and row, the header being row 1; of a claim the line in ``case.yaml``.
    page
        Place on the case's page, from the workspace (``build/site/cases/x.html#e07``); empty where the page is not built.
    score
        How well it matches (BM25); comparable within one search only.
    """

    case_id: str
    kind: str
    id: str
    text: str
    where: str
    page: str = ""
    score: float = 0.0


@dataclass(frozen=True)
class Search(Result):
    """What was found, best first; equal scores stand in order of case and row.

    Parameters
    ----------
    query
        What was asked for.
    found
        The best rows, at most as many as were asked for.
    n_found, n_searched
        How many rows match, and how many were searched.
    n_cases
        How many cases were searched.
    unknown
        Words of the query that no row has, each with words that are near to it.
    failures
        Cases that do not load, and were not searched.
    """

    query: str
    found: tuple[Found, ...]
    n_found: int
    n_searched: int
    n_cases: int
    unknown: dict[str, tuple[str, ...]]
    failures: tuple[Failure, ...]

    @property
    def table(self) -> pl.DataFrame:
        """One row a row that was found: rank, case, kind, id, text, where it stands, its place on the page, score."""
        rows = [(item.case_id, item.kind, item.id, item.text, item.where, item.page, item.score) for item in self.found]
        frame = pl.DataFrame(rows, schema=FOUND | {"score": pl.Float64}, orient="row")
        return frame.with_row_index("rank", offset=1)

    @property
    def text(self) -> str:
        searched = f"{counted(self.n_searched, 'row')} of {counted(self.n_cases, 'case')} searched"
        shown = f", the best {len(self.found)} shown" if len(self.found) < self.n_found else ""
        parts = [f"{searched} for {self.query}: {self.n_found or 'none'} found{shown}."]
        for word, near in self.unknown.items():
            meant = f" Near to it: {listed(near, 'or')}." if near else ""
            parts.append(f"No row has the word “{word}”.{meant}")
        if self.failures:
            names = listed([failure.case_id for failure in self.failures])
            parts.append(
                f"Not searched because of problems in the folder: {names}. `aftermath check` lists the problems."
            )
        return " ".join(parts)


def search(
    query: str, case_ids: str | Sequence[str] = (), workspace: Workspace | None = None, *, limit: int = 20
) -> Search:
    """Search the events, coverage abstracts, sources and documented claims of cases.

    Parameters
    ----------
    query
        Words; **each counts, none is demanded**, and rare ones count more. What stands in quotation marks must be there as it
        stands.
    case_ids
        Which cases; all of the workspace where empty.
    workspace
        Where to look; the workspace in force if not given.
    limit
        How many rows to return at most.

    Returns
    -------
    Search

    Raises
    ------
    SearchError
        If the query has no letter and no digit.

    Examples
    --------
    >>> best = search("recall hotline").found[0]
    >>> best.kind, best.where.split(":")[0].rpartition("/")[2]
    ('event', 'events.csv')
    """
    units = dict.fromkeys(_UNITS.findall(folded(query)))
    if not units:
        raise SearchError(f"{query!r} has no word to search for: write one or several, e.g. recall hotline")
    workspace = workspace or find_workspace()
    wanted = sorted(workspace.chosen_ids(case_ids))
    index = _index(workspace, tuple((case_id, _evidence(workspace.case_folder(case_id))) for case_id in wanted))
    scores = index.scores(tuple(dict.fromkeys(term for unit in units for term in _terms(unit))))
    for phrase in filter(str.strip, map(_joined, _QUOTED.findall(query))):
        scores = {row: score for row, score in scores.items() if phrase in index.joined[row]}
    best = sorted(scores, key=lambda row: (-round(scores[row], 9), row))[: max(limit, 0)]
    return Search(
        query=query,
        found=tuple(_scored(index.rows[row], scores[row], workspace) for row in best),
        n_found=len(scores),
        n_searched=len(index.rows),
        n_cases=index.n_cases,
        unknown={
            unit: index.near(unit) for unit in units if index.rows and not any(map(index.words_for, _terms(unit)))
        },
        failures=index.failures,
    )


def folded(text: str) -> str:
    """Text without case, accents and possessive endings.

    Examples
    --------
    >>> folded("Volkswagen’s Café STRASSE") == folded("volkswagen cafe Straße")
    True
    """
    plain = _OWNED.sub("", unicodedata.normalize("NFKD", text.casefold()))
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return unicodedata.normalize("NFC", plain)


def _terms(text: str) -> Iterator[str]:
    """Words, and of Chinese the pairs of neighbouring characters; of a character that stands alone, itself."""
    for unit in _UNITS.findall(folded(text)):
        if len(unit) > 1 and _is_han(unit):
            yield from map("".join, pairwise(unit))
        else:
            yield unit


def _is_han(unit: str) -> bool:
    return re.match(f"[{_HAN}]", unit) is not None


def _joined(text: str) -> str:
    """Words and single Chinese characters with spaces around each, so that phrases can be looked for."""
    units = (list(unit) if _is_han(unit) else [unit] for unit in _UNITS.findall(folded(text)))
    return f" {' '.join(part for unit in units for part in unit)} "


@dataclass(frozen=True)
class _Index:
    """An inverted index of rows."""

    rows: tuple[Found, ...]
    joined: tuple[str, ...]
    lengths: tuple[int, ...]
    postings: dict[str, dict[int, int]]
    words: tuple[str, ...]  # sorted
    n_cases: int
    failures: tuple[Failure, ...]

    def words_for(self, term: str) -> dict[str, float]:
        """The words of the index that a term finds, with their weights."""
        if len(term) == 1 and _is_han(term):
            return {word: 1.0 for word in self.words if term in word}
        if len(term) < _SHORTEST_BEGINNING or _is_han(term):
            return {term: 1.0} if term in self.postings else {}
        begin = bisect.bisect_left(self.words, term)
        end = bisect.bisect_right(self.words, term + "\U0010ffff")
        return {word: 1.0 if word == term else _LONGER_WORD for word in self.words[begin:end]}

    def scores(self, terms: Sequence[str]) -> dict[int, float]:
        """Row to its BM25, for the rows that have any of the terms."""
        mean = sum(self.lengths) / max(len(self.lengths), 1)
        scores: dict[int, float] = {}
        for term in terms:
            counts: dict[int, float] = {}
            for word, weight in self.words_for(term).items():
                for row, n in self.postings[word].items():
                    counts[row] = counts.get(row, 0) + weight * n
            rarity = math.log1p((len(self.rows) - len(counts) + 0.5) / (len(counts) + 0.5))
            for row, n in counts.items():
                discount = 1 - _B + _B * self.lengths[row] / mean
                scores[row] = scores.get(row, 0) + rarity * n * (_K1 + 1) / (n + _K1 * discount)
        return scores

    def near(self, term: str) -> tuple[str, ...]:
        """Words of the index that a term may have been meant for."""
        begun = [word for word in self.words if word[0] == term[0] and not word.isdigit()]
        alike = [word for word in begun if abs(len(word) - len(term)) <= 2]
        return tuple(difflib.get_close_matches(term, alike, _NEAR_WORDS, _NEAR))


def _evidence(folder: Path) -> str:
    """Checksum of the evidence; empty where it cannot be read, which is told by the reader."""
    try:
        return fingerprint(folder, map(folder.joinpath, evidence_files(folder)))
    except OSError:
        return ""


@functools.lru_cache(maxsize=4)
def _index(workspace: Workspace, cases: tuple[tuple[str, str], ...]) -> _Index:
    """The index of cases, each with the checksum of its evidence: made anew when one changes."""
    read = [_rows_of(workspace, *case) for case in cases]
    rows = [row for of_case in read if not isinstance(of_case, Failure) for row in of_case]
    counts = [Counter(_terms(text)) for _, text in rows]
    postings: dict[str, dict[int, int]] = {}
    for row, of_row in enumerate(counts):
        for term, n in of_row.items():
            postings.setdefault(term, {})[row] = n
    failures = tuple(item for item in read if isinstance(item, Failure))
    return _Index(
        rows=tuple(found for found, _ in rows),
        joined=tuple("\n".join(map(_joined, text.split("\n"))) for _, text in rows),
        lengths=tuple(map(Counter.total, counts)),
        postings=postings,
        words=tuple(sorted(postings)),
        n_cases=len(read) - len(failures),
        failures=failures,
    )


@functools.lru_cache(maxsize=4096)
def _rows_of(workspace: Workspace, case_id: str, evidence: str) -> tuple[tuple[Found, str], ...] | Failure:
    """The rows of a case, each with all its words, read anew when its evidence changes."""
    gathered = gather([case_id], workspace)
    return gathered.failures[0] if gathered.failures else tuple(_searched(gathered.cases[0], workspace))


def _searched(case: Case, workspace: Workspace) -> Iterator[tuple[Found, str]]:
    """Every row of a case, and all its words: what is written in it, and the labels of what is coded."""

    def found(kind: str, id: str, text: str, place: str, anchor: str = "") -> Found:
        where, page = workspace.relative(case.folder / place), f"cases/{case.id}.html#{anchor or id}"
        return Found(case.id, kind, id, text, where, page)

    for event in case.events.iter_rows(named=True):
        text = f"{event['label']}. {event['summary']}"
        coded = (("acts", vocabulary.ACTS), ("strategies", vocabulary.STRATEGIES), ("channel", vocabulary.CHANNELS))
        labels = [labels[word] for column, labels in coded for word in event[column]]
        words = [text, event["speaker"] or "", event["role"] or "", *labels]
        yield found("event", event["event_id"], text, f"events.csv:{event['row']}"), "\n".join(words)
    for row in case.coverage.iter_rows(named=True):
        words = [row["abstract"], *(vocabulary.FRAMES[frame] for frame in row["frames"])]
        yield found("text", row["doc_id"], row["abstract"], f"coverage.csv:{row['row']}"), "\n".join(words)
    for number, source in enumerate(case.sources.iter_rows(named=True), start=1):
        text = ". ".join(filter(None, (source["author"], source["title"], source["publisher"], source["published"])))
        yield found("source", source["source_id"], text, f"sources.csv:{source['row']}", f"s{number}"), text
    for number, claim in enumerate(case.about.documented_claims, start=1):
        verdict, line = vocabulary.VERDICTS[claim.verdict], case.lines.get(f"documented_claims[{number}]", 0)
        text = f"{claim.claim} {verdict}: {claim.why}"
        yield found("claim", f"c{number}", text, f"case.yaml:{line}"), text


def _scored(found: Found, score: float, workspace: Workspace) -> Found:
    """With its score, and without an address where the page is not built."""
    page = workspace.site / found.page
    built = page.with_name(page.name.partition("#")[0]).is_file()
    return replace(found, score=score, page=workspace.relative(page) if built else "")
