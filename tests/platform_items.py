"""Small items of Reddit, Bluesky, Mastodon, Truth Social, Telegram and YouTube, as they and tools write them; none was ever posted."""

from __future__ import annotations

SECONDS = 1491819724  # 10 April 2017, 10:22:04 UTC
TIME = "2017-04-10T10:22:04.000Z"
FLYER = {"did": "did:plc:flyer", "handle": "flyer.example.org", "displayName": "Flyer"}


def reddit_comment(number: str = "kt1", text: str = "We apologize", **more: object) -> dict:
    """A comment in a dump."""
    item = {"id": number, "author": "flyer", "body": text, "created_utc": SECONDS, "score": 5, "subreddit": "flying"}
    return (
        item | {"link_id": "t3_abc", "parent_id": "t1_kt0", "retrieved_on": SECONDS + 200, "score_hidden": False} | more
    )


def reddit_submission(number: str = "abc", title: str = "No more flights", **more: object) -> dict:
    """A submission in a dump."""
    item = {"id": number, "author": "flyer", "title": title, "selftext": "Never again", "created_utc": SECONDS}
    return (
        item
        | {"score": 40, "num_comments": 2, "subreddit": "flying", "permalink": f"/r/flying/comments/{number}/x/"}
        | more
    )


def listing(*children: tuple[str, dict]) -> dict:
    """A page of Reddit's interface."""
    return {
        "kind": "Listing",
        "data": {"children": [{"kind": kind, "data": data} for kind, data in children], "after": None},
    }


def bluesky_record(text: str = "We apologize", **more: object) -> dict:
    """What an account writes."""
    return {"$type": "app.bsky.feed.post", "createdAt": TIME, "langs": ["en"], "text": text} | more


def jetstream(key: str = "3k1", record: dict | None = None, *, operation: str = "create", collection: str = "app.bsky.feed.post", **more: object) -> dict:  # fmt: skip
    """An event of Jetstream."""
    commit = {"rev": "3k", "operation": operation, "collection": collection, "rkey": key}
    if operation != "delete":
        commit |= {"record": record or bluesky_record(), "cid": "b"}
    return {"did": "did:plc:flyer", "time_us": SECONDS * 1_000_000, "kind": "commit", "commit": commit} | more


def bluesky_view(key: str = "3k1", record: dict | None = None, **more: object) -> dict:
    """A post as Bluesky's interface gives it out."""
    counts = {"replyCount": 1, "repostCount": 2, "likeCount": 3, "quoteCount": 9}
    view = {"uri": f"at://did:plc:flyer/app.bsky.feed.post/{key}", "cid": "b", "author": FLYER, "indexedAt": TIME}
    return view | {"record": record or bluesky_record()} | counts | more


def bluesky_of_4cat(key: str = "3k1") -> dict:
    """A post as 4CAT keeps it."""
    record = {
        "py_type": "app.bsky.feed.post",
        "created_at": TIME,
        "langs": ["en"],
        "text": "We apologize",
        "embed": None,
    }
    view = {"uri": f"at://did:plc:flyer/app.bsky.feed.post/{key}", "cid": "b", "indexed_at": TIME, "record": record}
    author = {"did": "did:plc:flyer", "handle": "flyer.example.org", "display_name": "Flyer"}
    counts = {"reply_count": 1, "repost_count": 2, "like_count": 3, "quote_count": 9, "threadgate": None, "labels": []}
    return (
        view | {"author": author} | counts | {"4CAT_metadata": {"query": "kettle", "rank": 0, "collected_at": SECONDS}}
    )


def mastodon(number: str = "112", content: str = "<p>We apologize</p>", **more: object) -> dict:
    """A status."""
    counts = {"replies_count": 1, "reblogs_count": 2, "favourites_count": 3, "quotes_count": 9}
    status = {
        "id": number,
        "created_at": TIME,
        "content": content,
        "language": "en",
        "in_reply_to_id": None,
        "reblog": None,
    }
    account = {"id": "7", "username": "flyer", "acct": "flyer@example.social"}
    address = f"https://example.social/@flyer/{number}"
    return status | {"uri": address, "url": address, "account": account} | counts | more


