"""Pin every package with its hashes, and read the pins: ``python tools/lock.py [--upgrade]``.

The locks hold for Python 3.11 to 3.13 on every system, name no host, and leave out what is asked for and not needed here.
Of bertopic: sentence-transformers, and torch with it (topics rest on archived vectors, and new ones are made without),
umap-learn and llvmlite (topics here take principal components, and to import umap takes seconds). Of jsonschema:
rfc3987-syntax, which builds a grammar of web addresses for a second whenever a notebook file is read.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.utils import canonicalize_name

LEFT_OUT = ("llvmlite", "rfc3987-syntax", "sentence-transformers", "torch", "umap-learn")
OPTIONS = (
    "--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-sources --quiet "
    "--no-emit-package aftermath"
).split()
SCOPES = {
    "requirements.lock": ["pyproject.toml", "--group", "build", "--extra", "export"],
    "requirements-develop.lock": [
        *[
            "pyproject.toml",
            "--group",
            "build",
            *"--extra export --extra cluster --extra course --extra develop".split(),
        ],
        *["--constraints", "requirements.lock"],
    ],
    "requirements-installer.lock": ["--group", "installer"],
}

_PIN = re.compile(r"(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;]+)(?: ; (?P<marker>.+?))? \\")


@dataclass(frozen=True)
class Pin:
    """A package in a lock.

    Parameters
    ----------
    name
        Normalised, as in ``scikit-learn``.
    version
        A package that is needed in two versions, by Python or system, has two pins.
    marker
        Where it is installed, as in ``sys_platform == 'darwin'``; empty: everywhere.
    hashes
        The SHA-256 of each file that may be installed, 64 hexadecimal digits.
    needed_by
        The packages that ask for it, ``aftermath`` among them if the project itself does.
    """

    name: str
    version: str
    marker: str
    hashes: tuple[str, ...]
    needed_by: tuple[str, ...]

    @property
    def text(self) -> str:
        """The pin with its hashes and without its marker, as installers read it."""
        return " ".join([f"{self.name}=={self.version}", *(f"--hash=sha256:{digest}" for digest in self.hashes)])


def pins(lock: Path) -> list[Pin]:
    """What a lock pins, in its order.

    Raises
    ------
    ValueError
        If a line is none that a lock has, with file and row.
    """
    found: list[Pin] = []
    for row, line in enumerate(lock.read_text(encoding="utf-8").splitlines(), start=1):
        if start := _PIN.fullmatch(line):
            name, marker = canonicalize_name(start["name"]), start["marker"] or ""
            found.append(Pin(name, start["version"], marker, (), ()))
        elif found and (digest := re.fullmatch(r"    --hash=sha256:([0-9a-f]{64})( \\)?", line)):
            found[-1] = replace(found[-1], hashes=(*found[-1].hashes, digest[1]))
        elif found and (reason := re.fullmatch(r"    #  ? ?(?:via )?([A-Za-z0-9._-]+)(?: \(.+\))?", line)):
            if reason[1] != "via":
                found[-1] = replace(found[-1], needed_by=(*found[-1].needed_by, canonicalize_name(reason[1])))
        elif line.strip() and not line.startswith(("#", "    #   -c ")):
            raise ValueError(f"{lock.name}:{row}: {line!r} is no line of a lock; run `make lock`")
    return found


def uv() -> str:
    """The installer of the environment that runs this script."""
    return str(Path(sys.executable).with_name("uv.exe" if sys.platform == "win32" else "uv"))


def pin(lock: str, scope: list[str], excludes: str, arguments: list[str]) -> None:
    """Write one lock. Pins that stand in it already are kept unless ``--upgrade`` is among the arguments."""
    where = ["--excludes", excludes, "--custom-compile-command", "make lock", "--output-file", lock]
    subprocess.run([uv(), "pip", "compile", *scope, *OPTIONS, *where, *arguments], check=True, cwd=root())  # noqa: S603


def root() -> Path:
    """The folder that holds pyproject.toml."""
    return Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> None:
    """Write the locks, the default one first: the others are held to its versions."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt", delete=False) as file:
        file.write("\n".join(LEFT_OUT))
    try:
        for lock, scope in SCOPES.items():
            pin(lock, scope, file.name, arguments)
    finally:
        Path(file.name).unlink()


if __name__ == "__main__":
    main(sys.argv[1:])
