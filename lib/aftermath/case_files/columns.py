"""What columns of tables are made of: what each holds, what it allows, and what a writer should put there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import dataframely as dy
import polars as pl


class Table(dy.Schema):
    """What all tables share."""

    row = dy.UInt32(description="row in the file, the header being row 1")

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
        check={"vocabulary": lambda column: column.list.eval(pl.element().is_in(words)).list.all()},
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


def file_columns(schema: type[Table]) -> dict[str, dy.Column]:
    """The columns that a table's file has, in order: those of its schema but for ``row``."""
    return {name: column for name, column in schema.columns().items() if name != "row"}


def metadata_of(column: dy.Column) -> dict[str, Any]:
    """What a column says beside its type: ``mend``, and ``words``, ``format`` or ``max_length`` where it has them."""
    return column.metadata or {}
