"""An item of every platform and tool that is read, in the layout of its module's docstring; no line of them was ever posted.

Each was posted on 10 April 2017 at 10:22:04 UTC (1491819724 seconds after 1970) and says "We apologize".
"""

from __future__ import annotations

from typing import Any

import exports

SECONDS = 1491819724
ISO = "2017-04-10T10:22:04.000Z"
TEXT = "We apologize"


def video(**more: Any) -> dict:
    """A video in an answer of TikTok's Research API."""
    counts = {"like_count": 5, "share_count": 1, "comment_count": 2, "view_count": 900}
    item = {"id": 7001, "create_time": SECONDS, "video_description": TEXT, "region_code": "US", "username": "flyer"}
    return item | counts | more


def comment_on_video(**more: Any) -> dict:
    """A comment in an answer of TikTok's Research API."""
    item = {"id": 9001, "video_id": 7001, "parent_comment_id": 7001, "create_time": SECONDS, "text": TEXT}
    return item | {"like_count": 5, "reply_count": 2} | more


def scraped_video(**more: Any) -> dict:
    """A video in a dataset of Apify."""
    item = {
        "id": "7001",
        "text": TEXT,
        "createTime": SECONDS,
        "createTimeISO": ISO,
        "authorMeta": {"id": "7", "name": "flyer"},
    }
    return (
        item
        | {"diggCount": 5, "shareCount": 1, "commentCount": 2, "playCount": 900, "webVideoUrl": "https://t.example"}
        | more
    )


def crawled_post(**more: Any) -> dict:
    """A video on Douyin as MediaCrawler keeps it."""
    item = {
        "aweme_id": "7002",
        "title": TEXT,
        "desc": TEXT,
        "create_time": SECONDS,
        "creator_hash": "ab12",
        "nickname": "旅**",
    }
    counts = {"liked_count": "5", "collected_count": "9", "comment_count": "2", "share_count": "1"}
    return item | counts | {"last_modify_ts": 1709742600000, "aweme_url": "https://d.example/7002"} | more


def crawled_comment(**more: Any) -> dict:
    """A comment on it."""
    item = {"comment_id": "9002", "aweme_id": "7002", "content": TEXT, "create_time": SECONDS, "creator_hash": "cd34"}
    counts = {"like_count": 5, "sub_comment_count": "2"}
    return item | counts | {"last_modify_ts": 1709742600000, "parent_comment_id": "0"} | more


def in_content_library(**more: Any) -> dict:
    """A post on Facebook in the Meta Content Library."""
    statistics = {"like_count": 5, "love_count": 1, "share_count": 1, "comment_count": 2, "views": 900}
    item = {
        "id": "1040",
        "text": TEXT,
        "creation_time": "2017-04-10T10:22:04+00:00",
        "lang": "en",
        "statistics": statistics,
    }
    return item | {"post_owner": {"type": "facebook_page", "id": "7", "name": "flyer"}, "content_type": "posts"} | more


def in_crowdtangle(**more: Any) -> dict:
    """A post of an answer of CrowdTangle."""
    actual = {"likeCount": 5, "loveCount": 1, "shareCount": 1, "commentCount": 2, "careCount": 0}
    item = {
        "id": "3|70_80",
        "platformId": "70_80",
        "platform": "Facebook",
        "date": "2017-04-10 10:22:04",
        "message": TEXT,
    }
    account = {
        "account": {"handle": "flyer", "name": "A flyer"},
        "languageCode": "en",
        "postUrl": "https://f.example/80",
    }
    return item | account | {"statistics": {"actual": actual, "expected": {"likeCount": 90}}} | more


def in_x_archive(**more: Any) -> dict:
    """A post of one's own account."""
    item = {"id_str": "8513", "full_text": TEXT, "created_at": exports.TIME, "lang": "en", "retweeted": False}
    return {"tweet": item | {"retweet_count": "2", "favorite_count": "3", "entities": {"urls": []}} | more}


def on_instagram(**more: Any) -> dict:
    """A post in an item list."""
    item = {"code": "Cx1", "pk": "31", "taken_at": SECONDS, "media_type": 1, "caption": {"text": TEXT}}
    return item | {"user": {"username": "flyer", "id": "7"}, "like_count": 5, "comment_count": 2} | more


def in_graph(**more: Any) -> dict:
    """A post in the graph layout."""
    item = {
        "__typename": "GraphImage",
        "shortcode": "Cx1",
        "taken_at_timestamp": SECONDS,
        "owner": {"username": "flyer"},
    }
    caption = {"edge_media_to_caption": {"edges": [{"node": {"text": TEXT}}]}}
    return item | caption | {"edge_media_preview_like": {"count": 5}, "edge_media_preview_comment": {"count": 2}} | more


def on_threads(**about: Any) -> dict:
    """A post on Threads; what is given goes to what the app says of it."""
    item = {"code": "Dy2", "pk": "32", "taken_at": SECONDS, "caption": {"text": TEXT}, "user": {"username": "flyer"}}
    counts = {"repost_count": 1, "direct_reply_count": 2, "quote_count": 9}
    return item | {"like_count": 5, "text_post_app_info": counts | about}


def on_rednote(**more: Any) -> dict:
    """A note on its own page."""
    counts = {"liked_count": "5", "comment_count": "2", "share_count": "1", "collected_count": "9"}
    note = {"title": "", "desc": TEXT, "time": SECONDS * 1000, "user": {"nickname": "旅客"}, "interact_info": counts}
    return {"id": "65d1", "model_type": "note", "note_card": note | more}


