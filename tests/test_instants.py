"""Times as written: the instant that was meant, or a refusal by name; never another instant."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from aftermath.archives.posts import ArchiveError
from aftermath.archives.readers import read
from aftermath.archives.readers.date_forms import joined
from aftermath.archives.readers.instants import Clock, OpenOrder

MOMENT = datetime(2024, 3, 4, 9, 30, tzinfo=UTC)


def line_of(row: int) -> str:
    return f"posts.csv:{row + 2}"


def instants(
    times: Sequence[str], zone: str | None = None, form: str | None = None, cuts: Sequence[int] = ()
) -> list[datetime | None]:
    clock, found = Clock(zone, form), []
    for begin, end in itertools.pairwise(sorted({0, len(times), *(cut % (len(times) + 1) for cut in cuts)})):
        piece = pl.Series(times[begin:end], dtype=pl.String)
        found += clock.instants(piece, lambda row, begin=begin: line_of(begin + row)).to_list()
    return found


def why(written: str, zone: str | None = "UTC") -> str | None:
    """Why one time cannot be read."""
    clock = Clock(zone)
    assert clock.instants(pl.Series([written]), line_of).to_list() == [None]
    return clock.faults().get(0)


# Each form that is promised: 9:30 in UTC


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-04T09:30:00Z", "2024-03-04T09:30Z", "2024-03-04t09:30:00.000z", "2024-03-04 09:30:00 UTC", "2024-03-04 09:30 GMT",
        "2024-03-04 09:30:00 UT", "2024-03-04 09:30:00 +0000", "2024-03-04 17:30:00 UTC+8", "2024-03-04 17:30:00 GMT+08:00",
        "2024-03-04 04:30:00 EST", "2024-03-04 04:30:00 est", "2024-03-04 05:30 EDT", "2024-03-04 01:30:00 PST", "2024-03-04 02:30 MST",
        "2024-03-04 04:30 CDT", "2024-03-04 10:30:00 CET", "2024-03-04 11:30:00 CEST", "2024-03-04 11:30 EET", "2024-03-04 12:30 EEST",
        "2024-03-04 12:30:00 MSK", "2012-03-04 13:30:00 MSK", "2024-03-04 18:30 JST", "2024-03-04 18:30 KST", "2024-03-04 17:30 HKT",
        "2024-03-04 19:30 AEST", "2024-03-04 20:30 AEDT", "2024-03-04 21:30 NZST", "2024-03-04 22:30 NZDT", "2024-03-04 16:30 WIB",
        "2024-03-04 17:30 SGT", "2024-03-04 04:30 America/New_York", "2024-03-04T10:30+01:00[Europe/Berlin]",
        "2024-03-04 04:30:00 (EST)", "2024-03-04T10:30[Europe/Berlin]", "04/Mar/2024:09:30:00 +0000", "2024-03-04 09:30 (UTC)",
        "Sat, 04 Mar 2024 09:30:00 GMT", "Mon, 04 Mar 2024 09:30:00 UT", "Mon, 04 Mar 2024 04:30:00 EST", "Mon, 4 Mar 2024 09:30 +0000",
        "Mon Mar 04 09:30:00 +0000 2024", "Mon Mar 04 09:30:00 UTC 2024", "Mon Mar  4 04:30:00 EST 2024",
        "Mon Mar 04 2024 10:30:00 GMT+0100 (Central European Standard Time)", "20240304T093000Z", "20240304T093000+0000",
        "1709544600", "1709544600.0", "1709544600.000", "1.7095446E9", "1.7095446e+09", "1709544600000", "1.7095446E12",
        "1709544600000000", "1709544600000000000", "1709544600000.0", "March 4, 2024 at 9:30 AM UTC", "4 Mar 2024 04:30 AM EST",
    ],
)  # fmt: skip
def test_times_that_carry_their_zone(written):
    moment = MOMENT.replace(year=2012) if written.startswith("2012") else MOMENT
    for zone in (None, "UTC", "America/New_York", "Asia/Tokyo"):
        assert instants([written], zone) == [moment], zone


@pytest.mark.parametrize(
    "written",
    [
        "2024-03-04 09:30:00", "2024-03-04T09:30:00", "2024-03-04 09:30", "2024-03-04T09:30", "2024/03/04 09:30:00", "2024/3/4 9:30",
        "2024.03.04 09:30", "2024-03-04 09:30:00.000", "2024-03-04 09:30:00,000", "202403040930", "20240304093000", "20240304093000000",
        "20240304 09:30", "20240304T0930", "04-Mar-2024 09:30AM", "04-Mar-2024 9:30 AM", "04/Mar/2024 09:30", "Mar 4, 2024 9:30 AM",
        "Mar 4, 2024, 9:30\u202fAM", "March 4, 2024 at 9:30 AM", "Monday, March 4th, 2024 9:30 a.m.", "4 March 2024 09:30",
        "Mon, 4 Mar 2024 09:30", "9:30 AM · Mar 4, 2024", "09:30, 4 March 2024", "Mon Mar  4 09:30:00 2024", "2024-Mar-04 09:30",
        "04.03.2024 09:30", "4.3.2024 09.30", "04. 03. 2024 9:30", "2024. 3. 4. 09:30", "2024年3月4日 09:30", "2024年3月4日 上午9:30",
        "2024年03月04日09时30分00秒", "2024年3月4日星期一 9:30", "２０２４-０３-０４ ０９:３０", "4. März 2024 um 09:30 Uhr", "Montag, 4. März 2024, 09:30",
        "4. Mär. 2024 09:30", "4 mars 2024 à 09:30", "lundi 4 mars 2024 09h30", "4 de marzo de 2024, 9:30 a. m.", "4 mar 2024, 9:30",
        "lunes, 4 de marzo de 2024 9:30", "4 марта 2024 г., 09:30", "4 марта 2024 г. в 09:30", "пн, 4 мар. 2024 09:30",
        "2024. gada 4. marts plkst. 09:30", "2024. gada 4. martā 09:30", "4. marts 2024 09:30", "4 tháng 3, 2024 09:30",
        "lúc 09:30 ngày 4 tháng 3, 2024", "09:30 4 tháng 3, 2024", "4 thg 3, 2024 9:30", "Thứ Hai, 4 tháng Ba, 2024 09:30",
        "le 4 mars 2024 à 09:30", "le lundi 4 mars 2024 à 9h30", "4 mars 2024, 9 h 30", "Montag, den 4. März 2024, 09:30 Uhr",
        "4 de março de 2024 às 09:30", "segunda-feira, 4 de março de 2024 09:30", "4 de mar. de 2024, 09:30", "4 marzo 2024 09:30",
        "lunedì 4 marzo 2024 alle ore 9:30", "4 maart 2024 om 09:30", "ma 4 mrt. 2024 09:30", "måndag den 4 mars 2024 kl. 09:30",
        "mandag den 4. marts 2024 kl. 09.30", "4. mars 2024, 09:30", "4. maaliskuuta 2024 klo 9.30", "4 marca 2024 09:30",
        "poniedziałek, 4 marca 2024, godz. 09:30", "4. března 2024 9:30", "2024. március 4. 9:30", "4 martie 2024, 09:30",
        "4 березня 2024 р., 09:30", "4 Mart 2024 09:30", "4 MART 2024 Pazartesi 09:30", "4 Maret 2024 09.30", "2024년 3월 4일 오전 9:30",
        "2024년 3월 4일 월요일 9시 30분 0초", "2024. 3. 4. 오전 9:30:00", "2024-03-04 오전 9:30", "2024年3月4日 9時30分0秒",
        "2024年3月4日(月) 午前9時30分", "2024年3月4日 月曜日 9:30", "2024年3月4号 9点30分",
    ],
)  # fmt: skip
def test_times_that_need_a_zone(written):
    assert instants([written], "UTC") == [MOMENT]
    assert instants([written], "America/New_York") == [MOMENT.replace(hour=14)]
    with pytest.raises(ArchiveError, match=r"has no zone, so it could be hours off.*--zone"):
        instants([written])


@pytest.mark.parametrize(
    "names",
    [
        "styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
        "OCAK ŞUBAT MART NİSAN MAYIS HAZİRAN TEMMUZ AĞUSTOS EYLÜL EKİM KASIM ARALIK",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    ],
)
def test_a_month_has_its_place_in_the_year_in_every_language(names):
    months = names.split()
    found = instants([f"4 {month} 2024" for month in months], "UTC")
    assert [(moment.month, moment.day) for moment in found if moment] == [(n, 4) for n in range(1, len(months) + 1)]


def test_days_alone_and_hours_of_a_day():
    for written in (
        "2024-03-04",
        "20240304",
        "4 March 2024",
        "2024年3月4日",
        "04.03.2024",
        "Mar 4, 2024",
        "4 tháng 3, 2024",
    ):
        assert instants([written], "America/New_York") == [datetime(2024, 3, 4, 5, tzinfo=UTC)], written
    assert instants(["2024030409"], "UTC") == [datetime(2024, 3, 4, 9, tzinfo=UTC)]
    twelve = {
        "12:00 AM": 0,
        "12:30 am": 0,
        "1:00 AM": 1,
        "11:00 AM": 11,
        "12:00 PM": 12,
        "1:00 PM": 13,
        "11:59 p.m.": 23,
        "9 PM": 21,
    }
    for written, hour in twelve.items():
        assert instants([f"4 March 2024 {written}"], "UTC") == [
            datetime(2024, 3, 4, hour, 59 if "59" in written else 30 if "30" in written else 0, tzinfo=UTC)
        ]


# Zones


@pytest.mark.parametrize(
    ("name", "settled"),
    [
        ("CST", {"America/Chicago": -6, "Asia/Shanghai": 8, "Asia/Taipei": 8, "America/Havana": -5}),
        ("IST", {"Asia/Kolkata": 5.5, "Asia/Jerusalem": 2, "Europe/Dublin": 1}),
        ("BST", {"Europe/London": 1, "Asia/Dhaka": 6}),
        ("AST", {"America/Halifax": -4, "Asia/Riyadh": 3}),
    ],
)
def test_abbreviations_of_several_meanings_are_settled_by_the_zone_or_refused(name, settled):
    for zone, hours in settled.items():
        assert instants([f"2024-03-04 09:30:00 {name}"], zone) == [MOMENT - timedelta(hours=hours)]
    for zone in (None, "UTC", "Asia/Tokyo"):
        with pytest.raises(
            ArchiveError, match=rf"posts\.csv:2: .* ends in {name}, which is the name of several clocks.*--zone"
        ):
            instants([f"2024-03-04 09:30:00 {name}"], zone)
        with pytest.raises(ArchiveError, match="several clocks"):
            instants([f"2024-03-04 09:30:00 {name}"], zone, "%Y-%m-%d %H:%M:%S %Z")


def test_an_abbreviation_that_means_something_else_where_the_clock_stands_is_refused():
    with pytest.raises(ArchiveError, match="several clocks"):
        instants(["2024-03-04 09:30:00 EST"], "Australia/Sydney")
    assert instants(["2024-03-04 17:30:00 PST"], "Asia/Manila") == [MOMENT]


def test_a_form_with_a_zone_never_drops_it():
    form = "%Y-%m-%d %H:%M:%S %Z"
    times = ["2024-03-04 04:30:00 EST", "2024-03-04 05:30:00 EDT", "2024-03-04 17:30:00 UTC+8", "2024-03-04 09:30:00 Z"]
    for zone in (None, "UTC", "America/New_York"):
        assert instants(times, zone, form) == [MOMENT] * 4
        assert instants(["2024-03-04 09:30:00", "2024-03-04 09:30:00 QQQ"], zone, form) == [None, None]
    assert instants(["Mon Mar 04 04:30:00 EST 2024"], "UTC", "%a %b %d %H:%M:%S %Z %Y") == [MOMENT]
    assert instants(["3/4/2024 9:30:00 AM"], "UTC", "%m/%d/%Y %I:%M:%S %p") == [MOMENT]
    assert instants(["3/4/2024 9:30:00\u202fAM"], "UTC", "%m/%d/%Y %I:%M:%S %p") == [MOMENT]


def test_a_zone_that_is_not_known_is_named():
    assert why("2024-03-04 09:30:00 QQQ") == "whose zone QQQ is not known"
    assert why("2024-03-04 09:30:00 Mars/Olympus") is not None
    assert why("2024-03-04 09:30:00 +2500") is not None


# Clocks that change


@pytest.mark.parametrize(
    ("zone", "day", "first"),
    [
        ("America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00"), ("America/Santiago", "2022-09-11", "2022-09-11T04:00"),
        ("Africa/Cairo", "2023-04-28", "2023-04-27T22:00"), ("Asia/Beirut", "2022-03-27", "2022-03-26T22:00"),
        ("America/Havana", "2024-03-10", "2024-03-10T05:00"), ("America/Asuncion", "2023-10-01", "2023-10-01T04:00"),
    ],
)  # fmt: skip
def test_a_day_whose_midnight_is_skipped_begins_at_its_first_moment(zone, day, first):
    moment = datetime.fromisoformat(first).replace(tzinfo=UTC)
    local = moment.astimezone(ZoneInfo(zone))
    assert (str(local.date()), local.hour) == (day, 1)
    assert instants([day, day.replace("-", ""), day.replace("-", "/"), f"{day} 00:00:00"], zone) == [moment] * 4
    assert Clock(zone).instants(pl.Series([date.fromisoformat(day)]), line_of).to_list() == [moment]
    assert (why(f"{day} 00:30:00", zone) or "").startswith(
        f"which does not exist in {zone.partition('/')[2].replace('_', ' ')}"
    )


def test_a_day_that_a_country_left_out_does_not_exist():
    assert "does not exist in Apia" in (why("2011-12-30", "Pacific/Apia") or "")


def test_times_that_pass_twice_are_the_earlier_and_counted_and_skipped_ones_are_named():
    clock = Clock("America/New_York")
    times = [
        "2024-11-03 01:30:00",
        "2024-03-10 02:30:00",
        "3 Nov 2024 1:15 AM",
        "2024-11-03 01:30:00 EST",
        "2024-11-03",
    ]
    read = clock.instants(pl.Series(times), line_of).to_list()
    day = datetime(2024, 11, 3, tzinfo=UTC)
    assert read == [
        day.replace(hour=5, minute=30),
        None,
        day.replace(hour=5, minute=15),
        day.replace(hour=6, minute=30),
        day.replace(hour=4),
    ]
    assert clock.faults() == {1: "which does not exist in New York: the clocks were set forward over it"}
    assert clock.ambiguous == 2
    twice, days = clock.remarks()
    assert "2\xa0times are in the hour that passes twice" in twice
    assert "the first in posts.csv:2" in twice
    assert days.startswith("1 of 4 times are a day without a time of day")


# The order of day and month


def test_the_order_of_day_and_month_is_never_guessed():
    for written in ("03/04/2024 09:00", "3/4/2024", "03-04-2024 9:00 AM", "04/03/2024 09:00 UTC"):
        with pytest.raises(OpenOrder, match=r"posts\.csv:2: .*3 April or 4 March|posts\.csv:2: .*4 March or 3 April"):
            instants([written], "UTC")
    april, march = datetime(2024, 4, 3, tzinfo=UTC), datetime(2024, 3, 4, tzinfo=UTC)
    assert instants(["03/04/2024", "13/04/2024"], "UTC")[0] == april
    assert instants(["04/13/2024", "03/04/2024"], "UTC")[1] == march
    assert instants(["05/05/2024"], "UTC") == [datetime(2024, 5, 5, tzinfo=UTC)]
    with pytest.raises(
        ArchiveError, match=r"'13/04/2024' in posts\.csv:2 is written as day first, '04/13/2024' in posts\.csv:3"
    ):
        instants(["13/04/2024", "04/13/2024"], "UTC")
    with pytest.raises(ArchiveError, match="contradict"):
        instants(["13/04/2024", "04/13/2024"], "UTC", cuts=(1,))
    assert instants(["13.04.2024", "04.13.2024"], "UTC")[1] is None


def test_offsets_after_a_day_prove_no_order():
    with pytest.raises(OpenOrder):
        instants(["2024-03-04-0500", "2024-03-14 -0500", "03/04/2024"], "UTC")


@pytest.mark.parametrize("proof", [0, 1, 30_000])
def test_a_day_over_12_anywhere_in_the_archive_proves_the_order(tmp_path, proof):
    days = ["03/04/2024 09:30"] * 30_001
    days[proof] = "03/14/2024 09:30"
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    other.write_text("id,created_at,text\n" + "".join(f"{n},{day},x\n" for n, day in enumerate(days)))
    one.write_text("id,created_at,text\nfirst,03/04/2024 09:30,x\n")
    found = pl.concat(batch.posts for batch in read([one, other], zone="UTC"))
    assert found["time"].unique().sort().to_list() == [MOMENT, MOMENT.replace(day=14)]
    assert found.height == 30_002
    with pytest.raises(ArchiveError, match=r"one\.csv:2: .*3 April or 4 March.*time_format"):
        list(read(one, zone="UTC"))


# Numbers


def test_digits_of_a_day_are_no_count_since_1970_and_what_contradicts_is_refused():
    assert instants(["197603040930"], "UTC") == [datetime(1976, 3, 4, 9, 30, tzinfo=UTC)]
    assert (
        instants(["202413040930", "20241304", "99999999", "12345678901", "20240304096000", "170954460"], "UTC")
        == [None] * 6
    )
    assert instants(["946684800000", "1e9"], "UTC") == [datetime(2000, 1, 1, tzinfo=UTC), None]
    with pytest.raises(ArchiveError, match="contradict each other"):
        instants(["1709544600", "2024030409"], "UTC")


def test_numbers_of_typed_files():
    for values in (
        pl.Series([1709544600]),
        pl.Series([1709544600.0]),
        pl.Series([1709544600000]),
        pl.Series([202403040930]),
    ):
        assert Clock("UTC").instants(values, line_of).to_list() == [MOMENT]
    assert Clock().instants(pl.Series([1709544600.5, None, float("nan")]), line_of).to_list()[1:] == [None, None]
    naive = pl.Series([datetime(2024, 3, 4, 4, 30)])
    assert Clock("America/New_York").instants(naive, line_of).to_list() == [MOMENT]
    with pytest.raises(ArchiveError, match="no zone"):
        Clock().instants(naive, line_of)


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("45355", "spreadsheets"), ("45355.375", "spreadsheets"), ("1.71E+09", "rounded"), ("3小时前", "before"), ("2h", "before"),
        ("yesterday", "before"), ("Yesterday at 9:30 AM", "before"), ("昨天 09:37", "before"), ("刚刚", "before"), ("2 hours ago", "before"),
        ("vor 2 Stunden", "before"), ("il y a 3 jours", "before"), ("hace 2 horas", "before"), ("2 часа назад", "before"), ("вчера", "before"),
        ("pirms 2 stundām", "before"), ("2 giờ trước", "before"), ("03-04", "no year"), ("03-04 09:37", "no year"), ("3月4日 09:30", "no year"),
        ("Mar 4", "no year"), ("4 March at 09:30", "no year"), ("4. März", "no year"), ("09:30", "no day"), ("3/4/24 9:30", "two digits"),
        ("3시간 전", "before"), ("há 2 horas", "before"), ("2 ore fa", "before"), ("2 godz. temu", "before"), ("2 uur geleden", "before"),
        ("2 saat önce", "before"), ("4 listopada 2024", "Croatian"), ("4. lis. 2024 09:30", "Croatian"), ("lip 4, 2024", "Croatian"),
        ("04-Mar-24", "two digits"), ("Monday, 04-Mar-24 09:30:00 GMT", "two digits"),
    ],
)  # fmt: skip
def test_what_is_no_moment_is_refused_by_name(written, reason):
    assert reason in (why(written) or "")


@pytest.mark.parametrize(
    "written",
    ["4 Μαρτίου 2024", "4 มีนาคม 2567", "令和6年3月4日", "2024年3月4日 晚上9:30", "13/03/2024 9:30 μμ", "13/03/2024 9:30 da noite",
     "4 ožujka 2024", "2024 m. kovo 4 d.", "30.02.2024", "2024-02-30", "2024-13-01 09:00", "2024-03-04 25:00", "4 Foo 2024", "before 4 March 2024", "13:00 AM 4 March 2024", "soon",
     "2024", "2024-03", "4 Mar 2024 9", "1850-01-01", "2024-03-04 09:00 10:00", "\x00", "x" * 100_000, "9" * 100_000],
)  # fmt: skip
def test_what_cannot_be_read_is_null(written):
    assert instants([written], "UTC") == [None]


# Two columns


def test_a_day_and_a_time_of_day_in_two_columns():
    days = pl.Series(
        ["2024-03-04", "2024-03-04 00:00:00", "04-Mar-2024 09:30AM", "4 March 2024", "Mar 4, 2024", "2024-03-04"]
    )
    clocks = pl.Series(["09:30", "9:30", "09:30 AM", "9:30 AM", "09:30:00", ""])
    whole = joined(days, clocks)
    assert Clock("UTC").instants(whole, line_of).to_list() == [MOMENT] * 5 + [MOMENT.replace(hour=0, minute=0)]
    with_zone = joined(pl.Series(["2024-03-04"]), pl.Series(["04:30:00"]), pl.Series(["-0500"]))
    assert Clock().instants(with_zone, line_of).to_list() == [MOMENT]
    other = joined(pl.Series(["2024-03-04 08:00"]), pl.Series(["09:30"]))
    assert Clock("UTC").instants(other, line_of).to_list() == [None]
    typed = joined(pl.Series([date(2024, 3, 4)]), pl.Series([MOMENT.time()]))
    assert Clock("UTC").instants(typed, line_of).to_list() == [MOMENT]
