"""Write codemeta.json and .zenodo.json from CITATION.cff and pyproject.toml: ``python tools/citation.py [--check]``."""

from __future__ import annotations

import json
import sys
import tomllib
from pathlib import Path
from typing import Any

from aftermath.case_files.collection import Author, Collection, read_collection

ROOT = Path(__file__).resolve().parent.parent
_STATUS = {
    "Alpha": "wip",
    "Beta": "wip",
    "Production/Stable": "active",
    "Inactive": "inactive",
}  # as repostatus.org has it


def main(arguments: list[str]) -> int:
    """Write the files, or with ``--check`` only say whether they are up to date; return the exit status."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    software = read_collection(ROOT)
    differing = []
    for name, contents in {"codemeta.json": codemeta(software, project), ".zenodo.json": zenodo(software)}.items():
        path, text = ROOT / name, json.dumps(contents, indent=2, ensure_ascii=False) + "\n"
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8", newline="\n")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            differing.append(name)
    if differing:
        print(
            f"{', '.join(differing)}: not what CITATION.cff and pyproject.toml say; `make citation` writes them anew."
        )
    return 1 if differing else 0


def codemeta(software: Collection, project: dict[str, Any]) -> dict[str, Any]:
    """What catalogues of software read: CodeMeta 3.0, https://codemeta.github.io."""
    status = next(line.rpartition(" - ")[2] for line in project["classifiers"] if line.startswith("Development Status"))
    described = {
        "@context": "https://w3id.org/codemeta/3.0",
        "@type": "SoftwareSourceCode",
        "name": software.title,
        "description": software.abstract,
        "version": software.version,
        "datePublished": software.released,
        "license": [f"https://spdx.org/licenses/{name}" for name in software.licence],
        "author": [_agent(author) for author in software.authors],
        "keywords": list(software.keywords),
        "programmingLanguage": {"@type": "ComputerLanguage", "name": "Python", "version": project["requires-python"]},
        "runtimePlatform": "CPython",
        "softwareRequirements": project["dependencies"],
        "developmentStatus": f"https://www.repostatus.org/#{_STATUS[status]}",
        "identifier": f"https://doi.org/{software.doi}" if software.doi else "",
        "url": software.url,
    }
    return {name: value for name, value in described.items() if value}


def zenodo(software: Collection) -> dict[str, Any]:
    """What Zenodo takes over when it archives a release."""
    return {
        "title": software.title,
        "upload_type": "software",
        "description": software.abstract,
        "version": software.version,
        "publication_date": software.released,
        "license": {"id": software.licence[0]},
        "creators": [
            {"name": ", ".join(filter(None, (author.family, author.given)))}
            | ({"orcid": author.orcid.removeprefix("https://orcid.org/")} if author.orcid else {})
            for author in software.authors
        ],
        "keywords": list(software.keywords),
    }


def _agent(author: Author) -> dict[str, str]:
    if not author.given:
        return {"@type": "Organization", "name": author.name}
    names = {"@type": "Person", "givenName": author.given, "familyName": author.family}
    return names | ({"@id": author.orcid} if author.orcid else {})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
