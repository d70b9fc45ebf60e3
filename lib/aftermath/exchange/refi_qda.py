"""The codebook as REFI-QDA codebook (``.qdc``), which ATLAS.ti, MAXQDA, NVivo, QualCoder and others read."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from aftermath import vocabulary
from aftermath.case_files.levels import FIRST_DAYS, IN_DOUBT, RUBRIC_SCALES, STANCE_SCALES, Scale
from aftermath.workspace import Workspace, find_workspace

NAMESPACE = "urn:QDA-XML:codebook:1.0"
# Of the codes of Aftermath: the same code has the same number in every file, so that programs know it again.
_GUIDS = uuid.UUID("6c2f7b1e-53a4-4d5e-9a55-8f0c6a1d2b37")
# Colours that are told apart by people who do not see all of them (Okabe and Ito 2008).
_COLOURS = {
    "acts": "#0072B2",
    "strategies": "#009E73",
    "frames": "#E69F00",
    "stances": "#CC79A7",
    "rubric": "#56B4E9",
}
_STRATEGIES = "Response strategies of the organisation, after Coombs' situational crisis communication theory and Benoit's image repair."
_DEFINED = re.compile(r"`(\w+)`(?:\s+\(([^()]*(?:\([^()]*\)[^()]*)*)\))?")


@dataclass(frozen=True)
class Code:
    """A code with those below it.

    Parameters
    ----------
    place
        Where it stands, e.g. ``acts/apology``; its number is made of it.
    name, definition
        What a reader sees; the definition may be empty.
    codes
        The codes below it. **One that has any is not applied itself.**
    """

    place: str
    name: str
    definition: str = ""
    codes: tuple[Code, ...] = ()


def codebook_qdc(workspace: Workspace | None = None) -> str:
    """The codebook as REFI-QDA codebook: acts, strategies, frames, stances and the rubric, with their definitions.

    Parameters
    ----------
    workspace
        Its ``casestudies/CODEBOOK.md`` defines the acts; that of the library where it has none.

    Returns
    -------
    str
        The content of a ``.qdc`` file, **the same every time**.

    Examples
    --------
    >>> codebook_qdc().split("?>")[0]
    "<?xml version='1.0' encoding='utf-8'"
    """
    book = ElementTree.Element("CodeBook", {"xmlns": NAMESPACE, "origin": "Aftermath"})
    codes = ElementTree.SubElement(book, "Codes")
    for code in _codes(workspace or find_workspace()):
        _add(codes, code, _COLOURS[code.place])
    ElementTree.indent(book)
    return f"{ElementTree.tostring(book, encoding='utf-8', xml_declaration=True).decode()}\n"


def _add(parent: ElementTree.Element, code: Code, colour: str) -> None:
    attributes = {"guid": str(uuid.uuid5(_GUIDS, code.place)), "name": code.name}
    element = ElementTree.SubElement(
        parent, "Code", attributes | {"isCodable": "false" if code.codes else "true", "color": colour}
    )
    if code.definition:
        ElementTree.SubElement(element, "Description").text = code.definition
    for below in code.codes:
        _add(element, below, colour)


def _codes(workspace: Workspace) -> Iterator[Code]:
    defined = _act_definitions(workspace)
    yield Code("acts", "Acts", "What was done.", _words("acts", vocabulary.ACTS, defined))
    yield Code("strategies", "Response strategies", _STRATEGIES, _words("strategies", vocabulary.STRATEGIES, {}))
    yield Code("frames", "Frames", "Frames of a text.", _words("frames", vocabulary.FRAMES, {}))
    stances = tuple(_scale("stances", scale) for scale in STANCE_SCALES)
    yield Code("stances", "Stances", f"How a text stands. {IN_DOUBT}", stances)
    rubric = tuple(_scale("rubric", scale, f"{scale.name} ") for scale in RUBRIC_SCALES)
    yield Code("rubric", "Rubric of transparency and empathy", FIRST_DAYS, rubric)


def _words(place: str, words: Mapping[str, str], defined: Mapping[str, str]) -> tuple[Code, ...]:
    return tuple(Code(f"{place}/{word}", label, defined.get(word, "")) for word, label in words.items())


def _scale(place: str, scale: Scale, before: str = "") -> Code:
    """A variable or an item, with a code for each of its levels."""
    levels = tuple(
        Code(f"{place}/{scale.name}/{level}", f"{scale.name} {level}", meaning)
        for level, meaning in scale.levels.items()
        if level
    )
    definition = " ".join(filter(None, (scale.question, scale.note)))
    return Code(f"{place}/{scale.name}", f"{before}{scale.label}", definition, levels)


def _act_definitions(workspace: Workspace) -> dict[str, str]:
    """What the codebook says of an act in parentheses behind it."""
    path = workspace.cases / "CODEBOOK.md"
    path = path if path.is_file() else find_workspace().cases / "CODEBOOK.md"
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    paragraph = re.search(r"^Acts: .*?(?=\n\n)", text, re.DOTALL | re.MULTILINE)
    found = _DEFINED.findall(paragraph.group()) if paragraph else ()
    return {word: " ".join(meaning.replace("`", "").split()) for word, meaning in found if meaning}
