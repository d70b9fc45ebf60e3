"""What captures say of times: a page was public no later than its first capture. **Times are proposed, and never changed.**"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import polars as pl

from aftermath.captures.kept import kept_folder, looked_up
from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.statistics.result import Result
from aftermath.wording import counted, listed

NARROWS, BEFORE = "would end earlier", "captured before it can have happened"
PUBLISHED = "captured before its date of publication"
_SCHEMA = pl.Schema(
    {
        "row": pl.String,
        "source_id": pl.String,
        "coded": pl.String,
        "first_capture": pl.Datetime("us", "UTC"),
        "finding": pl.String,
        "proposed_latest": pl.Datetime("us", "UTC"),
    }
)


@dataclass(frozen=True)
class TimeBounds(Result):
    """Times that captures would narrow, or speak against.

    Parameters
    ----------
    case_id
        The case.
    rows
        One row a finding.
    captured
        How many sources have a capture whose time is known.
    """

    case_id: str
    rows: pl.DataFrame
    captured: int

    @property
    def table(self) -> pl.DataFrame:
        """One row a finding: what is coded, the first capture, and what follows if the page said it already then."""
        return self.rows

    @property
    def text(self) -> str:
        head = f"{counted(self.captured, 'source')} of {self.case_id} with a capture whose time is known."
        if not self.rows.height:
            return f"{head} No time would change by them."
        found = [
            f"{row} ({source_id}, {moment:%Y-%m-%d %H:%M} UTC): {finding}"
            for row, source_id, _, moment, finding, _ in self.rows.iter_rows()
        ]
        return (
            f"{head} {listed(found)}. A bound holds only if the capture already says what is coded: read it before you change "
            "a time. Pages are rewritten, and an address may have shown something else before."
        )


@takes_id
def capture_bounds(case: Case) -> TimeBounds:
    """Hold the times of events and of publications against the first capture of each source.

    An event happened no later than the first capture of a page that reports it, **if the capture reports it already**. Captures are
    those that ``look_up_sources`` has kept, if the page answered 200, and the copies in ``sources.csv``.

    Parameters
    ----------
    case
        A case, or its id.
    """
    firsts = _first_captures(case)
    rows = []
    for source in case.sources.iter_rows(named=True):
        first, published = firsts.get(source["source_id"]), source["published"]
        # the day of a publisher begins up to 14 hours before that of UTC
        if first is not None and published and f"{first + timedelta(hours=14):%Y-%m-%d}"[: len(published)] < published:
            rows.append((source["source_id"], source["source_id"], published, first, PUBLISHED, None))
    for event in case.events.iter_rows(named=True):
        known = [(firsts[source_id], source_id) for source_id in event["source_ids"] if source_id in firsts]
        if not known:
            continue
        first, source_id = min(known)
        coded = f"{event['earliest'].isoformat()}/{event['latest'].isoformat()}"
        if first < event["earliest"]:
            rows.append((event["event_id"], source_id, coded, first, BEFORE, None))
        elif first < event["latest"]:
            rows.append((event["event_id"], source_id, coded, first, NARROWS, first))
    return TimeBounds(case.id, pl.DataFrame(rows, schema=_SCHEMA, orient="row"), len(firsts))


def _first_captures(case: Case) -> dict[str, datetime]:
    """Source to the first moment at which its page is known to have been there."""
    folder, firsts = kept_folder(case), {}
    for source_id, entered in case.sources.select("source_id", "archived_at").iter_rows():
        known = looked_up(folder, source_id)
        moments = [moment for moment in (entered, known.first_content if known else None) if moment is not None]
        if moments:
            firsts[source_id] = min(moments).astimezone(UTC)
    return firsts
