"""What the desk shows, as HTML: templates escape whatever they are given."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2
import polars as pl
from markupsafe import Markup

from aftermath import wording
from aftermath.case_files.case import Case
from aftermath.case_files.coding import uncoded
from aftermath.case_files.levels import FIRST_DAYS, IN_DOUBT, Scale
from aftermath.laboratory.desk.session import Session
from aftermath.templates import template_environment

_HERE = Path(__file__).parent
_SHOWN = {"": "(empty)", "na": "na", "unknown": "unknown"}


def head(session: Session) -> str:
    """The case, the coder, and how far they are."""
    return _template("head").render(session=session, style=_style())


def evidence(session: Session) -> str:
    """What the step on the desk is coded from; **for a blind coder neither sources nor anything that was coded of it**."""
    case, step = session.case, session.step
    if step is None:
        return _template("finished").render(session=session, others=_others(session))
    texts = _texts(case, None if step.table == "rubric" else step.unit)
    events = _events(case) if step.table == "rubric" else []
    return _template("evidence").render(session=session, step=step, texts=texts, events=events)


def rule(scale: Scale) -> tuple[str, str]:
    """What the codebook asks and notes of a scale, to stand above and below its levels."""
    template = _template("rule")
    return template.render(scale=scale, part="above"), template.render(scale=scale, part="below")


def message(session: Session, fault: str) -> str:
    """What is to be said: a fault of what is typed, before what came of the last move."""
    rule = IN_DOUBT if session.step and session.step.table == "stances" else FIRST_DAYS
    return _template("message").render(session=session, lines=(fault or session.message).split("\n"), rule=rule)


def level_label(scale: Scale, level: str) -> str:
    """A level with what it stands for, as plain text.

    Examples
    --------
    >>> from aftermath.case_files.levels import STANCE_SCALES
    >>> level_label(STANCE_SCALES[1], "-1")
    '−1  critical'
    """
    shown = _SHOWN.get(level) or (wording.number(int(level), sign=True) if "-2" in scale.levels else level)
    return f"{shown}  {scale.levels[level]}"


def _others(session: Session) -> list[str]:
    """The coders who have still to code; of what they gave nothing is said."""
    return [
        coder.id
        for coder in session.case.coders
        if coder.id != session.coder.id and any(uncoded(session.case, table, coder.id) for table in coder.codes)
    ]


def _texts(case: Case, unit: str | None) -> list[dict]:
    rows = case.coverage if unit is None else case.coverage.filter(pl.col("doc_id") == unit)
    return rows.join(case.sources.drop("row", "published"), on="source_id", how="left").to_dicts()


def _events(case: Case) -> list[dict]:
    zone = case.about.timezone
    return [
        row | {"when": wording.span_text(case.span(row["event_id"]), zone), "since": _since(case, row["event_id"])}
        for row in case.events.to_dicts()
    ]


def _since(case: Case, event: str) -> str:
    if case.about.clock_zero in (None, event):
        return "clock zero" if event == case.about.clock_zero else ""
    return wording.latency_text(case.since_zero(case.span(event)))


@cache
def _style() -> Markup:
    return Markup((_HERE / "desk.css").read_text(encoding="utf-8"))  # noqa: S704 (our own file)


@cache
def _template(name: str) -> jinja2.Template:
    environment = template_environment(_HERE / "templates")
    environment.filters |= {"listed": wording.listed, "counted": wording.counted, "spoken": _spoken}
    return environment.get_template(f"{name}.html.j2")


def _spoken(words: list[str]) -> str:
    return ", ".join(word.replace("_", " ") for word in words)
