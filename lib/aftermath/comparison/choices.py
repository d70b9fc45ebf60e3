"""The choices of the multiverse, and which combinations of them mean something.

A choice that means nothing for an outcome or for a delay has the value ``none`` there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

from aftermath.case_files.relations import BELIEVED
from aftermath.comparison.variables import LATEST, SEEN_ONLY

NONE = "none"
# which relations between events are believed, by another name where that is "none": here it would mean that there is no choice
RELATIONS = {"clock times alone" if which == NONE else which: which for which in BELIEVED}
# coders by their place in case.yaml: cases need not share their names; whoever comes after the ninth enters the mean alone
PLACES = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
MEAN = "mean"
AVERAGED = "averaged"
SCALES = (AVERAGED, "hour", "day", "week", "linear")
CHOICES: dict[str, tuple[str, ...]] = {
    "coder": (*PLACES[:2], MEAN),  # two are the norm: see choices_with
    "clock": ("exposure", "first coverage"),
    "latency": ("response", "acknowledgement", "apology", "named_apology"),
    "relations": tuple(RELATIONS),
    "unseen": (NONE, SEEN_ONLY, LATEST),
    "outcome": ("transparency", "reliable transparency", "mean favourability", "imbalance", "modelled favourability"),
    "shared_items": (NONE, "left out", "in"),
    "coefficient": (NONE, "alpha", "AC2"),
    "window": (NONE, "7 days", "30 days", "90 days", "365 days"),
    "scale": (NONE, *SCALES),
    "cases": ("all", "without series and own clocks"),
}
# what each choice decides, for readers
DECIDES = {
    "coder": "whose codes count",
    "clock": "when the clock starts",
    "latency": "which answer is timed",
    "relations": "which relations between events are believed",
    "unseen": "what becomes of an answer that was not seen",
    "outcome": "what the delay is set against",
    "shared_items": "whether rubric items that score the timed act count",
    "coefficient": "by which coefficient of agreement an item counts as unreliable, and is dropped",
    "window": "up to which day coverage counts",
    "scale": "on which scale of time a model of favourability stands",
    "cases": "which cases take part",
}
OPENNESS = ("transparency", "reliable transparency")  # these are scored once, whatever the window
FAVOURABILITY = tuple(outcome for outcome in CHOICES["outcome"] if outcome not in OPENNESS)
# which outcomes, or which delays, a choice means something for; a first response that was not seen is the latest in any event
_APPLIES = {
    "unseen": CHOICES["latency"][1:],
    "shared_items": OPENNESS,
    "coefficient": ("reliable transparency",),
    "window": FAVOURABILITY,
    "scale": ("modelled favourability",),
}


def choices_with(coders: int) -> dict[str, tuple[str, ...]]:
    """The choices where so many coders are there to be taken alone: **two always are**, even where a case has but one.

    Examples
    --------
    >>> choices_with(1) == CHOICES, choices_with(4)["coder"]
    (True, ('first', 'second', 'third', 'fourth', 'mean'))
    """
    return CHOICES | {"coder": (*PLACES[: max(2, coders)], MEAN)}


def asked(chosen: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """Every combination of choices that means something.

    Parameters
    ----------
    chosen
        Choice to values, for every choice of ``CHOICES``.

    Examples
    --------
    >>> sum(1 for _ in asked(CHOICES))
    14280
    """
    for outcome, latency in itertools.product(chosen["outcome"], chosen["latency"]):
        fixed = {"outcome": (outcome,), "latency": (latency,)}
        values = {
            name: fixed.get(name)
            or [
                value
                for value in values
                if name not in _APPLIES or (value != NONE) == bool({outcome, latency}.intersection(_APPLIES[name]))
            ]
            for name, values in chosen.items()
        }
        yield from (dict(zip(values, combination, strict=True)) for combination in itertools.product(*values.values()))
