"""The templates of the pages, one a block. **Whatever is inserted is escaped**, unless it is finished HTML (``Markup``).

A template is given what was measured and puts it into words and elements; it computes nothing. What several templates share
are ``figure.html.j2``, which they extend, the macros of ``tables.html.j2``, and the filters below. A workspace may have
templates of its own in ``notebooks/templates/``, which come first.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from aftermath import vocabulary, wording
from aftermath.case_files.coders import OVERSTATES, coded_by, who_coded, who_coded_all
from aftermath.case_files.numeric_claims import VERDICTS as NUMERIC_VERDICTS
from aftermath.comparison.names import with_names
from aftermath.comparison.strategies import WINDOW_DAYS
from aftermath.figures.links import BY_CLOCK, RELATED
from aftermath.measures.market import WITHIN
from aftermath.measures.stances import FEW
from aftermath.pages import notes, scoreboard
from aftermath.pages.nothing import Nothing
from aftermath.pages.references import References, cited, linked, links, ordered_signals
from aftermath.problems import AftermathError
from aftermath.statistics.agreement import CUSTOMARY_FLOOR
from aftermath.templates import template_environment
from aftermath.times import Span, edtf
from aftermath.workspace import Workspace

TEMPLATES = Path(__file__).with_name("templates")


class TemplateError(AftermathError):
    """There is no template for a block; the text says where one is looked for."""


def cell(value: str | float | bool | None, references: References | None = None) -> str:
    """What a cell of a table of scalars shows; ids of rows in a text become links."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.4g}".replace("-", wording.MINUS)
    return linked(str(value), references)


def numeric(table: pl.DataFrame, name: str) -> bool:
    """Whether a column of a table holds numbers."""
    return table.schema[name].is_numeric()


def plain(text: str) -> str:
    """Text for an attribute or a title: no-break spaces made ordinary."""
    return text.replace(wording.NO_BREAK, " ")


def sentence(text: str) -> str:
    """Text that begins with a capital."""
    return text[:1].upper() + text[1:]


def code(value: float | None) -> str:
    """A code, or a dash where a coder gave none."""
    return "–" if value is None else wording.number(value)


def as_given(value: float) -> str:
    """A number as the source gives it: no digit more."""
    text = f"{value:,.0f}" if value == int(value) else f"{value:,}"
    return text.replace("-", wording.MINUS)


def worded(key: str, words: Mapping[str, str]) -> str:
    """The words for a key of the codebook."""
    return words[key]


def nothing(value: Any) -> bool:
    """Whether the evidence could not bear a measure."""
    return isinstance(value, Nothing)


def px(length: float) -> str:
    """A length in pixels, to a tenth."""
    return f"{length:.1f}"


class _Module:
    """A module of this package as templates know it, by its name: imported when one first asks for its words."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, name: str) -> Any:
        words = getattr(importlib.import_module(f"{__package__}.{self._name}"), name)
        setattr(self, name, words)  # it is asked once
        return words


def _environment() -> jinja2.Environment:
    environment = template_environment(TEMPLATES)
    environment.filters |= {
        "agreement": scoreboard.agreement_words,
        "as_given": as_given,
        "brief_index": scoreboard.brief_index,
        "cell": cell,
        "cited": cited,
        "code": code,
        "coded_by": coded_by,
        "counted": wording.counted,
        "day": wording.day_text,
        "duration": wording.duration,
        "edtf": edtf,
        "in_words": wording.in_words,
        "latency": wording.latency_text,
        "linked": linked,
        "links": links,
        "listed": wording.listed,
        "markdown": notes.markdown,
        "number": wording.number,
        "phase": scoreboard.phase_words,
        "plain": plain,
        "precision": wording.precision,
        "px": px,
        "sentence": sentence,
        "span": wording.span_text,
        "who_coded": who_coded,
        "who_coded_all": who_coded_all,
        "with_names": with_names,
        "worded": worded,
    }
    environment.tests |= {"nothing": nothing, "numeric": numeric}
    environment.globals |= {path.stem: _Module(path.stem) for path in Path(__file__).parent.glob("[a-z]*.py")}
    environment.globals |= {
        "BY_CLOCK": BY_CLOCK,
        "CUSTOMARY_FLOOR": CUSTOMARY_FLOOR,
        "FEW": FEW,
        "NUMERIC_VERDICTS": NUMERIC_VERDICTS,
        "OVERSTATES": OVERSTATES,
        "RELATED": RELATED,
        "Span": Span,
        "WINDOW_DAYS": WINDOW_DAYS,
        "WITHIN": WITHIN,
        "inf": math.inf,
        "interval": wording.interval,
        "ordered_signals": ordered_signals,
        "vocabulary": vocabulary,
    }
    # its macros are drawn by name, or as filters of what they show
    drawn: Any = environment.get_template("marks.html.j2").module
    environment.globals["marks"] = drawn
    environment.filters |= {
        "ac_bar": drawn.ac_bar,
        "alpha_bar": drawn.alpha_bar,
        "badge": drawn.verdict_badge,
        "certainty": drawn.certainty_tag,
        "index_bar": drawn.index_bar,
        "latency_bar": drawn.latency_bar,
        "score": drawn.score_square,
        "tone_mark": drawn.tone_mark,
    }
    return environment


ENVIRONMENT = _environment()


@cache
def _with_own(folder: Path) -> jinja2.Environment:
    """The environment of a workspace that has templates of its own; they come before those of the library."""
    return ENVIRONMENT.overlay(loader=jinja2.FileSystemLoader([folder, TEMPLATES]))


def render(template: str, workspace: Workspace | None = None, /, **values: Any) -> Markup:
    """A block of a page.

    Parameters
    ----------
    template
        A name in ``templates/``, without ``.html.j2``.
    workspace
        Where templates of one's own may be; those of the library alone if not given.
    **values
        What the template names. A name that it does not find is an error, never an empty place.

    Returns
    -------
    Markup
        Finished HTML.

    Raises
    ------
    TemplateError
        If there is no such template.
    """
    environment = ENVIRONMENT
    if workspace is not None and workspace.templates.is_dir():
        environment = _with_own(workspace.templates)
    try:
        content = environment.get_template(f"{template}.html.j2").render(**values)
    except jinja2.TemplateNotFound as missing:
        raise TemplateError(
            f"there is no template {missing.name!r} in notebooks/templates/ and none in the library. Write it there; "
            "docs/architecture.md says what it is given."
        ) from missing
    return Markup(content)  # noqa: S704 - autoescaped


def macro(template: str, name: str) -> Callable[..., Markup]:
    """A macro of a template, to be called with what it takes.

    Parameters
    ----------
    template
        A name in ``templates/``, without ``.html.j2``.
    name
        The macro.
    """
    return getattr(ENVIRONMENT.get_template(f"{template}.html.j2").module, name)
