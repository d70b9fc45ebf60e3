"""A real JupyterLab, opened as a reader opens it, and a browser that looks at it.

``laboratory(folder)`` starts ``aftermath lab`` in a workspace on a free port, with settings of nobody, and stops it.
``laboratory.page()`` is a browser's page that remembers what its console said and whom it asked. ``Notebook`` runs what is open
in it: JupyterLab hands out its application to scripts (``--expose-app-in-browser``), so that nothing is guessed from pixels.

    with laboratory(copy_workspace(tmp_path)) as opened, opened.page() as page:
        notebook = opened.open(page, "notebooks/start_here.ipynb")
        notebook.run_all()
        assert not notebook.errors()
    assert not page.complaints and not page.foreign
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import quote, unquote, urlsplit

import pytest

ROOT = Path(__file__).resolve().parent.parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
HERE = {"127.0.0.1", "localhost", "[::1]", "::1"}
TOKEN = "of-the-tests"  # noqa: S105 (it opens a server that lives as long as a test)
PATIENCE = 120_000  # milliseconds, for a machine that does other things too
SETTLED = 400  # milliseconds without a change, after which a drawing is taken for finished


def copy_workspace(folder: Path, *cases: str) -> Path:
    """Cases (all if none is named), notebooks and data of the project, in a folder where nothing can be damaged."""
    hidden = shutil.ignore_patterns(".*")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=hidden)
    shutil.copytree(ROOT / "data", folder / "data", ignore=hidden)
    shutil.copytree(ROOT / "casestudies", folder / "casestudies", ignore=hidden)
    for case in (folder / "casestudies").iterdir():
        if cases and case.is_dir() and case.name not in cases:
            shutil.rmtree(case)
    return folder


def chromium() -> str:
    """Where a browser is; skips the test where there is none."""
    pytest.importorskip("playwright", reason="playwright is not installed")
    pytest.importorskip("jupyterlab", reason="JupyterLab is not installed")
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    pytest.skip(f"no browser on this machine: {', '.join(BROWSERS)}")


@contextmanager
def browser() -> Iterator[Any]:
    """A browser without a window, as Playwright drives it."""
    executable = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"])
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Laboratory:
    """A JupyterLab that runs.

    Parameters
    ----------
    folder
        The workspace, which the file browser shows.
    address
        What it printed for people to open.
    browser
        What looks at it.
    """

    folder: Path
    address: str
    browser: Any

    def url(self, path: str = "") -> str:
        """The address of a page of this server, e.g. ``"api/contents"``."""
        parts = urlsplit(self.address)
        return f"{parts.scheme}://{parts.netloc}/{quote(path)}?token={TOKEN}"

    @contextmanager
    def page(self, **settings: Any) -> Iterator[Any]:
        """A page of a browser that knows nobody. It has two lists: ``complaints`` of its console, ``foreign`` addresses asked."""
        context = self.browser.new_context(viewport={"width": 1400, "height": 1000}, **settings)
        context.set_default_timeout(PATIENCE)
        page = watched(context.new_page())
        try:
            yield page
        finally:
            context.close()

    def open(self, page: Any, path: str | None = None) -> Notebook:
        """Open a notebook by its path in the workspace; **what the printed address opens, if no path is given**."""
        address = self.url(f"lab/tree/{path}") if path else self.address
        # the server keeps what was open and in which colours: a page begins without what another has left behind
        page.goto(f"{address}&reset")
        page.wait_for_function(
            """path => { const context = window.jupyterapp?.shell.currentWidget?.context;
            return context?.isReady && context.path === path }""",
            arg=unquote(urlsplit(address).path.split("/lab/tree/", 1)[1]),
        )
        notebook = Notebook(page)
        notebook.wait_for_kernel()
        notebook.in_theme("Light")
        return notebook


def watched(page: Any) -> Any:
    """A page that remembers errors of its console and scripts, and every address that is not on this machine."""
    page.complaints, page.foreign = [], []

    def asked(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.hostname not in HERE:
            page.foreign.append(address)

    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: page.complaints.append(error.stack or str(error)))
    page.context.on("request", lambda request: asked(request.url))
    page.on("websocket", lambda socket: asked(socket.url))
    return page


def until(page: Any, expression: str, arg: Any = None) -> None:
    """Wait until an expression is true in a page; **Playwright's own way evaluates text there, which our pages let nobody do**.

    While a link is followed the new page lacks what the expression asks for: an error means not true yet.
    """
    from playwright.sync_api import Error

    deadline = time.monotonic() + PATIENCE / 1000
    last = ""
    while time.monotonic() < deadline:
        try:
            if page.evaluate(expression, arg):
                return
        except Error as error:
            last = f": {error}"
        page.wait_for_timeout(30)
    raise AssertionError(f"never true: {expression}{last}")


@dataclass
class Notebook:
    """The notebook that is in front in a page.

    Parameters
    ----------
    page
        The page of the browser.
    """

    page: Any

    @property
    def path(self) -> str:
        """Where it lies in the workspace."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.context.path")

    def wait_for_kernel(self) -> None:
        """Until its kernel has started and does nothing."""
        self.page.wait_for_function(
            "jupyterapp.shell.currentWidget.sessionContext.session?.kernel?.status === 'idle'"
            " && jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus === 'idle'"
        )

    def in_theme(self, name: str) -> None:
        """Show JupyterLab in its theme ``Light`` or ``Dark``, and wait until it is.

        Whatever changes a theme covers the page for a moment; while one cover fades, another may not be asked for: JupyterLab
        takes the same one away twice, which is an error in its console.
        """
        uncovered = "!document.querySelector('#jupyterlab-splash')"
        self.page.wait_for_function(uncovered)
        self.page.evaluate(
            "theme => jupyterapp.commands.execute('apputils:change-theme', {theme})", f"JupyterLab {name}"
        )
        light = str(name == "Light").lower()
        self.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}' && {uncovered}")

    def command(self, name: str) -> Any:
        """Run a command of JupyterLab, e.g. ``"notebook:run-all-cells"``, and wait until it has done."""
        return self.page.evaluate(f"jupyterapp.commands.execute({json.dumps(name)})")

    def run_all(self) -> None:
        """Run all cells, and wait until the kernel has done."""
        self.command("notebook:run-all-cells")
        self.wait_for_kernel()

    def clear(self) -> None:
        """Take all cells away; JupyterLab leaves an empty one."""
        self.page.evaluate(
            """() => { const notebook = jupyterapp.shell.currentWidget.content;
            notebook.model.sharedModel.deleteCellRange(0, notebook.widgets.length) }"""
        )

    def run(self, source: str) -> list[dict[str, Any]]:
        """Run a new cell at the end; its outputs, as the file would keep them. It stays the active cell."""
        self.page.evaluate(
            """source => { const notebook = jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = notebook.widgets.length - 1;
            notebook.model.sharedModel.addCell({cell_type: 'code', source}); notebook.activeCellIndex += 1 }""",
            source,
        )
        self.command("notebook:run-cell")
        self.wait_for_kernel()
        self.page.evaluate("jupyterapp.shell.currentWidget.content.activeCell.node.scrollIntoView()")
        return self.cells[-1]["outputs"]

    @property
    def cells(self) -> list[dict[str, Any]]:
        """Its cells with what they gave, as the file would keep them."""
        return self.page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON()")["cells"]

    def errors(self) -> list[str]:
        """What its cells failed with, one text an error."""
        outputs = [output for cell in self.cells for output in cell.get("outputs", ())]
        return [f"{output['ename']}: {output['evalue']}" for output in outputs if output["output_type"] == "error"]

    def cell(self, number: int) -> Any:
        """What shows a cell, counted from 0 (-1: the last), scrolled to. JupyterLab draws only cells that are near."""
        self.page.evaluate(
            """async number => { const notebook = jupyterapp.shell.currentWidget.content;
            const at = number < 0 ? notebook.widgets.length + number : number;
            notebook.activeCellIndex = at; await notebook.scrollToItem(at, 'start');
            notebook.widgets[at].node.setAttribute('data-asked-for', at) }""",
            number,
        )
        count = self.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length")
        return self.page.locator(f'.jp-Cell[data-asked-for="{number % count}"]')

    def times(self, act: Callable[[int], None], within: Any, repeats: int = 9) -> list[float]:
        """Milliseconds from an event of a control to the last change that it made to a drawing, once a repeat.

        Parameters
        ----------
        act
            Moves the control, given the number of the repeat: presses a key, clicks or chooses.
        within
            A locator of what holds the drawing and **stays** while it changes, e.g. the cell.
        repeats
            How often.
        """
        element = within.element_handle()
        taken = []
        for repeat in range(repeats):
            self.page.evaluate(_WATCH, element)
            act(repeat)
            self.page.wait_for_function(f"performance.now() - (window.lastChange ?? Infinity) > {SETTLED}")
            taken.append(self.page.evaluate("window.lastChange - window.began"))
        return taken

    def median_time(self, act: Callable[[int], None], within: Any, repeats: int = 9) -> float:
        """The median of ``times``, after one that does not count."""
        return median(self.times(act, within, repeats + 1)[1:])


