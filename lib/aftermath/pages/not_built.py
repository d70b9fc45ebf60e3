"""What stands in the place of a page that every page links to, until it is built."""

from __future__ import annotations

from pathlib import Path

from aftermath.files import write_whole
from aftermath.pages.page import compose
from aftermath.pages.templating import macro


def write_not_built(path: Path, title: str) -> Path:
    """Write a page that says that it is not built yet, and what builds it.

    **It does not say what it was made from**, so that a build takes it for out of date.

    Parameters
    ----------
    path
        The page, at the root of the site.
    title
        Its title.
    """
    words = macro("failures", "page_not_yet")(title)
    return write_whole(path, compose(words, [], root="", title=title, kind="idx", current=path.name))
