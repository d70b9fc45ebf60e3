"""Advice under test: what practice texts advise, which cases followed it, and how they fared.

``casestudies/playbook.csv`` ties each piece of advice to a rule that the record can answer:

=============================  ===========================================================================
rule                           followed where
=============================  ===========================================================================
``latency STEP N min|h``       the first such answer came certainly within that time
``rubric T1 T3``               every coder gives every item its full score
``together ACT ACT``           one event of the organisation holds both acts
``consistent``                 no denial follows an acknowledgement or apology
``cause CAUSE: RULE``          the rule holds; cases of another cause are not asked
``unobservable``               never known from outside
=============================  ===========================================================================

Where the interval straddles the threshold, or coders or the record leave it open, the answer is "not known". How cases fared is
the rise of favourability; with so few cases the exact test has a floor, and where the floor is above 0.10 it is said
that there are too few to tell.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from aftermath import vocabulary
from aftermath.cases.case import Case
from aftermath.comparison.association import change_of_tone
from aftermath.comparison.entry import Entry
from aftermath.comparison.permutation import Permutation, TooFew, two_groups
from aftermath.measures.result import Result
from aftermath.measures.speed import STEPS, Step, first_act
from aftermath.problems import AftermathError
from aftermath.wording import counted, duration, in_words, latency_text, number

FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, NOT_ASKED = "followed", "not followed", "not known", "not asked"
OWN_CHANNELS = ("twitter", "facebook", "instagram", "youtube", "tiktok", "weibo", "wechat", "blog", "website", "app")
LARGEST_FLOOR = 0.10
_UNITS = {"min": 60.0, "h": 3600.0}


class PlaybookError(AftermathError):
    """The file of advice cannot be used; the text names the row and what would mend it."""


@dataclass(frozen=True)
class Advice:
    """One piece of advice.

    Parameters
    ----------
    advice_id, text_id
        Its id, and the text that gives it.
    advice
        In our words.
    indicator
        What in our data can measure it, in words.
    rule
        The same as a rule, see the module.
    """

    advice_id: str
    text_id: str
    advice: str
    indicator: str
    rule: str


@dataclass(frozen=True)
class Answer:
    """Whether a case followed a piece of advice.

    Parameters
    ----------
    state
        ``followed``, ``not followed``, ``not known`` or ``not asked``.
    why
        In a few words.
    evidence
        Events that it rests on.
    """

    state: str
    why: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tested(Result):
    """A piece of advice with every case's answer, and how cases fared.

    Parameters
    ----------
    advice
        The advice.
    answers
        Case id to answer.
    rises
        Case id to its rise of favourability, where both phases have texts.
    """

    advice: Advice
    answers: dict[str, Answer]
    rises: dict[str, float]

    def cases(self, state: str) -> tuple[str, ...]:
        """Cases with this answer, sorted."""
        return tuple(sorted(case_id for case_id, answer in self.answers.items() if answer.state == state))

    @cached_property
    def difference(self) -> Permutation | None:
        """Rise of favourability where it was followed less that where it was not; None where there are too few to tell."""
        groups = [
            [self.rises[case_id] for case_id in self.cases(state) if case_id in self.rises]
            for state in (FOLLOWED, NOT_FOLLOWED)
        ]
        try:
            found = two_groups(*groups)
        except TooFew:
            return None
        return found if found.smallest_p <= LARGEST_FLOOR else None

    @property
    def table(self) -> pl.DataFrame:
        """One row a case: answer, reason, events, rise of favourability."""
        rows = [
            (case_id, answer.state, answer.why, " ".join(answer.evidence), self.rises.get(case_id))
            for case_id, answer in sorted(self.answers.items())
        ]
        schema = dict.fromkeys(("case", "answer", "why", "events"), pl.String) | {"rise_of_favourability": pl.Float64}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        counts = ", ".join(
            f"{in_words(len(self.cases(state)))} {state}" for state in (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN)
        )
        return f"{self.advice.advice}: {counts}. {self.fared}"

    @property
    def fared(self) -> str:
        """How cases fared, or that there are too few to tell."""
        if self.difference is None:
            return "Too few to tell how they fared."
        return (
            f"Where it was followed, the rise of favourability differed by {number(self.difference.statistic, 2, sign=True)} "
            f"({self.difference.text}); chosen cases, no cause shown."
        )


@dataclass(frozen=True)
class Playbook(Result):
    """All advice under test.

    Parameters
    ----------
    tested
        In the order of the file.
    """

    tested: tuple[Tested, ...]

    @cached_property
    def table(self) -> pl.DataFrame:
        """One row a piece of advice: counts of answers, difference of rises with p and its floor."""
        rows = []
        for each in self.tested:
            test = each.difference
            counts = [len(each.cases(state)) for state in (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, NOT_ASKED)]
            ends = (test.statistic, test.p, test.smallest_p) if test else (None, None, None)
            rows.append(
                (each.advice.advice_id, each.advice.advice, each.advice.text_id, each.advice.rule, *counts, *ends)
            )
        schema = dict.fromkeys(("advice_id", "advice", "text", "rule"), pl.String)
        schema |= dict.fromkeys((FOLLOWED, "not_followed", "not_known", "not_asked"), pl.Int64)
        schema |= dict.fromkeys(("difference", "p", "smallest_p"), pl.Float64)
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def text(self) -> str:
        told = [each for each in self.tested if each.difference is not None]
        unseen = sum(each.advice.rule == "unobservable" for each in self.tested)
        best = sorted(told, key=lambda each: (each.difference.p, each.advice.advice_id))[:1]
        rarest = f" The rarest difference: {best[0].text}" if best else ""
        return (
            f"{counted(len(self.tested), 'piece')} of advice from practice texts; {in_words(unseen)} cannot be seen from outside. For {in_words(len(told))} "
            f"enough cases answer either way that a difference could be told.{rarest} Of {in_words(len(told))} comparisons the rarest is rare by selection alone."
        )


def read_advice(path: Path) -> tuple[Advice, ...]:
    """Read the file of advice.

    Raises
    ------
    PlaybookError
        If the file is missing, has other columns, an id stands twice, or a rule is not understood.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    except (OSError, UnicodeDecodeError) as error:
        raise PlaybookError(f"{path.name}: cannot be read ({error}); restore it as UTF-8 text") from error
    wanted = ["advice_id", "text_id", "advice", "indicator", "rule"]
    if rows and list(rows[0]) != wanted:
        raise PlaybookError(
            f"{path.name}:1  has the columns {', '.join(map(str, rows[0]))}; it needs {', '.join(wanted)}"
        )
    advice = tuple(Advice(**row) for row in rows)
    for place, each in enumerate(advice, start=2):
        try:
            _rule(each.rule)
        except PlaybookError as error:
            raise PlaybookError(f"{path.name}:{place}:rule  {error}") from None
        if each.advice_id in [other.advice_id for other in advice[: place - 2]]:
            raise PlaybookError(
                f"{path.name}:{place}:advice_id  {each.advice_id!r} stands more than once; give each its own"
            )
    return advice


