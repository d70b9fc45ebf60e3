"""Why a test cell gives no points, in words that tell a student what to look at."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from nbformat import NotebookNode

from aftermath.course.plain import refused_in
from aftermath.course.sitting import TIMED_OUT, Outcome
from aftermath.course.submission import grading, is_answer

Ran = tuple[NotebookNode, Outcome]  # a cell of the lesson, and how it ended

_TAMPERED = (
    "This notebook does not say what it answers: one of its cells replaces how cells are run. Take that cell out."
)
_MISSING = re.compile(r"name '(\w+)' is not defined")
_NUMBER = re.compile(r"\s*[-+−]?[\d.]")
_POINT = "write a point, like 0.76"
NOT_REACHED = (
    "Not reached: an earlier cell ended the session, wrote gigabytes, or took too long and could not be stopped. "
    "Mend that cell first."
)


def hint(asked: Outcome | None, test: Outcome | None, before: Sequence[Ran]) -> str:
    """What would mend a test that failed; empty where it passed.

    Parameters
    ----------
    asked
        How the cell ended that asks for the answers; None where it was not reached.
    test
        How the test cell ended.
    before
        The cells of the lesson that ran before it, given ones and answers, in order.
    """
    if asked is None or test is None:
        return NOT_REACHED
    if not asked.answers:
        return _TAMPERED
    if test.passed:
        return ""
    if test.error == "AssertionError":
        return test.message or "The test failed without a word."
    if test.error == "NameError":
        missing = _MISSING.search(test.message)
        if missing and (kind := refused_in(asked.answers).get(missing[1])):
            return f"{missing[1]} is a {kind}: a number, a word, True or False, or a list of these is wanted."
        return _of_missing_name(test, before)
    if test.error == TIMED_OUT:
        return f"The test {test.message}."
    answer = next((cell.source for cell, _ in reversed(before) if is_answer(cell)), "")
    kinds = _of_kinds(answer) if test.error == "TypeError" else ""
    return kinds or f"The test could not run: {test.error}: {test.message}"


def _of_missing_name(test: Outcome, before: Sequence[Ran]) -> str:
    answer = next((outcome for cell, outcome in reversed(before) if is_answer(cell)), Outcome())
    stopped = answer.error not in ("", "NotImplementedError")  # which stands where nothing was written
    if broken := _broken_cell(answer if stopped else test, before):
        return broken
    if not stopped:
        return f"{test.message}: fill in the cell before this test, and run it."
    stopped_so = f"The cell before this test stopped with an error: {answer.error}: {answer.message}"
    if answer.error == "NameError" and (missing := _MISSING.search(answer.message)):
        name = missing[1]
        return f'{stopped_so}. {name} stands without quotation marks: write "{name}" if it is a word, and look at its spelling if it is a name.'
    if answer.error == "SyntaxError" and "leading zeros" in answer.message:
        return f"{stopped_so}. A comma makes two numbers: {_POINT}."
    if answer.error == "SyntaxError" and "unterminated string" in answer.message:
        return f"{stopped_so}. A quotation mark is missing: a word has one before and one behind it."
    return stopped_so


def _broken_cell(outcome: Outcome, before: Sequence[Ran]) -> str:
    """The given cell for whose failure a name is missing; empty where no given cell is at fault."""
    missing = _MISSING.search(outcome.message) if outcome.error == "NameError" else None
    if missing is None:
        return ""
    word = re.compile(rf"\b{missing[1]}\b")
    for place, (cell, ended) in reversed(list(enumerate(before))):
        if is_answer(cell) or ended.passed or not word.search(cell.source):
            continue
        if ended.error != "NameError":
            return (
                f"A cell of the lesson itself failed ({grading(cell)['grade_id']}): {ended.error}: {ended.message}. "
                "If the answers before it are right, this is no fault of yours: tell your teacher."
            )
        if ended.message != outcome.message:
            return _broken_cell(ended, before[:place])
    return ""


def _of_kinds(answer: str) -> str:
    """Which numbers of an answer are text or two numbers; empty where none is."""
    try:
        assigned = [node for node in ast.parse(answer).body if isinstance(node, ast.Assign)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # magics of IPython; a hostile text
        return ""
    faults = {}
    for node in assigned:
        name = ast.unparse(node.targets[0])
        match node.value:
            case ast.Constant(value=str(text)) if _NUMBER.match(text):
                faults[name] = (
                    f"{name} is text in quotation marks where a number is wanted: write the number alone, without unit."
                )
            case ast.Tuple(elts=[ast.Constant(value=int()), ast.Constant(value=int())]):
                faults[name] = f"{name} has a comma, and a comma makes two numbers: {_POINT}."
            case _:
                faults.pop(name, None)  # what is assigned last counts
    return " ".join(faults.values())
