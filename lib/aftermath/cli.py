"""The command ``aftermath``. What a command needs is imported when it runs, so that help is quick."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aftermath import cli_archive, cli_table
from aftermath.problems import AftermathError
from aftermath.wording import NO_BREAK
from aftermath.workspace import find_workspace

if TYPE_CHECKING:
    from aftermath.building.outcome import Outcome

app = typer.Typer(
    help="Documented crises rebuilt from archived evidence, and compared.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.add_typer(cli_archive.app, name="archive")
app.add_typer(cli_table.app, name="table")

CaseIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Cases; all if none is named.")]


class LaboratoryError(AftermathError):
    """JupyterLab cannot be opened."""


def main() -> None:
    """Run the command. An error that is meant for a person is printed as plain lines, without its course."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console without a dash must not end the command
    try:
        app(prog_name="aftermath")
    except AftermathError as error:
        _say(str(error), error=True)
        sys.exit(getattr(error, "status", 1))


def _say(text: str, *, error: bool = False) -> None:
    typer.echo(text.replace(NO_BREAK, " "), err=error)


def _version(asked: bool) -> None:
    if not asked:
        return
    try:
        _say(f"aftermath {version('aftermath')}")
    except PackageNotFoundError:
        _say("aftermath (not installed; it runs from its folder)")
    raise typer.Exit


