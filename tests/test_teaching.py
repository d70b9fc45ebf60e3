"""Lessons as they are taught: what the teacher's guide says of them, and that a student may go back, try things out, and finish."""

from __future__ import annotations

import ast
import builtins
import re
from pathlib import Path

import pytest

import aftermath as am
from aftermath.course.lesson import Lesson, lessons
from aftermath.course.submission import grading, is_answer, is_test
from aftermath.replaying.script import script_of
from aftermath.workspace import Workspace
from classroom import worked_through

ROOT = Path(__file__).resolve().parent.parent
LESSONS = {lesson.name: lesson for lesson in lessons(Workspace(ROOT))}
every_lesson = pytest.mark.parametrize("lesson", LESSONS.values(), ids=LESSONS)


def cell(lesson: Lesson, name: str) -> str:
    (found,) = (each.source for each in lesson.notebook.cells if each.id == name)
    return found


def guide(lesson: Lesson) -> str:
    """What the teacher's guide says of a lesson."""
    text = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^### {int(lesson.name[:2])} .*?(?=^#)", text, re.DOTALL | re.MULTILINE)
    return section


@every_lesson
def test_every_question_to_discuss_has_an_answer_in_the_guide(lesson):
    asked = re.findall(r"^(\d)\. ", cell(lesson, "discussion"), re.MULTILINE)
    (answered,) = re.findall(
        r"^\*(?:The q|Q)uestions? to discuss\* \(section \d+\).*?(?=\n\n|\Z)", guide(lesson), re.DOTALL | re.MULTILINE
    )
    assert re.findall(r"(?<=[ .])(\d): ", answered) == asked


@every_lesson
def test_points_and_minutes_of_the_guide_are_those_of_the_lesson(lesson):
    graded = [each for each in lesson.notebook.cells if grading(each).get("grade")]
    tests, by_hand = (
        sum(grading(each)["points"] for each in graded if is_answer(each) is own) for own in (False, True)
    )
    assert re.findall(r"^(\d+) points from tests, (\d+) for the", guide(lesson), re.MULTILINE) == [
        (str(tests), str(by_hand))
    ]
    minutes = [int(number) for number in re.findall(r"^\| (\d+) \| ", guide(lesson), re.MULTILINE)]
    assert 60 <= sum(minutes) <= 90


@every_lesson
def test_the_model_answer_is_as_long_as_asked(lesson):
    shortest, longest = map(int, re.findall(r"(\d+) to (\d+) words", cell(lesson, "task-reflection"))[0])
    model = cell(lesson, "reflection").partition("*Points:")[0].partition("can be as good.*")[2]
    assert shortest <= len(model.split()) <= longest


def bound_and_used(source: str) -> tuple[set[str], set[str]]:
    """The names that a cell gives, and those that it asks for."""
    names = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    imported = [
        alias.asname or alias.name
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    ]
    bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
    return {*bound, *(name.partition(".")[0] for name in imported)}, {
        node.id for node in names if isinstance(node.ctx, ast.Load)
    }


@every_lesson
def test_a_test_leans_on_no_other_test(lesson):
    code = [each for each in lesson.notebook.cells if each.cell_type == "code"]
    taught = set().union(*(bound_and_used(each.source)[0] for each in code if not is_test(each)))
    leaning = {}
    for each in filter(is_test, code):
        bound, used = bound_and_used(each.source)
        leaning[each.id] = used - bound - taught - set(dir(builtins))
    assert {name: missing for name, missing in leaning.items() if missing} == {}


@pytest.mark.parametrize("name", ["01_reading", "02_how_fast", "03_how_open", "04_fact_check"])
def test_a_cell_can_be_run_again_at_any_time(name):
    state, cells = worked_through(LESSONS[name].notebook), LESSONS[name].notebook.cells
    for each in cells:
        if each.cell_type == "code":
            exec(each.source, state)  # noqa: S102 (our own lesson)


@pytest.mark.parametrize(("name", "shown"), [("05_sentiment", "Crew booked an hour ahead"), ("07_topics", "apolog")])
def test_what_a_student_is_told_to_try_works_and_shows_what_is_meant(name, shown):
    state, lesson = worked_through(LESSONS[name].notebook), LESSONS[name]
    told = [
        code
        for where in ("discussion", "task-reflection")
        for code in re.findall(r"`([^`]+[])])`", cell(lesson, where))
    ]
    assert told
    assert any(shown in str(eval(code, state)) for code in told)  # noqa: S307 (our own lesson)
    assert all("**+** at the top" in line for line in cell(lesson, "discussion").splitlines() if "`" in line)


def test_a_response_with_clock_zero_is_called_no_speed():
    at_zero = {
        case.id
        for name in am.case_ids()
        if (case := am.load_case(name)).about.clock_zero and not am.speed(case)["response"].latency.upper
    }
    assert at_zero == {"gm-ignition-recall", "tiktok-data-transparency"}
    said = cell(LESSONS["04_fact_check"], "what-cases-show")
    assert said.startswith("Two of the eleven have a zero that is none of speed: General Motors' ")
    assert "TikTok's answer" in said


def test_nobody_is_called_the_fastest_whom_the_record_does_not_show_to_be():
    assert not worked_through(LESSONS["08_compare_and_defend"].notebook)["kitchenaid_first"]
    assert "fastest" not in cell(LESSONS["08_compare_and_defend"], "reflection")


STAGED = ("gm-ignition-recall", "kitchenaid-tweet", "kuaishou-underage-mothers", "united-3411")


@pytest.mark.parametrize("case_id", STAGED)
def test_moments_decisions_and_minutes_of_a_staged_replay_are_as_the_guide_says(case_id):
    guide = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
    row = re.search(rf"^\| `{case_id}` \| (\d+), (\d+) \| (\d+) to (\d+) \|", guide, re.MULTILINE)
    moments, decisions, shortest, longest = map(int, row.groups())
    script = script_of(case_id)
    assert (len(script.moments), len(script.decisions)) == (moments, decisions)
    opening, debriefing, advice, moment, decision = 5, 15, 10, 2, 6  # minutes, by the guide's own table "In class"
    taken = opening + debriefing + advice + moment * (moments - decisions) + decision * decisions
    assert shortest <= taken <= longest
