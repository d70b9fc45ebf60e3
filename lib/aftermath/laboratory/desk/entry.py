"""What is typed at the desk, read as a row of the table."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aftermath.case_files.levels import Scale
from aftermath.laboratory.desk.steps import Step
from aftermath.problems import AftermathError
from aftermath.wording import listed

BLANK = "."  # the key for a code that is left empty
OPEN = "_"  # stands for what is not coded yet, where something behind it is
_KEYS = {"n": "na", "u": "unknown", BLANK: ""}
_SHOWN = {"": f"{BLANK} (empty)", "na": "n (na)", "unknown": "u (unknown)"}
_TOKEN = re.compile(r"[\s,;]*([+−–-]?\d|[._]|[+−–-]$|.)", re.IGNORECASE | re.DOTALL)
_SIGNS = ("+", "-", "−", "–")


class NotYet(AftermathError):
    """What was typed cannot be saved; the text says what is wanting."""


@dataclass(frozen=True)
class Entry:
    """What a coder has typed of a step.

    Parameters
    ----------
    codes
        The codes, one key after the other, e.g. ``-1 0 .`` or ``2``.
    events
        For an item: the events that the score rests on, e.g. ``e07;e08``, or ``7 8``.
    reason
        For an item: why, in one sentence.
    over
        Codes that stood in the field already, one for each scale: **what is typed behind them takes their place**.
    """

    codes: str = ""
    events: str = ""
    reason: str = ""
    over: str = ""

    @property
    def given(self) -> str:
        """The codes that are meant.

        Examples
        --------
        >>> Entry("-1 0 .1 1", over="-1 0 .").given, Entry("-1 0 .", over="-1 0 .").given
        ('1 1', '-1 0 .')
        """
        behind = self.codes.removeprefix(self.over).lstrip(" ,;") if self.codes.startswith(self.over) else ""
        return behind or self.codes


def chosen(scales: Sequence[Scale], typed: str) -> dict[str, str]:
    """The codes that were typed so far, by the name of what is coded.

    Parameters
    ----------
    scales
        What is asked, in order.
    typed
        Codes with or without blanks between them; a sign without its digit waits for it.

    Raises
    ------
    NotYet
        If a code is none of the levels, or there are too many.

    Examples
    --------
    >>> from aftermath.case_files.levels import STANCE_SCALES
    >>> chosen(STANCE_SCALES, "-10.")
    {'favourability': '-1', 'stance_org': '0', 'stance_response': ''}
    >>> chosen(STANCE_SCALES, "+2 -")
    {'favourability': '2'}
    """
    tokens = [match.group(1).lower() for match in _TOKEN.finditer(typed.strip(" ,;\t\r\n"))]
    if tokens and tokens[-1] in _SIGNS:
        tokens.pop()
    if len(tokens) > len(scales):
        raise NotYet(f"Too many codes: {listed([scale.label for scale in scales])}, one each.")
    codes = {}
    for scale, token in zip(scales, tokens, strict=False):
        if token == OPEN:
            continue
        code = _KEYS.get(token, token.replace("−", "-").replace("–", "-").lstrip("+"))
        if code not in scale.levels:
            keys = [_SHOWN.get(level, level) for level in scale.levels]
            raise NotYet(f"“{token}” is no level of {scale.label}: type {listed(keys, 'or')}.")
        codes[scale.name] = code
    return codes


def keys_for(scales: Sequence[Scale], codes: Mapping[str, str]) -> str:
    """The keys that give codes, the other way round than ``chosen``.

    Examples
    --------
    >>> from aftermath.case_files.levels import STANCE_SCALES
    >>> keys_for(STANCE_SCALES, {"favourability": "-1", "stance_response": ""})
    '-1 _ .'
    """
    keys = {code: key for key, code in _KEYS.items()}
    words = [keys.get(codes[scale.name], codes[scale.name]) if scale.name in codes else OPEN for scale in scales]
    return " ".join(words).rstrip(f" {OPEN}")


def brought_back(step: Step, entry: Entry) -> Entry:
    """An entry as it comes on the desk: codes that leave nothing open are typed over, not on.

    Parameters
    ----------
    step
        What is coded.
    entry
        What was typed of it, or would have to be typed for its row.
    """
    try:
        whole = len(chosen(step.scales, entry.given)) == len(step.scales)
    except NotYet:
        return entry
    return replace(entry, codes=entry.given, over=entry.given if whole else "")


def row_typed(step: Step, coder: str, entry: Entry, events: Collection[str]) -> dict[str, str]:
    """The row that an entry makes, as the file holds it.

    Parameters
    ----------
    step, coder, entry
        What is coded, by whom, and what they typed.
    events
        The ids of the events of the case.

    Raises
    ------
    NotYet
        If a code or the reason is wanting, or an event is unknown.
    """
    codes = chosen(step.scales, entry.given)
    wanting = [scale.label for scale in step.scales if scale.name not in codes]
    if wanting:
        raise NotYet(f"Still to be coded: {listed(wanting)}.")
    if step.table == "stances":
        return {"doc_id": step.unit, "coder": coder} | codes
    reason = " ".join(entry.reason.split())
    if not reason:
        raise NotYet("A score needs its reason: one sentence in your own words.")
    named = events_typed(entry.events, events)
    return {
        "item": step.unit,
        "coder": coder,
        "score": codes[step.unit],
        "event_ids": ";".join(named),
        "rationale": reason,
    }


def events_typed(typed: str, events: Collection[str]) -> tuple[str, ...]:
    """The events that were named, each once.

    Parameters
    ----------
    typed
        Ids or their numbers, with blanks, commas or semicolons between them.
    events
        The ids of the events of the case.

    Raises
    ------
    NotYet
        If there is no such event.

    Examples
    --------
    >>> events_typed("7, e8 e07", ["e07", "e08"])
    ('e07', 'e08')
    """
    numbered = {int(event[1:]): event for event in events}
    named = []
    for word in filter(None, re.split(r"[\s,;]+", typed)):
        number = re.fullmatch(r"[eE]?([0-9]{1,6})", word)
        event = numbered.get(int(number.group(1))) if number else None
        if event is None:
            raise NotYet(
                f"“{word}” is no event of this case: name those of the list, e.g. {next(iter(events), 'e01')}."
            )
        named.append(event)
    return tuple(dict.fromkeys(named))
