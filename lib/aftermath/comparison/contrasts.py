"""Like against like: cases with a like trigger, side by side.

``casestudies/contrasts.csv`` names the groups: ``contrast,title,why,case_ids``, the ids with semicolons between. A matched
contrast is no test: it lets a reader see a difference in response where the trigger is much the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from aftermath.case_files.shared_tables import has_shared, read_shared
from aftermath.comparison.entry import Entry
from aftermath.statistics.result import Result
from aftermath.wording import counted, in_words, latency_text, listed
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    from aftermath.comparison.scoreboard import Comparison


@dataclass(frozen=True)
class Contrast:
    """Cases with a like trigger.

    Parameters
    ----------
    contrast, title
        Its id, and its name in words.
    why
        What makes the triggers alike.
    case_ids
        In the order of the file, at least two.
    """

    contrast: str
    title: str
    why: str
    case_ids: tuple[str, ...]


@dataclass(frozen=True)
class Matched(Result):
    """A contrast with its cases as measured.

    Parameters
    ----------
    contrast
        The contrast.
    entries
        Its cases that are in the comparison, in the order of the file.
    missing
        Its cases that are not.
    matches
        Case id to how its strategies stand to the theory; cases without a crisis on record are not in it.
    """

    contrast: Contrast
    entries: tuple[Entry, ...]
    missing: tuple[str, ...]
    matches: dict[str, str]

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: two latencies in words, both indices, first and last favourability, match of the strategies."""
        schema = dict.fromkeys(("case", "first_response", "named_apology"), pl.String)
        schema |= dict.fromkeys(("transparency", "empathy", "favourability_first", "favourability_last"), pl.Float64)
        return pl.DataFrame(map(self._row, self.entries), schema=schema | {"strategies": pl.String}, orient="row")

    def _row(self, entry: Entry) -> tuple:
        steps = [
            latency_text(entry.speed[step].latency) if entry.speed else None for step in ("response", "named_apology")
        ]
        openness = entry.transparency
        indices = (
            [index.value if index.defined else None for index in (openness.transparency, openness.empathy)]
            if openness
            else [None, None]
        )
        tones = [phase.mean.value if phase and phase.n else None for phase in (entry.first_phase, entry.last_phase)]
        return (entry.name, *steps, *indices, *tones, self.matches.get(entry.case_id))

    @property
    def text(self) -> str:
        left = f" Not in this comparison: {listed(self.missing)}." if self.missing else ""
        few = " One case alone is no contrast." if len(self.entries) == 1 else ""
        return f"{self.contrast.why} {counted(len(self.entries), 'case')}, no test.{few}{left}"


@dataclass(frozen=True)
class Contrasts(Result):
    """All matched contrasts of a comparison.

    Parameters
    ----------
    matched
        In the order of the file; those without any case in the comparison are left out.
    left_out
        Titles of those.
    """

    matched: tuple[Matched, ...]
    left_out: tuple[str, ...]

    @property
    def table(self) -> pl.DataFrame:
        """The tables of all contrasts, with a column that names the contrast."""
        named = [own.table.insert_column(0, pl.lit(own.contrast.title).alias("contrast")) for own in self.matched]
        return pl.concat(named) if named else pl.DataFrame(schema={"contrast": pl.String, "case": pl.String})

    @property
    def text(self) -> str:
        if not self.matched:
            return "No case of any matched contrast is in this comparison."
        out = f" Without a case here: {listed(self.left_out)}." if self.left_out else ""
        return f"{in_words(len(self.matched)).capitalize()} matched {'contrast' if len(self.matched) == 1 else 'contrasts'}.{out}"


def read_contrasts(workspace: Workspace) -> tuple[Contrast, ...]:
    """Read ``casestudies/contrasts.csv``.

    Raises
    ------
    CaseError
        If it is missing or has any problem; the error lists all of them.
    """
    rows = read_shared("contrasts", workspace).iter_rows(named=True)
    return tuple(
        Contrast(row["contrast"], row["title"], row["why"], tuple(dict.fromkeys(filter(None, row["case_ids"]))))
        for row in rows
    )


def contrasts(comparison: Comparison, workspace: Workspace | None = None) -> Contrasts:
    """Put the cases of each contrast side by side.

    Parameters
    ----------
    comparison
        Any comparison. Cases of a contrast that it does not hold are named and left out.
    workspace
        Holds the file; the workspace in force if not given. **Without the file there is no contrast, and no error.**

    Returns
    -------
    Contrasts

    Raises
    ------
    CaseError
        If the file is there and has any problem.
    """
    workspace = workspace or find_workspace()
    wanted = read_contrasts(workspace) if has_shared("contrasts", workspace) else ()
    entries = {entry.case_id: entry for entry in comparison.entries}
    matches = {case.case_id: case.match for case in comparison.strategies.cases}
    matched = [_matched(contrast, entries, matches) for contrast in wanted]
    return Contrasts(
        tuple(own for own in matched if own.entries),
        tuple(own.contrast.title for own in matched if not own.entries),
    )


def _matched(contrast: Contrast, entries: dict[str, Entry], matches: dict[str, str]) -> Matched:
    return Matched(
        contrast=contrast,
        entries=tuple(entries[case_id] for case_id in contrast.case_ids if case_id in entries),
        missing=tuple(case_id for case_id in contrast.case_ids if case_id not in entries),
        matches={case_id: matches[case_id] for case_id in contrast.case_ids if case_id in matches},
    )