def comment_on_rednote(**more: Any) -> dict:
    """A comment on it."""
    item = {"id": "65e0", "note_id": "65d1", "content": TEXT, "create_time": SECONDS * 1000}
    return item | {"like_count": "5", "sub_comment_count": "2", "user_info": {"nickname": "旅客"}} | more


def on_facebook(**more: Any) -> dict:
    """A post on Facebook's pages."""
    story = {
        "post_id": "80",
        "wwwURL": "https://f.example/80",
        "message": {"text": TEXT},
        "actors": [{"name": "flyer"}],
    }
    time = {"story": {"comet_sections": {"metadata": [{"story": {"url": "x"}}, {"story": {"creation_time": SECONDS}}]}}}
    return {"comet_sections": {"content": {"story": story | more}, "context_layout": time}}


def on_gab(**more: Any) -> dict:
    """A post of a timeline on Gab."""
    item = {"i": "12", "c": TEXT, "ca": ISO, "ai": "7", "rc": 4, "rbc": 1, "fbc": 5, "ul": "https://g.example/12"}
    return item | {"author_info": {"i": "7", "un": "flyer"}} | more


def on_imgur(**more: Any) -> dict:
    """A post on Imgur."""
    item = {"id": "im1", "title": TEXT, "description": "", "created_at": "2017-04-10T10:22:04Z", "account_id": 7}
    counts = {"upvote_count": 5, "downvote_count": 3, "comment_count": 2, "view_count": 900, "image_count": 1}
    return item | counts | {"url": "https://i.example/im1"} | more


def on_9gag(**more: Any) -> dict:
    """A post on 9GAG."""
    item = {"id": "ga1", "title": TEXT, "description": "", "creationTs": SECONDS, "creator": {"username": "flyer"}}
    return item | {"upVoteCount": 5, "downVoteCount": 3, "commentsCount": 2, "url": "https://9.example/ga1"} | more


def on_pinterest(**more: Any) -> dict:
    """A pin."""
    item = {"id": "41", "title": "", "description": TEXT, "created_at": "Mon, 10 Apr 2017 10:22:04 +0000", "images": {}}
    return item | {"pinner": {"username": "flyer"}, "board": {"name": "x"}} | more


def by_snscrape(**more: Any) -> dict:
    """A post on Twitter in a line of snscrape."""
    item = {
        "_type": "snscrape.modules.twitter.Tweet",
        "id": 8513,
        "date": "2017-04-10T10:22:04+00:00",
        "rawContent": TEXT,
    }
    counts = {"replyCount": 1, "retweetCount": 2, "likeCount": 3, "quoteCount": 9, "lang": "en"}
    return item | counts | {"user": {"username": "flyer"}, "retweetedTweet": None, "quotedTweet": None} | more


def by_twint(**more: Any) -> dict:
    """A post on Twitter in a line of twint."""
    item = {
        "id": 8513,
        "tweet": TEXT,
        "date": "2017-04-10",
        "time": "06:22:04",
        "timezone": "-0400",
        "username": "flyer",
    }
    item |= {
        "created_at": "2017-04-10 06:22:04 EDT",
        "language": "en",
        "retweet": False,
        "quote_url": "",
        "reply_to": [],
    }
    return item | {"replies_count": 1, "retweets_count": 2, "likes_count": 3} | more


def on_vk(**more: Any) -> dict:
    """A post on a wall of VK."""
    item = {"id": 21, "owner_id": -7, "from_id": -7, "date": SECONDS, "text": TEXT, "4cat_item_type": "post"}
    return (
        item
        | {"likes": {"count": 5}, "comments": {"count": 2}, "reposts": {"count": 1}, "views": {"count": 900}}
        | more
    )


def on_tumblr(**more: Any) -> dict:
    """A post on Tumblr."""
    item = {"id": 61, "blog_name": "flyer", "reblog_key": "k", "timestamp": SECONDS, "trail": []}
    counts = {"reblog_count": 1, "like_count": 5, "reply_count": 2, "note_count": 8}
    return item | counts | {"content": [{"type": "text", "text": TEXT}, {"type": "image", "media": []}]} | more


def by_facebook_scraper(**more: Any) -> dict:
    """A post on Facebook as facebook-scraper had it."""
    item = {
        "post_id": "71",
        "text": TEXT,
        "post_text": TEXT,
        "shared_text": "",
        "timestamp": SECONDS,
        "username": "flyer",
    }
    return item | {"time": "2017-04-10 12:22:04", "likes": 5, "comments": 2, "shares": 1, "user_id": "7"} | more


# one that is known without an envelope, for every format
ITEMS = {
    "tiktok-research": video(),
    "apify": scraped_video(),
    "mediacrawler": crawled_post(),
    "meta-content-library": in_content_library(),
    "crowdtangle": in_crowdtangle(),
    "x-archive": in_x_archive(),
    "snscrape": by_snscrape(),
    "twint": by_twint(),
    "vk": on_vk(),
    "tumblr": on_tumblr(),
    "threads": on_threads(),
    "instagram": on_instagram(),
    "rednote": on_rednote(),
    "facebook": on_facebook(),
    "facebook-scraper": by_facebook_scraper(),
    "gab": on_gab(),
    "imgur": on_imgur(),
    "9gag": on_9gag(),
    "pinterest": on_pinterest(),
}