def playbook(cases: Iterable[Case], entries: Iterable[Entry], advice: Iterable[Advice]) -> Playbook:
    """Put advice to the test.

    Parameters
    ----------
    cases
        Cases; those without a crisis on record are not asked.
    entries
        The same cases as measured for a comparison.
    advice
        What to test.

    Returns
    -------
    Playbook
    """
    entries = {entry.case_id: entry for entry in entries}
    asked = [case for case in sorted(cases, key=lambda case: case.id) if case.zero is not None]
    rises = {case_id: ends[1] for case_id, ends in change_of_tone(entries.values()).values.items()}
    tested = []
    for each in advice:
        rule = _rule(each.rule)
        answers = {case.id: rule(case, entries[case.id]) for case in asked}
        tested.append(Tested(each, answers, rises))
    return Playbook(tuple(tested))


_Rule = Callable[[Case, Entry], Answer]


def _rule(text: str) -> _Rule:
    """The rule that a text states."""
    for pattern, make in _RULES:
        found = re.fullmatch(pattern, text)
        if found:
            return make(*found.groups())
    raise PlaybookError(
        f"{text!r} is not a rule; write e.g. 'latency response 60 min', 'rubric T7 E3' or 'unobservable'"
    )


def _latency_rule(step: str, figure: str, unit: str) -> _Rule:
    if step not in STEPS and step != "own_channel":
        raise PlaybookError(f"{step!r} is not a step; use one of {', '.join(STEPS)}, own_channel")
    limit = float(figure) * _UNITS[unit]

    def answer(case: Case, entry: Entry) -> Answer:
        found = _own_channel(case) if step == "own_channel" else entry.speed[step]
        why = f"{latency_text(found.latency)}, against {duration(limit)}"
        if found.latency.by_construction:
            return Answer(NOT_KNOWN, "zero by construction says nothing", found.event_ids)
        if found.latency.upper <= limit:
            return Answer(FOLLOWED, why, found.event_ids)
        return Answer(NOT_FOLLOWED if found.latency.lower > limit else NOT_KNOWN, why, found.event_ids)

    return answer


