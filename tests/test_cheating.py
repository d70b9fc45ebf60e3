"""Cheats that a notebook may try, and what it may try to see or leave behind: points come from answers alone."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import dedent

import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from aftermath.course.class_grades import grade_all
from aftermath.course.confined_kernel import landlock_version
from aftermath.course.grade import Grade
from aftermath.course.grading import grade
from aftermath.course.plain import DEEPEST, LONGEST, as_text, refused_in, values_in
from aftermath.course.sitting import missing_guards
from aftermath.workspace import Workspace
from classroom import found_school, hand_in, small_lesson

cheat = pytest.mark.bad_input("cheats and harm in notebooks")
needs_landlock = pytest.mark.skipif(landlock_version() < 1, reason="this system has no Landlock")


@pytest.fixture
def school(tmp_path) -> Workspace:
    return found_school(tmp_path)


def graded(school: Workspace, answer_sum: str, answer_word: str = "") -> Grade:
    path = hand_in(school.root, small_lesson(), answer_sum=dedent(answer_sum), answer_word=dedent(answer_word))
    return grade(path, school)


SAYS_YES = """
    class Yes:
        __eq__ = __gt__ = __ge__ = lambda self, other: True
        __hash__ = None
    class Word(str):
        __eq__ = lambda self, other: True
        __hash__ = None
    total, word = Yes(), Word("early")
"""
READS_TESTS = """
    import re
    def peek(info):
        for name, value in re.findall(r"assert (\\w+) == (\\S+?),", info.raw_cell):
            get_ipython().user_ns[name] = eval(value)
    get_ipython().events.register("pre_run_cell", peek)
"""
TAKES_ASSERTIONS_OUT = """
    import ast
    class Out(ast.NodeTransformer):
        def visit_Assert(self, node):
            return node if "cannot pass" in ast.dump(node) else ast.Pass()
    get_ipython().ast_transformers.append(Out())
    total = word = 0
"""
FORGES_WHAT_IT_ANSWERS = """
    from IPython.display import display
    from aftermath.course import plain
    plain.show = lambda *_: display({plain.MEDIA: '{"values": {"total": {"object": 1}, "word": [[]]}}'}, raw=True)
