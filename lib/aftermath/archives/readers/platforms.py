"""Items of platforms as Zeeschuimer and 4CAT keep them: X, TikTok, Douyin and Weibo."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from aftermath.archives.posts import BadLine
from aftermath.archives.readers.encoding import Source, Unreadable
from aftermath.archives.readers.json_lines import decode, each_row, records
from aftermath.archives.readers.options import Options
from aftermath.archives.readers.rows import Chunk, Row, chunked, total

_any = msgspec.json.Decoder()
_many = msgspec.json.Decoder(list[msgspec.Raw])
_TAG = re.compile(r"<br ?/?>|<[^>]{0,2000}>")
_EMPTY_REPOSTS = ("", "转发微博", "轉發微博", "Repost", "repost")


def read_platforms(source: Source, options: Options) -> Iterator[Chunk]:
    """Items of X, TikTok, Douyin and Weibo, one a line: in Zeeschuimer's envelope, as 4CAT keeps them, or bare.

    The field names are those that 4CAT's own mappings use. Comments on TikTok and Douyin are replies; a duet is a quote.

    Parameters
    ----------
    source
        The file.
    options
        Nothing of them is used.
    """

    def rows_of(line: int, value: bytes) -> list[Row | BadLine]:
        item = decode(_any, value)
        if isinstance(item, dict) and isinstance(item.get("statuses"), list) and "data" not in item:
            return each_row(source.name, line, map(msgspec.json.encode, item["statuses"]), _row)
        return [_row_of(line, item)]

    return chunked(records(source, rows_of))


def _row(line: int, value: bytes) -> Row:
    return _row_of(line, decode(_any, value))


def _row_of(line: int, item: Any) -> Row:
    platform, data = unwrapped(item)
    reader = _READERS.get(platform or "")
    if reader is None:
        raise Unreadable(
            f"is an item of {str(platform)[:40]!r}; {', '.join(sorted(_READERS))} are read here"
            if platform
            else "is no item of a platform that is read here"
        )
    return (line, *reader(data))


def unwrapped(item: Any) -> tuple[str | None, dict]:
    """The platform of an item, and the item without its envelope.

    Examples
    --------
    >>> unwrapped({"source_platform": "www.douyin.com", "data": {"aweme_id": "1"}})
    ('douyin', {'aweme_id': '1'})
    >>> unwrapped({"text_raw": "hello", "mblogid": "x"})[0]
    'weibo'
    """
    said = _dig(item, "source_platform") or _dig(item, "__import_meta", "source_platform")
    data = item.get("data") if isinstance(item, dict) and "source_platform" in item else item
    if not isinstance(data, dict):
        return None, {}
    for platform, (addresses, keys) in _SIGNS.items():
        if set(addresses) & set(str(said).split(".")) if said else any(key in data for key in keys):
            return platform, data
    return (said if isinstance(said, str) else None), data


# platform -> parts of its address, fields that only its items have
_SIGNS = {
    "douyin": (("douyin",), ("aweme_id", "awemeId")),
    "tiktok": (("tiktok",), ("createTime", "authorStats", "cid")),
    "x": (("x", "twitter"), ("rest_id", "legacy")),
    "weibo": (("weibo",), ("mblogid", "text_raw", "mid", "idstr")),
}


def _dig(item: Any, *keys: str) -> Any:
    for key in keys:
        if not isinstance(item, dict):
            return None
        item = item.get(key)
    return None if item == "$undefined" else item


def _text(value: Any) -> str | None:
    """Text or a number as text; None for anything else."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _first(item: Any, *paths: str) -> str | None:
    """What stands at the first of some dotted paths that leads to text or a number."""
    texts = (_text(_dig(item, *path.split("."))) for path in paths)
    return next((text for text in texts if text), None)


def _present(item: dict, *keys: str) -> None:
    if not any(key in item for key in keys):
        raise Unreadable(f"is no such post: it has no {' or '.join(keys)}")


def _of_x(item: dict) -> tuple:
    legacy = _dig(item, "legacy")
    if not isinstance(legacy, dict):
        raise Unreadable("is no such post: it has no legacy")
    number = _first(item, "rest_id") or _first(legacy, "id_str")
    repost = _dig(legacy, "retweeted_status_result", "result") or _dig(item, "retweeted_status_result", "result")
    name = _name_on_x(item)
    text = _text_on_x(item)
    if isinstance(repost, dict):
        original = _dig(repost, "tweet") or repost
        whole = _text_on_x(original)
        text = f"RT @{_name_on_x(original)}: {whole}" if whole is not None else text
    quote = _dig(legacy, "is_quote_status") is True or bool(_dig(item, "quoted_status_result"))
    kind = (
        "repost"
        if repost
        else "quote"
        if quote
        else "reply"
        if _dig(legacy, "in_reply_to_status_id_str")
        else "original"
    )
    counts = (
        total(*(_dig(legacy, f"{what}_count") for what in ("retweet", "favorite", "reply"))) if not repost else None
    )
    url = f"https://x.com/{name or 'i'}/status/{number}" if number else None
    return number, _first(legacy, "created_at"), text, _first(legacy, "lang"), kind, name, counts, url


