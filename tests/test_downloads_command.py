"""``aftermath table``, and what ``aftermath check`` says of a download that was put in the place of a table."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import aftermath as am
from aftermath import cli
from aftermath.case_files.check import check
from aftermath.case_files.template import new_case
from aftermath.workspace import Workspace
from breaking import copy
from downloading import INDEX, LAYOUTS, QUOTES, fred, onvista, trends, weeks, written, yahoo, yfinance_wide

GM = "gm-ignition-recall"
WEEKS = trends({"kettle recall: (United States)": ["<1", "12", "100"]}, weeks(3))


@pytest.fixture
def command(monkeypatch, capsys, tmp_path):
    """Runs the command in a folder of its own: exit status, stdout, stderr."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aftermath", "table", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


@pytest.fixture
def files(tmp_path) -> tuple[Path, Path]:
    return written(tmp_path, yahoo(QUOTES), "share.csv"), written(tmp_path, fred(INDEX[:-1]), "index.csv")


def test_the_table_goes_to_the_terminal_and_what_is_told_beside_it(files, command):
    share, index = files
    status, out, error = command("prices", share, "--market", index, "--source", "share-2024", "--source", "index-2024")
    lines = out.splitlines()
    assert (status, lines[0], len(lines)) == (0, "date,close,adjusted_close,market_close,source_ids", len(QUOTES))
    assert lines[1] == "2017-04-03,70.25,68.845,2355.75,share-2024;index-2024"
    assert error.splitlines() == [
        "19 rows of prices.csv.",
        "Share: a download of Yahoo Finance.",
        "Index: a table with a column of prices for each name.",
        "1 day on which the share alone has a close left out: 2017-04-28.",
    ]


def test_a_file_that_is_there_is_kept(files, command, tmp_path):
    share, index = files
    arguments = ("prices", share, "--market", index, "--source", "a-2024", "--to", tmp_path / "prices.csv")
    status, out, error = command(*arguments)
    assert (status, error, out.splitlines()[:2]) == (0, "", [str(tmp_path / "prices.csv"), "19 rows of prices.csv."])
    before = (tmp_path / "prices.csv").read_bytes()
    status, out, error = command(*arguments)
    assert (status, out) == (1, "")
    assert error.endswith("prices.csv: there is such a file already. --again replaces it.\n")
    written(tmp_path, fred(INDEX[:-2]), "index.csv")
    assert (tmp_path / "prices.csv").read_bytes() == before
    assert command(*arguments, "--again")[0] == 0
    assert (tmp_path / "prices.csv").read_bytes() != before


def test_rows_are_put_below_those_of_a_new_case(command, tmp_path):
    signals = new_case("acme", Workspace(tmp_path)) / "signals.csv"
    arguments = ("signals", written(tmp_path, WEEKS), "--source", "trends-2024", "--to", signals)
    status, _, error = command(*arguments)
    assert status == 1
    assert (
        "there is such a file already. --append puts the rows below those that are there, --again replaces it." in error
    )
    assert command(*arguments, "--append")[0] == 0
    scope = "Google Trends; kettle recall; United States; weeks; values under 1 left out"
    assert signals.read_text().splitlines() == [
        "signal,time,value,unit,scope,source_id",
        f'search_interest,2024-03-10,12,"index, 100 = highest of the download",{scope},trends-2024',
        f'search_interest,2024-03-17,100,"index, 100 = highest of the download",{scope},trends-2024',
    ]
    status, _, error = command(*arguments, "--append")
    assert (status, "search_interest of 2024-03-10 is there already, with the same scope and source" in error) == (
        1,
        True,
    )
    assert len(signals.read_text().splitlines()) == 3


