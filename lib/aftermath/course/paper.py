"""The two notebooks that a submission is graded by: one that answers and knows no test, one that tests and knows plain values alone."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping

from nbformat import NotebookNode, v4

from aftermath.course.submission import grading, is_answer, is_test

_PLAIN = "__import__('aftermath.course.plain', fromlist=['plain'])"


def to_answer(paper: NotebookNode, lesson: NotebookNode) -> NotebookNode:
    """What a student's kernel is given: in the place of each test a cell that asks for what was answered up to there.

    Parameters
    ----------
    paper
        The lesson with a student's answers in it.
    lesson
        The lesson with its solutions, which say what answers are called.
    """
    asking, names, cells = copy.copy(paper), set[str](), []
    solutions = {grading(cell).get("grade_id"): cell.source for cell in lesson.cells if is_answer(cell)}
    for cell in paper.cells:
        if is_answer(cell) and cell.cell_type == "code":
            names |= _bound(ast.parse(solutions[grading(cell)["grade_id"]]))
        asks = f"{_PLAIN}.show(globals(), {sorted(names)})"
        cells.append(v4.new_code_cell(asks) if is_test(cell) else copy.copy(cell))
    asking.cells = cells
    return asking


def to_test(paper: NotebookNode, answers: Mapping[int, str]) -> NotebookNode:
    """What is run with the tests: cells of the lesson that a test may need, and the values that answers came to.

    Parameters
    ----------
    paper
        The lesson with a student's answers in it: **none of them is run**.
    answers
        Index of a test to what was answered up to there, as ``plain.as_text`` writes it.
    """
    testing, cells, needed = copy.copy(paper), [], _needed(paper)
    for index, cell in enumerate(paper.cells):
        source = cell.source if index in needed else ""
        if is_test(cell) and index in answers:
            source = f"globals().update({_PLAIN}.values_in({answers[index]!r}))\n{cell.source}"
        cells.append(v4.new_code_cell(source) if cell.cell_type == "code" else cell)
    testing.cells = cells
    return testing


def _needed(paper: NotebookNode) -> set[int]:
    """Cells of the lesson without which a test would miss a name, or find it in another state."""
    code = {index: cell for index, cell in enumerate(paper.cells) if cell.cell_type == "code" and grading(cell)}
    trees = {index: ast.parse(cell.source) for index, cell in code.items() if not is_answer(cell)}
    imported = set().union(*(_imported(tree) for tree in trees.values()))
    needed, names = set[int](), set[str]()
    for index, tree in reversed(trees.items()):
        mentioned = _mentioned(tree)
        if is_test(code[index]):
            names |= mentioned
        elif names & (_bound(tree) | mentioned - imported):
            names |= mentioned
            needed.add(index)
    return needed


def _mentioned(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _imported(tree: ast.AST) -> set[str]:
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
    return {(alias.asname or alias.name).partition(".")[0] for node in imports for alias in node.names}


def _bound(tree: ast.AST) -> set[str]:
    """The names that code gives a value to."""
    nodes = list(ast.walk(tree))
    stored = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    made = {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)}
    return stored | made | _imported(tree)
