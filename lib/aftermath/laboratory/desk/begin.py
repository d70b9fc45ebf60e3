"""Who may sit down at the desk: a coder of the case, in a folder that can be written."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace

from aftermath.case_files.case import Case, load_case
from aftermath.case_files.coders import CODER_ID_HINT, Coder, is_coder_id
from aftermath.laboratory.desk.session import Session, begun
from aftermath.laboratory.desk.steps import nothing_to_code
from aftermath.problems import AftermathError
from aftermath.wording import listed
from aftermath.workspace import Workspace, find_workspace


class DeskError(AftermathError):
    """The desk cannot be opened; nothing was changed."""


def session_of(case: Case | str, coder: str | None = None, workspace: Workspace | None = None) -> Session:
    """A session for a coder of a case, see ``desk``, which takes the same and says what it refuses."""
    if isinstance(case, Case):
        workspace = workspace or Workspace(case.folder.parents[1])
        case = case.id
    workspace = workspace or find_workspace()
    loaded = load_case(case, workspace)
    sits = _coder(loaded, coder)
    _refuse_read_only(loaded, workspace)
    session = begun(loaded, workspace, sits, blind=_is_blind(loaded, sits))
    return replace(session, message=nothing_to_code(loaded))


def _coder(case: Case, coder: str | None) -> Coder:
    """The coder of that name; the first of the case if none is named."""
    known = case.coders
    if coder is None:
        return known[0] if known else Coder("a")
    named = next((one for one in known if one.id == coder), None)
    if named is not None:
        return named
    if not is_coder_id(coder):
        raise DeskError(f"{coder!r} cannot be the id of a coder: {CODER_ID_HINT}.")
    if case.about.coders:
        raise DeskError(_how_to_join(case, coder))
    return Coder(coder)


def _how_to_join(case: Case, coder: str) -> str:
    last = case.about.coders[-1].id
    line = case.lines[f"coders.{last}"]
    text = (case.folder / "case.yaml").read_text(encoding="utf-8").splitlines()[line - 1]
    entry = f"{coder}: {{kind: person, blind: true}}"
    names = listed([one.id for one in case.about.coders])
    if re.match(rf"\s+['\"]?{re.escape(last)}['\"]?\s*:", text):
        indent = text[: len(text) - len(text.lstrip())]
        how = f"Below what it says of {last} (from line {line} on), in line with that name, add\n\n{indent}{entry}\n"
    else:
        how = f"Among the coders in line {line}, after a comma, add\n\n    {entry}\n"
    return (
        f"casestudies/{case.id}/case.yaml knows the coders {names}, and no coder {coder}. {how}\n"
        "as it is true of them (kind: person, machine or machine_assisted; blind: whether they code from the events and abstracts "
        "alone), save it, and open the desk again."
    )


def _is_blind(case: Case, coder: Coder) -> bool:
    """As ``case.yaml`` says; where it does not, everybody but the first coder."""
    if coder.blind is not None:
        return coder.blind
    return coder.id != (case.coders[0].id if case.coders else "a")


def _refuse_read_only(case: Case, workspace: Workspace) -> None:
    """What cannot be saved is told before anything is coded."""
    for folder in (case.folder, workspace.cases):  # previous tables are kept beside the cases
        try:
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError as error:
            raise DeskError(
                f"{folder} cannot be written ({error.strerror or error}), so nothing that is coded could be saved. Make the folder "
                "writable, or copy the case into a workspace of your own, and open the desk there."
            ) from error
