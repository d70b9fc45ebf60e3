"""The page of all sources of all cases. **Its rows are written by a script**, from data that the search of the site reads, too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.pages.long_tables import SHOWN
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.page import Section, compose
from aftermath.pages.references import References
from aftermath.pages.rows_of_cases import rows_of_cases
from aftermath.pages.script import script_json, script_object
from aftermath.pages.templating import macro

DATA = "sources-data.js"
NO_CAPTURE, CAPTURED = "none on file", "on file"
COLUMNS = (  # case and number: of its case in the list, and its own on the page of that case
    *("case", "number", "title", "by", "publisher", "published", "address", "linked", "kind", "language", "read"),
    *("archived_url", "archived_at", "uses"),
)
OFTEN = 2  # sources of a publisher that has a choice of its own; others are found by their words


class Filter(NamedTuple):
    """A menu above the table: key of the data that it looks at, label, and its choices with what each stands for."""

    key: str
    label: str
    options: Mapping[str, str]


def sources_page(cases: Sequence[Case], names: Mapping[str, str], made: MadeFrom | None = None) -> str:
    """The page, finished HTML.

    Parameters
    ----------
    cases
        Those that have a page.
    names
        Case id to what it is called.
    made
        What the page was made from, for its foot.
    """
    counts = {case.id: case.sources.height for case in cases}
    words = macro("all_sources", "table")(filters(cases, names), counts, names, SHOWN)
    return compose(
        macro("all_sources", "opening")(sum(counts.values()), len(cases)),
        [Section("all", "All sources", words)],
        root="",
        title="Sources",
        kind="finding",
        description="Every source of every case, with the rows that rest on it.",
        current="sources.html",
        scripts=(DATA, "sources.js"),
        made=made,
    )


def filters(cases: Sequence[Case], names: Mapping[str, str]) -> tuple[Filter, ...]:
    """The menus above the table, with the choices that lead to a source."""
    publishers = Counter(publisher for case in cases for publisher in case.sources["publisher"])
    often = sorted((name for name, n in publishers.items() if n >= OFTEN), key=str.casefold)

    def used(column: str) -> list[str]:
        return sorted({word for case in cases for word in case.sources[column]})

    return (
        Filter("case", "Case", {case.id: names[case.id] for case in cases}),
        Filter("publisher", "Publisher", {name: name for name in often}),
        Filter("kind", "Kind", {word: vocabulary.SOURCE_KINDS[word] for word in used("kind")}),
        Filter("language", "Language", {tag: tag for tag in used("language")}),
        Filter("read", "Read", {word: vocabulary.READINGS[word] for word in used("read")}),
        Filter("archived", "Archived copy", {word: word for word in (CAPTURED, NO_CAPTURE)}),
    )


def sources_data(cases: Sequence[Case], names: Mapping[str, str]) -> str:
    """The data of the table, as a script.

    Parameters
    ----------
    cases, names
        As ``sources_page`` takes them.

    Returns
    -------
    str
        ``AFTERMATH_SOURCES``: ``cases`` (id, name), ``sources`` with a list each in the order of ``columns``, and words.
        What rests on a source is an anchor on the page of its case, or an anchor and its label.
    """
    data = {"cases": [[case.id, names[case.id]] for case in cases], "columns": COLUMNS}
    data |= {"kinds": vocabulary.SOURCE_KINDS, "readings": vocabulary.READINGS}
    data |= {"archived": {"yes": CAPTURED, "no": NO_CAPTURE}}
    members = {name: script_json(value) for name, value in data.items()}
    members |= {"sources": rows_of_cases("rows of sources", cases, _rows)}
    return f"window.AFTERMATH_SOURCES={script_object(members)};\n"


def _rows(case_number: int, case: Case) -> list[list[int | str | list[str | list[str]]]]:
    references = References(case)
    return [
        [
            case_number,
            references.numbers[source["source_id"]],
            source["title"] or "",
            ", ".join(filter(None, (source["author"], source["publisher"]))),
            source["publisher"],
            source["published"] or "",
            source["url"] or "",
            int(source["link"] == "yes"),
            source["kind"],
            source["language"],
            source["read"],
            source["archived_url"] or "",
            source["archived_at"].date().isoformat() if source["archived_at"] else "",
            [
                anchor if anchor == label else [anchor, label]
                for anchor, label in references.uses.get(source["source_id"], ())
            ],
        ]
        for source in case.sources.iter_rows(named=True)
    ]
