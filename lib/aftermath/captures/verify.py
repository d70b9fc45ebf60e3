"""Verifying sources: whether each page, and each archived copy, still answers as it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime

import polars as pl

from aftermath.captures.copies import page_address
from aftermath.captures.examining import raw_address, sha256_of, state_of
from aftermath.captures.kept import COPY, PAGE, Seen, kept_folder, note, visits
from aftermath.case_files.case import load_case
from aftermath.public.client import Client
from aftermath.public.visiting import NotVisited, RedirectCircle, visit
from aftermath.statistics.result import Result
from aftermath.wording import counted
from aftermath.workspace import Workspace, find_workspace

STATES = ("alive", "changed", "gone", "not reached")


@dataclass(frozen=True)
class Verified(Result):
    """How pages and copies of a case answered.

    Parameters
    ----------
    case_id
        The case.
    seen
        Source id and visit, in the order of ``sources.csv``; first the page, then the copy.
    archived
        Source ids that have a copy.
    """

    case_id: str
    seen: tuple[tuple[str, Seen], ...]
    archived: frozenset[str]

    @property
    def table(self) -> pl.DataFrame:
        """One row a visit."""
        rows = [
            (source_id, one.what, one.state, one.said, one.address, one.at, source_id in self.archived)
            for source_id, one in self.seen
        ]
        schema = ["source_id", "what", "state", "said", "address", "at", "archived"]
        types = {"at": pl.Datetime("us", "UTC"), "archived": pl.Boolean}
        return pl.DataFrame(rows, schema={name: types.get(name, pl.String) for name in schema}, orient="row")

    @property
    def text(self) -> str:
        lines = []
        for what, noun in ((PAGE, "page"), (COPY, "copy")):
            states = [one.state for _, one in self.seen if one.what == what]
            counts = ", ".join(f"{states.count(state)} {state}" for state in STATES if state in states)
            lines += (
                [f"{counted(len(states), noun, 'copies' if what == COPY else None)} visited: {counts}."]
                if states
                else []
            )
        lost = [
            source_id
            for source_id, one in self.seen
            if (one.what, one.state) == (PAGE, "gone") and source_id not in self.archived
        ]
        lines += [f"Gone, and no copy is named: {', '.join(lost)}."] if lost else []
        odd = [
            f"{source_id}, {one.what}: {one.state}; {one.said}" for source_id, one in self.seen if one.state != "alive"
        ]
        return "\n".join([*lines, *odd]) or f"{self.case_id} has no page that could be visited."


def verify_sources(case_id: str, workspace: Workspace | None = None, *, client: Client | None = None) -> Verified:
    """Visit every page and every archived copy of a case, and keep what was seen.

    A page has **changed** where its bytes are not those of the copy, or of the last visit; most pages of today do between any two
    visits. It is **gone** where it answers 404 or 410, leads to the front page, or answers 200 with an error page. A page that could
    not be reached is not said to be gone.

    Parameters
    ----------
    case_id
        The case.
    workspace
        Where it is; the workspace in force if not given.
    client
        Who asks; the polite client if not given.

    Raises
    ------
    CaseError
        If the case has any problem.
    """
    case = load_case(case_id, workspace or find_workspace(to_write=True))
    folder, client = kept_folder(case), client or Client()
    seen: list[tuple[str, Seen]] = []
    for source in case.sources.iter_rows(named=True):
        source_id = source["source_id"]
        before = next(
            (one.sha256 for one in reversed(visits(folder, source_id)) if one.what == PAGE and one.sha256), ""
        )
        page, copy = page_address(source["url"]), page_address(source["archived_url"])
        expected = source["sha256"] or before
        for what, address in ((PAGE, page), (COPY, copy)):
            if address:
                known = expected if what == PAGE else source["sha256"] or ""
                seen.append((source_id, note(folder, source_id, _seen(client, what, address, known, source))))
    archived = case.sources.filter(pl.col("archived_at").is_not_null())["source_id"]
    return Verified(case.id, tuple(seen), frozenset(archived))


def _seen(client: Client, what: str, address: str, known: str, source: Mapping[str, datetime | None]) -> Seen:
    try:
        found = visit(client, raw_address(address) if what == COPY else address)
    except RedirectCircle as error:
        return Seen(what, address, client.now(), "gone", said=str(error))
    except NotVisited as trouble:
        return Seen(what, address, client.now(), "not reached", said=str(trouble))
    (state, said), sha256 = state_of(found, address), sha256_of(found)
    if state == "alive" and known and sha256 != known:
        state, said = "changed", "other bytes than those of the copy or of the last visit"
        if what == COPY:
            said = "has another digest than sources.csv says"
    moment = _moment(found.headers.get("memento-datetime", "")) if what == COPY else None
    if state == "alive" and moment is not None and moment != source["archived_at"]:
        state, said = "changed", f"is answered with a copy of {moment:%Y-%m-%d %H:%M:%S}"
    return Seen(what, address, client.now(), state, sha256, said)


def _moment(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text) if text else None
    except ValueError:
        return None
