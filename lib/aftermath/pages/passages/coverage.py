"""How the coverage stood: every text with each coder's codes, and the phases after clock zero."""

from __future__ import annotations

from collections.abc import Iterable

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.measures.stances import FEW
from aftermath.measures.tone import Phase, Tone
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import table
from aftermath.wording import counted, interval, number

_SHORT = {"favourability": "Favour", "stance_org": "Organisation", "stance_response": "Response"}

_WORTH = (
    "By phase, without a model: means and imbalances with 95 % intervals of a Bayesian bootstrap over texts, with half a text "
    "more at the end of the scale; the texts are those that could be found and read, not a sample."
)


_PHASES = ("Phase", "Texts", "Mean, −2 to 2", "Imbalance, −1 to 1", "Rests on")


def coverage_table(references: References) -> str:
    """Every coded text, with its id as the anchor of its row and each coder's codes."""
    case, codes = references.case, _codes(references.case)
    publishers = dict(case.sources.select("source_id", "publisher").iter_rows())
    ids = [coder.id for coder in case.coders_of("stances")]
    coders, column = (escape(" / ".join(names)) for names in ((f"coder {coder}" for coder in ids), ids))
    coded = [
        f'<abbr title="{vocabulary.STANCES[name]}, {coders}">{short} {column}</abbr>' for name, short in _SHORT.items()
    ]
    headings = ["Text", "Date", "Publisher", *(coded if codes else ()), "What it says"]
    rows = (
        f'<tr id="{text["doc_id"]}"><th scope="row">{text["doc_id"]}</th>'
        f'<td class="nw">{escape(text["published"])}</td>'
        f"<td>{escape(publishers[text['source_id']])}{references.cite([text['source_id']])}</td>"
        f'{_stances(text["doc_id"], codes, ids)}<td class="sum">{references.linker.text(text["abstract"])}{_frames(text["frames"])}</td></tr>'
        for text in case.coverage.iter_rows(named=True)
    )
    return table("cvt", "Coded coverage", headings, rows)


def phases_table(tones: Iterable[Tone], references: References) -> str:
    """Phase by phase: n, mean and imbalance with their intervals, and the texts they rest on."""
    rows = [row for tone in tones for row in _phase_rows(tone, references)]
    content = table("ph stack", "Tone of the coverage by phase", _PHASES, rows)
    return f'<p class="how ic">{_WORTH}</p>{content}'


def phase_text(phase: Phase) -> str:
    """The mean of a phase in a few words: with its interval, or why there is none."""
    if not phase.n:
        return "no text"
    if not phase.mean.has_interval:
        return f"{number(phase.mean.value, 2, sign=True)} (too few for an interval)"
    return f"{number(phase.mean.value, 2, sign=True)} {interval(phase.mean.lower, phase.mean.upper, 2, sign=True)}"


def _codes(case: Case) -> dict[tuple[str, str], dict]:
    """(text, coder) to that coder's codes."""
    return {(row["doc_id"], row["coder"]): row for row in case.stances.iter_rows(named=True)}


def _stances(doc_id: str, codes: dict[tuple[str, str], dict], coders: Iterable[str]) -> str:
    if not codes:
        return ""
    cells = []
    for name, short in _SHORT.items():
        pair = (codes.get((doc_id, coder), {}).get(name) for coder in coders)
        shown = " / ".join("–" if value is None else number(value) for value in pair)
        cells.append(f'<td class="num" data-l="{short}">{shown}</td>')
    return "".join(cells)


def _frames(frames: Iterable[str]) -> str:
    words = ", ".join(vocabulary.FRAMES[frame] for frame in frames)
    return f'<span class="who">frames: {words}</span>' if words else ""


def _phase_rows(tone: Tone, references: References) -> Iterable[str]:
    yield f'<tr class="grp"><th colspan="5" scope="colgroup">{escape(tone.label)}</th></tr>'
    for phase in tone.phases:
        few = f' <span class="mut">under {FEW}, no interval</span>' if 0 < phase.n < FEW else ""
        numbers = (phase.mean.text(), phase.imbalance.text()) if phase.n else ("no text", "–")
        label = escape(phase.label[0].upper() + phase.label[1:])
        cells = (f"{phase.n}{few}", *(f'<span class="nw">{text}</span>' for text in numbers), _texts(phase, references))
        named = (f'<td data-l="{heading}">{cell}</td>' for heading, cell in zip(_PHASES[1:], cells, strict=True))
        yield f'<tr><th scope="row">{label}</th>{"".join(named)}</tr>'


def _texts(phase: Phase, references: References) -> str:
    """Links to the texts of a phase, folded where there are many."""
    links = references.linker.links(phase.doc_ids)
    if phase.n <= FEW:
        return links
    return f'<details class="ids"><summary>{counted(phase.n, "text")}</summary>{links}</details>'
