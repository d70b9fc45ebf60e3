"""How the playbook states a rule that the record can answer; what a rule means is said where cases are compared.

=============================  ===========================================================================
rule                           asks
=============================  ===========================================================================
``latency STEP N min|h``       whether the first such answer came certainly within that time
``rubric T1 T3``               whether every coder gave every item its full score
``together ACT ACT``           whether one event of the organisation holds both acts
``consistent``                 whether no denial followed an acknowledgement or apology
``cause CAUSE: RULE``          the rule of cases of that cause alone
``unobservable``               nothing: it can never be known from outside
=============================  ===========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.case_files.file_problems import short

OWN_CHANNEL = "own_channel"  # a step beside those of the vocabulary: an answer on a channel of the organisation
LONGEST_RULE = 200  # characters
_PATTERNS = {
    "latency": r"latency (\w+) ([1-9][0-9]{0,5}) (min|h)",
    "rubric": r"rubric ((?:[TE]\d{1,2} ?)+)",
    "together": r"together (\w+) (\w+)",
    "consistent": r"consistent",
    "cause": r"cause (\w+): (.+)",
    "unobservable": r"unobservable",
}


class RuleError(ValueError):
    """A text states no rule.

    Attributes
    ----------
    what, mend
        What is wrong with it, and what would mend it.
    """

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what}; {mend}")
        self.what, self.mend = what, mend


@dataclass(frozen=True)
class StatedRule:
    """A rule, taken apart.

    Parameters
    ----------
    kind
        Its first word.
    words
        What comes after it: step, number and unit; items; acts; cause and rule; nothing.
    """

    kind: str
    words: tuple[str, ...]


def parse_rule(text: str) -> StatedRule:
    """Take a rule apart.

    Parameters
    ----------
    text
        See the module.

    Returns
    -------
    StatedRule

    Raises
    ------
    RuleError
        If the text states no rule, or names a step, item, act or cause that there is not.

    Examples
    --------
    >>> parse_rule("latency response 60 min")
    StatedRule(kind='latency', words=('response', '60', 'min'))
    """
    if len(text) > LONGEST_RULE:
        raise RuleError(f"'{short(text)}' is too long for a rule", f"use at most {LONGEST_RULE} characters")
    for kind, pattern in _PATTERNS.items():
        if stated := re.fullmatch(pattern, text):
            words = tuple(stated[1].split()) if kind == "rubric" else stated.groups()
            _check_words(kind, words)
            return StatedRule(kind, words)
    raise RuleError(
        f"'{short(text)}' is not a rule", "write e.g. 'latency response 60 min', 'rubric T7 E3' or 'unobservable'"
    )


def _check_words(kind: str, words: tuple[str, ...]) -> None:
    if kind == "latency":
        steps = (*vocabulary.STEPS, OWN_CHANNEL)
        _check_known(words[:1], steps, "a step", f"use one of {', '.join(steps)}")
    elif kind == "rubric":
        items = vocabulary.RUBRIC_ITEMS
        _check_known(words, items, "an item of the rubric", f"use {', '.join(items)}")
    elif kind == "together":
        _check_known(words, vocabulary.ACTS, "an act", "use a word of the codebook")
    elif kind == "cause":
        _check_known(words[:1], vocabulary.CAUSES, "a cause", f"use one of {', '.join(vocabulary.CAUSES)}")
        if parse_rule(words[1]).kind == kind:
            raise RuleError("a cause within a cause is no rule", "name one cause")


def _check_known(words: Iterable[str], known: Collection[str], name: str, mend: str) -> None:
    for word in words:
        if word not in known:
            raise RuleError(f"'{short(word)}' is not {name}", mend)
