"""Who coded a case: what ``case.yaml`` says of every coder, and the one place that puts it into words.

Nothing is said beyond it: what the file leaves out is "not stated".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aftermath import vocabulary
from aftermath.wording import counted, listed

CODED_TABLES = ("rubric", "stances")
CODER_ID = r"[a-z][a-z0-9-]{0,19}"
# Codes stand in one column a coder, beside these columns.
RESERVED_CODERS = ("day", "mean", "publisher", "published", "row")
CODER_ID_HINT = "write a lower-case letter, then letters, digits or hyphens, at most 20, and none of " + ", ".join(
    RESERVED_CODERS
)
OVERSTATES = (
    "Where machines code or assist, agreement shows how clear the rules are and overstates the agreement that two "
    "people would reach."
)
_UNSTATED = ("kind", "blind", "training", "date")
_UNSTATED_WORDS = {"kind": "person or machine", "blind": "blind or not", "training": "training", "date": "date"}


@dataclass(frozen=True)
class Coder:
    """One coder of a case.

    Parameters
    ----------
    id
        As the tables name them, e.g. ``a``.
    kind
        Key of ``vocabulary.CODER_KINDS``; None where it is not stated.
    blind
        Whether they coded from the events and abstracts alone; None where it is not stated.
    training
        What they were trained with, in a few words; None where it is not stated.
    date
        When they coded: ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``; None where it is not stated.
    codes
        The tables that they were to code, of ``CODED_TABLES``.
    """

    id: str
    kind: str | None = None
    blind: bool | None = None
    training: str | None = None
    date: str | None = None
    codes: tuple[str, ...] = CODED_TABLES

    @property
    def label(self) -> str:
        """The coder as a legend names them.

        Examples
        --------
        >>> Coder("b", "person", blind=True).label
        'coder b, blind'
        """
        return f"coder {self.id}{', blind' if self.blind else ''}"

    @property
    def unstated(self) -> tuple[str, ...]:
        """What ``case.yaml`` does not say of them: of kind, blind, training and date."""
        return tuple(name for name in _UNSTATED if getattr(self, name) is None)

    @property
    def _short(self) -> str:
        """The coder with what matters most to a reader, e.g. ``b (machine-assisted, blind)``."""
        facts = [vocabulary.CODER_KINDS[self.kind] if self.kind else "", "blind" if self.blind else ""]
        known = ", ".join(filter(None, facts))
        return f"{self.id} ({known})" if known else self.id

    @property
    def _facts(self) -> str:
        """Everything that is stated of the coder."""
        facts = (
            vocabulary.CODER_KINDS.get(self.kind or ""),
            {True: "blind", False: "not blind", None: None}[self.blind],
            f"training: {self.training}" if self.training else None,
            f"coded {self.date}" if self.date else None,
        )
        return f"coder {self.id}: {', '.join(filter(None, facts))}"


def is_coder_id(text: str) -> bool:
    """Whether a text can be the id of a coder.

    Examples
    --------
    >>> is_coder_id("ada"), is_coder_id("Ada"), is_coder_id("mean")
    (True, False, False)
    """
    return bool(re.fullmatch(CODER_ID, text)) and text not in RESERVED_CODERS


def coded_by(coders: Sequence[Coder]) -> str:
    """Who coded, in the few words that stand beside a number.

    Parameters
    ----------
    coders
        The coders of one case, or of one table of it.

    Examples
    --------
    >>> coded_by([Coder("a", "person"), Coder("b", "machine", blind=True)])
    'coded by a (person) and b (machine, blind)'
    >>> coded_by([Coder("a")])
    'who coded is not stated'
    """
    if not any(coder.kind for coder in coders):
        return "who coded is not stated"
    return f"coded by {listed([coder._short for coder in coders])}"


def who_coded(coders: Sequence[Coder]) -> str:
    """Everything that ``case.yaml`` says of who coded, in sentences, and what it leaves out.

    Parameters
    ----------
    coders
        The coders of one case, or of one table of it.

    Examples
    --------
    >>> who_coded([Coder("ada", "person", blind=False, training="two pilot cases", date="2026-03")])
    'Coder ada: person, not blind, training: two pilot cases, coded 2026-03.'
    >>> who_coded([Coder("a"), Coder("b")])
    'Coders a and b: person or machine, blind or not, training and date are not stated.'
    """
    silent = [coder for coder in coders if len(coder.unstated) == len(_UNSTATED)]
    stated = "; ".join(coder._facts for coder in coders if coder not in silent)
    if len({coder.unstated for coder in coders}) == 1 and coders[0].unstated:
        left_out = [_not_stated(_named(coders) if silent else "", coders[0].unstated)]
    else:
        left_out = [_not_stated(_named([coder]), coder.unstated) for coder in coders if coder.unstated]
    sentences = [f"{stated[0].upper()}{stated[1:]}." if stated else "", *left_out, _caveat(coders)]
    return " ".join(filter(None, sentences)) or "Who coded is not stated."


def who_coded_all(cases: Iterable[Sequence[Coder]]) -> str:
    """Who coded many cases, in sentences.

    Parameters
    ----------
    cases
        The coders of each case; a case without any does not count.

    Examples
    --------
    >>> people = [Coder("a", "person"), Coder("b", "person", blind=True)]
    >>> who_coded_all([people, people, [Coder("a")]]).replace("\\u00a0", " ")
    '2 cases coded by a (person) and b (person, blind); 1 case: who coded is not stated. Training and date are not stated.'
    """
    coded = [tuple(coders) for coders in cases if coders]
    if not coded:
        return "Who coded is not stated."
    groups = sorted(Counter(map(coded_by, coded)).items(), key=lambda group: (-group[1], group[0]))
    parts = [f"{counted(n, 'case')}{'' if by.startswith('coded') else ':'} {by}" for by, n in groups]
    every = [coder for coders in coded for coder in coders]
    unstated = [name for name in ("training", "date") if all(name in coder.unstated for coder in every)]
    sentences = (f"{'; '.join(parts)}.", _not_stated("", unstated), _caveat(max(coded, key=_assisted)))
    return " ".join(filter(None, sentences))


def _named(coders: Sequence[Coder]) -> str:
    return f"Coder{'s' if len(coders) > 1 else ''} {listed([coder.id for coder in coders])}: "


def _not_stated(whose: str, names: Sequence[str]) -> str:
    if not names:
        return ""
    words = listed([_UNSTATED_WORDS[name] for name in names])
    words = words if whose else f"{words[0].upper()}{words[1:]}"
    return f"{whose}{words} {'is' if len(names) == 1 else 'are'} not stated."


def _assisted(coders: Sequence[Coder]) -> bool:
    """Whether an agreement of these coders is not one between people."""
    return len(coders) > 1 and any(coder.kind not in (None, "person") for coder in coders)


def _caveat(coders: Sequence[Coder]) -> str:
    return OVERSTATES if _assisted(coders) else ""
