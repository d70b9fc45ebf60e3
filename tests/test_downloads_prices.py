"""Prices as their sources give them out: read to the last digit, or refused by name. All numbers are invented."""

from __future__ import annotations

import csv
import io
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftermath.case_files.file_problems import FileProblems
from aftermath.case_files.from_downloads import TableError, price_table
from aftermath.case_files.reading import read_table
from aftermath.case_files.tables import Prices
from aftermath.downloads import DownloadError, read_closes, recognised
from downloading import (
    INDEX,
    LAYOUTS,
    QUOTES,
    fred,
    lines,
    nasdaq,
    onvista,
    reordered,
    stooq,
    stooq_polish,
    written,
    yahoo,
    yfinance_adjusted,
    yfinance_history,
    yfinance_wide,
)

CLOSES = {quote.day: quote.close for quote in QUOTES}
ADJUSTED = {quote.day: round(quote.adjusted, 6) for quote in QUOTES}


def closes(path: Path, **options: str) -> dict[date, float]:
    table = read_closes(path, **options).table
    return dict(table.select("date", "close").iter_rows())


def refused(path: Path, **options: str) -> str:
    with pytest.raises(DownloadError) as error:
        read_closes(path, **options)
    return str(error.value)


# Every layout


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_to_the_last_digit(name, tmp_path):
    write, _, both = LAYOUTS[name]
    read = read_closes(written(tmp_path, write(QUOTES)))
    assert dict(read.table.select("date", "close").iter_rows()) == CLOSES
    assert dict(read.table.select("date", "adjusted_close").iter_rows()) == (
        ADJUSTED if both else dict.fromkeys(CLOSES)
    )
    assert (read.label, read.left_out) == (name.partition(",")[0] if "market" not in name else name, 0)
    assert read.remarks == (
        ("1 row above the headings passed over.".replace(" ", "\u00a0", 1),) if "below" in name else ()
    )


@pytest.mark.parametrize("name", LAYOUTS)
def test_rows_say_where_a_price_stands(name, tmp_path):
    write, above, _ = LAYOUTS[name]
    text = write(QUOTES)
    for row, day in read_closes(written(tmp_path, text)).table.select("row", "date").iter_rows():
        written_as = {f"{day}", f"{day:%Y%m%d}", f"{day:%d.%m.%Y}", f"{day:%m/%d/%Y}", f"{day:%b %d, %Y}"}
        assert row > above
        assert any(form in text.splitlines()[row - 1] for form in written_as)


@pytest.mark.parametrize("name", LAYOUTS)
@settings(deadline=None, max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_rows_and_columns_does_not_matter(name, tmp_path, data):
    write, above, _ = LAYOUTS[name]
    text = write(QUOTES)
    whole = read_closes(written(tmp_path, text)).table.drop("row")
    head, rows = text.splitlines()[:above], data.draw(st.permutations(text.splitlines()[above:]))
    separator = ";" if ";" in head[-1] else ","
    order = list(range(len(head[-1].split(separator))))
    if "yfinance" not in name:  # the index of a frame of pandas comes first
        order = data.draw(st.permutations(order))
    changed = reordered("\n".join([*head, *rows]), order, separator)
    assert read_closes(written(tmp_path, changed)).table.drop("row").equals(whole)


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize("name", LAYOUTS)
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_told_or_changes_one_day_alone(name, tmp_path, data):
    """What changes one digit cannot be seen; everything else is refused, or every row is still there or counted."""
    write, above, _ = LAYOUTS[name]
    text = write(QUOTES)
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.sampled_from(" ,;.-'\"\n\te019xß\x00")) + text[place + 1 :]
    try:
        read = read_closes(written(tmp_path, damaged))
    except DownloadError as error:
        assert all(problem.mend for problem in error.problems)
        return
    separator = ";" if ";" in text else ","
    records = [
        record
        for record in csv.reader(io.StringIO(damaged, newline=""), delimiter=separator)
        if "".join(record).strip()
    ]
    told = re.search(r"([0-9]+)\srows? above the headings", " ".join(read.remarks))
    heads = (above if "yfinance" in name else 1) + (int(told[1]) if told else 0)
    assert read.table.height + read.left_out == len(records) - heads
    found = dict(read.table.select("date", "close").iter_rows())
    if read.has("close"):  # a heading that is no longer known takes its column away
        assert sum(found.get(day) != close for day, close in CLOSES.items()) <= 1