@pytest.mark.parametrize("there", ["other,columns\n", "", "signal,time,value,unit,scope\n", '"signal\n', b"\xff\xfe"])
def test_rows_are_put_below_no_other_table(there, command, tmp_path):
    signals = written(tmp_path, there, "signals.csv")
    before = signals.read_bytes()
    status, _, error = command("signals", written(tmp_path, WEEKS), "--source", "a-2024", "--to", signals, "--append")
    assert (status, "`aftermath check` names what is wrong with it." in error, signals.read_bytes()) == (
        1,
        True,
        before,
    )


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_last_row_without_its_end_is_not_joined_with_the_first_new_one(end, command, tmp_path):
    there = f"signal,time,value,unit,scope,source_id\nfollowers,2024-01-01,5,accounts,X,a-2024{end}"
    signals = written(tmp_path, there, "signals.csv")
    assert command("signals", written(tmp_path, WEEKS), "--source", "a-2024", "--to", signals, "--append")[0] == 0
    assert len(signals.read_text().splitlines()) == 4


def test_what_is_missing_is_asked_for(files, command):
    share, index = files
    for arguments, asked in (
        (("prices", share, "--market", index), "say where the numbers are from: --source"),
        (
            ("prices", share, "--source", "a"),
            "has no closes of a market index  name a file that has them: --market FILE",
        ),
        (("prices", index, "--market", share, "--source", "a"), "(--nothing-to-adjust)"),
        (("signals", share, "--source", "a"), "is no download of numbers over time that is known"),
        (("signals", share), "say where the numbers are from: --source"),
        (("prices", share, "--market", index, "--source", "a", "--decimal", ";"), "is no decimal mark"),
    ):
        status, out, error = command(*arguments)
        assert (status, out, error.count("\n")) == (1, "", 1)
        assert asked in error


def test_a_scope_that_is_not_used_is_told(command, tmp_path):
    _, _, error = command("signals", written(tmp_path, WEEKS), "--source", "a", "--scope", "Canada")
    assert "The file says itself what it covers; the scope that was given is not used." in error


def test_the_functions_are_at_the_door(files, tmp_path):
    share, index = files
    assert am.price_table(share, market=index, sources=["a-2024"]).table.height == len(QUOTES) - 1
    assert am.signal_table(written(tmp_path, WEEKS), source="a-2024").table.height == 2


# check


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize(
    ("table", "text", "label"),
    [
        *(("prices", LAYOUTS[name][0](QUOTES), name.partition(", below")[0].partition(", in")[0]) for name in LAYOUTS),
        ("prices", yfinance_wide(QUOTES, INDEX), "a download of yfinance"),
        (
            "prices",
            "date;close;adjusted_close;market_close;source_ids\n03.04.2017;1,5;1,5;9,5;a\n",
            "a table of prices",
        ),
        ("signals", WEEKS, "a download of Google Trends"),
        ("signals", "Category: All categories\n\nRegion,kettle: (2024)\nOhio,7\n", "a download of Google Trends"),
        ("signals", "Date,Cat\n2024-03-01,12\n", "a download of Wikipedia's page views"),
    ],
)
def test_check_names_the_command_for_a_download_in_the_place_of_a_table(table, text, label, tmp_path):
    written(copy(tmp_path, GM), text, f"{table}.csv")
    (problem,) = [
        problem for problem in check([GM], Workspace(tmp_path)).problems if problem.file.endswith(f"{table}.csv")
    ]
    assert (problem.row, problem.column, problem.what) == (1, "", "does not name the columns")
    assert problem.mend.startswith("write them in the first row with commas between; the columns are ")
    assert problem.mend.endswith(
        f". It is {label}: `aftermath table {table} FILE --source ID` makes the table out of it"
    )


@pytest.mark.parametrize(
    ("table", "text"), [("prices", WEEKS), ("signals", onvista(QUOTES)), ("events", yahoo(QUOTES)), ("prices", "?")]
)
def test_check_names_no_command_for_anything_else(table, text, tmp_path):
    written(copy(tmp_path, GM), text, f"{table}.csv")
    assert "aftermath table" not in check([GM], Workspace(tmp_path)).text
