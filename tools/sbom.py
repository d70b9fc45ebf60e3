"""Write the software bill of materials of the default install: ``python tools/sbom.py [FILE]``, or ``build/sbom.cdx.json``.

It is CycloneDX 1.6 in JSON, of what requirements.lock pins and of the files that are copied from other projects. The same
lock gives the same bytes: it has no time, no serial number, and names no host that packages come from.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any
from urllib.parse import quote

from licences import COPIED, PAGE, ROOT, Copied, Licence, spdx, written
from lock import Pin, pins

LOCK = ROOT / "requirements.lock"
ITSELF = "aftermath"


def bill() -> dict[str, Any]:
    """The bill of materials, as CycloneDX has it.

    Raises
    ------
    ValueError
        If docs/licences.md does not say the licence of a package.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    locked, licences = pins(LOCK), written(PAGE)
    copied = [file for file in COPIED if file.path.startswith("lib/")]
    if missing := [f"{pin.name} {pin.version}" for pin in locked if (pin.name, pin.version) not in licences]:
        raise ValueError(f"docs/licences.md does not say the licence of {', '.join(missing)}; run `make licences`")
    described = {"type": "application", "name": project["name"], "version": project["version"], "bom-ref": ITSELF}
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": described | {"description": project["description"], "licenses": stated(project["license"])}
        },
        "components": [
            *(package(pin, licences[pin.name, pin.version]) for pin in locked),
            *map(copied_file, copied),
        ],
        "dependencies": dependencies(locked, [file.path for file in copied]),
    }


def package(pin: Pin, licence: Licence) -> dict[str, Any]:
    """A package as a component; where it is not installed everywhere, its marker is a property."""
    only_where = [{"name": f"{ITSELF}:only-where", "value": pin.marker}] if pin.marker else []
    described = {"type": "library", "bom-ref": purl(pin), "name": pin.name, "version": pin.version, "purl": purl(pin)}
    return described | {"licenses": stated(licence.licence)} | ({"properties": only_where} if only_where else {})


def copied_file(file: Copied) -> dict[str, Any]:
    """A copied file as a component, with its checksum."""
    digest = hashlib.sha256((ROOT / file.path).read_bytes()).hexdigest()
    return {
        "type": "library" if file.purl else "file",
        "bom-ref": file.path,
        "name": file.name,
        "version": file.version,
        **({"purl": f"{file.purl}@{file.version}"} if file.purl else {}),
        "hashes": [{"alg": "SHA-256", "content": digest}],
        "licenses": stated(file.licence),
    }


def stated(licence: str) -> list[dict[str, Any]]:
    """A licence as its makers state it: an SPDX expression, or their words."""
    said = {"acknowledgement": "declared"}
    return [{"expression": licence} | said if spdx(licence) else {"license": {"name": licence} | said}]


def purl(pin: Pin) -> str:
    """The package URL of a pin.

    Examples
    --------
    >>> purl(Pin("polars", "2.1.0", "", (), ()))
    'pkg:pypi/polars@2.1.0'
    """
    return f"pkg:pypi/{pin.name}@{quote(pin.version)}"


def dependencies(locked: list[Pin], copied: list[str]) -> list[dict[str, Any]]:
    """What needs what; of a package in two versions, for two kinds of Python, a package of one kind needs that of its own."""
    named, needs = defaultdict(list), defaultdict(list)
    for pin in locked:
        named[pin.name].append(pin)
    for pin in locked:
        for asking in (asking for name in pin.needed_by for asking in named[name]):
            alike = [other for other in named[pin.name] if other.marker == asking.marker] or named[pin.name]
            needs[purl(asking)] += [purl(pin)] if pin in alike else []
    needs[ITSELF] = [*(purl(pin) for pin in locked if ITSELF in pin.needed_by), *copied]
    references = [ITSELF, *map(purl, locked), *copied]
    return [{"ref": reference, "dependsOn": sorted(needs[reference])} for reference in references]


def main(arguments: list[str]) -> int:
    """Write the bill; return the exit status."""
    path = Path(arguments[0]) if arguments else ROOT / "build" / "sbom.cdx.json"
    try:
        text = json.dumps(bill(), indent=2, ensure_ascii=False) + "\n"
    except ValueError as error:
        print(error)
        return 1
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{path} holds the bill of materials.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
