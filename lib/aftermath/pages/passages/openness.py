"""How open it was: the indices as marks, and the rubric with every coder's scores and reasons."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from aftermath import vocabulary
from aftermath.case_files.coders import Coder, who_coded
from aftermath.figures.inline_svg import ac_bar, alpha_bar, index_bar, score_square
from aftermath.measures.rubric import Item
from aftermath.measures.transparency import Index, Transparency
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import table
from aftermath.statistics.agreement import CUSTOMARY_FLOOR, Agreement
from aftermath.wording import interval, number

_GROUPS = {"Transparency": vocabulary.TRANSPARENCY_ITEMS, "Empathy": vocabulary.EMPATHY_ITEMS}


def index_marks(result: Transparency) -> str:
    """Both indices with bounds and agreement, as marks with their numbers."""
    marks = [
        mark
        for index in (result.transparency, result.empathy)
        for mark in (_index(index), *_coefficients(index.label, index.agreement))
    ]
    marks += _coefficients("All items", result.agreement)
    note = (
        f'<p class="mut ic">{escape(who_coded(result.coders))} The dashed tick is the customary floor of {CUSTOMARY_FLOOR} for α; AC2 '
        "has none of its own. α is harsh where nearly all scores are alike, AC2 is not: where they part, that is why.</p>"
    )
    return f'<div class="idx2">{"".join(marks)}</div>{note}'


def rubric_table(result: Transparency, references: References) -> str:
    """Every item with each coder's scores and reasons; rows where they differ are marked."""
    headings = ["Item", *map(_heading, result.coders), "Why"]
    rows = (
        row
        for label, keys in _GROUPS.items()
        for row in _group(label, [item for item in result.items if item.item in keys], result.coders, references)
    )
    return table("rub", "The rubric, item by item", headings, rows)


def _index(index: Index) -> str:
    if not index.defined:
        numbers = f'<span class="mut">not defined: {index.why_not}</span>'
    else:
        numbers = (
            f'<b>{number(index.value)}</b> <span class="mut">{interval(index.lower, index.upper)} of 100, '
            f"n = {index.n}</span>"
        )
    return f'<div><span class="l">{index.label} index</span>{index_bar(index.value, index.lower, index.upper)}{numbers}</div>'


def _coefficients(label: str, agreement: Agreement) -> tuple[str, str]:
    """Alpha and Gwet's coefficient, each as a mark with its numbers."""
    alpha, ac = agreement.alpha_text, agreement.ac_text or f"{agreement.ac_name} not defined (fewer than two units)"
    return (
        _coefficient(f"{label}: Krippendorff’s α", alpha_bar(agreement), alpha, agreement),
        _coefficient(f"{label}: Gwet’s {agreement.ac_name}", ac_bar(agreement), ac, agreement),
    )


def _coefficient(label: str, bar: str, words: str, agreement: Agreement) -> str:
    numbers = f'{escape(words)} <span class="mut">{escape(agreement.extent)}</span>'
    return f'<div><span class="l">{label}</span>{bar}{numbers}</div>'


def _heading(coder: Coder) -> str:
    return f"Coder {escape(coder.id)}" + ('<span class="mut"> blind</span>' if coder.blind else "")


def _group(label: str, items: list[Item], coders: Sequence[Coder], references: References) -> Iterable[str]:
    yield f'<tr class="grp"><th colspan="{2 + len(coders)}" scope="colgroup">{label}</th></tr>'
    for item in items:
        yield _row(item, references)


def _row(item: Item, references: References) -> str:
    marked = ' class="diff"' if item.differs else ""
    differ = '<span class="dv">coders differ</span>' if item.differs else ""
    squares = "".join(f"<td>{score_square(score)}</td>" for score in item.scores.values())
    reasons = "<br>".join(_reason(item, coder, references) for coder in item.rationales)
    return (
        f'<tr{marked}><th scope="row"><span class="it">{item.item}</span> {escape(item.label)}{differ}</th>'
        f'{squares}<td class="ra">{reasons}</td></tr>'
    )


def _reason(item: Item, coder: str, references: References) -> str:
    reason, links = references.linker.text(item.rationales[coder]), references.linker.links(item.event_ids[coder])
    return f'<b class="cd">{coder}</b> {reason} {links}'.rstrip()
