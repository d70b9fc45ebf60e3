"""Look for known vulnerabilities in all that the locks pin: ``python tools/audit.py [ADVISORIES]``.

``ADVISORIES`` is a file or a folder of advisories in the Open Source Vulnerability format, JSON or YAML, such as the database of the
Python Packaging Authority or an export of osv.dev. Without it ``pip-audit`` is asked, which needs a network.

The exit status is 0 if nothing is known, 1 if something is, and 2 if that could not be found out for all packages: **what was not
audited is named, and never taken for sound**.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from aftermath.terminal import say
from lock import SCOPES, pins, root

ECOSYSTEM = "PyPI"
TEXTS = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
NO_PIP_AUDIT = (
    "pip-audit is not installed: install it beside the environment (`.venv/bin/uv tool install pip-audit`), or give "
    "advisories (`make audit ADVISORIES=path`)."
)


class Unreadable(Exception):
    """An advisory, or an answer, from which it cannot be told which versions are affected."""


@dataclass(frozen=True)
class Finding:
    """A vulnerability that is known of a version in a lock."""

    package: str
    version: str
    identifier: str
    summary: str
    mended_in: tuple[str, ...]

    @property
    def text(self) -> str:
        """The finding in a line."""
        mended = f"; mended in {', '.join(self.mended_in)}" if self.mended_in else "; not mended yet"
        return " ".join(f"{self.package} {self.version}: {self.identifier} {self.summary}".split()) + mended


def paths(place: Path) -> list[Path]:
    """The files of a folder that may be advisories, or the one file."""
    if not place.is_dir():
        return [place]
    return sorted(path for path in place.rglob("*") if path.suffix in (".json", ".yaml", ".yml") and path.is_file())


def read(path: Path) -> Any:
    """The contents of an advisory.

    Raises
    ------
    Unreadable
        If there is no file, or none in JSON or, by its name, in YAML.
    """
    try:
        text = path.read_text(encoding="utf-8")
        # all scalars as text, or YAML would take the version 1.10 for the number 1.1
        return yaml.load(text, TEXTS) if path.suffix in (".yaml", ".yml") else json.loads(text)  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError, RecursionError) as error:
        raise Unreadable(f"cannot be read: {(str(error) or repr(error)).splitlines()[0]}") from error


def of_python(advisory: Any) -> list[Mapping[str, Any]]:
    """The entries of ``affected`` that are about packages for Python.

    Raises
    ------
    Unreadable
        If this is no advisory.
    """
    try:
        entries = [entry for entry in advisory["affected"] if entry.get("package", {}).get("ecosystem") == ECOSYSTEM]
        texts = [advisory["id"], *(entry["package"]["name"] for entry in entries)]
        if not all(isinstance(text, str) for text in texts):
            raise TypeError
        return entries
    except (KeyError, TypeError, AttributeError) as error:
        raise Unreadable("is no advisory of the Open Source Vulnerability format") from error


def judged(advisory: Any, locked: Mapping[str, set[str]]) -> Iterator[Finding]:
    """What an advisory says of the versions that are locked; a withdrawn one says nothing.

    Raises
    ------
    Unreadable
        If it does not say, or not in a way that is known, which versions of a locked package are affected.
    """
    for entry in [] if advisory.get("withdrawn") else of_python(advisory):
        name = canonicalize_name(entry["package"]["name"])
        try:
            versions = [version for version in sorted(locked.get(name, ())) if affects(entry, Version(version))]
            fixed = mended(entry) if versions else ()
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise Unreadable(f"does not say which versions of {name} are affected: {error!r}") from error
        identifier = ", ".join(map(str, dict.fromkeys([advisory["id"], *(advisory.get("aliases") or [])])))
        summary = str(advisory.get("summary") or advisory.get("details") or "")[:200]
        yield from (Finding(name, version, identifier, summary, fixed) for version in versions)


def affects(entry: Mapping[str, Any], version: Version) -> bool:
    """Whether an entry of ``affected`` holds a version, among its ``versions`` or in one of its ``ranges``.

    Raises
    ------
    ValueError
        If it has neither, or a range whose events are unknown or at versions that are none of PEP 440.
    """
    versions, ranges = entry.get("versions") or [], entry.get("ranges") or []
    ordered = [one for one in ranges if one["type"] == "ECOSYSTEM"]
    if not versions and not ordered:
        raise ValueError("there are no versions, only commits or nothing")
    return version in filter(None, map(_version, versions)) or any(in_range(one["events"], version) for one in ordered)


def mended(entry: Mapping[str, Any]) -> tuple[str, ...]:
    """The versions in which an entry is fixed, in order."""
    events = [event for one in entry.get("ranges") or [] if one["type"] == "ECOSYSTEM" for event in one["events"]]
    return tuple(sorted({event["fixed"] for event in events if "fixed" in event}, key=Version))


def in_range(events: list[Mapping[str, str]], version: Version) -> bool:
    """Whether a version lies in a range: the last event up to it decides, as the schema's evaluation says.

    Raises
    ------
    ValueError
        If an event is unknown, or its version none of PEP 440.

    Examples
    --------
    >>> in_range([{"introduced": "0"}, {"fixed": "1.2"}], Version("1.2rc1"))
    True
    """
    pairs = [pair for event in events for pair in event.items()]
    if unknown := {kind for kind, _ in pairs} - {"introduced", "fixed", "last_affected", "limit"}:
        raise ValueError(f"events {sorted(unknown)} are unknown")
    limits = [text for kind, text in pairs if kind == "limit"]
    if limits and not any(text == "*" or version < Version(text) for text in limits):
        return False
    moments = [(Version("0.dev0" if text == "0" else text), kind) for kind, text in pairs if kind != "limit"]
    inside = False
    for moment, kind in sorted(moments, key=lambda event: (event[0], event[1] == "last_affected")):
        if kind == "introduced" and version >= moment:
            inside = True
        elif (kind == "fixed" and version >= moment) or (kind == "last_affected" and version > moment):
            inside = False
    return inside


def _version(text: str) -> Version | None:
    """A version, or nothing where a text is none of PEP 440, as old ones are: no lock can hold it."""
    try:
        return Version(text)
    except InvalidVersion:
        return None


def from_advisories(place: Path, locked: Mapping[str, set[str]]) -> tuple[list[Finding], list[str]]:
    """What advisories say of what is locked, and what of them could not be read."""
    findings: list[Finding] = []
    problems: list[str] = []
    about_python = 0
    for path in paths(place):
        try:
            advisory = read(path)
            about_python += bool(of_python(advisory))
            findings += judged(advisory, locked)
        except Unreadable as error:
            problems.append(f"{path} {error}")
    if not about_python:
        problems.append(f"{place} holds no advisory about a package for Python")
    return findings, problems


def from_pip_audit(locked: Mapping[str, set[str]]) -> tuple[list[Finding], list[str]]:
    """What pip-audit says of what is locked, and what it did not audit: packages that it skips, which it takes for sound.

    Raises
    ------
    Unreadable
        If it is not installed, or gives no answer.
    """
    findings: list[Finding] = []
    audited: set[tuple[str, str]] = set()
    for turn in range(max(map(len, locked.values()))):  # it takes one version of a package at a time
        asked = {name: sorted(versions)[turn] for name, versions in locked.items() if turn < len(versions)}
        for answer in _answers([f"{name}=={version}" for name, version in asked.items()]):
            name = canonicalize_name(answer["name"])
            if "skip_reason" in answer:
                continue
            audited.add((name, asked[name]))
            findings += [
                Finding(name, asked[name], ", ".join([one["id"], *one["aliases"]]), "", tuple(one["fix_versions"]))
                for one in answer["vulns"]
            ]
    wanted = {(name, version) for name, versions in locked.items() for version in versions}
    return findings, [f"{name} {version} was not audited by pip-audit" for name, version in sorted(wanted - audited)]


def _answers(requirements: list[str]) -> list[dict[str, Any]]:
    here = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    program = shutil.which("pip-audit", path=here)
    if program is None:
        raise Unreadable(NO_PIP_AUDIT)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "requirements.txt")
        path.write_text("\n".join(requirements), encoding="utf-8")
        command = [program, "--disable-pip", "--no-deps", "--progress-spinner=off", "--format=json"]
        done = subprocess.run([*command, "--requirement", str(path)], capture_output=True, text=True)  # noqa: S603
    try:
        return json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError, TypeError):
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        raise Unreadable(f"pip-audit gave no answer: {said[-1]}") from None


def main(arguments: list[str]) -> int:
    """Audit all locks, say what is known, and return the exit status."""
    locked: dict[str, set[str]] = {}
    try:
        for lock in SCOPES:
            for pin in pins(root() / lock):
                locked.setdefault(pin.name, set()).add(pin.version)
        findings, problems = from_advisories(Path(arguments[0]), locked) if arguments else from_pip_audit(locked)
    except (Unreadable, ValueError, OSError) as error:
        findings, problems = [], [str(error)]
    for line in [*sorted(dict.fromkeys(finding.text for finding in findings)), *problems]:
        say(line)
    if findings:
        return 1
    say(
        "Not all could be audited."
        if problems
        else f"Nothing is known against the {len(locked)} packages of the locks."
    )
    return 2 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
