"""Pin every package with its hashes: ``python tools/lock.py [--upgrade]``.

The locks hold for Python 3.11 to 3.13 on every system, name no host, and leave out what is asked for and not needed here.
Of bertopic: sentence-transformers, and torch with it (topics rest on archived vectors, and new ones are made without),
umap-learn and llvmlite (topics here take principal components, and to import umap takes seconds). Of jsonschema:
rfc3987-syntax, which builds a grammar of web addresses for a second whenever a notebook file is read.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

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
