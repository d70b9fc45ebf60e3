"""What follows from a comparison, and what does not: sentences chosen by rule from its results.

No sentence is written for a result; each result picks its sentence. The rules, in order, for a pair of measures:

1. under three cases, or a measure that does not vary: it cannot be told;
2. the interval of the slope holds zero, over all cases or without those whose clock means something else. If it would have held zero
   even with these numbers in perfect order: these cases cannot tell. Else: no direction holds;
3. slope and tau-b point in two ways, or leaving one case out turns tau-b: it hangs on how it is counted, or on that case;
4. more than one in ten arrangements by chance are as far from zero: a leaning that chance gives as well;
5. else: they went together in these cases.

A multiverse holds its direction where nine in ten specifications share their sign. **That is said in one sentence with what the
intervals over cases say of the same question**: a sign that all choices share is no direction that holds. Of pieces of advice one
stands out only where a difference so rare would be met less than once in ten times among as many comparisons (Bonferroni).

References
----------
Dunn, O. J. (1961). Multiple comparisons among means. Journal of the American Statistical Association 56, 52-64.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from aftermath.comparison.association import Association
from aftermath.comparison.choices import OPENNESS
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.playbook import Playbook
from aftermath.comparison.rules import FOLLOWED, NOT_FOLLOWED
from aftermath.comparison.specifications import Specification
from aftermath.wording import counted, in_words, interval, listed, number

if TYPE_CHECKING:
    from aftermath.comparison.associations import Associations
    from aftermath.comparison.scoreboard import Comparison

OFTEN_BY_CHANCE = 0.10
SHARED_SIGN = 0.90

# the pairs that answer the question of the page, and what they ask
_ASKED = (
    ("delay of the", "transparency", "Did faster answers go with more openness?"),
    ("delay of the", "recovery of favourability", "Did faster answers go with better recovery?"),
    ("transparency", "recovery of favourability", "Did openness go with better recovery?"),
    ("empathy", "recovery of favourability", "Did empathy go with better recovery?"),
)
_OF_DELAY = [question for first, _, question in _ASKED if first.startswith("delay")]  # as the multiverse asks


@dataclass(frozen=True)
class Conclusion:
    """One question with the answer that the results bear.

    Parameters
    ----------
    question
        In words.
    answer
        ``cannot be told``, ``these cases cannot tell``, ``no direction holds``, ``hangs on how it is counted``, ``hangs on one case``,
        ``no more than chance gives``, ``went together``, or of the multiverse and the playbook ``holds its direction``, ``turns with the choices``, ``none stands out``, ``one stands out``.
    lead
        The answer in one sentence, which stands first.
    words
        The answer as sentences, with its numbers and their n.
    """

    question: str
    answer: str
    lead: str
    words: str


def conclusions(comparison: Comparison, playbook: Playbook | None = None) -> tuple[Conclusion, ...]:
    """What follows from a comparison, in careful words.

    Parameters
    ----------
    comparison
        Any comparison.
    playbook
        Its advice under test, where there is any.

    Returns
    -------
    tuple of Conclusion
        Of the associations, the multiverse and the advice, in this order.
    """
    pairs = of_associations(comparison.associations)
    of_delay = [found for found in pairs if found.question in _OF_DELAY]
    concluded = [*pairs, of_multiverse(comparison.multiverse, of_delay)]
    return (*concluded, of_playbook(playbook)) if playbook and playbook.tested else tuple(concluded)


def of_associations(associations: Associations) -> list[Conclusion]:
    """A conclusion for each question that the page asks."""
    concluded = []
    for first, second, question in _ASKED:
        rows = [
            row for row in associations.rows if row[0].first.name.startswith(first) and row[0].second.name == second
        ]
        concluded += [of_pair(question, *row) for row in rows[:1]]
    return concluded


def of_pair(question: str, whole: Association, like_clocks: Association) -> Conclusion:
    """The sentence that a pair of measures picks, by the rules of the module.

    Parameters
    ----------
    question
        What is asked.
    whole, like_clocks
        Over all cases, and over those whose clocks mean the same.
    """
    if not whole.computed:
        words = f"It cannot be told: {whole.why_not}."
        return Conclusion(question, "cannot be told", words, words)
    looks = (("", whole), (" once cases with other clocks are left out", like_clocks))
    open_looks = [look for look in looks if not look[1].computed or not look[1].estimates[0].leaves_zero_out]
    if open_looks:
        return _undecided(question, *open_looks[0])
    slope, _, test = whole.estimates
    if slope.value * test.statistic <= 0:
        words = f"It hangs on how it is counted: slope and order of the cases point in two ways ({_shown(whole)})."
        return Conclusion(question, "hangs on how it is counted", "It hangs on how it is counted.", words)
    turning = sorted(case_id for case_id, tau in whole.without.items() if tau * test.statistic <= 0)
    if turning:
        words = f"It hangs on {listed(turning)}: without it the sign turns ({_shown(whole)})."
        return Conclusion(question, "hangs on one case", f"It hangs on {listed(turning)}.", words)
    return _leaning(question, whole)


def _undecided(question: str, where: str, pair: Association) -> Conclusion:
    """What is said where zero is left in: that no direction holds, if these numbers could have shown one at all."""
    if not pair.computed:
        words = f"These cases cannot tell{where}: {pair.why_not}."
        return Conclusion(question, "these cases cannot tell", words, words)
    if not pair.can_tell:
        words = f"These cases cannot tell{where}: even in perfect order their numbers would leave zero in ({_shown(pair)}; {pair.order_text})."
        lead = f"These cases cannot tell{where}: no order of their numbers would."
        return Conclusion(question, "these cases cannot tell", lead, words)
    _, in_order, _ = pair.estimates
    words = (
        f"No direction holds{where}, though these cases could have shown one: {_shown(pair)}, where perfect order of the same "
        f"numbers would give {interval(in_order.lower, in_order.upper, 2, sign=True)}."
    )
    lead = f"No direction holds{where}: {pair.slope_text}."
    return Conclusion(question, "no direction holds", lead, words)


def _leaning(question: str, pair: Association) -> Conclusion:
    _, _, test = pair.estimates
    other = "higher" if test.statistic > 0 else "lower"
    longer = "longer" if pair.first.name.startswith("delay") else "higher"
    went = f"{longer} {pair.first.name} went with {other} {pair.second.name}"
    shown, p = _shown(pair), test.p
    share = f"{number(100 * p, 1 if p < 0.1 else 0)} in 100"
    if p > OFTEN_BY_CHANCE:
        words = f"The cases lean so that {went} ({shown}), but {share} chance orders of the same numbers lean as far: too few cases to tell."
        lead = f"In these cases {went}, but no more than chance gives: {pair.slope_text}."
        return Conclusion(question, "no more than chance gives", lead, words)
    words = f"In these cases {went} ({shown}); {share} chance orders lean as far. What brought it about, the record does not say."
    return Conclusion(question, "went together", f"In these cases {went}: {pair.slope_text}.", words)


def _shown(pair: Association) -> str:
    return f"{pair.slope_text}; {pair.tau_text}"


def of_multiverse(multiverse: Multiverse, of_delay: Sequence[Conclusion] = ()) -> Conclusion:
    """Whether the sign holds over the choices of an analyst, for openness and for favourability apart.

    Parameters
    ----------
    multiverse
        All specifications.
    of_delay
        What is concluded of delay over cases: **a sign that choices share is set beside it in the same sentence**.
    """
    question = "Does the answer hang on the choices of the analyst?"
    if not multiverse.computed:
        return Conclusion(question, "cannot be told", "It cannot be told.", f"It cannot be told. {multiverse.text}")
    parts = {
        "openness": [way for way in multiverse.computed if way.choices["outcome"] in OPENNESS],
        "favourability": [way for way in multiverse.computed if way.choices["outcome"] not in OPENNESS],
    }
    results = [_of_outcomes(name, part) for name, part in parts.items() if part]
    shares = [_shared_sign(part) for part in parts.values() if part]
    holds = min(shares) >= SHARED_SIGN
    lead = _sign_words(shares, of_delay)
    words = (
        f"{lead} By outcome, {'; '.join(results)}. Favourability is its level, not its rise. Each takes best readings, so "
        "the doubt of the record is not in them, and all use the same few cases: that choices agree makes up for neither."
    )
    return Conclusion(question, "holds its direction" if holds else "turns with the choices", lead, words)


def _sign_words(shares: Sequence[float], of_delay: Sequence[Conclusion]) -> str:
    """What the choices share and what the cases bear out, **in one sentence**: read alone, the first is taken for the second."""
    share = f"{' to '.join(dict.fromkeys(number(100 * share) for share in sorted(shares)))} %"
    if min(shares) < SHARED_SIGN:
        return f"The sign turns with the choices: by outcome, {share} of the specifications share it."
    answers = {found.answer for found in of_delay}
    if answers == {"went together"}:
        return f"The sign hardly hangs on the choices: {share} of the specifications share it, and the intervals over cases leave zero out as well."
    same = "all count the same few cases at their best readings"
    if answers == {"no direction holds"}:
        return (
            f"No direction holds, although {share} of the specifications share their sign: {same}, and with the doubt about each "
            "case the intervals hold zero."
        )
    return f"That {share} of the specifications share their sign shows no direction by itself: {same}, without the doubt about each case."


def _of_outcomes(name: str, part: Sequence[Specification]) -> str:
    taus = [way.tau for way in part]
    sizes = dict.fromkeys(map(number, (min(way.n for way in part), max(way.n for way in part))))
    return (
        f"longer delay against {name}: median τ-b {number(float(np.median(taus)), 2, sign=True)}, from "
        f"{number(min(taus), 2, sign=True)} to {number(max(taus), 2, sign=True)}, {number(100 * _shared_sign(part))} % of one sign "
        f"({counted(len(part), 'specification')}, n = {' to '.join(sizes)} cases)"
    )


def _shared_sign(part: Sequence[Specification]) -> float:
    signs = np.sign([way.tau for way in part])
    return max(float(np.mean(signs > 0)), float(np.mean(signs < 0)))


def of_playbook(playbook: Playbook) -> Conclusion:
    """Whether cases that followed a piece of advice fared otherwise than as many comparisons would show by chance."""
    question = "Did following advice go with better recovery?"
    if not playbook.compared:
        words = f"It cannot be told: for none of {counted(len(playbook.tested), 'piece')} of advice do enough cases answer either way."
        return Conclusion(question, "cannot be told", words, words)
    rarest, difference = playbook.rarest, playbook.rarest.shift
    by_chance = len(playbook.compared) * difference.p
    sizes = [in_words(len(rarest.group(state).rises)) for state in (FOLLOWED, NOT_FOLLOWED)]
    groups = f"{sizes[0]} that followed it against {sizes[1]} that did not"
    shown = (
        f"of {counted(len(playbook.compared), 'comparison')} the rarest is “{rarest.advice.advice}” "
        f"({number(difference.statistic, 2, sign=True)} {interval(difference.lower, difference.upper, 2, sign=True)} in favourability, {groups})"
    )
    if by_chance > OFTEN_BY_CHANCE:
        words = (
            f"No piece of advice can be told to have gone with better or worse recovery: {shown}, and among so many chance alone "
            f"brings one as rare up to {number(100 * min(by_chance, 1))} times in 100."
        )
        lead = (
            f"For none of {counted(len(playbook.compared), 'piece')} of advice can that be told: chance alone brings a difference as rare as "
            f"the rarest up to {number(100 * min(by_chance, 1))} times in 100."
        )
        return Conclusion(question, "none stands out", lead, words)
    way = "better" if difference.statistic > 0 else "worse"
    words = f"One stands out: {shown}. Cases that followed it fared {way}; why, the record does not say."
    lead = f"For one piece of advice: cases that followed it fared {way}; why, the record does not say."
    return Conclusion(question, "one stands out", lead, words)
