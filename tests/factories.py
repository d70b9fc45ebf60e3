"""Small cases for tests, on disk or in memory, from a few lists.

An event is a dictionary of the columns that matter to the test; the others are filled in soundly::

    made = case([event("exposure"), event("apology", 480, 540, speaker="Ann Example")])

Times are seconds after noon UTC on 1 January 2020, which is clock zero of a case that gives no events.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import yaml

from aftermath.case_files.about import About, Claim
from aftermath.case_files.case import Case
from aftermath.case_files.columns import file_columns
from aftermath.case_files.tables import ALL_SCHEMAS, CaseTables
from aftermath.workspace import Workspace

BASE = datetime(2020, 1, 1, 12, tzinfo=UTC)
ABSTRACT = " ".join(["word"] * 20)
DAY = 86_400


def instant(seconds: float) -> str:
    """The ISO 8601 instant so many seconds after the base."""
    return (BASE + timedelta(seconds=seconds)).isoformat(timespec="seconds")


def event(acts: str = "exposure", start: float = 0, end: float | None = None, **columns: str) -> dict[str, str]:
    """An event of the organisation between two moments; a row of text as it stands in the file."""
    sound = {
        "earliest": instant(start),
        "latest": instant(start if end is None else end),
        "actor": "organisation",
        "acts": acts,
        "channel": "twitter",
        "summary": "Something happened.",
        "source_ids": "paper-2020",
        "certainty": "documented",
    }
    return sound | columns


CODERS = ("a", "b", "c")


def text(published: str = "2020-01-02", a: str = "0", b: str | None = None, **columns: str) -> dict[str, str]:
    """A coded text; ``a`` and ``b`` are the coders' favourability (``b`` as ``a`` if not given, "" for none), ``c`` may be given."""
    return {"published": published, "a": str(a), "b": str(a if b is None else b)} | columns


def score(item: str, a: str = "2", b: str | None = None, **columns: str) -> dict[str, str]:
    """An item of the rubric with the scores of both coders ("" where one did not score), and of ``c`` if given."""
    return {"item": item, "a": str(a), "b": str(a if b is None else b)} | columns


def scored(*pairs: tuple[str, ...], prefix: str = "T", fill: str = "na") -> list[dict[str, str]]:
    """Items in order with the scores of coders a, b (and c); the rest of the twelve or four are filled."""
    items = [f"{prefix}{place}" for place in range(1, (12 if prefix == "T" else 4) + 1)]
    rows = [dict(zip(CODERS, pair, strict=False)) for pair in pairs]
    coders = max(map(len, pairs), default=2)
    rest = [dict.fromkeys(CODERS[:coders], fill)] * (len(items) - len(rows))
    return [{"item": item} | row for item, row in zip(items, [*rows, *rest], strict=True)]


def signal(value: float, time: str = "2020-01-02", **columns: str) -> dict[str, str]:
    """A row of signals."""
    return {"signal": "mentions", "time": time, "value": str(value), "unit": "posts", "scope": "world"} | columns


def relation(
    from_event: str, to_event: str, at_least: int | None = 0, at_most: int | None = None, **columns: str
) -> dict[str, str]:
    """A relation between two events, in seconds; order alone if no end is given."""
    ends = {"at_least_seconds": at_least, "at_most_seconds": at_most}
    sound = {
        "from_event": from_event,
        "to_event": to_event,
        "certainty": "documented",
        "source_ids": "paper-2020",
        "rule": "bound",
        "reason": "One came after the other.",
    }
    return sound | {name: "" if end is None else str(end) for name, end in ends.items()} | columns


def rows(
    events: Iterable[dict] | None = None,
    texts: Iterable[dict] = (),
    scores: Iterable[dict] = (),
    signals: Iterable[dict] = (),
    sources: Iterable[str] = ("paper-2020",),
    relations: Iterable[dict] = (),
) -> dict[str, list[dict[str, str]]]:
    """The rows of all tables as text, of relations only if there are any. Events are sorted and numbered as the codebook asks."""
    events = sorted([event()] if events is None else events, key=lambda row: datetime.fromisoformat(row["earliest"]))
    texts = [{"doc_id": f"d{number:02}"} | row for number, row in enumerate(texts, start=1)]
    related = {"relations": [dict(row) for row in relations]} if relations else {}
    return {
        "sources": [_source(name) for name in sources],
        "events": [
            {"event_id": f"e{number:02}", "label": f"Event number {number}"} | row
            for number, row in enumerate(events, start=1)
        ],
        "coverage": [
            {"source_id": "paper-2020", "abstract": f"{ABSTRACT} {number}"} | row
            for number, row in enumerate(texts, start=1)
        ],
        "stances": [_stance(row, coder) for coder in CODERS for row in texts if row.get(coder)],
        "signals": [{"source_id": "paper-2020"} | dict(row) for row in signals],
        "rubric": [_score(row, coder) for coder in CODERS for row in scores if row.get(coder)],
    } | related


