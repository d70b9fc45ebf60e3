"""What each level of a stance, and each score of the rubric, stands for: the codebook's rules, for those who code.

``casestudies/CODEBOOK.md`` says the same in its own layout.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from aftermath import vocabulary


@dataclass(frozen=True)
class Scale:
    """The levels of one thing that is coded.

    Parameters
    ----------
    name
        Variable of ``stances.csv`` or item of the rubric, e.g. ``stance_org`` or ``T1``.
    label
        The same in words.
    levels
        Code, as it stands in the file, to what it stands for; from the lowest up.
    question
        What is asked, where the codebook asks it; else empty.
    note
        What the codebook says beyond the levels; else empty.
    """

    name: str
    label: str
    levels: Mapping[str, str]
    question: str = ""
    note: str = ""


STANCE_SCALES = (
    Scale(
        "favourability",
        vocabulary.STANCES["favourability"],
        {
            "-2": "deaths or serious harm laid at its door, lying, crime, condemnation or boycott as the main content",
            "-1": "criticism, mockery, penalties, lawsuits, falling sales or price, an offence reported without mitigation",
            "0": "procedural, or bad and good in balance",
            "1": "a response credited, redress or reform reported as real, figures improving",
            "2": "praise, a model case, strong recovery as the main content",
        },
        "If this text were all that a reader knew, would they think worse or better of the organisation?",
        "Weigh what fills most of the abstract. A regulator's or court's act against it is -1, or -2 where it speaks of deaths, "
        "concealment or crime. Polls and prices by their direction. Texts mainly about somebody else are 0.",
    ),
    Scale(
        "stance_org",
        vocabulary.STANCES["stance_org"],
        {"-2": "hostile", "-1": "critical", "0": "factual or balanced", "1": "sympathetic", "2": "praising"},
        "What the text itself makes of the organisation or its deed, not how bad the facts are.",
        "Judgement of the response alone does not move it; the organisation's own text is 0, or 1 where it promotes itself; "
        "quoted voices count where they fill most of the text unopposed; reports of polls, sales and prices are 0.",
    ),
    Scale(
        "stance_response",
        vocabulary.STANCES["stance_response"],
        {
            "-2": "condemned",
            "-1": "faulted",
            "0": "reported without judgement",
            "1": "credited",
            "2": "held up as a model",
            "": "the response is not mentioned",
        },
        "What the text makes of how the organisation responded.",
        "Measures imposed by a regulator or court count only where the text judges how they were carried out.",
    ),
)
IN_DOUBT = "In doubt between neighbours, the one nearer to 0."
FIRST_DAYS = (
    "Score what was done within the case's first 30 days unless the item says otherwise. "
    "Conduct that reverses inside the window scores 1, with the reason."
)
_WITHOUT_NUMBER = {"na": vocabulary.SCORES["na"], "unknown": vocabulary.SCORES["unknown"]}
_SCORED = {
    "T1": ("silent or denies", "vague, partial or only when asked", "names the problem plainly on its own channel"),
    "T2": ("denies or blames others", "shares or shifts it (an employee, a supplier)", "takes it as an organisation"),
    "T3": ("none given", "partial", "says what happened and why"),
    "T4": ("none given", "partial or later corrected upward", "who and how many are affected, kept current"),
    "T5": ("nobody named", "spokesperson or department", "named senior leader speaks"),
    "T6": ("never where it began", "there, but later than elsewhere", "first where it began"),
    "T7": ("none", "scattered answers", "one place with answers and updates"),
    "T8": ("none", "promised in general terms", "specific and dated, so that it can be checked"),
    "T9": ("refused", "partial or late", "offered to those harmed"),
    "T10": (
        "deletes criticism or hides its own removal",
        "removes without a word",
        "leaves criticism up and says what it removed",
    ),
    "T11": ("none", "one update", "reports results"),
    "T12": ("resisted", "accepted when imposed", "invited, and findings published"),
    "E1": ("none", "conditional or deflecting", "plain, for what was done, to those harmed"),
    "E2": ("none", "formulaic", "speaks to the harm people felt"),
    "E3": ("none", "some", "answers people individually"),
    "E4": ("attacks or minimises", "mixed", "neither"),
}
_NOTES = {"T9": "na where there is nobody to redress.", "T12": "Within 12 months."}
RUBRIC_SCALES = tuple(
    Scale(
        item,
        label,
        dict(zip(("0", "1", "2"), _SCORED[item], strict=True)) | _WITHOUT_NUMBER,
        note=_NOTES.get(item, ""),
    )
    for item, label in vocabulary.RUBRIC_ITEMS.items()
)
