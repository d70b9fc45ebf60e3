"""What the market said: the key trading days of a case, each with its abnormal return."""

from __future__ import annotations

from collections.abc import Iterable

from aftermath import figures
from aftermath.measures.market import WITHIN, MarketReaction, Reading
from aftermath.pages.exhibit import Exhibit
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import table
from aftermath.statistics.event_study import AbnormalReturn
from aftermath.wording import counted, day_text, interval, number

_HEADINGS = (
    "Trading day",
    "What happened",
    "Abnormal return",
    "t",
    "Ordinary days as large",
    "With the day after",
    "Study, day",
)


def rule(reaction: MarketReaction) -> str:
    """Whose share is studied, on which days, and what one case is worth."""
    words = (
        f"The share of {reaction.company} at the key trading days of the case. Which days those are is a rule, not a choice: "
        "clock zero, the first public response, apology and corrective action, and the first act of each authority within "
        f"{WITHIN.days} days, where they are known to the day. One share and one crisis: n = 1."
    )
    return f'<div class="prose"><p>{escape(words)}</p></div>'


def market_exhibit(reaction: MarketReaction, references: References, id: str) -> Exhibit:
    """The event studies of a case as an exhibit."""
    return Exhibit(
        id=id,
        title=f"What {reaction.company} returned beyond the market",
        how="Left: a bar is a day’s return less what the market model expects of it, inside the interval that ordinary days "
        f"would give it ({_level(reaction)}). Coloured: the key days. Right: the sum from the day studied. A bar whose interval "
        "leaves out zero says that the day was unusual, not why.",
        figure=figures.market_reaction(reaction),
        words=reaction.text,
        table=market_table(reaction, references),
        rows=counted(len(reaction.readings), "day"),
        linker=references.linker,
        unfolded=True,
    )


def market_table(reaction: MarketReaction, references: References) -> str:
    """Every key day with its abnormal return, its interval and how many ordinary days were as large."""
    rows = (_row(reading, references) for reading in reaction.readings)
    content = table("stack", "Abnormal returns on the key days", _HEADINGS, rows)
    note = f"Closes of the share and of the market from prices.csv{references.cite(reaction.source_ids)}; intervals at"
    return f'{content}<p class="how">{note} {_level(reaction)}.</p>'


def _level(reaction: MarketReaction) -> str:
    return f"{100 * reaction.studies[0].convention.level:g} %"


def _row(reading: Reading, references: References) -> str:
    study, day, key = reading.study, reading.day, reading.key
    alone = study[day]
    unsure = "" if key.sure else '<span class="who">before or after the close is not on record</span>'
    cells = _cells(
        (
            f"{escape('; '.join(key.labels))} {references.linker.links(key.event_ids)}{unsure}",
            _percent(alone),
            number(alone.t, 2),
            f"{number(study.as_large(day))} of {number(study.model.n)}",
            _percent(study.cumulative(day, day + 1)),
            f"{day_text(study.event_day)}, {number(day, sign=True)}",
        )
    )
    return f'<tr><th scope="row" class="nw">{day_text(key.date)}</th>{cells}</tr>'


def _cells(contents: Iterable[str]) -> str:
    return "".join(
        f'<td data-l="{heading}">{content}</td>' for heading, content in zip(_HEADINGS[1:], contents, strict=True)
    )


def _percent(found: AbnormalReturn) -> str:
    ends = interval(100 * found.lower, 100 * found.upper, 2, sign=True)
    return f'<span class="nw">{number(100 * found.value, 2, sign=True)} %</span> <span class="nw">{ends}</span>'
