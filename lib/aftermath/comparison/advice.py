"""The texts that give advice, and the rules it is tested by in words."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from aftermath import vocabulary
from aftermath.comparison.rules import OWN_CHANNELS, UNOBSERVABLE, PlaybookError
from aftermath.measures.steps import STEPS
from aftermath.wording import NO_BREAK, listed
from aftermath.workspace import Workspace, find_workspace

TEXTS = "texts.csv"


def titles_of_texts(workspace: Workspace | None = None) -> dict[str, str]:
    """Id of a text that gives advice to its title; empty where the workspace has no file of texts.

    Raises
    ------
    PlaybookError
        If the file cannot be read, or has no columns ``text_id`` and ``title``.
    """
    path = (workspace or find_workspace()).cases / TEXTS
    return _titles(path) if path.is_file() else {}


def _titles(path: Path) -> dict[str, str]:
    try:
        rows = list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
        return {row["text_id"]: row["title"] or row["text_id"] for row in rows}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PlaybookError(f"{path.name}: cannot be read ({error}); restore it as UTF-8 text") from error
    except KeyError as missing:
        raise PlaybookError(f"{path.name}:1  has no column {missing}; it needs text_id and title") from None


def rule_in_words(rule: str) -> str:
    """What a rule asks of the record, for readers.

    Examples
    --------
    >>> rule_in_words("latency response 24 h").replace(NO_BREAK, " ")
    'First public response certainly within 24 h'
    >>> rule_in_words("consistent")
    'No denial after an acknowledgement or apology'
    """
    kind, _, rest = rule.partition(" ")
    return {
        "latency": _latency,
        "rubric": _rubric,
        "together": _together,
        "cause": _cause,
        "consistent": lambda _: "No denial after an acknowledgement or apology",
        UNOBSERVABLE: lambda _: "Cannot be seen from outside",
    }[kind](rest)


def _latency(rest: str) -> str:
    step, figure, unit = rest.split()
    own = f"First statement on a channel of its own ({len(OWN_CHANNELS)} kinds)"
    return f"{STEPS[step][0] if step in STEPS else own} certainly within {figure}{NO_BREAK}{unit}"


def _rubric(rest: str) -> str:
    items = [f"{item} ({vocabulary.RUBRIC_ITEMS[item]})" for item in rest.split()]
    return f"Every coder gives the full score to {listed(items)}"


def _together(rest: str) -> str:
    first, second = (vocabulary.ACTS[act] for act in rest.split())
    return f"One event holds both: {first} and {second}"


def _cause(rest: str) -> str:
    cause, rule = rest.split(": ", 1)
    inner = rule_in_words(rule)
    return f"Asked only where the cause is {vocabulary.CAUSES[cause]}: {inner[0].lower()}{inner[1:]}"
