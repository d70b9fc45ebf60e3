"""The tables beside the case folders: all faults at once with place and mend, the same when checked and when read."""

from __future__ import annotations

import pytest

import aftermath as am
from aftermath.case_files.check import check
from aftermath.case_files.playbook_rules import RuleError, parse_rule
from aftermath.case_files.shared_tables import SHARED_SCHEMAS, read_shared, shared_problems
from aftermath.comparison.advice import rule_in_words, titles_of_texts
from aftermath.comparison.contrasts import read_contrasts
from aftermath.comparison.numeric_claims import read_numeric_claims
from aftermath.comparison.playbook import read_advice
from aftermath.comparison.rules import rule_of
from aftermath.problems import CaseError
from aftermath.workspace import find_workspace
from factories import case_folder, workspace

PLAYBOOK = "advice_id,text_id,advice,indicator,rule\n"
CONTRASTS = "contrast,title,why,case_ids\n"
TEXTS = "text_id,title,language,kind,about\n"
CLAIMS = "claim_id,who,year,claim,population,sample_n,measure,statistic,case_ids,within_hours,after_hours,comparison,value,upper,unit,comparable,note,reference,read\n"
COMMAS = "put text that has commas between quotation marks"


def numeric(**columns: str) -> str:
    """A row of ``numeric_claims.csv``, sound but for the columns given."""
    sound = {
        "claim_id": "survey",
        "who": "A firm",
        "year": "2013",
        "claim": "It takes 21 hours.",
        "population": "firms",
        "sample_n": "100",
        "measure": "response",
        "statistic": "mean",
        "comparison": "about",
        "value": "21",
        "unit": "hours",
        "comparable": "yes",
        "reference": "A report.",
        "read": "full_text",
    }
    return ",".join((sound | columns).get(name, "") for name in CLAIMS.strip().split(",")) + "\n"


