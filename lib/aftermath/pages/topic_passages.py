"""What the coverage was about, as exhibits of the comparison: sizes of topics, their cases, and their phases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

import polars as pl

from aftermath.case_files.case import Case
from aftermath.comparison.scoreboard import Comparison
from aftermath.pages.board import COVERAGE, case_address
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.html import escape, table_html
from aftermath.pages.passages.tables import absent, rows_of, table
from aftermath.problems import AftermathError
from aftermath.topic_modelling.topic_result import Topic, Topics
from aftermath.topic_modelling.topic_shares import Share
from aftermath.topic_modelling.topics import topics as find_topics
from aftermath.wording import DASH, NO_BREAK, counted, number

_HOW_SIZES = (
    "Each bar is a topic of the coverage abstracts, named by the words that tell it from the others; nobody chose the names. "
    "The bar is cut into cases, the largest first and darkest. The line below it is the 95 % interval of the share, from drawing "
    "whole cases. Names of companies and people were masked, so that topics are themes and not cases."
)
_HOW_WORDS = "Each bar is the share of texts in which a word stands. There are too few texts for topics."
_HOW_PHASES = (
    "Each box is the 95 % interval of a topic’s share among the texts of a phase, the line in it the share itself. Phases "
    "count from the clock zero of each case. Hollow: under eight texts, no interval."
)


def topics(comparison: Comparison, *, id: str = "f4") -> Exhibit | Passage:
    """The topics of the coverage of all cases as an exhibit; a sentence where there are none, saying why.

    Parameters
    ----------
    comparison
        Any comparison.
    id
        Anchor on the page.
    """
    from aftermath.figures import topic_sizes

    found = _found(comparison)
    if isinstance(found, str):
        return Passage(absent(found))
    if not found.topics and found.words.is_empty():
        return Passage(absent(found.text))
    return exhibit(
        found,
        topic_sizes(found, comparison.names),
        id=id,
        title="What the coverage was about" if found.topics else "The words that stand in most texts",
        how=_HOW_SIZES if found.topics else _HOW_WORDS,
        words=_with_names(found.text, comparison.names),
        table=_tables(found, comparison.names),
        rows=f"{counted(len(found.topics), 'topic')}, {counted(len(found.case_ids), 'case')}" if found.topics else None,
    )


def topics_by_phase(comparison: Comparison, *, id: str = "f5") -> Exhibit | Passage:
    """The share of each topic in each phase as an exhibit; a sentence where there are no phases.

    Parameters
    ----------
    comparison
        Any comparison.
    id
        Anchor on the page.
    """
    from aftermath.figures import topics_by_phase as drawn

    found = _found(comparison)
    if isinstance(found, str) or found.phases.is_empty():
        return Passage(absent("Without topics there is nothing to follow from phase to phase."))
    return exhibit(
        found,
        drawn(found),
        id=id,
        title="Topics after clock zero",
        how=_HOW_PHASES,
        words=f"{found.phases_text} The texts are those that could be found and read, not a sample.",
        table=_phases_table(found),
        rows=counted(found.phases["phase"].n_unique(), "phase"),
    )


def _found(comparison: Comparison) -> Topics | str:
    """The topics, or why there are none."""
    try:
        return _measured(comparison.cases, comparison.seed, tuple(comparison.phase_days))
    except AftermathError as error:
        return f"No topics: {error}"


@lru_cache(maxsize=1)
def _measured(cases: tuple[Case, ...], seed: int, phase_days: tuple[int, ...]) -> Topics:
    """Measured once for the two exhibits of a page."""
    return find_topics(cases, seed=seed, phase_days=phase_days)


def _with_names(text: str, names: Mapping[str, str]) -> str:
    """A text with the names of cases in place of their ids; longer ids first, as one may begin with another."""
    for case_id in sorted(names, key=lambda case_id: (-len(case_id), case_id)):
        text = text.replace(case_id, names[case_id])
    return text


def _tables(found: Topics, names: Mapping[str, str]) -> str:
    if not found.topics:
        return table_html(found.words, "Frequent words")
    return f"{_topics_table(found, names)}{_cases_table(found, names)}"


def _topics_table(found: Topics, names: Mapping[str, str]) -> str:
    headings = ("Topic", "Terms", "n", "Share", "Cases", "Largest case", "Telling texts")
    cells = (_topic_cells(topic, names) for topic in found.topics)
    return table("", "Topics", headings, rows_of(cells, headings))


def _topic_cells(topic: Topic, names: Mapping[str, str]) -> Iterable[str]:
    case_id, share = topic.largest_case
    links = (
        f'<a href="{case_address(where, "", doc_id)}">{escape(names.get(where, where))}{NO_BREAK}{escape(doc_id)}</a>'
        for where, doc_id in topic.examples
    )
    return (
        str(topic.number),
        escape(", ".join(topic.terms)),
        number(topic.n),
        escape(topic.share.text),
        number(len(topic.cases)),
        f"{escape(names.get(case_id, case_id))}, {number(100 * share)} %",
        "; ".join(links),
    )


def _cases_table(found: Topics, names: Mapping[str, str]) -> str:
    """How many texts of each case are in each topic, and the share where there are enough texts."""
    counts = {(row["case_id"], row["topic"]): row["n"] for row in found.by_case.iter_rows(named=True)}
    sizes = {row["case_id"]: row["of"] for row in found.by_case.iter_rows(named=True)}
    headings = ("Case", *(f"Topic {topic.number}" for topic in found.topics), "n")
    cells = (
        (
            f'<a href="{case_address(case_id, "", COVERAGE)}">{escape(names.get(case_id, case_id))}</a>',
            *(
                number(counts[case_id, topic.number]) if (case_id, topic.number) in counts else DASH
                for topic in found.topics
            ),
            number(size),
        )
        for case_id, size in sizes.items()
    )
    return table("", "Texts of each case by topic", headings, rows_of(cells, headings))


def _phases_table(found: Topics) -> str:
    """Phases down, topics across, each share with its interval and n."""
    headings = ("Phase", *(f"{topic.number} {escape(topic.name)}" for topic in found.topics))
    shares = found.phases.group_by("phase", maintain_order=True).agg(pl.struct("n", "of", "lower", "upper"))
    cells = (
        (escape(phase), *(escape(Share(row["n"], row["of"], row["lower"], row["upper"]).text) for row in rows))
        for phase, rows in shares.iter_rows()
    )
    return table("", "Topics by phase", headings, rows_of(cells, headings))
