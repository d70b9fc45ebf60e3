"""A case report, piece by piece: what a cell of the notebook shows is one property here.

Where the evidence cannot bear a measure, its place is taken by the sentence that says why; that is
decided in one place, ``Measured.unless_nothing``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from aftermath import figures
from aftermath.case_files.case import Case
from aftermath.case_files.coders import who_coded
from aftermath.measures.claims import claims
from aftermath.measures.disagreements import disagreements
from aftermath.measures.tone import PHASE_DAYS
from aftermath.pages.case_results import case_results
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.html import escape, table_html
from aftermath.pages.measured import Measured
from aftermath.pages.passages import (
    coverage,
    differences,
    events,
    head,
    ledger,
    market,
    notes,
    numbers,
    openness,
    posts,
    recovery,
    sources,
    unmeasured,
)
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import absent, folded
from aftermath.running.parameters import ParameterError
from aftermath.running.results import Results
from aftermath.wording import counted

_Shown = TypeVar("_Shown")
_DRAWN = ("favourability", "stance_response")  # of what was coded: a third panel would have no room


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
    interval_level
        Of the intervals that come from a model: recovery, market, signals and alarm.
    """

    case: Case
    seed: int = 0
    phase_days: tuple[int, ...] = PHASE_DAYS
    interval_level: float = 0.95

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
                    "open": self._card(
                        "Transparency index", "#open", lambda: head.index_card(self._measured.transparency)
                    ),
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
        return self._unless_nothing(
            lambda: Passage(f'<div class="prose"><p>{escape(self._measured.speed.meaning)}</p></div>')
        )

    @property
    def speed(self) -> Exhibit | Passage:
        """Figure 2: how long each kind of answer took."""
        return self._unless_nothing(self._ladder)

    @property
    def openness(self) -> Passage:
        """The two indices with bounds and agreement."""
        return self._unless_nothing(lambda: Passage(openness.index_marks(self._measured.transparency)))

    @property
    def rubric(self) -> Exhibit | Passage:
        """Figure 3: the rubric, item by item; its table holds every coder's reasons."""
        return self._unless_nothing(self._rubric, lambda reason: Passage(""))

    @property
    def tone(self) -> Exhibit | Passage:
        """Figure 4: favourability and stance toward the response; its table holds every coded text."""
        return self._unless_nothing(self._tones, lambda reason: Passage(absent(reason) + self.coverage.html))

    @property
    def recovery(self) -> Passage:
        """The course of everything that was coded, by model, with half-life and time to neutral."""
        told = self._measured.recoveries
        return Passage(recovery.recovery_table(told) if told else "")

    @property
    def phases(self) -> Passage:
        """The tone phase by phase, with n, intervals and the texts."""
        tones = [each.tone for each in self._measured.recoveries]
        return Passage(coverage.phases_table(tones, self._references) if tones else "")

    @property
    def coverage(self) -> Passage:
        """The texts alone, for a case where no tone is measured."""
        if self.case.coverage.is_empty():
            return Passage(absent("No text about this case has been coded yet."))
        count = counted(self.case.coverage.height, "text")
        table = coverage.coverage_table(self._references)
        return Passage(folded("All texts", count, table, "Coverage", unfolded=True))

    @property
    def differences(self) -> Passage:
        """Where the coders differ, and what each of them gave."""
        return self._unless_nothing(
            lambda: Passage(differences.differences(disagreements(self.case), self._references))
        )

    @property
    def archive(self) -> Passage:
        """What archive of posts is attached, what was made of it, and what it cannot show."""
        return self._unless_nothing(lambda: Passage(posts.source(self._measured.posts)))

    @property
    def posts(self) -> Exhibit | Passage:
        """The share of negative posts over time, with what the organisation posted itself."""
        return self._unless_nothing(
            lambda: posts.posts_exhibit(self._measured.posts, self._references, self._measured.figures["posts"]),
            lambda reason: Passage(""),
        )

    @property
    def posts_recovery(self) -> Passage:
        """The fits of the negative share, and how far its scorer agrees with people."""
        return self._unless_nothing(
            lambda: Passage(posts.estimates_table(self._measured.posts)), lambda reason: Passage("")
        )

    @property
    def shares(self) -> Passage:
        """Whose share is studied and on which days; or why none is."""
        return self._unless_nothing(lambda: Passage(market.rule(self._measured.market)))

    @property
    def market(self) -> Exhibit | Passage:
        """What the share of the organisation, or of its parent, returned beyond the market on the key days."""
        return self._unless_nothing(
            lambda: market.market_exhibit(self._measured.market, self._references, self._measured.figures["market"]),
            lambda reason: Passage(""),
        )

    @property
    def numbers(self) -> Exhibit | Passage:
        """The numbers on record, each with its source; drawn where any was published on two days."""
        if self.case.signals.is_empty():
            return Passage(absent("No number over time was found for this case."))
        if not self.case.about.documented:
            return Passage(numbers.numbers_passage(self._references))
        if "numbers" not in self._measured.figures:
            single = "None was published on two days, so there is no course to draw."
            return Passage(numbers.numbers_passage(self._references, single))
        return numbers.numbers_exhibit(self._measured.signals, self._references, self._measured.figures["numbers"])

    @property
    def alarm(self) -> Exhibit | Passage:
        """When a monitor of the coverage would have fired, against when the organisation answered."""
        return self._unless_nothing(self._fired)

    @property
    def unmeasured(self) -> Passage:
        """Every measure that the evidence cannot bear, with its reason."""
        return Passage(unmeasured.unmeasured_table(self._measured.reasons))

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
        set_to = {"seed": self.seed, "phase_days": f"[{days}]", "interval_level": self.interval_level}
        return Passage(sources.provenance(self.case, set_to))

    @property
    def results(self) -> Results:
        """The latencies, the indices, the coverage and its recovery as one table, for a sweep to gather."""
        return case_results(self._measured)

    @cached_property
    def _references(self) -> References:
        return References(self.case)

    @cached_property
    def _measured(self) -> Measured:
        return Measured(self.case, self.seed, self.phase_days, self.interval_level)

    def _unless_nothing(self, make: Callable[[], _Shown], instead: Callable[[str], _Shown] | None = None) -> _Shown:
        """What ``make`` gives, or in its place the sentence that says why there is nothing to measure."""
        return self._measured.unless_nothing(make, instead or (lambda reason: Passage(absent(reason))))

    def _card(self, title: str, address: str, make: Callable[[], str]) -> Callable[[], str]:
        return lambda: self._unless_nothing(make, lambda reason: head.empty_card(title, address, reason))

    def _step_card(self, name: str) -> Callable[[], str]:
        title = {"response": "First public response", "named_apology": "Apology by a named person"}[name]
        return lambda: head.step_card(title, self._measured.speed[name], self._measured.speed, self._references)

    def _tone_card(self) -> str:
        return head.tone_card(self._measured.recovery("favourability").tone, len(self.phase_days) + 1)

    def _timeline(self) -> Exhibit:
        words = events.timeline_words(self.case, self._measured.speed)
        return Exhibit(
            id="f1",
            title="Every act, from clock zero",
            how=events.how_read(self.case),
            figure=figures.timeline(self.case),
            words=words,
            table=events.events_table(self._references),
            rows=counted(self.case.events.height, "event"),
            legend=events.legend(self.case),
            linker=self._references.linker,
        )

    def _ladder(self) -> Exhibit:
        table = self._measured.speed.table
        return Exhibit(
            id="f2",
            title="How long each kind of answer took",
            how="One row for each kind of answer; the bar runs from the shortest to the longest time that the record "
            "allows. A dashed arrow begins where the record ends: not seen, which is neither zero nor never.",
            figure=figures.latency_ladder(self._measured.speed),
            words=f"{events.speed_words(self._measured.speed)} {self._measured.speed.context}",
            table=table_html(
                table, "Latencies from clock zero", linker=self._references.linker, headings=_LADDER_HEADINGS
            ),
            rows=counted(table.height, "step"),
            linker=self._references.linker,
        )

    def _rubric(self) -> Exhibit:
        result = self._measured.transparency
        gaps = " A cross is not coded." if not all(item.complete for item in result.items) else ""
        return Exhibit(
            id="f3",
            title="What was disclosed, item by item",
            how="A square for each item and coder: empty 0, half 1, full 2; dashed where the record does not show it, a "
            f"dash where the item cannot apply.{gaps} Rows where the coders differ carry an orange edge.",
            figure=figures.rubric_grid(result),
            words=f"{result.text} {who_coded(result.coders)}",
            table=openness.rubric_table(result, self._references),
            rows=counted(len(result.items), "item"),
            linker=self._references.linker,
            unfolded=True,
        )

    def _tones(self) -> Exhibit:
        self._measured.recovery("favourability")  # without it there is nothing to draw
        told = [each for each in self._measured.recoveries if each.variable in _DRAWN]
        return Exhibit(
            id="f4",
            title="What each text would make a reader think, and the trend",
            how=recovery.how(told),
            figure=figures.tone_over_time(*told),
            words=recovery.recovery_words(told),
            table=coverage.coverage_table(self._references),
            rows=counted(self.case.coverage.height, "text"),
            linker=self._references.linker,
        )

    def _fired(self) -> Exhibit:
        found = self._measured.alarm
        return exhibit(
            found,
            figures.volume_alarm(found),
            id=self._measured.figures["alarm"],
            title="When a monitor of the coverage would have fired",
            how="A bar is a day. Blue: the rule fired from clock zero on; dark: it fired before, a false alarm. Line: what "
            "the rule compares with. Upright line: clock zero; pale band: when the organisation answered.",
            linker=self._references.linker,
        )


