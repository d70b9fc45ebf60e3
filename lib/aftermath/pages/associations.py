"""Do speed, openness and recovery go together, in words; and the results of every choice that could be made."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from aftermath.comparison.associations import SHARED
from aftermath.comparison.choices import NONE
from aftermath.comparison.variables import LATEST
from aftermath.wording import DASH, counted, listed, number, probability

if TYPE_CHECKING:
    from aftermath.comparison.association import Association
    from aftermath.comparison.associations import Associations
    from aftermath.comparison.multiverse import Multiverse
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.comparison.specifications import Specification
    from aftermath.statistics.permutation import Permutation

_CHOICES = (
    "Delay counts tenfold by tenfold, a minute at least. An answer that the record does not show has no delay here, nor has one that came with clock zero. "
    "Items of the rubric that score the very act whose delay is measured are left out: T1 (acknowledges) beside the first response, T5 (accountable "
    "person) and E1 (apology) beside the apology by a named person. Recovery is the log odds of a more favourable code for a tenfold of time, "
    "with the error that the case’s own codes give."
)


def words(comparison: Comparison, associations: Associations) -> str:
    """Which slopes leave zero out, which cases could not have told, and what the table adds."""
    rows = [row for row in associations.rows if row[0].computed]
    clear = [whole.name for whole, like_clocks in rows if _clear(whole) and _clear(like_clocks)]
    blind = [whole.name for whole, _ in rows if not whole.can_tell]
    kept = f"leaves zero out for {listed(clear)}" if clear else "holds zero for every pair"
    cannot = f"Even perfect order would not have told for {listed(blind)}." if blind else ""
    shown = "; ".join(f"{whole.name} {whole.slope_text}, {whole.order_text}" for whole, _ in rows)
    floors = sorted({pair.test.smallest_p for pair in associations.whole.pairs if pair.test})
    smallest = " to ".join(dict.fromkeys(probability(floor) for floor in (floors[0], floors[-1])))
    left_out = sorted(associations.like_clocks.left_out.items())
    unlike = listed([f"{comparison.names[case_id]} ({reason})" for case_id, reason in left_out])
    return " ".join(
        [
            f"Slopes over all cases, with their {100 * comparison.level:g} % intervals (random-effects meta-regression, Hartung-Knapp; what is known",
            f"within bounds is imputed): {shown}. In all cases and in those with like clocks alike, the interval {kept}. {cannot} The table has",
            "Kendall’s τ-b of the best readings, the least and the greatest that it may be within the record, and p, the share of orders that lean",
            f"as far, which can be no smaller than {smallest}. {_CHOICES} {_other_looks(associations)} Of {counted(len(rows), 'pair')} some will",
            "look close by chance. Chosen cases, no cause shown.",
            f"Not among those with like clocks: {unlike}." if left_out else "",
        ]
    ).strip()


def _clear(pair: Association) -> bool:
    return pair.slope is not None and pair.slope.leaves_zero_out


def _other_looks(associations: Associations) -> str:
    """Tau-b with the shared items in, and with what was not seen counted as the latest."""
    parts = []
    for look, opening in (
        (SHARED, "With the shared items in"),
        (LATEST, "With what was not seen as the latest of all"),
    ):
        looked_at = associations.looks[look].pairs if look in associations.looks else ()
        shown = [
            f"{number(pair.test.statistic, 2, sign=True)} for {pair.name} (n = {len(pair.case_ids)})"
            for pair in looked_at
            if pair.test
        ]
        parts += [f"{opening}, τ-b is {listed(shown)}."] if shown else []
    return " ".join(parts)


def chance(test: Permutation) -> str:
    """The share of orders that lean as far, with the error of a sample of them."""
    return probability(test.p) + ("" if test.exact else f" ± {number(test.error, 3)}")


def by_choice(multiverse: Multiverse) -> Iterator[list[str]]:
    """For every value of every choice: how many specifications made it, the median, least and greatest tau-b, and their cases."""
    for choice, values in multiverse.choices.items():
        for value in values:
            if value != NONE:
                part = [
                    specification for specification in multiverse.computed if specification.choices[choice] == value
                ]
                yield [choice.replace("_", " "), value.replace("_", " "), number(len(part)), *_results(part)]


def _results(part: Sequence[Specification]) -> list[str]:
    if not part:
        return [DASH] * 4
    taus = [specification.tau for specification in part]
    sizes = [specification.n for specification in part]
    ends = [number(end, 2, sign=True) for end in (statistics.median(taus), min(taus), max(taus))]
    return [*ends, DASH.join(dict.fromkeys(number(size) for size in (min(sizes), max(sizes))))]
