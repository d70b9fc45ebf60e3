"""Codings in: from a table, and from exports of annotation tools in their own layouts; unknown things are named with their row."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from aftermath import cli
from aftermath.case_files.check import check
from aftermath.exchange.annotations import read_annotations
from aftermath.exchange.codings import codings_from
from aftermath.exchange.reference import ExchangeError
from aftermath.problems import AftermathError
from aftermath.vocabulary import RUBRIC_ITEMS
from aftermath.workspace import Workspace
from factories import case_folder, score, text, workspace

CODED = ["favourability=-1", "stance_org=0", "stance_response=1"]
HEADER = "coder,unit,item,value,reason,events"


@pytest.fixture
def made(tmp_path) -> Workspace:
    """A case with two texts that coder a has coded, and one item of the rubric."""
    coders = {"a": {"kind": "person"}, "b": {"kind": "person", "blind": True}}
    texts = [text(a="0", b=""), text("2020-01-03", a="1", b="")]
    case_folder(tmp_path, texts=texts, scores=[score("T1", a="2", b="")], coders=coders)
    return workspace(tmp_path)


def rows(made: Workspace, table: str) -> list[dict[str, str]]:
    with (made.cases / "small-case" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table(tmp_path: Path, *lines: str) -> Path:
    path = tmp_path / "codings.csv"
    path.write_text("\n".join([HEADER, *lines]) + "\n", encoding="utf-8")
    return path


STANCE = {"doc_id": "d01", "coder": "b", "favourability": "-1", "stance_org": "0", "stance_response": "1"}


# From a table


def test_codings_of_a_second_coder_become_rows(made, tmp_path):
    path = table(
        tmp_path,
        "b,d01,favourability,-1,,",
        "b,d01,stance_org,0,,",
        "b,d01,stance_response,1,,",
        "",
        "b,small-case,T1,1,It said so.,e01",
        "b,,E1,na,Nobody was harmed.,",
    )
    before = {name: rows(made, name) for name in ("stances", "rubric")}
    found = codings_from(path, "small-case", made)
    assert {name: rows(made, name) for name in before} == before
    assert "2 codings of rubric.csv and 3 codings of stances.csv are new" in found.text.replace("\u00a0", " ")
    assert set(found.write()) == {"stances", "rubric"}
    assert rows(made, "stances") == [*before["stances"], STANCE]
    assert rows(made, "rubric")[len(before["rubric"]) :] == [
        {"item": "T1", "coder": "b", "score": "1", "event_ids": "e01", "rationale": "It said so."},
        {"item": "E1", "coder": "b", "score": "na", "event_ids": "", "rationale": "Nobody was harmed."},
    ]
    assert check(["small-case"], made).problems == ()


def test_a_frame_is_taken_as_a_file_is(made):
    frame = pl.DataFrame({"coder": "b", "unit": "d02", "item": ["favourability", "stance_org"], "value": [-2, 1]})
    codings_from(frame, "small-case", made).write()
    assert rows(made, "stances")[-1] == {
        "doc_id": "d02",
        "coder": "b",
        "favourability": "-2",
        "stance_org": "1",
        "stance_response": "",
    }


def test_blank_rows_of_a_new_case_are_filled_in(made, tmp_path):
    path = made.cases / "small-case" / "rubric.csv"
    blank = "".join(f"{item},b,,,\n" for item in RUBRIC_ITEMS)
    path.write_text(path.read_text() + blank)
    codings_from(table(tmp_path, "b,,T2,0,It blamed others.,"), "small-case", made).write()
    mine = [row for row in rows(made, "rubric") if row["coder"] == "b"]
    assert len(mine) == len(RUBRIC_ITEMS)
    assert {row["item"]: row["score"] for row in mine} == dict.fromkeys(RUBRIC_ITEMS, "") | {"T2": "0"}


def test_the_same_once_more_changes_nothing(made, tmp_path):
    path = table(
        tmp_path,
        "a,d01,favourability,0,,",
        "a,d01,favourability,0,,",
        "b,d01,favourability,−1,,",
        "b,d01,stance_org,0,,",
    )
    codings_from(path, "small-case", made).write()
    before = (made.cases / "small-case" / "stances.csv").read_bytes()
    assert codings_from(path, "small-case", made).write() == ()
    assert (made.cases / "small-case" / "stances.csv").read_bytes() == before
    assert rows(made, "stances")[-1]["favourability"] == "-1"


def test_another_value_gives_way_only_where_it_is_said(made, tmp_path):
    path = table(tmp_path, "a,d01,favourability,-2,,")
    with pytest.raises(ExchangeError, match=r"codings.csv:2:value .* '-2', but stances.csv says '0'"):
        codings_from(path, "small-case", made)
    codings_from(path, "small-case", made, again=True).write()
    assert rows(made, "stances")[0]["favourability"] == "-2"


def test_reasons_of_stances_are_told_to_have_no_place(made, tmp_path):
    path = table(tmp_path, "b,d01,favourability,-1,so,", "b,d01,stance_org,0,,")
    found = codings_from(path, "small-case", made)
    assert "1 reason of stances left out: stances.csv has no column for them." in found.text.replace("\u00a0", " ")


SOUND = ["b,d01,favourability,-1,,", "b,d01,stance_org,0,,"]


@pytest.mark.bad_input("codings of other programs")
@pytest.mark.parametrize(
    ("lines", "row", "column", "said"),
    [
        (["z,d01,favourability,0,,"], 2, "coder", "'z' is no coder of small-case"),
        (["b,d99,favourability,0,,"], 2, "unit", "'d99' is no unit that favourability is coded of"),
        (["b,other-case,T1,0,x,"], 2, "unit", "'other-case' is no unit that T1 is coded of"),
        (["b,d01,tone,0,,"], 2, "item", "'tone' is no item of the codebook"),
        (["b,d01,favourability,3,,"], 2, "value", "'3' is no value of favourability"),
        (["b,d01,favourability,,,"], 2, "value", "'' is no value of favourability"),
        (["b,,T1,1.0,x,"], 2, "value", "'1.0' is no value of T1"),
        (["b,,T1,1,,"], 2, "rationale", "b gives no rationale of T1"),
        (["", "b,d01,favourability,-1,,"], 3, "stance_org", "b gives no stance_org of d01"),
        ([*SOUND, "", "b,d01,favourability,1,,"], 5, "value", "'1', but row 2 says '-1'"),
        ([*SOUND, "b,d01,favourability"], 4, "", "has 3 fields where the header has 6"),
        ([*SOUND, '"b,d01'], 0, "", "is not a well-formed CSV file"),
    ],
)
def test_what_is_not_known_is_named_with_its_row(lines, row, column, said, made, tmp_path):
    before = {name: rows(made, name) for name in ("stances", "rubric")}
    with pytest.raises(ExchangeError) as raised:
        codings_from(table(tmp_path, *lines), "small-case", made)
    (problem,) = raised.value.problems
    assert (problem.file, problem.row, problem.column) == ("codings.csv", row, column)
    assert said in problem.what
    assert problem.mend
    assert {name: rows(made, name) for name in before} == before


@pytest.mark.bad_input("codings of other programs")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "does not name the columns"),
        (b"coder,unit,item\n", "has no column value"),
        (b"coder,unit,item,value,mood\n", "is not a column of codings"),
        (b"coder,unit,item,value,value\n", "stands twice"),
        ("coder,unit,item,value\nb,é,,\n".encode("cp1252"), "is not UTF-8 text"),
    ],
)
def test_a_table_that_is_none_is_said_to_be(content, said, made, tmp_path):
    path = tmp_path / "codings.csv"
    path.write_bytes(content)
    with pytest.raises(ExchangeError, match=said):
        codings_from(path, "small-case", made)


@pytest.mark.bad_input("codings of other programs")
def test_a_frame_without_the_columns_is_said_to_be(made):
    with pytest.raises(AftermathError, match="the table has no column item and value"):
        codings_from(pl.DataFrame({"coder": ["b"], "unit": ["d01"]}), "small-case", made)


# From annotation tools


def doccano(folder: Path) -> Path:
    """As doccano exports a project of document classification: a file a user, metadata beside the text."""
    task = {"id": 7, "text": "The firm apologised.", "doc_id": "d01", "label": CODED, "Comments": []}
    folder.mkdir()
    (folder / "ben.jsonl").write_text(json.dumps(task, ensure_ascii=False) + "\n", encoding="utf-8")
    return folder


def doccano_before_1_5(folder: Path) -> Path:
    task = {"id": 7, "data": "The firm apologised.", "meta": {"doc_id": "d01"}, "label": CODED}
    folder.mkdir()
    (folder / "ben.jsonl").write_text(json.dumps(task) + "\n", encoding="utf-8")
    return folder / "ben.jsonl"


def choice(name: str, *values: str) -> dict:
    return {"value": {"choices": list(values)}, "id": "x1", "from_name": name, "to_name": "text", "type": "choices"}


def label_studio(folder: Path) -> Path:
    """As Label Studio exports JSON: tasks, each with its annotations; one was cancelled, one control is no item."""
    result = [
        choice("favourability", "-1"),
        choice("stance_org", "0"),
        choice("stance_response", "1"),
        choice("mood", "x"),
    ]
    annotations = [
        {"id": 11, "completed_by": 5, "result": [choice("favourability", "2")], "was_cancelled": True},
        {
            "id": 12,
            "completed_by": {"id": 5, "email": "ben"},
            "result": result,
            "was_cancelled": False,
            "lead_time": 3.2,
        },
    ]
    task = {
        "id": 3,
        "data": {"doc_id": "d01", "text": "The firm apologised."},
        "annotations": annotations,
        "predictions": [],
    }
    path = folder.with_suffix(".json")
    path.write_text(json.dumps([task]), encoding="utf-8")
    return path


def label_studio_csv(folder: Path) -> Path:
    path = folder.with_suffix(".csv")
    header = "annotation_id,annotator,created_at,doc_id,favourability,id,lead_time,stance_org,stance_response,text,updated_at"
    path.write_text(
        f"{header}\n12,ben,2026-11-20T10:00:00Z,d01,-1,3,3.2,0,1,The firm apologised.,2026-11-20T10:00:00Z\n"
    )
    return path


def webanno(folder: Path) -> Path:
    """As INCEpTION exports a project in WebAnno TSV 3.3: a span over the sentence, in a layer of one's own beside others."""
    lines = [
        "#FORMAT=WebAnno TSV 3.3",
        "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value",
        "#T_SP=webanno.custom.Stance|favourability|stance_org|stance_response",
        "#T_RL=webanno.custom.Link|label|BT_webanno.custom.Stance",
        "",
        "",
        "#Text=The firm apologised.",
        "1-1\t0-3\tThe\t_\t_\t-1[1]\t0[1]\t1[1]\t_\t_\t",
        "1-2\t4-8\tfirm\t*\tORG\t-1[1]\t0[1]\t1[1]\tsame\t1-1[0_1]\t",
        "1-3\t9-19\tapologised\t_\t_\t-1[1]\t0[1]\t1[1]\t_\t_\t",
    ]
    (folder / "annotation" / "d01.txt").mkdir(parents=True)
    (folder / "annotation" / "d01.txt" / "ben.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def cas_json(folder: Path) -> Path:
    """As INCEpTION exports a project in UIMA CAS JSON: a layer of the whole document."""
    stance = {"%ID": 5, "%TYPE": "webanno.custom.Stance", "@sofa": 1, "favourability": "-1", "stance_org": 0}
    structures = [
        {
            "%ID": 1,
            "%TYPE": "uima.cas.Sofa",
            "sofaNum": 1,
            "sofaID": "_InitialView",
            "sofaString": "The firm apologised.",
        },
        {"%ID": 2, "%TYPE": "uima.tcas.DocumentAnnotation", "@sofa": 1, "begin": 0, "end": 20, "language": "en"},
        stance | {"stance_response": "1"},
    ]
    cas = {
        "%TYPES": {},
        "%FEATURE_STRUCTURES": structures,
        "%VIEWS": {"_InitialView": {"%SOFA": 1, "%MEMBERS": [2, 5]}},
    }
    (folder / "annotation" / "d01.txt").mkdir(parents=True)
    (folder / "annotation" / "d01.txt" / "ben.json").write_text(json.dumps(cas), encoding="utf-8")
    return folder / "annotation" / "d01.txt" / "ben.json"


TOOLS = {
    doccano: "doccano",
    doccano_before_1_5: "doccano",
    label_studio: "label-studio",
    label_studio_csv: "label-studio",
    webanno: "inception",
    cas_json: "inception",
}


@pytest.mark.parametrize(("export", "tool"), TOOLS.items(), ids=lambda value: getattr(value, "__name__", value))
def test_an_export_becomes_the_same_row(export, tool, made, tmp_path):
    found = read_annotations(export(tmp_path / "export"), tool)
    assert set(zip(found["coder"], found["unit"], found["item"], found["value"], strict=True)) == {
        ("ben", "d01", *label.split("=")) for label in CODED
    }
    codings_from(found, "small-case", made, coders={"ben": "b"}).write()
    assert rows(made, "stances")[-1] == STANCE


def test_reasons_stand_beside_the_items_they_are_of(made, tmp_path):
    area = {"value": {"text": ["It said so."]}, "from_name": "reason_T1", "to_name": "text", "type": "textarea"}
    results = [choice("T1", "1"), area, choice("T2", "0"), area | {"from_name": "reason"}]
    results = [
        each if each["type"] == "choices" else each | {"value": {"textarea": ["It said so."]}} for each in results
    ]
    task = {"id": 1, "data": {"doc_id": "small-case"}, "annotations": [{"completed_by": 2, "result": results}]}
    path = tmp_path / "rubric.json"
    path.write_text(json.dumps([task]))
    codings_from(read_annotations(path, "label-studio"), "small-case", made, coders={"2": "b"}).write()
    assert [(row["item"], row["score"], row["rationale"]) for row in rows(made, "rubric")[1:]] == [
        ("T1", "1", "It said so."),
        ("T2", "0", "It said so."),
    ]


@pytest.mark.bad_input("codings of other programs")
@pytest.mark.parametrize(
    ("tool", "name", "content", "row", "said"),
    [
        (
            "doccano",
            "ben.jsonl",
            '{"doc_id": "d01", "label": ["good"]}',
            1,
            "'good' is no label such as favourability=-1",
        ),
        ("doccano", "ben.jsonl", '{"label": ["favourability=1"]}', 1, "names no doc_id"),
        ("doccano", "ben.jsonl", '\n{"label": ', 2, "is not well-formed JSON"),
        ("doccano", "ben.jsonl", "", 0, "holds no coding"),
        ("label-studio", "x.json", "{}", 0, "is no list of tasks"),
        ("label-studio", "x.json", "[", 1, "is not well-formed JSON"),
        ("label-studio", "x.json", '[{"data": {"doc_id": ""}}]', 1, "names no doc_id"),
        (
            "label-studio",
            "x.csv",
            'annotator,doc_id,favourability\n1,d01,"{""choices"": [""1"", ""2""]}"\n',
            2,
            "favourability has 2 values",
        ),
        ("inception", "d01/ben.tsv", "1-1\t0-3\tThe", 1, "is no WebAnno TSV 3"),
        ("inception", "d01/ben.json", '{"_context": {}}', 0, "is no UIMA CAS JSON"),
        (
            "inception",
            "d01/ben.tsv",
            "#FORMAT=WebAnno TSV 3.3\n#T_SP=x.S|favourability\n\n1-1\t0-3\tThe\t1\t\n1-2\t4-5\tx\t2\t\n",
            5,
            "favourability is coded 1 and 2",
        ),
    ],
)
def test_an_export_that_is_broken_is_named(tool, name, content, row, said, tmp_path):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    with pytest.raises(ExchangeError) as raised:
        read_annotations(path, tool)
    assert (raised.value.problems[0].row, said in raised.value.problems[0].what) == (row, True)


@pytest.mark.bad_input("codings of other programs")
def test_a_tool_that_is_not_known_is_said_to_be(tmp_path):
    with pytest.raises(AftermathError, match="'brat' is no annotation tool that is known: choose one of doccano"):
        read_annotations(tmp_path, "brat")


def test_the_command_takes_an_export(made, tmp_path, monkeypatch):
    monkeypatch.setenv("AFTERMATH_ROOT", str(made.root))
    export = doccano(tmp_path / "export")
    options = ["--case", "small-case", "--tool", "doccano", "--coder", "ben=b"]
    run = CliRunner().invoke(cli.app, ["codings", str(export), *options])
    assert run.exit_code == 0, run.output
    assert rows(made, "stances")[-1] == STANCE


def test_what_is_new_is_shown_before_it_is_written(made, tmp_path):
    path = table(tmp_path, *SOUND, "a,d01,favourability,0,,", "b,,T1,1,<b>It said so.</b>,")
    found = codings_from(path, "small-case", made)
    assert found.table.rows() == [
        ("b", "d01", "favourability", "-1"),
        ("b", "d01", "stance_org", "0"),
        ("b", "", "T1", "1"),
    ]
    assert "stance_org" in found._repr_html_()


def test_that_the_response_is_not_mentioned_is_a_code_too(made, tmp_path):
    codings_from(table(tmp_path, *SOUND, "b,d01,stance_response,,,"), "small-case", made).write()
    with pytest.raises(ExchangeError, match=r"stance_response of d01 by b: '1', but stances.csv says ''"):
        codings_from(table(tmp_path, "b,d01,stance_response,1,,"), "small-case", made)
