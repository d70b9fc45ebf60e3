"""What comes when a replay is over: the record's intervals, the advice of the texts, and what is not known."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.notes import limits, plain_items
from aftermath.case_files.playbook_rules import OWN_CHANNEL, parse_rule
from aftermath.case_files.public_record import events_public
from aftermath.case_files.shared_tables import has_shared
from aftermath.comparison.advice import rule_in_words, titles_of_texts
from aftermath.comparison.entry import Entry
from aftermath.comparison.playbook import read_advice
from aftermath.comparison.rules import FOLLOWED, NOT_ASKED, NOT_FOLLOWED, NOT_KNOWN, rule_of
from aftermath.measures.speed import Speed, speed
from aftermath.measures.steps import Step
from aftermath.times import Latency, Span
from aftermath.vocabulary import RESPONSES, RUBRIC_ITEMS, SCORES, STEPS
from aftermath.wording import RESOLUTION, counted, duration, latency_text, listed, moment, span_text
from aftermath.workspace import Workspace

NO_CAUSE = (
    "One case, chosen because it is well known. Nothing here shows that an answer caused what came after it, and nobody knows what "
    "would have come of yours."
)
RECORD = "The record, row by row, with hindsight"
RECORD_TIMES = (
    "Its times are the intervals of events.csv by the clock alone, as at the moments; what relations make of them is in the times "
    "after clock zero."
)
ANSWERS, DECISIONS, ADVICE = "Your answers and the record’s", "Your decisions", "What the texts advise"
KINDS = ("Kind of answer", "You", "The record, after clock zero", "Which came first")  # heads of the columns
CODERS = "Notes of the coders"
# What of the choices an item of the rubric is about; the others are about nothing that can be chosen.
_CHOSEN_FOR = {
    "T1": "acknowledge",
    "T3": "explain",
    "T5": "leader",
    "T7": "hub",
    "T8": "correct",
    "T9": "compensate",
    "E1": "apologise",
    "E3": "reply",
}
_SCORED = re.compile(rf"\b({'|'.join(RUBRIC_ITEMS)}) ([^;]+)")
_COLUMN_WORDS = re.compile("[_=]")
_UNITS = {"min": 60.0, "h": 3600.0}


@dataclass(frozen=True)
class RecordedStep:
    """A kind of answer, and when the organisation first gave it.

    Parameters
    ----------
    name, label
        From ``vocabulary.STEPS``.
    latency
        Seconds since clock zero.
    words
        The same in words, with what it rests on.
    options
        What the class may choose to give it, any of these.
    """

    name: str
    label: str
    latency: Latency
    words: str
    options: tuple[str, ...]

    @property
    def signed(self) -> bool:
        """Whether a named person has to speak."""
        return STEPS[self.name][2]

    def given_by(self, chosen: Collection[str]) -> bool:
        """Whether these responses, given together, are an answer of this kind."""
        return not set(chosen).isdisjoint(self.options) and ("leader" in chosen or not self.signed)


@dataclass(frozen=True)
class GivenAdvice:
    """A piece of advice of one of the texts.

    Parameters
    ----------
    advice_id, text, advice
        Its id, the text by its English name and its title, and the advice in our words.
    rule
        What it asks of the record.
    state, why
        Whether the organisation followed it, in words.
    step, limit
        The kind of answer and the seconds that it names; empty and 0 where it names no time.
    responses
        What the class may choose that it is about, where it names no time; whether that was *well* done is not asked.
    """

    advice_id: str
    text: str
    advice: str
    rule: str
    state: str
    why: str
    step: str = ""
    limit: float = 0.0
    responses: tuple[str, ...] = ()

    def met_by(self, waited: Latency) -> str:
        """What an answer of its kind after so long makes of it; empty where it names no time."""
        if not self.step:
            return ""
        if waited.upper <= self.limit:
            return FOLLOWED
        return NOT_FOLLOWED if waited.lower > self.limit + RESOLUTION else NOT_KNOWN


@dataclass(frozen=True)
class RecordRow:
    """An event with its summary, which is written with hindsight; its time is that of the moments, by the clock alone."""

    event_id: str
    when: str
    label: str
    summary: str
    certainty: str
    known: str


@dataclass(frozen=True)
class Debriefing:
    """What comes when a replay is over.

    Parameters
    ----------
    steps
        What the organisation did, and when.
    meaning
        What a time after clock zero means in this case.
    advice
        That of all texts, in the order of the playbook; none where the workspace has none.
    rows
        The record, event by event.
    unknown
        What is not known, a sentence each.
    not_found, conclude
        What the coders looked for and did not find, and what is not to be concluded, a line each.
    coders
        Lines of both that speak of columns and their values: for who reads the files.
    """

    steps: tuple[RecordedStep, ...]
    meaning: str
    advice: tuple[GivenAdvice, ...]
    rows: tuple[RecordRow, ...]
    unknown: tuple[str, ...]
    not_found: tuple[str, ...]
    conclude: tuple[str, ...]
    coders: tuple[str, ...]

    @property
    def sections(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """What is left open, heading by heading; headings without a line are left out."""
        headed = (
            ("What is not known", self.unknown),
            ("Looked for and not found", self.not_found),
            ("From the notes of the case: what not to conclude", self.conclude),
        )
        return tuple((heading, lines) for heading, lines in headed if lines)

    def step(self, name: str) -> RecordedStep:
        """A step by its name."""
        return next(step for step in self.steps if step.name == name)


def debriefing_of(case: Case, entry: Entry, workspace: Workspace) -> Debriefing:
    """The debriefing of a case with a documented crisis.

    Parameters
    ----------
    case
        The case.
    entry
        The same as measured for a comparison.
    workspace
        Holds the advice.
    """
    measured = entry.speed or speed(case)
    notes = limits(case)
    not_found, conclude = (plain_items(notes.not_found), plain_items(notes.conclude)) if notes else ((), ())
    return Debriefing(
        steps=tuple(_step(step) for step in measured.steps),
        meaning=measured.meaning,
        advice=_advice(case, entry, workspace),
        rows=_rows(case),
        unknown=_unknown(case, measured),
        not_found=tuple(line for line in not_found if not _COLUMN_WORDS.search(line)),
        conclude=tuple(line for line in conclude if not _COLUMN_WORDS.search(line)),
        coders=tuple(filter(_COLUMN_WORDS.search, (*not_found, *conclude))),
    )


def pieces(n: int) -> str:
    """How many pieces of advice, in words."""
    return counted(n, "piece of advice", "pieces of advice")


def standing(waited: Latency, recorded: Latency) -> str:
    """How an answer after so long stands to the record's, as far as the intervals tell.

    Examples
    --------
    >>> standing(Latency(0, 59), Latency(476, 535)), standing(Latency(400, 500), Latency(476, 535))
    ('earlier than the record', 'the record does not tell which was first')
    """
    if not recorded.seen:
        return "the record shows none"
    if recorded.with_zero:
        return "the record's came with clock zero: nobody waited for it"
    if waited.certainly_before(recorded):
        return "earlier than the record"
    return "later than the record" if recorded.certainly_before(waited) else "the record does not tell which was first"


def _step(step: Step) -> RecordedStep:
    _, acts, _ = STEPS[step.name]
    options = tuple(name for name, (_, own) in RESPONSES.items() if not set(own).isdisjoint(acts))
    rests = f" ({listed(step.event_ids)}, {vocabulary.CERTAINTIES[step.certainty]})" if step.event_ids else ""
    seen = latency_text(step.latency) if step.latency.seen else f"not seen in {duration(step.latency.lower)} of record"
    return RecordedStep(step.name, step.label, step.latency, f"{seen}{rests}", options)


def _advice(case: Case, entry: Entry, workspace: Workspace) -> tuple[GivenAdvice, ...]:
    if not has_shared("playbook", workspace):
        return ()
    titles = titles_of_texts(workspace)
    given = []
    for piece in read_advice(workspace):
        answer, stated = rule_of(piece.rule)(case, entry), parse_rule(piece.rule)
        timed = stated.kind == "latency"
        step = ("response" if stated.words[0] == OWN_CHANNEL else stated.words[0]) if timed else ""
        limit = float(stated.words[1]) * _UNITS[stated.words[2]] if timed else 0.0
        text, rule = _named(piece.text_id, titles), rule_in_words(piece.rule)
        said = answer.state, _SCORED.sub(_in_words, answer.why)
        if answer.state != NOT_ASKED:
            about = _responses(piece.rule)
            given.append(GivenAdvice(piece.advice_id, text, piece.advice, rule, *said, step, limit, about))
    return tuple(given)


def _named(text_id: str, titles: Mapping[str, str]) -> str:
    """A text by its id, which is English, and by its title, which need not be."""
    name, title = text_id.replace("-", " ").capitalize(), titles.get(text_id, text_id)
    return name if title == text_id else f"{name} · {title}"


def _in_words(scored: re.Match[str]) -> str:
    """An item of the rubric with what each coder gave it."""
    scores = scored[2].split(" and ")
    said = list(
        dict.fromkeys(f"{score} of 2" if score.isdecimal() else f"“{SCORES.get(score, score)}”" for score in scores)
    )
    coders = "the coder" if len(scores) == 1 else "the coders" if len(said) > 1 else "every coder"
    return f"{RUBRIC_ITEMS[scored[1]]} ({scored[1]}) scored {listed(said)} by {coders}"


def _responses(rule: str) -> tuple[str, ...]:
    """What may be chosen that a rule without a time is about."""
    stated = parse_rule(rule)
    if stated.kind == "cause":
        return _responses(stated.words[1])
    if stated.kind == "together":
        return tuple(name for name, (_, acts) in RESPONSES.items() if not set(acts).isdisjoint(stated.words))
    return tuple(_CHOSEN_FOR[item] for item in stated.words if item in _CHOSEN_FOR) if stated.kind == "rubric" else ()


def _rows(case: Case) -> tuple[RecordRow, ...]:
    public, zone = events_public(case), case.about.timezone
    rows = []
    for event in case.events.iter_rows(named=True):
        at = public[event["event_id"]]
        late = (
            f"certainly public by {moment(at, zone, clock=False)}" if at else "when it became public is not on record"
        )
        when = span_text(Span(event["earliest"], event["latest"]), zone)
        certainty, known = vocabulary.CERTAINTIES[event["certainty"]], "" if at == event["latest"] else late
        rows.append(RecordRow(event["event_id"], when, event["label"], event["summary"], certainty, known))
    return tuple(rows)


def _unknown(case: Case, measured: Speed) -> tuple[str, ...]:
    """What the record leaves open, in sentences."""
    public = events_public(case)
    disputed = [f"{event_id} ({label})" for event_id, label in _of(case, "disputed")]
    hidden = [event_id for event_id, at in public.items() if at is None]
    inferred = len(_of(case, "inferred"))
    sentences = (
        f"Sources disagree on when {listed(disputed)} happened; the widest reading is kept." if disputed else "",
        f"{counted(inferred, 'time')} of {counted(case.events.height, 'event')} are inferred from stated facts."
        if inferred
        else "",
        f"When {listed(hidden)} became public is not on record, so the replay left them out." if hidden else "",
        measured.context,
    )
    return tuple(filter(None, sentences))


def _of(case: Case, certainty: str) -> list[tuple[str, str]]:
    return case.events.filter(certainty=certainty).select("event_id", "label").rows()