"""


@cheat
def test_a_value_that_equals_everything_equals_nothing(school):
    marked = graded(school, SAYS_YES)
    assert marked.reached == 0
    assert marked.hints == {
        "test-sum": "total is a Yes: a number, a word, True or False, or a list of these is wanted.",
        "test-word": "Early or late?",
    }


@cheat
def test_tests_are_not_there_to_be_read(school):
    assert graded(school, READS_TESTS).reached == 0


@cheat
def test_assertions_cannot_be_taken_out(school):
    assert graded(school, TAKES_ASSERTIONS_OUT).reached == 0


@cheat
@pytest.mark.slow
def test_what_is_forged_is_no_answer(school):
    assert graded(school, FORGES_WHAT_IT_ANSWERS).reached == 0


@cheat
@needs_landlock
@pytest.mark.slow
def test_neither_solutions_nor_other_notebooks_can_be_read(school):
    lesson = school.notebooks / "course" / "small.ipynb"
    marked = graded(school, f"text = open({str(lesson)!r}).read()\ntotal = 42", f"open({__file__!r})\nword = 'late'")
    assert marked.reached == 0
    assert "PermissionError" in marked.hints["test-sum"]


@pytest.mark.bad_input("cheats and harm in notebooks")
def test_no_key_of_the_teacher_is_in_sight(school, monkeypatch):
    monkeypatch.setenv("MEDIACLOUD_KEY", "canary7193")
    look = """
        import os, pathlib
        seen = str(dict(os.environ))
        for environment in pathlib.Path("/proc").glob("[0-9]*/environ"):
            try:
                seen += environment.read_text(errors="replace")
            except OSError:
                pass
        word = "found" if "canary7193" in seen else "late"
    """
    assert graded(school, "total = 42", look).reached == 5


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.skipif("leaving processes behind" in missing_guards(), reason="this system lets nobody make namespaces")
def test_what_a_notebook_starts_ends_with_it(school):
    start = "import ctypes\nctypes.CDLL(None).system(b'setsid sleep 61.8371 > /dev/null 2>&1 &')\ntotal = 42"
    assert graded(school, start).reached == 2
    left = [each for each in psutil.process_iter(["cmdline"]) if "61.8371" in (each.info["cmdline"] or ())]
    for process in left:
        process.kill()
    assert left == []


# One submission costs itself alone


@pytest.mark.bad_input("broken submissions")
@pytest.mark.skipif(sys.platform != "linux", reason="names of files are text elsewhere")
def test_a_class_is_graded_whatever_one_file_is(school):
    (folder := school.root / "handed_in").mkdir()
    half = hand_in(folder, small_lesson(), answer_word="", essay="half \ud83d")
    text = half.rename(folder / "half.ipynb").read_text(encoding="utf-8")
    (folder / "half.ipynb").write_text(
        text.replace("total = base + 2", "total = base + 2  # \\ud83d"), encoding="utf-8"
    )
    (folder / "nobody\udce9.ipynb").write_text("{", encoding="utf-8")
    with (folder / "endless.ipynb").open("wb") as file:
        file.truncate(1 << 42)
    long = hand_in(folder, small_lesson(), answer_sum="", answer_word="word = 'late'")
    long.rename(folder / f"{'x' * 249}.ipynb")
    result = grade_all(folder, school)
    refused = {each.file: each.problem for each in result.graded if not each.grade}
    assert list(refused) == ["endless.ipynb", "nobody\\udce9.ipynb"]
    assert refused["endless.ipynb"].startswith("is larger than 50 MB")
    assert refused["nobody\\udce9.ipynb"].startswith("is not a notebook")
    assert {each.file: each.grade.reached for each in result.graded if each.grade} == {
        "half.ipynb": 2,
        f"{'x' * 249}.ipynb": 3,
    }
    assert len(result.unwritten) == 1  # the page beside so long a name
    assert "half \\ud83d" in (folder / "grades" / "feedback" / "half.html").read_text(encoding="utf-8")


# What goes from one kernel to the other

plain_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text()
    | st.dates()
    | st.datetimes()
    | st.timedeltas(),
    lambda inside: st.lists(inside) | st.lists(inside).map(tuple) | st.dictionaries(st.text() | st.integers(), inside),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), plain_values, max_size=3))
def test_plain_values_arrive_as_they_were(values):
    assert values_in(as_text(values)) == values


@pytest.mark.bad_input("cheats and harm in notebooks")
@given(st.text() | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(json.dumps))
def test_any_text_gives_values_or_none(text):
    assert isinstance(values_in(text), dict)
    assert isinstance(refused_in(text), dict)


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.parametrize(
    "text",
    [
        '{"values": ' + "[" * 90_000,
        '{"values": {"total": ' + '{"tuple": [' * 4000 + "]}" * 4000 + "}}",
        '{"values": {"total": ' + "9" * 5000 + "}}",
        '{"values": {"total": {"set": [[]]}}}',
        '{"values": {"total": {"datetime": "yesterday"}}}',
        '{"values": {"total": {"__class__": 1}}}',
        '{"values": {"total": "' + "x" * LONGEST + '"}}',
        '{"values": 7, "refused": []}',
    ],
)
def test_what_is_no_text_of_values_gives_none(text):
    assert values_in(text) == {}
    assert refused_in(text) == {}


@pytest.mark.bad_input("broken submissions")
def test_lists_without_end_and_objects_are_named_by_their_kind():
    endless: list[object] = []
    endless.append(endless)
    deep: object = 0
    for _ in range(DEEPEST + 2):
        deep = [deep]
    refused = refused_in(as_text({"a": endless, "b": deep, "c": Path(), "d": small_lesson}))
    assert refused == {
        "a": "list without end",
        "b": "list without end",
        "c": type(Path()).__name__,
        "d": "function",
    }
