"""What the coverage was about, as cells of tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import polars as pl

from aftermath.topic_modelling.topic_shares import Share
from aftermath.wording import DASH, number

if TYPE_CHECKING:
    from aftermath.topic_modelling.topic_result import Topics


def numbered(topics: Topics) -> list[str]:
    """The topics by their numbers."""
    return [f"Topic {topic.number}" for topic in topics.topics]


def named(topics: Topics) -> list[str]:
    """The topics by their numbers and names."""
    return [f"{topic.number} {topic.name}" for topic in topics.topics]


def counts(topics: Topics) -> dict[str, list[str]]:
    """Case id to how many of its texts are in each topic, a dash where none is, and to all of its texts."""
    in_topic = {(row["case_id"], row["topic"]): number(row["n"]) for row in topics.by_case.iter_rows(named=True)}
    sizes = {row["case_id"]: number(row["of"]) for row in topics.by_case.iter_rows(named=True)}
    return {
        case_id: [*(in_topic.get((case_id, topic.number), DASH) for topic in topics.topics), size]
        for case_id, size in sizes.items()
    }


def shares_by_phase(topics: Topics) -> Iterator[list[str]]:
    """For each phase its name and the share of each topic, with interval and n."""
    shares = topics.phases.group_by("phase", maintain_order=True).agg(pl.struct("n", "of", "lower", "upper"))
    for phase, rows in shares.iter_rows():
        yield [phase, *(Share(row["n"], row["of"], row["lower"], row["upper"]).text for row in rows)]