def test_a_file_in_other_encodings_is_read(tmp_path):
    text = onvista(QUOTES)
    for data in (text.encode("cp1252"), text.encode("utf-16"), text.encode("utf-8-sig")):
        assert closes(written(tmp_path, data)) == CLOSES


def test_the_unicode_text_of_excel_is_read(tmp_path):
    assert closes(written(tmp_path, stooq(QUOTES).replace(",", "\t").encode("utf-16"))) == CLOSES


@pytest.mark.parametrize("by_ticker", [False, True])
def test_one_ticker_of_several_is_taken_by_its_name(by_ticker, tmp_path):
    file = written(tmp_path, yfinance_wide(QUOTES, INDEX, by_ticker=by_ticker))
    assert closes(file, ticker="GM") == CLOSES
    assert closes(file, ticker="^GSPC")[date(2017, 4, 3)] == 2355.75
    assert "has prices of GM and ^GSPC  say which is meant: --ticker" in refused(file)
    assert "has no prices of 'F'  name one of: GM, ^GSPC" in refused(file, ticker="F")


def test_tickers_below_each_other_are_told_apart(tmp_path):
    rows = [(q.day, name, q.close, q.adjusted) for name, quotes in (("GM", QUOTES), ("F", INDEX)) for q in quotes]
    file = written(tmp_path, lines("Date,Ticker,Close,Adj Close", rows))
    assert closes(file, ticker="GM") == CLOSES
    assert "has prices of GM and F" in refused(file)


# What no close is


def test_a_day_without_a_close_is_left_out_and_told(tmp_path):
    for word in ("null", "", "nan", "N/D", "-"):
        file = written(tmp_path, re.sub(r"2017-04-10,.*", f"2017-04-10{f',{word}' * 6}", yahoo(QUOTES)))
        read = read_closes(file)
        assert (read.table.height, read.left_out) == (len(QUOTES) - 1, 1)
        assert "1\u00a0day without a close left out: 2017-04-10." in read.remarks


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize("price", ["0", "0.00", "-70.25"])
def test_zero_is_no_price(price, tmp_path):
    file = written(tmp_path, fred(QUOTES).replace("2017-04-05,70.75", f"2017-04-05,{price}"))
    what = f"{float(price):g} is no price  leave the field empty where the share was not traded, or correct it"
    assert refused(file) == f"download.csv:4:SP500  {what}"


def test_gaps_weekends_and_closes_outside_the_day_are_told(tmp_path):
    text = yahoo(QUOTES).replace("2017-04-03,70.0,71.5", "2017-04-01,70.0,70.1")
    file = written(
        tmp_path, "".join(line for line in text.splitlines(True) if not re.match("2017-04-(0[4-9]|1[01])", line))
    )
    assert read_closes(file).remarks == (
        "1\u00a0gap of more than 7 days between two closes: 2017-04-01 to 2017-04-12.",
        "1\u00a0day at a weekend: 2017-04-01. Most shares are not traded then.",
        "In 1\u00a0row the close lies outside the day's low and high: 2017-04-01.",
    )


@pytest.mark.bad_input("downloads of prices and signals")
def test_a_day_that_stands_twice_is_refused(tmp_path):
    file = written(tmp_path, fred(QUOTES) + "2017-04-04,70.5\n")
    assert (
        refused(file)
        == "download.csv:22:observation_date  2017-04-04 stands in row 3 already  keep one row a day: the close"
    )


@pytest.mark.bad_input("downloads of prices and signals")
def test_weeks_are_no_days(tmp_path):
    file = written(tmp_path, stooq([quote for quote in QUOTES if quote.day.weekday() == 0] + [INDEX[-1]]))
    assert "has a row every 7 days  download closes of days" in refused(file)


# Days and numbers that may be read in two ways


def test_a_day_as_a_spreadsheet_counts_is_named(tmp_path):
    file = written(tmp_path, "Date,Close\n41702,29.4\n41703,29.5\n")
    expected = "download.csv:2:Date  '41702' is a day as a spreadsheet counts them: 2014-03-04, or 2018-03-05 where it counts from 1904"
    assert refused(file).startswith(expected)


