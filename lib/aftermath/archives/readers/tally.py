"""What an archive turned out to hold, counted while it was read, and in sentences for whoever adds it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

import polars as pl

from aftermath.archives.posts import KINDS
from aftermath.wording import counted, listed, number

_LANGUAGES = 6  # named; the others are counted together
_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")  # in a shifted row, a name may stand there


@dataclass
class Tally:
    """Counts over the posts of an archive.

    Parameters
    ----------
    posts
        All of them.
    kinds, languages
        Posts of each; those without a language under ``""``.
    words, authors, engagement
        Posts that have any; reposts, whose engagement is their original's, are not counted in the last.
    first, last
        Times of the earliest and the latest.
    """

    posts: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    words: int = 0
    authors: int = 0
    engagement: int = 0
    first: datetime | None = None
    last: datetime | None = None

    def add(self, posts: pl.DataFrame) -> None:
        """Count more posts.

        Parameters
        ----------
        posts
            The columns of ``posts.SCHEMA``.
        """
        self.posts += posts.height
        for name, counts in (("kind", self.kinds), ("language", self.languages)):
            table = posts[name].cast(pl.String).fill_null("").value_counts()
            counts.update(dict(zip(table[name].to_list(), table["count"].to_list(), strict=True)))
        self.words += int((posts["text"] != "").sum())
        self.authors += posts["author"].count()
        self.engagement += posts.filter(pl.col("kind") != "repost")["engagement"].count()
        first, last = posts["time"].min(), posts["time"].max()
        if isinstance(first, datetime) and isinstance(last, datetime):
            self.first = min(self.first or first, first)
            self.last = max(self.last or last, last)

    @property
    def facts(self) -> tuple[str, ...]:
        """The counts in sentences.

        Examples
        --------
        >>> from collections import Counter
        >>> for fact in Tally(3, Counter(original=2, reply=1), Counter({"en": 2, "": 1}), 2, 3, 0).facts:
        ...     print(fact.replace("\u00a0", " "))
        3 posts: 2 original, 1 reply.
        Language: 2 en, 1 without.
        1 post has no words.
        No engagement is known.
        """
        return tuple(self._facts())

    def _facts(self) -> Iterator[str]:
        kinds = [f"{number(self.kinds[kind])} {kind}" for kind in KINDS if self.kinds[kind]]
        yield f"{counted(self.posts, 'post')}: {', '.join(kinds)}."
        named = [(language, count) for language, count in self.languages.most_common() if language]
        codes = [counted_code for counted_code in named if _CODE.fullmatch(counted_code[0])][:_LANGUAGES]
        said = [f"{number(count)} {language}" for language, count in codes]
        others = sum(count for _, count in named) - sum(count for _, count in codes)
        said += [f"{number(others)} others"] if others else []
        said += [f"{number(self.languages[''])} without"] if self.languages[""] else []
        yield f"Language: {', '.join(said)}."
        wordless, nobody = self.posts - self.words, self.posts - self.authors
        lacking = [(wordless, "words"), (nobody, "author")]
        lacks = [
            f"{counted(count, 'post')} {'has' if count == 1 else 'have'} no {what}" for count, what in lacking if count
        ]
        if lacks:
            yield f"{listed(lacks)}."
        own = self.posts - self.kinds["repost"]
        if not self.engagement:
            yield "No engagement is known."
        elif self.engagement < own:
            yield f"Engagement is known of {number(self.engagement)} of {counted(own, 'post')} (reposts aside)."
