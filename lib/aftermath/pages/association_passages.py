"""Do speed, openness and recovery go together? The associations, and every defensible way to ask, as exhibits."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from aftermath.comparison.association import Association
from aftermath.comparison.associations import SHARED, Associations
from aftermath.comparison.choices import CHOICES, NONE
from aftermath.comparison.multiverse import Multiverse
from aftermath.comparison.scoreboard import Comparison
from aftermath.comparison.variables import LATEST
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.html import escape
from aftermath.pages.naming import link_of
from aftermath.pages.passages.tables import absent, rows_of, table
from aftermath.statistics.permutation import Permutation
from aftermath.wording import DASH, counted, interval, listed, number, probability

_HOW = (
    "A row is a pair of measures, and the upright line the slope of the second on the first, in standard deviations over the cases; the band is its "
    "interval. It holds the doubt about every case and that of having so few. The thin line with ticks is the interval that the same numbers would "
    "have given in perfect order: where that holds zero, the cases cannot tell. Lower, dashed band: without cases whose clock the "
    "organisation or a regulator set, and without series. The axis ends at two."
)
_CHOICES = (
    "Delay counts tenfold by tenfold, a minute at least. An answer that the record does not show has no delay here, nor has one that came with clock zero. "
    "Items of the rubric that score the very act whose delay is measured are left out: T1 (acknowledges) beside the first response, T5 (accountable "
    "person) and E1 (apology) beside the apology by a named person. Recovery is the log odds of a more favourable code for a tenfold of time, "
    "with the error that the case’s own codes give."
)
_HOW_CURVE = (
    "A specification is a full set of choices; they are sorted by τ-b, and each dot stands for some neighbours in that order. Below it, a tick "
    "in each row is the darker the more of them made that choice; where a choice means nothing, as a window does for openness, there is none. "
    "Where a row darkens to one side, that choice moves the result. Dashed: the median of all; at the right, that of each choice. An answer that "
    "came with clock zero says nothing about speed and counts in no specification, and no model is asked about a day beyond its record."
)


def together(comparison: Comparison, *, id: str = "f6") -> Exhibit | Passage:
    """The associations between delay, openness and recovery of favourability; a sentence where none can be computed."""
    from aftermath.figures import associations

    found = comparison.associations
    if not found.computed:
        return Passage(absent(f"No association can be computed: {found.whole.pairs[0].why_not}."))
    return exhibit(
        found,
        associations(found),
        id=id,
        title="Delay, openness and recovery of favourability, two at a time",
        how=_HOW,
        words=_words(comparison, found),
        table=_table(comparison, found),
        rows=f"{counted(found.table.height, 'row')}, {counted(len(found.rows), 'pair')}",
    )


def _words(comparison: Comparison, found: Associations) -> str:
    told = [row for row in found.rows if row[0].computed]
    clear = [whole.name for whole, like_clocks in told if _clear(whole, like_clocks)]
    blind = [whole.name for whole, _ in told if not whole.can_tell]
    kept = f"leaves zero out for {listed(clear)}" if clear else "holds zero for every pair"
    cannot = f"Even perfect order would not have told for {listed(blind)}." if blind else ""
    shown = "; ".join(f"{whole.name} {whole.slope_text}, {whole.order_text}" for whole, _ in told)
    return " ".join(
        [
            f"Slopes over all cases, with their {100 * comparison.level:g} % intervals (random-effects meta-regression, Hartung-Knapp; what is known",
            f"within bounds is imputed): {shown}. In all cases and in those with like clocks alike, the interval {kept}. {cannot} The table has",
            "Kendall’s τ-b of the best readings, the least and the greatest that it may be within the record, and p, the share of orders that lean",
            f"as far, which can be no smaller than {_floors(found)}. {_CHOICES} {_other_looks(found)} Of {counted(len(told), 'pair')} some will",
            "look close by chance. Chosen cases, no cause shown.",
            _left_out(comparison, found),
        ]
    ).strip()


def _other_looks(found: Associations) -> str:
    """Tau-b with the shared items in, and with what was not seen counted as the latest."""
    parts = []
    for look, words in ((SHARED, "With the shared items in"), (LATEST, "With what was not seen as the latest of all")):
        pairs = [pair for pair in found.looks[look].pairs if pair.computed] if look in found.looks else []
        shown = [
            f"{number(pair.test.statistic, 2, sign=True)} for {pair.name} (n = {len(pair.case_ids)})" for pair in pairs
        ]
        parts += [f"{words}, τ-b is {listed(shown)}."] if shown else []
    return " ".join(parts)


def _floors(found: Associations) -> str:
    """The smallest p that the pairs over all cases could have given."""
    floors = sorted({pair.test.smallest_p for pair in found.whole.pairs if pair.test})
    return " to ".join(dict.fromkeys(probability(floor) for floor in (floors[0], floors[-1])))


def _left_out(comparison: Comparison, found: Associations) -> str:
    out = [f"{comparison.names[case_id]} ({why})" for case_id, why in sorted(found.like_clocks.left_out.items())]
    return f"Not among those with like clocks: {listed(out)}." if out else ""


def _clear(*pairs: Association) -> bool:
    return all(pair.computed and pair.slope.leaves_zero_out for pair in pairs)


def _table(comparison: Comparison, found: Associations) -> str:
    headings = (
        "Pair",
        "Cases",
        "Slope",
        "In perfect order",
        "τ-b",
        "Within the record",
        "p",
        "n",
        "Most influential case",
    )
    cells = (_cells(comparison, pair, which) for which, look in found.looks.items() for pair in look.pairs)
    return table("", "Associations", headings, rows_of(cells, headings))


def _cells(comparison: Comparison, pair: Association, which: str) -> Iterable[str]:
    name = escape(f"{pair.name[0].upper()}{pair.name[1:]}")
    n = counted(len(pair.case_ids), "case")
    if not pair.computed:
        return (name, which, f'<span class="mut">{escape(pair.why_not)}</span>', *[DASH] * 4, n, DASH)
    influence = pair.most_influential
    moved = (
        f"{link_of(comparison, influence)}: {number(pair.without[influence], 2, sign=True)} without it"
        if influence
        else DASH
    )
    slope = (
        f"{number(pair.slope.value, 2, sign=True)} {interval(pair.slope.lower, pair.slope.upper, 2, sign=True)} "
        f'<span class="who">{escape(pair.second.unit)} for {escape(pair.first.step_name)}</span>'
    )
    order = interval(pair.in_order.lower, pair.in_order.upper, 2, sign=True)
    limits = f"{number(pair.least, 2, sign=True)} to {number(pair.greatest, 2, sign=True)}"
    return (name, which, slope, order, number(pair.test.statistic, 2, sign=True), limits, _chance(pair.test), n, moved)


def _chance(test: Permutation) -> str:
    error = "" if test.exact else f" ± {number(test.error, 3)}"
    return f'{probability(test.p)}{error} <span class="who">{"all" if test.exact else "sample of"} {number(test.arrangements)} orders</span>'


def multiverse(comparison: Comparison, root: str = "", *, id: str = "f8") -> Exhibit | Passage:
    """Every defensible way to ask, as a specification curve; a sentence where none can be computed."""
    from aftermath.figures import specification_curve

    found = comparison.multiverse
    if not found.computed:
        return Passage(absent(found.text))
    return exhibit(
        found,
        specification_curve(found),
        id=id,
        title="Delay against openness and favourability, asked in every way",
        how=_HOW_CURVE,
        words=found.text,
        table=_choices_table(found, root),
        rows=counted(len(found.specifications), "specification"),
    )


def _choices_table(found: Multiverse, root: str) -> str:
    headings = ("Choice", "Chosen", "Specifications", "Median τ-b", "From", "To", "Cases")
    cells = (
        _choice_cells(found, choice, value) for choice, values in CHOICES.items() for value in values if value != NONE
    )
    download = f'<p class="get">Every specification: <a href="{root}data/multiverse.csv" download>CSV</a>.</p>'
    return f"{table('', 'Results by choice', headings, rows_of(cells, headings))}{download}"


def _choice_cells(found: Multiverse, choice: str, value: str) -> Iterable[str]:
    part = [each for each in found.computed if each.choices[choice] == value]
    if not part:
        return (choice.replace("_", " "), value.replace("_", " "), "0", *[DASH] * 4)
    taus = [each.tau for each in part]
    ends = (statistics.median(taus), min(taus), max(taus))
    sizes = dict.fromkeys(number(size) for size in (min(each.n for each in part), max(each.n for each in part)))
    return (
        choice.replace("_", " "),
        value.replace("_", " "),
        number(len(part)),
        *(number(end, 2, sign=True) for end in ends),
        DASH.join(sizes),
    )
