"""The table of sources, as a schema: what was read, and where an archived copy of it is."""

import dataframely as dy
import polars as pl

from aftermath import vocabulary
from aftermath.case_files.columns import Table, text_column, word_column


class Sources(Table):
    """``sources.csv``: what was read."""

    source_id = dy.String(
        primary_key=True,
        regex=r"^[a-z0-9][a-z0-9-]*$",
        description="slug of publisher and date",
        metadata={"mend": "write lower-case letters, digits and hyphens, each id once, e.g. nyt-2014-02-28"},
    )
    title = text_column("title as published", "write the title, or leave it empty", nullable=True)
    publisher = text_column("outlet, agency, company or journal", "name the publisher")
    author = text_column("author as printed", "write the author, or leave it empty", nullable=True)
    published = dy.String(
        nullable=True,
        description="date of publication",
        metadata={"mend": "write YYYY-MM-DD, YYYY-MM or YYYY, or leave it empty", "format": "partial_date"},
    )
    url = dy.String(
        nullable=True,
        regex=r"^https?://\S+$",
        description="where the text that was read is found",
        metadata={"mend": "write an address that begins with http:// or https://, or leave it empty"},
    )
    link = word_column(vocabulary.LINKS, "whether the address is shown as a link")
    kind = word_column(vocabulary.SOURCE_KINDS, "kind of source")
    language = dy.String(
        regex=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
        description="language of the text",
        metadata={"mend": "write a BCP 47 tag, e.g. en or zh"},
    )
    read = word_column(vocabulary.READINGS, "how much of it was read")
    read_on = dy.Date(description="day of reading", metadata={"mend": "write YYYY-MM-DD"})
    archived_url = dy.String(
        nullable=True,
        regex=r"^https?://\S+$",
        description="where an archived copy is found",
        metadata={"mend": "write an address that begins with http:// or https://, or leave it empty", "optional": True},
    )
    archived_at = dy.Datetime(
        time_zone="UTC",
        nullable=True,
        description="when the copy was made",
        metadata={"mend": "write an ISO 8601 instant with offset, e.g. 2014-02-28T05:00:00+00:00", "optional": True},
    )
    sha256 = dy.String(
        nullable=True,
        regex=r"^[0-9a-f]{64}$",
        description="SHA-256 of what was archived, without the packing of the transfer",
        metadata={"mend": "write 64 hexadecimal digits in lower case, or leave it empty", "optional": True},
    )
    retrieved_via = dy.String(
        nullable=True,
        check={"vocabulary": lambda column: column.is_in(list(vocabulary.RETRIEVALS))},
        description="how the copy was found",
        metadata={
            "mend": f"use one of: {', '.join(vocabulary.RETRIEVALS)}",
            "words": list(vocabulary.RETRIEVALS),
            "optional": True,
        },
    )

    @dy.rule()
    def copy_without_time(cls) -> pl.Expr:
        said = pl.any_horizontal(pl.col("archived_url", "sha256", "retrieved_via").is_not_null())
        return pl.col("archived_at").is_not_null() | ~said

    @dy.rule()
    def copy_from_nowhere(cls) -> pl.Expr:
        return pl.col("retrieved_via").is_not_null() | pl.col("archived_at").is_null()

    @classmethod
    def once(cls) -> dict[str, pl.Expr]:
        found_by = pl.coalesce("url", "title")  # without either, two texts of one day cannot be told apart
        others = {name: pl.col(name).fill_null("") for name in ("title", "publisher", "author", "published")}
        return {"url": found_by} | others
