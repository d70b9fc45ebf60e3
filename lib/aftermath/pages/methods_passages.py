"""The finished passages of the page of methods: our numbers beside printed ones, and what the simulation showed."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.html import escape
from aftermath.pages.passages.sources import library_version
from aftermath.pages.passages.tables import rows_of, table
from aftermath.statistics.checks import Check, MethodChecks
from aftermath.statistics.checks.check import LAST_DIGIT
from aftermath.statistics.checks.simulated import (
    COMPARISON,
    KEEPS,
    NARROW,
    PROMISES,
    REFUSES,
    SAYS_SO,
    WIDE,
    SimulationStudy,
)
from aftermath.wording import counted, in_words, listed, number

_SAME = ("no", "yes")


def head(checks: MethodChecks, study: SimulationStudy) -> Passage:
    """Title, and how many numbers agree and how many intervals keep their word."""
    agreeing = sum(check.agrees for check in checks.checks)
    return Passage(
        f'<div class="wrap head ih"><p class="kick">{counted(len(checks.checks), "number")} · {counted(study.rows.height, "simulation")}</p>'
        "<h1>Methods, and how they were checked</h1>"
        '<p class="lead">Every estimator on this site is the field’s own. Here it is applied to data for which somebody else has printed '
        "what must come out, and to made-up data whose truth is known.</p></div>"
        '<section class="wrap finds" aria-labelledby="finds-h"><h2 id="finds-h" class="sr">Findings</h2>'
        f"{_finding(f'{agreeing} of {len(checks.checks)}', 'numbers agree with the printed ones', 'within tolerances that are explained')}"
        f"{_finding(*_kept(study))}{_finding(*_compared(study))}"
        f"{_finding(number(study.rows['estimates'].sum()), 'intervals from simulated data', 'all of them seeded')}"
        "</section>"
    )


def _kept(study: SimulationStudy) -> tuple[str, str, str]:
    rows = {kind: study.ours.filter(verdict=kind).height for kind in (KEEPS, WIDE, SAYS_SO, NARROW)}
    words = "simulated settings have intervals that hold the truth at least as often as they must"
    note = (
        f"{in_words(rows[NARROW])} too narrow, named below; {in_words(rows[SAYS_SO])} too narrow with a warning in the text; "
        f"{in_words(rows[WIDE])} wider than need be"
    )
    return f"{rows[KEEPS] + rows[WIDE]} of {study.ours.filter(pl.col('verdict') != REFUSES).height}", words, note


def _compared(study: SimulationStudy) -> tuple[str, str, str]:
    others = study.table.filter(pl.col("estimator").str.starts_with(COMPARISON))
    held = others.filter(pl.col("verdict") != NARROW).height
    return (
        f"{held} of {others.height}",
        "do so with the customary Newey-West errors",
        "for comparison; used on request only",
    )


def _finding(figure: str, words: str, note: str) -> str:
    return f'<p><b>{escape(figure)}</b> {escape(words)} <span class="mut">{escape(note)}</span></p>'


def checked(checks: MethodChecks, *methods: str) -> Passage:
    """Our numbers beside the printed ones, of some methods alone."""
    own = checks.of(*methods)
    headings = ("Data", "Quantity", "Ours", "Printed", "By", "Agrees")
    content = table("stack", "Our numbers beside printed ones", headings, rows_of(map(_cells, own.checks), headings))
    return Passage(
        f'<p class="how ic">{escape(_words(own))}</p>'
        f'<div class="tscroll" tabindex="0" role="region" aria-label="Our numbers beside printed ones">{content}</div>'
    )


def _cells(check: Check) -> Iterable[str]:
    cells = (check.data, check.quantity, check.ours, check.printed, check.origin)
    return (*map(escape, cells), f"<b>{_SAME[check.agrees]}</b>")


def _words(checks: MethodChecks) -> str:
    agreeing, n = sum(check.agrees for check in checks.checks), len(checks.checks)
    reasons = " ".join(dict.fromkeys(f"{check.why}." for check in checks.checks if check.why != LAST_DIGIT))
    return f"{number(agreeing)} of {number(n)} agree, to the last printed digit where nothing else is said. {reasons}".strip()


def coverage(study: SimulationStudy, *, id: str = "f1") -> Exhibit:
    """How often intervals held the truth, with every row of the study as a table."""
    from aftermath.figures import interval_coverage

    shown = study.table.select(
        "estimator",
        "n",
        "truth",
        "level",
        "draws",
        "estimates",
        "warned",
        "bias",
        "coverage",
        "width",
        "open",
        "verdict",
    )
    return exhibit(
        study,
        interval_coverage(study),
        id=id,
        title="How often intervals held the truth",
        how=f"Each mark is the share of simulated data sets whose interval held the truth, in a bar for what chance alone leaves "
        f"open. On the shaded stretch ({PROMISES}) an interval keeps its word; left of it, it promises too much; "
        "right of it, it is wider than it need be. Grey: what is not ours, for comparison.",
        table=shown,
    )


_BLIND = (
    (
        "What else happened",
        "No series here has a control. A change at the event is a change at the event, whoever or whatever brought it about, and "
        "other news of the same days is in it.",
    ),
    (
        "Who is missing",
        "The cases were chosen because they are well known, and their texts are those that could be found. No interval knows "
        "of cases and texts that nobody kept.",
    ),
    (
        "Errors that coders share",
        "Agreement is not truth. Two coders who err in the same way agree perfectly, and both codings were machine-assisted.",
    ),
    (
        "Worlds that were not simulated",
        "The simulated series are as tidy as their models. Heavy tails, two events at once and a definition that changes midway are "
        "not in the study.",
    ),
)


def blind_spots() -> Passage:
    """What no method here can see."""
    boxes = "".join(f"<div><h3>{escape(title)}</h3><p>{escape(words)}</p></div>" for title, words in _BLIND)
    return Passage(f'<div class="lim">{boxes}</div>')


def citation() -> Passage:
    """How to cite the page."""
    words = f"Aftermath {escape(library_version())}. Methods, and how they were checked."
    return Passage(
        f'<p class="citebox">{words}</p><button class="copy" type="button" data-copy="{words}">Copy</button>'
    )


def provenance(checks: MethodChecks, study: SimulationStudy) -> Passage:
    """What was computed when the page was made, and what was not."""
    draws = listed([number(draws) for draws in study.rows["draws"].unique().sort()])
    return Passage(
        f'<p class="mut">The {counted(len(checks.checks), "number")} were computed anew for this page. The simulation, {draws} data sets '
        "a row, was made beforehand and its table kept with the library; everything in it is seeded. Formulas and references: "
        "<code>docs/methods.md</code>.</p>"
    )
