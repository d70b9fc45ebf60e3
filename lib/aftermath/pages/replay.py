"""The page of a replay: one file that steps through a table worked out beforehand. **No request leaves it.**

What is still to come stands in the table, in a script element, and in no element that is shown.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from markupsafe import Markup

from aftermath.case_files.case import Case
from aftermath.comparison.rules import NOT_ASKED
from aftermath.pages.made_from import MadeFrom, sealed
from aftermath.pages.page import PAGES
from aftermath.pages.script import script_json
from aftermath.pages.templating import render
from aftermath.replaying.debriefing import (
    ADVICE,
    ANSWERS,
    CODERS,
    DECISIONS,
    KINDS,
    NO_CAUSE,
    RECORD,
    RECORD_TIMES,
    pieces,
)
from aftermath.replaying.moments import ReplayError, stops
from aftermath.replaying.play import EARLY, NOT_GIVEN
from aftermath.replaying.script import HOW, Script
from aftermath.vocabulary import RESPONSES
from aftermath.wording import counted

ASSETS = Path(__file__).with_name("assets")


def playable(case: Case) -> bool:
    """Whether a case can be replayed."""
    try:
        return len(stops(case)) > 1
    except ReplayError:
        return False


def replay_page(script: Script, made: MadeFrom | None = None) -> str:
    """The page of a replay, finished HTML.

    Parameters
    ----------
    script
        What is played.
    made
        What it was made from, for its foot.
    """
    title = f"Replay: {script.organisation}"
    return _page(title, made, script=script, table=script_json(table_of(script)))


def no_replay_page(title: str, reason: str, made: MadeFrom | None = None) -> str:
    """The page of a case that cannot be replayed, with its title and the reason."""
    return _page(f"No replay: {title}", made, case_title=title, reason=reason, table="")


def _page(title: str, made: MadeFrom | None, **values: Any) -> str:
    sheet = Markup("\n").join(map(_asset, ("style.css", "replay.css")))
    frame = {"root": "../", "title": title, "kind": "replay", "description": "", "current": "", "notebook": ""}
    frame |= {
        "program": _asset("replay.js"),
        "theme": _asset("theme.js"),
        "pages": PAGES,
        "sections": (),
        "listed": (),
        "drawn": False,
        "made": made,
        "sheet": sheet,
    }
    return sealed(str(render("replay", **frame, **values)))


def _asset(name: str) -> Markup:
    return Markup((ASSETS / name).read_text(encoding="utf-8"))  # noqa: S704 - a file of ours


def table_of(script: Script) -> dict[str, Any]:
    """The decision table of a replay, as the page steps through it.

    Parameters
    ----------
    script
        What is played.

    Returns
    -------
    dict
        The script with its times in words alone, so that nothing is left to compute.
    """
    table = asdict(script)
    for moment in table["moments"]:
        del moment["at"]
        moment["published"] = counted(len(moment["texts"]), "text")
    for step, recorded in zip(table["debriefing"]["steps"], script.debriefing.steps, strict=True):
        del step["latency"]
        step["signed"] = recorded.signed
    given = Counter(advice.text for advice in script.debriefing.advice)
    for advice in table["debriefing"]["advice"]:
        del advice["limit"]
    table["debriefing"] |= {
        "sections": script.debriefing.sections,
        "no_cause": NO_CAUSE,
        "record": RECORD,
        "advises": ADVICE,
        "coders_title": CODERS,
        "pieces": {text: pieces(n) for text, n in given.items()},
        "record_times": RECORD_TIMES,
    }
    table["words"] = {
        "not_asked": NOT_ASKED,
        "not_given": NOT_GIVEN,
        "early": EARLY,
        "how": HOW,
        "nothing_new": script.nothing_new,
    }
    table["words"] |= {"answers": ANSWERS, "kinds": KINDS, "decisions": DECISIONS, "decided": script.decided}
    table["labels"] = {name: label for name, (label, _) in RESPONSES.items()}
    # what a reader kept of another table must not be taken for this one's
    return table | {"version": hashlib.sha256(script_json(table).encode()).hexdigest()[:16]}
