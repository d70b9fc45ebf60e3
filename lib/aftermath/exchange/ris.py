"""RIS, as Zotero, EndNote and databases write it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

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
    "NEWS": "news",
    "BLOG": "blog",
    **dict.fromkeys("ABST CONF CPAPER EJOUR INPR JFULL JOUR THES".split(), "academic"),
    **dict.fromkeys("CASE LEGAL".split(), "court"),
    **dict.fromkeys("BILL HEAR STAT UNBILL".split(), "legislature"),
    **dict.fromkeys("DATA DBASE".split(), "dataset"),
    **dict.fromkeys("DICT ENCYC".split(), "reference"),
    **dict.fromkeys(
        "ADVS AGGR ANCIENT ART BOOK CHAP CHART CLSWK COMP CTLG EBOOK ECHAP EDBOOK ELEC EQUA FIGURE GEN GOVDOC GRANT GRNT ICOMM "
        "MANSCPT MAP MGZN MPCT MULTI MUSIC PAMP PAT PCOMM RPRT SER SLIDE SOUND STAND UNPB UNPD VIDEO WEB".split()
    ),
}
# kind -> type and tag of the publisher
_WRITTEN = {
    "news": ("NEWS", "T2"),
    "trade": ("MGZN", "T2"),
    "academic": ("JOUR", "T2"),
    "blog": ("BLOG", "T2"),
    "company": ("ELEC", "T2"),
    "regulator": ("RPRT", "PB"),
    "court": ("CASE", "PB"),
    "legislature": ("HEAR", "PB"),
    "reference": ("ENCYC", "T2"),
    "dataset": ("DATA", "PB"),
}
_LINE = re.compile(r"([A-Z][A-Z0-9])  ?-(?: (.*))?")
_TITLES, _PUBLISHERS = ("TI", "T1", "CT", "BT"), ("T2", "JO", "JF", "JA", "J2", "PB")
_AUTHORS, _DATES = ("AU", "A1"), ("DA", "PY", "Y1")

_Tags = dict[str, list[str]]


def read_ris(text: str, problems: FileProblems) -> list[Reference]:
    """The references of a file, in its order.

    Parameters
    ----------
    text
        Its content.
    problems
        Takes what is wrong.
    """
    return [_reference(tags, line, problems) for line, tags in _records(text, problems)]


def _records(text: str, problems: FileProblems) -> Iterator[tuple[int, _Tags]]:
    """The line at which each record begins, and the values of its tags; a line without a tag goes on with the one above."""
    begun, tags, last = 0, defaultdict[str, list[str]](list), ""
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        match = _LINE.fullmatch(line.strip()) if line[:1].strip() else None
        tag, value = (match.group(1), (match.group(2) or "").strip()) if match else ("", line.strip())
        if tag == "TY" or (not begun and value):
            if tag != "TY":
                problems.add(
                    f"'{short(line)}' stands outside a record", "begin each record with TY  - and its type", number
                )
                continue
            if begun:
                problems.add("the record has no end", "end it with a line ER  -", begun, _key(tags, begun))
            begun, tags, last = number, defaultdict(list), ""
        if tag == "ER" and begun:
            yield begun, tags
            begun = 0
        elif tag:
            tags[tag].append(value)
            last = tag
        elif value and begun:
            tags[last][-1] = f"{tags[last][-1]} {value}".strip()
    if begun:
        problems.add("the record has no end", "end it with a line ER  -", begun, _key(tags, begun))


def _key(tags: _Tags, line: int) -> str:
    return next(iter(tags.get("ID", ())), "") or f"line {line}"


def _reference(tags: _Tags, line: int, problems: FileProblems) -> Reference:
    key, own = _key(tags, line), own_words(" ".join(tags.get("KW", ())))

    def first(*names: str) -> str:
        return next((value for name in names for value in tags.get(name, ()) if value), "")

    authors = [author for name in _AUTHORS for author in tags.get(name, ())]
    return Reference(
        key=key,
        line=line,
        type=first("TY"),
        title=first(*_TITLES) if own else plain(first(*_TITLES)),
        publisher=first(*_PUBLISHERS),
        author="; ".join(authors if own else map(_printed, authors)),
        published=taken(read_date, first(*_DATES), "date", line, key, problems),
        url=first("UR", "L2") or doi_address(first("DO")),
        language=read_language(first("LA")),
        accessed=taken(read_date, first("Y2"), "Y2", line, key, problems),
        own=own,
    )


def _printed(name: str) -> str:
    """ "Smith, John" as it is printed: "John Smith"."""
    family, *rest = [part.strip() for part in name.split(",")]
    return ", ".join([f"{rest[0]} {family}".strip(), *rest[1:]]) if rest else family


def write_ris(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows of ``sources.csv`` as RIS.

    Parameters
    ----------
    rows
        Column to text, "" where empty.
    """
    records = []
    for row in rows:
        kind, publisher = _WRITTEN[row["kind"]]
        tags = [
            ("TY", kind),
            ("ID", row["source_id"]),
            ("TI", row["title"]),
            *(("AU", name) for name in names_of(row["author"])),
            (publisher, row["publisher"]),
            ("DA", row["published"].replace("-", "/")),
            ("UR", row["url"]),
            ("Y2", row["read_on"].replace("-", "/")),
            ("LA", row["language"]),
            *(("KW", keyword) for keyword in keywords(row)),
        ]
        records.append(ris_record(tags))
    return "\n".join(records)


def ris_record(tags: Iterable[tuple[str, str]]) -> str:
    """One record; tags without a value are left out.

    Parameters
    ----------
    tags
        Tag and value, in order, the type first. **A value fills one line**, whatever it holds.

    Examples
    --------
    >>> print(ris_record([("TY", "DATA"), ("TI", "One\\nER  - "), ("PB", "")]), end="")
    TY  - DATA
    TI  - One ER  -
    ER  -
    """
    lines = [f"{tag}  - {' '.join(value.splitlines())}\n" for tag, value in tags if value]
    return "".join([*lines, "ER  - \n"])
