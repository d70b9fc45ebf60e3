"""The texts that give advice, and the rules it is tested by in words."""

from __future__ import annotations

from collections.abc import Callable

from aftermath import vocabulary
from aftermath.case_files.playbook_rules import parse_rule
from aftermath.case_files.shared_tables import has_shared, read_shared
from aftermath.comparison.rules import OWN_CHANNELS, UNOBSERVABLE
from aftermath.vocabulary import STEPS
from aftermath.wording import NO_BREAK, listed
from aftermath.workspace import Workspace, find_workspace


def titles_of_texts(workspace: Workspace | None = None) -> dict[str, str]:
    """Id of a text that gives advice to its title; empty where the workspace has no file of texts.

    Raises
    ------
    CaseError
        If the file has any problem.
    """
    workspace = workspace or find_workspace()
    if not has_shared("texts", workspace):
        return {}
    texts = read_shared("texts", workspace).select("text_id", "title")
    return {text_id: title or text_id for text_id, title in texts.iter_rows()}


def rule_in_words(rule: str) -> str:
    """What a rule asks of the record, for readers.

    Examples
    --------
    >>> rule_in_words("latency response 24 h").replace(NO_BREAK, " ")
    'First public response certainly within 24 h'
    >>> rule_in_words("consistent")
    'No denial after an acknowledgement or apology'
    """
    stated = parse_rule(rule)
    return _IN_WORDS[stated.kind](*stated.words)


def _latency(step: str, figure: str, unit: str) -> str:
    own = f"First statement on a channel of its own ({len(OWN_CHANNELS)} kinds)"
    return f"{STEPS[step][0] if step in STEPS else own} certainly within {figure}{NO_BREAK}{unit}"


def _rubric(*items: str) -> str:
    named = [f"{item} ({vocabulary.RUBRIC_ITEMS[item]})" for item in items]
    return f"Every coder gives the full score to {listed(named)}"


def _together(first: str, second: str) -> str:
    return f"One event holds both: {vocabulary.ACTS[first]} and {vocabulary.ACTS[second]}"


def _cause(cause: str, rule: str) -> str:
    inner = rule_in_words(rule)
    return f"Asked only where the cause is {vocabulary.CAUSES[cause]}: {inner[0].lower()}{inner[1:]}"


_IN_WORDS: dict[str, Callable[..., str]] = {
    "latency": _latency,
    "rubric": _rubric,
    "together": _together,
    "cause": _cause,
    "consistent": lambda: "No denial after an acknowledgement or apology",
    UNOBSERVABLE: lambda: "Cannot be seen from outside",
}
