"""What tells in a table whether a post is an original, a reply, a repost or a quote."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import polars as pl

from aftermath.archives.readers import names
from aftermath.archives.readers.engagement import is_blank
from aftermath.archives.readers.names import listed, plain
from aftermath.archives.readers.opening import printable

_FIELDS = (
    ("reply_to_account", "reply", "replied_to"),
    ("reply_to", "reply", "replied_to"),
    ("quote_of", "quote", "quoted"),
    ("repost_of", "repost", "retweeted"),
)
_BESIDE_ACCOUNTS = listed("in_reply_to_status_id in_reply_to_status_id_str reply_to_status_id in_reply_to_id")
_MAY_TELL = {  # what is in the names of columns that may tell kinds, and are called as no tool is known to call them
    "reply_to": ("replies", r"repl(?:y|ied)|response|parent|iscomment|commentof"),
    "quote_of": ("quotes", r"quot(?:e(?!s)|ing)"),
    "repost_of": ("reposts", r"(?:retweet|repost|reblog|forward)(?!s)|fwd|(?:^|is)rt$|shared"),
}
_COUNTS = re.compile("count|num|total|score")
_COUNT = r"^[\d.,]{1,6}$"
OF_KINDS = ("kind", *(field for field, _, _ in _FIELDS))
_TYPED = r"""['"]type['"]\s*:"""  # posts that are referred to, as notebooks keep what Twitter's second interface says
# of words in a column named like TYPES: those that no platform has for a form of posts
_TELLING = "comment reply replied_to retweet retweeted repost".split()
_OF_WORDS = "post submission tweet original toot".split()  # beside which comments may come later
_OF_COMMENTS = listed("comment comment_text comment_body 评论内容")


def kind_columns(
    candidates: Mapping[str, Sequence[str]], header: Sequence[str], sample: pl.DataFrame
) -> dict[str, str]:
    """The columns that say the kinds, by field.

    Parameters
    ----------
    candidates
        For each field the columns that bear one of its names, the likeliest first.
    header
        All columns of the table.
    sample
        Its first rows, as text.
    """
    found: dict[str, str] = {}
    for field, _, _ in _FIELDS:
        fitting = candidates[field]
        telling = [column for column in fitting if not is_blank(sample[column]) and _filled(sample[column])]
        if fitting:
            found[field] = (telling or fitting)[0]
    types = [column for name in listed(names.TYPES) for column in header if plain(column) == name]
    words = [column for column in candidates["kind"] if not is_blank(sample[column])] or candidates["kind"]
    kind = [*words, *(column for column in types if _tells(sample[column]))]
    if kind or plain(found.get("reply_to", "")) not in _BESIDE_ACCOUNTS:
        found.pop("reply_to_account", None)
    return {**found, **({"kind": kind[0]} if kind else {})}


def unread_kinds(of_field: Mapping[str, str], sample: pl.DataFrame) -> list[str]:
    """What should be known of columns that may tell kinds and are not read; a sentence for each kind.

    Parameters
    ----------
    of_field
        From field to column, of those that are read.
    sample
        The first rows of the table, as text.

    Examples
    --------
    >>> table = pl.DataFrame({"id": ["1", "2"], "isRT": ["yes", "no"], "reply_count": ["1", "0"]})
    >>> unread_kinds({"post_id": "id"}, table)
    ["Column 'isRT', filled for some posts only, may tell reposts and is not read. If it does, say so: --column repost_of=isRT."]
    """
    if "kind" in of_field:
        return []
    sentences = []
    for field, (kinds, form) in _MAY_TELL.items():
        telling = (
            column
            for column in sample.columns
            if field not in of_field and column not in of_field.values() and _may_tell(plain(column), form)
        )
        if column := next((column for column in telling if _tells_some(sample[column])), None):
            shown = printable(column, 40)
            sentences.append(
                f"Column {shown!r}, filled for some posts only, may tell {kinds} and is not read. If it does, say so: "
                f"--column {field}={shown}."
            )
    return sentences


def _may_tell(name: str, form: str) -> bool:
    return bool(re.search(form, name)) and not _COUNTS.search(name)


def _tells_some(values: pl.Series) -> bool:
    """Whether a column has something for some posts, and not only counts."""
    filled = ~values.str.strip_chars().str.to_lowercase().is_in(names.NOTHING).fill_null(True)
    words = values.filter(filled)
    return 0 < len(words) < len(values) and not (words.str.contains(_COUNT) & (words != "1")).any()


def refused_kind(column: str, sample: pl.DataFrame) -> str | None:
    """Why a column of the kinds is not read: what a collector noted for himself is called so, too."""
    if _are_kinds(sample[column]):
        return None
    return f"Column {printable(column, 40)!r} was not read for the kinds of posts: most of its words are none that are known."


def kind_of(of_field: Mapping[str, str], text: pl.Expr, *, of_comments: bool) -> pl.Expr:
    """The kind as the table says it: **null for a word that is not known**, for it may mean a repost.

    Parameters
    ----------
    of_field
        From field to column.
    text
        The words of a post: where no column tells reposts, they begin as reposts do.
    of_comments
        Whether all posts are comments.
    """
    kind = pl.lit("reply" if of_comments and "reply_to" not in of_field else "original")
    if "kind" in of_field:
        word = _as_words(pl.col(of_field["kind"]).cast(pl.String))
        known = word.replace_strict(names.KINDS_BY_WORD, default=None)
        kind = pl.when(word.is_null() | word.is_in(names.NOTHING)).then(kind).otherwise(known)
    settled = kind.is_in(["reply", "quote", "repost"]).fill_null(False)
    for field, name, type in _FIELDS:
        if field in of_field:
            written = pl.col(of_field[field]).cast(pl.String).str.strip_chars().str.to_lowercase()
            says = pl.when(written.str.contains(_TYPED)).then(written.str.contains(f"['\"]{type}['\"]"))
            says = says.otherwise(~written.is_in([*names.NOTHING, "root"]))
            says = says.fill_null(False) & ~settled if "kind" in of_field else says.fill_null(False)
            kind = pl.when(says).then(pl.lit(name)).otherwise(kind)
    if not {"kind", "repost_of"} & set(of_field):
        kind = pl.when(text.str.contains(r"^RT @\w+")).then(pl.lit("repost")).otherwise(kind)
    return kind


def are_comments(of_field: Mapping[str, str], sample: pl.DataFrame) -> bool:
    """Whether all posts of a table are comments: a column names, for each, what it stands under, or their words are called so.

    Parameters
    ----------
    of_field
        From field to column.
    sample
        The first rows, as text.
    """
    ids, url = of_field.get("post_id", ""), of_field.get("url", "")
    if ids not in sample.columns or sample.is_empty():
        return False
    if plain(ids) in listed("comment_id cid 评论id") or plain(of_field.get("text", "")) in _OF_COMMENTS:
        return True
    parents = [
        column for column in sample.columns if plain(column) in listed(" ".join(names.PARENTS)) and column != ids
    ]
    if "medianame" in map(plain, sample.columns):  # Media Cloud's ``media_id`` is of the newspaper
        parents = [column for column in parents if plain(column) != "mediaid"]
    if any(
        bool(((sample[column] != "") & (sample[column] != sample[ids])).fill_null(False).all()) for column in parents
    ):
        return True
    if plain(url) == "commenturl":
        return bool((sample[url] != "").fill_null(False).all())
    if _are_below_others(sample):
        return True
    threads = [column for column in sample.columns if plain(column) == "threadid"]
    if not threads or url not in sample.columns:
        return False
    addresses = pl.DataFrame({"url": sample[url], "thread": sample[threads[0]], "id": sample[ids]})
    of_thread = pl.col("url").str.contains(pl.col("thread"), literal=True)
    of_itself = pl.col("url").str.contains(pl.col("id"), literal=True)
    return bool(addresses.select((of_thread & ~of_itself & (pl.col("thread") != "")).fill_null(False).all()).item())


def _are_below_others(sample: pl.DataFrame) -> bool:
    """Whether the address of each post goes on from that of another: a comment's from that of its thread."""
    own = next((column for column in sample.columns if plain(column) == "permalink"), None)
    above = next((column for column in sample.columns if plain(column) in ("link", "threadurl")), None)
    if own is None or above is None:
        return False
    below = pl.col(own).str.starts_with(pl.col(above)) & (pl.col(own) != pl.col(above)) & (pl.col(above) != "")
    return bool(sample.select(below.fill_null(False).all()).item())


def _filled(values: pl.Series) -> bool:
    return bool((~values.str.strip_chars().str.to_lowercase().is_in(names.NOTHING)).fill_null(False).any())


def _as_words(values: pl.Expr) -> pl.Expr:
    words = values.str.strip_chars().str.to_lowercase().str.replace_all(r"[\s\-]+", "_")
    return words.str.replace(names.BEFORE_KINDS, "")


def _words(values: pl.Series) -> pl.Series:
    words = pl.select(_as_words(pl.lit(values))).to_series().drop_nulls()
    return words.filter(~words.is_in(names.NOTHING))


def _are_kinds(values: pl.Series) -> bool:
    """Whether most of what stands in a column are words for kinds of posts."""
    words = _words(values)
    return bool(words.is_in([*names.KINDS_BY_WORD]).sum() * 2 > len(words))


def _tells(values: pl.Series) -> bool:
    """Whether a column of types tells what is a comment or a repost, and not only what is a picture."""
    words = _words(values)
    return bool(words.is_in(_TELLING).any()) or (len(words) > 0 and bool(words.is_in(_OF_WORDS).all()))
