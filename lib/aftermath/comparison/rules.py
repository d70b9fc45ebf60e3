"""What following a piece of advice would have left in the record: how each rule of the playbook is answered.

How rules are stated is said in ``case_files.playbook_rules``. A latency is followed where the first such answer came certainly
within the time; items where every coder gave each its full score; acts together where one event of the organisation holds both;
consistency where no denial follows an acknowledgement or apology. Where the interval straddles the threshold, or coders or the
record leave it open, the answer is "not known".
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.playbook_rules import OWN_CHANNEL, parse_rule
from aftermath.comparison.entry import Entry
from aftermath.measures.steps import first_act
from aftermath.wording import RESOLUTION, counted, duration, latency_text

FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, NOT_ASKED = "followed", "not followed", "not known", "not asked"
UNOBSERVABLE = "unobservable"
OWN_CHANNELS = ("twitter", "facebook", "instagram", "youtube", "tiktok", "weibo", "wechat", "blog", "website", "app")
_UNITS = {"min": 60.0, "h": 3600.0}


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


Rule = Callable[[Case, Entry], Answer]


def rule_of(text: str) -> Rule:
    """The rule that a text states.

    Parameters
    ----------
    text
        See ``case_files.playbook_rules``.

    Returns
    -------
    Rule
        Gives the answer of a case and its entry.

    Raises
    ------
    RuleError
        If the text states no rule.
    """
    stated = parse_rule(text)
    return _RULES[stated.kind](*stated.words)


def _latency_rule(step: str, figure: str, unit: str) -> Rule:
    limit = float(figure) * _UNITS[unit]

    def answer(case: Case, entry: Entry) -> Answer:
        if step == OWN_CHANNEL:
            label = "First statement on a channel of its own"
            reached = first_act(case, vocabulary.ANSWERS, label=label, channels=OWN_CHANNELS)
        else:
            assert entry.speed is not None  # advice is put to cases with a clock alone
            reached = entry.speed[step]
        clock = "; own clock" if entry.own_clock else ""
        why = f"{latency_text(reached.latency)}, against {duration(limit)}{clock}"
        if reached.latency.with_zero:
            zero = "zero by construction" if reached.latency.by_construction else "an answer with clock zero"
            return Answer(NOT_KNOWN, f"{zero} says nothing", reached.event_ids)
        if reached.latency.upper <= limit:
            return Answer(FOLLOWED, why, reached.event_ids)
        later = reached.latency.lower > limit + RESOLUTION  # the second between two days is no delay
        return Answer(NOT_FOLLOWED if later else NOT_KNOWN, why, reached.event_ids)

    return answer


def _rubric_rule(*wanted: str) -> Rule:
    def answer(case: Case, entry: Entry) -> Answer:
        coded = {item.item: item for item in (entry.transparency.items if entry.transparency else ())}
        asked = [coded[item] for item in wanted if item in coded and coded[item].coded]
        events = tuple(dict.fromkeys(event for item in asked for ids in item.event_ids.values() for event in ids))
        scores = [score for item in asked for score in item.scores.values()]
        why = "; ".join(f"{item.item} {' and '.join(item.scores.values())}" for item in asked) or "not coded"
        if len(asked) < len(wanted) or any(not score.isdigit() for score in scores):
            certain = any(item.applies and item.numbers and max(item.scores.values()) in ("0", "1") for item in asked)
            return Answer(NOT_FOLLOWED if certain else NOT_KNOWN, why, events)
        if all(score == "2" for score in scores):
            return Answer(FOLLOWED, why, events)
        agreed = any(max(item.numbers) < 2 for item in asked)
        return Answer(NOT_FOLLOWED if agreed else NOT_KNOWN, why, events)

    return answer


def _together_rule(first: str, second: str) -> Rule:
    def answer(case: Case, entry: Entry) -> Answer:
        with_first = _own(case, first)
        both = _ids(event for event in with_first if second in event["acts"])
        if both:
            return Answer(FOLLOWED, f"{counted(len(both), 'event')} with both", both)
        return Answer(
            NOT_FOLLOWED,
            "never in one event" if with_first else f"no {vocabulary.ACTS[first]} on record",
            _ids(with_first),
        )

    return answer


def _consistent_rule() -> Rule:
    def answer(case: Case, entry: Entry) -> Answer:
        owned, denials = _ids(_own(case, "acknowledgement", "apology")), _ids(_own(case, "denial"))
        if not owned:
            return Answer(NOT_KNOWN, "nothing was acknowledged")
        since = [case.times().network.after(event_id) for event_id in owned]
        waits = {denial: [after[denial] for after in since] for denial in denials}
        if later := tuple(denial for denial, own in waits.items() if any(least and least > 0 for least, _ in own)):
            return Answer(NOT_FOLLOWED, "a denial follows an acknowledgement", later)
        if unordered := tuple(
            denial for denial, own in waits.items() if any(most is None or most > 0 for _, most in own)
        ):
            return Answer(NOT_KNOWN, "the order of denial and acknowledgement is open", unordered)
        return Answer(FOLLOWED, "no denial after the first acknowledgement", owned[:1])

    return answer


def _own(case: Case, *acts: str) -> list[dict]:
    """What the organisation did that holds one of these acts, in the order of the record."""
    return [
        event
        for event in case.events.iter_rows(named=True)
        if event["actor"] == "organisation" and not set(acts).isdisjoint(event["acts"])
    ]


def _ids(events: Iterable[dict]) -> tuple[str, ...]:
    return tuple(event["event_id"] for event in events)


def _cause_rule(cause: str, rest: str) -> Rule:
    rule = rule_of(rest)

    def answer(case: Case, entry: Entry) -> Answer:
        known = case.about.cause
        assert known is not None  # advice is put to cases with a crisis on record alone
        if known != cause:
            return Answer(NOT_ASKED, f"its cause is {vocabulary.CAUSES[known]}")
        return rule(case, entry)

    return answer


def _unobservable_rule() -> Rule:
    return lambda case, entry: Answer(NOT_KNOWN, "not to be seen from outside")


_RULES: dict[str, Callable[..., Rule]] = {
    "latency": _latency_rule,
    "rubric": _rubric_rule,
    "together": _together_rule,
    "consistent": _consistent_rule,
    "cause": _cause_rule,
    UNOBSERVABLE: _unobservable_rule,
}
