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
    missing
        Ids that the export says are gone: deleted, withheld, of closed accounts.
    used
        The column map that was used, guesses included; set by a reader of tables.
    of_twitter
        Set by a reader of tables that found ids to be Twitter's.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    missing: dict[str, None] = field(default_factory=dict)
    used: Mapping[str, str] = field(default_factory=dict)
    of_twitter: bool = False

    def note_missing(self, post_id: Any) -> None:
        """Keep the id of a post that the export names but does not hold."""
        if isinstance(post_id, str) and post_id and len(self.missing) < _MOST_MISSING:
            self.missing[post_id[:40]] = None