# the first event of a person begins, and each change below the element may be the last
_WATCH = """element => {
    window.began = window.lastChange = undefined;
    window.watching?.disconnect();
    for (const kind of ['keydown', 'pointerdown', 'input', 'change'])
        document.addEventListener(kind, () => { window.began ??= performance.now() }, {capture: true, once: true});
    window.watching = new MutationObserver(() => { if (window.began) window.lastChange = performance.now() });
    window.watching.observe(element, {subtree: true, childList: true, attributes: true, characterData: true});
}"""


@contextmanager
def laboratory(folder: Path, *options: str) -> Iterator[Laboratory]:
    """A JupyterLab at the root of a workspace, and a browser.

    Parameters
    ----------
    folder
        A workspace; see ``copy_workspace``.
    options
        Further options of ``aftermath lab``.
    """
    chromium()
    with browser() as opened, _server(folder, options) as address:
        yield Laboratory(folder, address, opened)


@contextmanager
def _server(folder: Path, options: tuple[str, ...]) -> Iterator[str]:
    """Runs ``aftermath lab`` as somebody who never opened JupyterLab; the address that it printed."""
    at_home = folder / ".home"
    homes = {name: str(at_home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    environment = os.environ | homes | {"AFTERMATH_ROOT": str(folder), "PYTHONPATH": str(ROOT / "lib")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "aftermath", "lab", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={TOKEN}", "--expose-app-in-browser", *options]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    log = at_home / "log.txt"
    log.parent.mkdir(exist_ok=True)
    with log.open("wb") as said:
        process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=said, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield _printed_address(process, log)
    finally:
        _stop(process)


def _printed_address(process: subprocess.Popen[bytes], log: Path) -> str:
    for _ in range(PATIENCE // 100):
        said = log.read_text(errors="replace")
        if found := re.search(r"http://127\.0\.0\.1:\S+token=\S+", said):
            return found[0].replace("token=...", f"token={TOKEN}")
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(errors='replace')}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server; it ends its kernels."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is None:
            os.killpg(process.pid, how)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            continue
        return
