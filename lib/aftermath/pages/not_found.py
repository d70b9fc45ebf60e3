"""What a web server shows where there is no page: one file that works under any address."""

from __future__ import annotations

from pathlib import Path

from markupsafe import Markup

from aftermath.pages.page import PAGES
from aftermath.pages.templating import render

ASSETS = Path(__file__).with_name("assets")


def not_found_page(sheet: str) -> str:
    """The page, finished HTML.

    Parameters
    ----------
    sheet
        The sheet of the site. It stands in the page, which cannot know how deep the address lies that was asked for;
        **where the site begins is found by a script**, which looks for a picture of it.
    """
    frame = {"root": "", "title": "No such page", "kind": "missing", "description": "", "current": "", "notebook": ""}
    frame |= {"pages": PAGES, "sections": (), "listed": (), "drawn": False, "made": None, "scripts": ()}
    program, theme = ((ASSETS / name).read_text(encoding="utf-8") for name in ("not_found.js", "theme.js"))
    written = {"sheet": sheet, "program": program, "theme": theme}
    return str(render("not_found", **frame, **{name: Markup(text) for name, text in written.items()}))  # noqa: S704 - files of ours