def about(case_id: str, tables: dict[str, list[dict[str, str]]], **fields: object) -> dict[str, object]:
    """The fields of ``case.yaml``, clock zero being the exposure."""
    exposures = [row["event_id"] for row in tables["events"] if "exposure" in row["acts"].split(";")]
    sound = {
        "id": case_id,
        "title": "Example: a small crisis",
        "organisation": "Example",
        "industry": "examples",
        "country": "GB",
        "platforms": ["twitter"],
        "languages": ["en"],
        "timezone": "UTC",
        "aliases": ["Example"],
        "kind": "episode",
        "record": "documented",
        "exposed_by": "own_post",
        "crisis_type": "accidental",
        "cause": "rogue_post",
        "clock_zero": next(iter(exposures), None),
        "summary": "A small crisis for tests.",
        "documented_claims": [],
    }
    return sound | fields


def case_folder(
    root: Path, case_id: str = "small-case", *, notes: str = "# Notes\n", tables: dict | None = None, **given: object
) -> Path:
    """Write a sound case folder into ``root/casestudies`` and return it.

    ``given`` may hold the lists of ``rows`` (events, texts, scores, signals, sources, relations) and fields of ``case.yaml``.
    """
    names = ("events", "texts", "scores", "signals", "sources", "relations")
    lists = {name: given.pop(name) for name in names if name in given}
    tables = tables or rows(**lists)
    folder = root / "casestudies" / case_id
    folder.mkdir(parents=True)
    for table, records in tables.items():
        (folder / f"{table}.csv").write_text(as_csv(table, records), encoding="utf-8", newline="")
    fields = about(case_id, tables, **given)
    (folder / "case.yaml").write_text(yaml.safe_dump(fields, sort_keys=False, allow_unicode=True), encoding="utf-8")
    (folder / "NOTES.md").write_text(notes, encoding="utf-8")
    return folder


def workspace(root: Path) -> Workspace:
    """The workspace of a temporary folder."""
    (root / "casestudies").mkdir(exist_ok=True)
    return Workspace(root)


def case(
    events: Iterable[dict] | None = None,
    texts: Iterable[dict] = (),
    scores: Iterable[dict] = (),
    signals: Iterable[dict] = (),
    *,
    relations: Iterable[dict] = (),
    case_id: str = "small-case",
    **fields: object,
) -> Case:
    """A case in memory, without the files: quick enough for property tests. ``fields`` are those of ``case.yaml``."""
    tables = rows(events, texts, scores, signals, relations=relations)
    values = about(case_id, tables, **fields)
    return Case(
        folder=Path("casestudies") / case_id,
        about=About(
            parent=values.pop("parent", None),
            documented_claims=tuple(_claim(claim) for claim in values.pop("documented_claims")),
            coders=tuple(values.pop("coders", ())),
            **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()},
        ),
        tables=CaseTables.cast({name: typed(name, records).lazy() for name, records in tables.items()}),
        notes="# Notes\n",
    )


def typed(table: str, records: Sequence[dict[str, str]]) -> pl.DataFrame:
    """Rows of text as a table in the types of its schema, **not checked**."""
    dtypes = {name: column.dtype for name, column in ALL_SCHEMAS[table].columns().items()}
    values = [
        {"row": row}
        | {name: _value(record.get(name) or None, dtypes[name]) for name in file_columns(ALL_SCHEMAS[table])}
        for row, record in enumerate(records, start=2)
    ]
    return pl.DataFrame(values, schema=dtypes, orient="row")


def as_csv(table: str, records: Sequence[dict[str, str]]) -> str:
    """Rows of text as the content of the table's file."""
    file = io.StringIO()
    writer = csv.DictWriter(
        file, list(file_columns(ALL_SCHEMAS[table])), restval="", extrasaction="ignore", lineterminator="\n"
    )
    writer.writeheader()
    writer.writerows(records)
    return file.getvalue()


def _value(text: str | None, dtype: pl.DataType) -> object:
    if isinstance(dtype, pl.List):
        return text.split(";") if text else []
    if text is None:
        return None
    if isinstance(dtype, pl.Datetime):
        return datetime.fromisoformat(text).astimezone(UTC)
    if dtype.is_numeric():
        return float(text) if dtype.is_float() else int(text)
    return datetime.fromisoformat(text).date() if dtype == pl.Date else text


def _source(name: str) -> dict[str, str]:
    return {
        "source_id": name,
        "title": "A report",
        "publisher": "The Paper",
        "url": f"https://example.org/{name}",
        "link": "yes",
        "kind": "news",
        "language": "en",
        "read": "full",
        "read_on": "2024-05-01",
    }


def _stance(row: dict[str, str], coder: str) -> dict[str, str]:
    return {
        "doc_id": row["doc_id"],
        "coder": coder,
        "favourability": row[coder],
        "stance_org": row.get(f"stance_org_{coder}", row[coder]),
        "stance_response": row.get(f"stance_response_{coder}", ""),
    }


def _score(row: dict[str, str], coder: str) -> dict[str, str]:
    return {"item": row["item"], "coder": coder, "score": row[coder], "rationale": "It did."} | {
        name: value for name, value in row.items() if name in ("event_ids", "rationale")
    }


def _claim(claim: dict) -> Claim:
    return Claim(claim["claim"], claim["from"], claim["verdict"], claim["why"], tuple(claim["source_ids"]))
