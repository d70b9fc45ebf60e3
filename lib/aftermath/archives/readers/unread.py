"""Exports in JSON that are known and not read, so that they are refused by their names and not as something unknown.

Layouts, as of September 2026: DiscordChatExporter, Slack's export, "Download your information" of Facebook, Instagram and
TikTok, yt-dlp's ``info.json`` and youtube-comment-downloader, the DOC interface of GDELT, NewsAPI, Media Cloud, the Guardian's
interface, Meta's Graph interface, ActivityPub, Pyrogram, pages of X, the imageboards' interface, Hacker News, ConvoKit,
Misskey, Lemmy, Gettr, Parler, Stocktwits, Bilibili, Elasticsearch.
"""

from __future__ import annotations

from typing import Any

_TABLE = "Make a table of it, with the columns id, created_at and text, and add that."
_ARTICLES = "Make a table of it, with the columns id, published and text (the title or the article), and add that."
_RELATIVE = "They say how long ago they were posted, not when."
# fields that are there together in a document or in a record of it, what they are the fields of, and what to do
_LAYOUTS: tuple[tuple[set[str], str, str], ...] = (
    ({"guild", "channel", "messages"}, "messages on Discord (DiscordChatExporter)", _TABLE),
    ({"type", "user", "text", "ts"}, "messages on Slack", _TABLE),
    ({"participants", "messages", "thread_path"}, "private messages on Facebook or Instagram", "They are no posts."),
    ({"timestamp", "data", "title"}, "one's own posts on Facebook (Download your information)", _TABLE),
    ({"media", "creation_timestamp"}, "one's own posts on Instagram (Download your information)", _TABLE),
    ({"string_map_data"}, "one's own comments on Instagram (Download your information)", _TABLE),
    ({"Comment", "Video"}, "one's own data from TikTok", _TABLE),
    (
        {"extractor_key", "webpage_url"},
        "descriptions of videos with comments (yt-dlp's info.json)",
        "YouTube's Data API and YouTube Data Tools give the same comments; those are read. Or: " + _TABLE,
    ),
    ({"cid", "votes", "time_parsed"}, "comments from youtube-comment-downloader", _RELATIVE),
    ({"seendate", "domain", "url"}, "lists of articles from GDELT (DOC interface)", "Ask for them with format=csv."),
    ({"query_details", "timeline"}, "counts from GDELT (DOC interface)", "They are no posts."),
    ({"publishedAt", "source", "url", "title"}, "articles from NewsAPI", _ARTICLES),
    ({"media_name", "publish_date", "title"}, "stories from Media Cloud", "Export them there as CSV."),
    ({"stories_id", "publish_date"}, "stories from Media Cloud", "Export them there as CSV."),
    ({"webPublicationDate", "webTitle"}, "articles of the Guardian", _ARTICLES),
    ({"created_time", "message"}, "posts or comments from Meta's Graph interface", _TABLE),
    ({"timestamp", "media_type"}, "posts from Meta's Graph interface", _TABLE),
    ({"timestamp", "text", "username"}, "comments from Meta's Graph interface", _TABLE),
    (
        {"orderedItems", "type"},
        "posts in ActivityPub (outbox.json)",
        "Ask the server for the statuses; those are read.",
    ),
    (
        {"stream", "event", "payload"},
        "events of a stream of Mastodon",
        "Write the payload of each as a line, and add that.",
    ),
    (
        {"uri", "depth", "value"},
        "threads from Bluesky's getPostThreadV2",
        "Ask getPostThread for them; its answers are read.",
    ),
    ({"_", "chat", "date"}, "messages on Telegram from Pyrogram", "result.json and Telethon's messages are read."),
    (
        {"videos", "cursor", "has_more"},
        "videos from TikTok's Research API without texts",
        "Ask for video_description, too.",
    ),
    ({"user_followers"}, "accounts from TikTok's Research API", "They are no posts."),
    ({"display_name", "follower_count"}, "accounts from TikTok's Research API", "They are no posts."),
    ({"conversation_id", "speaker", "reply-to"}, "utterances of ConvoKit", _TABLE),
    ({"createdAt", "userId", "renoteCount"}, "notes on Misskey", _TABLE),
    ({"comment", "creator", "counts"}, "comments on Lemmy", _TABLE),
    ({"post", "creator", "counts"}, "posts on Lemmy", _TABLE),
    ({"txt", "uid", "cdate"}, "posts on Gettr", _TABLE),
    ({"body", "createdAt", "creator", "upvotes"}, "posts on Parler", _TABLE),
    ({"body", "created_at", "symbols", "user"}, "messages on Stocktwits", _TABLE),
    (
        {"rpid", "ctime", "content"},
        "comments on Bilibili as its pages load them",
        "MediaCrawler's are read. Or: " + _TABLE,
    ),
    ({"_index", "_source"}, "answers of Elasticsearch", "Write what stands under _source, one a line, and add that."),
    ({"$type", "createdAt", "text"}, "records of Bluesky without their addresses", "Export them with their uri."),
    ({"date", "message", "views", "forwards"}, "messages on Telegram without their chat", _TABLE),
    ({"no", "time", "resto"}, "posts of an imageboard", _TABLE),
    ({"objectID", "created_at_i"}, "posts on Hacker News", _TABLE),
    ({"facebookUrl", "date", "commentUrl"}, "comments on Facebook from Apify", _TABLE),
    ({"facebookUrl", "legacyId", "time"}, "posts of groups on Facebook from Apify", _TABLE),
    ({"dataType", "parsedCommunityName"}, "posts on Reddit from Apify", _TABLE),
    ({"cid", "comment", "videoId"}, "comments on YouTube from Apify", _RELATIVE),
    ({"channelName", "viewCount", "date"}, "videos on YouTube from Apify", _TABLE),
    ({"noResults"}, "notes of Apify that nothing was found", "Ask it for something else."),
    ({"user_id", "fans", "follows"}, "accounts from MediaCrawler", "Add its files of contents or comments."),
    (
        {"tweet", "event_at"},
        "notices of Twitter's compliance stream about what is gone",
        "Add the files that hold posts.",
    ),
)
# where documents keep their records, and what answers to X's own pages hold
_RECORDS = "articles stories results response comments_v2 comments_media_comments data hits replies messages posts items thread comments delete".split()
_PAGES_OF_X = ("search_by_raw_query", "user", "threaded_conversation_with_injections_v2", "tweetResult", "list", "home")


