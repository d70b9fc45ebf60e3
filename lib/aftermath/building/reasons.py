"""Why a page is out of date, read from what the page says of itself."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from aftermath.building.jobs import Job
from aftermath.pages.made_from import MadeFrom, read_made_from, seal_holds

_SHORT = 40  # a value that is longer, or a checksum, is not shown


def why(job: Job) -> tuple[str, ...]:
    """Why a job would run: which input changed since its page was made.

    Parameters
    ----------
    job
        A job that is out of date.

    Returns
    -------
    tuple of str
        At least one reason.
    """
    if not job.page.is_file():
        return ("it was never made, or has been removed",)
    page = job.page.read_text(encoding="utf-8", errors="replace")
    made = read_made_from(page)
    if made is None:
        return ("its page does not say what it was made from",)
    missing = [f"{path.name} is missing" for path in job.products if not path.is_file()]
    found = [*differences(job, made), *missing, *([] if seal_holds(page) else ["its page was changed by hand"])]
    return tuple(found) or ("another of its files was changed, or there is no record that it was finished",)


def differences(job: Job, made: MadeFrom) -> tuple[str, ...]:
    """What differs between the inputs of a job as they are now and as its page names them.

    Parameters
    ----------
    job
        The job, made from the inputs as they are.
    made
        What the page says.

    Returns
    -------
    tuple of str
        One sentence a difference, each naming the input; empty where nothing differs.
    """
    now = {name: value for name, value in job.inputs.items() if name != "environment"}
    found = [*_changed(made.inputs, now)]
    if json.loads(job.parameters or "{}") != dict(made.parameters):
        found.append(
            f"parameters: {json.dumps(dict(made.parameters), sort_keys=True)} before, now {job.parameters or '{}'}"
        )
    versions = tuple(job.inputs.get("environment", "").split("\n"))
    return (*found, *(f"version: {one} is new" for one in versions if one not in made.versions))


def _changed(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    names = [name for name in sorted(before.keys() | now.keys()) if before.get(name) != now.get(name)]
    for name in names:
        # The sum over a kind of input is left out where the file of that kind is named.
        if not any(other.startswith(f"{name}: ") for other in names):
            yield _sentence(name, before.get(name), now.get(name))


def _sentence(name: str, before: str | None, now: str | None) -> str:
    if before is None:
        return f"{name} is new"
    if now is None:
        return f"{name} is gone"
    return f"{name} changed" + (f" from {before} to {now}" if max(len(before), len(now)) < _SHORT else "")
