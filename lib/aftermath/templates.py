"""Templates of HTML: **whatever is inserted is escaped**, a name that nobody gave is an error, and a page runs what it names alone."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from pathlib import Path

import jinja2
from markupsafe import Markup

_EMPTY = ""  # plotly.js begins its sheet with an element that holds nothing


def template_environment(folder: Path) -> jinja2.Environment:
    """The one way in which templates are read here.

    Parameters
    ----------
    folder
        Where they lie.

    Examples
    --------
    >>> template_environment(Path()).from_string("{{ words }}").render(words="<b>")
    '&lt;b&gt;'
    """
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals["content_policy"] = content_policy
    return environment


def content_policy(
    *, scripts: Iterable[str] = (), styles: Iterable[str] | None = (), files: bool = False, images: str = "data:"
) -> Markup:
    """The element by which a page tells browsers what it runs and loads: **its own scripts and sheets, nothing from elsewhere**.

    What is written into the page is named by its SHA-256, so that an element which got in by mistake is not among it. Attributes
    ``style`` are let through: plotly.js writes bold text by them, and all that an attribute can change is the look of its element.

    Parameters
    ----------
    scripts, styles
        The contents of the script and style elements of the page, letter for letter. **Data in script elements need no leave.**
        Styles that are None are not known: any are let through.
    files
        Whether files of the site are loaded, too.
    images
        Where pictures may come from beside the site.

    Returns
    -------
    Markup
        A ``meta`` element, to stand before everything that loads or runs.

    Examples
    --------
    >>> print(content_policy(scripts=["alert()"]).split("; ")[1])
    script-src 'sha256-S8S/VNmXuUuoIR6OhqBqwIiIkuCxXq31hCCHAHnicV8='
    """
    own = "'self' file: " if files else ""  # a file has no origin that 'self' could mean
    directives = {
        "default-src": "'none'",
        "script-src": own + _hashes(scripts) or "'none'",
        # those before style-src-elem know no difference between elements and attributes
        "style-src": f"{own}'unsafe-inline'",
        "style-src-elem": own + ("'unsafe-inline'" if styles is None else _hashes([_EMPTY, *styles])),
        "style-src-attr": "'unsafe-inline'",
        "img-src": own + images,
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    written = "; ".join(f"{name} {sources.strip()}" for name, sources in directives.items())
    return Markup('<meta http-equiv="Content-Security-Policy" content="{}">').format(Markup(written))  # noqa: S704 - no text of a case


def _hashes(contents: Iterable[str]) -> str:
    digests = (hashlib.sha256(content.encode()).digest() for content in contents)
    return " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
