"""What is said about a case, with verdicts."""

from __future__ import annotations

from aftermath.figures.inline_svg import verdict_badge
from aftermath.measures.claims import Ledger
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References


def claims_list(ledger: Ledger, references: References) -> str:
    """Every claim with its verdict, the reason and its sources; ids ``c1``, ``c2``, ..."""
    said = f'<div class="prose"><p>{escape(ledger.text)}</p></div>'
    if not ledger.claims:
        return said
    items = (
        f'<li class="claim" id="c{number}"><div class="vd">{verdict_badge(claim.verdict)}'
        f'<span class="who">claim {number}, from {escape(claim.origin)}</span></div>'
        f"<blockquote>{escape(claim.claim)}</blockquote>"
        f"<p>{references.linker.text(claim.why)} {references.cite(claim.source_ids)}</p></li>"
        for number, claim in enumerate(ledger.claims, start=1)
    )
    return f'{said}<ol class="claims">{"".join(items)}</ol>'