def test_an_order_of_days_that_stays_open_is_asked_for(tmp_path):
    file = written(tmp_path, "Date,Close\n04/03/2017,29.4\n04/04/2017,29.5\n04/05/2017,29.6\n")
    assert "'04/03/2017' may be month and day or day and month" in refused(file)
    assert list(closes(file, dates="month-first")) == [date(2017, 4, day) for day in (3, 4, 5)]
    assert "has a row every" not in str(closes(file, dates="day-first"))


def test_one_day_in_another_form_is_named(tmp_path):
    file = written(tmp_path, nasdaq(QUOTES).replace("04/17/2017", "17.04.2017"))
    assert "Date  '17.04.2017' is not a date like the others" in refused(file)


@pytest.mark.bad_input("downloads of prices and signals")
def test_midnight_of_another_zone_is_refused(tmp_path):
    rows = [(f"{q.day} 20:00:00+00:00", q.close) for q in QUOTES]
    assert "is a time of another zone, in which it may be another day" in refused(
        written(tmp_path, lines("Date,Close", rows))
    )


def test_a_decimal_mark_that_stays_open_is_asked_for(tmp_path):
    file = written(tmp_path, "Date;Close\n2017-04-03;1.234\n2017-04-04;1.235\n")
    assert "download.csv:2:Close  '1.234' may be a thousand or a decimal number" in refused(file)
    assert list(closes(file, decimal=",").values()) == [1234, 1235]
    assert list(closes(file, decimal=".").values()) == [1.234, 1.235]


@pytest.mark.bad_input("downloads of prices and signals")
def test_two_decimal_marks_in_one_file_are_refused(tmp_path):
    file = written(tmp_path, onvista(QUOTES).replace("70,75", "70.75"))
    assert re.search(
        r"download\.csv:\d+:\w+  '70.75' has another decimal mark than '\d+,\d+' in row \d+", refused(file)
    )


# What is no table of prices


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("No data", "holds no data: the source knows no such name"),
        ("Exceeded the daily hits limit", "the source's limit for a day was reached"),
        ("<!DOCTYPE html><html></html>", "is a web page and not its numbers"),
        (b"PK\x03\x04....", "is a packed file or a spreadsheet  save the table as CSV"),
        ("", "is empty"),
        (",,,\n", "is no table of prices that is known"),
        ("Date,Close\n", "is no table of prices|has no row below its headings"),
        ("Date,Close,Last\n2017-04-03,1,2\n", "has 2 columns for one thing: Close, Last  keep the one that is meant"),
        ("Date,Cat,Dog\n2017-04-03,12,13\n", "is no table of prices that is known"),
        ("Date,Close\n2017-04-03,12,5\n2017-04-04,12,6\n", "has 3 fields where the heading has 2"),
        (b"a\x00b", "is no plain text"),
    ],
)
def test_what_is_no_table_of_prices_is_refused_by_name(content, what, tmp_path):
    assert re.search(what, refused(written(tmp_path, content)).replace("\u00a0", " "))


@pytest.mark.bad_input("downloads of prices and signals")
def test_a_file_that_is_not_there_is_named(tmp_path):
    assert refused(tmp_path / "none.csv") == "none.csv  is not there  name the file that was downloaded"


# The table of a case


def test_share_and_index_are_joined_by_the_day(tmp_path):
    share = written(tmp_path, yahoo(QUOTES[1:]), "share.csv")
    index = written(tmp_path, stooq_polish(INDEX[:-1]), "index.csv")
    made = price_table(share, market=index, sources=["share-2024", "index-2024"])
    assert made.table.columns == ["date", "close", "adjusted_close", "market_close", "source_ids"]
    assert made.table.height == len(QUOTES) - 2
    assert made.table.row(0) == (date(2017, 4, 4), 70.5, 69.09, 2356.75, ["share-2024", "index-2024"])
    assert made.csv.splitlines()[1] == "2017-04-04,70.5,69.09,2356.75,share-2024;index-2024"
    assert "1 day on which the share alone has a close left out: 2017-04-28." in made.text.replace("\u00a0", " ")


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_made_passes_the_check_of_a_case(name, tmp_path):
    write, _, both = LAYOUTS[name]
    share, index = written(tmp_path, write(QUOTES)), written(tmp_path, fred(INDEX), "index.csv")
    made = price_table(share, market=index, sources=["paper-2020"], nothing_to_adjust=not both)
    problems = FileProblems("prices.csv")
    read = read_table(made.write(tmp_path / "prices.csv"), Prices, problems)
    assert list(problems) == []
    assert read.frame.drop("row").equals(made.table)