def _name_on_x(item: Any) -> str | None:
    user = "core.user_results.result"
    names = _first(item, f"{user}.legacy.screen_name", f"{user}.core.screen_name", "user.screen_name")
    return names or _first(item, "legacy.user_id_str")


def _text_on_x(item: Any) -> str | None:
    long = _dig(item, "note_tweet", "note_tweet_results", "result", "text")
    text = _text(long) or _text(_dig(item, "legacy", "full_text"))
    return text and text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _of_tiktok(item: dict) -> tuple:
    if "cid" in item:
        return _of_comment(item)
    _present(item, "desc", "createTime")
    number, name = _first(item, "id"), _first(item, "author.uniqueId", "author", "author.id")
    stats = _dig(item, "stats") or _dig(item, "statsV2") or {}
    counts = total(*(_dig(stats, f"{what}Count") for what in ("digg", "share", "comment")))
    duet = _first(item, "duetInfo.duetFromId") not in (None, "0")
    url = f"https://www.tiktok.com/@{name}/video/{number}" if name and number else None
    time, language = _first(item, "createTime"), _first(item, "textLanguage")
    return number, time, _text(_dig(item, "desc")), language, "quote" if duet else "original", name, counts, url


def _of_douyin(item: dict) -> tuple:
    if "cid" in item:
        return _of_comment(item)
    _present(item, "aweme_id", "awemeId")
    stream = _stream(item)
    number = _first(item, "aweme_id", "awemeId")
    time = _first(stream, "create_time", "createtime") or _first(item, "create_time", "createTime")
    text = _text(_dig(item, "desc")) or _first(stream, "title")
    author = "author.uid", "author.id", "authorInfo.uid", "author_user_id", "authorUserId"
    name = _first(item, "author.nickname", "authorInfo.nickname", *author) or _first(stream, "owner.nickname")
    counts = total(*(_of_either(item, what) for what in ("digg", "share", "comment")))
    return number, time, text, None, "original", name, counts, f"https://www.douyin.com/video/{number}"


def _of_either(item: dict, what: str) -> Any:
    """A count under the name of the interface, or that of the page."""
    count = _dig(item, "statistics", f"{what}_count")
    return _dig(item, "stats", f"{what}Count") if count is None else count


def _stream(item: dict) -> Any:
    """What a live stream says of itself, which Douyin keeps as JSON inside the JSON."""
    raw = _dig(item, "rawdata") or _dig(item, "cell_room", "rawdata") or _dig(item, "cellRoom", "rawdata")
    return decode(_any, raw.encode("utf-8", "replace")) if isinstance(raw, str) else raw


def _of_comment(item: dict) -> tuple:
    name = _first(item, "user.unique_id", "user.nickname", "user.uid")
    counts = total(_dig(item, "digg_count"), _dig(item, "reply_comment_total"))
    language = _first(item, "comment_language")
    return (
        _first(item, "cid"),
        _first(item, "create_time"),
        _text(_dig(item, "text")),
        language,
        "reply",
        name,
        counts,
        None,
    )


def _of_weibo(item: dict) -> tuple:
    _present(item, "text_raw", "text")
    number = _first(item, "idstr", "mid", "id")
    text = _text_on_weibo(item)
    kind = _kind_on_weibo(item, text)
    counts = total(*(_dig(item, f"{what}_count") for what in ("reposts", "comments", "attitudes")))
    user, page = _first(item, "user.idstr", "user.id"), _first(item, "mblogid", "bid") or number
    url = f"https://weibo.com/{user}/{page}" if user and page else None
    name = _first(item, "user.screen_name") or user
    return number, _first(item, "created_at"), text, None, kind, name, counts, url


def _text_on_weibo(item: Any) -> str | None:
    plain = _text(_dig(item, "longText", "longTextContent")) or _text(_dig(item, "text_raw"))
    marked = plain if plain is not None else _text(_dig(item, "text"))
    if marked is None or plain is not None:
        return plain
    return html.unescape(_TAG.sub(" ", marked)).strip()


def _kind_on_weibo(item: dict, text: str | None) -> str:
    """A repost with words of one's own before the chain of names is a quote."""
    if not isinstance(_dig(item, "retweeted_status"), dict):
        return "original"
    own = (text or "").split("//@")[0].strip()
    return "repost" if own in _EMPTY_REPOSTS else "quote"


_READERS: dict[str, Callable[[dict], tuple]] = {
    "x": _of_x,
    "tiktok": _of_tiktok,
    "douyin": _of_douyin,
    "weibo": _of_weibo,
}
