"""Topics: what the coverage was about, over all cases or in one, and how that changed after clock zero.

The abstracts are our own words; their vectors are archived (``topic_modelling/embed.py``) and nothing is downloaded. Names are
masked and each case is moved half way towards the middle of all, because otherwise the topics are the cases.
``docs/topics.md`` has the comparison that chose the model, and its limits.
"""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import polars as pl

from aftermath.archives.places import vector_files
from aftermath.case_files.case import Case
from aftermath.case_files.cases import complete
from aftermath.files import fingerprint
from aftermath.kept import kept, kept_each
from aftermath.measures.tone import PHASE_DAYS, day_since_zero, phase_label
from aftermath.statistics.result import NothingToMeasure
from aftermath.topic_modelling import topic_model
from aftermath.topic_modelling.embed import Embeddings, load_embeddings
from aftermath.topic_modelling.topic_result import BEFORE, Topic, Topics
from aftermath.topic_modelling.topic_shares import share_by_case
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace

LEAST_TEXTS = 60
TOWARDS_THE_MIDDLE = 0.5
EXAMPLES = 3
FREQUENT = 12
NO_CLOCK = "no clock"


def topics(
    cases: Iterable[Case | str] | Case | str,
    *,
    seed: int = 0,
    phase_days: tuple[int, ...] = PHASE_DAYS,
    workspace: Workspace | None = None,
) -> Topics:
    """Find what the coverage of cases was about.

    BERTopic over the archived vectors of the coverage abstracts: principal components, k-means, class-based TF-IDF.
    The number of topics is one for every hundred texts, at least 3. **Under 60 texts there is no model**, and the most
    frequent words are given instead.

    Parameters
    ----------
    cases
        One case or several, or their ids; a case without a crisis on record has topics, but no phases.
    seed
        Of k-means.
    phase_days
        As for ``aftermath.tone``.
    workspace
        Where the vectors are archived; the workspace in force if not given.

    Returns
    -------
    Topics

    Raises
    ------
    NothingToMeasure
        If there is no text with a vector.
    EmbeddingsError
        If the archived vectors are missing, or are out of date.

    Examples
    --------
    >>> import aftermath as am
    >>> few = am.topics(am.load_case("red-cross-tweet"))
    >>> few.topics, few.n
    ((), 19)
    """
    given = {case.id: case for case in complete(cases)}
    workspace = workspace or find_workspace()
    return kept(
        "topics over time",
        lambda: (*_rests_on(given, workspace), seed, phase_days),
        lambda: _found(given, workspace, seed, phase_days),
    )


def _rests_on(cases: dict[str, Case], workspace: Workspace) -> tuple[str, list[tuple[str, str]]]:
    """All of cases and archived vectors that topics and their phases rest on."""
    manifest, vectors = vector_files(workspace)
    made_from = {case_id: partial(getattr, case, "origin") for case_id, case in cases.items()}
    texts = kept_each("checksums of texts", made_from, lambda case_id: _checksum(cases[case_id]))
    return fingerprint(manifest.parent, [manifest, vectors]), list(texts.items())


def _checksum(case: Case) -> str:
    """Of all of a case that its place in topics rests on."""
    texts = case.coverage.select("doc_id", "published", "abstract").rows()
    return hashlib.sha256(repr((case.zero, case.about.timezone, texts)).encode()).hexdigest()


def _found(given: dict[str, Case], workspace: Workspace, seed: int, phase_days: tuple[int, ...]) -> Topics:
    archived = load_embeddings(workspace, given.values())
    if archived.texts.is_empty():
        left_out = f" without vectors: {listed(archived.without)}" if archived.without else ""
        raise NothingToMeasure(f"no text to find topics in{left_out}. `aftermath embed` makes vectors of new cases.")
    return topics_of(
        _dated(archived, given), archived.vectors, seed=seed, phase_days=phase_days, left_out=archived.without
    )


def topics_of(
    texts: pl.DataFrame,
    vectors: np.ndarray,
    *,
    seed: int = 0,
    phase_days: tuple[int, ...] = PHASE_DAYS,
    left_out: tuple[str, ...] = (),
) -> Topics:
    """Find topics in any texts that have vectors, e.g. the posts of an archive.

    Meant for up to some ten thousand texts: draw a sample of a larger archive first.

    Parameters
    ----------
    texts
        One row a text: ``case_id`` (or any group), ``doc_id``, ``text`` **with names masked**, ``day`` since clock zero
        (null where there is no clock).
    vectors
        One row a text, e.g. from ``archives.encoder``.
    seed, phase_days
        As for ``topics``.
    left_out
        Groups to be named as missing.

    Returns
    -------
    Topics
    """
    groups, contents = texts["case_id"].to_list(), texts["text"].to_list()
    model = kept(
        "topics",
        lambda: (groups, contents, hashlib.sha256(vectors.tobytes()).digest(), seed),
        lambda: _model(groups, contents, vectors, seed),
    )
    assignments = _assigned(texts, model.fit, phase_days)
    return Topics(
        case_ids=tuple(sorted(set(groups))),
        left_out=left_out,
        topics=tuple(_topics(model.fit, assignments)) if model.fit else (),
        assignments=assignments,
        phases=_by_phase(assignments, phase_days),
        words=model.frequent,
        stability=model.stability,
        seed=seed,
        why_none=model.why_none,
    )


