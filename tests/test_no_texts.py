"""No row of an archive is in the repository or on a page: neither a text, nor the name or handle of an author."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from posting import archives

ROOT = Path(__file__).resolve().parent.parent
WORDS = 7  # in a row, that two texts hardly share by chance
_WORD = re.compile(r"[^\W_]+")
_HANDLE = re.compile(r"(?<![\w.+-])@(\w{2,15})\b")
_NUMBER = re.compile(r"(?<!\d)\d{17,19}(?!\d)")
_ADDRESS = re.compile(r"https?://\S+|\bt\.co/\S+")


def words(text: str) -> list[str]:
    """Lower-case words, whatever a page or a notebook made of the signs between them."""
    return [word.lower() for word in _WORD.findall(_ADDRESS.sub(" ", html.unescape(text).replace("\\n", " ")))]


def runs(text: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(text[start:] for start in range(WORDS)), strict=False)


@pytest.fixture(scope="module")
def tweets() -> pl.DataFrame:
    return pl.read_parquet(archives() / "united-3411-tweets-2017" / "tweets.parquet")


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    """Every file of the repository and of the site that is text, by its name; ours alone, not the evidence of cases."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    tracked = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    built = [*(ROOT / "build" / "site").rglob("*"), *(ROOT / "build" / "notebooks").rglob("*")]
    texts = {}
    for path in (path for path in [*tracked, *built] if path.is_file() and path.name != "plotly-basic.min.js"):
        content = path.read_bytes()
        if b"\0" not in content:  # pictures, vectors and coefficients are no text
            texts[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return {name: _readable(name, text) for name, text in texts.items()}


def _readable(name: str, text: str) -> str:
    """A notebook without the signs of its format."""
    if not name.endswith(".ipynb"):
        return text
    return "\n".join(_strings(json.loads(text)))


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _strings(each)


@pytest.fixture(scope="module")
def evidence(ours) -> str:
    """What the case folders hold: headlines, quotations and names that the press published."""
    return "\n".join(text for name, text in ours.items() if name.startswith("casestudies/"))


def leaks(texts: list[str], ours: dict[str, str], published: set[tuple[str, ...]]) -> list[str]:
    """Files that hold so many words in a row of a text, published headlines and quotations left out."""
    sought = {run for text in texts for run in runs(words(text))} - published
    found = []
    for name, text in ours.items():
        hits = [run for run in runs(words(text)) if run in sought]
        found += [f"{name}: {' '.join(run)}" for run in hits[:3]]
    return found


def test_no_text_of_a_tweet_is_in_the_repository_or_on_a_page(tweets, ours, evidence):
    published = set(runs(words(evidence)))
    found = leaks(tweets["text"].to_list(), ours, published)
    assert not found, "\n".join(found)


def test_a_text_would_be_found_in_a_page_and_in_a_notebook(tweets):
    text = tweets.filter(pl.col("text").str.contains("&|'") & (pl.col("text").str.len_chars() > 100))["text"][0]
    notebook = _readable("a.ipynb", json.dumps({"cells": [{"source": ["one", f"two {text}"]}]}))
    for name, page in {"a.html": f"<p>{html.escape(text)}</p>", "b.ipynb": notebook, "c.csv": f'1,"{text}"'}.items():
        assert leaks([text], {name: page}, set())
    assert not leaks([text], {"a.html": "<p>nothing of it</p>"}, set())


def test_no_handle_or_number_of_a_tweet_is_in_the_repository_or_on_a_page(tweets, ours, evidence):
    handles = {handle.lower() for text in tweets["text"] for handle in _HANDLE.findall(text)}
    handles |= {name.lower() for name in tweets["author_name"].drop_nulls()}
    assert len(handles) > 5000
    known = {handle.lower() for handle in _HANDLE.findall(evidence)}
    numbers = set(map(str, tweets["tweet_id"])) - set(_NUMBER.findall(evidence))
    for name, text in ours.items():
        assert not numbers.intersection(_NUMBER.findall(text)), name
        if not name.endswith((".py", ".lock", ".js")):  # decorators and packages begin with an @ too
            assert not (handles & {handle.lower() for handle in _HANDLE.findall(text)}) - known, name


def test_what_is_kept_of_the_archive_is_counts(ours):
    kept = [name for name in ours if name.startswith("data/archives/")]
    assert sorted(name.rpartition("/")[2] for name in kept if "united" in name) == ["manifest.yaml", "series.csv"]
    series = next(text for name, text in ours.items() if name.endswith("united-3411-tweets-2017/series.csv"))
    kinds = r"all|original|reply|repost|quote"
    assert all(re.fullmatch(rf"[\d-]{{10}},({kinds}),[\d.,-]+", line) for line in series.splitlines()[1:])
