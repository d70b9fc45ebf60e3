"""The page of the multiverse: every specification, to be chosen among. **The page filters results; none is computed there.**"""

from __future__ import annotations

import itertools
import math
from functools import partial
from typing import Any

import numpy as np

from aftermath.comparison.choices import CHOICES, DECIDES, FAVOURABILITY, NONE, OPENNESS
from aftermath.comparison.joint_inference import CurveStatistic, JointInference, joint_inference
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.variance_by_choice import Share, VarianceByChoice, variance_by_choice
from aftermath.pages.nothing import Nothing
from aftermath.pages.page import Section, compose
from aftermath.pages.script import script_json
from aftermath.pages.templating import macro
from aftermath.statistics.result import NothingToMeasure
from aftermath.wording import counted, listed, number, probability

ADDRESS = "multiverse.html"
COLUMNS = 480  # that the drawing is cut into at most, as the figure of all specifications


def multiverse_page(multiverse: Multiverse) -> str:
    """The page, finished HTML.

    Parameters
    ----------
    multiverse
        Of all cases. Where none of its specifications could be computed, the page says so.
    """
    part = partial(macro, "multiverse_page")
    if multiverse.computed:
        sections = [
            Section(
                "explore",
                "Choose",
                part("explorer")(multiverse, DECIDES, NONE, script_json(packed(multiverse))),
            ),
            Section("chance", "Whether chance alone would do", part("chance")(_joint(multiverse))),
            Section(
                "matters", "How much each choice matters", part("matters")(_shares(multiverse), _parts(multiverse))
            ),
            Section("reading", "How to read this", part("reading")()),
        ]
    else:
        sections = [Section("explore", "Nothing to choose among", part("nothing")(multiverse.text))]
    return compose(
        part("opening")(multiverse),
        sections,
        root="",
        title="Every defensible way to ask",
        kind="multi",
        description="Does longer delay go with less openness or less favourable coverage? Every defensible way to ask, to choose among.",
        current=ADDRESS,
    )


def _joint(multiverse: Multiverse) -> JointInference | Nothing:
    try:
        return joint_inference(multiverse)
    except NothingToMeasure as reason:
        return Nothing(str(reason))


def _shares(multiverse: Multiverse) -> VarianceByChoice | Nothing:
    try:
        return variance_by_choice(multiverse)
    except NothingToMeasure as reason:
        return Nothing(str(reason))


def _parts(multiverse: Multiverse) -> dict[str, VarianceByChoice | Nothing]:
    """The shares among specifications of openness, and among those of favourability."""
    ways = multiverse.specifications
    return {
        name: _shares(Multiverse(tuple(way for way in ways if way.choices["outcome"] in outcomes)))
        for name, outcomes in (("openness", OPENNESS), ("favourability", FAVOURABILITY))
    }


def what_matters(shares: VarianceByChoice) -> str:
    """Which choices have most of the variance, and what they decide; where another moves the median farthest, why both are so."""
    most = [f"{DECIDES[one.choice]} ({number(100 * one.value)} %)" for one in shares.shares[:2]]
    if not most:
        return "Only one way was chosen of each choice, so that none can matter."
    return (
        f"Most of the variance that a choice has alone goes with {listed(most)}; {number(100 * shares.rest.value)} % is in how choices act together."
        f"{_why_not_the_median(shares)}"
    )


def _why_not_the_median(shares: VarianceByChoice) -> str:
    """Why the choice with most of the variance is another than that which moves the median most; empty where it is the same."""
    first = shares.shares[0].choice
    farthest = max(sorted(shares.moves), key=lambda name: shares.moves[name].distance)
    if first == farthest:
        return ""
    of_farthest, of_first = shares.moves[farthest], shares.moves[first]
    return (
        f" The median moves most with another choice, {farthest.replace('_', ' ')}: its two farthest values lie {number(of_farthest.distance, 2)} apart, and "
        f"{counted(of_farthest.specifications, 'specification')} took them; those of {first.replace('_', ' ')} lie {number(of_first.distance, 2)} apart, "
        f"{number(of_first.specifications)} took them, and the variance counts how many."
    )


def share_cells(share: Share) -> list[str]:
    """A row of the table of shares: the choice, what it decides, its share, that with one case left out, and the specifications."""
    ends = (
        "not tried"
        if math.isnan(share.lower)
        else f"{number(100 * share.lower, 1)} to {number(100 * share.upper, 1)} %"
    )
    decides = DECIDES.get(share.choice, "what none decides alone")
    name = share.choice.replace("_", " ")
    return [name, decides, f"{number(100 * share.value, 1)} %", ends, number(share.specifications)]


def joint_cells(one: CurveStatistic, joint: JointInference) -> list[str]:
    """A row of the table of the whole curve: what, as observed, in the middle of pairings, p with its error, pairings, cases."""
    error = f" ± {number(one.error, 3)}" if one.error else ""
    names = {
        "median": "median τ-b",
        "same sign": "share of the commoner sign",
        "mean z": "mean of τ-b over its standard error",
    }
    return [
        names[one.name],
        one.words,
        one.middle,
        f"{probability(one.p)}{error}",
        number(joint.arrangements),
        number(joint.cases),
    ]


def packed(multiverse: Multiverse) -> dict[str, Any]:
    """The specifications that could be computed, as the script of the page reads them.

    Parameters
    ----------
    multiverse
        Of all cases.

    Returns
    -------
    dict
        ``choices``: name and values. ``taus``: pairs of a result and how many in a row have it, in order. ``codes``: of each
        specification a number to the base of 36, ``width`` figures long, **whose digits are the places of its values and, last, n**, of
        which there are ``sizes``. ``none``: the value that means nothing. ``columns``: of the drawing, at most.
    """
    ways = multiverse.computed
    sizes = 1 + max(way.n for way in ways)
    bases = [*(len(values) for values in multiverse.choices.values()), sizes]
    width = len(np.base_repr(math.prod(bases) - 1, 36))
    digits = [[*(multiverse.choices[name].index(way.choices[name]) for name in CHOICES), way.n] for way in ways]
    codes = np.ravel_multi_index(np.array(digits).T.tolist(), bases).tolist()
    return {
        "choices": [{"name": name, "values": values} for name, values in multiverse.choices.items()],
        "codes": "".join(np.base_repr(code, 36).zfill(width) for code in codes).lower(),
        "columns": COLUMNS,
        "none": NONE,
        "sizes": sizes,
        "taus": [(tau, len(list(alike))) for tau, alike in itertools.groupby(way.tau for way in ways)],
        "width": width,
    }
