"""What the last builds left in order, so that a build with nothing to do need not ask the engine.

The engine decides what is stale. To load it takes longer than all else that such a build does, and to know that
nothing at all has changed one comparison is enough.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from aftermath.building.jobs import Job
from aftermath.files import fingerprint, write_whole

FILE = "in-order.json"


def out_of_order(jobs: Sequence[Job], state: Path) -> tuple[Job, ...]:
    """The jobs of which it is not known that neither inputs nor products changed since they were in order after a build.

    Parameters
    ----------
    jobs
        Any jobs.
    state
        Folder of the engine's records.

    Returns
    -------
    tuple of Job
        **All of them where nothing is known**; if there are any, the engine has to be asked. Products are only looked at where
        no input changed: pages take longer to read than evidence.
    """
    known = _known(state)
    changed = tuple(job for job in jobs if known.get(f"{job.key}: inputs") != _inputs(job))
    return changed or tuple(job for job in jobs if known.get(f"{job.key}: products") != _products(job, state))


def note(jobs: Sequence[Job], state: Path) -> None:
    """Remember that jobs are in order: they were just made, or the engine found them unchanged."""
    if not jobs:
        return
    known = _known(state)
    for job in jobs:
        known |= {f"{job.key}: inputs": _inputs(job), f"{job.key}: products": _products(job, state)}
    write_whole(state / FILE, json.dumps(known, indent=0, sort_keys=True))


def _known(state: Path) -> dict[str, str]:
    with contextlib.suppress(OSError, ValueError):
        known = json.loads((state / FILE).read_text(encoding="utf-8"))
        if isinstance(known, dict):
            return known
    return {}


def _inputs(job: Job) -> str:
    """SHA-256 over what a job is made from."""
    return hashlib.sha256(json.dumps([dict(job.inputs), job.parameters], sort_keys=True).encode()).hexdigest()


def _products(job: Job, state: Path) -> str:
    """SHA-256 over the contents of what it made."""
    return fingerprint(state.parent, job.products)
