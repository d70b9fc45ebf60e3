"""Opening JupyterLab on a workspace: its root in the file browser, the first notebook open, nothing asked and nothing fetched."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from urllib.parse import quote

from aftermath.case_files.beginning import NOTEBOOKS
from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.terminal import say
from aftermath.workspace import INSTALLED_FROM, Workspace

# JupyterLab reads labconfig/ in it, before the settings of whoever opens it: their own settings stay theirs
CONFIG = Path(__file__).with_name("config")


class LaboratoryError(AftermathError):
    """JupyterLab cannot be opened."""


def open_laboratory(workspace: Workspace, options: Sequence[str] = ()) -> int:
    """Run JupyterLab at the root of a workspace, on ``start_here.ipynb``, until it is closed.

    The address that it prints leads to the notebook too, so that it is the same with ``--no-browser``.

    Parameters
    ----------
    workspace
        What is opened. Where it has no such notebook, it gets a copy: see ``first_notebook``.
    options
        Further options of JupyterLab.

    Returns
    -------
    int
        The exit status of JupyterLab; 0 after Ctrl-C. **A signal that ends this process ends JupyterLab first.**

    Raises
    ------
    LaboratoryError
        If the notebook or JupyterLab is missing.
    """
    notebook = first_notebook(workspace)
    if find_spec("jupyterlab") is None:
        raise LaboratoryError("JupyterLab is not installed. Install the environment anew, e.g. with make.")
    opened = [
        f"--ServerApp.root_dir={workspace.root}",
        f"--LabApp.default_url=/lab/tree/{quote(workspace.relative(notebook))}",
    ]
    return _run_until_closed([sys.executable, "-m", "jupyterlab", *opened, *options], workspace.root)


def first_notebook(workspace: Workspace) -> Path:
    """``notebooks/start_here.ipynb`` of a workspace; where it has none, a copy of that which came with the library.

    The notebook that explores comes with it, to lie beside it in the file browser.

    Raises
    ------
    LaboratoryError
        If the library came without notebooks.
    """
    for name in NOTEBOOKS:
        own, brought = workspace.root / "notebooks" / name, INSTALLED_FROM / "notebooks" / name
        if not own.exists() and brought.is_file():
            say(f"{write_whole(own, brought.read_bytes())}: copied, to be changed as you like")
    first = workspace.root / "notebooks" / NOTEBOOKS[0]
    if not first.is_file():
        raise LaboratoryError(f"{first}: there is no such notebook. Restore it from the repository.")
    return first


def _run_until_closed(command: list[str], root: Path) -> int:
    configured = [str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]
    # "!aftermath" in a cell is the command of this environment, whether or not it was activated
    places = [str(Path(sys.executable).parent), *filter(None, [os.environ.get("PATH")])]
    environment = os.environ | {
        "AFTERMATH_ROOT": str(root),
        "JUPYTER_CONFIG_PATH": os.pathsep.join(configured),
        "PATH": os.pathsep.join(places),
    }
    running: list[subprocess.Popen[bytes]] = []
    with _handed_on(running) as asked, subprocess.Popen(command, env=environment, cwd=root) as process:  # noqa: S603 (our interpreter)
        running.append(process)
        if asked:  # before there was anything to hand it on to
            process.terminate()
        return process.wait()


@contextmanager
def _handed_on(running: Sequence[subprocess.Popen[bytes]]) -> Iterator[list[int]]:
    """Hand on what asks this process to end: JupyterLab then shuts down its kernels and ends. Gives the signals that came.

    **Ctrl-C is not handed on**: the terminal gives it to JupyterLab too, which asks whether it is meant.
    """
    asked: list[int] = []

    def hand_on(number: int, frame: FrameType | None) -> None:
        if number == signal.SIGINT and _in_the_foreground():
            return
        asked.append(number)
        for process in running:
            process.terminate()

    if threading.current_thread() is not threading.main_thread():
        yield asked
        return
    before = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _in_the_foreground() -> bool:
    """Whether the terminal gives Ctrl-C to this process and its children."""
    if sys.platform == "win32":
        return True
    try:
        return os.tcgetpgrp(sys.__stdin__.fileno()) == os.getpgrp() if sys.__stdin__ else False
    except (OSError, ValueError):  # no terminal
        return False
