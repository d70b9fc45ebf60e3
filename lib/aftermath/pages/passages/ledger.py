"""What is said about a case, with verdicts."""

from __future__ import annotations

from markupsafe import Markup

from aftermath.measures.claims import Ledger
from aftermath.pages.references import References
from aftermath.pages.templating import render


def claims_list(ledger: Ledger, references: References) -> Markup:
    """Every claim with its verdict, the reason and its sources; ids ``c1``, ``c2``, ..."""
    return render("claims", ledger=ledger, references=references)
