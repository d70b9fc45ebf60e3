"""A case for other programs: data package, RO-Crate, timeline, and how it is cited."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.case_files.package import FILE_NAME, PROFILES, case_package, file_resource, package_text
from aftermath.exchange.citing import cite, csl_text
from aftermath.exchange.ro_crate import METADATA, ro_crate
from aftermath.exchange.timelinejs import timelinejs
from aftermath.files import WriteError, write_whole
from aftermath.problems import AftermathError, near_miss
from aftermath.times import edtf

TIMES = "event_times.csv"
_TIMES_FIELDS = {
    "event_id": ("string", "Id of the event. It stands in events.csv."),
    "earliest": (
        "datetime",
        "Earliest moment at which it can have happened, as clock times and relations together tell.",
    ),
    "latest": ("datetime", "Latest moment at which it can have happened, likewise."),
    "edtf": ("string", "The same in the Extended Date/Time Format, which has days and no bounds within a day."),
}


@dataclass(frozen=True)
class Format:
    """A format that a case is exported in.

    Parameters
    ----------
    label
        How people call it.
    files
        From a case to its files: name to content, what describes the others last.
    """

    label: str
    files: Callable[[Case], dict[str, bytes]]


def _data_package(case: Case) -> dict[str, bytes]:
    """The files of a case as they are, when its events happened, and what describes them."""
    files, package = _described(case)
    return files | {FILE_NAME: package_text(package).encode()}


def _crate(case: Case) -> dict[str, bytes]:
    """The data package, which is a file of the crate as well."""
    files, package = _described(case)
    descriptor = package_text(package).encode()
    of_itself = file_resource(
        "package", FILE_NAME, descriptor, "json", "application/json", "The files as a data package."
    )
    listed = package | {"resources": [*package["resources"], of_itself]}
    return files | {FILE_NAME: descriptor, METADATA: ro_crate(case, listed).encode()}


def _described(case: Case) -> tuple[dict[str, bytes], dict[str, Any]]:
    files = {name: (case.folder / name).read_bytes() for name in case.files} | {
        TIMES: event_times(case).write_csv().encode()
    }
    package = case_package(case.folder)
    fields = [{"name": name, "type": kind, "description": words} for name, (kind, words) in _TIMES_FIELDS.items()]
    times = file_resource("event_times", TIMES, files[TIMES], "csv", "text/csv", "When each event happened.") | {
        "type": "table",
        "schema": {
            "$schema": f"{PROFILES}/tableschema.json",
            "fields": fields,
            "missingValues": [""],
            "primaryKey": ["event_id"],
            "foreignKeys": [{"fields": ["event_id"], "reference": {"resource": "events", "fields": ["event_id"]}}],
        },
    }
    return files, package | {"resources": [*package["resources"], times]}


FORMATS = {
    "datapackage": Format("a Frictionless Data Package", _data_package),
    "ro-crate": Format("an RO-Crate", _crate),
    "timelinejs": Format("JSON for TimelineJS", lambda case: {f"{case.id}.json": timelinejs(case).encode()}),
    "csl": Format("its citation as CSL-JSON", lambda case: {f"{case.id}.json": csl_text([cite(case)]).encode()}),
    "bibtex": Format("its citation as BibTeX", lambda case: {f"{case.id}.bib": cite(case).bibtex.encode()}),
    "ris": Format("its citation as RIS", lambda case: {f"{case.id}.ris": cite(case).ris.encode()}),
    "apa": Format("its citation in APA style", lambda case: {f"{case.id}.txt": f"{cite(case).text}\n".encode()}),
}


def event_times(case: Case) -> pl.DataFrame:
    """When each event happened, as clock times and relations together tell.

    Returns
    -------
    polars.DataFrame
        One row an event: ``event_id``, ``earliest`` and ``latest`` as ISO 8601 in the time zone of the case, ``edtf``.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> event_times(load_case("kitchenaid-tweet"))["edtf"][:3].to_list()
    ['2012-10-03T21:00:00-04:00', '2012-10-03', '2012-10-03']
    """
    zone = case.about.timezone
    spans = pl.DataFrame(
        [(event_id, span.earliest, span.latest, edtf(span, zone)) for event_id, span in case.times().spans.items()],
        schema={
            "event_id": pl.String,
            "earliest": pl.Datetime("us", "UTC"),
            "latest": pl.Datetime("us", "UTC"),
            "edtf": pl.String,
        },
        orient="row",
    )
    local = pl.col("earliest", "latest").dt.convert_time_zone(zone).dt.strftime("%Y-%m-%dT%H:%M:%S%:z")
    return spans.with_columns(local)


def exported(case: Case, format: str) -> dict[str, bytes]:
    """A case in one of ``FORMATS``.

    Parameters
    ----------
    case
        Any case.
    format
        A key of ``FORMATS``.

    Returns
    -------
    dict
        Name of a file to its content, **the same for the same case**.

    Raises
    ------
    AftermathError
        If there is no such format, the format asks for what the collection does not say, or its citation file cannot be used.
    """
    if format not in FORMATS:
        raise AftermathError(f"{format!r} is no format: {near_miss(format, list(FORMATS))}")
    return FORMATS[format].files(case)


@takes_id
def export(case: Case, format: str, to: Path | str, *, again: bool = False) -> tuple[Path, ...]:
    """Write a case for another program.

    Parameters
    ----------
    case
        Any case or its id.
    format
        ``datapackage`` or ``ro-crate``, which are folders; ``timelinejs``, ``csl``, ``bibtex``, ``ris`` or ``apa``.
    to
        The folder, or the file.
    again
        Whether files that are there give way; **other files of the folder stay**.

    Returns
    -------
    tuple of Path
        What was written, what describes the others last.

    Raises
    ------
    AftermathError
        As ``exported`` does.
    WriteError
        If there is such a file, or it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     [path.name for path in export("kitchenaid-tweet", "bibtex", Path(folder, "cite.bib"))]
    ['cite.bib']
    """
    return write_files(exported(case, format), Path(to), again=again)


def write_files(files: Mapping[str, bytes], to: Path, *, again: bool = False) -> tuple[Path, ...]:
    """Write one file as ``to``, or several into it as a folder; **all or none where one is there already**."""
    paths = {to / name if len(files) > 1 else to: content for name, content in files.items()}
    there = [str(path) for path in paths if path.exists()]
    if there and not again:
        raise WriteError(f"{', '.join(there)}: there already. Name another place, or replace what is there by --again.")
    return tuple(write_whole(path, content) for path, content in paths.items())
