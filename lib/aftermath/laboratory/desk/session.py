"""A coder's session at the desk: a state that no move changes in place, and the moves from state to state.

A move that saves puts one row into the table as it is on disk at that moment, so that nothing that others wrote is lost. Where they
wrote the same row, or changed what it is coded from, it says so and waits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from aftermath import vocabulary
from aftermath.case_files.case import Case, read_case
from aftermath.case_files.coders import CODED_TABLES, Coder
from aftermath.case_files.writing import ChangedOnDisk, read_texts, table_checksum, write_tables
from aftermath.laboratory.desk.entry import Entry, NotYet, brought_back, keys_for, row_typed
from aftermath.laboratory.desk.rows import Row, row_of, with_row
from aftermath.laboratory.desk.steps import Step, evidence_of, steps_in_all, steps_left
from aftermath.problems import AftermathError, CaseError
from aftermath.wording import listed
from aftermath.workspace import Workspace

ATTEMPTS = 20
SHOWN = 3  # problems
SKIP, UNDO = "s", "z"  # keys, where no code is typed
_BLANK = Entry()


@dataclass(frozen=True)
class Saved:
    """A row that this session wrote, so that it can be taken back.

    Parameters
    ----------
    step
        What was coded.
    before
        The row that stood there; None where there was none.
    after
        The row that was written.
    """

    step: Step
    before: Row | None
    after: Row


@dataclass(frozen=True)
class Session:
    """Where a coder is.

    Parameters
    ----------
    case
        The case as it was last read.
    workspace
        Where it lies.
    coder
        Who codes.
    blind
        Whether they see abstracts and events alone, in an order of their own.
    queue
        What is still to be coded; the first is on the desk.
    entry
        What is typed of it.
    before
        Its row as it was when it came on the desk; None where there was none.
    checksums
        Table to the checksum of its file as it was last read.
    drafts
        What was typed of things that were left without saving.
    saved
        What was written, the last at the end.
    message
        What is to be said.
    theirs
        The codes that somebody else has written of what is on the desk: to be taken, or to be written over.
    """

    case: Case
    workspace: Workspace
    coder: Coder
    blind: bool
    queue: tuple[Step, ...] = ()
    entry: Entry = _BLANK
    before: Row | None = None
    checksums: Mapping[str, str] = field(default_factory=dict)
    drafts: Mapping[Step, Entry] = field(default_factory=dict)
    saved: tuple[Saved, ...] = ()
    message: str = ""
    theirs: Row | None = None

    @property
    def step(self) -> Step | None:
        """What is on the desk; None where all is coded."""
        return self.queue[0] if self.queue else None

    @property
    def total(self) -> int:
        """How many things this coder is to code."""
        return steps_in_all(self.case, self.coder)

    @property
    def done(self) -> int:
        """How many of them are coded."""
        return self.total - len(self.queue)


def begun(case: Case, workspace: Workspace, coder: Coder, *, blind: bool) -> Session:
    """A session at the first thing that the coder has not coded."""
    session = Session(case, workspace, coder, blind)
    return _on_desk(session, steps_left(case, coder, shuffled=blind))


def typed(session: Session, name: str, text: str) -> Session:
    """What is typed changes, and **a line end saves it**.

    Parameters
    ----------
    session
        Where the coder is.
    name
        The field: ``codes``, ``events`` or ``reason``.
    text
        All that it holds. Lines of codes may be typed ahead: what follows a line end is of the next step, unless that line could
        not be saved. In the other fields a line end counts at the end alone, as text that is pasted may hold some. The key
        ``s`` or ``z`` alone in the field of codes skips, or takes back what was saved last. Behind codes that came back with what
        was taken back, keys and codes count as if the field had been empty.
    """
    while True:
        key = replace(session.entry, codes=text).given.strip().lower() if name == "codes" else ""
        if key in (SKIP, UNDO):
            return skipped(session) if key == SKIP else undone(session)
        line, end, rest = text.partition("\n") if name == "codes" else _last_line_end(text)
        entry = replace(session.entry, **{name: line})
        session = replace(session, entry=entry, message=session.message if session.theirs else "")
        if not end:
            return session
        gone_on = save(session)
        if gone_on.step == session.step:
            return replace(gone_on, entry=replace(entry, **{name: line + rest.replace("\n", "")}))
        if not rest:
            return gone_on
        session, name, text = gone_on, "codes", rest


def _last_line_end(text: str) -> tuple[str, str, str]:
    words = text.rstrip(" ")
    return " ".join(text.splitlines()), "\n" if words.endswith("\n") else "", ""


def skipped(session: Session) -> Session:
    """The next thing; what was on the desk comes again at the end, with what is typed of it."""
    if len(session.queue) < 2:
        return replace(session, message="Nothing else is left to code.")
    return _attempted(session, lambda: _on_desk(_left(session), (*session.queue[1:], session.queue[0])))


def save(session: Session) -> Session:
    """Write what is typed, and go on to the next; **all of the row or nothing**.

    Returns
    -------
    Session
        With the next thing on the desk; or with the same one and a message, where something is wanting, the disk refuses,
        somebody else has coded the same (``theirs``), or what it is coded from has changed.
    """
    step = session.step
    return _attempted(session, lambda: _save(session, step)) if step else session


def write_mine(session: Session) -> Session:
    """Write what is typed over what somebody else has written."""
    return save(replace(session, before=session.theirs, theirs=None))


def take_theirs(session: Session) -> Session:
    """Leave what somebody else has written, and go on."""
    left = replace(session, entry=_BLANK, theirs=None)
    return _attempted(session, lambda: _refreshed(left, _read(session), "What stands on disk was left as it is."))


def undone(session: Session) -> Session:
    """Take back what was saved last in this session; it comes on the desk again as it was typed."""
    if not session.saved:
        return replace(session, message="In this session nothing was saved that could be taken back.")
    return _attempted(session, lambda: _take_back(session, session.saved[-1]))


def _attempted(session: Session, move: Callable[[], Session]) -> Session:
    """A move, made again where a table changed between reading and writing; the same state with a message where it fails."""
    for _ in range(ATTEMPTS - 1):
        try:
            return move()
        except ChangedOnDisk:
            continue
        except (AftermathError, OSError) as error:
            return replace(session, message=_words(error))
    return replace(session, message="The files change faster than they can be read. Nothing was saved: try again.")


def _words(error: Exception) -> str:
    if not isinstance(error, CaseError):
        return str(error) if isinstance(error, NotYet) else f"Nothing was saved, and what you typed stays here. {error}"
    more = len(error.problems) - SHOWN
    rest = [f"and {more} more, which aftermath check names"] if more > 0 else []
    first = "Nothing was saved, and what you typed stays here. Mend this, then save again:"
    return "\n".join([first, *map(str, error.problems[:SHOWN]), *rest])


def _save(session: Session, step: Step) -> Session:
    row = row_typed(step, session.coder.id, session.entry, session.case.events["event_id"].to_list())
    case = _read(session)
    if not evidence_of(case, step).equals(evidence_of(session.case, step)):
        return _changed_evidence(session, case, step)
    path = case.folder / f"{step.table}.csv"
    checksum = table_checksum(path)
    rows = read_texts(path)
    there = row_of(rows, step, session.coder.id)
    if there not in (None, session.before, row):
        what = f"{step.label} was coded by {session.coder.id} outside this desk while it lay here. Nothing was written over."
        return replace(session, case=case, theirs=there, message=what)
    table = with_row(rows, step, row, session.coder.id, _units(case, step))
    write_tables(case.folder, {step.table: table}, session.workspace, seen={step.table: checksum})
    elsewhere = checksum != session.checksums[step.table]
    where = "beside what stands there now" if there is None else "in place of the one that stood there"
    beside = f"{step.table}.csv was changed outside this desk; your row was put {where}." if elsewhere else ""
    saved = (*session.saved, Saved(step, there, row))
    return _refreshed(replace(session, entry=_BLANK, saved=saved), _read(session), beside)


def _changed_evidence(session: Session, case: Case, step: Step) -> Session:
    """What is coded is not what was read: the coder sees it as it is now, before anything is saved."""
    if evidence_of(case, step).is_empty():
        return _refreshed(
            _left(session), case, f"{step.label} was taken out of coverage.csv; its codes were not saved."
        )
    file, what = ("coverage.csv", "text") if step.table == "stances" else ("events.csv", "list of events")
    message = f"{file} was changed on disk. Nothing was saved yet: read the {what} as it is now, then save again."
    return replace(session, case=case, message=message)


def _take_back(session: Session, last: Saved) -> Session:
    step, coder = last.step, session.coder.id
    path = session.case.folder / f"{step.table}.csv"
    checksum = table_checksum(path)
    rows = read_texts(path)
    if row_of(rows, step, coder) != last.after:
        raise NotYet(f"{step.label} was changed on disk since you saved it, so it was not taken back.")
    table = with_row(rows, step, last.before, coder, _units(session.case, step))
    write_tables(session.case.folder, {step.table: table}, session.workspace, seen={step.table: checksum})
    drafts = {**_left(session).drafts, step: _entry_of(step, last.after)}
    queue = (step, *(other for other in session.queue if other != step))
    back = replace(session, case=_read(session), drafts=drafts, saved=session.saved[:-1])
    return _on_desk(back, queue, f"{step.label} was taken back. Codes typed behind the old ones take their place.")


def _read(session: Session) -> Case:
    case, problems = read_case(session.case.folder, session.workspace)
    if case is None:
        raise CaseError(problems)
    return case


def _units(case: Case, step: Step) -> list[str]:
    return case.coverage["doc_id"].to_list() if step.table == "stances" else list(vocabulary.RUBRIC_ITEMS)


def _entry_of(step: Step, row: Row) -> Entry:
    """What would have to be typed for a row."""
    if step.table == "rubric":
        codes = {step.unit: row["score"]} if row.get("score") else {}
        return Entry(keys_for(step.scales, codes), row.get("event_ids", ""), row.get("rationale", ""))
    return Entry(keys_for(step.scales, row))


def _left(session: Session) -> Session:
    """The session with what is typed kept for when the thing comes again."""
    if session.step is None or session.entry == _BLANK:
        return session
    return replace(session, drafts={**session.drafts, session.step: session.entry})


def _refreshed(session: Session, case: Case, message: str) -> Session:
    """Go on with what is left to code of the case as it is now."""
    left = steps_left(case, session.coder, shuffled=session.blind)
    queue = [step for step in session.queue if step in left]
    gone = [step.unit for step in session.queue[1:] if step not in left]
    new = [step for step in left if step not in session.queue]
    messages = [message] if message else []
    if gone:
        messages.append(f"No longer to be coded, as the files stand now: {listed(gone)}.")
    if new:
        messages.append(f"New in the files, and to be coded too: {listed([step.unit for step in new])}.")
    return _on_desk(replace(session, case=case), (*queue, *new), " ".join(messages))


def _on_desk(session: Session, queue: tuple[Step, ...], message: str = "") -> Session:
    """The session with the first of the queue on the desk, as it stands on disk or was typed before."""
    folder = session.case.folder
    checksums = {table: table_checksum(folder / f"{table}.csv") for table in CODED_TABLES}
    before, entry = None, _BLANK
    if queue:
        before = row_of(read_texts(folder / f"{queue[0].table}.csv"), queue[0], session.coder.id)
        entry = brought_back(queue[0], session.drafts.get(queue[0]) or _entry_of(queue[0], before or {}))
    return replace(session, queue=queue, entry=entry, before=before, checksums=checksums, message=message, theirs=None)
