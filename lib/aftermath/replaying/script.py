"""The script of a replay: everything that its three faces show, worked out beforehand.

A moment holds what was certainly public by then: label, actor and channel of each new event, not its summary, **which is written
with hindsight**; and the abstracts of texts, each of which says what its text said on its day. Summaries come with the debriefing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from aftermath import vocabulary
from aftermath.case_files.about import About
from aftermath.case_files.case import Case, load_case
from aftermath.case_files.public_record import events_public
from aftermath.case_files.replay_file import StagedDecision
from aftermath.comparison.entry import Entry
from aftermath.comparison.scoreboard import compare
from aftermath.replaying.debriefing import Debriefing, debriefing_of, standing
from aftermath.replaying.moments import Stop, stops
from aftermath.times import Latency, Span, difference, local_day
from aftermath.wording import day_text, latency_text, listed, span_text
from aftermath.workspace import Workspace, find_workspace

QUESTION = "What do you do now?"
HOW = (
    "You will be asked what to do, and may write what you would say; only then do you see what was done. What may have happened by now "
    "but is not certain is not shown yet. Clock zero is when the public learned of the matter."
)
_OF_THE_CODEBOOK = (
    "trigger",
    "exposure",
    "amplification",
    "milestone",
    "internal_knowledge",
)  # they tell a class nothing


@dataclass(frozen=True)
class ShownEvent:
    """An event as the class sees it.

    Parameters
    ----------
    event_id
        Its row.
    when
        The interval in which it happened, in words.
    remarks
        What is to be said of that time: that it is of some time before now, disputed, or only known by now.
    words
        What could be seen of it.
    who
        Who did what, where.
    own
        Whether the organisation acted.
    family
        Family of its first act that has one, for its colour.
    """

    event_id: str
    when: str
    remarks: tuple[str, ...]
    words: str
    who: str
    own: bool
    family: str


@dataclass(frozen=True)
class ShownText:
    """A text as the class sees it: what it said, on its day."""

    doc_id: str
    when: str
    publisher: str
    abstract: str
    judges: str


@dataclass(frozen=True)
class Decision:
    """A decision that the class is to make.

    Parameters
    ----------
    question
        What is asked.
    options
        Keys of ``vocabulary.RESPONSES``; to choose none is to wait.
    minutes
        How long the class may take as staged; None for no limit. **What the lecturer chooses goes before it.**
    note
        For the lecturer alone.
    standing
        Step to how an answer at this moment stands to the record's.
    advice
        Advice that names a time to what an answer at this moment makes of it.
    """

    question: str
    options: tuple[str, ...]
    minutes: int | None
    note: str
    standing: Mapping[str, str]
    advice: Mapping[str, str]

    def limit(self, minutes: int | None) -> int:
        """How many minutes the class has, 0 for no limit: what the lecturer chose, or as staged where that is None."""
        return self.minutes or 0 if minutes is None else minutes


@dataclass(frozen=True)
class Moment:
    """A moment at which the replay stops.

    Parameters
    ----------
    at
        In UTC.
    clock, day
        What a clock and a calendar on the wall would show.
    since
        How long after clock zero; empty until clock zero is certainly past.
    events, texts
        What is new.
    decision
        What the class is asked; None where it looks on.
    """

    at: datetime
    clock: str
    day: str
    since: str
    events: tuple[ShownEvent, ...]
    texts: tuple[ShownText, ...]
    decision: Decision | None

    @property
    def own(self) -> tuple[ShownEvent, ...]:
        """What the organisation did."""
        return tuple(event for event in self.events if event.own)


@dataclass(frozen=True)
class Script:
    """Everything that a replay of one case shows.

    Parameters
    ----------
    case_id, title, organisation
        The case. **The title is hindsight**: it belongs to the debriefing.
    opening
        What the class is told before the first moment.
    moments
        In order of time.
    debriefing
        What comes when all is over.
    """

    case_id: str
    title: str
    organisation: str
    opening: str
    moments: tuple[Moment, ...]
    debriefing: Debriefing

    @property
    def decisions(self) -> tuple[int, ...]:
        """Places of the moments at which the class decides."""
        return tuple(place for place, moment in enumerate(self.moments) if moment.decision)

    @property
    def nothing_new(self) -> str:
        """What is said after a decision where the organisation did nothing that is on record."""
        return f"By now the record shows nothing new from {self.organisation}."

    @property
    def decided(self) -> tuple[str, str, str, str]:
        """Heads of the columns of the decisions in the debriefing."""
        return "When", "You chose", "You said", f"What {self.organisation} had done by the next moment"


def script_of(case: Case | str, workspace: Workspace | None = None, *, entry: Entry | None = None) -> Script:
    """The script of the replay of a case.

    Parameters
    ----------
    case
        A case, or its id.
    workspace
        Holds the advice of the texts; the workspace in force if not given.
    entry
        The case as measured for a comparison; measured here if not given.

    Returns
    -------
    Script

    Raises
    ------
    ReplayError
        If the case cannot be replayed.
    CaseError
        If the case, or the advice of the workspace, has problems.

    Examples
    --------
    >>> script_of("kitchenaid-tweet").moments[2].since.replace("\\u00a0", " ")
    '8–9 min after clock zero'
    """
    workspace = workspace or find_workspace()
    case = load_case(case, workspace) if isinstance(case, str) else case
    stopped = stops(case)
    debriefing = debriefing_of(case, entry or compare([case])[case.id], workspace)
    befores = [None, *(stop.at for stop in stopped)]
    moments = tuple(_moment(case, *pair, debriefing) for pair in zip(stopped, befores, strict=False))
    return Script(case.id, case.title, case.about.organisation, _opening(case, moments[0]), moments, debriefing)


def _opening(case: Case, first: Moment) -> str:
    about = case.about
    if case.staging and case.staging.opening:
        return " ".join(case.staging.opening.split())
    country = vocabulary.country_name(about.country)
    return (
        f"You speak for {about.organisation} ({about.industry}, {country}). You see what the public could see, and nothing else. "
        f"The replay begins on {first.day}."
    )


def _moment(case: Case, stop: Stop, before: datetime | None, debriefing: Debriefing) -> Moment:
    clock, day = wall(stop.at, case.about.timezone)
    zero = events_public(case)[case.about.clock_zero or ""]
    return Moment(
        at=stop.at,
        clock=clock,
        day=day,
        # a distance to what the class has not seen yet would tell that it comes
        since=_since(case.since_zero(Span(stop.at, stop.at))) if zero and zero <= stop.at else "",
        events=tuple(_events(case, stop, before)),
        texts=tuple(_texts(case, stop)),
        decision=_decision(case, stop.decision, stop.at, debriefing) if stop.decision else None,
    )


def _since(latency: Latency) -> str:
    words = latency_text(latency)
    if not latency.upper:
        return "clock zero"
    return f"{words} of clock zero" if words.startswith("within") else f"{words} after clock zero"


def wall(at: datetime, zone: str) -> tuple[str, str]:
    """What a clock and a calendar on the wall show; the last second of a day is its end.

    Examples
    --------
    >>> from aftermath.times import parse_instant
    >>> wall(parse_instant("2012-10-03T21:42:59-04:00"), "America/New_York")
    ('21:42', 'Wednesday 3 October 2012')
    """
    local = at.astimezone(ZoneInfo(zone))
    clock = "end of the day" if f"{local:%H:%M:%S}" == "23:59:59" else f"{local:%H:%M}"
    return clock, f"{local:%A} {local.day} {local:%B %Y}"


def _events(case: Case, stop: Stop, before: datetime | None) -> Iterator[ShownEvent]:
    public, zone = events_public(case), case.about.timezone
    words = case.staging.words if case.staging else {}
    for event in case.events.iter_rows(named=True):
        event_id = event["event_id"]
        if event_id not in stop.events:
            continue
        remarks = {
            "some time before now": before and event["earliest"] <= before and event["earliest"] < event["latest"],
            "sources disagree, the widest reading": event["certainty"] == "disputed",
            "known to the public only now": public[event_id] != event["latest"],
        }
        families = [vocabulary.act_family(act) for act in event["acts"]] if event["actor"] == "organisation" else []
        yield ShownEvent(
            event_id,
            span_text(Span(event["earliest"], event["latest"]), zone),
            tuple(remark for remark, holds in remarks.items() if holds),
            " ".join(words.get(event_id, event["label"]).split()),
            _who(event, case.about),
            event["actor"] == "organisation",
            next((family for family in families if family != "other"), "other"),
        )


def _who(event: dict, about: About) -> str:
    """Who acted, how and where: ``KitchenAid (Cynthia Soledad, head of the brand): apology, explanation · twitter``."""
    actor = vocabulary.ACTORS[event["actor"]].capitalize()
    if event["actor"] == "organisation":
        actor = about.organisation
    elif event["event_id"] == about.clock_zero and about.exposed_by == "own_post":
        actor = f"An account of {about.organisation}"  # who was at the keys became known later
    person = "" if _unseen(event, about) else ", ".join(filter(None, (event["speaker"], event["role"])))
    acts = ", ".join(vocabulary.ACTS[act] for act in event["acts"] if act not in _OF_THE_CODEBOOK)
    channels = listed([vocabulary.CHANNELS[channel] for channel in event["channel"] if channel != "other"])
    said = f"{actor} ({person})" if person else actor
    return f"{said}{f': {acts}' if acts else ''}{f' · {channels}' if channels else ''}"


def _unseen(event: dict, about: About) -> bool:
    """Whether nobody could see which person it was: at the keys of an account, among the staff, taking something down."""
    slipped = event["event_id"] == about.clock_zero and about.exposed_by == "own_post"
    return slipped or event["actor"] == "employee" or set(event["acts"]) == {"removal"}


def _texts(case: Case, stop: Stop) -> Iterator[ShownText]:
    publishers = dict(case.sources.select("source_id", "publisher").iter_rows())
    for text in case.coverage.iter_rows(named=True):
        if text["doc_id"] in stop.texts:
            day = local_day(text["published"], case.about.timezone).earliest.astimezone(ZoneInfo(case.about.timezone))
            judges = [frame.removeprefix("response_") for frame in text["frames"] if frame.startswith("response_")]
            said = f"the response is {listed(judges)}" if judges else ""
            yield ShownText(text["doc_id"], day_text(day.date()), publishers[text["source_id"]], text["abstract"], said)


def _decision(case: Case, staged: StagedDecision, at: datetime, debriefing: Debriefing) -> Decision:
    waited = difference(Span(at, at), case.span(case.about.clock_zero or ""))
    return Decision(
        question=" ".join((staged.question or QUESTION).split()),
        options=staged.options or tuple(vocabulary.RESPONSES),
        minutes=staged.minutes,
        note=" ".join((staged.note or "").split()),
        standing={step.name: standing(waited, step.latency) for step in debriefing.steps},
        advice={advice.advice_id: met for advice in debriefing.advice if (met := advice.met_by(waited))},
    )
