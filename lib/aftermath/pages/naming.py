"""Cases by their names: what a measure says of case ids, put for readers."""

from __future__ import annotations

import re
from collections.abc import Iterable

from aftermath.comparison.scoreboard import Comparison
from aftermath.pages.board import case_address, case_link
from aftermath.pages.html import escape


def with_names(text: str, comparison: Comparison) -> str:
    """A text with the names of cases in place of their ids, **not yet escaped**."""
    names = comparison.names
    return re.sub(r"[\w-]+", lambda word: names.get(word.group(), word.group()), text)


def link_of(comparison: Comparison, case_id: str | None, section: str = "") -> str:
    """A case as a link to its page; its escaped id where it is not in the comparison, nothing for None."""
    if case_id not in comparison.names:
        return escape(case_id)
    return case_link(comparison[case_id], section)


def event_links(comparison: Comparison, case_id: str, event_ids: Iterable[str]) -> str:
    """Events of a case as links to its page."""
    address = case_address(case_id)
    return " ".join(f'<a class="ev-l" href="{address}#{escape(each)}">{escape(each)}</a>' for each in event_ids)
