"""What was found when topics were looked for: the topics, their texts, and how they moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from aftermath.statistics.result import Result
from aftermath.topic_modelling.topic_model import Stability
from aftermath.topic_modelling.topic_shares import Share
from aftermath.wording import counted, in_words, listed, number

ONE_CASE = 0.6
BEFORE = "before clock zero"  # the phase of texts that are older


@dataclass(frozen=True)
class Topic:
    """One topic.

    Parameters
    ----------
    number
        From 1 for the largest.
    terms
        The most telling first (class-based TF-IDF).
    share
        Of all texts.
    cases
        Case and its texts in this topic, the case with most first.
    examples
        Case and text: those that lie farthest out in the topic's direction.
    """

    number: int
    terms: tuple[str, ...]
    share: Share
    cases: tuple[tuple[str, int], ...]
    examples: tuple[tuple[str, str], ...]

    @property
    def n(self) -> int:
        """Its texts."""
        return self.share.count

    @property
    def name(self) -> str:
        """Its first three terms: a name that nobody chose."""
        return ", ".join(self.terms[:3])

    @property
    def largest_case(self) -> tuple[str, float]:
        """The case with most of its texts, and the share of the topic's texts that are of that case."""
        case_id, count = self.cases[0]
        return case_id, count / self.n

    @property
    def text(self) -> str:
        """The topic with its share, without a full stop."""
        return f"“{self.name}” {self.share.text}"


@dataclass(frozen=True)
class Topics(Result):
    """What texts were about.

    Parameters
    ----------
    case_ids
        The cases that the texts are of.
    left_out
        Cases that have texts but no archived vectors.
    topics
        The largest first; **none where there are too few texts** (``why_none``).
    assignments
        One row a text: ``case_id``, ``doc_id``, ``day`` (since clock zero), ``phase``, ``topic`` (null where none).
    phases
        One row a phase and topic: ``phase``, ``topic``, ``n``, ``of`` (texts of the phase), ``share``, ``lower``, ``upper``.
    words
        One row a frequent word: ``term``, ``texts``, ``share``; for where there is no model.
    stability
        Agreement of the topics of ten seeds, of four where there are more than 5,000 texts; None where there is no model.
    seed
        Of the clustering that is shown.
    why_none
        Why there is no model, as a sentence.
    """

    case_ids: tuple[str, ...]
    left_out: tuple[str, ...]
    topics: tuple[Topic, ...]
    assignments: pl.DataFrame = field(repr=False)
    phases: pl.DataFrame = field(repr=False)
    words: pl.DataFrame = field(repr=False)
    stability: Stability | None
    seed: int
    why_none: str

    @property
    def n(self) -> int:
        """How many texts."""
        return self.assignments.height

    @property
    def table(self) -> pl.DataFrame:
        """One row a topic; one row a frequent word where there is no model."""
        return pl.DataFrame([_row(topic) for topic in self.topics]) if self.topics else self.words

    @cached_property
    def by_case(self) -> pl.DataFrame:
        """One row a case and topic that occurs in it: ``case_id``, ``topic``, ``n``, ``of`` (texts of the case)."""
        counts = (
            self.assignments.drop_nulls("topic").group_by("case_id", "topic").agg(pl.len().cast(pl.Int64).alias("n"))
        )
        sizes = self.assignments.group_by("case_id").agg(pl.len().cast(pl.Int64).alias("of"))
        return counts.join(sizes, on="case_id").sort("case_id", "topic")

    @property
    def text(self) -> str:
        found = self._topics_text if self.topics else self._words_text
        if not self.left_out:
            return found
        return f"{found} Left out, as no vectors of its texts are archived yet: {listed(self.left_out)}. `aftermath embed` makes them."

    @property
    def _extent(self) -> str:
        return f"{counted(self.n, 'text')} of {counted(len(self.case_ids), 'case')}"

    @property
    def of_one_case(self) -> tuple[Topic, ...]:
        """Topics that take **more than 60 %** of their texts from one of several cases: the case, perhaps, and no theme."""
        several = self.topics if len(self.case_ids) > 1 else ()
        return tuple(topic for topic in several if topic.largest_case[1] > ONE_CASE)

    @property
    def phases_text(self) -> str:
        """How the share of each topic moved from phase to phase, with intervals and n."""
        sentences = []
        for topic in self.topics:
            rows = self.phases.filter(pl.col("topic") == topic.number).iter_rows(named=True)
            parts = [f"{row['phase']} {Share(row['n'], row['of'], row['lower'], row['upper']).text}" for row in rows]
            sentences.append(f"Topic {topic.number}, “{topic.name}”: {'; '.join(parts)}.")
        return " ".join(sentences)

    @property
    def _topics_text(self) -> str:
        stability, named = self.stability, "; ".join(topic.text for topic in self.topics)
        assert stability is not None  # it comes with the topics
        return " ".join(
            [
                f"{in_words(len(self.topics)).capitalize()} topics in {self._extent}, each named by its first words: {named}.",
                *self._one_case_text,
                f"The topics of {in_words(stability.seeds)} seeds agree with an adjusted Rand index of "
                f"{number(stability.mean, 2)} on average, {number(stability.least, 2)} at least. Every text is "
                "counted in the topic that it is nearest to, however far that is.",
            ]
        )

    @property
    def _one_case_text(self) -> Iterator[str]:
        if len(self.case_ids) == 1:
            return
        for topic in self.of_one_case:
            case_id, share = topic.largest_case
            yield (
                f"Topic {topic.number}, “{topic.name}”, takes {number(100 * share)} % of its texts from {case_id}: it may be "
                "that case, and no theme."
            )
        if not self.of_one_case:
            topic = max(self.topics, key=lambda topic: topic.largest_case[1])
            case_id, share = topic.largest_case
            yield (
                f"No topic has more than {number(100 * share)} % of its texts from one case ({case_id} in topic "
                f"{topic.number}, “{topic.name}”)."
            )

    @property
    def _words_text(self) -> str:
        words = (f"{row['term']} ({number(row['texts'])})" for row in self.words.head(8).iter_rows(named=True))
        return (
            f"{self.why_none} In {self._extent} these words stand in most texts, names and common words left out: "
            f"{listed([*words]) or 'none twice'}."
        )


def _row(topic: Topic) -> dict[str, object]:
    case_id, share = topic.largest_case
    return {
        "topic": topic.number,
        "terms": ", ".join(topic.terms),
        "n": topic.n,
        "share": topic.share.value,
        "share_lower": topic.share.lower,
        "share_upper": topic.share.upper,
        "cases": len(topic.cases),
        "largest_case": case_id,
        "largest_case_share": share,
        "examples": " ".join(f"{case_id}:{doc_id}" for case_id, doc_id in topic.examples),
    }
