"""Searches and page views as their sources give them out: what is no number is no row, and is told. All numbers are invented."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aftermath.case_files.file_problems import FileProblems
from aftermath.case_files.from_downloads import TableError, signal_table
from aftermath.case_files.reading import read_table
from aftermath.case_files.tables import Signals
from aftermath.downloads import DownloadError, read_signals, recognised
from downloading import LAYOUTS, QUOTES, lines, reordered, trends, weeks, written

RECALL, KETTLE = "kettle recall: (United States)", "kettle: (Worldwide)"
SCOPE = "Google Trends; kettle recall; United States; weeks"
FIVE = trends({RECALL: ["<1", "0", "12", "100", "41"], KETTLE: ["50", "51", "52", "53", "54"]}, weeks(5))
CATS = 'Date,"Cat","Dog, big"\n2024-03-01,12,0\n2024-03-02,13,7\n2024-03-03,14,\n'
READERS = "en.wikipedia, all-access, user"


def values(path: Path, scope: str = "", **options: str) -> dict[tuple[str, str], float]:
    table = read_signals(path, scope=scope, **options).table
    return {(of, time): value for of, time, value in table.select("scope", "time", "value").iter_rows()}


def refused(path: Path, **options: str) -> str:
    with pytest.raises(DownloadError) as error:
        read_signals(path, **options)
    return str(error.value)


def told(path: Path, **options: str) -> str:
    return " ".join(read_signals(path, **options).remarks).replace("\u00a0", " ")


# Google Trends


def test_weeks_of_several_terms_and_regions(tmp_path):
    file = written(tmp_path, FIVE)
    left = f"{SCOPE}; values under 1 left out"
    assert values(file) == {
        (left, "2024-03-10"): 0,
        (left, "2024-03-17"): 12,
        (left, "2024-03-24"): 100,
        (left, "2024-03-31"): 41,
        **{("Google Trends; kettle; Worldwide; weeks", week): 50 + k for k, week in enumerate(weeks(5))},
    }
    table = read_signals(file).table
    assert set(table.select("signal", "unit").iter_rows()) == {
        ("search_interest", "index, 100 = highest of the download")
    }
    assert table["row"].to_list() == [5, 6, 7, 8, 4, 5, 6, 7, 8]  # by scope and time; headings stand in row 3


def test_less_than_one_is_no_number_and_no_row(tmp_path):
    file = written(tmp_path, FIVE)
    assert read_signals(file).left_out == 1
    said = told(file)
    assert "'kettle recall': 1 value written <1 left out (2024-03-03). That is above 0 and below 1" in said
    assert "'kettle recall': 1 value of 0: too few searches to show, not none." in said
    assert "values of two downloads cannot be compared" in said


@pytest.mark.parametrize(
    ("word", "above", "term"),
    [
        ("Woche", "Kategorie: Alle Kategorien\n\n", "wasserkocher: (Deutschland)"),
        ("Semaine", "Catégorie : Toutes les catégories\n\n", "bouilloire : (France)"),
        ("Semana", "Categoría: Todas las categorías\n\n", "hervidor: (España)"),
        ("周", "\ufeff类别：所有类别\n\n", "水壶：（中国）"),
        ("Неделя", "Категория: Все категории\n\n", "чайник: (Россия)"),
    ],
)
def test_headings_in_other_languages_say_the_same(word, above, term, tmp_path):
    file = written(tmp_path, trends({term: ["1", "100"]}, weeks(2), word, above))
    name, region = re.split(r"\s*[:：]\s*", term)
    scope = f"Google Trends; {name}; {region.strip('()（）')}; weeks"
    assert values(file) == {(scope, "2024-03-03"): 1, (scope, "2024-03-10"): 100}


def test_days_months_and_hours(tmp_path):
    days = written(tmp_path, trends({KETTLE: ["7", "100"]}, ["2024-03-01", "2024-03-02"], "Day"))
    assert list(values(days)) == [
        ("Google Trends; kettle; Worldwide; days", day) for day in ("2024-03-01", "2024-03-02")
    ]
    months = written(tmp_path, trends({KETTLE: ["7", "100"]}, ["2023-12", "2024-01"], "Month"))
    assert [time for _, time in values(months)] == ["2023-12-01", "2024-01-01"]
    assert "Each time is the first day of its month." in told(months)
    hours = written(tmp_path, trends({KETTLE: ["7", "100"]}, ["2024-03-03T05", "2024-03-03T06"], "Time"))
    assert "'2024-03-03T05' has no zone: it is on the clock of the browser that downloaded it  say where" in refused(
        hours
    )
    scope = "Google Trends; kettle; Worldwide; hours"
    assert values(hours, zone="Europe/Berlin") == {
        (scope, "2024-03-03T04:00:00+00:00"): 7,
        (scope, "2024-03-03T05:00:00+00:00"): 100,
    }
    with_zone = written(
        tmp_path, trends({KETTLE: ["7", "100"]}, ["2024-03-03T05:00:00Z", "2024-03-03T00:16:00-07:00"], "Time")
    )
    assert [time for _, time in values(with_zone)] == ["2024-03-03T05:00:00+00:00", "2024-03-03T07:16:00+00:00"]


@pytest.mark.parametrize("hour", ["2024-03-31T02", "2024-10-27T02"])
def test_an_hour_in_which_the_clock_is_changed_is_named(hour, tmp_path):
    file = written(tmp_path, trends({KETTLE: ["7", "100"]}, [hour, "2024-11-03T06"], "Time"))
    assert f"'{hour}' is an hour in which the clock was changed" in refused(file, zone="Europe/Berlin")
    assert len(values(file, zone="UTC")) == 2


def test_the_new_page_and_pytrends_name_no_region(tmp_path):
    new = written(tmp_path, '"Time","kettle recall"\n"2024-03-03","12"\n"2024-03-10","100"\n')
    assert 'does not say for which region it was asked  say it: --scope "United States"' in refused(new)
    assert values(new, "United States") == {(SCOPE, "2024-03-03"): 12, (SCOPE, "2024-03-10"): 100}
    rows = [("2024-03-03 00:00:00", 12, False), ("2024-03-10 00:00:00", 100, False), ("2024-03-17 00:00:00", 5, True)]
    python = written(tmp_path, lines("date,kettle recall,isPartial", rows))
    assert values(python, "United States") == {(SCOPE, "2024-03-03"): 12, (SCOPE, "2024-03-10"): 100}
    assert "1 row left out: its time was not over when it was asked for (isPartial)." in told(python, scope="Worldwide")


def test_weeks_from_a_german_spreadsheet(tmp_path):
    text = '"Kategorie: Alle Kategorien";\r\n;\r\n"Woche";"wasserkocher: (Deutschland)"\r\n"17.03.2024";"5"\r\n"24.03.2024";"100"\r\n'
    file = written(tmp_path, text)
    assert [time for _, time in values(file)] == ["2024-03-17", "2024-03-24"]


def test_weeks_that_are_missing_are_told(tmp_path):
    file = written(tmp_path, FIVE.replace("2024-03-17,12,52\n", "").replace("2024-03-24,100,53\n", ""))
    said = told(file)
    assert "No row for 2 weeks between the first and the last: 2024-03-17, 2024-03-24. That is not zero." in said
    assert "No value of all terms is 100: rows or columns of the download are missing" in said


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (
            FIVE.replace(",12,", ",101,"),
            "5? |download.csv:6:kettle recall: (United States)  '101' is no value of Google Trends",
        ),
        (
            FIVE.replace(",12,", ",1.2,"),
            "download.csv:6:kettle recall: (United States)  '1.2' is no value of Google Trends",
        ),
        (FIVE.replace(",12,", ",,"), "download.csv:6:kettle recall: (United States)  '' is no value of Google Trends"),
        (FIVE.replace("2024-03-17", "2024-03-10"), "download.csv:6:Week  2024-03-10 stands in row 5 already"),
        (FIVE.replace("2024-03-17", "45368"), "download.csv:6:Week  '45368' is not a date like the others"),
        (
            FIVE.replace("kettle: (Worldwide)", "sum"),
            "download.csv:3:sum  is no term with its region  remove the column",
        ),
        (FIVE.replace("2024-03-17,12", "2024-03-17,12,7"), "download.csv:6  has 4 fields where the heading has 3"),
        (
            "Category: All categories\n\nRegion,kettle: (2024)\nTexas,100\nOhio,7\n",
            "is a download of Google Trends without times",
        ),
        ("Category: All categories\n\nTOP\nkettle,100\n", "is a download of Google Trends without times"),
        (
            '"Time","kettle"\n"2024-03-03","12"\n"2024-03-10","200"\n',
            "is no download of numbers over time that is known",
        ),
        (LAYOUTS["a table of prices"][0](QUOTES), "is no download of numbers over time that is known"),
        ("date,approval\n2024-03-03,12\n2024-03-10,100\n", "is no download of numbers over time that is known"),
        (
            "Note: a survey\n\nDay,approval\n2024-03-03,12\n2024-03-10,100\n",
            "is no download of numbers over time that is known",
        ),
        ("Category: All categories\n", "is no download of numbers over time that is known"),
        (",,\n;;\n", "is no download of numbers over time that is known"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(text, fault, tmp_path):
    assert fault.rpartition("|")[2] in refused(written(tmp_path, text)).replace("\u00a0", " ")


@pytest.mark.bad_input("downloads of prices and signals")
def test_a_term_in_an_encoding_that_is_a_guess_is_refused(tmp_path):
    text = trends({"Wasserkocher Rückruf: (Deutschland)": ["1", "100"]}, weeks(2))
    assert "is not UTF-8 text  save it again as UTF-8" in refused(written(tmp_path, text.encode("cp1252")))
    assert len(values(written(tmp_path, text.encode("utf-16")))) == 2


# Page views


def test_the_table_of_the_tool(tmp_path):
    file = written(tmp_path, CATS)
    assert "does not say which project and which readers were counted" in refused(file)
    cat, dog = f"{READERS}, Cat, days", f"{READERS}, Dog, big, days"
    assert values(file, READERS) == {
        **{(cat, f"2024-03-0{k}"): 11 + k for k in (1, 2, 3)},
        (dog, "2024-03-01"): 0,
        (dog, "2024-03-02"): 7,
    }
    said = told(file, scope=READERS)
    assert "'Dog, big': 1 day without a count left out: 2024-03-03." in said
    assert (
        "'Dog, big': 1 day with 0: 2024-03-01. The tool writes 0 where the interface has nothing: no view, or not known."
        in said
    )
    assert read_signals(file, scope=READERS).left_out == 1


def test_months_of_the_tool_and_days_that_are_missing(tmp_path):
    months = written(tmp_path, "Date,Cat\n2023-12,400\n2024-02,500\n")
    assert values(months, READERS) == {
        (f"{READERS}, Cat, months", "2023-12-01"): 400,
        (f"{READERS}, Cat, months", "2024-02-01"): 500,
    }
    assert "No row for 1 month between the first and the last: 2024-01-01. That is not zero." in told(
        months, scope=READERS
    )


def test_the_json_of_the_tool_says_the_same(tmp_path):
    page = {"color": "#4D83B0", "sum": 39, "daily_average": 13}
    cat = {"page": "Cat", **page, "2024-03-01": 12, "2024-03-02": 13, "2024-03-03": 14}
    dog = {"page": "Dog, big", **page, "2024-03-01": 0, "2024-03-02": 7, "2024-03-03": None}
    file = written(tmp_path, json.dumps([cat, dog]))
    assert values(file, READERS) == values(written(tmp_path, CATS, "table.csv"), READERS)


def item(day: str = "20240301", views: object = 12, article: str = "Cat", **other: object) -> dict[str, object]:
    known = {"project": "en.wikipedia", "article": article, "granularity": "daily", "timestamp": f"{day}00"}
    return {**known, "access": "all-access", "agent": "user", "views": views, **other}


def test_an_answer_of_the_interface_says_all_that_is_needed(tmp_path):
    items = [item(), item("20240304", 0), item(article="Dog", granularity="monthly")]
    file = written(tmp_path, json.dumps({"items": items}))
    assert values(file) == {
        ("en.wikipedia, Cat, all-access, user, days", "2024-03-01"): 12,
        ("en.wikipedia, Cat, all-access, user, days", "2024-03-04"): 0,
        ("en.wikipedia, Dog, all-access, user, months", "2024-03-01"): 12,
    }
    assert "No row for 2 days between the first and the last: 2024-03-02, 2024-03-03." in told(file)


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize(
    "wrong",
    [
        {"items": []},
        {"items": [{"rank": 1}]},
        {"items": [item(), "text"]},
        {"items": [item(views=-1)]},
        {"items": [item(views=True)]},
        {"items": [item(views=None)]},
        {"items": [item(views="12")]},
        {"items": [item("20240230")]},
        {"items": [item(granularity="hourly")]},
        {"items": [item(), item(views=13)]},
        [],
        {},
        [{"article": "Cat", "views": 12, "rank": 1}],
        [{"page": "Cat", "2024-03-01": 1.5}],
        [{"page": "Cat", "2024-03-01": [[[]]]}],
        [{"page": "en.wikipedia.org", "2024-03-01": 1}],
        [{"page": "Cat.jpg", "2024-03-01": 1}],
        [{"page": "Cat", "2024-13-01": 1}],
    ],
)
def test_other_json_is_refused(wrong, tmp_path):
    assert refused(written(tmp_path, json.dumps(wrong)), scope=READERS)


@pytest.mark.bad_input("downloads of prices and signals")
def test_json_that_is_cut_off_or_nested_without_end_is_refused(tmp_path):
    for text in (
        "[" * 100_000,
        json.dumps([{"page": "Cat", "2024-03-01": 1}])[:-2],
        '[{"page":"a","2024-01-01":1,"2024-01-01":2}]',
    ):
        assert "is no download of numbers over time" in refused(written(tmp_path, text), scope=READERS)


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (CATS.replace(",13,", ",1.5,"), "download.csv:3:Cat  '1.5' is no count"),
        (CATS.replace("-03-02", "-03-01"), "download.csv:3:Date  2024-03-01 stands in row 2 already"),
        (
            CATS.replace("Cat", "en.wikipedia.org"),
            "download.csv:1:en.wikipedia.org  'en.wikipedia.org' is no article: for sites",
        ),
        (CATS.replace("Cat", "Dog, big"), "'Dog, big' is no title, or stands twice"),
    ],
)
def test_faults_of_a_table_of_the_tool_are_named(text, fault, tmp_path):
    assert fault in refused(written(tmp_path, text), scope=READERS)


# All of them


TABLES = {"trends": (FIVE, 2, ""), "page views": (CATS, 1, READERS)}


@pytest.mark.parametrize("name", TABLES)
@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_order_of_rows_and_columns_does_not_matter(name, tmp_path, data):
    text, above, scope = TABLES[name]
    whole = values(written(tmp_path, text), scope)
    head, rows = text.splitlines()[: above + (name == "trends")], text.splitlines()[above + (name == "trends") :]
    order = data.draw(st.permutations(range(3))) if name == "trends" else [0, *data.draw(st.permutations([1, 2]))]
    changed = reordered("\n".join([*head, *data.draw(st.permutations(rows))]), order, ",")
    assert values(written(tmp_path, changed), scope) == whole


@pytest.mark.bad_input("downloads of prices and signals")
@pytest.mark.parametrize("name", TABLES)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_damage_is_told_or_changes_one_value_alone(name, tmp_path, data):
    """What changes one digit, or a name, cannot be seen; everything else is refused, or every field is still there or counted."""
    text, _, scope = TABLES[name]
    place = data.draw(st.integers(0, len(text) - 1))
    damaged = text[:place] + data.draw(st.sampled_from(" ,;.-'\"\n\te019xß\x00<:")) + text[place + 1 :]
    try:
        read = read_signals(written(tmp_path, damaged), scope=scope or "Worldwide")
    except DownloadError as error:
        assert all(problem.mend for problem in error.problems)
        return
    before = read_signals(written(tmp_path, text), scope=scope)
    assert read.table.height + read.left_out == before.table.height + before.left_out
    old, new = (Counter(series.table.select("time", "value").iter_rows()) for series in (before, read))
    assert max((old - new).total(), (new - old).total()) <= 2  # both terms, where it is the time


@pytest.mark.parametrize("name", TABLES)
def test_what_is_made_passes_the_check_of_a_case(name, tmp_path):
    text, _, scope = TABLES[name]
    made = signal_table(written(tmp_path, text), source="trends-2024", scope=scope)
    problems = FileProblems("signals.csv")
    read = read_table(made.write(tmp_path / "signals.csv"), Signals, problems)
    assert list(problems) == []
    assert read.frame.drop("row").equals(made.table)


def test_what_is_asked_for_is_named(tmp_path):
    file = written(tmp_path, FIVE)
    with pytest.raises(TableError, match="say where the numbers are from: --source"):
        signal_table(file, source="")
    with pytest.raises(TableError, match="'Mars/Base' is no time zone"):
        signal_table(file, source="a", zone="Mars/Base")
    with pytest.raises(TableError, match="'backwards' is no order of days: give month-first or day-first"):
        signal_table(file, source="a", dates="backwards")


def test_downloads_are_known_without_reading_them():
    assert recognised("signals", FIVE) == "a download of Google Trends"
    assert recognised("signals", CATS) == "a download of Wikipedia's page views"
    assert recognised("signals", json.dumps({"items": [item()]})) == "a download of Wikipedia's page views"
    for text in ("", "signal,time,value,unit,scope,source_id\n", "[]", "{}", ",,\n", "Date\n"):
        assert recognised("signals", text) is None
        assert recognised("prices", text) is None


def test_a_category_stands_for_a_region_that_is_not_named(tmp_path):
    file = written(tmp_path, "Kategorie: Alle Kategorien\n\nZeit,kettle recall\n2024-03-03,12\n2024-03-10,100\n")
    assert values(file, "United States") == {(SCOPE, "2024-03-03"): 12, (SCOPE, "2024-03-10"): 100}
