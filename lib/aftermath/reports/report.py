"""A case report, piece by piece: what a cell of the notebook shows is one property here.

Where the evidence cannot bear a measure, its place is taken by the sentence that says why; that is
decided in one place, ``CaseReport._unless_nothing``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from aftermath import figures
from aftermath.cases.case import Case
from aftermath.measures.claims import claims
from aftermath.measures.result import NothingToMeasure
from aftermath.measures.speed import Speed, speed
from aftermath.measures.tone import PHASE_DAYS, Tone, tone
from aftermath.measures.transparency import Transparency, transparency
from aftermath.reports.exhibit import Exhibit, Passage
from aftermath.reports.html import MACHINE_ASSISTED, escape, table_html
from aftermath.reports.passages import coverage, events, head, ledger, notes, openness, sources
from aftermath.reports.passages.references import References
from aftermath.reports.passages.tables import absent, folded
from aftermath.wording import counted

_Shown = TypeVar("_Shown")


@dataclass(frozen=True, eq=False)
class CaseReport:
    """The pieces of a case report, in the order of the page.

    Parameters
    ----------
    case
        The case.
    seed
        Of every bootstrap.
    phase_days
        Days after clock zero at which a phase of the coverage ends.
    """

    case: Case
    seed: int = 0
    phase_days: tuple[int, ...] = PHASE_DAYS

    @property
    def head(self) -> Passage:
        """Title, lead and facts."""
        return Passage(head.head(self._references))

    @property
    def cards(self) -> Passage:
        """The four verdicts: first response, named apology, transparency, favourability."""
        return Passage(
            head.cards(
                self._references,
                {
                    "resp": self._card("First public response", "#speed", self._step_card("response")),
                    "named": self._card("Apology by a named person", "#speed", self._step_card("named_apology")),
                    "open": self._card("Transparency index", "#open", lambda: head.index_card(self._transparency)),
                    "tone": self._card("Favourability of coverage", "#coverage", self._tone_card),
                },
            )
        )

    @property
    def summary(self) -> Passage:
        """What happened, in a paragraph that goes on from the lead."""
        text = f"<p>{escape(head.account(self.case.about.summary))}</p>"
        return Passage(f'<div class="prose">{text}</div>')

    @property
    def timeline(self) -> Exhibit | Passage:
        """Figure 1: every act, from clock zero; its table holds all events."""
        return self._unless_nothing(self._timeline, lambda reason: Passage(absent(reason) + self.events.html))

    @property
    def events(self) -> Passage:
        """The events alone, for a case without a clock."""
        count = counted(self.case.events.height, "event")
        table = events.events_table(self._references)
        return Passage(folded("All events", count, table, "Events", unfolded=True))

    @property
    def clock(self) -> Passage:
        """What a latency means here, given who started the clock."""
        return self._unless_nothing(lambda: Passage(f'<div class="prose"><p>{escape(self._speed.meaning)}</p></div>'))

    @property
    def speed(self) -> Exhibit | Passage:
        """Figure 2: how long each kind of answer took."""
        return self._unless_nothing(self._ladder)

    @property
    def openness(self) -> Passage:
        """The two indices with bounds and agreement."""
        return self._unless_nothing(lambda: Passage(openness.index_marks(self._transparency)))

    @property
    def rubric(self) -> Exhibit | Passage:
        """Figure 3: the rubric, item by item; its table holds both coders' reasons."""
        return self._unless_nothing(self._rubric, lambda reason: Passage(""))

    @property
    def tone(self) -> Exhibit | Passage:
        """Figure 4: favourability and stance toward the response; its table holds every coded text."""
        return self._unless_nothing(self._tones, lambda reason: Passage(absent(reason) + self.coverage.html))

    @property
    def phases(self) -> Passage:
        """The tone phase by phase, with n, intervals and the texts."""
        return self._unless_nothing(
            lambda: Passage(coverage.phases_table(self._told_tones, self._references)), lambda reason: Passage("")
        )

    @property
    def coverage(self) -> Passage:
        """The texts alone, for a case where no tone is measured."""
        if self.case.coverage.is_empty():
            return Passage(absent("No text about this case has been coded yet."))
        count = counted(self.case.coverage.height, "text")
        table = coverage.coverage_table(self._references)
        return Passage(folded("All texts", count, table, "Coverage", unfolded=True))

    @property
    def numbers(self) -> Passage:
        """The numbers on record, each with its source."""
        if self.case.signals.is_empty():
            return Passage(absent("No number over time was found for this case."))
        return Passage(ledger.numbers_table(self._references))

    @property
    def claims(self) -> Passage:
        """What is said about the case, with verdicts."""
        return Passage(ledger.claims_list(claims(self.case), self._references))

    @property
    def searched(self) -> Passage:
        """For a case without a record: what was searched and what came close."""
        return Passage(notes.searched(self._references))

    @property
    def limits(self) -> Passage:
        """What a reader should not conclude, and what was not found."""
        return Passage(notes.limits(self._references))

    @property
    def sources(self) -> Passage:
        """Everything that was read."""
        return Passage(sources.sources_list(self._references))

    @property
    def cite(self) -> Passage:
        """How to cite the page."""
        return Passage(sources.cite(self.case))

    @property
    def provenance(self) -> Passage:
        """The evidence files with their checksums, the library and the parameters."""
        days = ", ".join(map(str, self.phase_days))
        return Passage(sources.provenance(self.case, {"seed": self.seed, "phase_days": f"[{days}]"}))

    @cached_property
    def _references(self) -> References:
        return References(self.case)

    @cached_property
    def _speed(self) -> Speed:
        return speed(self.case)

    @cached_property
    def _transparency(self) -> Transparency:
        return transparency(self.case, seed=self.seed)

    @cached_property
    def _favourability(self) -> Tone:
        return tone(self.case, "favourability", phase_days=self.phase_days, seed=self.seed)

    @cached_property
    def _told_tones(self) -> list[Tone]:
        """Favourability, and stance toward the response where any text was coded for it."""
        second = self._unless_nothing(
            lambda: [tone(self.case, "stance_response", phase_days=self.phase_days, seed=self.seed)], lambda reason: []
        )
        return [self._favourability, *second]

    def _unless_nothing(self, make: Callable[[], _Shown], instead: Callable[[str], _Shown] | None = None) -> _Shown:
        """What ``make`` gives, or in its place the sentence that says why there is nothing to measure."""
        try:
            return make()
        except NothingToMeasure as nothing:
            reason = str(nothing).removeprefix(f"{self.case.id}: ")
            reason = reason[0].upper() + reason[1:]
            return instead(reason) if instead else Passage(absent(reason))

    def _card(self, title: str, address: str, make: Callable[[], str]) -> Callable[[], str]:
        return lambda: self._unless_nothing(make, lambda reason: head.empty_card(title, address, reason))

    def _step_card(self, name: str) -> Callable[[], str]:
        title = {"response": "First public response", "named_apology": "Apology by a named person"}[name]
        return lambda: head.step_card(title, self._speed[name], self._speed, self._references)

    def _tone_card(self) -> str:
        return head.tone_card(self._favourability, len(self.phase_days) + 1)

    def _timeline(self) -> Exhibit:
        words = events.timeline_words(self.case, self._speed)
        return Exhibit(
            id="f1",
            title="Every act, from clock zero",
            how="Each bar runs from the earliest to the latest moment the record allows: a thin bar is known to the "
            "minute, a long one is not. Striped bars did several things at once. Time is logarithmic: each step right "
            "is ten times longer. What came before clock zero is mirrored to its left, on grey.",
            figure=figures.timeline(self.case),
            words=words,
            table=events.events_table(self._references),
            rows=counted(self.case.events.height, "event"),
            legend=events.legend(),
            linker=self._references.linker,
        )

    def _ladder(self) -> Exhibit:
        table = self._speed.table
        return Exhibit(
            id="f2",
            title="How long each kind of answer took",
            how="One row for each kind of answer; the bar runs from the shortest to the longest time that the record "
            "allows. A dashed arrow begins where the record ends: not seen, which is neither zero nor never.",
            figure=figures.latency_ladder(self._speed),
            words=f"{events.speed_words(self._speed)} {self._speed.context}",
            table=table_html(
                table, "Latencies from clock zero", linker=self._references.linker, headings=_LADDER_HEADINGS
            ),
            rows=counted(table.height, "step"),
            linker=self._references.linker,
        )

    def _rubric(self) -> Exhibit:
        result = self._transparency
        return Exhibit(
            id="f3",
            title="What was disclosed, item by item",
            how="A square for each item and coder: empty 0, half 1, full 2; dashed where the record does not show it, a "
            "dash where the item cannot apply. Rows where the coders differ carry an orange edge.",
            figure=figures.rubric_grid(result),
            words=f"{result.text} {MACHINE_ASSISTED}",
            table=openness.rubric_table(result, self._references),
            rows=counted(len(result.items), "item"),
            linker=self._references.linker,
            unfolded=True,
        )

    def _tones(self) -> Exhibit:
        told = self._told_tones
        return Exhibit(
            id="f4",
            title="What each text would make a reader think",
            how="One dot for each text read, at the mean of its coders, with a stem where they differ. Dots are spread "
            "within the day of publication, as the hour is rarely known. Line: the mean of a phase, inside its 95 % "
            "interval; hollow where fewer than eight texts allow none.",
            figure=figures.tone_over_time(*told),
            words=coverage.tone_words(told),
            table=coverage.coverage_table(self._references),
            rows=counted(self.case.coverage.height, "text"),
            linker=self._references.linker,
        )


_LADDER_HEADINGS = {
    "lower_seconds": "From, seconds",
    "upper_seconds": "To, seconds",
    "sources": "Sources, n",
    "candidates": "Such acts, n",
}


def report(case: Case, *, seed: int = 0, phase_days: Sequence[int] = PHASE_DAYS) -> CaseReport:
    """The pieces of a case report, to be shown one a cell.

    Parameters
    ----------
    case
        Any case, crisis on record or not.
    seed
        Of every bootstrap.
    phase_days
        Days after clock zero at which a phase of the coverage ends, ascending.

    Returns
    -------
    CaseReport

    Examples
    --------
    >>> import aftermath as am
    >>> "8–9" in am.report(am.load_case("kitchenaid-tweet")).cards.html
    True
    """
    return CaseReport(case, seed, tuple(phase_days))
