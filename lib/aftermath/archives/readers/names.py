"""What tools call the columns of their tables: for each field of a post its names, the likeliest first.

Names are compared in lower case, with ``_`` for spaces, hyphens and full stops. Tools and dates of their layouts:
``data/README.md``.
"""

from __future__ import annotations

import re

# A comment's own id comes before that of what it stands under; ``id`` before ``post_id``, which beside it names the parent.
USUAL = {
    "post_id": (
        "comment_id cid reply_id tweet_id tweetid id_str status_id message_id resource_id document_id mention_id "
        "id post_id postid aweme_id note_id video_id mid guid uuid at_uri"
    ),
    "time": (
        "unix_timestamp created_at created_utc timestamp time datetime date_time create_time created_time creation_time "
        "posted_at published_at publishedat published publish_date published_date post_created status_published "
        "tweet_created_at tweetcreatedts message_date date 发布时间 完整日期 创建时间"
    ),
    "text": (
        "full_text text body content tweet tweet_text status_message message caption desc description selftext review "
        "hit_sentence snippet comment comment_text 微博正文 正文 评论内容"
    ),
    "language": "lang language language_guess languages text_language textlanguage",
    "kind": "kind tweet_type engagement_type",
    "author": (
        "author_username account_username author_name authorname author username user_name user_screen_name screen_name "
        "screenname author_handle author_nickname nickname user_nickname page_name channel_title author_id user_id author_ref "
        "user 用户昵称"
    ),
    "url": "comment_url url link post_url tweet_url tiktok_url permalink note_url aweme_url status_link",
    "repost_of": (
        "repost_of retweet_of referenced_tweets_retweeted_id retweeted_status_id retweeted_status_id_str retweet_status_id "
        "is_retweet isretweet retweet retweet_id reblog_of_id 源微博id"
    ),
    "quote_of": (
        "quote_of referenced_tweets_quoted_id quoted_status_id quoted_status_id_str quoted_post quote_id quote_url is_quote_tweet "
        "is_quote_status is_quote isquote"
    ),
    "reply_to": (
        "reply_to referenced_tweets_replied_to_id in_reply_to_status_id in_reply_to_status_id_str reply_to_status_id "
        "replied_to_post in_response_to_tweet_id in_reply_to_tweet_id in_reply_to_id inreplytotweetid is_reply isreply link_id"
    ),
}
# What people do, and of each the first column there is: reactions hold the likes, a share is a repost.
ENGAGEMENT = {
    "reposts": (
        "retweet_count retweets_count retweetcount public_metrics_retweet_count reposts_count repost_count reposts reblogs_count "
        "retweets share_count shares_count shared_count sharecount shares num_shares forwards 转发数"
    ),
    "reposts on Twitter": "twitter_retweets",  # which Brandwatch counts beside the shares of other platforms
    "likes": (
        "favorite_count favourite_count favourites_count favoritecount like_count likes_count likecount "
        "public_metrics_like_count liked_count num_reactions reaction_count digg_count attitudes_count likes reactions num_likes "
        "upvotes score 点赞数"
    ),
    "replies": (
        "reply_count replies_count replycount public_metrics_reply_count comment_count comments_count commentcount "
        "sub_comment_count replies comments num_comments 评论数"
    ),
}
DAYS = "date day post_created_date created_date published_date 日期"  # beside a column that has the time of day alone
CLOCKS = "time time_of_day post_created_time hour 时间"
# what a comment stands under, where it is not itself what names the post
PARENTS = "post_id postid aweme_id note_id video_id media_id photo_id story_id article_id".split()
_WORDS_OF_KIND = {
    "original": "original post tweet status toot message submission video photo image link text note story article".split(),
    "reply": "reply replied_to reply_to comment answer response".split(),
    "repost": "repost retweet retweeted rt reblog share shared forward forwarded boost renote".split(),
    "quote": "quote quoted quote_tweet quoted_tweet quote_post quote_retweet quoted_retweet retweet_with_comment".split(),
}
# Weibo counts for a repost what happened to it; elsewhere a repost shows the counts of its original
OF_WEIBO = ("bid", "mblogid", "attitudes_count", "微博正文", "源微博id")
KINDS_BY_WORD = {word: kind for kind, words in _WORDS_OF_KIND.items() for word in words}
NOTHING = ("", "0", "0.0", "-", "[]", "{}", "()", "no", "n", "f", "false", "none", "null", "nan", "na", "n/a")


def plain(column: str) -> str:
    """A column's name as names are compared.

    Parameters
    ----------
    column
        As it stands in the header.

    Examples
    --------
    >>> plain("Resource Id"), plain("author.username"), plain(" Post-Created")
    ('resource_id', 'author_username', 'post_created')
    """
    return re.sub(r"[\s.\-]+", "_", column.strip().strip("\ufeff").lower())
