"""What the codebook asks of a case and no schema holds: warnings, each with its place and what would mend it.

A schema refuses what cannot be calculated with. What stands here can be, but is not what a coder was asked for, and often a
slip. Every rule is a function from a sound case to its warnings; a further rule is written here and named in ``RULES``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from functools import lru_cache
from itertools import pairwise

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.coding import uncoded_items, uncoded_texts
from aftermath.case_files.columns import in_rows
from aftermath.case_files.file_problems import short
from aftermath.post_times import post_of, post_time
from aftermath.problems import Problem
from aftermath.times import parse_instant
from aftermath.wording import NO_BREAK, counted, listed, number, sentences
from aftermath.workspace import Workspace

SUMMARY_SENTENCES = (4, 8)
SHOWN = 6  # names that a warning lists
NUMBERED = {"events": "event_id", "coverage": "doc_id"}


def warnings_of(case: Case) -> tuple[Problem, ...]:
    """What the codebook asks of a case and does not find in it.

    Parameters
    ----------
    case
        A case without problems.

    Returns
    -------
    tuple
        Sorted by file, row and column; empty where there is nothing to mend.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> warnings_of(load_case("kitchenaid-tweet"))
    ()
    """
    return tuple(sorted(warning for rule in RULES for warning in rule(case)))


def answers_from_before(case: Case, relations: str = "all") -> tuple[str, ...]:
    """Answers of the organisation that may be from before clock zero, by the clock and by all that relates them to it.

    The codebook has another word (``milestone``) for an act that may precede clock zero. **Its latency has an upper end only
    if it came after.**

    Parameters
    ----------
    case
        With or without a clock.
    relations
        Which relations are believed, a key of ``case_files.relations.BELIEVED``.

    Returns
    -------
    tuple
        Event ids, in order.
    """
    clock_zero = case.about.clock_zero
    if clock_zero is None:
        return ()
    answers = [
        event_id
        for event_id, actor, acts in in_rows(case.events, "event_id", "actor", "acts")
        if actor == "organisation" and any(act in vocabulary.ANSWERS for act in acts)
    ]
    times = case.times(relations)
    zero, since_zero = times.spans[clock_zero], times.since_zero
    # an answer that shares the span of clock zero counts as after it, one whose span begins earlier does so only by a relation
    return tuple(
        event_id
        for event_id in answers
        if times.spans[event_id].earliest < zero.earliest
        and since_zero[event_id].lower < 0 <= since_zero[event_id].upper
    )


def _not_coded(case: Case) -> Iterator[Problem]:
    """Items and texts that a coder left open: of each coder one warning a table, as a new case has nothing but these."""
    for table, key, pairs, mend in (
        ("rubric", "item", uncoded_items(case), "write 0, 1, 2, na or unknown, and why"),
        ("stances", "doc_id", uncoded_texts(case), "add the rows"),
    ):
        for coder in dict.fromkeys(coder for _, coder in pairs):
            names = [name for name, other in pairs if other == coder]
            more = [f"{number(len(names) - SHOWN)} more"] if len(names) > SHOWN else []
            what = f"coder {coder} has not coded {listed([*names[:SHOWN], *more])}"
            yield _warning(case, f"{table}.csv", 0, key, what, mend)


def _summary(case: Case) -> Iterator[Problem]:
    fewest, most = SUMMARY_SENTENCES
    n = len(sentences(case.about.summary))
    if not fewest <= n <= most:
        mend = f"write {fewest} to {most} sentences"
        yield _warning(
            case, "case.yaml", case.lines.get("summary", 0), "summary", f"has {counted(n, 'sentence')}", mend
        )


def _country(case: Case) -> Iterator[Problem]:
    country = case.about.country
    if country not in vocabulary.COUNTRY_CODES:
        what, mend = (
            f"'{short(country)}' is no country of ISO 3166",
            "write its alpha-2 code, e.g. GB for the United Kingdom",
        )
        yield _warning(case, "case.yaml", case.lines.get("country", 0), "country", what, mend)


def _notes(case: Case) -> Iterator[Problem]:
    lines = map(str.strip, case.notes.splitlines())
    if not any(line and not line.startswith("#") for line in lines):
        mend = "say what was looked for and not found, where sources disagree, and what not to conclude"
        yield _warning(case, "NOTES.md", 0, "", "holds no notes", mend)


def _read_before_published(case: Case) -> Iterator[Problem]:
    for row, published, read_on in in_rows(case.sources, "row", "published", "read_on"):
        if published and published > read_on.isoformat()[: len(published)]:
            what = f"'{published}' is after the day on which it was read, {read_on}"
            yield _warning(case, "sources.csv", row, "published", what, "correct one of the two dates")


def _dated_before_source(case: Case) -> Iterator[Problem]:
    dates = dict(in_rows(case.sources, "source_id", "published"))
    for row, published, source_id in in_rows(case.coverage, "row", "published", "source_id"):
        source = dates[source_id]
        if source and published[: len(source)] < source:
            what = f"'{published}' is before its source, {source_id}, which was published {source}"
            yield _warning(case, "coverage.csv", row, "published", what, "correct one of the two dates")


def _ids_out_of_order(case: Case) -> Iterator[Problem]:
    for table, key in NUMBERED.items():
        for (_, above), (row, own) in pairwise(in_rows(getattr(case, table), "row", key)):
            if int(own[1:]) < int(above[1:]):
                what = f"{own} stands below {above}"
                yield _warning(
                    case, f"{table}.csv", row, key, what, "number the rows from top to bottom, wherever they are named"
                )


def _before_clock_zero(case: Case) -> Iterator[Problem]:
    names = answers_from_before(case)
    for row, name in in_rows(case.events, "row", "event_id"):
        if name not in names:
            continue
        what = f"{name} is coded as an answer although it may have come before clock zero, so that its time has no upper end"
        mend = "write a row of relations.csv where a source says that it came after, or code it as milestone"
        yield _warning(case, "events.csv", row, "earliest", what, mend)


def _reported_before_it_happened(case: Case) -> Iterator[Problem]:
    """A text cannot report what has not happened: no source of an event is older than the event, in any time zone."""
    texts: dict[str, str] = {}  # of several texts of a source the latest, which is the one that can report most
    for source_id, published in in_rows(case.coverage, "source_id", "published"):
        texts[source_id] = max(published, texts.get(source_id, published), key=_end_anywhere)
    dates = {name: published for name, published in in_rows(case.sources, "source_id", "published") if published}
    dates |= {name: min(text, dates.get(name, text), key=_end_anywhere) for name, text in texts.items()}
    for row, event_id, source_ids in in_rows(case.events, "row", "event_id", "source_ids"):
        earliest = case.span(event_id).earliest
        for source_id in source_ids:
            early = source_id in dates and _end_anywhere(dates[source_id]) < earliest
            if early and not case.notes_on(event_id, source_id):
                what = f"{source_id}, published {dates[source_id]}, reports {event_id}, which cannot have happened before {earliest:%Y-%m-%d %H:%M} UTC"
                mend = "correct one of the two dates, or say in NOTES.md, naming both, that the source announced what was to come"
                yield _warning(case, "events.csv", row, "source_ids", what, mend)


@lru_cache(maxsize=10_000)  # the same dates stand in many rows
def _end_anywhere(published: str) -> datetime:
    """The last moment of a day, month or year, where on earth it ends last; of a moment the moment itself."""
    if "T" in published:
        return parse_instant(published)
    year, month, day = (*map(int, published.split("-")), 0, 0)[:3]
    if not day:
        year, month = (year, month + 1) if month and month < 12 else (year + 1, 1)
    after = datetime(year, month, day or 1, tzinfo=timezone(timedelta(hours=-12)))
    return after + (timedelta(days=1) if day else timedelta()) - timedelta(seconds=1)


def _likeliest_ruled_out(case: Case) -> Iterator[Problem]:
    """Likeliest readings that relations leave no room for: a schema holds them against the clock times of their own row alone."""
    columns = ("row", "event_id", "best_earliest", "best_latest")
    for row, event_id, earliest, latest in in_rows(case.events, *columns):
        if earliest is None:
            continue
        span = case.span(event_id)
        if latest < span.earliest or span.latest < earliest:
            what = (
                f"the likeliest reading of {event_id} is one that relations.csv rules out: with it the event is of "
                f"{span.earliest:%Y-%m-%d %H:%M:%S} to {span.latest:%Y-%m-%d %H:%M:%S} UTC"
            )
            mend = "move it inside, leave both fields empty, or correct the relation"
            yield _warning(case, "events.csv", row, "best_earliest", what, mend)


def _posts_carry_their_time(case: Case) -> Iterator[Problem]:
    """Events on a platform whose source is a post: its number tells the time, more sharply than the interval does."""
    posts = {name: post for name, url in in_rows(case.sources, "source_id", "url") if url and (post := post_of(url))}
    columns = ("row", "event_id", "earliest", "latest", "channel", "source_ids")
    for row, event_id, earliest, latest, channels, source_ids in in_rows(case.events, *columns):
        for source_id in filter(posts.get, source_ids):
            platform, post_id = posts[source_id]
            try:
                second = post_time(platform, post_id).earliest.replace(microsecond=0)
            except ValueError:
                continue
            sharp = earliest <= second <= latest and latest - earliest < timedelta(minutes=1)
            if platform in channels and not sharp:
                what = f"{source_id} is a post of {second:%Y-%m-%d %H:%M:%S} UTC by its number, and the interval of {event_id} does not say so"
                yield _warning(
                    case, "events.csv", row, "earliest", what, "write that second, if the event is that post"
                )


def _signals_twice(case: Case) -> Iterator[Problem]:
    """The same value of one definition and time again, from another source; two sources may well disagree."""
    rows: dict[tuple, int] = {}
    columns = ("row", "signal", "time", "unit", "scope", "value")
    for row, *same in in_rows(case.signals, *columns):
        first = rows.setdefault(tuple(same), row)
        if first != row:
            what = f"{same[0]} of {same[1]} stands in row {first} already, with the same value, unit and scope"
            mend = "keep one of the two, or say in scope what sets them apart"
            yield _warning(case, "signals.csv", row, "time", what, mend)


RULES = (
    _summary,
    _country,
    _notes,
    _read_before_published,
    _dated_before_source,
    _ids_out_of_order,
    _before_clock_zero,
    _reported_before_it_happened,
    _likeliest_ruled_out,
    _posts_carry_their_time,
    _signals_twice,
    _not_coded,
)


def _warning(case: Case, file: str, row: int, column: str, what: str, mend: str) -> Problem:
    path = Workspace(case.folder.parent.parent).relative(case.folder / file)
    return Problem(path, row, column, what.replace(NO_BREAK, " "), mend)
