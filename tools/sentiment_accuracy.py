"""Measure the shipped scorers, and write the table where pages and documents take it from.

    python tools/sentiment_accuracy.py FOLDER_OF_ARCHIVES

Writes ``data/sentiment/accuracy.csv`` and the tables in ``docs/sentiment.md`` between their two marks. About half a
minute; run it when a scorer, the cleaning or the masking changes.
"""

from __future__ import annotations

import sys
from pathlib import Path

from aftermath.archives.validation import Validation, validate_sentiment
from aftermath.files import write_whole

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "data" / "sentiment" / "accuracy.csv"
DOCUMENT = ROOT / "docs" / "sentiment.md"
BEGIN, END = "<!-- measured: tools/sentiment_accuracy.py -->\n", "<!-- end of what is measured -->"


def with_tables(document: str, validation: Validation) -> str:
    """The document with its tables renewed."""
    before, _, rest = document.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{validation.printed}\n{END}{after}"


def main() -> None:
    """Measure, and write both."""
    validation = validate_sentiment(Path(sys.argv[1]))
    validation.write(TABLE)
    write_whole(DOCUMENT, with_tables(DOCUMENT.read_text(encoding="utf-8"), validation))
    print(validation.text)


if __name__ == "__main__":
    main()
