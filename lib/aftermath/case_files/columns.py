"""What columns of tables are made of: what each holds, what it allows, and what a writer should put there."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import dataframely as dy
import polars as pl

_RULE = type(dy.rule()(lambda schema: pl.lit(value=True)))  # what dataframely makes of a function under @dy.rule()


class Table(dy.Schema):
    """What all tables share."""

    row = dy.UInt32(description="row in the file, the header being row 1")

    @classmethod
    @functools.cache
    def rules(cls) -> dict[str, pl.Expr]:
        """What every row is held against, by the names that ``filter`` of dataframely has for it.

        The same expressions as there, made once: for small tables making them takes longer than evaluating them.
        """
        own = {name: rule.make(cls).expr for name, rule in vars(cls).items() if isinstance(rule, _RULE)}
        key = {"primary_key": pl.struct(cls.primary_key()).is_unique()} if cls.primary_key() else {}
        of_columns = {
            f"{name}|{kind}": expression
            for name, column in cls.columns().items()
            for kind, expression in column.validation_rules(pl.col(name)).items()
        }
        # where a rule cannot tell, another has: of what is missing
        return {name: expression.fill_null(value=True) for name, expression in (own | key | of_columns).items()}

    @classmethod
    @functools.cache
    def no_rows(cls) -> pl.DataFrame:
        """The table without rows."""
        return cls.create_empty()

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        """What two rows under different ids must not have in common, as they would count twice: columns, and what is compared.

        **A row that lacks one of these is not judged**, nor one whose id stands twice, which is a fault of its own.
        """
        return {}


def word_column(allowed: Iterable[str], description: str, *, nullable: bool = False) -> dy.String:
    """A column of single words, each of those allowed."""
    words = list(allowed)
    return dy.String(
        nullable=nullable,
        check={"vocabulary": lambda column: column.is_in(words)},
        description=description,
        metadata={"mend": f"use one of: {', '.join(words)}", "words": words},
    )


def words_column(allowed: Iterable[str], description: str, *, optional: bool = False) -> dy.List:
    """A column of words with ``;`` between, each of those allowed; at least one unless it is ``optional``."""
    words = list(allowed)
    return dy.List(
        dy.String(),
        min_length=0 if optional else 1,
        check={"vocabulary": lambda column: column.list.set_difference(words).list.len() == 0},
        description=description,
        metadata={"mend": f"use these words, with ; between: {', '.join(words)}", "words": words},
    )


def ids_column(description: str, example: str, *, optional: bool = False) -> dy.List:
    """A column of ids with ``;`` between, at least one unless it is ``optional``."""
    return dy.List(
        dy.String(),
        min_length=0 if optional else 1,
        description=description,
        metadata={"mend": f"name ids with ; between, e.g. {example}"},
    )


def key_column(prefix: str, description: str) -> dy.String:
    """A column of ids like ``e01``, each once."""
    return dy.String(
        regex=rf"^{prefix}[0-9]{{2,}}$",
        description=description,
        metadata={"mend": f"write {prefix} and at least two digits, each id once, e.g. {prefix}01"},
        primary_key=True,
    )


def text_column(
    description: str, mend: str, *, nullable: bool = False, max_length: int | None = None, primary_key: bool = False
) -> dy.String:
    """A column of free text, not empty unless it is ``nullable``; ``max_length`` counts characters in any script."""
    # dataframely's own lengths count bytes, of which a Chinese character takes three
    check = {} if max_length is None else {"max_length": lambda column: column.str.len_chars() <= max_length}
    return dy.String(
        nullable=nullable,
        primary_key=primary_key,
        min_length=None if nullable else 1,
        check=check,
        description=description,
        metadata={"mend": mend, "max_length": max_length},
    )


def instant_column(description: str, *, nullable: bool = False) -> dy.Datetime:
    """A column of moments in UTC."""
    return dy.Datetime(
        time_zone="UTC",
        nullable=nullable,
        description=description,
        metadata={"mend": "write an ISO 8601 instant with offset, e.g. 2014-02-28T00:00:00-05:00"},
    )


@functools.cache
def file_columns(schema: type[Table]) -> Mapping[str, dy.Column]:
    """The columns that a table's file has, in order: those of its schema but for ``row``."""
    return MappingProxyType({name: column for name, column in schema.columns().items() if name != "row"})


def columns_in(schema: type[Table], header: Iterable[str]) -> tuple[str, ...]:
    """The columns of a file that has this header, in order: those that every file has, and of the optional ones those named.

    A column is optional where its metadata say so: **files from before it was defined stay as they are**. Optional columns come last.

    Parameters
    ----------
    schema
        What the file should hold.
    header
        The names in its first row; what is no column of the table is passed over.
    """
    named = set(header)
    return tuple(
        name
        for name, column in file_columns(schema).items()
        if name in named or not metadata_of(column).get("optional")
    )


def metadata_of(column: dy.Column) -> dict[str, Any]:
    """What a column says beside its type: ``mend``, and ``words``, ``format``, ``max_length`` or ``optional`` where it has them."""
    return column.metadata or {}


def named_in(frame: pl.DataFrame, column: str) -> Iterator[tuple[int, str]]:
    """Every (row, id) that a column of single ids or of lists names."""
    for row, named in in_rows(frame, "row", column):
        yield from ((row, name) for name in (named if isinstance(named, list) else [named]) if name is not None)


def in_rows(frame: pl.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """The values of some columns row by row: for small tables ten times as quick as selecting them first."""
    return zip(*(frame[column].to_list() for column in columns), strict=True)
