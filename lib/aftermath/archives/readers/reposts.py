"""Reposts that an export has without their original: they are told by their text, and may be cut."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from aftermath.archives.posts import BadLine
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Row
from aftermath.wording import counted

_BEGINS = re.compile(r"RT @\w{1,50}: ")


def is_repost(text: str | None) -> bool:
    """Whether a text is what Twitter writes for a repost.

    Examples
    --------
    >>> is_repost("RT @united: We apologize"), is_repost("so RT @united: this")
    (True, False)
    """
    return text is not None and text.startswith("RT @") and _BEGINS.match(text) is not None


@dataclass
class Reposts:
    """The reposts of a file, counted while it is read: Twitter cuts the text of a repost at 140 characters.

    Its whole text is that of its original, which not every export holds.

    Attributes
    ----------
    all, cut
        How many there were; how many of them have a text that ends in an ellipsis, and no original.
    """

    all: int = 0
    cut: int = 0

    def note(self, text: str | None, *, has_original: bool) -> None:
        """Count a repost."""
        self.all += 1
        self.cut += not has_original and is_repost(text) and str(text).rstrip().endswith(("…", "..."))

    def told(self, records: Iterable[Row | BadLine], name: str, options: Options) -> Iterator[Row | BadLine]:
        """The same records; at their end it is remarked how many reposts had a cut text."""
        yield from records
        if self.cut:
            options.remark(
                f"{name}: the texts of {self.cut} of {counted(self.all, 'repost')} are cut, because the export does not hold "
                "their originals."
            )