def truth(number: str = "113", content: str = "<p>We apologize</p>", **more: object) -> dict:
    """A post on Truth Social."""
    address = f"https://truthsocial.com/@flyer/{number}"
    account = {"id": "7", "username": "flyer", "acct": "flyer", "url": "https://truthsocial.com/@flyer"}
    return mastodon(number, content) | {"url": address, "uri": address, "account": account, "quote_id": None} | more


def telegram_message(number: int = 1, text: object = "We apologize", **more: object) -> dict:
    """A message."""
    message = {"id": number, "type": "message", "date": "2017-04-10T12:22:04", "date_unixtime": str(SECONDS)}
    return message | {"from": "Flyer", "from_id": "user7", "text": text, "text_entities": []} | more


def telegram_chat(*messages: object, number: int = 900) -> dict:
    """A chat."""
    return {"name": "Flying", "type": "public_supergroup", "id": number, "messages": list(messages)}


def telethon(number: int = 1, **more: object) -> dict:
    """A message as 4CAT keeps it."""
    message = {"_type": "Message", "id": number, "date": float(SECONDS), "message": "We apologize", "views": 900}
    chat = {
        "_chat": {"id": 900, "username": "flying", "_type": "Channel"},
        "peer_id": {"_type": "PeerChannel", "channel_id": 900},
    }
    counts = {
        "forwards": 2,
        "reactions": {"results": [{"reaction": {"emoticon": "x"}, "count": 3}]},
        "replies": {"replies": 1},
    }
    return (
        message | chat | counts | {"_sender": {"id": 7, "username": "flyer"}, "fwd_from": None, "reply_to": None} | more
    )


def youtube_comment(number: str = "Ug1", text: str = "We apologize", **snippet: object) -> dict:
    """A comment."""
    inner = {"videoId": "v1", "textOriginal": text, "textDisplay": text, "authorDisplayName": "@flyer", "likeCount": 3}
    inner |= {"authorChannelId": {"value": "UC7"}, "publishedAt": "2017-04-10T10:22:04Z"} | snippet
    return {"kind": "youtube#comment", "etag": "e", "id": number, "snippet": inner}


def youtube_thread(number: str = "Ug1", *replies: dict, count: object = 2) -> dict:
    """A comment with replies."""
    snippet = {"videoId": "v1", "topLevelComment": youtube_comment(number), "totalReplyCount": count, "isPublic": True}
    thread = {"kind": "youtube#commentThread", "etag": "e", "id": number, "snippet": snippet}
    return thread | ({"replies": {"comments": list(replies)}} if replies else {})


def youtube_video(
    number: object = "v1", kind: str = "video", statistics: dict | None = None, **snippet: object
) -> dict:
    """A video, or what a search finds."""
    inner = {
        "publishedAt": "2017-04-10T10:22:04Z",
        "channelId": "UC7",
        "channelTitle": "Flyer",
        "title": "We apologize",
    }
    item = {"kind": f"youtube#{kind}", "etag": "e", "id": number, "snippet": inner | {"description": ""} | snippet}
    return item | ({"statistics": statistics} if statistics is not None else {})


def youtube_page(*items: object, kind: str = "commentThread") -> dict:
    """A page of a list."""
    return {
        "kind": f"youtube#{kind}ListResponse",
        "etag": "e",
        "pageInfo": {"totalResults": len(items)},
        "items": list(items),
    }


EACH = {
    "reddit": (reddit_comment(),),
    "bluesky": (jetstream(),),
    "mastodon": (mastodon(),),
    "truth": (truth(),),
    "telegram": (telegram_chat(telegram_message()),),
    "telethon": (telethon(),),
    "youtube": (youtube_page(youtube_thread()),),
}
