"""Do speed, openness and recovery go together? The associations, and every defensible way to ask, as exhibits."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from aftermath.comparison.association import Association
from aftermath.comparison.multiverse import CHOICES, Multiverse
from aftermath.comparison.permutation import Permutation
from aftermath.comparison.scoreboard import Comparison
from aftermath.comparison.together import ALL, DOUBT, LIKE_CLOCKS, Together
from aftermath.reports.exhibit import Exhibit, Passage, exhibit
from aftermath.reports.html import escape
from aftermath.reports.naming import link_of
from aftermath.reports.passages.tables import absent, rows_of, table
from aftermath.wording import DASH, NO_BREAK, counted, interval, listed, number, probability

_HOW = (
    "A row is a pair of measures. The upright line is Kendall’s τ-b, from −1 (opposite orders of the cases) to +1 (the same "
    "order). The band is what τ-b may be once every case is drawn anew inside its intervals (central 90 %); the thin line with "
    "ticks, what it becomes when one case is left out. Lower, dashed band: without cases whose clock the organisation or a "
    "regulator set, and without series."
)
_HOW_CURVE = (
    "Each dot is one specification, a full set of choices; they are sorted by τ-b. Below it, a tick in each row tells what was "
    "chosen. Where the ticks of a row crowd to one side, that choice moves the result. Dashed: the median of all; at the right, "
    "that of each choice."
)


def together(comparison: Comparison, *, id: str = "f6") -> Exhibit | Passage:
    """The associations between delay, openness and the rise of favourability; a sentence where none can be computed."""
    from aftermath.figures import associations

    found = comparison.associations
    if not found.computed:
        return Passage(absent(f"No association can be computed: {found.whole.pairs[0].why_not}."))
    return exhibit(
        found,
        associations(found),
        id=id,
        title="Kendall’s τ-b between delay, openness and the rise of favourability",
        how=_HOW,
        words=_words(comparison, found),
        table=_table(comparison, found),
        rows=f"{counted(len(found.rows), 'pair')}, twice",
    )


def _words(comparison: Comparison, found: Together) -> str:
    told = [row for row in found.rows if row[0].test]
    clear = [f"{whole.first} and {whole.second}" for whole, like_clocks in told if _clear(whole, like_clocks)]
    kept = f"leaves zero out for {listed(clear)}" if clear else "holds zero for every pair"
    return " ".join(
        [
            f"Kendall’s τ-b with its spread, over all cases: {'; '.join(_pair_words(comparison, whole) for whole, _ in told)}.",
            f"{DOUBT} In all cases and in those with like clocks alike, it {kept}. Chance is what p is about: the share of",
            f"orders of these numbers that lean as far; the smallest that could come out is {_floors(found)}. Of",
            f"{counted(len(told), 'pair')} some will look close by chance. Chosen cases, no cause shown.",
            _left_out(comparison, found),
        ]
    ).strip()


def _pair_words(comparison: Comparison, pair: Association) -> str:
    spread = interval(pair.lower, pair.upper, 2, sign=True)
    influence = pair.most_influential
    without = (
        f", {number(pair.without[influence], 2, sign=True)} without {comparison.names[influence]}" if influence else ""
    )
    return (
        f"{pair.first} and {pair.second} {number(pair.test.statistic, 2, sign=True)} {spread}, p{NO_BREAK}={NO_BREAK}"
        f"{probability(pair.test.p)}, n{NO_BREAK}={NO_BREAK}{len(pair.case_ids)}{without}"
    )


def _floors(found: Together) -> str:
    """The smallest p that the pairs over all cases could have given."""
    floors = sorted({pair.test.smallest_p for pair in found.whole.pairs if pair.test})
    return " to ".join(dict.fromkeys(probability(floor) for floor in (floors[0], floors[-1])))


def _left_out(comparison: Comparison, found: Together) -> str:
    out = [f"{comparison.names[case_id]} ({why})" for case_id, why in sorted(found.like_clocks.left_out.items())]
    return f"Not among those with like clocks: {listed(out)}." if out else ""


def _clear(*pairs: Association) -> bool:
    return all(pair.test and not pair.lower <= 0 <= pair.upper for pair in pairs)


def _table(comparison: Comparison, found: Together) -> str:
    headings = ("Pair", "Cases", "τ-b", "Spread (90 %)", "p", "Smallest reachable p", "n", "Most influential case")
    cells = (
        _cells(comparison, pair, which)
        for row in found.rows
        for which, pair in zip((ALL, LIKE_CLOCKS), row, strict=True)
    )
    return table("", "Associations", headings, rows_of(cells, headings))


def _cells(comparison: Comparison, pair: Association, which: str) -> Iterable[str]:
    name = f"{pair.first[0].upper()}{pair.first[1:]} and {pair.second}"
    n = counted(len(pair.case_ids), "case")
    if pair.test is None:
        return (escape(name), which, DASH, f'<span class="mut">{escape(pair.why_not)}</span>', DASH, DASH, n, DASH)
    influence = pair.most_influential
    moved = (
        f"{link_of(comparison, influence)}: {number(pair.without[influence], 2, sign=True)} without it"
        if influence
        else DASH
    )
    spread = interval(pair.lower, pair.upper, 2, sign=True)
    tau = number(pair.test.statistic, 2, sign=True)
    return (escape(name), which, tau, spread, _chance(pair.test), probability(pair.test.smallest_p), n, moved)


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
    cells = (_choice_cells(found, choice, value) for choice, values in CHOICES.items() for value in values)
    download = f'<p class="get">Every specification: <a href="{root}data/multiverse.csv" download>CSV</a>.</p>'
    return f"{table('', 'Results by choice', headings, rows_of(cells, headings))}{download}"


def _choice_cells(found: Multiverse, choice: str, value: str) -> Iterable[str]:
    part = [each for each in found.computed if each.choices[choice] == value]
    if not part:
        return (choice, value.replace("_", " "), "0", *[DASH] * 4)
    taus = [each.tau for each in part]
    ends = (statistics.median(taus), min(taus), max(taus))
    sizes = dict.fromkeys(number(size) for size in (min(each.n for each in part), max(each.n for each in part)))
    return (
        choice,
        value.replace("_", " "),
        number(len(part)),
        *(number(end, 2, sign=True) for end in ends),
        DASH.join(sizes),
    )
