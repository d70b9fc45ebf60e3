"""NHTSA complaints and recalls: what owners reported about a model, and what was recalled.

Documented at https://www.nhtsa.gov/nhtsa-datasets-and-apis (Complaints and Recalls, "by make, model and model year").

Requests: ``/complaints/complaintsByVehicle?make=&model=&modelYear=`` and ``/recalls/recallsByVehicle?...``. Answers:
``{"count": 2, "results": [{"odiNumber", "dateComplaintFiled": "12/18/2017", "crash", "fire", "numberOfInjuries",
"numberOfDeaths", ...}]}`` and ``{"Count": 1, "results": [{"NHTSACampaignNumber": "14V047000", "ReportReceivedDate":
"07/02/2014", ...}]}``. **Complaints write the month first, recalls the day first.** Status 400 is the answer to a name that
NHTSA does not use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote, urlencode

from aftermath.public.answers import ShapeError, figure, inside, instant, loaded, rows, shown, tidy, words
from aftermath.public.source import Argument, Query, Reading, Request, Source, plain
from aftermath.wording import counted

API = "https://api.nhtsa.gov"
MONTH_FIRST, DAY_FIRST = "%m/%d/%Y", "%d/%m/%Y"
MOST_YEARS = 40


def model_years(text: str) -> str:
    """A model year or a range of them.

    Examples
    --------
    >>> model_years("2005-2007")
    '2005-2007'
    """
    match = re.fullmatch(r"([0-9]{4})(?:-([0-9]{4}))?", text)
    first, last = (int(match[1]), int(match[2] or match[1])) if match else (0, 0)
    if not 1949 <= first <= last <= first + MOST_YEARS:
        raise ValueError("is not a model year or a range of them: write e.g. 2005 or 2005-2007")
    return text


def _years(texts: Sequence[str]) -> list[int]:
    years: set[int] = set()
    for text in texts:
        first, _, last = text.partition("-")
        years.update(range(int(first), int(last or first) + 1))
    return sorted(years)


def _plan(path: str) -> Callable[[Query], list[Request]]:
    def plan(query: Query) -> list[Request]:
        """One request for each model and model year."""
        return [
            Request(
                f"{API}/{path}?{urlencode({'make': query['make'], 'model': model, 'modelYear': year}, quote_via=quote)}",
                f"{query['make']} {model} {year}",
            )
            for model in query["model"]
            for year in _years(query["years"])
        ]

    return plan


def _results(bodies: Sequence[bytes], key: str) -> dict[str, dict]:
    """Every record once, by its number: one report may be listed under several model years."""
    records: dict[str, dict] = {}
    for body in bodies:
        document = loaded(body)
        listed = rows(document, "results")
        announced = inside(document, "count" if "count" in document else "Count")
        if announced != len(listed):
            raise ShapeError(f"{announced} records are announced and {len(listed)} listed")
        records.update({str(inside(row, key)): row for row in listed})
    return records


def _scope(query: Query) -> str:
    return f"{query['make']} {', '.join(query['model'])}, model years {', '.join(query['years'])}, United States"


def _dated(records: dict[str, dict], name: str, form: str) -> tuple[dict[datetime, list[dict]], int]:
    """Records by day, and how many bear no date."""
    days: dict[datetime, list[dict]] = {}
    for record in records.values():
        if text := words(record, name):
            days.setdefault(instant(text, form), []).append(record)
    return days, len(records) - sum(map(len, days.values()))


def _alleged(record: dict, name: str) -> float:
    """A yes or no of an owner; some answers write it as a word."""
    value = inside(record, name)
    word = str(value).strip().lower()
    if word not in {"true", "false", "yes", "no", "y", "n", "none", ""}:
        raise ShapeError(f"{name!r} is {shown(value)}, neither yes nor no")
    return float(word in {"true", "yes", "y"})


def _people(record: dict, name: str) -> float:
    """How many people an owner names; none where nothing was entered."""
    return 0.0 if inside(record, name) is None else figure(record, name)


def _harm(record: dict) -> dict[str, float]:
    return {
        "crashes_alleged": _alleged(record, "crash"),
        "fires_alleged": _alleged(record, "fire"),
        "injuries_alleged": _people(record, "numberOfInjuries"),
        "deaths_alleged": _people(record, "numberOfDeaths"),
    }


UNITS = {
    "complaints": "complaints",
    "crashes_alleged": "complaints",
    "fires_alleged": "complaints",
    "injuries_alleged": "people",
    "deaths_alleged": "people",
}


def _read_complaints(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signals ``complaints`` and what they allege, by the day of filing. **A day without a row had no complaint.**"""
    days, undated = _dated(_results(bodies, "odiNumber"), "dateComplaintFiled", MONTH_FIRST)
    values = []
    for moment, records in days.items():
        harms = [_harm(record) for record in records]
        sums = {"complaints": float(len(records))} | {name: sum(harm[name] for harm in harms) for name in harms[0]}
        values += [(name, moment, n, UNITS[name], _scope(query)) for name, n in sums.items() if n]
    return Reading(tidy(values), _undated(undated, "complaint"))


def _read_recalls(query: Query, bodies: Sequence[bytes]) -> Reading:
    """Signal ``recalls``: campaigns by the day on which the report reached NHTSA."""
    days, undated = _dated(_results(bodies, "NHTSACampaignNumber"), "ReportReceivedDate", DAY_FIRST)
    values = [("recalls", moment, float(len(some)), "campaigns", _scope(query)) for moment, some in days.items()]
    return Reading(tidy(values), _undated(undated, "recall"))


def _undated(n: int, noun: str) -> tuple[str, ...]:
    return (f"{counted(n, noun)} without a date left out.",) if n else ()


COMPLAINTS = Source(
    name="nhtsa-complaints",
    title="complaints of owners about a model, by the day of filing (United States)",
    documentation="https://www.nhtsa.gov/nhtsa-datasets-and-apis",
    citation="National Highway Traffic Safety Administration, Office of Defects Investigation, complaints, "
    "make, model and model years as asked, with the day of retrieval.",
    rights="Work of the United States government, in the public domain there. The answers hold what owners wrote and parts "
    "of vehicle numbers: keep them out of anything you publish; the counts may be published.",
    arguments=(
        Argument("make", "maker as NHTSA spells it, e.g. CHEVROLET", plain),
        Argument("model", "model as NHTSA spells it, e.g. COBALT", plain, many=True),
        Argument("years", "model year or range, e.g. 2005-2007", model_years, many=True),
    ),
    plan=_plan("complaints/complaintsByVehicle"),
    read=_read_complaints,
    unit_of_time="day",
    pause=1.0,
    rest=30.0,
    absent={400: "NHTSA does not know this model and year under this name, or has nothing on it. Check the spelling."},
    has_texts=True,
)

RECALLS = replace(
    COMPLAINTS,
    name="nhtsa-recalls",
    title="recalls of a model, by the day the report reached the authority (United States)",
    citation="National Highway Traffic Safety Administration, Office of Defects Investigation, recalls, "
    "make, model and model years as asked, with the day of retrieval.",
    rights="Work of the United States government, in the public domain there.",
    plan=_plan("recalls/recallsByVehicle"),
    read=_read_recalls,
    has_texts=False,
)
