"""Posts from the first Twitter interface: search replies, and streams with one post a line."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from aftermath.archives.posts import BadLine
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.json_lines import decode, each_row, records
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.reposts import Reposts, is_repost
from aftermath.archives.readers.rows import Chunk, Row, chunked, total
from aftermath.archives.readers.twitter_others import other_than_posts

_Id = str | int | float | None
_NOTHING = msgspec.Raw()


class _User(msgspec.Struct):
    screen_name: str | None = None
    id_str: str | None = None


class _Extended(msgspec.Struct):
    full_text: str | None = None


class _Status(msgspec.Struct):
    id_str: str | None = None
    id: _Id = None
    created_at: str | None = None
    full_text: str | None = None
    text: str | None = None
    extended_tweet: _Extended | None = None
    lang: str | None = None
    user: _User | None = None
    in_reply_to_status_id_str: str | None = None
    in_reply_to_status_id: _Id = None
    in_reply_to_user_id_str: str | None = None
    in_reply_to_user_id: _Id = None
    in_reply_to_screen_name: str | None = None
    is_quote_status: bool | None = None
    quoted_status: msgspec.Raw = _NOTHING
    retweeted_status: _Status | None = None
    retweet_count: _Id = None
    favorite_count: _Id = None
    reply_count: _Id = None

    @property
    def whole_text(self) -> str | None:
        """The text at its full length, wherever this kind of export keeps it."""
        extended = self.extended_tweet.full_text if self.extended_tweet else None
        return extended or (self.text if self.full_text is None else self.full_text)

    @property
    def is_reply(self) -> bool:
        """Whether it answers a post or, as what begins with a name does, an account; Twitter gives these fields to replies alone."""
        posts = self.in_reply_to_status_id_str or self.in_reply_to_status_id
        return bool(posts or self.in_reply_to_user_id_str or self.in_reply_to_user_id or self.in_reply_to_screen_name)

    @property
    def name(self) -> str | None:
        """The author's name at the time of collection, or else the number of the account."""
        return (self.user.screen_name or self.user.id_str) if self.user else None


class _Notice(msgspec.Struct):
    status: _Status | None = None


class _Line(_Status):
    """A line of a stream or a search reply: what is not a post says so in one of these fields."""

    statuses: list[msgspec.Raw] | None = None
    delete: _Notice | None = None
    limit: msgspec.Raw = _NOTHING
    disconnect: msgspec.Raw = _NOTHING
    warning: msgspec.Raw = _NOTHING
    scrub_geo: msgspec.Raw = _NOTHING
    status_withheld: msgspec.Raw = _NOTHING
    user_withheld: msgspec.Raw = _NOTHING

    @property
    def is_notice(self) -> bool:
        """Whether the stream speaks of itself here."""
        notices = self.limit, self.disconnect, self.warning, self.scrub_geo, self.status_withheld, self.user_withheld
        return self.created_at is None and any(map(_is_given, notices))


_line = msgspec.json.Decoder(_Line)
_status = msgspec.json.Decoder(_Status)
_any = msgspec.json.Decoder()


def read_twitter_v1(source: Source, options: Options) -> Iterator[Chunk]:
    """Posts of search replies (``{"statuses": [...]}``) and streams.

    Posts carried inside others, as the original of a repost is, are not posts of the archive. A repost has the text of
    its original at full length after ``RT @name: ``. Deletion notices of a stream go to ``options.missing``.

    Parameters
    ----------
    source
        The file.
    options
        Takes the ids of deleted posts, and is told how many reposts have a cut text.
    """

    reposts = Reposts()

    def row(line: int, value: bytes) -> Row:
        return _row(line, value, decode(_status, value), reposts)

    def rows_of(line: int, value: bytes) -> list[Row | BadLine]:
        status = decode(_line, value)
        if status.statuses is not None:
            return each_row(source.name, line, map(bytes, status.statuses), row)
        if status.delete is not None:
            options.note_missing(status.delete.status.id_str if status.delete.status else None)
            return []
        return [] if status.is_notice else [_row(line, value, status, reposts)]

    return chunked(reposts.told(records(source, options, rows_of), source.name, options))


def _row(line: int, value: bytes, status: _Status, reposts: Reposts) -> Row:
    text = _text(status)
    if text is None and (status.created_at is None or status.user is None):
        what = other_than_posts(decode(_any, value))
        raise Unreadable(
            f"is none of posts but of {what}" if what else "is not a post: it has no text, and no time or author"
        )
    if status.created_at is None and status.user is None:
        raise Unreadable("has no created_at, and no user that would show it to be Twitter's: its id gives no time")
    number = status.id_str or (None if status.id is None else str(status.id))
    kind = _kind(status, value)
    if kind == "repost":
        reposts.note(text, has_original=status.retweeted_status is not None)
    counts = None if kind == "repost" else total(status.retweet_count, status.favorite_count, status.reply_count)
    url = f"https://twitter.com/{status.name or 'i'}/status/{number}" if number else None
    return (line, number, status.created_at, text, status.lang, kind, status.name, counts, url)


def _text(status: _Status) -> str | None:
    original = status.retweeted_status
    if original is None or original.whole_text is None:
        return status.whole_text
    return f"RT @{original.name}: {original.whole_text}" if original.name else original.whole_text


def _is_given(value: msgspec.Raw) -> bool:
    return bytes(value) not in (b"", b"null")


def _kind(status: _Status, value: bytes) -> str:
    if status.retweeted_status is not None:
        return "repost"
    if status.is_quote_status or _is_given(status.quoted_status):
        return "quote"
    if is_repost(status.text or status.full_text) and _is_reduced(value):
        return "repost"
    return "reply" if status.is_reply else "original"


def _is_reduced(value: bytes) -> bool:
    """Whether the fields that say what kind of post it is were left away, so that its text has to tell."""
    return not {"is_quote_status", "retweeted", "truncated"} & set(decode(_any, value))
