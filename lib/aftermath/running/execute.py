"""Running a notebook: with parameters that were checked, in a kernel of its own, with a log. Knows no page."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aftermath.files import write_whole
from aftermath.problems import AftermathError
from aftermath.running.limits import require_room
from aftermath.running.log import Course, course_text
from aftermath.running.parameters import Values
from aftermath.running.quoted import leave_values_out
from aftermath.running.stoppable import run
from aftermath.workspace import Workspace

if TYPE_CHECKING:
    from nbformat import NotebookNode

ATTEMPTS = 3

_INJECTED = "injected-parameters"


class CellError(AftermathError):
    """A cell of a notebook failed; the executed notebook was kept with the error in it.

    Attributes
    ----------
    notebook
        The executed notebook, relative to the workspace.
    cell
        Number of the cell, **counted from 1 over all cells**, as it stands in the executed notebook.
    cell_id
        Its id, the same in the notebook and the executed notebook.
    reason
        The last line of the error.
    """

    def __init__(self, notebook: str, cell: int, cell_id: str, reason: str) -> None:
        super().__init__(notebook, cell, cell_id, reason)
        self.notebook, self.cell, self.cell_id, self.reason = notebook, cell, cell_id, reason

    def __str__(self) -> str:
        return f"{self.notebook}, cell {self.cell} (id {self.cell_id}): {self.reason}"


def execute(notebook: Path, target: Path, values: Values, workspace: Workspace, log_name: str = "") -> NotebookNode:
    """Execute a notebook; what is written is the same **byte for byte** for the same inputs.

    Parameters
    ----------
    notebook
        The notebook, which is not changed.
    target
        Where the executed notebook belongs.
    values
        Parameters, checked.
    workspace
        The workspace that the notebook's kernel works in.
    log_name
        Name of the log in ``build/logs/``, without ``.log``; that of the target if not given.

    Returns
    -------
    NotebookNode
        The executed notebook, which has been written.

    Raises
    ------
    KernelError
        If no kernel could be started, **after three attempts**.
    CellError
        If a cell failed, or ran longer than it may (``AFTERMATH_CELL_SECONDS``, an hour if not set); **it is not tried
        again**, and the executed notebook is kept with the error in it.
    LimitError
        If that limit cannot be read, or the system allows too few open files, or there is no room for temporary ones.
    WriteError
        If a file could not be written; an earlier one stays as it was.
    """
    import msgspec

    watch = _run(notebook, values, workspace)
    executed = _settled(watch.notebook)
    cell = executed.cells[watch.cell]
    if watch.error:
        _put_error(cell, watch.error)
    failed = (watch.cell, _errors(cell)[-1]) if watch.error else None
    log = workspace.build / "logs" / f"{log_name or target.stem}.log"
    write_whole(log, course_text(workspace.relative(notebook), values, executed, watch.course, failed))
    # indented like any notebook, ten times as fast as by nbformat: figures make megabytes
    write_whole(target, msgspec.json.format(msgspec.json.encode(executed, order="sorted"), indent=1) + b"\n")
    if failed is None:
        return executed
    error = failed[1]
    lines = [line.strip() for line in error.evalue.split("\n") if line.strip()]
    reason = ": ".join([error.ename, *lines[-1:]])
    raise CellError(workspace.relative(target), watch.cell + 1, cell.get("id", "none"), reason)


@dataclass
class _Watch:
    """What is known of a run: how far it came, and what ended it."""

    notebook: NotebookNode
    started: bool = False
    cell: int = 0
    error: Exception | None = None
    course: Course = field(default_factory=Course)

    def on_start(self) -> None:
        """The kernel answers."""
        self.started = True

    def on_cell(self, cell: NotebookNode, cell_index: int) -> None:
        """A code cell begins."""
        self.cell = cell_index
        self.course.begin(str(cell_index + 1))


def _run(notebook: Path, values: Values, workspace: Workspace) -> _Watch:
    """Run a notebook, with further attempts where the kernel does not start."""
    from aftermath.running.kernels import KernelError, last_words

    reason = ""
    require_room()
    for _ in range(ATTEMPTS):
        with tempfile.TemporaryDirectory(prefix="aftermath-", ignore_cleanup_errors=True) as folder:
            watch = _attempt(notebook, values, workspace, Path(folder))
            if watch.started:
                return watch
            reason = f"{watch.error}{last_words(Path(folder))}"
    raise KernelError(
        f"{workspace.relative(notebook)}: the kernel did not start in {ATTEMPTS} attempts: {reason}. "
        "Run the command again, with --workers 1 if the machine is busy or short of memory."
    )


def _attempt(notebook: Path, values: Values, workspace: Workspace, folder: Path) -> _Watch:
    """Run a notebook once. What goes wrong after the kernel answered is the notebook's; before, the kernel's."""
    from aftermath.running.kernels import START_FAILURES, run_cells

    prepared, kernel = _prepared(notebook, values, workspace)
    watch = _Watch(prepared)
    try:
        run(run_cells(watch.notebook, kernel, folder, workspace.root, watch.on_start, watch.on_cell))
    except Exception as error:
        if not watch.started and not isinstance(error, START_FAILURES):
            raise
        watch.error = error
    watch.course.begin("end")
    return watch


def _prepared(notebook: Path, values: Values, workspace: Workspace) -> tuple[NotebookNode, str]:
    """A copy of a notebook with the values in a cell of their own, and without outputs of earlier runs; and the name of its kernel."""
    from papermill.iorw import load_notebook_node
    from papermill.parameterize import parameterize_notebook

    from aftermath.running.kernels import require_kernel

    copy = load_notebook_node(str(notebook))
    spec = copy.metadata.get("kernelspec", {})
    kernel, language = spec.get("name", "python3"), spec.get("language", "python")
    require_kernel(kernel, workspace.relative(notebook))
    if values:
        copy = parameterize_notebook(copy, dict(values), kernel_name=kernel, language=language)
    for cell in copy.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return copy, kernel


def _settled(notebook: NotebookNode) -> NotebookNode:
    """An executed notebook without what differs from run to run."""
    notebook.metadata.pop("papermill", None)
    notebook.metadata.get("language_info", {}).pop("version", None)
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        leave_values_out(cell)
        if _INJECTED in cell.metadata.get("tags", ()):
            cell["id"] = _INJECTED
    return notebook


def _put_error(cell: NotebookNode, error: Exception) -> None:
    """Keep in the notebook what ended the run, where the kernel could not do so itself."""
    from nbformat.v4 import new_output

    if not _errors(cell):
        cell.outputs.append(new_output("error", ename=type(error).__name__, evalue=str(error), traceback=[]))


def _errors(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.outputs if output.output_type == "error"]
