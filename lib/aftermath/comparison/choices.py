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
CODERS = ("first", "second", "mean")  # by their place in case.yaml: cases need not share the names of their coders
AVERAGED = "averaged"
SCALES = (AVERAGED, "hour", "day", "week", "linear")
CHOICES: dict[str, tuple[str, ...]] = {
    "coder": CODERS,
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
