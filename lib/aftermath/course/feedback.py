"""A page for one student: points, hints, and what the teacher wrote. **Whatever is inserted is escaped.**"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import jinja2

from aftermath.course.form import ByHand
from aftermath.course.grade import Grade, points_text
from aftermath.templates import template_environment


@cache
def _page() -> jinja2.Template:
    environment = template_environment(Path(__file__).with_name("templates"))
    environment.filters["points"] = points_text
    return environment.get_template("feedback.html.j2")


def feedback_page(file: str, title: str, grade: Grade, given: Mapping[str, ByHand]) -> str:
    """The page, complete in itself.

    Parameters
    ----------
    file
        What was handed in.
    title
        Of the lesson.
    grade
        The points of its tests.
    given
        Cell to what a person gave for it; cells that nobody has read yet are missing.
    """
    by_hand = {cell: row for cell, row in given.items() if row.points is not None}
    reached = grade.reached + sum(row.points or 0 for row in by_hand.values())
    page = _page().render(file=file, title=title, grade=grade, by_hand=by_hand, reached=reached)
    return page.rstrip("\n") + "\n"
