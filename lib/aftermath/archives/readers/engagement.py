"""Which columns of a table add up to the engagement: of each thing that people do, one; where platforms have their own, of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

import polars as pl

from aftermath.archives.readers import names
from aftermath.archives.readers.names import listed, plain
from aftermath.archives.readers.opening import printable

BLANK = ("", "na", "nan", "n/a", "null", "none", "<na>")  # what programs write for nothing
_VERBS = {
    "reposts": "retweet repost reblog share".split(),
    "likes": "reaction like digg favorite favourite upvote".split(),
    "replies": "reply comment".split(),
}
_FORMS = "{one}_count {many}_count {many} num_{many} {many}_num number_of_{many} n_{many} {many}_total {many}_summary_total_count"
_WITHIN = "public_metrics statistics stats metrics article_extended_attributes".split()
_OF_ACCOUNTS = {"followerscount", "friendscount", "statusescount", "listedcount"}
_OF_POSTS = "post tweet video status total".split()  # which in a table of comments is what these stand under


@cache
def _names_of(deed: str, *, of_comments: bool) -> dict[str, int]:
    """Names of the columns that count a thing, to their places: the likeliest first."""
    found = listed(names.ENGAGEMENT[deed])
    for within in ("", *_WITHIN, *(() if of_comments else _OF_POSTS)):
        for verb in _VERBS[deed]:
            many = f"{verb[:-1]}ies" if verb.endswith("y") else f"{verb}s"
            found += [plain(f"{within}{form}") for form in _FORMS.format(one=verb, many=many).split()]
    return {name: place for place, name in reversed(list(enumerate(found)))}


def platform_of(column: str) -> str:
    """The platform whose counts a column holds, where a tool that gathers from many has one for each.

    Parameters
    ----------
    column
        Its name.

    Returns
    -------
    str
        Empty where it is of no single platform.

    Examples
    --------
    >>> platform_of("Facebook Likes"), platform_of("article_extended_attributes.twitter_retweets"), platform_of("likes")
    ('facebook', 'twitter', '')
    """
    name = plain(column).removeprefix("articleextendedattributes")
    for platform in names.PLATFORMS:
        rest = name.removeprefix(platform)
        if rest != name and any(rest in _names_of(deed, of_comments=False) for deed in _VERBS):
            return platform
    return ""


def is_blank(values: pl.Series) -> bool:
    """Whether a column stays empty, as those of things do that a tool did not ask for."""
    return len(values) > 0 and not written(values).any()


def written(values: pl.Series) -> pl.Series:
    """In which rows there is something."""
    if values.dtype != pl.String:
        return values.is_not_null()
    return (~values.str.strip_chars().str.to_lowercase().is_in(BLANK)).fill_null(False)


def silent_in(frame: pl.DataFrame, terms: Sequence[Sequence[str]]) -> dict[str, pl.Series]:
    """In which rows a column says nothing because the post is on another platform: those of another are filled.

    Parameters
    ----------
    frame
        Has the columns.
    terms
        Columns that add up; those of one term are alike, and a post fills one of them.

    Returns
    -------
    dict
        Of columns for which that can be: where they are empty, and not for want of a number.

    Examples
    --------
    >>> frame = pl.DataFrame({"Twitter Likes": ["1", ""], "Facebook Likes": ["", "2"], "Facebook Shares": ["", ""]})
    >>> {name: rows.to_list() for name, rows in silent_in(frame, [[name] for name in frame.columns]).items()}
    {'Twitter Likes': [False, True], 'Facebook Likes': [True, False], 'Facebook Shares': [True, False]}
    """
    columns = [column for term in terms for column in term]
    spoken = {column: written(frame[column]).alias(column) for column in columns}
    groups: dict[str, list[str]] = {}
    for column in columns:
        groups.setdefault(platform_of(column), []).append(column)
    silent: dict[str, pl.Series] = {}
    if len(groups) > 1:
        for group in groups.values():
            empty = ~_any(spoken[column] for column in group)
            silent |= {column: empty.alias(column) for column in group}
    for term in (term for term in terms if len(term) > 1):
        some = _any(spoken[column] for column in term)
        for column in term:
            other = ~spoken[column] & some
            silent[column] = (silent[column] | other if column in silent else other).alias(column)
    return silent


def _any(columns: Iterable[pl.Series]) -> pl.Series:
    return pl.DataFrame(list(columns)).select(pl.any_horizontal(pl.all())).to_series()


def count_columns(
    header: Sequence[str], sample: pl.DataFrame, *, of_comments: bool
) -> tuple[tuple[str, ...], list[str]]:
    """Columns that add up to the engagement, and what whoever adds the archive should know of them.

    Parameters
    ----------
    header
        All columns of the table.
    sample
        Its first rows, as text: columns that stay empty are not counted.
    of_comments
        Whether the table is of comments: counts of posts in it are of what they stand under.

    Examples
    --------
    >>> sample = pl.DataFrame({"retweets": ["1"], "likes": ["2"], "views": ["3"]})
    >>> count_columns(sample.columns, sample, of_comments=False)
    (('retweets', 'likes'), [])
    """
    filled = [column for column in header if column in sample.columns and not is_blank(sample[column])]
    filled = [column for column in filled if plain(column) != "score" or _is_of_votes(header)]
    known = set(map(plain, header))
    if _OF_ACCOUNTS & known and "reblogscount" not in known:  # on Twitter, what an account likes is counted so
        filled = [column for column in filled if plain(column) != "favouritescount"]
    deeds: set[str] = set()
    counts: list[str] = []
    for platform in ("", *names.PLATFORMS):
        within = {column: _without(column, platform) for column in filled}
        for deed in _VERBS:
            places = _names_of(deed, of_comments=of_comments)
            known = [
                column for column, name in within.items() if name in places and (not platform or column not in counts)
            ]
            if known:
                first = min(known, key=lambda column: places[within[column]])
                alike = [column for column in known if within[column] in listed(names.ALIKE[deed])]
                counts.append("|".join(alike) if first in alike else first)
                deeds.add(deed)
    return _judged(counts, deeds, {plain(column) for column in filled})


def _without(column: str, platform: str) -> str:
    name = plain(column)
    if not platform:
        return name
    within = name.removeprefix("articleextendedattributes")
    return within.removeprefix(platform) if within.startswith(platform) else ""


def _is_of_votes(header: Sequence[str]) -> bool:
    """Whether a score is what votes add up to, and not stars of a review, or a measure of feelings."""
    known = set(map(plain, header))
    voted = {
        "subreddit",
        "permalink",
        "upvotes",
        "downvotes",
        "numcomments",
        "commsnum",
        "comments",
        "descendants",
        "linkid",
    }
    other = ("rating", "review", "thumbs", "sentiment", "polarity", "stars")
    return any("subreddit" in name for name in known) or bool(
        voted & known and not any(word in name for name in known for word in other)
    )


def _judged(counts: list[str], deeds: set[str], header: set[str]) -> tuple[tuple[str, ...], list[str]]:
    """The columns, unless they count replies alone, and what is lacking."""
    shown = ", ".join(repr(printable(column, 40)) for column in counts)
    if deeds == {"replies"}:
        return (), [f"The engagement is not known: of what people do, only replies are counted, in column {shown}."]
    reactions = [name for name in names.REACTIONS if name in header]
    if len(reactions) > 2 and not any("reaction" in plain(column) for column in counts):
        return tuple(counts), [
            f"The engagement adds up {shown}; {', '.join(reactions)} are not in it (say it by --column engagement=...)."
        ]
    if deeds and "likes" not in deeds:
        return tuple(counts), [f"The engagement adds up {shown} alone: there is no column of likes."]
    return tuple(counts), []
