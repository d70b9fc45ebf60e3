"""Run the fast tests with the lowest versions that pyproject.toml allows: ``python tools/lowest.py [PYTEST'S ARGUMENTS]``.

They are installed in ``build/lowest``, for the Python that runs this: the oldest one that the project takes is meant, as the oldest
versions know no newer one. What is asked for by name, by default and for export, is at its lowest; all else is the newest that
goes with it, as pip would choose.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from lock import LEFT_OUT, root, uv

ASKED_FOR = "pyproject.toml --group build --extra export".split()
FOR_TESTS = "--extra cluster --extra course --extra develop".split()
TESTS = "-q -n logical --dist loadfile -p no:cacheprovider".split()


def install(folder: Path) -> Path:
    """Make the environment anew; return its Python."""
    folder.mkdir(parents=True, exist_ok=True)
    excludes, lowest, everything = (folder / name for name in ("excludes.txt", "lowest.txt", "everything.txt"))
    excludes.write_text("\n".join(LEFT_OUT), encoding="utf-8")
    # hidden, so that a build passes over it
    python = folder / ".env" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    resolve = ["pip", "compile", "--quiet", "--upgrade", "--python", sys.executable, "--excludes", str(excludes)]
    into = ["--python", str(python)]
    for command in (
        [*resolve, *ASKED_FOR, "--resolution", "lowest-direct", "--output-file", str(lowest)],
        [*resolve, *ASKED_FOR, *FOR_TESTS, "--constraints", str(lowest), "--output-file", str(everything)],
        ["venv", "--quiet", "--clear", "--seed", "--python", sys.executable, str(folder / ".env")],
        ["pip", "install", "--quiet", *into, "--no-deps", "--requirement", str(everything)],
        ["pip", "install", "--quiet", *into, "--no-deps", "--no-build-isolation", "--editable", "."],
    ):
        subprocess.run([uv(), *command], check=True, cwd=root(), stdout=subprocess.DEVNULL)  # noqa: S603
    return python


def main(arguments: list[str]) -> int:
    """Install the lowest versions and run the tests; return their exit status."""
    python = install(root() / "build" / "lowest")
    settings = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [str(python), "-m", "pytest", *(arguments or TESTS)]
    return subprocess.run(command, cwd=root(), env=settings).returncode  # noqa: S603


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{' '.join(error.cmd[:3])} failed with status {error.returncode}; its message stands above.")