@dataclass(frozen=True)
class _Model:
    """What rests on texts and vectors alone, **and on no day**: it stays as it is when a case's clock is set anew."""

    frequent: pl.DataFrame
    why_none: str
    fit: topic_model.Fit | None = None
    stability: topic_model.Stability | None = None


def _model(groups: Sequence[str], contents: Sequence[str], vectors: np.ndarray, seed: int) -> _Model:
    words, frequent = topic_model.vocabulary(contents, groups), _frequent(contents)
    if why_none := _why_none(vectors, words):
        return _Model(frequent, why_none)
    count = topic_model.topic_count(len(contents))
    share = TOWARDS_THE_MIDDLE if len(set(groups)) > 1 else 0.0
    places = topic_model.places_of(topic_model.towards_the_middle(vectors, groups, share))
    fit = topic_model.fit(contents, places, words, topic_model.k_means(count, seed))
    return _Model(frequent, "", fit, topic_model.stability(places, count, {seed: fit.labels}))


def _dated(archived: Embeddings, cases: dict[str, Case]) -> pl.DataFrame:
    """The texts without names, and their day since the clock zero of their case."""
    days = [
        None if cases[case_id].zero is None else day_since_zero(cases[case_id], published)
        for case_id, published in archived.texts.select("case_id", "published").iter_rows()
    ]
    names = archived.names
    plain = kept(
        "texts without names",
        lambda: (names.organisations, names.people, sorted(names.others), archived.texts["abstract"].to_list()),
        lambda: [names.mask(text, organisation="", person="") for text in archived.texts["abstract"]],
    )
    return archived.texts.select(
        "case_id", "doc_id", pl.Series("text", plain, dtype=pl.String), pl.Series("day", days, dtype=pl.Int64)
    )


def _why_none(vectors: np.ndarray, words: Sequence[str]) -> str:
    """Why no model can be fitted, as a sentence; empty where one can."""
    n = len(vectors)
    if n < LEAST_TEXTS:
        return f"{counted(n, 'text')} are too few for topics; {LEAST_TEXTS} are needed, so no model was fitted."
    if _nearly_the_same(vectors):
        return f"The {counted(n, 'text')} say too nearly the same for topics, so no model was fitted."
    if len(words) < topic_model.TERMS:
        return f"The {counted(n, 'text')} share too few words for topics, so no model was fitted."
    return ""


def _nearly_the_same(vectors: np.ndarray) -> bool:
    """Whether fewer vectors differ than a model needs; no more are looked at once there are enough."""
    seen: set[bytes] = set()
    for vector in vectors:
        seen.add((vector + 0.0).tobytes())  # minus nought is nought
        if len(seen) >= LEAST_TEXTS:
            return False
    return True


def _topics(fit: topic_model.Fit, assignments: pl.DataFrame) -> Iterator[Topic]:
    groups = assignments["case_id"].to_list()
    for label, terms in enumerate(fit.terms):
        inside = fit.labels == label
        counts = Counter(group for group, in_topic in zip(groups, inside, strict=True) if in_topic)
        yield Topic(
            number=label + 1,
            terms=terms,
            share=share_by_case(groups, inside),
            cases=tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
            examples=tuple(assignments.select("case_id", "doc_id").row(row) for row in fit.telling(label, EXAMPLES)),
        )


def _assigned(texts: pl.DataFrame, fit: topic_model.Fit | None, phase_days: tuple[int, ...]) -> pl.DataFrame:
    numbers = (
        [None] * texts.height if fit is None else [label + 1 if label >= 0 else None for label in fit.labels.tolist()]
    )
    ends = _ends(phase_days)
    phases = [
        NO_CLOCK if day is None else next((label for label, end in ends if day < end), "") for day in texts["day"]
    ]
    return texts.select("case_id", "doc_id", "day").with_columns(
        pl.Series("phase", phases, dtype=pl.String), pl.Series("topic", numbers, dtype=pl.Int64)
    )


def _ends(phase_days: tuple[int, ...]) -> list[tuple[str, float]]:
    """Each phase in order of time with the first day after it."""
    ends = (0, *phase_days, math.inf)
    return [(BEFORE, 0), *((phase_label(start, end), end) for start, end in itertools.pairwise(ends))]


def _by_phase(assignments: pl.DataFrame, phase_days: tuple[int, ...]) -> pl.DataFrame:
    rows = []
    numbers = assignments["topic"].drop_nulls().unique().sort().to_list()
    for label, _ in _ends(phase_days):
        inside = assignments.filter(pl.col("phase") == label)
        for topic in numbers if inside.height else ():
            share = share_by_case(inside["case_id"].to_list(), (inside["topic"] == topic).fill_null(False).to_numpy())
            rows.append((label, topic, share.count, share.n, share.value, share.lower, share.upper))
    shares = dict.fromkeys(("share", "lower", "upper"), pl.Float64)
    schema = {"phase": pl.String, "topic": pl.Int64, "n": pl.Int64, "of": pl.Int64, **shares}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _frequent(texts: Sequence[str]) -> pl.DataFrame:
    """The words that stand in most texts, in at least two; common ones left out."""
    counts = topic_model.texts_with(texts)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    rows = [(word, count, count / len(texts)) for word, count in ordered if count > 1][:FREQUENT]
    return pl.DataFrame(rows, schema={"term": pl.String, "texts": pl.Int64, "share": pl.Float64}, orient="row")
