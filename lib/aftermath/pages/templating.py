"""The templates of the pages, one a block. **Whatever is inserted is escaped**, unless it is finished HTML (``Markup``).

A template is given the objects that were measured and puts them into words and elements; it computes nothing. What several
templates share are macros (``tables.html.j2``, ``marks.html.j2``) and the filters below.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jinja2
from markupsafe import Markup

from aftermath import wording
from aftermath.figures.inline_svg import verdict_badge

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
    return Markup(verdict_badge(verdict))  # noqa: S704 - a word of the codebook


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
        "span": wording.span_text,
    }
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
