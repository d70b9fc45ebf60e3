"""Which column of a table holds what: judged by names and by what stands in them."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.archives.posts import ArchiveError
from aftermath.archives.preview import preview
from aftermath.archives.readers import read
from aftermath.archives.readers.identity import address_column, are_row_numbers, id_column, refuse_shared, shared
from aftermath.archives.readers.markup import words_of
from aftermath.archives.readers.names import ENGAGEMENT, USUAL, listed

TIME = "2024-03-04T09:00:00Z"


@pytest.fixture
def file(tmp_path) -> Path:
    return tmp_path / "posts.csv"


def table(file: Path, header: str, *rows: str) -> Path:
    file.write_text("".join(f"{line}\n" for line in (header, *rows)), encoding="utf-8")
    return file


def posts(file: Path, **settings: object) -> list[dict]:
    return pl.concat([batch.posts for batch in read(file, **settings)]).to_dicts()


# Ids


def test_a_comment_has_its_own_id_not_that_of_what_it_stands_under(file):
    rows = [f"c{n},v{n % 2},{TIME},words number {n}" for n in range(8)]
    for own, parent in (("comment_id", "aweme_id"), ("id", "post_id"), ("cid", "video_id"), ("id", "note_id")):
        found = posts(table(file, f"{own},{parent},created_at,text", *rows))
        assert [post["post_id"] for post in found] == [f"c{n}" for n in range(8)]
        assert {post["kind"] for post in found} == {"reply"}


def test_a_comment_is_one_even_where_each_stands_under_another_post(file):
    found = posts(table(file, "id,post_id,created_at,text", *(f"c{n},v{n},{TIME},words {n}" for n in range(5))))
    assert ([post["post_id"] for post in found], found[0]["kind"]) == ([f"c{n}" for n in range(5)], "reply")


def test_row_numbers_are_no_ids_where_there_are_others(file):
    found = posts(table(file, "id,post_id,created_at,text", *(f"{n},p{n}x,{TIME},words {n}" for n in range(6))))
    assert [post["post_id"] for post in found] == [f"p{n}x" for n in range(6)]


@pytest.mark.bad_input("damaged exports")
def test_an_id_that_names_what_posts_stand_under_is_refused_with_the_columns_that_could(file):
    rows = [f"v1,{TIME},words {n},k{n},u" for n in range(8)]
    with pytest.raises(ArchiveError, match=r"'id' come again .* no value comes twice in: key\."):
        posts(table(file, "id,created_at,text,key,user", *rows))
    assert len(posts(file, columns={"post_id": "key"})) == 8
    with pytest.raises(ArchiveError, match="come again and again beside different texts"):
        posts(file, columns={"post_id": "user"})


def test_posts_collected_twice_are_no_reason_to_refuse(file):
    rows = [f"{n},{TIME},words {n}" for n in (*range(100, 110), *range(100, 110))]
    reading = read(table(file, "id,created_at,text", *rows))
    assert sum(batch.posts.height for batch in reading) == 10
    assert reading.duplicates == 10
    assert any("the first of each is kept" in remark for remark in reading.facts)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=1, max_size=30))
def test_the_share_of_rows_under_a_shared_id_does_not_depend_on_their_order(rows):
    ids, texts = zip(*rows, strict=True)
    backwards = shared(pl.Series(ids[::-1]), pl.Series(texts[::-1]))
    assert shared(pl.Series(ids), pl.Series(texts)) == backwards
    assert 0 <= backwards < 1


def test_rows_without_an_id_share_none():
    ids, texts = pl.Series(["", None, "7", "7"]), pl.Series(["a", "b", "c", "d"])
    assert shared(ids, texts) == 0.5
    assert shared(ids[:2], texts[:2]) == 1


HALF = pl.DataFrame({"parent": ["u", "u", "v", "v"], "own": ["k1", "k2", "k3", "k4"], "text": ["a", "b", "c", "d"]})
MOST = HALF.with_columns(parent=pl.Series(["u", "u", "u", "v"]), one=pl.lit("u"))


def test_an_id_may_be_shared_by_half_of_the_rows_and_no_more():
    assert id_column(("parent", "own"), HALF, "text") == "parent"
    assert id_column(("one", "own"), MOST, "text") == "own"
    assert id_column(("one",), MOST, "text") == "one"  # for whoever refuses it
    refuse_shared("parent", HALF, "text", "posts.csv")
    with pytest.raises(ArchiveError) as error:
        refuse_shared("one", MOST, "text", "posts.csv")
    assert str(error.value) == (
        "posts.csv: the values in column 'one' come again and again beside different texts, so they name what posts stand under, "
        "or their authors, and not the posts. Say which column has the posts' own ids, --column post_id=COLUMN; no value comes "
        "twice in: own."
    )


def test_columns_that_could_name_posts_are_listed_and_nothing_where_there_are_none():
    with pytest.raises(ArchiveError, match=r"no value comes twice in: own, more\.$"):
        refuse_shared("one", MOST.with_columns(more=pl.col("own") + "x"), "text", "posts.csv")
    with pytest.raises(ArchiveError, match=r"--column post_id=COLUMN\.$"):
        refuse_shared("one", MOST.drop("own"), "text", "posts.csv")


def test_few_rows_and_tables_without_texts_prove_nothing():
    assert id_column(("one", "own"), MOST[:3], "text") == "one"
    assert id_column(("one", "own"), MOST, None) == "one"
    assert id_column((), MOST, "text") is None
    refuse_shared("one", MOST[:3], "text", "posts.csv")


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("written", ["1.76458E+18", "1764576514667446272.0"])
def test_ids_that_a_program_rounded_are_not_said_to_name_something_else(written):
    refuse_shared("one", MOST.with_columns(one=pl.lit(written)), "text", "posts.csv")


@pytest.mark.bad_input("damaged ids")
def test_ids_that_a_spreadsheet_made_the_same_are_not_said_to_name_something_else():
    kept = [f"{(1764576514667446272 + 100 * n) // 10**4}0000" for n in range(60)]
    rows = pl.DataFrame({"id": kept, "text": [f"words {n}" for n in range(60)]})
    assert shared(rows["id"], rows["text"]) > 0.9
    refuse_shared("id", rows, "text", "posts.csv")


def test_an_address_names_posts_where_each_comes_once():
    addresses = pl.Series("url", ["https://a.example/1", "http://a.example/2"])
    assert address_column(pl.DataFrame({"text": ["a", "b"], "url": addresses})) == "url"
    for other in (["https://a.example/1"] * 2, ["https://a.example/1", "a.example/2"], ["x https://a", "y https://b"]):
        assert address_column(pl.DataFrame({"url": other})) is None
    assert address_column(pl.DataFrame({"words": addresses})) is None
    assert address_column(pl.DataFrame({"url": pl.Series([], dtype=pl.String)})) is None


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ("0 1 2 3 4", True),
        ("5 3 1 2 4", True),
        ("17 18 19", False),
        ("1 1 2 3", False),
        ("a b", False),
        ("1 900 2", False),
    ],
)
def test_what_only_counts_the_rows(values, expected):
    assert are_row_numbers(pl.Series(values.split())) is expected


# Kinds


@pytest.mark.parametrize(
    ("column", "values", "kinds"),
    [
        ("tweet_type", "original,retweet,Quote Tweet,reply", "original repost quote reply"),
        ("referenced_tweets.retweeted.id", ",12,,", "original repost original original"),
        ("referenced_tweets.quoted.id", ",,7,", "original original quote original"),
        ("replied_to_post", ",,,https://a.example/1", "original original original reply"),
        ("isReply", "0,1,0,1", "original reply original reply"),
        ("reply_to", "[],[],[],[{}]", "original original original reply"),
        ("is_retweet", "False,TRUE,false,true", "original repost original repost"),
        ("link_id", "t3_a,t3_a,t3_b,t3_b", "reply reply reply reply"),
        ("link_id", "77,78,79,80", "original original original original"),
        ("quotes", "1,0,3,4", "original original original original"),
        ("retweet", "2,0,3,14", "original original original original"),
        ("retweet", "False,True,False,True", "original repost original repost"),
        ("referenced_tweets", ",[{'type': 'retweeted'}],[{'type': 'quoted'}],nan", "original repost quote original"),
        ("type", "post,comment,retweet,post", "original reply repost original"),
        ("type", "text,quote,answer,photo", "original original original original"),
    ],
)
def test_kinds_as_tools_write_them(file, column, values, kinds):
    rows = [f"p{n},{TIME},words {n},{value}" for n, value in enumerate(values.split(","))]
    assert [post["kind"] for post in posts(table(file, f"id,created_at,text,{column}", *rows))] == kinds.split()


def test_a_word_of_kind_that_is_not_known_makes_no_original(file):
    rows = [f"p{n},{TIME},words {n},{kind}" for n, kind in enumerate(["retweet"] * 299 + ["bump"])]
    reading = read(table(file, "id,created_at,text,kind", *rows))
    assert sum(batch.posts.height for batch in reading) == 299
    assert "posts.csv:301" in str(reading.bad_lines[0])
    assert "kind" in str(reading.bad_lines[0])
    assert "bump" not in str(reading.bad_lines[0])


def test_a_column_called_kind_that_says_something_else_is_passed_over_and_that_is_said(file):
    reading = read(table(file, "id,created_at,text,kind", *(f"p{n},{TIME},words {n},search" for n in range(5))))
    assert {kind for batch in reading for kind in batch.posts["kind"]} == {"original"}
    assert any("'kind' was not read" in remark for remark in reading.remarks)


def test_texts_that_begin_as_reposts_do_are_reposts_where_nothing_else_tells(file):
    rows = [f"1,{TIME},RT @a: so sorry…,5", f"2,{TIME},sorry RT @a,6"]
    found = posts(table(file, "id,created_at,text,likes", *rows))
    assert [(post["kind"], post["engagement"]) for post in found] == [("repost", None), ("original", 6)]


def test_weibo_counts_for_a_repost_what_happened_to_it(file):
    found = posts(table(file, "id,bid,created_at,text,likes,retweet_id", f"1,O1,{TIME},words,5,77"))
    assert (found[0]["kind"], found[0]["engagement"]) == ("repost", 5)


# Engagement, times, texts


def test_columns_that_are_not_there_are_named_with_those_that_are(file):
    table(file, "nr,said", "1,hello")
    with pytest.raises(ArchiveError, match=r"no column with ids.*--column post_id=COLUMN.*nr, said"):
        posts(file)
    with pytest.raises(ArchiveError, match="no column 'when'"):
        posts(file, columns={"post_id": "nr", "text": "said", "time": "when"})
    with pytest.raises(ArchiveError, match="'txt' is no field"):
        posts(file, columns={"txt": "said"})


def test_of_each_thing_that_people_do_one_column_is_counted(file):
    header = "id,created_at,text,likes,num_reactions,comments,num_comments,retweet_count,shares,views"
    assert posts(table(file, header, f"1,{TIME},words,7,10,3,3,2,2,900"))[0]["engagement"] == 10 + 3 + 2


def test_no_name_stands_for_two_things():
    usual = {field: listed(names) for field, names in (USUAL | ENGAGEMENT).items()}
    for names in usual.values():
        assert len(names) == len(set(names))
    counts = [name for field in ENGAGEMENT for name in usual[field]]
    assert len(counts) == len(set(counts))


def test_day_and_time_of_day_in_two_columns_are_joined_and_read_again_so(file):
    table(file, "id,Date,Time,text", "1,2024-03-04,09:00,words", "2,2024-03-04,09:37,others")
    reading = read(file, zone="UTC")
    assert [f"{time:%H:%M}" for batch in reading for time in batch.posts["time"]] == ["09:00", "09:37"]
    assert reading.columns["time"] == "Date+Time"
    assert [f"{post['time']:%H:%M}" for post in posts(file, zone="UTC", columns=reading.columns)] == ["09:00", "09:37"]


def test_ids_tell_the_time_only_where_they_are_twitters(file):
    rows = ["tweet_id,text", "851379746108342272,sorry"]
    assert f"{posts(table(file, *rows))[0]['time']:%F}" == "2017-04-10"
    for header, number in (("note_id", "851379746108342272"), ("status_id", "7331_1015")):
        with pytest.raises(ArchiveError, match="no column with times"):
            posts(table(file, f"{header},text", f"{number},sorry"))


@pytest.mark.parametrize("gone", ["[removed]", "[deleted]", " [deleted] ", "该微博已被删除"])
def test_what_platforms_write_for_a_text_that_is_gone_is_no_text(file, gone):
    found = posts(table(file, "id,created_at,text,author", f"1,{TIME},{gone},[deleted]", f"2,{TIME},sorry,me"))
    assert [(post["text"], post["author"]) for post in found] == [("", None), ("sorry", "me")]


@pytest.mark.bad_input("damaged exports")
def test_an_archive_without_a_word_is_refused(file):
    with pytest.raises(ArchiveError, match=r"none of 2.posts has any words"):
        posts(table(file, "id,created_at,text,said", f"1,{TIME},,sorry", f"2,{TIME},,sad"))
    assert [post["text"] for post in posts(table(file, "id,created_at,text,body", f"1,{TIME},,sorry"))] == ["sorry"]


def test_html_is_no_words_and_angle_brackets_that_are_none_stay(file):
    rows = [f"1,{TIME},<p>So <b>sorry</b></p><p>Bye</p>", f"2,{TIME},I <3 you & x < y > z"]
    assert [post["text"] for post in posts(table(file, "id,created_at,text", *rows))] == [
        "So sorry\nBye",
        "I <3 you & x < y > z",
    ]


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ('<a href="https://m.example/@a" class="mention">@<span>a</span></a> hi', "@a hi"),
        ('see <a href="https://b.example/long">b.exam…</a>', "see https://b.example/long"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>1 &lt; 2 &amp; <angry></p>", "1 < 2 & <angry>"),
        ("<ul><li>one</li><li>two</li></ul>", "one\ntwo"),
        ("<a href='javascript:x'>press</a>", "press"),
        ("<p>never closed", "never closed"),
    ],
)
def test_words_of_html(marked, words):
    assert words_of(marked) == words


@pytest.mark.bad_input("damaged exports")
@given(st.text(max_size=200))
def test_any_text_goes_through(text):
    words_of(text)


# Preview


def test_a_preview_shows_what_would_be_read_and_names_nobody(file):
    rows = [f"{n},{TIME},thanks @friend{n} for this,person{n},{n}" for n in range(12)]
    shown = preview([table(file, "id,created_at,text,author,likes", *rows)]).text.replace("\u00a0", " ")
    assert "post_id: id" in shown
    assert "engagement: likes" in shown
    assert "12 posts: 12 original." in shown
    assert "12 without" in shown
    assert "The first 10 posts" in shown
    assert "person" not in shown
    assert "friend" not in shown
    assert "author 10" in shown


def test_comments_that_come_after_many_posts_are_replies_and_titles_after_many_comments_stand(file):
    posted = [f"p{n},{TIME},post,title {n},words {n}" for n in range(2100)]
    found = posts(table(file, "id,created_at,type,title,text", *posted, f"c1,{TIME},comment,,no"))
    assert (found[-1]["kind"], found[-1]["text"], found[0]["text"]) == ("reply", "no", "title 0\n\nwords 0")
    wordy = [f"c{n},{TIME},,words {n}" for n in range(2100)]
    assert posts(table(file, "id,created_at,title,text", *wordy, f"p1,{TIME},A title,"))[-1]["text"] == "A title"


def test_counts_of_the_platform_that_a_post_is_on_are_its_own(file):
    header = "id,created_at,text,Twitter Likes,Twitter Retweets,Facebook Likes,Facebook Shares"
    rows = [f"1,{TIME},a,1,2,,", f"2,{TIME},b,,,3,4", f"3,{TIME},c,,,,", f"4,{TIME},d,5,,,", f"5,{TIME},e,1,2,0,0"]
    assert [post["engagement"] for post in posts(table(file, header, *rows))] == [3, 7, None, None, 3]


def test_of_columns_that_are_alike_the_larger_counts_and_is_read_again_so(file):
    table(
        file,
        "id,created_at,text,Likes,Reactions",
        f"1,{TIME},a,5,0",
        f"2,{TIME},b,2,9",
        f"3,{TIME},c,,4",
        f"4,{TIME},d,,",
    )
    reading = read(file)
    assert [count for batch in reading for count in batch.posts["engagement"]] == [5, 9, 4, None]
    assert [post["engagement"] for post in posts(file, columns=reading.columns)] == [5, 9, 4, None]


def test_what_the_engagement_lacks_is_said(file):
    for header, said in (
        ("shares", "no column of likes"),
        ("comments", "only replies"),
        ("likes,love,wow,haha", "love, wow, haha are not"),
    ):
        reading = read(table(file, f"id,created_at,text,{header}", f"1,{TIME},a{',3' * len(header.split(','))}"))
        assert sum(batch.posts.height for batch in reading) == 1
        assert any(said in remark for remark in reading.remarks)


def test_stars_and_feelings_are_no_votes(file):
    for beside, engagement in (("rating", None), ("sentiment", None), ("subreddit", 4)):
        found = posts(table(file, f"id,created_at,text,score,{beside}", f"1,{TIME},words,4,x"))
        assert found[0]["engagement"] == engagement


def test_an_address_is_an_id_only_where_it_comes_once(file):
    rows = [f"https://a.example/{n},{TIME},words {n}" for n in range(5)]
    assert posts(table(file, "url,created_at,text", *rows))[0]["post_id"] == "https://a.example/0"
    with pytest.raises(ArchiveError, match="no column with ids"):
        posts(table(file, "url,created_at,text", *rows, f"https://a.example/0,{TIME},others"))
