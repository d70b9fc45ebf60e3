"""Faults of files, rows, columns, ids and references in broken copies of a real case."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from aftermath.case_files.evidence import EVIDENCE_FILES
from breaking import (
    KITCHEN,
    add_column,
    again,
    append,
    assert_named,
    cell,
    data,
    drop_column,
    fault,
    link_out,
    replaced,
    rows_of,
    text,
    whole,
)

SOURCE = "add that row to sources.csv, or name another"

FAULTS = {
    # files
    **{
        f"missing {file}": fault(
            lambda folder, file=file: (folder / file).unlink(),
            f"{file}  is missing  restore the file; `aftermath new` shows what a case folder holds",
        )
        for file in EVIDENCE_FILES
    },
    "a folder where a file belongs": fault(
        replaced("events.csv", Path.mkdir), "events.csv  is a folder, not a file  put a readable file in its place"
    ),
    "a link that leads out": fault(
        replaced("NOTES.md", link_out), "NOTES.md  is a link that leads out of the case folder  put the file itself"
    ),
    "a link to itself": fault(
        replaced("NOTES.md", lambda path: path.symlink_to(path.name)),
        "NOTES.md  cannot be read (Too many levels of symbolic links)  make it a readable file",
    ),
    "a link to nothing": fault(
        replaced("rubric.csv", lambda path: path.symlink_to("nowhere.csv")),
        "rubric.csv  is a link to what is not there  put the file itself",
    ),
    "a pipe, which would be waited for": fault(
        replaced("signals.csv", getattr(os, "mkfifo", Path.mkdir)),
        "signals.csv  is a named pipe, not a file  put a readable file",
    ),
    "an empty file": fault(
        whole("stances.csv", ""),
        "stances.csv:1  does not name the columns  write them in the first row with commas between",
    ),
    "semicolons for commas": fault(
        lambda folder: whole("stances.csv", (folder / "stances.csv").read_text().replace(",", ";"))(folder),
        "stances.csv:1  does not name the columns  write them in the first row with commas between",
    ),
    # text
    "not UTF-8, with the row": fault(
        data("events.csv", b"Harman deletes the post", b"Harman d\xe9l\xe8tes the post"),
        "events.csv:4  is not UTF-8 text  save the file as UTF-8",
    ),
    "not UTF-8 in case.yaml": fault(
        data("case.yaml", b"American Red Cross", b"Am\xe9rican Red Cross"),
        "case.yaml:2  is not UTF-8 text  save the file as UTF-8",
    ),
    "UTF-16": fault(
        lambda folder: (folder / "NOTES.md").write_bytes("# Notes".encode("utf-16")),
        "NOTES.md:1  is not UTF-8 text  save the file as UTF-8",
    ),
    "a NUL byte": fault(
        data("sources.csv", b"Brandchannel", b"Brand\x00channel"),
        "sources.csv:7  holds the control character '\\x00'  remove it",
    ),
    "an unclosed quotation mark": fault(
        text("coverage.csv", '"British communications', '"British" communications'),
        "coverage.csv:5  is not a well-formed CSV file (',' expected after '\"')  close every quotation mark",
    ),
    "a quotation mark open to the end": fault(
        append("coverage.csv", 'd20,techtarget-2011,2011-12-01,,"and so on\n'),
        "coverage.csv:21  is not a well-formed CSV file (unexpected end of data)  close every quotation mark",
    ),
    "a ragged row": fault(
        text("signals.csv", ",village-voice-nd", ",village-voice-nd,"),
        "signals.csv:2  has 7 fields where the header has 6  put text that has commas between quotation marks",
    ),
    "a row of sources cut short": fault(
        rows_of("sources", lambda rows: rows[3].pop()),
        "sources.csv:4  has 10 fields where the header has 11  put text that has commas",
    ),
    # columns
    "a column missing": fault(
        drop_column("events", "certainty"),
        "events.csv:1:certainty  this column is missing  add it; the columns are event_id, label",
    ),
    "the key column missing": fault(
        drop_column("sources", "source_id"),
        "sources.csv:1:source_id  this column is missing  add it; the columns are source_id",
    ),
    "an unknown column": fault(
        add_column("events", "mood"),
        "events.csv:1:mood  is not a column of this table  remove or rename it; the columns are event_id",
    ),
    "a column without a name": fault(
        add_column("rubric", ""), "rubric.csv:1:(no name)  is not a column of this table  remove or rename it"
    ),
    "a column twice": fault(
        add_column("stances", "coder"),
        "stances.csv:1:coder  stands more than once in the header  keep one of the two columns",
    ),
    # ids
    "a source twice": fault(
        again("sources", 2),
        "sources.csv:2:source_id  'redcross-2011-02-16' stands more than once  write lower-case letters",
        "sources.csv:30:source_id  'redcross-2011-02-16' stands more than once  write lower-case letters",
    ),
    "an event id twice": fault(
        cell("events", 13, "event_id", "e13"),
        "events.csv:13:event_id  'e13' stands more than once  write e and at least two digits, each id once",
        "events.csv:14:event_id  'e13' stands more than once  write e and at least two digits, each id once",
        "relations.csv:14:to_event  'e12' is not in events.csv  add that row to events.csv",
        "rubric.csv:12:event_ids  'e12' is not in events.csv  add that row to events.csv",
        "rubric.csv:28:event_ids  'e12' is not in events.csv  add that row to events.csv",
    ),
    "a text twice": fault(
        again("coverage", 20),
        "coverage.csv:20:doc_id  'd19' stands more than once  write d and at least two digits",
        "coverage.csv:21:doc_id  'd19' stands more than once  write d and at least two digits",
    ),
    "a text coded twice": fault(
        again("stances", 3),
        "stances.csv:3:doc_id  'd02' stands more than once  name a doc_id that stands in coverage.csv, once",
        "stances.csv:40:doc_id  'd02' stands more than once  name a doc_id that stands in coverage.csv, once",
    ),
    "an item scored twice": fault(
        again("rubric", 33),
        "rubric.csv:33:item  'E4' stands more than once  use one of: T1, T2",
        "rubric.csv:34:item  'E4' stands more than once  use one of: T1, T2",
    ),
    "a label twice": fault(
        cell("events", 9, "label", "Harman deletes the post"),
        "events.csv:9:label  'Harman deletes the post' stands more than once  write 2 to 5 words",
    ),
    "a malformed id": fault(
        cell("events", 14, "event_id", "E13"),
        "events.csv:14:event_id  'E13' is not in the form asked for  write e and at least two digits",
    ),
    "a malformed source id": fault(
        cell("sources", 13, "source_id", "Mack Collier"),
        f"events.csv:5:source_ids  'mack-collier-nd' is not in sources.csv  {SOURCE}",
        f"events.csv:7:source_ids  'mack-collier-nd' is not in sources.csv  {SOURCE}",
        "sources.csv:13:source_id  'Mack Collier' is not in the form asked for  write lower-case letters",
    ),
    # references
    "an event of an unknown source": fault(
        cell("events", 9, "source_ids", "philanthropy-2011-02-17;nobody-2011"),
        f"events.csv:9:source_ids  'nobody-2011' is not in sources.csv  {SOURCE}",
    ),
    "a text of an unknown source": fault(
        cell("coverage", 4, "source_id", "nobody-2011"),
        f"coverage.csv:4:source_id  'nobody-2011' is not in sources.csv  {SOURCE}",
    ),
    "a signal of an unknown source": fault(
        cell("signals", 4, "source_id", "nobody-2011"),
        f"signals.csv:4:source_id  'nobody-2011' is not in sources.csv  {SOURCE}",
    ),
    "a stance of an unknown text": fault(
        cell("stances", 4, "doc_id", "d99"),
        "stances.csv:4:doc_id  'd99' is not in coverage.csv  add that row to coverage.csv, or name another",
    ),
    "a score of an unknown event": fault(
        cell("rubric", 2, "event_ids", "e09;e99"),
        "rubric.csv:2:event_ids  'e99' is not in events.csv  add that row to events.csv, or name another",
    ),
    "a claim of an unknown source": fault(
        text("case.yaml", "- cnn-2012-10-03", "- nobody-2012"),
        f"case.yaml:41:documented_claims[1].source_ids  'nobody-2012' is not in sources.csv  {SOURCE}",
        case_id=KITCHEN,
    ),
    "a list that ends in a semicolon": fault(
        cell("events", 9, "source_ids", "philanthropy-2011-02-17;"),
        f"events.csv:9:source_ids  '' is not in sources.csv  {SOURCE}",
    ),
    # prices, which a case may have
    "a price below nothing": fault(
        cell("prices", 3, "close", "-1"),
        "prices.csv:3:close  '-1' is not above 0  write a positive number, e.g. 35.18",
        case_id=KITCHEN,
    ),
    "a price of an unknown source": fault(
        cell("prices", 3, "source_ids", "nobody-2012"),
        f"prices.csv:3:source_ids  'nobody-2012' is not in sources.csv  {SOURCE}",
        case_id=KITCHEN,
    ),
    "trading days out of order": fault(
        rows_of("prices", lambda rows: rows.insert(1, rows.pop(2))),
        "prices.csv:3:date  '2011-09-09' comes before the row above  sort the rows by date",
        case_id=KITCHEN,
    ),
    "a column of prices missing": fault(
        drop_column("prices", "market_close"),
        "prices.csv:1:market_close  this column is missing  add it; the columns are date, close",
        case_id=KITCHEN,
    ),
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_where_it_is_and_nothing_follows_from_it(name: str, tmp_path: Path) -> None:
    assert_named(FAULTS[name], tmp_path)
