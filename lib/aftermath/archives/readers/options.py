"""What a reader is told, and what it tells besides the posts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST_MISSING = 1_000_000


@dataclass
class Options:
    """What a reader is told about an archive.

    Parameters
    ----------
    columns
        For tables: field of the post table to column of the file.
    quoting
        For tables as text: how quotation marks are written in them; empty where that is to be found.
    missing
        Ids that the export says are gone: deleted, withheld, of closed accounts.
    used
        The column map that was used, guesses included; only what was given where tables differ in their columns.
    remarks
        What whoever adds the archive should know, a sentence each, in the order in which it was found.
    of_twitter
        Whether the ids of the table that is being read are Twitter's.
    time_column
        Where its times are; empty for what is no table.
    differ
        Whether tables of the archive have different columns.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    quoting: str = ""
    missing: dict[str, None] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    remarks: dict[str, None] = field(default_factory=dict)
    of_twitter: bool = False
    time_column: str = ""
    differ: bool = False

    @property
    def named(self) -> set[str]:
        """Columns that whoever adds the archive says are there."""
        where = self.columns.get("where", "").partition("=")[0]
        fields = (value for name, value in self.columns.items() if name not in ("where", "time_format"))
        return {
            column for value in (*fields, where) for column in (value.split("+") if "+" in value else [value]) if column
        }

    def use(self, columns: Mapping[str, str], *, of_twitter: bool) -> None:
        """Note how the columns of a table are read.

        Tables of one archive may differ in what they call the same. Each is read by its own header then, and **guesses are
        not kept**: they are made again, for each table, when the archive is read again.
        """
        if self.used and not self.differ and dict(columns) != dict(self.used):
            self.differ = True
            self.remark("The tables of this archive have different columns; each is read by its own header.")
        self.used = dict(self.columns) if self.differ else columns
        self.of_twitter = of_twitter
        self.time_column = columns.get("time", "")

    def note_missing(self, post_id: Any) -> None:
        """Keep the id of a post that the export names but does not hold."""
        if isinstance(post_id, str) and post_id and len(self.missing) < _MOST_MISSING:
            self.missing[post_id[:40]] = None

    def remark(self, sentence: str) -> None:
        """Keep what should be known of the archive, once. **It holds nothing of a text, an author or an account.**"""
        self.remarks[sentence] = None
