"""Write docs/licences.md, the licences of all that the locks pin and of what is copied: ``python tools/licences.py [--check]``.

A licence is what the metadata of a package states, and the table says where in it. What is installed nowhere but on another
system or Python is looked up once, in the file that would be installed there; later its row is taken over from the table.
So the same table comes out on every system, and ``--check`` needs no network.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.licenses import InvalidLicenseExpression, canonicalize_license_expression
from packaging.utils import canonicalize_name

from lock import Pin, pins, uv

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKS = {
    "requirements.lock": "The default install",
    "requirements-develop.lock": "Beside it, for those who develop",
    "requirements-installer.lock": "What installs",
}
# A system and a Python that a package is looked up for which is not installed here.
ELSEWHERE = "--python-platform windows --python-version 3.12 --only-binary :all:".split()

# Names that leave no doubt which licence is meant; "BSD License" and "Apache Software License" do not.
MEANT = {
    "2-clause bsd": "BSD-2-Clause",
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd 3-clause license": "BSD-3-Clause",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "the mit license (mit)": "MIT",
}
COPYLEFT = re.compile(r"GPL|GNU|MPL|Mozilla|EPL|EUPL|CDDL|OSL|CC-BY-SA|Artistic", re.IGNORECASE)


@dataclass(frozen=True)
class Licence:
    """What a package, or a file that was copied from one, is licensed under.

    Parameters
    ----------
    name, version
        As its lock has them.
    licence
        An SPDX expression where one is stated, or a name that leaves no doubt; else the words that are stated.
    stated_in
        Where: ``License-Expression``, ``License`` or ``Classifier`` of the metadata, or the name of its licence file.
    """

    name: str
    version: str
    licence: str
    stated_in: str


@dataclass(frozen=True)
class Copied:
    """A file of another project that lies in this one.

    Parameters
    ----------
    name, version
        As its makers call it.
    licence
        An SPDX expression.
    path
        From the root of the repository.
    purl
        Its package, as a package URL without the version; empty where it comes from none.
    use
        What it is for.
    """

    name: str
    version: str
    licence: str
    path: str
    purl: str
    use: str


COPIED = (
    Copied(
        "plotly.js (basic bundle)",
        "4.1.1",
        "MIT",
        "lib/aftermath/pages/assets/plotly-basic.min.js",
        "pkg:npm/plotly.js-basic-dist-min",
        "figures of the pages",
    ),
    Copied(
        "MiniSearch",
        "7.2.0",
        "MIT",
        "lib/aftermath/pages/assets/minisearch.js",
        "pkg:npm/minisearch",
        "search of the site",
    ),
    Copied(
        "APA style of the Citation Style Language",
        "7th edition",
        "CC-BY-SA-3.0",
        "lib/aftermath/exchange/apa.csl",
        "",
        "references; changed in one place, which the file names",
    ),
    Copied("axe-core", "4.14.1", "MPL-2.0", "tests/browser/axe.min.js", "pkg:npm/axe-core", "tests alone"),
)


def spdx(text: str) -> str:
    """The SPDX expression that a text is or clearly means, or nothing.

    Examples
    --------
    >>> spdx("MIT License"), spdx("mit or AFL-2.1"), spdx("BSD")
    ('MIT', 'MIT OR AFL-2.1', '')
    """
    try:
        return MEANT.get(text.strip().lower()) or str(canonicalize_license_expression(text.strip()))
    except InvalidLicenseExpression:
        return ""


def stated(distribution: Distribution) -> tuple[str, str]:
    """The licence that a package states, and where; words as they are where they name none clearly.

    Classifiers that name a copyleft licence are never passed over.
    """
    metadata = distribution.metadata
    for expression in metadata.get_all("License-Expression") or []:
        return spdx(expression) or expression, "License-Expression"
    field = (metadata.get_all("License") or [""])[0].strip().split("\n")[0].strip()
    named = [line.split(" :: ")[2:] for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
    classifiers = [spdx(words[-1]) or words[-1] for words in named if words]
    strict = [name for name in classifiers if COPYLEFT.search(name)]
    if spdx(field) and not (strict and not COPYLEFT.search(field)):
        return spdx(field), "License"
    if classifiers:
        return "; ".join(classifiers), "Classifier"
    if field and field != "UNKNOWN":
        return field, "License"
    for name in metadata.get_all("License-File") or []:
        heading = (distribution.read_text(f"licenses/{name}") or distribution.read_text(name) or "").split("\n")[0]
        if spdx(heading):
            return spdx(heading), name
    raise ValueError(f"{metadata['Name']} {distribution.version}: its metadata states no licence; ask its makers")


def installed(path: Iterable[str]) -> dict[tuple[str, str], Licence]:
    """The licences of the packages that are installed in these folders."""
    found = {}
    for distribution in distributions(path=list(path)):
        name = canonicalize_name(distribution.metadata["Name"])
        found.setdefault((name, distribution.version), distribution)
    wanted = {(pin.name, pin.version) for lock in LOCKS for pin in pins(ROOT / lock)}
    return {key: Licence(*key, *stated(found[key])) for key in wanted & found.keys()}


def looked_up(missing: list[Pin]) -> dict[tuple[str, str], Licence]:
    """The licences of packages that are not installed here, from the files that another system would install."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "wanted.txt")
        wanted.write_text("\n".join(pin.text for pin in missing), encoding="utf-8")
        arguments = ["--quiet", "--no-deps", "--require-hashes", "--target", folder, *ELSEWHERE]
        subprocess.run([uv(), "pip", "install", *arguments, "--requirement", str(wanted)], check=True)  # noqa: S603
        return installed([folder])


