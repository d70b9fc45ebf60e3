"""Faults of ``case.yaml``, hostile ones among them."""

from __future__ import annotations

from pathlib import Path

import pytest

from aftermath.case_files.file_problems import short
from breaking import append, assert_named, cell, fault, field, text, whole

YAML_MEND = "indent with spaces, quote text that has a colon, and write each field once"
BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{new}: &{new} [{','.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
)

FAULTS = {
    # case.yaml
    "a quotation mark open in case.yaml": fault(
        field("title", "title: 'open"),
        f"case.yaml:38:1  is not well-formed YAML: found unexpected end of stream, while scanning a quoted scalar that begins in line 2  {YAML_MEND}",
    ),
    "a tab for an indent": fault(
        text("case.yaml", "- twitter", "\t- twitter"),
        f"case.yaml:7:1  is not well-formed YAML: found character that cannot start any token  {YAML_MEND}",
    ),
    "a field twice": fault(
        text("case.yaml", "country: US", "country: US\ncountry: GB"),
        "case.yaml:6:1  is not well-formed YAML: the key 'country' stands twice  write each field once",
    ),
    "a list for fields": fault(
        whole("case.yaml", "- id\n- title\n"), "case.yaml  holds no fields  write one `field: value` a line"
    ),
    "nothing in case.yaml": fault(
        whole("case.yaml", "\n"), "case.yaml  holds no fields  write one `field: value` a line"
    ),
    "two documents in case.yaml": fault(
        append("case.yaml", "---\nid: other\n"),
        "case.yaml:38:1  is not well-formed YAML: a second document begins here  keep one document",
    ),
    "references that multiply": fault(
        text("case.yaml", "id: red-cross-tweet\n", f"{BOMB}id: red-cross-tweet\n"),
        "case.yaml:2:8  is not well-formed YAML: references (*) are not read here  write out what is meant, or quote the text",
    ),
    "an endless nest": fault(
        field("title", f"title: {'[' * 20000}"),
        "case.yaml:2:28  is not well-formed YAML: it is nested too deeply  let fields lie in at most 20 others",
    ),
    "a command in case.yaml": fault(
        field("title", "title: !!python/object/apply:os.system ['true']"),
        "case.yaml:2:8  is not well-formed YAML: the tag !!python/object/apply:os.system is not read here  remove it, or quote the text",
    ),
    "an enormous case.yaml": fault(
        append("case.yaml", "# more\n" * 100000), "case.yaml  has more than 500,000 bytes  keep the codings here"
    ),
    "an unknown field": fault(
        text("case.yaml", "country: US", "country: US\nmood: sad"),
        "case.yaml:6:mood  is not a field of this file  remove or rename it; the fields are id, title",
    ),
    "a field missing": fault(
        text("case.yaml", "country: US\n", ""),
        "case.yaml:country  this field is missing  write an ISO 3166 alpha-2 code, e.g. US",
    ),
    "an unknown zone": fault(
        field("timezone", "timezone: Mars/Olympus"),
        "case.yaml:11:timezone  'Mars/Olympus' is not what belongs here  write an IANA time zone",
    ),
    "a zone that is a path": fault(
        field("timezone", "timezone: ../../etc/passwd"),
        "case.yaml:11:timezone  '../../etc/passwd' is not what belongs here  write an IANA time zone",
    ),
    "a word for a list": fault(
        field("documented_claims", "documented_claims: none"),
        "case.yaml:30:documented_claims  'none' is not what belongs here  write a list of claims, or []",
    ),
    "a claim that is a word": fault(
        field("documented_claims", "documented_claims: [it was fast]"),
        "case.yaml:30:documented_claims[1]  'it was fast' is not a claim  write the fields claim, from",
    ),
    "a claim without a reason": fault(
        field(
            "documented_claims",
            "documented_claims: [{claim: c, from: book, verdict: partly, source_ids: [techtarget-2011]}]",
        ),
        "case.yaml:30:documented_claims[1].why  this field is missing  give the reason",
    ),
    "a control character in case.yaml": fault(
        field("title", 'title: "bell \\a"'), "case.yaml:2:title  'bell \\x07' is not what belongs here  write a title"
    ),
    "a lone surrogate in case.yaml": fault(
        field("title", 'title: "half \\ud800"'),
        f"case.yaml:2:16  is not well-formed YAML: found invalid Unicode character escape code  {YAML_MEND}",
    ),
    "another case's id": fault(
        field("id", "id: blue-cross-tweet"),
        "case.yaml:1:id  'blue-cross-tweet' is not the name of the folder  write red-cross-tweet",
    ),
    **{
        f"the id {given}": fault(
            field("id", f"id: '{given}'"),
            f"case.yaml:1:id  '{short(given)}' is not what belongs here  write the folder's name",
        )
        for given in ("../x", "/etc", "Red-Cross", "red--cross", "comparison", "con", "r" * 55 + "-end" * 7)
    },
    **{
        f"coders: {given}": fault(field("coders", f"coders: {given}"), *lines)
        for given, lines in {
            "": ["case.yaml:31:coders  is empty  say of every coder that rubric.csv and stances.csv name who they are"],
            "[a, b]": ["case.yaml:31:coders  ['a', 'b'] is not what belongs here  say of every coder"],
            "{a: , b: {kind: person}}": ["case.yaml:31:coders.a  is empty  write the fields kind, blind, training"],
            "{a: me, b: {kind: person}}": [
                "case.yaml:31:coders.a  'me' is no description of a coder  write the fields kind"
            ],
            "{A: {kind: person}}": ["case.yaml:31:coders.A  cannot be the id of a coder  write a lower-case letter"],
            "{a: {kind: robot}, b: {kind: person}}": [
                "case.yaml:31:coders.a.kind  'robot' is not what belongs here  use one of: person, machine, machine_assisted"
            ],
            "{a: {blind: true}, b: {kind: person}}": [
                "case.yaml:31:coders.a.kind  this field is missing  use one of: person, machine"
            ],
            "{a: {kind: person, blind: half}, b: {kind: person}}": [
                "case.yaml:31:coders.a.blind  'half' is not what belongs here  write true where they saw"
            ],
            "{a: {kind: person, date: soon}, b: {kind: person}}": [
                "case.yaml:31:coders.a.date  'soon' is not what belongs here  write when they coded"
            ],
            "{a: {kind: person, codes: [events]}, b: {kind: person}}": [
                "case.yaml:31:coders.a.codes  ['events'] is not what belongs here  list the tables"
            ],
            "{a: {kind: person, mood: good}, b: {kind: person}}": [
                "case.yaml:31:coders.a.mood  is not a field of this file  remove or rename it; the fields are kind"
            ],
        }.items()
    },
    "no crisis on record, but an exposure": fault(
        cell("events", 2, "acts", "exposure"),
        "events.csv:2:acts  e01 is an exposure although no crisis is on record  code it as another act",
        case_id="weishi-data-fabrication",
    ),
    "no crisis on record, but a cause": fault(
        field("cause", "cause: rumour"),
        "case.yaml:14:cause  'rumour' is given although no crisis is on record  write null",
        case_id="weishi-data-fabrication",
    ),
}


@pytest.mark.bad_input("damaged case.yaml")
@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named_where_it_is_and_nothing_follows_from_it(name: str, tmp_path: Path) -> None:
    assert_named(FAULTS[name], tmp_path)
