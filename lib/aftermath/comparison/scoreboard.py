"""The scoreboard: every case in a row, each number with its interval and n, or the reason why there is none."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.cases import complete
from aftermath.comparison.agreement import Reliability, codes, reliability
from aftermath.comparison.associations import Associations, associations
from aftermath.comparison.columns import SCHEMA, row
from aftermath.comparison.entry import Entry, entry
from aftermath.comparison.findings import Finding, findings
from aftermath.comparison.latency_groups import latency_groups
from aftermath.comparison.leave_one_out import LeaveOneOut, leave_one_out
from aftermath.comparison.multiverse import Multiverse, multiverse
from aftermath.comparison.names import short_names
from aftermath.comparison.pairwise import Pairwise, pairwise
from aftermath.comparison.playbook import Playbook, playbook
from aftermath.comparison.strategies import StrategyComparison, strategies
from aftermath.comparison.worth_finding import WorthFinding, worth_finding
from aftermath.display import Display
from aftermath.kept import kept, kept_each
from aftermath.measures.latency_curves import LatencyCurves
from aftermath.measures.speed import Speed
from aftermath.measures.tone import PHASE_DAYS
from aftermath.problems import AftermathError
from aftermath.statistics.result import Result

_AT_A_GLANCE = {"name", "country", "year", "cause", "response", "named_apology", "events", "texts", "sources"} | {
    f"{measure}{end}"
    for measure in ("transparency", "favourability_first_phase", "favourability_last_phase")
    for end in ("", "_lower", "_upper")
}


class ComparisonError(AftermathError):
    """The cases given cannot be compared; the text says why."""


@dataclass(frozen=True)
class Comparison(Result):
    """Cases side by side.

    Parameters
    ----------
    entries
        One a case, in the order of the board: by the upper end of the first response, then those
        without a response to time, **then those without a record, last**. A reading aid, not a rank.
    reliability
        Agreement of the coders over all cases.
    seed, phase_days, level
        As given to ``compare``.
    cases
        The cases, sorted by id.
    """

    entries: tuple[Entry, ...]
    reliability: Reliability
    seed: int
    phase_days: tuple[int, ...]
    level: float
    cases: tuple[Case, ...]

    def __getitem__(self, case_id: str) -> Entry:
        """One case by its id."""
        return self._by_case[case_id]

    @cached_property
    def _by_case(self) -> dict[str, Entry]:
        return {entry.case_id: entry for entry in self.entries}

    @property
    def display(self) -> Display:
        """A row a case with what one compares first; every measure is folded below it."""
        first = [column for column in self.table.columns if column in _AT_A_GLANCE]
        countries = {code: vocabulary.country_name(code) for code in self.table["country"].unique()}
        words = (pl.col("country").replace(countries), pl.col("cause").replace(vocabulary.CAUSES))
        tables = {"": self.table.select(first).with_columns(*words), "Every measure": self.table}
        return Display(text=self.text, tables=tables, folded=True)

    @property
    def documented(self) -> tuple[Entry, ...]:
        """The cases with a crisis on record."""
        return tuple(entry for entry in self.entries if entry.about.documented)

    @property
    def without_record(self) -> tuple[Entry, ...]:
        """The cases that were searched for and not found."""
        return tuple(entry for entry in self.entries if not entry.about.documented)

    @property
    def speeds(self) -> tuple[Speed, ...]:
        """The speed of each case that has one, in the order of the board."""
        return tuple(entry.speed for entry in self.entries if entry.speed)

    @cached_property
    def names(self) -> dict[str, str]:
        """Case id to short name."""
        return {entry.case_id: entry.name for entry in self.entries}

    @cached_property
    def checksum(self) -> str:
        """SHA-256 over the evidence of all cases: 64 hexadecimal digits."""
        lines = "\n".join(f"{case.id} {case.checksum}" for case in self.cases)
        return hashlib.sha256(lines.encode()).hexdigest()

    def pairwise(self, step: str = "response") -> Pairwise:
        """How the cases stand in one step; see ``comparison.pairwise.pairwise``."""
        return pairwise(self.speeds, step)

    def latency_curves(self, step: str = "response") -> tuple[LatencyCurves, ...]:
        """How many had answered by when, over all cases and by groups; see ``comparison.latency_groups.latency_groups``."""
        return latency_groups(self, step)

    def leave_one_out(self, step: str = "response") -> LeaveOneOut:
        """Which pairs hang on a single relation in one step; see ``comparison.leave_one_out.leave_one_out``."""
        if step not in self._left_out:
            self._left_out[step] = leave_one_out(self.cases, step)
        return self._left_out[step]

    @cached_property
    def _left_out(self) -> dict[str, LeaveOneOut]:
        return {}

    @cached_property
    def worth_finding(self) -> WorthFinding:
        """What one more fact would be worth for the first response; see ``comparison.worth_finding.worth_finding``."""
        return worth_finding(self.cases)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """What the comparison finds, each with its n."""
        return findings(self.entries, self.pairwise(), self.leave_one_out())

    @cached_property
    def associations(self) -> Associations:
        """Whether speed, openness and recovery go together; see ``comparison.associations.associations``."""
        return associations(self)

    @cached_property
    def multiverse(self) -> Multiverse:
        """Every defensible way to ask; see ``comparison.multiverse.multiverse``."""
        return multiverse(self.cases)

    @cached_property
    def advice(self) -> Playbook:
        """The advice of the workspace in force, put to the test; see ``comparison.playbook.playbook``."""
        return playbook(self)

    @cached_property
    def strategies(self) -> StrategyComparison:
        """The strategies of all cases; see ``comparison.strategies.strategies``."""
        return strategies(self.cases)

    @property
    def table(self) -> pl.DataFrame:
        """One row a case; ``comparison.columns`` says what the columns hold."""
        return self._table

    @cached_property
    def _table(self) -> pl.DataFrame:
        return pl.DataFrame([row(entry) for entry in self.entries], schema=SCHEMA)

    @property
    def text(self) -> str:
        return " ".join([*(finding.text for finding in self.findings), self.reliability.text])


def compare(
    cases: Iterable[Case | str], *, seed: int = 0, phase_days: tuple[int, ...] = PHASE_DAYS, level: float = 0.95
) -> Comparison:
    """Put cases side by side: speed, openness, tone of coverage and its course, claims, and what they rest on.

    Parameters
    ----------
    cases
        Any number of sound cases or their ids, **in any order**. Cases without a crisis on record keep their row.
    seed
        Of every bootstrap.
    phase_days
        Days after clock zero at which a phase of coverage ends, as in ``aftermath.tone``.
    level
        Of the intervals that come from a model, as in ``aftermath.recovery``; **bootstrap intervals stay at 0.95**.

    Returns
    -------
    Comparison

    Raises
    ------
    ComparisonError
        If a case is given twice, or ``level`` is no level.

    Examples
    --------
    >>> import aftermath as am
    >>> pair = [am.load_case("kitchenaid-tweet"), am.load_case("red-cross-tweet")]
    >>> am.compare(pair).findings[0].figure
    '1 of 2'
    """
    given = sorted(complete(cases), key=lambda case: case.id)
    twice = sorted(case_id for case_id, n in Counter(case.id for case in given).items() if n > 1)
    if twice:
        raise ComparisonError(f"{', '.join(twice)}: given more than once. Give each case once.")
    if not 0 < level < 1:
        raise ComparisonError(f"level = {level} must lie between 0 and 1, e.g. 0.95")
    names = short_names(case.about for case in given)
    entries = [_entry(case, names[case.id], seed, tuple(phase_days), level) for case in given]
    return Comparison(
        entries=tuple(sorted(entries, key=lambda entry: entry.order)),
        reliability=kept("reliability", lambda: (seed, _codes(given)), lambda: reliability(given, seed=seed)),
        seed=seed,
        phase_days=tuple(phase_days),
        level=level,
        cases=tuple(given),
    )


def _codes(cases: Sequence[Case]) -> list[str]:
    """Checksums of what coders gave each case: where nothing changed, tables need not be asked again."""
    by_id = {case.id: case for case in cases}
    return list(
        kept_each(
            "codes",
            {case_id: partial(getattr, case, "origin") for case_id, case in by_id.items()},
            lambda case_id: hashlib.sha256(repr(codes(by_id[case_id])).encode()).hexdigest(),
        ).values()
    )


def _entry(case: Case, name: str, seed: int, phase_days: tuple[int, ...], level: float) -> Entry:
    return kept(
        f"entry {case.id}",
        lambda: case.origin and (*case.origin, name, seed, phase_days, level),
        # what it is seen under while it is measured need not stay
        lambda: entry(replace(case), name, seed=seed, phase_days=phase_days, level=level),
    )
