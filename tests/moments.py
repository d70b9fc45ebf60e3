"""What must not be shown yet, read from the files of a case alone: an oracle that knows nothing of the library."""

from __future__ import annotations

import calendar
import csv
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import yaml

CASES = Path(__file__).resolve().parent.parent / "casestudies"
_SHOWN = re.compile(r"(end of the day|\d\d:\d\d)\s+(?:\w+day )(\d{1,2} \w+ \d{4})")


def rows(case_id: str, table: str) -> list[dict[str, str]]:
    with (CASES / case_id / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def fields(case_id: str, file: str) -> dict:
    path = CASES / case_id / file
    return yaml.safe_load(path.read_text(encoding="utf-8")) if path.is_file() else {}


def end_of(published: str, zone: ZoneInfo) -> datetime:
    """The last second of a day, a month or a year; the moment itself where one is given."""
    if "T" in published:
        return datetime.fromisoformat(published)
    year, month, day = [*map(int, published.split("-")), 0, 0][:3]
    month = month or 12
    return datetime(year, month, day or calendar.monthrange(year, month)[1], 23, 59, 59, tzinfo=zone)


@dataclass(frozen=True)
class Item:
    """Words, and from when on they may be shown; None: not before the debriefing."""

    words: str
    public: datetime | None


@cache
def items(case_id: str) -> tuple[Item, ...]:
    """Everything of a case that a replay might tell too early."""
    about, staging = fields(case_id, "case.yaml"), fields(case_id, "replay.yaml")
    zone = ZoneInfo(about["timezone"])
    published = {row["source_id"]: row["published"] for row in rows(case_id, "sources")}
    found = [Item(about["title"], None), Item(" ".join(about["summary"].split()), None)]
    for event in rows(case_id, "events"):
        public, acts = datetime.fromisoformat(event["latest"]), event["acts"].split(";")
        if "internal_knowledge" in acts or ("trigger" in acts and event["channel"] == "app"):
            told = [end_of(published[name], zone) for name in event["source_ids"].split(";") if published[name]]
            public = max(public, min(told))
        words = staging.get("words", {}).get(event["event_id"])
        found += [Item(event["summary"], None), Item(event["label"], public)]
        found += [Item(words, public)] if words else []
        if event["actor"] == "employee":  # who of the staff it was is in no row of what could be seen
            found += [Item(name, None) for name in event["speaker"].split("; ") if name]
    found += [Item(text["abstract"], end_of(text["published"], zone)) for text in rows(case_id, "coverage")]
    return tuple(Item(" ".join(item.words.split()), item.public) for item in found)


def moment_shown(text: str, case_id: str) -> datetime:
    """The last moment that a face shows as now: the end of its minute, or of its day."""
    clock, day = _SHOWN.findall(" ".join(text.split()))[-1]
    clock = "23:59" if clock.startswith("end") else clock
    zone = ZoneInfo(fields(case_id, "case.yaml")["timezone"])
    return datetime.strptime(f"{day} {clock}", "%d %B %Y %H:%M").replace(tzinfo=zone) + timedelta(seconds=59)


def told_too_early(text: str, case_id: str, at: datetime) -> list[str]:
    """What of the record a text tells although it is of after the moment; what stands inside of what may be told is no leak."""
    allowed = [item.words for item in items(case_id) if item.public and item.public <= at]
    rest = " ".join(text.split())
    for words in sorted(allowed, key=len, reverse=True):
        rest = rest.replace(words, "\0")
    later = (item for item in items(case_id) if item.public is None or item.public > at)
    return [item.words for item in later if item.words in rest]
