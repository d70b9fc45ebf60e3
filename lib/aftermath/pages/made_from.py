"""What a page was made from, carried in its own foot, so that anybody can hold the page against its sources.

The foot names the inputs by checksum, the parameters that were set and the versions in force, and closes
with a seal: the checksum of the page itself, counted while the seal's place holds zeros.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from aftermath.pages.script import script_json
from aftermath.running.parameters import Values

_BLANK = "0" * 64
# a page is long, and what it says of itself stands at its end: a text is found sooner than where a pattern begins
_OPENS_SEAL, _OPENS_RECORD = '<code id="seal">', '<script type="application/json" id="made-from">'
_SEAL = re.compile(rf"({_OPENS_SEAL})([0-9a-f]{{64}})(</code>)")
_RECORD = re.compile(rf"{_OPENS_RECORD}(.*?)</script>", re.DOTALL)


@dataclass(frozen=True)
class MadeFrom:
    """What a page was made from. **No clock and no commit**: the same inputs must give the same bytes.

    Parameters
    ----------
    inputs
        Name of an input to its SHA-256, or to the value itself where it is short.
    parameters
        What was set; what is absent had the default of the notebook.
    versions
        Lines such as ``polars 2.1.0``.
    files
        Further files that belong to the page: name, from the root of the site, to SHA-256.
    """

    inputs: Mapping[str, str]
    parameters: Values = field(default_factory=dict)
    versions: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Inputs and files, by name."""
        return [*self.inputs.items(), *self.files.items()]

    @property
    def settings(self) -> str:
        """The parameters as one line."""
        return json.dumps(dict(self.parameters), sort_keys=True, ensure_ascii=False)

    @property
    def script(self) -> Markup:
        """All of it for a script element, where nothing is escaped, so **nothing may look like the end of it**."""
        kept = {name: getattr(self, name) for name in ("inputs", "parameters", "versions", "files")}
        return script_json(kept)


def read_made_from(page: str) -> MadeFrom | None:
    """What a page says of itself; None where it says nothing that can be read.

    Parameters
    ----------
    page
        The text of the page.

    Returns
    -------
    MadeFrom or None
    """
    records = _RECORD.findall(page, max(page.find(_OPENS_RECORD), 0))
    try:
        kept = json.loads(records[-1])
        return MadeFrom(kept["inputs"], kept["parameters"], tuple(kept["versions"]), kept["files"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None


@dataclass(frozen=True)
class Record:
    """What a run left that makes no page: what it was made from, and its results.

    Parameters
    ----------
    made
        What it was made from.
    results
        What it handed on, as JSON holds it.
    sealed
        Whether the record is as it was written.
    """

    made: MadeFrom
    results: dict[str, list]
    sealed: bool


def record_text(made: MadeFrom, results: dict[str, list]) -> str:
    """A record as text, closed with its own checksum."""
    kept = {"inputs": dict(made.inputs), "parameters": dict(made.parameters), "versions": list(made.versions)}
    kept |= {"files": dict(made.files), "results": results}
    return json.dumps(kept | {"seal": _checksum(kept)}, ensure_ascii=False, indent=1) + "\n"


def read_record(text: str) -> Record | None:
    """A record from its text; None where it cannot be read."""
    try:
        kept = json.loads(text)
        seal = kept.pop("seal")
        made = MadeFrom(kept["inputs"], kept["parameters"], tuple(kept["versions"]), kept["files"])
        return Record(made, kept["results"], seal == _checksum(kept))
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _checksum(kept: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()


def sealed(page: str) -> str:
    """A page with its own checksum in its foot; one without a foot of ours is returned as it is."""
    page = str(page)  # a Markup would escape the seal that is put into it
    return _with_seal(page, _sum(page)) if _SEAL.search(page) else page


def seal_holds(page: str) -> bool:
    """Whether a page is, letter for letter, what was sealed."""
    seals = _SEAL.findall(page, max(page.find(_OPENS_SEAL), 0))
    return len(seals) == 1 and seals[0][1] == _sum(page)


def _sum(page: str) -> str:
    return hashlib.sha256(_with_seal(page, _BLANK).encode()).hexdigest()


def _with_seal(page: str, seal: str) -> str:
    found = _SEAL.search(page, max(page.find(_OPENS_SEAL), 0))
    return f"{page[: found.start(2)]}{seal}{page[found.end(2) :]}" if found else page
