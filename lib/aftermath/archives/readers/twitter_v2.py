"""Posts from the second Twitter interface, as pages of replies or one post a line (twarc, 4CAT)."""

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

_Count = int | float | str | None  # pandas writes 12.0 where a column has gaps
_NOTHING = msgspec.Raw()
# fields that only posts of this interface have
MARKS = {"author_id", "edit_history_tweet_ids", "public_metrics", "referenced_tweets", "conversation_id"}
_KINDS = {"retweeted": "repost", "quoted": "quote", "replied_to": "reply"}  # the first that applies


class _User(msgspec.Struct):
    id: str | None = None
    username: str | None = None


class _Metrics(msgspec.Struct):
    retweet_count: _Count = None
    reply_count: _Count = None
    like_count: _Count = None


class _Note(msgspec.Struct):
    text: str | None = None


class _Tweet(msgspec.Struct):
    id: str | int | None = None
    text: str | None = None
    note_tweet: _Note | None = None
    created_at: str | None = None
    lang: str | None = None
    author_id: str | int | float | None = None
    author: _User | None = None  # twarc and 4CAT put the author into the post
    author_user: _User | None = None
    public_metrics: _Metrics | None = None
    type: str | None = None  # of a reference
    referenced_tweets: list[_Tweet] | None = None

    @property
    def whole_text(self) -> str | None:
        """The text at its full length."""
        return (self.note_tweet.text if self.note_tweet else None) or self.text


class _Includes(msgspec.Struct):
    users: list[_User] | None = None
    tweets: list[_Tweet] | None = None


class _Problem(msgspec.Struct):
    title: str | None = None
    detail: str | None = None
    resource_type: str | None = None
    resource_id: str | None = None
    value: str | None = None


class _Meta(msgspec.Struct):
    newest_id: str | None = None


class _Page(msgspec.Struct):
    data: msgspec.Raw = _NOTHING
    includes: _Includes | None = None
    errors: list[_Problem] | None = None
    meta: _Meta | None = None
    twarc: msgspec.Raw = msgspec.field(default=_NOTHING, name="__twarc")


_page = msgspec.json.Decoder(_Page)
_tweet = msgspec.json.Decoder(_Tweet)
_many = msgspec.json.Decoder(list[msgspec.Raw])
_any = msgspec.json.Decoder()


class _Context:
    """What a page says about the posts on it."""

    def __init__(self, page: _Page, reposts: Reposts) -> None:
        self.reposts = reposts
        includes = page.includes or _Includes()
        self.is_proven = bool(
            includes.tweets or includes.users or bytes(page.twarc) or (page.meta and page.meta.newest_id)
        )
        self.names = {user.id: user.username for user in includes.users or () if user.id}
        self.posts = {str(post.id): post for post in includes.tweets or ()}

    def name(self, tweet: _Tweet) -> str | None:
        """The author's name, or else the number of the account."""
        inside = tweet.author or tweet.author_user
        number = None if tweet.author_id is None else str(tweet.author_id)
        return (inside.username if inside else None) or self.names.get(number or "") or number

    def original(self, tweet: _Tweet) -> _Tweet | None:
        """What a repost repeats, where the export holds it."""
        for reference in tweet.referenced_tweets or ():
            if reference.type == "retweeted":
                return reference if reference.whole_text else self.posts.get(str(reference.id))
        return None

    def row(self, line: int, value: bytes) -> Row:
        """The row of a post; **a time is computed from an id only where a field shows that it is Twitter's**."""
        tweet = decode(_tweet, value)
        if tweet.whole_text is None:
            what = other_than_posts(decode(_any, value))
            raise Unreadable(f"is none of posts but of {what}" if what else "is not a post: it has no text")
        if tweet.created_at is None and not (self.is_proven or MARKS & set(decode(_any, value))):
            raise Unreadable("has no created_at, and no field that only posts on Twitter have: its id gives no time")
        kind = self._kind(tweet)
        metrics = tweet.public_metrics if kind != "repost" else None
        counts = total(metrics.retweet_count, metrics.reply_count, metrics.like_count) if metrics else None
        name, number = self.name(tweet), None if tweet.id is None else str(tweet.id)
        url = f"https://twitter.com/{name or 'i'}/status/{number}" if number else None
        original = self.original(tweet)
        text = tweet.whole_text if original is None or original.whole_text is None else self._repeated(tweet, original)
        if kind == "repost":
            self.reposts.note(text, has_original=original is not None)
        return (line, number, tweet.created_at, text, tweet.lang, kind, name, counts, url)

    def _kind(self, tweet: _Tweet) -> str:
        """What its references say; where it has none, which may be because they were not asked for, its text."""
        if not tweet.referenced_tweets:
            return "repost" if is_repost(tweet.text) else "original"
        kinds = {reference.type for reference in tweet.referenced_tweets}
        return next((ours for theirs, ours in _KINDS.items() if theirs in kinds), "original")

    def _repeated(self, tweet: _Tweet, original: _Tweet) -> str:
        name = self.name(original)
        # the post itself names the author even where the export does not expand it
        prefix = f"RT @{name}: " if name and name != str(original.author_id) else _repost_prefix(tweet.text)
        return prefix + (original.whole_text or "")


def read_twitter_v2(source: Source, options: Options) -> Iterator[Chunk]:
    """Posts of pages (``{"data": ..., "includes": ..., "errors": ...}``) and of files with one post a line.

    Authors are taken from the expansions. Errors that name posts which are gone go to ``options.missing``; **a page that
    holds nothing but errors is a bad line**, and one without results is none. Accounts, lists, counts and whatever else is
    no post is a bad line that is named.

    Parameters
    ----------
    source
        The file.
    options
        Takes the ids of posts that are gone, and is told how many reposts have a cut text.
    """

    reposts = Reposts()

    def rows_of(line: int, value: bytes) -> list[Row | BadLine]:
        page = decode(_page, value)
        for problem in page.errors or ():
            if problem.resource_type in (None, "tweet"):
                options.note_missing(problem.resource_id or problem.value)
        data = bytes(page.data)
        if data in (b"", b"null"):
            return _without_data(line, value, page, reposts)
        context = _Context(page, reposts)
        posts = map(bytes, decode(_many, data)) if data.startswith(b"[") else [data]
        return each_row(source.name, line, posts, context.row)

    return chunked(reposts.told(records(source, options, rows_of), source.name, options))


def _without_data(line: int, value: bytes, page: _Page, reposts: Reposts) -> list[Row | BadLine]:
    if page.meta is not None or page.includes is not None:
        return []
    if page.errors:
        first = page.errors[0]
        raise Unreadable(f"holds an error in place of posts: {(first.title or 'no reason given')[:80]}")
    return [_Context(page, reposts).row(line, value)]


def _repost_prefix(text: str | None) -> str:
    before, colon, _ = (text or "").partition(": ")
    return before + colon if before.startswith("RT @") and " " not in before[4:] else ""
