"""``numeric_claims.csv``: numbers that are printed about crises, what of ours may answer them, and its words.

A *documented claim* of ``case.yaml`` is what a text says of one case, with a verdict that a person gave. A *numeric claim* is a
number, mostly about crises at large, and its verdict follows from the data by one rule (``comparison.numeric_claims``).
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from aftermath import vocabulary
from aftermath.case_files.columns import Table, ids_column, text_column, word_column
from aftermath.vocabulary import STEPS, STRATEGIES
from aftermath.wording import listed

_OF_TIME = ("minutes", "hours", "days")
# kind of measure -> statistic -> units that a claim about it may have
KINDS: dict[str, dict[str, tuple[str, ...]]] = {
    "latency": {"mean": _OF_TIME, "median": _OF_TIME, "one_case": _OF_TIME, "share": ("percent",)},
    "rise": {"difference": ("points",)},
    "pair": {"correlation": ("r",)},
    "return": {"mean": ("percent",)},
}
NOT_MEASURED = "none"
# measure -> (its kind, its label)
MEASURES = {
    **{step: ("latency", label[0].lower() + label[1:]) for step, (label, _, _) in STEPS.items()},
    **{f"rise_with_{word}": ("rise", f"rise of favourability with {label}") for word, label in STRATEGIES.items()},
    "delay_and_recovery": ("pair", "delay of the first public response with recovery of favourability"),
    "transparency_and_recovery": ("pair", "transparency with recovery of favourability"),
    "match_and_rise": ("pair", "recommended strategies with rise of favourability"),
    "responsibility_and_favourability": ("pair", "responsibility with favourability in the first phase"),
    "abnormal_return": ("return", "abnormal return over the 21 trading days from clock zero on"),
    "abnormal_return_at_apology": ("return", "abnormal return on the day of the first apology"),
    NOT_MEASURED: ("", "nothing that is measured here"),
}
STATISTICS = {
    "mean": "mean",
    "median": "median",
    "one_case": "time in one case",
    "share": "share",
    "difference": "difference of means",
    "correlation": "correlation",
    "threshold": "threshold",
}
UNITS = {"minutes": "min", "hours": "h", "days": "days", "percent": "%", "points": "points", "r": ""}
COMPARISONS = {"about": "about", "at_most": "at most", "at_least": "at least", "between": "between"}
READ = {
    "full_text": "the source was read in full",
    "abstract": "the abstract was read, not the text",
    "trade_page": "a page that reports it was read, not the source",
    "coded": "as coded in this collection; the text was not read again for this",
    "not_found": "a source was looked for and not found",
}
VERDICTS = vocabulary.VERDICTS | {"cannot_be_told": "Cannot be told"}


# what goes together: measure and statistic; measure, statistic and unit
_OF_MEASURES = [
    f"{measure} {statistic}" for measure, (kind, _) in MEASURES.items() for statistic in KINDS.get(kind, ())
]
_OF_UNITS = [
    f"{measure} {statistic} {unit}"
    for measure, (kind, _) in MEASURES.items()
    for statistic, units in KINDS.get(kind, {}).items()
    for unit in units
]
_UNMEASURED = pl.col("measure") == NOT_MEASURED
# a word that is none of the vocabulary is a fault of its own
_STRANGE = ~pl.col("measure").is_in(list(MEASURES)) | ~pl.col("statistic").is_in(list(STATISTICS))
_STATISTIC_FITS = _UNMEASURED | _STRANGE | pl.concat_str("measure", "statistic", separator=" ").is_in(_OF_MEASURES)
_UNIT_FITS = _UNMEASURED | pl.concat_str("measure", "statistic", "unit", separator=" ").is_in(_OF_UNITS)


class NumericClaims(Table):
    """``numeric_claims.csv``: numbers that are printed about crises, to be put beside the record."""

    claim_id = dy.String(
        primary_key=True,
        regex=r"^[a-z0-9][a-z0-9-]*$",
        description="id of the claim",
        metadata={"mend": "write lower-case letters, digits and hyphens, each id once, e.g. survey-21-hours"},
    )
    who = text_column("who claims it", "name the person, firm or text")
    year = dy.Int64(
        nullable=True,
        min=1800,
        max=2200,
        description="year in which it was printed",
        metadata={"mend": "write the year, or leave it empty"},
    )
    claim = text_column("the claim as printed, or in our words", "write what is claimed, in a sentence")
    population = text_column("what it speaks of", "say which crises, firms or people the number is about")
    sample_n = dy.Int64(
        nullable=True,
        min=1,
        max=1_000_000_000,
        description="how many of these its source looked at",
        metadata={"mend": "write how many, or leave it empty where that is not known"},
    )
    measure = word_column(MEASURES, "measure of ours that comes nearest")
    statistic = word_column(STATISTICS, "statistic that is claimed")
    case_ids = ids_column(
        "cases that it speaks of; empty where it speaks of crises at large", "kitchenaid-tweet", optional=True
    )
    within_hours = dy.Float64(
        nullable=True,
        min_exclusive=0,
        description="of a share: those that did it within so many hours; of a return: cases that answered within them",
        metadata={"mend": "write hours as a number above 0, or leave it empty"},
    )
    after_hours = dy.Float64(
        nullable=True,
        min_exclusive=0,
        description="of a return: cases that did not answer before so many hours",
        metadata={"mend": "write hours as a number above 0, or leave it empty"},
    )
    comparison = word_column(COMPARISONS, "how the number is meant")
    value = dy.Float64(description="the number", metadata={"mend": "write the number alone, its unit has a column"})
    upper = dy.Float64(
        nullable=True,
        description="of between: the upper end",
        metadata={"mend": "write a number above value where the claim is between, else leave it empty"},
    )
    unit = word_column(UNITS, "unit of the number")
    comparable = word_column(("yes", "no"), "whether it speaks of what our record holds, measured alike")
    note = text_column(
        "why it is not comparable, what could not be seen of its source", "say why, or leave it empty", nullable=True
    )
    reference = text_column("where it is printed", "write the full reference, or what was searched and not found")
    read = word_column(READ, "how much of that was read")

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        said = ("who", "claim", "measure", "statistic", "value", "unit")
        return {name: pl.col(name) for name in said} | {"case_ids": pl.col("case_ids").list.sort().list.join(";")}

    @dy.rule()
    def statistic_of_another(cls) -> pl.Expr:
        return _STATISTIC_FITS

    @dy.rule()
    def unit_of_another(cls) -> pl.Expr:
        return _STRANGE | ~_STATISTIC_FITS | _UNIT_FITS

    @dy.rule()
    def value_out_of_range(cls) -> pl.Expr:
        value = pl.col("value")
        return (
            (~pl.col("unit").is_in(_OF_TIME) | (value >= 0))
            & ((pl.col("unit") != "r") | value.is_between(-1, 1))
            & ((pl.col("statistic") != "share") | value.is_between(0, 100))
        )

    @dy.rule()
    def share_without_limit(cls) -> pl.Expr:
        return (pl.col("statistic") != "share") | _UNMEASURED | pl.col("within_hours").is_not_null()

    @dy.rule()
    def end_out_of_place(cls) -> pl.Expr:
        ordered = pl.col("upper").is_not_null() & (pl.col("upper") > pl.col("value"))
        return pl.when(pl.col("comparison") == "between").then(ordered).otherwise(pl.col("upper").is_null())

    @dy.rule()
    def not_one_case(cls) -> pl.Expr:
        return (pl.col("statistic") != "one_case") | (pl.col("case_ids").list.len() == 1)

    @dy.rule()
    def without_note(cls) -> pl.Expr:
        return ((pl.col("comparable") == "yes") & ~_UNMEASURED) | pl.col("note").is_not_null()


_FITTING = listed(
    [f"{statistic} in {listed(units, 'or')}" for allowed in KINDS.values() for statistic, units in allowed.items()]
)
# rules of the schema in words, as ``reading`` takes them
RULES = {
    "statistic_of_another": (
        "statistic",
        "{} is not what this measure gives",
        "of a latency claim mean, median, one_case or share; of a rise difference; of a pair correlation; of a return mean",
    ),
    "unit_of_another": ("unit", "{} does not fit this measure and statistic", f"what fits is {_FITTING}"),
    "value_out_of_range": (
        "value",
        "{} is outside what this unit allows",
        "a time is not below 0, a share lies between 0 and 100, r between -1 and 1",
    ),
    "share_without_limit": ("within_hours", "is empty though a share is claimed", "write within how many hours"),
    "end_out_of_place": (
        "upper",
        "does not go with the comparison",
        "write a number above value where it is between, else leave it empty",
    ),
    "not_one_case": ("case_ids", "one_case needs exactly one case", "name it, e.g. kitchenaid-tweet"),
    "without_note": ("note", "is empty", "say why the claim is not comparable, or why nothing measures it"),
}