def _own_channel(case: Case) -> Step:
    return first_act(case, vocabulary.ANSWERS, label="First statement on a channel of its own", channels=OWN_CHANNELS)


def _rubric_rule(items: str) -> _Rule:
    wanted = items.split()
    unknown = [item for item in wanted if item not in vocabulary.RUBRIC_ITEMS]
    if unknown:
        raise PlaybookError(f"{unknown[0]!r} is not an item of the rubric; use {', '.join(vocabulary.RUBRIC_ITEMS)}")

    def answer(case: Case, entry: Entry) -> Answer:
        coded = {item.item: item for item in (entry.transparency.items if entry.transparency else ())}
        found = [coded[item] for item in wanted if item in coded]
        events = tuple(dict.fromkeys(event for item in found for ids in item.event_ids.values() for event in ids))
        scores = [score for item in found for score in item.scores.values()]
        why = "; ".join(f"{item.item} {' and '.join(item.scores.values())}" for item in found) or "not coded"
        if len(found) < len(wanted) or any(not score.isdigit() for score in scores):
            certain = any(item.applies and item.numbers and max(item.scores.values()) in ("0", "1") for item in found)
            return Answer(NOT_FOLLOWED if certain else NOT_KNOWN, why, events)
        if all(score == "2" for score in scores):
            return Answer(FOLLOWED, why, events)
        agreed = any(max(item.numbers) < 2 for item in found)
        return Answer(NOT_FOLLOWED if agreed else NOT_KNOWN, why, events)

    return answer


def _together_rule(first: str, second: str) -> _Rule:
    for act in (first, second):
        if act not in vocabulary.ACTS:
            raise PlaybookError(f"{act!r} is not an act; use a word of the codebook")

    def answer(case: Case, entry: Entry) -> Answer:
        own = case.events.filter(pl.col("actor") == "organisation")
        both = own.filter(pl.col("acts").list.contains(first) & pl.col("acts").list.contains(second))[
            "event_id"
        ].to_list()
        if both:
            return Answer(FOLLOWED, f"{counted(len(both), 'event')} with both", tuple(both))
        one = own.filter(pl.col("acts").list.contains(first))["event_id"].to_list()
        return Answer(
            NOT_FOLLOWED, "never in one event" if one else f"no {vocabulary.ACTS[first]} on record", tuple(one)
        )

    return answer


def _consistent_rule() -> _Rule:
    def answer(case: Case, entry: Entry) -> Answer:
        own = case.events.filter(pl.col("actor") == "organisation")
        owned = own.filter(pl.col("acts").list.contains("acknowledgement") | pl.col("acts").list.contains("apology"))
        denials = own.filter(pl.col("acts").list.contains("denial"))
        if owned.is_empty():
            return Answer(NOT_KNOWN, "nothing was acknowledged")
        later = denials.filter(pl.col("earliest") > owned["latest"].min())["event_id"].to_list()
        if later:
            return Answer(NOT_FOLLOWED, "a denial follows an acknowledgement", tuple(later))
        open_order = denials.filter(pl.col("latest") > owned["latest"].min())["event_id"].to_list()
        if open_order:
            return Answer(NOT_KNOWN, "the order of denial and acknowledgement is open", tuple(open_order))
        return Answer(FOLLOWED, "no denial after the first acknowledgement", tuple(owned["event_id"][:1]))

    return answer


def _cause_rule(cause: str, rest: str) -> _Rule:
    if cause not in vocabulary.CAUSES:
        raise PlaybookError(f"{cause!r} is not a cause; use one of {', '.join(vocabulary.CAUSES)}")
    rule = _rule(rest)

    def answer(case: Case, entry: Entry) -> Answer:
        if case.about.cause != cause:
            return Answer(NOT_ASKED, f"its cause is {vocabulary.CAUSES[case.about.cause]}")
        return rule(case, entry)

    return answer


def _unobservable_rule() -> _Rule:
    return lambda case, entry: Answer(NOT_KNOWN, "not to be seen from outside")


_RULES: tuple[tuple[str, Callable[..., _Rule]], ...] = (
    (r"latency (\w+) (\d+) (min|h)", _latency_rule),
    (r"rubric ((?:[TE]\d{1,2} ?)+)", _rubric_rule),
    (r"together (\w+) (\w+)", _together_rule),
    (r"consistent", _consistent_rule),
    (r"cause (\w+): (.+)", _cause_rule),
    (r"unobservable", _unobservable_rule),
)
