"""The six tables of a case, and three that it may have, as schemas.

A column's ``description`` says what it holds and its ``metadata["mend"]`` what a writer should put
there; both appear in problems, in the hints of a new case and in the data package. Lists are written
with ``;`` between the words. Every loaded table has a column ``row``: the row in its file as a
spreadsheet shows it (**the header is row 1**), so that anything computed can be traced back.
"""

from collections.abc import Mapping
from typing import Self

import dataframely as dy
import polars as pl

from aftermath import vocabulary
from aftermath.case_files.coders import CODER_ID, RESERVED_CODERS
from aftermath.case_files.columns import (
    Table,
    ids_column,
    instant_column,
    key_column,
    text_column,
    word_column,
    words_column,
)
from aftermath.case_files.sources import Sources

LABEL_LENGTH = 34
ABSTRACT_WORDS = (20, 45)
STANCE_CODES = ("-2", "-1", "0", "1", "2")
AGREED_CODES = tuple(dict.fromkeys((*vocabulary.SCORES, *STANCE_CODES)))
ADJUDICATED = ("score", *vocabulary.STANCES)
LONGEST_RELATION = 36_525 * 86_400  # seconds: a hundred years


_SOURCE_ID = {"mend": "name a source_id that stands in sources.csv"}


def _moment(column: str) -> pl.Expr:
    """A day as it is written, and an instant so that it is the same in every zone."""
    instant = pl.col(column).str.to_datetime("%Y-%m-%dT%H:%M:%S%#z", time_zone="UTC", strict=False)
    return pl.coalesce(instant.dt.to_string(), pl.col(column))


def _stance(description: str, *, nullable: bool = False) -> dy.Int8:
    return dy.Int8(
        min=-2,
        max=2,
        nullable=nullable,
        description=description,
        metadata={"mend": "write a whole number from -2 to 2"},
    )


class Events(Table):
    """``events.csv``: who did what, and when."""

    event_id = key_column("e", "id of the event")
    label = text_column(
        "label for the timeline",
        f"write 2 to 5 words, at most {LABEL_LENGTH} characters, each label once",
        max_length=LABEL_LENGTH,
    )
    earliest = instant_column("earliest moment at which it can have happened")
    latest = instant_column("latest moment at which it can have happened")
    best_earliest = instant_column("start of the likeliest reading", nullable=True)
    best_latest = instant_column("end of the likeliest reading", nullable=True)
    actor = word_column(vocabulary.ACTORS, "who acted")
    acts = words_column(vocabulary.ACTS, "what was done")
    channel = words_column(vocabulary.CHANNELS, "where it was done")
    speaker = text_column("person named", "write the name, or leave it empty", nullable=True)
    role = text_column("office of that person", "write the office, or leave it empty", nullable=True)
    strategies = words_column(vocabulary.STRATEGIES, "response strategies of the organisation", optional=True)
    summary = text_column("what happened, in one or two sentences", "write one or two sentences in your own words")
    source_ids = ids_column("sources of the event", "nyt-2014-02-28;gm-2014-02-13")
    certainty = word_column(vocabulary.CERTAINTIES, "how the time is known")

    @dy.rule()
    def earliest_after_latest(cls) -> pl.Expr:
        return pl.col("earliest") <= pl.col("latest")

    @dy.rule()
    def best_outside(cls) -> pl.Expr:
        inside = pl.col("best_earliest") >= pl.col("earliest"), pl.col("best_latest") <= pl.col("latest")
        ordered = pl.col("best_earliest") <= pl.col("best_latest")
        return (pl.col("earliest") > pl.col("latest")) | (inside[0] & inside[1] & ordered)

    @dy.rule()
    def best_half_given(cls) -> pl.Expr:
        return pl.col("best_earliest").is_null() == pl.col("best_latest").is_null()

    @dy.rule()
    def label_twice(cls) -> pl.Expr:
        return pl.col("label").is_first_distinct()

    @dy.rule()
    def label_over_lines(cls) -> pl.Expr:
        return ~pl.col("label").str.contains(r"[\r\n\u{2028}\u{2029}]")

    @dy.rule()
    def out_of_order(cls) -> pl.Expr:
        above_is_swapped = (pl.col("earliest") > pl.col("latest")).shift()
        return above_is_swapped | (pl.col("earliest") >= pl.col("earliest").shift())

    @dy.rule()
    def strategy_of_another(cls) -> pl.Expr:
        others = [actor for actor in vocabulary.ACTORS if actor not in ("organisation", "employee")]
        return (pl.col("strategies").list.len() == 0) | ~pl.col("actor").is_in(others)