def test_one_close_is_not_taken_for_both(tmp_path):
    share, index = written(tmp_path, stooq(QUOTES)), written(tmp_path, fred(INDEX), "index.csv")
    options = {"market": index, "sources": ["a-2020"]}
    with pytest.raises(DownloadError, match="has one close, and does not say whether it is adjusted for dividends"):
        price_table(share, **options)
    repeated = price_table(share, nothing_to_adjust=True, **options)
    assert repeated.table["adjusted_close"].equals(repeated.table["close"].rename("adjusted_close"))
    other = written(tmp_path, yfinance_adjusted(QUOTES), "adjusted.csv")
    made = price_table(share, adjusted=other, **options).table
    assert dict(made.select("date", "adjusted_close").iter_rows()) == ADJUSTED
    assert dict(made.select("date", "close").iter_rows()) == CLOSES


@pytest.mark.parametrize("write", [yfinance_adjusted, yfinance_history])
def test_the_close_of_yfinance_is_not_called_the_quoted_one(write, tmp_path):
    share, index = written(tmp_path, write(QUOTES)), written(tmp_path, fred(INDEX), "index.csv")
    assert read_closes(share).has("adjusted_close")
    with pytest.raises(DownloadError, match=r"has the adjusted close alone.*auto_adjust=False"):
        price_table(share, market=index, sources=["a-2020"])


def test_one_file_may_have_share_and_index(tmp_path):
    file = written(tmp_path, yfinance_wide(QUOTES, INDEX[:-3]))
    made = price_table(file, ticker="GM", market_ticker="^GSPC", sources=["a-2020"])
    assert (made.table.height, made.table["market_close"][0]) == (len(QUOTES) - 3, 2355.75)


def test_our_own_table_comes_back_from_a_german_spreadsheet(tmp_path):
    rows = [
        (f"{q.day:%d.%m.%Y}", f"{q.close:.2f}", f"{q.adjusted:.4f}", f"{i.close:.2f}")
        for q, i in zip(QUOTES, INDEX, strict=True)
    ]
    text = lines(
        "date;close;adjusted_close;market_close",
        [[f.replace(".", ",") if k else f for k, f in enumerate(row)] for row in rows],
        ";",
    )
    made = price_table(written(tmp_path, text), sources=["a-2020"])
    assert dict(made.table.select("date", "close").iter_rows()) == CLOSES
    assert made.table["market_close"][0] == 2355.75


def test_a_split_that_one_close_alone_knows_is_told(tmp_path):
    halved = [
        q
        if q.day < date(2017, 4, 13)
        else type(q)(q.day, *(n / 2 for n in (q.open, q.high, q.low, q.close)), q.adjusted)
        for q in QUOTES
    ]
    share, index = written(tmp_path, yahoo(halved)), written(tmp_path, fred(INDEX), "index.csv")
    said = price_table(share, market=index, sources=["a-2020"]).text
    assert "more than a dividend does on 2017-04-13: a split" in said


def test_what_is_asked_for_is_named(tmp_path):
    share, index = written(tmp_path, yahoo(QUOTES)), written(tmp_path, fred(INDEX), "index.csv")
    with pytest.raises(TableError, match="say where the numbers are from: --source, the source_id of a row"):
        price_table(share, market=index, sources=[])
    with pytest.raises(TableError, match="'No Such' is no source"):
        price_table(share, market=index, sources=["No Such"])
    with pytest.raises(
        DownloadError, match=r"has no closes of a market index  name a file that has them: --market FILE"
    ):
        price_table(share, sources=["a-2020"])
    with pytest.raises(DownloadError, match="has the very closes of the index"):
        price_table(share, market=share, sources=["a-2020"])
    with pytest.raises(DownloadError, match="shares no day with the index"):
        later = [type(q)(date(2018, q.day.month, q.day.day), *[q.close] * 5) for q in INDEX]
        price_table(share, market=written(tmp_path, fred(later), "later.csv"), sources=["a-2020"])


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_is_known_without_reading_it(name):
    text = LAYOUTS[name][0](QUOTES).removeprefix("\ufeff")
    assert recognised("prices", text)
    assert recognised("signals", text) is None
