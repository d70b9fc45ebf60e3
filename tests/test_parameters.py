"""Parameters of notebooks: read without running anything, typed, checked."""

from __future__ import annotations

import json

import pytest

from aftermath.running.parameters import (
    REQUIRED,
    Parameter,
    ParameterError,
    checked,
    declared,
    parse_settings,
    read_parameters,
)
from tiny import ROOT, write_notebook

CELL = """case_id: str  # which case
seed: int = 0
share: float = 0.5
quick: bool = False
phase_days: list[int] = [7, 30]
words: list[str] = []
"""
KNOWN = declared(CELL)


def test_a_cell_is_read_with_types_and_defaults():
    assert [str(one) for one in KNOWN.values()] == [
        "case_id: str",
        "seed: int = 0",
        "share: float = 0.5",
        "quick: bool = False",
        "phase_days: list[int] = [7, 30]",
        "words: list[str] = []",
    ]
    assert KNOWN["case_id"].default is REQUIRED


def test_only_the_tagged_cell_of_a_notebook_counts(tmp_path):
    path = write_notebook(tmp_path / "some.ipynb", "seed: int = 3", "other: int = 4")
    assert read_parameters(path) == {"seed": Parameter("seed", "int", 3)}


def test_a_notebook_without_the_cell_has_no_parameters(tmp_path):
    path = tmp_path / "none.ipynb"
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1"], "metadata": {}}]}))
    assert read_parameters(path) == {}
    with pytest.raises(ParameterError, match="has no parameters"):
        checked({}, {"seed": 1})


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize(
    "line",
    [
        "seed = 0",
        "import os",
        "seed: Int = 0",
        "seed: int = 'x'",
        "seed: int = True",
        "seed: int = 1 + 1",
        "seed: int = __import__('os').getpid()",
        "phase_days: list[int] = [7, '30']",
        "share: float = 1e999",
        "seed: int = (",
        "print('never run')",
        "a.b: int = 0",
    ],
)
def test_a_line_that_declares_nothing_plain_is_refused_and_never_run(line, capsys):
    with pytest.raises(ParameterError, match=r"parameters cell, line 1|must be int|must be list|must be float"):
        declared(line)
    assert capsys.readouterr().out == ""


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize("content", ["", "[]", "{}", '{"cells": 3}', "\ufeffno json", '{"cells": [{"metadata": 1}]}'])
def test_a_file_that_is_no_notebook_is_named(tmp_path, content):
    path = tmp_path / "broken.ipynb"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=r"broken\.ipynb"):
        read_parameters(path)


def test_a_missing_notebook_is_named(tmp_path):
    with pytest.raises(ParameterError, match="no such notebook"):
        read_parameters(tmp_path / "absent.ipynb")


@pytest.mark.bad_input("parameters and settings")
def test_an_unknown_parameter_lists_the_known_ones_with_types():
    with pytest.raises(ParameterError) as caught:
        checked(KNOWN, {"case_id": "x", "sede": 1})
    assert "'sede'" in str(caught.value)
    assert "seed: int = 0; share: float = 0.5" in str(caught.value)


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize(
    ("name", "value", "wanted"),
    [
        ("seed", "0", "int (a whole number"),
        ("seed", 1.0, "int (a whole number"),
        ("seed", True, "int (a whole number"),
        ("seed", None, "int (a whole number"),
        ("share", "0.5", "float (a number"),
        ("share", float("nan"), "float (a number"),
        ("share", float("inf"), "float (a number"),
        ("quick", 1, "bool (true or false)"),
        ("case_id", 7, "str (text)"),
        ("phase_days", 7, "list[int]"),
        ("phase_days", [7, "x"], "list[int]"),
        ("phase_days", [True], "list[int]"),
        ("words", "ab", "list[str]"),
    ],
)
def test_an_ill_typed_value_says_what_is_wanted(name, value, wanted):
    with pytest.raises(ParameterError) as caught:
        checked(KNOWN, {"case_id": "x", name: value})
    assert f"{name} must be {wanted}" in str(caught.value)


def test_fitting_values_are_converted_and_sorted():
    values = checked(KNOWN, {"share": 1, "phase_days": (1, 2), "case_id": "x"})
    assert list(values) == ["case_id", "phase_days", "share"]
    assert values == {"case_id": "x", "phase_days": [1, 2], "share": 1.0}
    assert isinstance(values["share"], float)


def test_a_required_parameter_must_be_set():
    with pytest.raises(ParameterError, match="'case_id' must be set"):
        checked(KNOWN, {"seed": 1})


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("seed=3", 3),
        ("seed = -3", -3),
        ("share=2", 2.0),
        ("share=1e-3", 0.001),
        ("quick=TRUE", True),
        ("quick=no", False),
        ("case_id=a=b", "a=b"),
        ("case_id=7", "7"),
        ("case_id=", ""),
        ("phase_days=7,30", [7, 30]),
        ("phase_days=[1, 2]", [1, 2]),
        ("phase_days=7", [7]),
        ("phase_days=", []),
        ("words=a, b", ["a", "b"]),
        ("words=['a,b', 'c']", ["a,b", "c"]),
        ("words=7", ["7"]),
    ],
)
def test_settings_are_read_by_the_declared_type(setting, value):
    name = setting.partition("=")[0].strip()
    read = parse_settings(KNOWN, [setting])
    assert read == {name: value}
    assert type(read[name]) is type(value)


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize("setting", ["seed=x", "seed=1.5", "seed=", "quick=maybe", "phase_days=7,x", "share=nan"])
def test_a_setting_of_the_wrong_type_is_refused(setting):
    with pytest.raises(ParameterError, match="must be"):
        parse_settings(KNOWN, [setting])


@pytest.mark.bad_input("parameters and settings")
def test_a_setting_without_a_value_or_with_an_unknown_name_is_refused():
    with pytest.raises(ParameterError, match="name=value"):
        parse_settings(KNOWN, ["seed"])
    with pytest.raises(ParameterError, match=r"'sed'.*seed: int = 0"):
        parse_settings(KNOWN, ["sed=1"])


def test_the_last_setting_of_a_name_holds():
    assert parse_settings(KNOWN, ["seed=1", "seed=2"]) == {"seed": 2}


@pytest.mark.parametrize("name", ["case_report", "case_without_record", "comparison"])
def test_the_notebooks_of_the_repository_declare_readable_parameters(name):
    read = read_parameters(ROOT / "notebooks" / f"{name}.ipynb")
    assert ("case_id" in read) == name.startswith("case")