class Coverage(Table):
    """``coverage.csv``: a content analysis of what was published."""

    doc_id = key_column("d", "id of the text")
    source_id = dy.String(description="source of the text", metadata=_SOURCE_ID)
    published = dy.String(
        description="day or moment of publication",
        metadata={"mend": "write YYYY-MM-DD, or an instant with offset", "format": "day_or_instant"},
    )
    frames = words_column(vocabulary.FRAMES, "frames of the text", optional=True)
    abstract = dy.String(
        check={
            "words": lambda column: column.str.count_matches(r"\S+").is_between(*ABSTRACT_WORDS),
        },
        description="what the text says, in our own words",
        metadata={"mend": "write {} to {} words of your own".format(*ABSTRACT_WORDS)},
    )

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        return {"abstract": pl.col("abstract"), "source_id": pl.col("source_id"), "published": _moment("published")}


def _coder(description: str, once_for: str) -> dy.String:
    return dy.String(
        primary_key=True,
        regex=f"^{CODER_ID}$",
        check={"reserved": lambda column: ~column.is_in(RESERVED_CODERS)},
        description=description,
        metadata={"mend": f"name a coder as case.yaml does, e.g. a, once for each {once_for}"},
    )


class Stances(Table):
    """``stances.csv``: how each text stands, by coder."""

    doc_id = dy.String(
        primary_key=True,
        description="text that is coded",
        metadata={"mend": "name a doc_id that stands in coverage.csv, once for each coder"},
    )
    coder = _coder("who coded", "text")
    favourability = _stance("whether it makes a reader think worse or better of the organisation")
    stance_org = _stance("what the text makes of the organisation")
    stance_response = _stance("what the text makes of the response", nullable=True)


class Signals(Table):
    """``signals.csv``: numbers over time."""

    signal = dy.String(
        regex=r"^[a-z0-9][a-z0-9_]*$",
        description="name of the signal",
        metadata={"mend": "write a name in snake_case, e.g. us_sales_units"},
    )
    time = dy.String(
        description="day or moment of the value",
        metadata={"mend": "write YYYY-MM-DD, or an instant with offset", "format": "day_or_instant"},
    )
    value = dy.Float64(
        allow_inf=False, allow_nan=False, description="the number", metadata={"mend": "write a plain number, e.g. 4.31"}
    )
    unit = text_column("unit of the value", "name the unit")
    scope = text_column("country, platform or population covered", "say what the number covers")
    source_id = dy.String(description="source of the value", metadata=_SOURCE_ID)

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        return {
            "signal": pl.col("signal"),
            "time": _moment("time"),
            "scope": pl.col("scope"),
            "source_id": pl.col("source_id"),
        }


class Rubric(Table):
    """``rubric.csv``: transparency and empathy, item by item."""

    item = dy.String(
        primary_key=True,
        check={"vocabulary": lambda column: column.is_in(list(vocabulary.RUBRIC_ITEMS))},
        description="item of the rubric",
        metadata={
            "mend": f"use one of: {', '.join(vocabulary.RUBRIC_ITEMS)}, once for each coder",
            "words": list(vocabulary.RUBRIC_ITEMS),
        },
    )
    coder = _coder("who scored", "item")
    score = word_column(vocabulary.SCORES, "score of the item; empty where it is not coded", nullable=True)
    event_ids = ids_column("events that the score rests on", "e07;e08", optional=True)
    rationale = text_column(
        "why, in one sentence; not empty where there is a score", "write one sentence in your own words", nullable=True
    )

    @dy.rule()
    def without_reason(cls) -> pl.Expr:
        return pl.col("score").is_null() | pl.col("rationale").is_not_null()


def _price(description: str, mend: str) -> dy.Float64:
    return dy.Float64(
        min_exclusive=0, allow_inf=False, allow_nan=False, description=description, metadata={"mend": mend}
    )


class Prices(Table):
    """``prices.csv``: closing prices of the share and of the market around the crisis."""

    date = dy.Date(primary_key=True, description="trading day", metadata={"mend": "write YYYY-MM-DD, each day once"})
    close = _price("closing price of the organisation's share, or its parent's", "write a positive number, e.g. 35.18")
    adjusted_close = _price(
        "the same, adjusted for splits and dividends; returns are computed from it",
        "write a positive number; repeat the close where nothing is to be adjusted",
    )
    market_close = _price("closing value of a market index", "write a positive number, e.g. 1867.63")
    source_ids = ids_column("sources of the closes", "prices-share;prices-index")

    @dy.rule()
    def days_out_of_order(cls) -> pl.Expr:
        return pl.col("date") >= pl.col("date").shift()


def _seconds(description: str) -> dy.Int64:
    return dy.Int64(
        min=-LONGEST_RELATION,
        max=LONGEST_RELATION,
        nullable=True,
        description=description,
        metadata={"mend": "write whole seconds, at most a hundred years, or leave one of the two empty"},
    )


