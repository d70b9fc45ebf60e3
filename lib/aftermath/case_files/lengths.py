"""How long texts of a case may be: **many times what is ever written**, and short enough for whatever reads them later."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aftermath.case_files.file_problems import FileProblems
    from aftermath.case_files.yaml_files import Value

LONGEST_FIELD = 5_000  # characters of a field of a table, or of a text in case.yaml; the longest of ours has 600
LONGEST_LINE = 5_000  # characters of a line of NOTES.md
LONGEST_NOTES = 50_000  # characters of NOTES.md
SHORTEN = "shorten it; what is longer belongs into the source that it is taken from"


def length_fault(value: Value) -> str:
    """What is wrong with the length of a field, a list with a text in it, or a mapping; empty where nothing is.

    Examples
    --------
    >>> length_fault("A short text."), length_fault(["short", "x" * 20_000])
    ('', 'has 20,000 characters, and a field may have 5,000')
    """
    if isinstance(value, str):
        length = len(value)
        return f"has {length:,} characters, and a field may have {LONGEST_FIELD:,}" if length > LONGEST_FIELD else ""
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return next(filter(None, map(length_fault, parts)), "")


def check_notes(notes: str, problems: FileProblems) -> None:
    """Add what is too long in ``NOTES.md``."""
    if len(notes) > LONGEST_NOTES:
        problems.add(f"has {len(notes):,} characters, and notes may have {LONGEST_NOTES:,}", SHORTEN)
    for number, line in enumerate(notes.splitlines(), start=1):
        if len(line) > LONGEST_LINE:
            mend = "break it into lines, paragraphs or items"
            problems.add(f"this line has {len(line):,} characters, and a line may have {LONGEST_LINE:,}", mend, number)