def known_but_not_read(value: Any) -> str | None:
    """What an export holds that is known and not read, and what to do, as a sentence that begins with "holds".

    Parameters
    ----------
    value
        Its first JSON value.

    Returns
    -------
    str or None
        None where it is not known.

    Examples
    --------
    >>> known_but_not_read([{"type": "message", "user": "U1", "text": "sorry", "ts": "1709542800.000100"}])
    'holds messages on Slack, which are not read. Make a table of it, with the columns id, created_at and text, and add that.'
    >>> known_but_not_read({"id": 1}) is None
    True
    """
    for record in _first_of(value, 0):
        for fields, what, cure in _LAYOUTS:
            if fields <= set(record):
                return f"holds {what}, which are not read. {cure}"
    data = value.get("data") if isinstance(value, dict) else None
    if isinstance(data, dict) and set(_PAGES_OF_X) & set(data):
        return (
            "holds answers to X's own pages, which are not read as they are. Collect them with Zeeschuimer, or take the posts out of "
            "them: objects with rest_id and legacy, one a line."
        )
    return None


def _first_of(value: Any, depth: int) -> list[dict[str, Any]]:
    """A document, and the first record in each place in which documents keep them."""
    if isinstance(value, list):
        value = value[0] if value else None
    if not isinstance(value, dict):
        return []
    inside = [_first_of(value[name], depth + 1) for name in _RECORDS if name in value] if depth < 4 else []
    return [value, *(record for records in inside for record in records)]