class Relations(Table):
    """``relations.csv``: what sources say of how long after one event another happened."""

    from_event = dy.String(
        primary_key=True,
        description="the event counted from",
        metadata={"mend": "name an event_id of events.csv, and each rule once for a pair of events"},
    )
    to_event = dy.String(
        primary_key=True,
        description="the event that happened so long after it",
        metadata={"mend": "name another event_id of events.csv"},
    )
    at_least_seconds = _seconds("at least so many seconds after; negative where it may have come first")
    at_most_seconds = _seconds("at most so many seconds after")
    certainty = word_column(vocabulary.CERTAINTIES, "how it is known")
    source_ids = ids_column("sources of the relation", "nyt-2014-02-28;gm-2014-02-13")
    rule = dy.String(
        primary_key=True,
        check={"vocabulary": lambda column: column.is_in(list(vocabulary.RELATION_RULES))},
        description="rule that turned the words of the source into seconds",
        metadata={
            "mend": f"use one of: {', '.join(vocabulary.RELATION_RULES)}, each once for a pair of events",
            "words": list(vocabulary.RELATION_RULES),
        },
    )
    reason = text_column("what the sources say, in one sentence", "write one sentence in your own words")

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        """A statement that is counted from the other event is the same: so long after is as long before."""
        onwards = pl.col("from_event") <= pl.col("to_event")
        at_least, at_most = pl.col("at_least_seconds"), pl.col("at_most_seconds")
        ends = {
            "at_least_seconds": pl.when(onwards).then(at_least).otherwise(-at_most),
            "at_most_seconds": pl.when(onwards).then(at_most).otherwise(-at_least),
        }
        return {
            "from_event": pl.min_horizontal("from_event", "to_event"),
            "to_event": pl.max_horizontal("from_event", "to_event"),
            "rule": pl.col("rule"),
        } | {name: end.cast(pl.String).fill_null("") for name, end in ends.items()}

    @dy.rule()
    def to_itself(cls) -> pl.Expr:
        return pl.col("from_event") != pl.col("to_event")

    @dy.rule()
    def no_end_given(cls) -> pl.Expr:
        return pl.col("at_least_seconds").is_not_null() | pl.col("at_most_seconds").is_not_null()

    @dy.rule()
    def ends_swapped(cls) -> pl.Expr:
        return (pl.col("at_least_seconds") <= pl.col("at_most_seconds")).fill_null(value=True)


class Adjudication(Table):
    """``adjudication.csv``: what was agreed where coders differ, beside the codes of each."""

    unit = dy.String(
        primary_key=True,
        description="item of the rubric or text on which coders differ",
        metadata={"mend": "name an item, e.g. T3, or a doc_id of coverage.csv, once for each variable"},
    )
    variable = dy.String(
        primary_key=True,
        check={"vocabulary": lambda column: column.is_in(ADJUDICATED)},
        description="what was coded: score for an item, a column of stances.csv for a text",
        metadata={"mend": f"use one of: {', '.join(ADJUDICATED)}", "words": ADJUDICATED},
    )
    code = dy.String(
        description="the code agreed on",
        metadata={"mend": "write a score, or a number from -2 to 2", "words": AGREED_CODES},
    )
    reason = text_column("why, in one sentence", "write one sentence in your own words")

    @dy.rule()
    def code_of_another(cls) -> pl.Expr:
        score = pl.col("unit").is_in(list(vocabulary.RUBRIC_ITEMS)) & pl.col("code").is_in(list(vocabulary.SCORES))
        return pl.when(pl.col("variable") == "score").then(score).otherwise(pl.col("code").is_in(STANCE_CODES))


class CaseTables(dy.Collection):
    """The tables of one case."""

    sources: dy.DataFrame[Sources]
    events: dy.DataFrame[Events]
    coverage: dy.DataFrame[Coverage]
    stances: dy.DataFrame[Stances]
    signals: dy.DataFrame[Signals]
    rubric: dy.DataFrame[Rubric]
    prices: dy.DataFrame[Prices] | None
    relations: dy.DataFrame[Relations] | None
    adjudication: dy.DataFrame[Adjudication] | None

    @classmethod
    def as_read(cls, frames: Mapping[str, pl.DataFrame]) -> Self:
        """Tables that were read under their schemas, and need no cast; a table that is not there is None."""
        tables = cls()
        for name in cls.members():
            setattr(tables, name, frames.get(name))
        return tables


SCHEMAS: dict[str, type[Table]] = {
    "sources": Sources,
    "events": Events,
    "coverage": Coverage,
    "stances": Stances,
    "signals": Signals,
    "rubric": Rubric,
}
OPTIONAL_SCHEMAS: dict[str, type[Table]] = {"prices": Prices, "relations": Relations, "adjudication": Adjudication}
ALL_SCHEMAS = SCHEMAS | OPTIONAL_SCHEMAS

# (table, column) -> (table, key) whose rows it names
REFERENCES = {
    ("events", "source_ids"): ("sources", "source_id"),
    ("coverage", "source_id"): ("sources", "source_id"),
    ("signals", "source_id"): ("sources", "source_id"),
    ("stances", "doc_id"): ("coverage", "doc_id"),
    ("rubric", "event_ids"): ("events", "event_id"),
    ("prices", "source_ids"): ("sources", "source_id"),
    ("relations", "from_event"): ("events", "event_id"),
    ("relations", "to_event"): ("events", "event_id"),
    ("relations", "source_ids"): ("sources", "source_id"),
}
