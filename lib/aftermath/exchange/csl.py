"""CSL-JSON, as Zotero and Better BibTeX write it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from aftermath.case_files.file_problems import FileProblems, short
from aftermath.exchange.reference import (
    Reference,
    doi_address,
    keywords,
    names_of,
    own_words,
    plain,
    read_date,
    read_language,
    taken,
)

# type -> kind, None where the type leaves it open
TYPES: dict[str, str | None] = {
    "article-newspaper": "news",
    "post-weblog": "blog",
    **dict.fromkeys("article-journal paper-conference thesis".split(), "academic"),
    "legal_case": "court",
    **dict.fromkeys("bill hearing legislation".split(), "legislature"),
    "dataset": "dataset",
    **dict.fromkeys("entry entry-dictionary entry-encyclopedia".split(), "reference"),
    **dict.fromkeys(
        "article article-magazine book broadcast chapter classic collection document event figure graphic interview manuscript map "
        "motion_picture musical_score pamphlet patent performance periodical personal_communication post regulation report review "
        "review-book software song speech standard treaty webpage".split()
    ),
}
# kind -> type and variable of the publisher
_WRITTEN = {
    "news": ("article-newspaper", "container-title"),
    "trade": ("article-magazine", "container-title"),
    "academic": ("article-journal", "container-title"),
    "blog": ("post-weblog", "container-title"),
    "company": ("webpage", "container-title"),
    "regulator": ("report", "publisher"),
    "court": ("legal_case", "authority"),
    "legislature": ("hearing", "authority"),
    "reference": ("entry-encyclopedia", "container-title"),
    "dataset": ("dataset", "publisher"),
}
_PUBLISHERS = ("container-title", "publisher", "authority")
_BETWEEN = re.compile(r"[\s,]*")

_Item = Mapping[str, Any]


def read_csl(text: str, problems: FileProblems) -> list[Reference]:
    """The references of a file, in its order.

    Parameters
    ----------
    text
        Its content: a list of items.
    problems
        Takes what is wrong.
    """
    return [_reference(item, line, problems) for line, item in _items(text, problems)]


def _items(text: str, problems: FileProblems) -> Iterator[tuple[int, _Item]]:
    """The line at which each item begins, and the item."""
    decoder, place = json.JSONDecoder(), len(text) - len(text.lstrip()) + 1
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        problems.add(f"is not well-formed JSON ({error})", "export the file again as CSL JSON", line)
        return
    if not isinstance(whole, list) or not all(isinstance(item, dict) for item in whole):
        problems.add("is not a list of references", "export the file again as CSL JSON: [{...}, {...}]", 1)
        return
    for _ in whole:
        matched = _BETWEEN.match(text, place)
        begin = matched.end() if matched else place
        item, place = decoder.raw_decode(text, begin)
        yield text.count("\n", 0, begin) + 1, item


def _reference(item: _Item, line: int, problems: FileProblems) -> Reference:
    key = short(str(item.get("id", ""))) or f"line {line}"
    own = own_words(f"{item.get('keyword', '')} {item.get('note', '')}")

    def text(*names: str) -> str:
        """The first of these variables that is a text."""
        return next((value for name in names if isinstance(value := item.get(name), str) and value), "")

    return Reference(
        key=key,
        line=line,
        type=text("type"),
        title=text("title") if own else plain(text("title")),
        publisher=text(*_PUBLISHERS),
        author="; ".join(filter(None, map(_printed, item.get("author") or ()))),
        published=taken(read_date, _date(item.get("issued")), "issued", line, key, problems),
        url=text("URL") or doi_address(text("DOI")),
        language=read_language(text("language")),
        accessed=taken(read_date, _date(item.get("accessed")), "accessed", line, key, problems),
        own=own,
    )


def _printed(name: Any) -> str:
    """A name as it is printed."""
    if not isinstance(name, dict):
        return str(name)
    parts = [name.get(part) for part in ("given", "non-dropping-particle", "family", "suffix")]
    return name.get("literal") or " ".join(str(part) for part in parts if part)


def _date(date: Any) -> str:
    """A date variable: its parts, of one day or of a range; or its text."""
    if not isinstance(date, dict):
        return str(date or "")
    parts = date.get("date-parts")
    if not parts:
        return str(date.get("raw") or date.get("literal") or "")
    try:
        return "/".join("-".join(f"{int(part):02}" for part in day) for day in parts)
    except (TypeError, ValueError):
        return str(parts)


def write_csl(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows of ``sources.csv`` as CSL-JSON.

    Parameters
    ----------
    rows
        Column to text, "" where empty.
    """
    items = []
    for row in rows:
        kind, publisher = _WRITTEN[row["kind"]]
        item = {
            "id": row["source_id"],
            "type": kind,
            "title": row["title"],
            publisher: row["publisher"],
            "author": [{"literal": name} for name in names_of(row["author"])],
            "issued": _parts(row["published"]),
            "URL": row["url"],
            "accessed": _parts(row["read_on"]),
            "language": row["language"],
            "note": " ".join(keywords(row)),
        }
        items.append({name: value for name, value in item.items() if value})
    return json.dumps(items, ensure_ascii=False, indent=2) + "\n"


def _parts(date: str) -> dict[str, list[list[int]]]:
    return {"date-parts": [[int(part) for part in date.split("-")]]} if date else {}
