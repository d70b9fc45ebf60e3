"""Ids that lost digits are refused, in whatever program; sound ids of all platforms are not."""

import random
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers.damaged_ids import DamagedIds, tail
from aftermath.archives.readers.reading import read

BEGIN = datetime(2024, 3, 4, tzinfo=UTC)
MS = 1_709_542_800_000

SOUND: dict[str, Callable[[random.Random], int]] = {
    "snowflakes of any sequence": lambda r: snowflake(r, r.randrange(4096)),
    "snowflakes of sequence 0": lambda r: snowflake(r, 0),
    "snowflakes of small sequences": lambda r: snowflake(r, int(r.expovariate(0.5))),
    "snowflakes of 2015": lambda r: snowflake(r, int(r.expovariate(0.5)), 1_423_000_000_000),
    "snowflakes of 2011": lambda r: snowflake(r, int(r.expovariate(0.5)), 1_300_000_000_000),
    "TikTok": lambda r: (MS // 1000 + r.randrange(10**6)) << 32 | r.getrandbits(32),
    "Weibo": lambda r: (MS // 1000 - 515_483_463 + r.randrange(10**6)) << 22 | r.getrandbits(22),
    "Mastodon": lambda r: moment(r) << 16 | r.getrandbits(16),
    "Instagram": lambda r: (moment(r) - 1_314_220_021_300) << 23 | r.getrandbits(23),
    "Facebook": lambda r: 10_150_000_000_000_000 + r.randrange(10**13),
    "milliseconds": lambda r: moment(r),
    "milliseconds, whole seconds": lambda r: moment(r) // 1000 * 1000,
    "microseconds": lambda r: moment(r) * 1000 + r.randrange(1000),
    "microseconds, whole milliseconds": lambda r: moment(r) * 1000,
    "microseconds, whole seconds": lambda r: moment(r) // 1000 * 10**6,
    "nanoseconds": lambda r: moment(r) * 10**6 + r.randrange(10**6),
    "nanoseconds, whole microseconds": lambda r: moment(r) * 10**6 + r.randrange(1000) * 1000,
    "nanoseconds, whole milliseconds": lambda r: moment(r) * 10**6,
    "nanoseconds, whole seconds": lambda r: moment(r) // 1000 * 10**9,
    "ticks of 100 nanoseconds, whole milliseconds": lambda r: 621_355_968_000_000_000 + moment(r) * 10**4,
    "clock times": lambda r: int(f"{BEGIN + timedelta(milliseconds=r.randrange(10**9)):%Y%m%d%H%M%S%f}"[:17]),
    "clock times, microseconds": lambda r: int(f"{BEGIN + timedelta(milliseconds=r.randrange(10**9)):%Y%m%d%H%M%S%f}"),
}


def made(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311


def moment(r: random.Random) -> int:
    return MS + r.randrange(10**9)


def snowflake(r: random.Random, sequence: int, begin: int = MS) -> int:
    return (begin - 1_288_834_974_657 + r.randrange(10**9)) << 22 | r.randrange(1024) << 12 | sequence


def spreadsheet(number: int) -> str:
    return str(number)[:15] + "0" * (len(str(number)) - 15)


def shortest(number: int) -> str:
    """As JavaScript writes a number: the fewest digits that give the same double, filled up with zeros."""
    digits, _, exponent = f"{float(number)!r}".partition("e+")
    return digits.replace(".", "").ljust(int(exponent) + 1, "0") if exponent else str(int(float(number)))


def seventeen(number: int) -> str:
    """As C writes a double by %.17g."""
    digits, _, exponent = f"{float(number):.16e}".partition("e+")
    return digits.replace(".", "").ljust(int(exponent) + 1, "0")


DAMAGES: dict[str, Callable[[int], str]] = {
    "spreadsheet": spreadsheet,
    "float of 53 bits": lambda number: str(int(float(number))),
    "17 digits": shortest,
    "wrote 17 digits": seventeen,
    "24 bits": lambda number: str(int(np.float32(number))),
}


def judged(ids: Iterable[str], every: int = 1) -> DamagedIds:
    """Ids of posts; each of as many in a row has the same time and id."""
    listed = list(ids)
    taken = DamagedIds()
    times = [BEGIN + timedelta(seconds=place // every) for place in range(len(listed))]
    taken.take(pl.Series(listed), pl.Series(times), "posts.csv")
    return taken


@pytest.mark.parametrize("platform", SOUND)
@pytest.mark.parametrize("posts", [7, 30, 300, 6000])
def test_sound_ids_are_not_accused(platform, posts):
    r = made(posts)
    for _ in range(max(1, 600 // posts)):
        assert not judged(str(SOUND[platform](r)) for _ in range(posts)).findings()


def test_the_bound_is_never_below_the_binomial_tail_and_below_one_in_a_million_for_all_that_is_asked_of_an_archive():
    from scipy.stats import binom

    for chance in (1 / 5, 1 / 15, 1 / 625):
        for of in (10, 60, 4000):
            for marks in range(of + 1):
                assert tail(marks, of, chance) >= binom.sf(marks - 1, of, chance) * (1 - 1e-9)
    # the chance that an archive of 30, 4,000 or 65,536 sound ids is accused by one trial; an archive goes through at most
    # five lengths, eight trials each, and twelve looks
    for chance in (1 / 5, 1 / 25, 1 / 625, 1 / 15, 1 / 7, 1 / 3):
        for of in (30, 4000, 65_536):
            least = next((marks for marks in range(of + 1) if tail(marks, of, chance) < 1e-9), None)
            if least is not None:
                assert binom.sf(least - 1, of, chance) * 5 * 8 * 12 < 1e-6


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("platform", ["snowflakes of any sequence", "TikTok", "Mastodon", "Instagram"])
def test_each_damage_is_found_and_named(platform, damage):
    r = made(5)
    ids = [DAMAGES[damage](SOUND[platform](r)) for _ in range(60)]
    with pytest.raises(ArchiveError, match=r"posts\.csv: \d+ of \d+ ids of \d\d digits bear the mark") as refused:
        judged(ids).judge()
    assert any(word in str(refused.value) for word in (damage, "float"))
    assert "export the posts anew" in str(refused.value)


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("platform", ["Weibo", "Facebook", "snowflakes of sequence 0", "microseconds", "clock times"])
def test_a_spreadsheet_is_found_whatever_the_length(platform):
    r = made(8)
    assert judged(spreadsheet(SOUND[platform](r)) for _ in range(60)).findings()


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("platform", ["snowflakes of any sequence", "TikTok", "Instagram"])
def test_few_ids_of_which_half_were_floats_are_told_where_they_are_too_few_to_be_refused(platform):
    told = 0
    for seed in range(20):
        r = made(seed)
        numbers = [SOUND[platform](r) for _ in range(30)]
        judge = judged(str(int(float(number))) if place % 2 else str(number) for place, number in enumerate(numbers))
        told += bool(judge.findings() or judge.remarks())
        assert all("too few to be sure" in remark and "as a float of 53 bits" in remark for remark in judge.remarks())
    assert told >= 15


@pytest.mark.parametrize("platform", SOUND)
@pytest.mark.parametrize("posts", [7, 30, 300])
def test_nothing_is_told_of_sound_ids(platform, posts):
    r = made(posts + 1)
    for _ in range(max(1, 600 // posts)):
        assert not judged(str(SOUND[platform](r)) for _ in range(posts)).remarks()


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("damage", ["spreadsheet", "17 digits", "wrote 17 digits"])
def test_half_of_the_ids_are_enough(damage):
    r = made(3)
    numbers = [SOUND["snowflakes of any sequence"](r) for _ in range(60)]
    ids = [DAMAGES[damage](number) if place % 2 else str(number) for place, number in enumerate(numbers)]
    assert judged(ids).findings()[0].damaged >= 30


def test_twelve_of_four_thousand_ids_that_end_in_0000_are_no_accident():
    r = made(4)
    numbers = [SOUND["snowflakes of any sequence"](r) for _ in range(4000)]
    ids = [spreadsheet(number) if place < 12 else str(number) for place, number in enumerate(numbers)]
    assert [finding.of for finding in judged(ids).findings()] == [4000]


def test_a_post_that_comes_again_is_no_further_evidence():
    r = made(4)
    ids = [str(SOUND["Weibo"](r)) for _ in range(20)]
    ids[0] = ids[0][:-1] + "0"
    assert not judged((number for number in ids for _ in range(50)), every=50).findings()


def test_ids_that_a_spreadsheet_made_the_same_are_evidence_each():
    ids = [f"{5008000000000100 + place:d}"[:15] + "0" for place in range(40)]
    assert judged(ids).findings()[0].damaged == 40


def test_the_answer_depends_neither_on_order_nor_on_cuts():
    r = made(6)
    numbers = [SOUND["snowflakes of any sequence"](r) for _ in range(90_000)]
    ids = pl.Series([spreadsheet(number) if place % 50 == 49 else str(number) for place, number in enumerate(numbers)])
    times = pl.Series(range(len(ids)))
    answers = set()
    for size in (1_000, 20_000, 90_000):
        taken = DamagedIds()
        with pytest.raises(ArchiveError) as refused:
            for start in range(0, len(ids), size):
                taken.take(ids[start : start + size], times[start : start + size], "posts.csv")
        answers.add(str(refused.value))
    assert len(answers) == 1


def test_ids_of_letters_and_short_ids_say_nothing():
    assert not judged(["dQw4w9WgXcQ", "t1_abc12", "7e12345", "1000", "kt2x000000000000000"] * 20).findings()


def written(folder, ids):
    file = folder / "posts.csv"
    file.write_text("id,created_at,text\n" + "".join(f"{post},2024-03-04T09:00:00Z,x\n" for post in ids))
    return file


def test_ids_of_reddit_that_look_like_powers_of_ten_are_ids(tmp_path):
    batches = list(read(written(tmp_path, ["7e12345", "8e1"])))
    assert batches[0].posts["post_id"].to_list() == ["7e12345", "8e1"]


def test_a_float_that_lost_nothing_is_read_as_the_id_that_it_is(tmp_path):
    batches = list(read(written(tmp_path, ["123456789012345.0", "12.0"])))
    assert batches[0].posts["post_id"].to_list() == ["123456789012345", "12"]


@pytest.mark.bad_input("damaged ids")
@pytest.mark.parametrize("written_id", ["1.76458E+18", "1e+21", "1.7645765146674463e18", "1764576514667446272.0"])
def test_an_id_in_scientific_notation_is_refused(tmp_path, written_id):
    with pytest.raises(ArchiveError, match=r"posts\.csv:2: .*damaged"):
        list(read(written(tmp_path, [written_id])))


@pytest.mark.bad_input("damaged ids")
def test_damaged_ids_of_an_archive_are_never_left_out_as_duplicates(tmp_path):
    r = made(2)
    ids = [shortest(SOUND["TikTok"](r)) for _ in range(30) for _ in range(2)]
    with pytest.raises(ArchiveError, match="60 of 60 ids of 19 digits"):
        list(read(written(tmp_path, ids)))
