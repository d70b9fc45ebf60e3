"""A replay as it is played: where the class is, what it has chosen, and how that stands to the record in the end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from aftermath.comparison.rules import NOT_ASKED
from aftermath.replaying.debriefing import GivenAdvice, RecordedStep
from aftermath.replaying.script import Moment, Script
from aftermath.vocabulary import RESPONSES

WAIT, NOT_GIVEN, EARLY = "Wait", "not given", "before clock zero was certainly past"


@dataclass(frozen=True)
class Choice:
    """What the class chose at a moment.

    Parameters
    ----------
    place
        The moment, counted from 0.
    options
        Keys of ``vocabulary.RESPONSES``; **none is to wait**.
    statement
        What it wrote; kept also where the time had run out.
    seconds
        How long it took.
    late
        Whether the time had run out, so that it waited.
    """

    place: int
    options: tuple[str, ...]
    statement: str = ""
    seconds: float = 0.0
    late: bool = False

    @property
    def text(self) -> str:
        """What was chosen, in words."""
        if self.late:
            return f"{WAIT} (the time had run out)"
        return "; ".join(RESPONSES[name][0] for name in self.options) or WAIT


@dataclass(frozen=True)
class Compared:
    """A kind of answer: when the class gave it, and when the organisation did."""

    label: str
    own: str
    record: str
    standing: str


@dataclass(frozen=True)
class Decided:
    """A decision that was made, and what the organisation had done by the next moment."""

    when: str
    chosen: str
    statement: str
    did: str


@dataclass
class Play:
    """A replay in progress.

    Parameters
    ----------
    script
        What is played.
    place
        The moment, counted from 0; -1 before the first, the number of moments when all is over.
    choices
        Moment to what was chosen there.
    """

    script: Script
    place: int = -1
    choices: dict[int, Choice] = field(default_factory=dict)

    @property
    def moment(self) -> Moment | None:
        """Where the class is; None before the first moment and when all is over."""
        return self.script.moments[self.place] if 0 <= self.place < len(self.script.moments) else None

    @property
    def over(self) -> bool:
        """Whether only the debriefing is left."""
        return self.place >= len(self.script.moments)

    @property
    def awaited(self) -> bool:
        """Whether the class has to choose before it goes on."""
        return self.moment is not None and self.moment.decision is not None and self.place not in self.choices

    @property
    def revealed(self) -> Choice | None:
        """What the class chose at the moment before, beside what is new now."""
        return self.choices.get(self.place - 1)

    def forward(self) -> None:
        """Go to the next moment; **a decision that is awaited keeps the class where it is**."""
        if not self.awaited and not self.over:
            self.place += 1

    def back(self) -> None:
        """Go to the moment before; what was chosen stays chosen."""
        self.place = max(-1, self.place - 1)

    def choose(self, options: Sequence[str], statement: str = "", *, seconds: float = 0.0, late: bool = False) -> None:
        """Choose, and go on.

        Parameters
        ----------
        options
            Keys of ``vocabulary.RESPONSES``; none is to wait.
        statement
            What the class wrote.
        seconds
            How long it took.
        late
            Whether the time had run out: then the class waited, whatever it had begun to choose.
        """
        if self.awaited:
            self.choices[self.place] = Choice(self.place, () if late else tuple(options), statement, seconds, late)
            self.forward()

    def first(self, step: RecordedStep) -> Choice | None:
        """The first choice that is an answer of this kind."""
        return next((choice for _, choice in sorted(self.choices.items()) if step.given_by(choice.options)), None)

    @property
    def decided(self) -> tuple[Decided, ...]:
        """Every decision that was made, in order of time."""
        rows = []
        for place, choice in sorted(self.choices.items()):
            moment, then = self.script.moments[place : place + 2]
            did = "; ".join(event.words.rstrip(".") for event in then.own) or "nothing new on record"
            chosen = f"{choice.text} ({choice.seconds:.0f} s)"
            rows.append(Decided(f"{moment.day}, {moment.clock}", chosen, choice.statement, did))
        return tuple(rows)

    @property
    def compared(self) -> tuple[Compared, ...]:
        """Every kind of answer, the class's beside the organisation's."""
        return tuple(self._compared(step) for step in self.script.debriefing.steps)

    def _compared(self, step: RecordedStep) -> Compared:
        choice = self.first(step)
        moment = self.script.moments[choice.place] if choice else None
        if moment is None or moment.decision is None:
            return Compared(step.label, NOT_GIVEN, step.words, "")
        own = f"{moment.since or EARLY} ({moment.day}, {moment.clock})"
        return Compared(step.label, own, step.words, moment.decision.standing[step.name])

    def advice(self, given: GivenAdvice) -> str:
        """How the class stands to a piece of advice, in words.

        Of advice that names a time: what the first answer of its kind makes of it. Of other advice: which of the responses that it is
        about were chosen, of those that were offered.
        """
        if given.step:
            choice = self.first(self.script.debriefing.step(given.step))
            decision = self.script.moments[choice.place].decision if choice else None
            return decision.advice[given.advice_id] if decision else NOT_GIVEN
        decisions = (self.script.moments[place].decision for place in self.choices)
        offered = {name for decision in decisions if decision for name in decision.options}
        chosen = {name for choice in self.choices.values() for name in choice.options}
        said = (
            f"{'chosen' if name in chosen else 'not chosen'}: {RESPONSES[name][0]}"
            for name in given.responses
            if name in offered
        )
        return "; ".join(said) or NOT_ASKED
