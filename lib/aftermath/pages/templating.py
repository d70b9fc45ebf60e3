"""The templates of the pages, one a block. **Whatever is inserted is escaped**, unless it is finished HTML (``Markup``).

A template is given the objects that were measured and puts them into words and elements; it computes nothing. What several
templates share are macros (``tables.html.j2``, ``marks.html.j2``) and the filters below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from aftermath import vocabulary, wording
from aftermath.pages import mark_geometry
from aftermath.statistics.agreement import CUSTOMARY_FLOOR

if TYPE_CHECKING:
    from aftermath.pages.passages.references import References

TEMPLATES = Path(__file__).with_name("templates")


def linked(text: str, references: References) -> Markup:
    """Text with every id of a row in it made a link."""
    return Markup(references.linker.text(text))  # noqa: S704 - it escapes what it does not link


def cited(source_ids: Iterable[str], references: References) -> Markup:
    """Superscript numbers that link to sources."""
    return Markup(references.cite(source_ids))  # noqa: S704 - numbers, and names that it escapes


def badge(verdict: str) -> Markup:
    """A verdict on a claim: sign and word."""
    return macro("marks", "verdict_badge")(verdict)


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
        "badge": badge,
        "cited": cited,
        "counted": wording.counted,
        "latency": wording.latency_text,
        "linked": linked,
        "listed": wording.listed,
        "number": wording.number,
        "px": px,
        "span": wording.span_text,
    }
    environment.globals |= {"CUSTOMARY_FLOOR": CUSTOMARY_FLOOR, "geometry": mark_geometry, "vocabulary": vocabulary}
    return environment


ENVIRONMENT = _environment()


def render(template: str, **values: Any) -> Markup:
    """A block of a page.

    Parameters
    ----------
    template
        A name in ``templates/``, without ``.html.j2``.
    **values
        What the template names. A name that it does not find is an error, never an empty place.

    Returns
    -------
    Markup
        Finished HTML.
    """
    return Markup(ENVIRONMENT.get_template(f"{template}.html.j2").render(**values))  # noqa: S704 - autoescaped


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
