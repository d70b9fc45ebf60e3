"""What archives and pages answered, kept beside the cases so that nothing is asked twice: ``casestudies/.captures/<id>/<source_id>/``.

It is a record of work and no evidence: what a case rests on stands in its ``sources.csv``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from aftermath import public
from aftermath.case_files.case import Case
from aftermath.files import write_whole
from aftermath.public import memento, wayback
from aftermath.public.client import PullError
from aftermath.public.memento import Memento
from aftermath.public.pulling import NotWhole, Pulled

FOLDER = ".captures"  # a hidden folder is no case
PAGE, COPY = "page", "copy"
_READ = {"wayback": wayback.mementos, "memento": memento.mementos}
_VISITS = "visits.jsonl"


@dataclass(frozen=True)
class Seen:
    """What came of one visit.

    Parameters
    ----------
    what
        ``page`` or ``copy``: whether the page itself was visited, or an archived copy of it.
    address
        Which.
    at
        When.
    state
        ``alive``, ``changed``, ``gone`` or ``not reached``.
    sha256
        Of what came; empty where it was not whole.
    said
        Why, in words; empty where there is nothing to say.
    """

    what: str
    address: str
    at: datetime
    state: str
    sha256: str = ""
    said: str = ""


@dataclass(frozen=True)
class LookedUp:
    """What archives hold of one page.

    Parameters
    ----------
    mementos
        Its captures, in order of time.
    at
        When the last archive was asked.
    """

    mementos: tuple[Memento, ...]
    at: datetime

    @property
    def first_content(self) -> datetime | None:
        """The first capture that the page itself answered with 200; None where there is none, or none is known to be one."""
        return next((memento.time for memento in self.mementos if memento.status == "200"), None)


def kept_folder(case: Case) -> Path:
    """Where what is known of the captures of a case is kept."""
    return case.folder.parent / FOLDER / case.id


def pulled(
    folder: Path, source_id: str, query: Mapping[str, str], client: public.Client | None, *, again: bool
) -> Pulled:
    """Ask an archive for the captures of a page; an answer that is kept is not asked for again.

    Parameters
    ----------
    folder
        As ``kept_folder`` names it.
    source_id
        Whose page it is.
    query
        ``url``, and ``archive`` where another than the Wayback Machine is asked.
    client
        Who asks.
    again
        Whether to ask anew although there is an answer, **which is kept too**.
    """
    source = "memento" if "archive" in query else "wayback"
    name = query.get("archive", source).partition("://")[2].partition("/")[0] or source
    place = folder / source_id
    number = len([path for path in place.glob(f"{name}-*") if path.is_dir()])
    fresh = again and (place / f"{name}-{number}" / "pull.json").is_file() and _is_whole(place / f"{name}-{number}")
    return public.pull(source, query, place / f"{name}-{max(number, 1) + fresh}", client=client)


def _is_whole(folder: Path) -> bool:
    try:
        public.load(folder)
    except NotWhole:
        return False
    return True


def looked_up(folder: Path, source_id: str) -> LookedUp | None:
    """What archives answered so far; None where none has answered.

    Raises
    ------
    PullError
        If an answer is not the one that was kept.
    """
    answers = []
    for path in sorted((folder / source_id).glob("*/pull.json")):
        try:
            answers.append(public.load(path.parent))
        except NotWhole:
            continue  # it broke off: the next look-up goes on there
    if not answers:
        return None
    found = {memento for answer in answers for memento in mementos_of(answer)}
    return LookedUp(tuple(sorted(found)), max(answer.retrieved for answer in answers))


def mementos_of(answer: Pulled) -> list[Memento]:
    """The captures that an archive named."""
    return _READ[answer.source.name](answer.query, answer.answers)


def visits(folder: Path, source_id: str) -> tuple[Seen, ...]:
    """What came of all visits to a page and its copies, in order of time."""
    path = folder / source_id / _VISITS
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        return tuple(Seen(**{**said, "at": datetime.fromisoformat(said["at"])}) for said in map(json.loads, lines))
    except FileNotFoundError:
        return ()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise PullError(f"{path} cannot be read ({error}). Move it away: then nothing was visited yet.") from error


def note(folder: Path, source_id: str, seen: Seen) -> Seen:
    """Add a visit to those that are kept."""
    said = [{**asdict(one), "at": one.at.isoformat()} for one in (*visits(folder, source_id), seen)]
    lines = "".join(json.dumps(one, ensure_ascii=False) + "\n" for one in said)
    write_whole(folder / source_id / _VISITS, lines)
    return seen
