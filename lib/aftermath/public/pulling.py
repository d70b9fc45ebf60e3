"""Pulling: question by question into a folder, so that a pull that broke off goes on where it stopped."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from aftermath.files import write_whole
from aftermath.public.answers import ShapeError
from aftermath.public.client import Answer, Client, PullError
from aftermath.public.source import Query, QueryError, Reading, Request, Source
from aftermath.wording import counted, listed
from aftermath.workspace import WorkspaceError, find_workspace

RECORD = "pull.json"
ANSWERS = "responses"
MOST_REQUESTS = 2000
MOST_PAGES = 200

_shared = Client()


class NotWhole(PullError):
    """A pull broke off, and has not been taken up again."""


@dataclass(frozen=True)
class Pulled:
    """What a public source answered.

    Parameters
    ----------
    source
        Who was asked.
    query
        What was asked, every default filled in.
    folder
        Where the answers are kept.
    table
        One row a value: signal, time, value, unit, scope.
    remarks
        What the table alone would not show.
    asked, kept
        Requests sent by this call, and answers that were there already.
    answers
        The answers, as the bytes that came.
    retrieved
        When the last of them came.
    """

    source: Source
    query: Query
    folder: Path
    table: pl.DataFrame
    remarks: tuple[str, ...]
    asked: int
    kept: int
    answers: tuple[bytes, ...] = field(repr=False)
    retrieved: datetime

    @property
    def text(self) -> str:
        """What came, in a few lines, with the remarks and how to cite it."""
        counts = self.table.group_by("signal").len().sort("signal").rows()
        values = listed([f"{counted(n, 'value')} of {signal}" for signal, n in counts]) or "no values"
        sent = f"{counted(self.asked, 'request')} sent, {counted(self.kept, 'answer')} kept from before"
        lines = [f"{self.source.name}: {values}.", f"{sent[:1].upper()}{sent[1:]}.", *self.remarks]
        return "\n".join([*lines, f"Cite as: {self.source.citation}", f"Rights: {self.source.rights}"])


class _Folder:
    """A folder of answers and its record."""

    def __init__(self, folder: Path, source: Source, query: Query) -> None:
        self.folder, self.source, self.query = folder, source, query
        self.known = {row["url"]: row for row in _record(folder, source, query)}

    def whole(self, request: Request) -> bytes | None:
        """The answer kept to a request; None where there is none, or it was not final when it came."""
        row, path = self.known.get(request.url), self.folder / ANSWERS / request.file_name
        if row is None or not path.is_file():
            return None
        body = path.read_bytes()
        if (actual := hashlib.sha256(body).hexdigest()) != row["sha256"]:
            raise PullError(
                f"{path} is not the answer that came: its sha256 is {actual}, the record says {row['sha256']}. "
                "Delete the file, and the same pull asks for it again."
            )
        return body

    def is_final(self, request: Request) -> bool:
        """Whether the answer came when the days it covers were settled."""
        return request.settled is None or self.known[request.url]["_retrieved"] >= request.settled

    def keep(self, request: Request, answer: Answer, retrieved: datetime) -> bytes:
        """Write an answer and then the record, each whole: at every moment the record speaks of whole answers only."""
        write_whole(self.folder / ANSWERS / request.file_name, answer.body)
        self.known[request.url] = {
            "url": request.url,
            "about": request.about,
            "file": f"{ANSWERS}/{request.file_name}",
            "retrieved": retrieved.isoformat(timespec="seconds"),
            "status": answer.status,
            "content_type": answer.content_type,
            "bytes": len(answer.body),
            "sha256": hashlib.sha256(answer.body).hexdigest(),
            "_retrieved": retrieved,
        }
        self._write()
        return answer.body

    def status(self, request: Request) -> int:
        """The status of the answer kept to a request."""
        return self.known[request.url]["status"]

    def _write(self) -> None:
        source = self.source
        record = {
            "source": source.name,
            "title": source.title,
            "documentation": source.documentation,
            "citation": source.citation,
            "rights": source.rights,
            "query": self.query,
            "responses": [
                {name: value for name, value in row.items() if name != "_retrieved"} for row in self.known.values()
            ],
        }
        write_whole(self.folder / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")


def _stored(folder: Path) -> dict[str, Any] | None:
    path = folder / RECORD
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        return {
            "source": str(record["source"]),
            "query": dict(record["query"]),
            "responses": [_checked_row(row) for row in record["responses"]],
        }
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise PullError(f"{path} cannot be read ({type(error).__name__}: {error}). Pull into a new folder.") from None


def _checked_row(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the record with its time read; anything else in it is a ``ValueError``."""
    retrieved = datetime.fromisoformat(row["retrieved"])
    texts = (row["url"], row["about"], row["sha256"], row["file"], row["content_type"])
    if retrieved.tzinfo is None or not all(isinstance(text, str) for text in texts):
        raise ValueError("a response is not described as it should be")
    return {**row, "status": int(row["status"]), "bytes": int(row["bytes"]), "_retrieved": retrieved}


def _record(folder: Path, source: Source, query: Query) -> list[dict[str, Any]]:
    """The rows of the folder's record, if it is of this very query."""
    stored = _stored(folder)
    if stored is None:
        return []
    if (stored["source"], stored["query"]) != (source.name, query):
        raise QueryError(
            f"{folder} holds another pull ({stored['source']}: {json.dumps(stored['query'], ensure_ascii=False)}). "
            "Choose another folder; one folder holds one query."
        )
    return stored["responses"]