_LADDER_HEADINGS = {
    "lower_seconds": "From, seconds",
    "upper_seconds": "To, seconds",
    "sources": "Sources, n",
    "candidates": "Such acts, n",
    "by_clock": "By clock times alone",
    "relations": "Relations, rows",
}


def report(
    case: Case, *, seed: int = 0, phase_days: Sequence[int] = PHASE_DAYS, interval_level: float = 0.95
) -> CaseReport:
    """The pieces of a case report, to be shown one a cell.

    Parameters
    ----------
    case
        Any case, crisis on record or not.
    seed
        Of every bootstrap.
    phase_days
        Days after clock zero at which a phase of the coverage ends, ascending.
    interval_level
        Of the intervals that come from a model, between 0 and 1. **Bootstrap intervals stay at 0.95.**

    Returns
    -------
    CaseReport

    Raises
    ------
    ParameterError
        If ``interval_level`` is no level.

    Examples
    --------
    >>> import aftermath as am
    >>> "8–9" in am.report(am.load_case("kitchenaid-tweet")).cards.html
    True
    """
    if not 0 < interval_level < 1:
        raise ParameterError(f"interval_level must lie between 0 and 1, e.g. 0.95, not {interval_level!r}.")
    return CaseReport(case, seed, tuple(phase_days), interval_level)
