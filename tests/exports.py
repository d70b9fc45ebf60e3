"""Small exports in every format, as platforms and tools write them; no line of them was ever posted."""

from __future__ import annotations

import json
from pathlib import Path

TIME = "Mon Apr 10 10:22:04 +0000 2017"
SNOWFLAKE = 851379746108342272  # 10 April 2017, 10:22:04 UTC


def write(path: Path, *lines: object) -> Path:
    """A file with a JSON value or a text a line."""
    texts = (line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines)
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


def v1(number: int = SNOWFLAKE, text: str = "We apologize", **more: object) -> dict:
    """A post from Twitter's first interface."""
    post = {"created_at": TIME, "id": number, "id_str": str(number), "text": text, "lang": "en"}
    return post | {"user": {"screen_name": "flyer", "id_str": "7"}, "retweet_count": 2, "favorite_count": 3} | more


def v2(number: str = "1", text: str = "We apologize", **more: object) -> dict:
    """A post from Twitter's second interface."""
    counts = {"retweet_count": 2, "reply_count": 1, "like_count": 3, "quote_count": 9}
    post = {"id": number, "text": text, "created_at": "2017-04-10T10:22:04.000Z", "lang": "en", "author_id": "7"}
    return post | {"public_metrics": counts} | more


def zeeschuimer(platform: str, data: dict) -> dict:
    """An item in Zeeschuimer's envelope."""
    envelope = {"nav_index": "1:2:0", "item_id": 1, "timestamp_collected": 1491819724000, "source_platform": platform}
    return envelope | {"source_platform_url": f"https://{platform}/", "user_agent": "", "data": data}


def on_x(number: str = "5", text: str = "We apologize", **legacy: object) -> dict:
    """A post as X's own pages load it."""
    user = {"user_results": {"result": {"legacy": {"screen_name": "flyer"}}}}
    inner = {"created_at": TIME, "full_text": text, "lang": "en", "id_str": number, "user_id_str": "7"}
    counts = {"retweet_count": 2, "favorite_count": 3, "reply_count": 1, "quote_count": 0}
    return {"rest_id": number, "core": user, "legacy": inner | counts | legacy}


def on_tiktok(**more: object) -> dict:
    """A video on TikTok."""
    post = {"id": "7001", "desc": "no more flights", "createTime": 1491819724, "textLanguage": "en"}
    author = {"author": {"uniqueId": "flyer", "id": "7", "nickname": "Flyer"}}
    return post | author | {"stats": {"diggCount": 5, "shareCount": 1, "commentCount": 2, "playCount": 900}} | more


def on_douyin(**more: object) -> dict:
    """A video on Douyin."""
    post = {"aweme_id": "7002", "group_id": "7002", "desc": "道歉来得太晚了", "create_time": 1491819724}
    counts = {"digg_count": 5, "share_count": 1, "comment_count": 2}
    return post | {"author": {"nickname": "旅客", "uid": "7", "sec_uid": "x"}, "statistics": counts} | more


def on_weibo(**more: object) -> dict:
    """A post on Weibo."""
    post = {"id": 4607741009594608, "idstr": "4607741009594608", "mblogid": "K3fnuEfZK", "text_raw": "道歉来得太晚了"}
    user = {"user": {"id": 7, "idstr": "7", "screen_name": "旅客"}, "created_at": "Mon Apr 10 18:22:04 +0800 2017"}
    return post | user | {"reposts_count": 1, "comments_count": 2, "attitudes_count": "1.2万"} | more


def nhtsa(number: int = 10, text: str = "THE BRAKES FAILED", received: str = "20140301", fields: int = 49) -> str:
    """A line of FLAT_CMPL."""
    record = [""] * fields
    record[0], record[1], record[2], record[3:6] = str(900 + number), str(number), "A Maker", ["MAKE", "MODEL", "2005"]
    record[15], record[16], record[19] = "20140305", received, text
    return "\t".join(record)


def gdelt(number: int = 1, title: str | None = "Airline says &quot;sorry&quot;", translated: str = "") -> str:
    """A record of the Global Knowledge Graph."""
    record = [""] * 27
    record[0], record[1], record[3] = f"20170410103000-{number}", "20170410103000", "example.org"
    record[4], record[15], record[25] = f"https://example.org/{number}", "-3.5,1,4.5,5.5,20,0,400", translated
    record[26] = f"<PAGE_LINKS>x</PAGE_LINKS><PAGE_TITLE>{title}</PAGE_TITLE>" if title else ""
    return "\t".join(record)


def fourcat() -> tuple[str, ...]:
    """A CSV as 4CAT gives it out, for X."""
    return (
        "id,thread_id,timestamp,unix_timestamp,link,body,author,language_guess,retweet_count,reply_count,like_count,"
        "is_retweet,is_quote_tweet,is_reply",
        '5,5,2017-04-10 10:22:04,1491819724,https://x.com/flyer/status/5,"We, apologize",flyer,en,2,1,3,no,no,no',
        "6,5,2017-04-10 10:23:04,1491819784,https://x.com/other/status/6,too late,other,en,0,0,1,no,no,yes",
        "7,7,2017-04-10 10:24:04,1491819844,https://x.com/other/status/7,RT @flyer: We,other,en,2,0,0,yes,no,no",
    )