FAULTS = [
    # rules
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,latency nothing 3 h\n",
        ["2:rule  'nothing' is not a step  use one of response, acknowledgement, "],
    ),
    ("playbook", PLAYBOOK + "a1,t,x,y,rubric T1 T99\n", ["2:rule  'T99' is not an item of the rubric  use T1, T2, "]),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,cause moonlight: rubric E1\n",
        ["2:rule  'moonlight' is not a cause  use one of "],
    ),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,cause advertising: rubric E9\n",
        ["2:rule  'E9' is not an item of the rubric  use "],
    ),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,together apology dancing\n",
        ["2:rule  'dancing' is not an act  use a word of the codebook"],
    ),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,guess\n",
        ["2:rule  'guess' is not a rule  write e.g. 'latency response 60 min'"],
    ),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,y,latency response 3 days\n",
        ["2:rule  'latency response 3 days' is not a rule  "],
    ),
    # fields
    ("playbook", PLAYBOOK + "a1,t,x,y,\n", ["2:rule  is empty  write a rule, or unobservable"]),
    (
        "playbook",
        PLAYBOOK + "a1,t,x,,consistent\na1,t,x,,consistent\n",
        [
            "2:advice_id  'a1' stands more than once  give each its own",
            "3:advice_id  'a1' stands more than once  give each its own",
        ],
    ),
    (
        "contrasts",
        CONTRASTS + "one,First,Alike.,x\n",
        ["2:case_ids  'x' names fewer than two cases  a contrast needs two"],
    ),
    ("contrasts", CONTRASTS + "one,First,Alike.,x;;x\n", ["2:case_ids  'x;;x' names 'x' more than once  "]),
    ("contrasts", CONTRASTS + "one,First,Alike.,\n", ["2:case_ids  is empty  a contrast needs two, as in "]),
    ("contrasts", CONTRASTS + "one,,Alike.,x;y\n", ["2:title  is empty  fill it in"]),
    (
        "texts",
        TEXTS + "A guide,,,,\n",
        ["2:text_id  'A guide' is not in the form asked for  write lower-case letters, "],
    ),
    (
        "texts",
        TEXTS + "guide,One,,,\nguide,Two,,,\n",
        ["2:text_id  'guide' stands more than once  ", "3:text_id  'guide' stands more than once  "],
    ),
    # numeric claims: one row with a fault each
    ("numeric_claims", CLAIMS + numeric(reference=""), ["2:reference  is empty  write the full reference, "]),
    ("numeric_claims", CLAIMS + numeric(who=""), ["2:who  is empty  name the person, firm or text"]),
    (
        "numeric_claims",
        CLAIMS + numeric(measure="responce"),
        ["2:measure  'responce' is not a word of the vocabulary  use one of: response, acknowledgement, "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(unit="percent"),
        ["2:unit  'percent' does not fit this measure and statistic  what fits is mean in minutes, hours or days, "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(unit="fortnights"),
        ["2:unit  'fortnights' does not fit this measure and statistic  what fits is mean in minutes, "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(statistic="correlation"),
        ["2:statistic  'correlation' is not what this measure gives  of a latency claim mean, "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(statistic="avarage"),
        ["2:statistic  'avarage' is not a word of the vocabulary  use one of: mean, median, "],
    ),
    ("numeric_claims", CLAIMS + numeric(value="21 h"), ["2:value  '21 h' is not a number  write the number alone, "]),
    ("numeric_claims", CLAIMS + numeric(value=""), ["2:value  is empty  write the number alone, "]),
    (
        "numeric_claims",
        CLAIMS + numeric(value="-21"),
        ["2:value  '-21' is outside what this unit allows  a time is not "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(statistic="share", unit="percent", value="101", within_hours="1"),
        ["2:value  '101' is outside what this unit allows  "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(measure="match_and_rise", statistic="correlation", unit="r", value="1.2"),
        ["2:value  '1.2' is outside what this unit allows  "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(statistic="share", unit="percent"),
        ["2:within_hours  is empty though a share is claimed  write within how many hours"],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(comparison="between"),
        ["2:upper  does not go with the comparison  write a number above value where it is between, "],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric(comparison="between", upper="20"),
        ["2:upper  does not go with the comparison  "],
    ),
    ("numeric_claims", CLAIMS + numeric(upper="22"), ["2:upper  does not go with the comparison  "]),
    (
        "numeric_claims",
        CLAIMS + numeric(statistic="one_case"),
        ["2:case_ids  one_case needs exactly one case  name it, "],
    ),
    ("numeric_claims", CLAIMS + numeric(comparable="no"), ["2:note  is empty  say why the claim is not comparable, "]),
    ("numeric_claims", CLAIMS + numeric(measure="none"), ["2:note  is empty  "]),
    ("numeric_claims", CLAIMS + numeric(year="MMXIII"), ["2:year  'MMXIII' is not a whole number  write the year, "]),
    (
        "numeric_claims",
        CLAIMS + numeric(claim="One.") + numeric(claim="Two."),
        [
            "2:claim_id  'survey' stands more than once  write lower-case letters, ",
            "3:claim_id  'survey' stands more than once  ",
        ],
    ),
    (
        "numeric_claims",
        CLAIMS + numeric() + numeric(claim_id="again"),
        ["3:who  row 2 has the same who, claim, measure, statistic, value, unit and case_ids  keep one "],
    ),
    # rows and files
    (
        "contrasts",
        CONTRASTS + "one,First,Alike, and more,x;y\n",
        [f"2  has 5 fields where the header has 4  {COMMAS}"],
    ),
    ("contrasts", CONTRASTS + "one,First\n", [f"2  has 2 fields where the header has 4  {COMMAS}"]),
    ("contrasts", "", ["1  does not name the columns  write them in the first row with commas between; "]),
    (
        "playbook",
        "advice\nx\n",
        [
            "1:advice_id  this column is missing  add it; the columns are advice_id, text_id, advice, indicator, rule",
            "1:indicator  this column is missing  ",
            "1:rule  this column is missing  ",
            "1:text_id  this column is missing  ",
        ],
    ),
    (
        "texts",
        TEXTS.replace("kind", "sort"),
        ["1:kind  this column is missing  ", "1:sort  is not a column of this table  "],
    ),
    ("playbook", PLAYBOOK + 'a1,t,"x,y,consistent\n', ["2  is not a well-formed CSV file ("]),
    ("texts", b"\xff\xfe\x00", ["1  is not UTF-8 text  save the file as UTF-8"]),
    # all at once
    (
        "playbook",
        PLAYBOOK + "a1,,x,y,guess\n,t,,y,rubric T99\n",
        [
            "2:rule  'guess'",
            "2:text_id  is empty  ",
            "3:advice  is empty  ",
            "3:advice_id  is empty  ",
            "3:rule  'T99'",
        ],
    ),
]
READERS = {
    "playbook": read_advice,
    "texts": titles_of_texts,
    "contrasts": read_contrasts,
    "numeric_claims": read_numeric_claims,
}


@pytest.mark.bad_input("damaged tables of a case")
@pytest.mark.parametrize(("table", "content", "lines"), FAULTS)
def test_every_fault_is_named_with_its_place_when_checked_and_when_read(tmp_path, table, content, lines):
    made = workspace(tmp_path)
    (made.cases / f"{table}.csv").write_bytes(content.encode() if isinstance(content, str) else content)
    report = check((), made)
    assert not report.sound
    said = [str(problem).removeprefix(f"casestudies/{table}.csv:") for problem in report.problems]
    assert len(said) == len(lines)
    assert all(words.startswith(line) for words, line in zip(said, lines, strict=True)), said
    with pytest.raises(CaseError) as caught:
        READERS[table](made)
    assert caught.value.problems == report.problems


def test_faults_of_all_files_come_with_those_of_the_cases(tmp_path):
    made = workspace(tmp_path)
    (case_folder(tmp_path, "here") / "NOTES.md").unlink()
    (made.cases / "playbook.csv").write_text(PLAYBOOK + "a1,t,x,y,guess\n", encoding="utf-8")
    (made.cases / "texts.csv").write_bytes(b"")
    assert [problem.file for problem in check((), made).problems] == [
        "casestudies/here/NOTES.md",
        "casestudies/playbook.csv",
        "casestudies/texts.csv",
    ]
    assert {problem.file for problem in check(["here"], made).problems} == {"casestudies/here/NOTES.md"}


def test_a_workspace_without_them_has_no_fault_and_says_so_where_one_is_needed(tmp_path):
    made = workspace(tmp_path)
    assert shared_problems(made) == ()
    assert titles_of_texts(made) == {} and not am.playbook(am.compare([]), made).answered
    with pytest.raises(
        CaseError, match=r"^casestudies/playbook\.csv  is missing  write it with the columns advice_id, "
    ):
        read_advice(made)


def test_those_of_the_repository_are_sound_and_read_with_their_rows():
    assert shared_problems(find_workspace()) == ()
    for table in SHARED_SCHEMAS:
        frame = read_shared(table, find_workspace())
        assert frame["row"].to_list() == list(range(2, frame.height + 2)) and frame.height


def test_what_may_be_left_empty_is(tmp_path):
    made = workspace(tmp_path)
    (made.cases / "texts.csv").write_text(TEXTS + "guide,,,,\nother,A title,,,\n", encoding="utf-8")
    (made.cases / "playbook.csv").write_text(PLAYBOOK + " a1 ,guide,do it,,unobservable\n,,,,\n", encoding="utf-8")
    assert titles_of_texts(made) == {"guide": "guide", "other": "A title"}
    (advice,) = read_advice(made)
    assert (advice.advice_id, advice.indicator) == ("a1", "")


@pytest.mark.parametrize(
    "rule",
    [
        "latency own_channel 60 min",
        "rubric T1 T3",
        "together apology denial",
        "consistent",
        "cause advertising: latency response 1 h",
        "unobservable",
    ],
)
def test_every_kind_of_rule_has_a_meaning_and_words(rule):
    assert parse_rule(rule).kind == rule.split()[0]
    assert callable(rule_of(rule))
    assert rule_in_words(rule)


def test_no_rule_is_made_of_what_states_none():
    with pytest.raises(RuleError, match="is not a rule; write"):
        rule_of("guess")
