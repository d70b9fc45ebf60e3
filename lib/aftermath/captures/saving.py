"""Saving pages in the Wayback Machine, when asked: Save Page Now 2.

Documented by the Internet Archive ("Save Page Now 2 Public API Docs"): a page is posted to https://web.archive.org/save with a key of
one's own account, which answers with the name of a job; what became of it is asked for under /save/status/.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aftermath.captures.copies import FOUND, CopiesFound, Copy, page_address
from aftermath.captures.kept import kept_folder
from aftermath.captures.look_up import ARCHIVE_PAUSE, ARCHIVE_REST, NONE, Asking, see
from aftermath.files import write_whole
from aftermath.public.answers import ShapeError, inside, instant, loaded, words
from aftermath.public.client import Client, PullError, excerpt, without_keys
from aftermath.public.memento import Memento
from aftermath.public.wayback import REPLAY

SAVE = "https://web.archive.org/save"
KEY = "ARCHIVE_ORG_KEY"
MOST_LOOKS = 40  # at one job in one run
_JOB = "save.json"


class SaveError(PullError):
    """The archive could not save a page; the text says why."""


def save_pages(found: CopiesFound, *, client: Client | None = None) -> CopiesFound:
    """Have those pages saved of which a look-up found no copy.

    A job that was begun is kept in ``casestudies/.captures/``: **the same call asks what became of it**, and begins no second one.

    Parameters
    ----------
    found
        What ``look_up_sources`` found.
    client
        Who asks; the polite client if not given.

    Returns
    -------
    CopiesFound
        The same, with the copies that were made.

    Raises
    ------
    SaveError
        If there is no key of an account in the environment.
    """
    headers = credentials()
    run = Asking(kept_folder(found.case), client or Client())
    pages = dict(found.case.sources.select("source_id", "url").iter_rows())
    copies, remarks = [], list(found.remarks)
    for copy in found.copies:
        if copy.said == NONE and not run.silent:
            try:
                copy = _saved(run, copy.source_id, page_address(pages[copy.source_id]), headers)
            except SaveError as error:
                copy = Copy(copy.source_id, f"{NONE}; {error}")
            except PullError as trouble:
                run.silent["wayback"] = str(trouble)
        copies.append(copy)
    remarks += [f"{archive}: saves no more. {why}" for archive, why in run.silent.items()]
    return replace(found, copies=tuple(copies), remarks=tuple(remarks))


def credentials() -> dict[str, str]:
    """What is sent so that pages are saved in one's own name.

    Raises
    ------
    SaveError
        If the environment has no key of an account.
    """
    key = os.environ.get(KEY, "").strip()
    if not key.isascii() or not key.isprintable() or ":" not in key or " " in key:
        raise SaveError(
            f"to save pages takes a key of your account at the Internet Archive: `export {KEY}=access:secret`, both from "
            "https://archive.org/account/s3.php. It is never written to a file."
        )
    return {"Authorization": f"LOW {key}"}


def _saved(run: Asking, source_id: str, page: str, headers: dict[str, str]) -> Copy:
    place = run.folder / source_id / _JOB
    job_id = _job(place) or _begun(run.client, place, page, headers)
    answer = _outcome(run.client, job_id, headers)
    if answer.get("status") != "success":
        place.unlink(missing_ok=True)
        raise SaveError(f"could not be saved: {_said(answer, headers, 'message', 'status_ext')}")
    try:
        moment = instant(words(answer, "timestamp"), "%Y%m%d%H%M%S")
    except ShapeError as error:
        raise SaveError(f"the answer of the archive is not of the documented shape: {error}") from error
    at = f"{moment:%Y%m%d%H%M%S}"
    memento = Memento(moment, f"{REPLAY}/{at}/{page}", "200", "", f"{REPLAY}/{at}id_/{page}")
    seen = see(run, source_id, memento, page)
    if seen is None or seen.state != "alive":
        return Copy(
            source_id, f"saved on {moment:%Y-%m-%d}, and the copy not seen yet{': ' + seen.said if seen else ''}"
        )
    return Copy(source_id, FOUND, memento.url, moment, seen.sha256, "saved")


def _job(place: Path) -> str:
    try:
        return str(json.loads(place.read_text(encoding="utf-8"))["job_id"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _begun(client: Client, place: Path, page: str, headers: dict[str, str]) -> str:
    form = {"url": page, "skip_first_archive": "1"}
    answer = loaded(client.get(SAVE, pause=ARCHIVE_PAUSE, rest=ARCHIVE_REST, headers=headers, form=form).body)
    try:
        job_id = words({"job_id": inside(answer, "job_id")}, "job_id")
    except ShapeError:
        raise SaveError(f"was not taken on: {_said(answer, headers, 'message')}") from None
    job = {"job_id": job_id, "url": page, "asked": client.now().isoformat(timespec="seconds")}
    write_whole(place, json.dumps(job, ensure_ascii=False) + "\n")
    return job_id


def _said(answer: Any, headers: dict[str, str], *names: str) -> str:
    """The first of the reasons that the archive gives, fit for a terminal, whatever it is, and without the key."""
    fields = answer if isinstance(answer, dict) else {}
    reasons = [fields[name] for name in names if isinstance(fields.get(name), str) and fields[name]]
    said = excerpt(reasons[0].encode(errors="replace")) if reasons else "no reason is given"
    return without_keys(said, headers)


def _outcome(client: Client, job_id: str, headers: dict[str, str]) -> dict[str, Any]:
    for _ in range(MOST_LOOKS):
        answer = loaded(
            client.get(
                f"{SAVE}/status/{quote(job_id, safe='')}", pause=ARCHIVE_PAUSE, rest=ARCHIVE_REST, headers=headers
            ).body
        )
        if isinstance(answer, dict) and answer.get("status") != "pending":
            return answer
    raise PullError(f"the job {job_id} is not done yet. Run the same command again later.")
