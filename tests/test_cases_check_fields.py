"""Faults of single fields: times, the clock, vocabularies, blanks and numbers."""

from __future__ import annotations

from pathlib import Path

import pytest

from breaking import KITCHEN, assert_named, both, cell, fault, field, rows_of, text

INSTANT = "write an ISO 8601 instant with offset, e.g. 2014-02-28T00:00:00-05:00"
WORDS_20_45 = "write 20 to 45 words of your own"

FAULTS = {
    # times
    "a day that does not exist": fault(
        cell("events", 14, "earliest", "2014-02-30"), f"events.csv:14:earliest  '2014-02-30' is not a date  {INSTANT}"
    ),
    "an instant that does not exist": fault(
        cell("events", 14, "latest", "2014-02-30T00:00:00-05:00"),
        f"events.csv:14:latest  '2014-02-30T00:00:00-05:00' is not a date  {INSTANT}",
    ),
    "an instant without offset": fault(
        cell("events", 14, "latest", "2011-02-22T23:59:59"),
        f"events.csv:14:latest  '2011-02-22T23:59:59' has no offset from UTC  {INSTANT}",
    ),
    "an instant beyond all calendars": fault(
        cell("events", 14, "latest", "9999-12-31T23:59:59-05:00"),
        f"events.csv:14:latest  '9999-12-31T23:59:59-05:00' is not a date  {INSTANT}",
    ),
    "earliest after latest": fault(
        cell("events", 9, "earliest", "2011-02-18T00:00:00-05:00"),
        "events.csv:9:earliest  '2011-02-18T00:00:00-05:00' is after latest  swap the two, or correct one",
    ),
    "a label over two lines": fault(
        cell("events", 9, "label", "Red Cross\nanswers"),
        "events.csv:9:label  'Red Cross\\nanswers' goes over more than one line  write it on one line",
    ),
    "rows out of order": fault(
        rows_of("events", lambda rows: rows.append(rows.pop(11))),
        "events.csv:14:earliest  '2011-02-17T00:00:00-05:00' comes before the row above  sort the rows",
    ),
    "the likeliest reading outside": fault(
        both(
            cell("events", 4, "best_earliest", "2011-02-15T23:00:00-05:00"),
            cell("events", 4, "best_latest", "2011-02-15T23:59:00-05:00"),
        ),
        "events.csv:4:best_earliest  the likeliest reading lies outside the interval from earliest to latest  move it inside, or leave both fields empty",
    ),
    "half a likeliest reading": fault(
        cell("events", 4, "best_latest", "2011-02-15T23:59:00-05:00"),
        "events.csv:4:best_earliest  only one end of the likeliest reading is given  give both, or leave both",
    ),
    "a coverage date that does not exist": fault(
        cell("coverage", 3, "published", "2011-02-29"),
        "coverage.csv:3:published  '2011-02-29' is not a date  write YYYY-MM-DD, or an instant with offset",
    ),
    "a coverage date without a day": fault(
        cell("coverage", 3, "published", "2011-02"),
        "coverage.csv:3:published  '2011-02' is not a date  write YYYY-MM-DD, or an instant with offset",
    ),
    "a signal's time without offset": fault(
        cell("signals", 7, "time", "2011-02-16T00:40:01"),
        "signals.csv:7:time  '2011-02-16T00:40:01' has no offset from UTC  write YYYY-MM-DD, or an instant",
    ),
    "a source's date": fault(
        cell("sources", 4, "published", "2011-13"),
        "sources.csv:4:published  '2011-13' is not a date  write YYYY-MM-DD, YYYY-MM or YYYY",
    ),
    "a day of reading": fault(
        cell("sources", 4, "read_on", "21 November"),
        "sources.csv:4:read_on  '21 November' is not a date  write YYYY-MM-DD",
    ),
    # clock zero
    "no exposure": fault(
        cell("events", 2, "acts", "trigger"),
        "events.csv:acts  no event is the exposure  code exposure on the one event",
    ),
    "two exposures": fault(
        cell("events", 7, "acts", "amplification;exposure"),
        "events.csv:7:acts  e06 is a second exposure beside e01  keep one: clock zero is when",
    ),
    "clock zero elsewhere": fault(
        field("clock_zero", "clock_zero: e02"),
        "case.yaml:21:clock_zero  'e02' is not the exposure  write e01, or code exposure on the event meant",
    ),
    "clock zero nowhere": fault(
        field("clock_zero", "clock_zero: e77"), "case.yaml:21:clock_zero  'e77' is not the exposure  write e01"
    ),
    "no clock zero": fault(
        field("clock_zero", "clock_zero: null"),
        "case.yaml:21:clock_zero  is empty although the crisis is documented  name the event of exposure",
    ),
    # vocabulary, one column each
    **{
        f"an unknown word in {table}.{column}": fault(
            cell(table, row, column, given),
            f"{table}.csv:{row}:{column}  'nonsense' is not a word of the vocabulary  {mend}",
        )
        for table, row, column, given, mend in [
            ("sources", 5, "link", "nonsense", "use one of: yes, no"),
            ("sources", 5, "kind", "nonsense", "use one of: news, company"),
            ("sources", 5, "read", "nonsense", "use one of: full, excerpt, listing"),
            ("events", 10, "actor", "nonsense", "use one of: organisation, employee"),
            ("events", 10, "acts", "acknowledgement;nonsense", "use these words, with ; between: trigger"),
            ("events", 10, "channel", "twitter; nonsense", "use these words, with ; between: twitter"),
            ("events", 10, "strategies", "nonsense;humour", "use these words, with ; between: attack_accuser"),
            ("events", 10, "certainty", "nonsense", "use one of: documented, inferred, disputed"),
            ("events", 2, "acts", "trigger;exposure;nonsense", "use these words, with ; between: trigger"),
            ("coverage", 6, "frames", "humour;nonsense", "use these words, with ; between: severity"),
            ("rubric", 6, "item", "nonsense", "use one of: T1"),
            ("rubric", 6, "score", "nonsense", "use one of: 0, 1, 2, na, unknown"),
        ]
    },
    **{
        f"an unknown coder in {table}": fault(
            cell(table, 6, "coder", "carl"),
            f"{table}.csv:6:coder  'carl' is no coder of this table in case.yaml  use one of: a, b, or say in case.yaml who it is",
        )
        for table in ("stances", "rubric")
    },
    "a coder who is no id": fault(
        cell("rubric", 6, "coder", "Carl C."),
        "rubric.csv:6:coder  'Carl C.' is not in the form asked for  name a coder as case.yaml",
    ),
    "a coder by a name that results use": fault(
        both(cell("rubric", 6, "coder", "mean"), text("case.yaml", "coders:", "coders:\n  mean: {kind: person}")),
        "case.yaml:32:coders.mean  cannot be the id of a coder  write a lower-case letter",
        "rubric.csv:6:coder  'mean' is a name that tables of results use themselves  name a coder as case.yaml",
    ),
    "two unknown words": fault(
        cell("events", 10, "acts", "sorry;acknowledgement;oops"),
        "events.csv:10:acts  'sorry', 'oops' are not words of the vocabulary  use these words",
    ),
    **{
        f"an unknown word in {name} of case.yaml": fault(
            field(name, f"{name}: nonsense"), f"case.yaml:{row}:{name}  'nonsense' is not what belongs here  {mend}"
        )
        for name, row, mend in [
            ("crisis_type", 12, "use one of: victim, accidental, preventable"),
            ("cause", 13, "use one of: rogue_post"),
            ("kind", 14, "use one of: episode, series"),
            ("record", 15, "use one of: documented, none_found"),
            ("exposed_by", 16, "use one of: organisation, own_post"),
        ]
    },
    "an unknown verdict": fault(
        text("case.yaml", "verdict: partly", "verdict: perhaps"),
        "case.yaml:48:documented_claims[2].verdict  'perhaps' is not what belongs here  use one of: supported",
        case_id=KITCHEN,
    ),
    "strategies of somebody else": fault(
        cell("events", 9, "strategies", "humour"),
        "events.csv:9:strategies  only the organisation has response strategies  leave strategies",
    ),
    # empty fields
    **{
        f"an empty {table}.{column}": fault(
            cell(table, row, column, "  "), f"{table}.csv:{row}:{column}  is empty  {mend}"
        )
        for table, row, column, mend in [
            ("sources", 5, "publisher", "name the publisher"),
            ("sources", 5, "language", "write a BCP 47 tag"),
            ("sources", 5, "read_on", "write YYYY-MM-DD"),
            ("events", 10, "label", "write 2 to 5 words"),
            ("events", 10, "earliest", INSTANT),
            ("events", 10, "acts", "use these words"),
            ("events", 10, "channel", "use these words"),
            ("events", 10, "summary", "write one or two sentences"),
            ("events", 10, "source_ids", "name ids with ; between"),
            ("coverage", 6, "abstract", WORDS_20_45),
            ("coverage", 6, "published", "write YYYY-MM-DD"),
            ("stances", 6, "favourability", "write a whole number from -2 to 2"),
            ("signals", 6, "value", "write a plain number, e.g. 4.31"),
            ("signals", 6, "scope", "say what the number covers"),
            ("rubric", 6, "rationale", "write one sentence in your own words"),
        ]
    },
    "an empty id": fault(
        cell("events", 14, "event_id", ""), "events.csv:14:event_id  is empty  write e and at least two digits"
    ),
    "a title left blank": fault(field("title", "title:"), "case.yaml:2:title  is empty  write a title"),
    # numbers and lengths
    "a stance of 3": fault(
        cell("stances", 8, "favourability", "3"),
        "stances.csv:8:favourability  '3' is not between -2 and 2  write a whole number from -2 to 2",
    ),
    "a stance beyond any type": fault(
        cell("stances", 8, "stance_org", "-99999999999999999999"),
        "stances.csv:8:stance_org  '-99999999999999999999' is not between -2 and 2  write a whole number",
    ),
    "a stance in letters": fault(
        cell("stances", 8, "stance_response", "x"),
        "stances.csv:8:stance_response  'x' is not a whole number  write a whole number from -2 to 2",
    ),
    "half a stance": fault(
        cell("stances", 8, "stance_response", "0.5"),
        "stances.csv:8:stance_response  '0.5' is not a whole number  write a whole number from -2 to 2",
    ),
    "a score of 3": fault(
        cell("rubric", 8, "score", "3"),
        "rubric.csv:8:score  '3' is not a word of the vocabulary  use one of: 0, 1, 2, na, unknown",
    ),
    **{
        f"the number {given}": fault(
            cell("signals", 3, "value", given),
            f"signals.csv:3:value  '{given}' {what}  write a plain number, e.g. 4.31",
        )
        for given, what in [
            ("nan", "is not a number"),
            ("inf", "is not a number"),
            ("1e999", "is too large a number"),
            ("1,5", "is not a number"),
            ("٣", "is not a number"),
        ]
    },
    "an abstract of 19 words": fault(
        cell("coverage", 3, "abstract", " ".join(["word"] * 19)),
        f"coverage.csv:3:abstract  '{('word ' * 12)[:59]}…' has 19 words  {WORDS_20_45}",
    ),
    "an abstract of 46 words": fault(
        cell("coverage", 3, "abstract", " ".join(["word"] * 46)),
        f"coverage.csv:3:abstract  '{('word ' * 12)[:59]}…' has 46 words  {WORDS_20_45}",
    ),
    "a label of 35 characters": fault(
        cell("events", 3, "label", "five words that are too long indeed"),
        "events.csv:3:label  'five words that are too long indeed' is 35 characters long  write 2 to 5 words",
    ),
    "an address that is none": fault(
        cell("sources", 3, "url", "javascript:alert(1)"),
        "sources.csv:3:url  'javascript:alert(1)' is not in the form asked for  write an address that begins",
    ),
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_where_it_is_and_nothing_follows_from_it(name: str, tmp_path: Path) -> None:
    assert_named(FAULTS[name], tmp_path)