@app.callback()
def _options(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Takes the options that belong to no command; the help text stands above."""


@app.command()
def build(
    case: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this case; may be repeated.")] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Pages made side by side; as many as processors if not given.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Make pages even if nothing changed.")] = False,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "-p", "--parameter", metavar="NAME=VALUE", help="Set a parameter of the notebooks; may be repeated."
        ),
    ] = None,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Let the workers of this Dask scheduler make the pages.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be made and why; make nothing.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Build again after every change, until Ctrl-C.")] = False,
) -> None:
    """Make every page that is out of date: the cases, the comparison, the index."""
    if dry_run:
        from aftermath.building.stale import plan

        _say(plan(case or (), force=force, settings=parameter or ()).text)
        return
    from rich.console import Console

    from aftermath.building.build import build as make

    forced = iter([force])

    def once() -> Outcome:
        options = {"workers": workers, "force": next(forced, False), "settings": parameter or (), "dask": dask}
        outcome = make(case or (), console=Console(), **options)
        _say(outcome.text)
        if outcome.failures:
            _say(outcome.failed, error=True)
        return outcome

    if watch:
        from aftermath.building.watch import watch as keep_building

        keep_building(once, lambda error: _say(str(error), error=True))
    elif once().failures:
        raise typer.Exit(1)


@app.command("verify-build")
def verify_build() -> None:
    """Recompute the checksums that pages carry, and say which pages differ from their inputs."""
    from aftermath.building.stale import verify_build as verify

    verification = verify()
    _say(verification.text, error=bool(verification.differing))
    if verification.differing:
        raise typer.Exit(1)


@app.command()
def sweep(
    notebook: Annotated[str, typer.Argument(metavar="NOTEBOOK", help="A notebook in notebooks/, e.g. case_report.")],
    case: Annotated[list[str] | None, typer.Option(metavar="ID", help="A case; may be repeated.")] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "-p", "--parameter", metavar="NAME=VALUES", help="The values of a parameter; may be repeated, see above."
        ),
    ] = None,
    name: Annotated[
        str,
        typer.Option(metavar="NAME", help="Folder in build/sweeps/ for the table; that of the notebook if not given."),
    ] = "",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Points run side by side; as many as processors if not given.")
    ] = None,
    dask: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Let the workers of this Dask scheduler run the points.")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say which points would run and why; run none.")] = False,
) -> None:
    """Run a notebook at every point of a grid of parameters, and gather its results in one table.

    Values have commas between them: -p seed=0,1,2. Where the parameter is
    itself a list, its items have the commas and values have | between them, in
    quotation marks for the shell: -p "phase_days=7,30|14,60" is two values.

    What is up to date is not run again. Eight points, for example:

    aftermath sweep case_report --case gm-ignition-recall --case kitchenaid-tweet
    -p "phase_days=7,30|14,60" -p seed=0,1
    """
    from aftermath.building import sweep as sweeping

    asked = {"settings": parameter or (), "name": name}
    if dry_run:
        _say(sweeping.plan_sweep(notebook, case or (), **asked).text)
        return
    from rich.console import Console

    outcome = sweeping.sweep(notebook, case or (), workers=workers, console=Console(), dask=dask, **asked)
    _say(outcome.text)
    if outcome.failures:
        _say(outcome.failed, error=True)
        raise typer.Exit(1)


@app.command()
def check(
    ids: CaseIds = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take warnings for problems.")] = False,
) -> None:
    """Check cases, and list every problem with what would mend it.

    Below them stand warnings: what the codebook asks and no schema holds.
    With problems the exit status is 1, with warnings alone 0.
    """
    from aftermath.case_files.check import check as examine

    report = examine(ids or (), strict=strict)
    _say(report.text)
    if not report.sound:
        raise typer.Exit(1)


@app.command()
def new(id: Annotated[str, typer.Argument(metavar="ID", help="Lower-case words with hyphens.")]) -> None:
    """Begin a case: a folder with the blanks to fill in."""
    from aftermath.case_files.template import new_case

    folder = new_case(id)
    _say(f"{folder}\nFill in the blanks; `aftermath check {id}` says what is missing.")


@app.command()
def package() -> None:
    """Describe every case as a Frictionless Data Package (datapackage.json)."""
    from aftermath.case_files.package import write_packages

    for path in write_packages(find_workspace()):
        _say(str(path))


@app.command()
def embed(
    model: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A saved sentence-transformers model; the one installed if not given."),
    ] = None,
) -> None:
    """Make the vectors of all coverage abstracts anew; needs the extra embed."""
    from aftermath.topic_modelling.embed import embed_abstracts

    _say(str(embed_abstracts(find_workspace(), model)))


@app.command()
def course() -> None:
    """Write the lessons for students, and their solutions."""
    from aftermath.course.lesson import release

    for path in release():
        _say(str(path))


@app.command()
def grade(notebook: Annotated[Path, typer.Argument(help="What a student handed in.")]) -> None:
    """Grade a lesson that was handed in. It is run: do so where nothing can be lost."""
    from aftermath.course.lesson import grade as examine

    _say(examine(notebook).text)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on the first notebook. Further options go to JupyterLab, e.g. --no-browser."""
    raise typer.Exit(open_laboratory(context.args))


def open_laboratory(options: list[str]) -> int:
    """Run JupyterLab on ``notebooks/start_here.ipynb`` until it is closed.

    Parameters
    ----------
    options
        Further options of JupyterLab.

    Returns
    -------
    int
        The exit status of JupyterLab; 0 after Ctrl-C.

    Raises
    ------
    LaboratoryError
        If the notebook or JupyterLab is missing.
    """
    from importlib.util import find_spec

    workspace = find_workspace()
    notebook = workspace.notebooks / "start_here.ipynb"
    if not notebook.is_file():
        raise LaboratoryError(f"{notebook}: there is no such notebook. Restore it from the repository.")
    if find_spec("jupyterlab") is None:
        raise LaboratoryError("JupyterLab is not installed. Install the environment anew, e.g. with make.")
    command = [sys.executable, "-m", "jupyterlab", *options, str(notebook)]
    environment = {**os.environ, "AFTERMATH_ROOT": str(workspace.root)}
    return _run_until_closed(command, environment, workspace.root)


def _run_until_closed(command: list[str], environment: dict[str, str], folder: Path) -> int:
    with subprocess.Popen(command, env=environment, cwd=folder) as process:  # noqa: S603 (our interpreter)
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab got it too, and asks whether it is meant
                continue
