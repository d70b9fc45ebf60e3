"""Looking up copies of sources in web archives: politely, to be taken up again where it broke off, and each copy seen before it counts."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime
from pathlib import Path

from aftermath.captures.copies import FOUND, CopiesFound, Copy, found_for, page_address
from aftermath.captures.examining import sha256_of, state_of
from aftermath.captures.kept import COPY, Seen, kept_folder, looked_up, note, pulled, visits
from aftermath.case_files.case import load_case
from aftermath.case_files.writing import table_checksum
from aftermath.public.client import Client, PullError
from aftermath.public.memento import Memento
from aftermath.public.source import QueryError
from aftermath.public.visiting import NotVisited, RedirectCircle, Visit, visit
from aftermath.workspace import Workspace, find_workspace

NO_ADDRESS, NOT_YET, NONE, UNSEEN = "no address of the web", "not looked up yet", "not archived", "no copy shows it"
MOST_SEEN = 3  # copies of one page that are looked at before it is given up
ARCHIVE_PAUSE, ARCHIVE_REST = 3.0, 60.0


@dataclass
class Asking:
    """One run over the sources of a case.

    Parameters
    ----------
    folder
        Where answers are kept.
    client
        Who asks.
    archives
        Where further archives have their TimeMaps.
    again
        Whether to ask anew although there are answers.
    silent
        Archive to why it is asked no more in this run.
    """

    folder: Path
    client: Client
    archives: Sequence[str] = ()
    again: bool = False
    silent: dict[str, str] = field(default_factory=dict)

    def ask(self, source_id: str, page: str) -> str:
        """Ask every archive that still answers; returns why the page cannot be asked for, empty where it can."""
        queries = [{"url": page}, *({"url": page, "archive": archive} for archive in self.archives)]
        for query in queries:
            archive = query.get("archive", "wayback")
            if archive in self.silent:
                continue
            try:
                pulled(self.folder, source_id, query, self.client, again=self.again)
            except QueryError as error:
                return str(error)
            except PullError as trouble:
                self.silent[archive] = str(trouble)
        return ""


def look_up_sources(
    case_id: str,
    workspace: Workspace | None = None,
    *,
    archives: Sequence[str] = (),
    again: bool = False,
    client: Client | None = None,
) -> CopiesFound:
    """Look for an archived copy of every source in the Wayback Machine, and in further archives.

    Of several copies the one that was made nearest to the day of reading is taken, if the page answered with 200 and what the
    archive gives out is no error page and has the digest that its index says. Answers are kept in ``casestudies/.captures/``: **the
    same call goes on where an earlier one broke off**, and asks for nothing twice.

    Parameters
    ----------
    case_id
        The case.
    workspace
        Where it is; the workspace in force if not given.
    archives
        Where further archives have their TimeMaps (RFC 7089), each an address that that of a page can be put behind.
    again
        Whether to ask anew about sources that have no copy yet.
    client
        Who asks; the polite client if not given.

    Returns
    -------
    CopiesFound
        What ``write`` enters. An archive that does not answer is named in its remarks.

    Raises
    ------
    CaseError
        If the case has any problem.
    PullError
        If a kept answer was changed.
    """
    workspace = workspace or find_workspace(to_write=True)
    seen = table_checksum(workspace.case_folder(case_id) / "sources.csv")
    case = load_case(case_id, workspace)
    run = Asking(kept_folder(case), client or Client(), tuple(archives), again)
    copies = []
    for source in case.sources.iter_rows(named=True):
        page = page_address(source["url"])
        if not page:
            copies.append(Copy(source["source_id"], NO_ADDRESS))
            continue
        run.again = again and source["archived_at"] is None
        refused = run.ask(source["source_id"], page)
        copies.append(_copy(run, source["source_id"], page, source["read_on"], refused))
    remarks = [f"{archive}: asked no more. {why}" for archive, why in run.silent.items()]
    return found_for(case, copies, remarks, seen=seen)


def _copy(run: Asking, source_id: str, page: str, read_on: date, refused: str) -> Copy:
    known = None if refused else looked_up(run.folder, source_id)
    if known is None:
        return Copy(source_id, f"{NOT_YET}{': ' * bool(refused)}{refused}")
    said = NONE
    for memento in _nearest(known.mementos, read_on):
        via = "wayback" if memento.raw else "memento"
        seen = next((one for one in visits(run.folder, source_id) if _is_of(one, memento)), None)
        if seen is None and via not in run.silent:
            seen = see(run, source_id, memento, page)
        if seen is None:
            return Copy(source_id, f"archived on {memento.time:%Y-%m-%d}, and the copy not seen yet")
        if seen.state == "alive":
            return Copy(source_id, FOUND, memento.url, memento.time, seen.sha256 if memento.raw else "", via)
        said = f"{UNSEEN}: {memento.url} {seen.said}"
    return Copy(source_id, said)


def _nearest(mementos: Sequence[Memento], read_on: date) -> Iterator[Memento]:
    """The copies that may show the page, the one nearest to the day of reading first."""
    noon = datetime.combine(read_on, time(12), UTC)
    shown = [memento for memento in mementos if memento.status in ("200", "")]
    yield from sorted(shown, key=lambda memento: (abs(memento.time - noon), memento.url))[:MOST_SEEN]


def _is_of(seen: Seen, memento: Memento) -> bool:
    return seen.what == COPY and seen.address == memento.url and seen.state != "not reached"


def see(run: Asking, source_id: str, memento: Memento, page: str) -> Seen | None:
    """Look at a copy, and keep what was seen; None where the archive does not answer, which silences it.

    Parameters
    ----------
    run
        Who asks.
    source_id, page
        The source, and the address of its page.
    memento
        The copy.
    """
    state, said, sha256 = "gone", "", ""
    try:
        found = visit(run.client, memento.raw or memento.url, pause=ARCHIVE_PAUSE, rest=ARCHIVE_REST)
        state, said = state_of(found, page)
        if state == "alive" and (other := _of_another(found, memento)):
            state, said = "changed", other
        sha256 = sha256_of(found)
        if state == "not reached" and not found.whole:
            state = "gone"  # it will be as long next time
    except RedirectCircle as error:
        said = str(error)
    except NotVisited as trouble:
        run.silent["wayback" if memento.raw else "memento"] = str(trouble)
        return None
    return note(run.folder, source_id, Seen(COPY, memento.url, run.client.now(), state, sha256, said))


def _of_another(found: Visit, memento: Memento) -> str:
    """Why what came is not the copy that the index names; empty where it is."""
    said = found.headers.get("memento-datetime", "")
    try:
        moment = parsedate_to_datetime(said) if said else None
    except ValueError:
        moment = None
    if moment is not None and moment != memento.time:
        return f"is answered with a copy of {moment:%Y-%m-%d %H:%M:%S}"
    digests = {base64.b32encode(hashlib.sha1(body).digest()).decode() for body in (found.body, found.content)}  # noqa: S324 - what CDX has
    if memento.digest and memento.raw and memento.digest not in digests:
        return f"has another digest than the index says ({memento.digest})"
    return ""
