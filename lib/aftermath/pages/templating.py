"""The templates of the pages, one a block. **Whatever is inserted is escaped**, unless it is finished HTML (``Markup``).

A template is given what was measured and puts it into words and elements; it computes nothing. What several templates share
are ``figure.html.j2``, which they extend, the macros of ``tables.html.j2``, and the filters below. A workspace may have
templates of its own in ``notebooks/templates/``, which come first.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import jinja2
import polars as pl
from markupsafe import Markup

from aftermath import vocabulary, wording
from aftermath.cases.coders import OVERSTATES, who_coded_all
from aftermath.comparison.advice import rule_in_words
from aftermath.comparison.names import with_names
from aftermath.comparison.strategies import WINDOW_DAYS
from aftermath.measures.stances import FEW
from aftermath.pages import advice, agenda, associations, events, latencies, mark_geometry, methods, scoreboard, topics
from aftermath.pages.nothing import Nothing
from aftermath.pages.references import References, cited, linked, links
from aftermath.problems import AftermathError
from aftermath.statistics.agreement import CUSTOMARY_FLOOR
from aftermath.workspace import Workspace

TEMPLATES = Path(__file__).with_name("templates")
OWN = "templates"  # of a workspace, beside its notebooks


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


def nothing(value: Any) -> bool:
    """Whether the evidence could not bear a measure."""
    return isinstance(value, Nothing)


def library_version() -> str:
    """The version of the library, ``unreleased`` where it is not installed."""
    try:
        return version("aftermath")
    except PackageNotFoundError:
        return "unreleased"


def px(length: float) -> str:
    """A length in pixels, to a tenth."""
    return f"{length:.1f}"


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters |= {
        "agreement": scoreboard.agreement_words,
        "brief_index": scoreboard.brief_index,
        "cell": cell,
        "cited": cited,
        "counted": wording.counted,
        "day": wording.day_text,
        "duration": wording.duration,
        "in_words": wording.in_words,
        "latency": wording.latency_text,
        "linked": linked,
        "links": links,
        "listed": wording.listed,
        "number": wording.number,
        "phase": scoreboard.phase_words,
        "plain": plain,
        "px": px,
        "rule_in_words": rule_in_words,
        "sentence": sentence,
        "span": wording.span_text,
        "who_coded_all": who_coded_all,
        "with_names": with_names,
    }
    environment.tests |= {"nothing": nothing, "numeric": numeric}
    environment.globals |= {
        "CUSTOMARY_FLOOR": CUSTOMARY_FLOOR,
        "FEW": FEW,
        "OVERSTATES": OVERSTATES,
        "WINDOW_DAYS": WINDOW_DAYS,
        "geometry": mark_geometry,
        "inf": math.inf,
        "interval": wording.interval,
        "library_version": library_version,
        "vocabulary": vocabulary,
    }
    # modules with the words of sections
    words = (advice, agenda, associations, events, latencies, methods, scoreboard, topics)
    environment.globals |= {module.__name__.rpartition(".")[2]: module for module in words}
    marks: Any = environment.get_template(
        "marks.html.j2"
    ).module  # its macros are drawn by name, or as filters of what they show
    environment.globals["marks"] = marks
    environment.filters |= {
        "ac_bar": marks.ac_bar,
        "alpha_bar": marks.alpha_bar,
        "badge": marks.verdict_badge,
        "certainty": marks.certainty_tag,
        "index_bar": marks.index_bar,
        "latency_bar": marks.latency_bar,
        "score": marks.score_square,
        "tone_mark": marks.tone_mark,
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
    own = workspace.notebooks / OWN if workspace else None
    environment = _with_own(own) if own and own.is_dir() else ENVIRONMENT
    try:
        content = environment.get_template(f"{template}.html.j2").render(**values)
    except jinja2.TemplateNotFound as missing:
        raise TemplateError(
            f"there is no template {missing.name!r} in notebooks/{OWN}/ and none in the library. Write it there; "
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