def written(path: Path) -> dict[tuple[str, str], Licence]:
    """The rows of the table as it stands; none where there is no table yet."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [re.split(r"(?<!\\) \| ", line.strip("| ")) for line in lines if line.startswith("| `")]
    plain = ([cell.replace("\\|", "|").strip("`") for cell in row] for row in rows)
    return {(name, version): Licence(name, version, licence, where) for name, version, licence, where, *_ in plain}


def table(head: str, rows: Iterable[Iterable[str]]) -> str:
    """A table of Markdown."""
    names = head.split(" | ")
    escaped = ([" ".join(cell.split()).replace("|", "\\|") for cell in row] for row in rows)
    return "\n".join(f"| {' | '.join(row)} |" for row in [names, ["---"] * len(names), *escaped])


def page(licences: dict[tuple[str, str], Licence]) -> str:
    """The text of docs/licences.md."""
    parts, before = [], set()
    for lock, title in LOCKS.items():
        here = {(pin.name, pin.version): pin for pin in pins(ROOT / lock) if (pin.name, pin.version) not in before}
        before |= here.keys()
        rows = [(licences[key], pin) for key, pin in sorted(here.items())]
        strict = [row for row in rows if COPYLEFT.search(row[0].licence)]
        parts.append(f"## {title}: {len(rows)} packages\n\n`{lock}`")
        parts.append(
            "**Copyleft**: "
            + ("; ".join(f"{row.name} ({row.licence}), asked for by {', '.join(pin.needed_by)}" for row, pin in strict))
            + "."
            if strict
            else "**Copyleft**: none."
        )
        cells = ([f"`{row.name}`", row.version, row.licence, row.stated_in, pin.marker] for row, pin in rows)
        parts.append(table("package | version | licence | stated in | only where", cells))
    copied = table(
        "what | version | licence | file | for",
        ([file.name, file.version, file.licence, f"[{file.path}](../{file.path})", file.use] for file in COPIED),
    )
    strict = "; ".join(f"{file.name} ({file.licence}), {file.use}" for file in COPIED if COPYLEFT.search(file.licence))
    return "\n\n".join([HEAD, *parts, f"## Copied files\n\n**Copyleft**: {strict}.", copied]) + "\n"


HEAD = """\
# Licences of what is not ours

Written by `make licences` from the metadata of the packages that the locks pin: change nothing here. Of a package stands what it
states of itself, as an [SPDX expression](https://spdx.org/licenses/) where its words leave no doubt which one is meant; libraries
that a package carries inside may have others, which it names itself. Aftermath's own code is under the [MIT licence](../LICENSE).

Packages of the extras `embed` and `transformer` are in no lock and not listed."""


def main(arguments: list[str]) -> int:
    """Write the page, or with ``--check`` only say whether it is up to date; return the exit status."""
    wanted = {(pin.name, pin.version): pin for lock in LOCKS for pin in pins(ROOT / lock)}
    known = written(PAGE) | installed(sys.path)
    missing = [pin for key, pin in wanted.items() if key not in known]
    if missing and "--check" not in arguments:
        known |= looked_up(missing)
        missing = [pin for key, pin in wanted.items() if key not in known]
    if missing:
        names = ", ".join(f"{pin.name} {pin.version}" for pin in missing)
        print(f"docs/licences.md does not say the licence of {names}; `make licences` looks it up.")
        return 1
    if "--check" not in arguments:
        PAGE.write_text(page(known), encoding="utf-8", newline="\n")
    elif PAGE.read_text(encoding="utf-8") != page(known):
        print("docs/licences.md is not what the locks and the packages say; `make licences` writes it anew.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