def source_in(folder: Path) -> str:
    """The name of the source that was pulled into a folder."""
    if (stored := _stored(folder)) is None:
        raise PullError(f"{folder} holds no pull: there is no {RECORD}")
    return stored["source"]


def pull(
    source: Source, query: Mapping[str, str | Sequence[str]], into: Path, *, client: Client | None = None
) -> Pulled:
    """Ask a source and keep its answers: see ``aftermath.public.pull``."""
    client = client or _shared
    checked = source.checked(query)
    _not_in_the_future(source, checked, client.now())
    _not_in_the_repository(source, into)
    folder, asked = _Folder(into, source, checked), []

    def ask(request: Request) -> bytes:
        answer = client.get(
            request.url,
            pause=source.pause,
            rest=source.rest,
            headers=_credentials(source),
            nothing_there=source.absent,
            media=source.media,
        )
        if answer.status not in source.absent:
            _understood(source, checked, [answer.body])
        asked.append(request)
        return folder.keep(request, answer, client.now())

    def answer_to(request: Request) -> bytes:
        kept = folder.whole(request)
        return kept if kept is not None and folder.is_final(request) else ask(request)

    return _read(folder, answer_to, asked)


def load(source: Source, folder: Path) -> Pulled:
    """Read an earlier pull again: see ``aftermath.public.load``."""
    if (stored := _stored(folder)) is None:
        raise PullError(f"{folder} holds no pull: there is no {RECORD}")
    kept = _Folder(folder, source, source.checked(stored["query"]))

    def answer_to(request: Request) -> bytes:
        if (body := kept.whole(request)) is None:
            raise NotWhole(f"{folder}: the pull is not whole ({request.about} is missing). Run the same pull again.")
        return body

    return _read(kept, answer_to, [])


def _read(folder: _Folder, answer_to: Callable[[Request], bytes], asked: list[Request]) -> Pulled:
    source, bodies, remarks, count = folder.source, [], [], 0
    for request, body in _walk(source, folder.query, answer_to):
        count += 1
        if (status := folder.status(request)) in source.absent:
            remarks.append(f"Nothing for {request.about}: {source.absent[status]}")
        else:
            bodies.append(body)
    reading = _understood(source, folder.query, bodies)
    return Pulled(
        source=source,
        query=folder.query,
        folder=folder.folder,
        table=reading.table,
        remarks=(*remarks, *reading.remarks),
        asked=len(asked),
        kept=count - len(asked),
        answers=tuple(bodies),
        retrieved=max(row["_retrieved"] for row in folder.known.values()),
    )


def _walk(source: Source, query: Query, answer_to: Callable[[Request], bytes]) -> Iterator[tuple[Request, bytes]]:
    """Every request of a query with its answer, page after page; **never without end**."""
    plan = source.plan(query)
    if len(plan) > MOST_REQUESTS:
        raise QueryError(f"{source.name}: {counted(len(plan), 'request')}, more than {MOST_REQUESTS}. Ask for less.")
    for first in plan:
        yield from _pages(source, first, answer_to)


def _pages(source: Source, first: Request, answer_to: Callable[[Request], bytes]) -> Iterator[tuple[Request, bytes]]:
    request = first
    for _ in range(MOST_PAGES):
        body = answer_to(request)
        yield request, body
        if (request := source.following(request, body)) is None:
            return
    raise PullError(f"{source.name}: {first.about} has no end after {counted(MOST_PAGES, 'page')}. Ask for fewer days.")


def _understood(source: Source, query: Query, bodies: Sequence[bytes]) -> Reading:
    """What answers say; an answer that cannot be read is refused before it is kept."""
    try:
        return source.read(query, bodies)
    except ShapeError as error:
        raise PullError(
            f"{source.name}: the answer is not of the documented shape: {error}. "
            f"The source may have changed: compare {source.documentation}."
        ) from None


def _credentials(source: Source) -> dict[str, str]:
    if not source.key:
        return {}
    key = os.environ.get(source.key, "").strip()
    if not key:
        raise PullError(
            f"{source.name} needs a key: set the environment variable {source.key}, "
            f"e.g. `export {source.key}=...`. How to get one: {source.documentation}. It is never written to a file."
        )
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise PullError(f"{source.key} holds characters that no key has: copy the key again")
    return {"Authorization": f"Token {key}"}


def _not_in_the_future(source: Source, query: Query, now: datetime) -> None:
    today = now.date().isoformat()
    for name in ("start", "end"):
        if str(query.get(name, "")) > today:
            raise QueryError(f"{source.name}: {name}={query[name]} has not come yet: write a day up to {today}")


def _not_in_the_repository(source: Source, into: Path) -> None:
    """Refuse to put what people wrote where it would be committed."""
    if not source.has_texts:
        return
    path = into.resolve()
    try:
        root = find_workspace(path).root
    except WorkspaceError:
        return
    parts = path.relative_to(root).parts if path.is_relative_to(root) else ("build",)
    ignored = parts[:1] == ("build",) or (parts[:2] == ("data", "archives") and parts[3:4] == ("raw",))
    if not ignored:
        raise QueryError(
            f"{into} is in the repository, and {source.name} answers with what people wrote. "
            "Choose a folder outside it, or data/archives/<name>/raw, which is never committed."
        )
