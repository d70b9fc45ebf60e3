"""What pages let a browser run and load: their own scripts and sheets, named one by one, and nothing from elsewhere."""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

import plotly.graph_objects as go
import pytest

from aftermath.course.feedback import feedback_page
from aftermath.course.grade import Grade
from aftermath.pages.not_found import not_found_page
from aftermath.pages.page import compose
from aftermath.pages.replay import no_replay_page, replay_page
from aftermath.pages.site import write_assets
from aftermath.replaying.script import script_of
from aftermath.saving.interactive import page as saved_figure
from aftermath.templates import content_policy
from pages import Page

LIBRARY = Path(compose.__code__.co_filename).parents[1]
DATA = ("application/json", "application/ld+json")
PAGES = {
    "a page of the site": lambda: compose("", [], root="../", title="t", kind="case"),
    "404": lambda: not_found_page("p{color:red}"),
    "a replay": lambda: replay_page(script_of("kitchenaid-tweet")),
    "no replay": lambda: no_replay_page("t", "why"),
    "a saved figure": lambda: saved_figure(go.Figure(go.Scatter(y=[1, 2])), "c", "n", "cited"),
    "feedback": lambda: feedback_page("ann.ipynb", "A lesson", Grade("l", "ann.ipynb", ()), {}),
}
INLINE = re.compile(r"<(script|style)\b([^>]*)>(.*?)</\1>", re.DOTALL)


def policy(html: str) -> dict[str, list[str]]:
    """The directives of a page, from what a parser reads in it."""
    (content,) = [
        attributes["content"]
        for tag, attributes in Page(html).elements
        if tag == "meta" and attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    return {name: sources for name, *sources in map(str.split, content.split(";"))}


def named(content: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()}'"


@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES)
def test_a_page_names_what_is_written_in_it_and_nothing_else(made):
    html = made()
    directives = policy(html)
    assert directives["default-src"] == directives["base-uri"] == directives["form-action"] == ["'none'"]
    any_style = "'unsafe-inline'" in directives["style-src-elem"]
    assert any_style == ("plotly-graph-div" in html), "the whole of plotly.js brings sheets of its own"
    assert "'unsafe-inline'" not in directives["script-src"]
    assert not any(
        "://" in source or source in ("*", "https:") for sources in directives.values() for source in sources
    )
    inline = [
        (tag, content)
        for tag, attributes, content in INLINE.findall(html)
        if "src=" not in attributes and not any(kind in attributes for kind in DATA)
    ]
    for tag, directive in (("script", "script-src"), *[("style", "style-src-elem")] * (not any_style)):
        hashes = {source for source in directives[directive] if source.startswith("'sha256-")}
        assert hashes - {named("")} == {named(content) for kind, content in inline if kind == tag}, tag


@pytest.mark.parametrize("made", PAGES.values(), ids=PAGES)
def test_the_policy_comes_before_all_that_it_is_for(made):
    html = made()
    assert html.index("Content-Security-Policy") < re.search("<script|<style|<link|<img", html).start()


def test_no_template_and_no_script_of_ours_writes_a_handler_into_html():
    texts = [*LIBRARY.rglob("*.j2"), *(path for path in LIBRARY.rglob("*.js") if "min" not in path.name)]
    assert len(texts) > 80
    handlers = re.compile(r"""<[a-z][^>]*\son[a-z]+\s*=|setAttribute\(["']on|href=["']?javascript:""", re.IGNORECASE)
    assert [path.name for path in texts if handlers.search(path.read_text(encoding="utf-8"))] == []


def test_pages_load_only_files_that_are_written(tmp_path):
    written = {path.name for path in write_assets(tmp_path)} | {"cases.js"}
    loaded = re.findall(r'(?:src|href)="\.\./assets/([^"]+)"', PAGES["a page of the site"]())
    assert loaded
    assert set(loaded) <= written


def test_a_policy_of_nothing_lets_nothing_run():
    assert policy(content_policy())["script-src"] == ["'none'"]
