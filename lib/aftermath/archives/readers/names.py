"""What tools call the columns of their tables: for each field of a post its names, the likeliest first.

Names are compared in lower case, with ``_`` for spaces, hyphens and full stops. Tools and dates of their layouts:
``data/README.md``.
"""

from __future__ import annotations

import re

# A comment's own id comes before that of what it stands under; ``id`` before ``post_id``, which beside it names the parent.
USUAL = {
    "post_id": (
        "uri comment_id cid reply_id tweet_id id_str status_id message_id universal_message_id resource_id document_id mention_id dynamic_id content_id "
        "review_id rpid recommendation_id id ids post_id aweme_id note_id video_id story_id stories_id article_id object_id shortcode mid guid uuid at_uri store_id an accession_number imported_id "
        "beitrags_id dokument_id identifiant identificador 微博id 帖子id 评论id 笔记id 动态id 视频id 回答id 弹幕id 文章id mã 编号 編號"
    ),
    "time": (
        "unix_timestamp created_at created_utc time_parsed tweet_date post_timestamp create_time created_time creation_time tweet_time posted_at "
        "published_at published publish_time publish_date published_date pub_date pub_ts post_created timestamp datetime time "
        "status_published tweet_created_at tweet_created_ts message_date create_date_time create_time_iso date_utc time_utc tweet_created video_timestamp date at reviewed_at 发布时间 完整日期 "
        "创建时间 日期 datum veröffentlichungsdatum fecha fecha_de_publicación date_de_publication дата date_est date_gmt 评论时间 上传时间 发表时间 发帖时间 回答时间 发送时间 投稿日時 comment_time comment_date datums data thời_gian 時間 時间 时间 "
        "taken_at published_at_date publication_date review_created_utc relationship_date_utc timestamp_et "
        "timestamp_created created cdate indexed_at"
    ),
    "text": (
        "full_text content_text raw_content text body content tweet tweet_text post_text status_message message caption contents desc "
        "video_description description selftext review hit_sentence snippet comment comment_text text_original text_display caption_text "
        "text_snippet post_content review_content raw_message clean_text cleaned_text abstract 微博正文 微博内容 正文 评论内容 "
        "内容 內容 回答内容 弹幕内容 评论 描述 本文 testo treść teksts nội_dung inhalt beitrag contenu texte texto mensaje текст сообщение post mention"
    ),
    "language": "lang language language_guess languages langs text_language tweet_language la sprache langue idioma язык",
    "kind": "kind tweet_type engagement_type sourcetweet_type thread_entry_type",
    "author": (
        "author_username account_username user_username user_screen_name screen_name author_screen_name unique_id author_handle username "
        "owner_username handle post_owner_username twitter_screen_name sender_username sender_screen_name from_user_name from_user author author_name author_meta_name "
        "account_name author_nickname nickname user_nickname 用户昵称 用户名 page_name channel_title profile_name from_name sender sender_name author_display_name user by name autor auteur "
        "автор 作者 微博作者 博主 评论者 作者昵称 昵称 comment_author autore autors tác_giả ユーザー名 vertex_1 author_id user_id author_ref sender_id from_id"
    ),
    "url": "comment_url url link post_url tweet_url tiktok_url permalink note_url aweme_url status_link web_video_url",
    "repost_of": (
        "repost_of retweet_of referenced_tweets_retweeted_id retweeted_status_id retweeted_status_id_str retweet_status_id "
        "is_retweet retweet retweet_id retweet_tweetid retweeted_tweet retweeted_status reblog_of_id is_reblog reblog is_repost "
        "retweeted_tweet_id retweet_of_id reposted_post reposted_post_id repost_of_id twitter_retweet_of x_retweet_of x_repost_of 源微博id fwd_from fwd_from_id forwarded_from copy_history author_forwarded_from_id author_forwarded_from_name timestamp_forwarded_from "
        "referenced_tweets"
    ),
    "quote_of": (
        "quote_of referenced_tweets_quoted_id quoted_status_id quoted_status_id_str quoted_post quote_id quote_url "
        "quoted_tweet_tweetid quoted_tweet_id quoted_post_id quoted_tweet quoted_status quotes is_quote_tweet is_quote_status is_quote referenced_tweets"
    ),
    "reply_to": (
        "reply_to referenced_tweets_replied_to_id in_reply_to_status_id in_reply_to_status_id_str reply_to_status_id "
        "replied_to_post in_response_to_tweet_id in_reply_to_tweet_id in_reply_to_id in_reply_to reply_to_msg_id is_reply reply link_id parent_id parent reply_parent "
        "in_reply_to_uri in_reply_to_post_id in_reply_to_message_id conversation_in_reply_to_message_id reply_to_message_id reply_to_tweet_id "
        "reply_to_post_id replied_to_tweet_id twitter_reply_to x_reply_to referenced_tweets"
    ),
    # beside the column for the post that is answered: on Twitter what begins with a name answers an account alone, and on
    # Mastodon the post may be gone
    "reply_to_account": (
        "in_reply_to_screen_name in_reply_to_user_id_str in_reply_to_user_id reply_to_screen_name reply_to_user_id "
        "in_reply_to_account_id"
    ),
    "whole": "extended_tweet_full_text note_tweet_text long_text",  # where they are filled, the text is cut
    "hidden": "likes_hidden score_hidden hide_score",  # where they say yes, what stands among the counts is none
}
# whom a post answers, repeats or quotes: they tell its kind where nothing else does
ACCOUNTS = {
    "repost_of": "retweeted_username retweeted_user_screen_name retweet_screen_name retweeted_user",
    "quote_of": "quoted_username quoted_user_screen_name quoted_user",
    "reply_to": (
        "in_reply_to_screen_name in_reply_to_username in_reply_to_user_id_str in_reply_to_user_id reply_to_screen_name "
        "reply_to_username replied_user to_user to"
    ),
}
TITLES = "title subject headline video_title hd titel titre titulo título заголовок 标题 標題 视频标题 问题"  # stand above a text, or for one
ADDRESSES = "comment_url post_url tweet_url status_url permalink note_url aweme_url url tweet_link review_url 笔记url 微博链接 链接 link"  # of a post itself, never of what it shows
TYPES = (
    "type item_type post_type message_type content_type object_type record_type data_type"  # may say what is a comment
)
# columns of these names are what they are called only where their values have this form
_ACCOUNT = r"^@?\w{1,15}$"
_WHETHER = r"^(?i:true|false|yes|no|t|f|0|1)(\.0)?$"
FORMS = {
    "uri": r"^at://",
    "link_id": r"^t3_",
    "parent_id": r"^(t[13]_|Ug)",
    "parent": r"^(root$|Ug)",
    "quotes": r"^(at|https?)://",  # elsewhere a number of them, as may be the next two
    "created": r"^\D*\d{1,4}[-/.]\d",  # of Reddit's, which are numbers, those of PRAW are hours off
    "data": r"^\D*\d{1,4}[-/.年]\d",  # a day in Portuguese, Italian and Polish; in English anything
    "to": _ACCOUNT,
    "to_user": _ACCOUNT,
    "评论": r"[^\d\s.,+万亿千wWkK]",  # elsewhere a number of them
    "reply": _WHETHER,
    "retweet": _WHETHER + r"|^\d{9,}",
}
# What people do, and of each the first column there is: reactions hold the likes, a share is a repost.
ENGAGEMENT = {
    "reposts": (
        "retweet_count retweets_count reposts_count repost_count reposts reblogs_count reblog_count retweets share_count "
        "shares_count shared_count shares num_shares forwards rt_count total_forwards 转发数 转发数量 分享数 分享数量 转发 geteilt partages compartidos репосты compartilhamentos condivisioni "
        "udostępnienia dalījās リツイート数 chia_sẻ"
    ),
    "likes": (
        "like_count likes_count liked_count comment_like_count favorite_count favourite_count favourites_count num_reactions "
        "thumbs_up_count reaction_count digg_count attitudes_count voteup_count fav_count total_liked reactions likes num_likes upvotes score votes "
        "点赞数 点赞数量 点赞 gefällt_mir j'aime me_gusta лайки 赞同数 评论点赞数 comment_likes curtidas mi_piace polubienia patīk "
        "いいね数 lượt_thích"
    ),
    "replies": (
        "reply_count replies_count comment_count comments_count sub_comment_count reply_comment_total replies comments num_comments comms_num "
        "post_comments video_comment total_comments descendants conversation_replies total_reply_num total_replay_num 评论数 评论数量 回复数 评论 kommentare commentaires comentarios комментарии 子评论数 comentários commenti komentarze komentāri "
        "リプライ数 bình_luận"
    ),
}
# of columns with these names, where a tool that gathers from many platforms has several, each post fills those of its own
ALIKE = {
    "reposts": "reposts retweets shares",
    "likes": "likes reactions favorites favourites",
    "replies": "replies comments",
}
# tools that gather from many platforms have columns for each, and leave those of the others empty
PLATFORMS = "twitter x facebook instagram reddit tiktok linkedin youtube tumblr vk threads bluesky".split()
REACTIONS = "love wow haha sad angry care thankful".split()  # beside the likes, where a tool counts each of them
DAYS = "date day post_created_date created_date published_date 日期 datum fecha дата"  # beside a column that has the time of day alone
CLOCKS = "time time_of_day post_created_time hour 时间 時間 uhrzeit heure hora время"
# what a comment stands under, where it is not itself what names the post
PARENTS = "post_id aweme_id note_id video_id media_id photo_id story_id article_id content_id".split()
# what may stand before a word of kind: Sprinklr writes "X Repost" and "Sent Reply"
BEFORE_KINDS = rf"^(?:sent_)?(?:(?:{'|'.join(PLATFORMS)})_)?"
_WORDS_OF_KIND = {
    "original": "original post tweet status toot message submission video photo image link text note story article update mention".split(),
    "reply": "reply replied_to reply_to comment answer response".split(),
    "repost": "repost retweet retweeted rt reblog share shared forward forwarded boost renote".split(),
    "quote": "quote quoted quote_tweet quoted_tweet quote_post quote_retweet quoted_retweet retweet_with_comment".split(),
}
# Weibo counts for a repost what happened to it; elsewhere a repost shows the counts of its original
OF_WEIBO = ("bid", "mblogid", "attitudes_count", "微博正文", "源微博id")
KINDS_BY_WORD = {word: kind for kind, words in _WORDS_OF_KIND.items() for word in words}
NOTHING = ("", "0", "0.0", "-", "[]", "{}", "()", "no", "n", "f", "false", "none", "null", "nan", "na", "n/a")


def plain(column: str) -> str:
    """A column's name as names are compared: its letters and digits.

    Parameters
    ----------
    column
        As it stands in the header.

    Examples
    --------
    >>> plain("Resource Id"), plain("author.userName"), plain(" Post-Created"), plain("user/name")
    ('resourceid', 'authorusername', 'postcreated', 'username')
    """
    return re.sub(r"[\W_]+", "", column.lower())


def listed(names: str) -> list[str]:
    """Names in a list of this module, as names are compared.

    Examples
    --------
    >>> listed("created_at 发布时间")
    ['createdat', '发布时间']
    """
    return [plain(name) for name in names.split()]
