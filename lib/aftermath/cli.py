"""The command ``aftermath``. What a command needs is imported when it runs, so that help is quick."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aftermath import cli_archive, cli_exchange, cli_sources, cli_table, cli_workbook
from aftermath.problems import AftermathError
from aftermath.terminal import console, guard_streams, say
from aftermath.workspace import find_workspace

if TYPE_CHECKING:
    from aftermath.building.outcome import Outcome

app = typer.Typer(
    help="Documented crises rebuilt from archived evidence, and compared.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # typer's own console writes past the guard of the streams
    pretty_exceptions_enable=False,
)

app.add_typer(cli_archive.app, name="archive")
app.add_typer(cli_table.app, name="table")
app.add_typer(cli_sources.app, name="sources")
app.command()(cli_exchange.codings)
app.command()(cli_exchange.codebook)
app.command()(cli_exchange.export)
app.command("workbook")(cli_workbook.workbook)

CaseIds = Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Cases; all if none is named.")]


def main() -> None:
    """Run the command. An error that is meant for a person is printed as plain lines, without its course."""
    guard_streams()
    try:
        app(prog_name="aftermath")
    except AftermathError as error:
        say(str(error), error=True)
        sys.exit(getattr(error, "status", 1))


def _version(asked: bool) -> None:
    if not asked:
        return
    try:
        say(f"aftermath {version('aftermath')}")
    except PackageNotFoundError:
        say("aftermath (not installed; it runs from its folder)")
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

        say(plan(case or (), force=force, settings=parameter or ()).text)
        return
    from aftermath.building.build import build as make

    forced = iter([force])

    def once() -> Outcome:
        options = {"workers": workers, "force": next(forced, False), "settings": parameter or (), "dask": dask}
        outcome = make(case or (), console=console(), **options)
        say(outcome.text)
        if outcome.failures:
            say(outcome.failed, error=True)
        return outcome

    if watch:
        from aftermath.building.watch import watch as keep_building

        keep_building(once, lambda error: say(str(error), error=True))
    elif once().failures:
        raise typer.Exit(1)


@app.command("verify-build")
def verify_build() -> None:
    """Recompute the checksums that pages carry, and say which pages differ from their inputs."""
    from aftermath.building.stale import verify_build as verify

    verification = verify()
    say(verification.text, error=bool(verification.differing))
    if verification.differing:
        raise typer.Exit(1)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Where it listens; 0 takes any that is free.")] = 8000,
) -> None:
    """Show the built site as a web server would, to this machine alone, until Ctrl-C."""
    from aftermath.pages.serving import site_server

    with site_server(find_workspace(to_write=True).site, port) as server:
        say(f"{server.address}  Ctrl-C ends it.")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("Ended.")


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
        say(sweeping.plan_sweep(notebook, case or (), **asked).text)
        return
    outcome = sweeping.sweep(notebook, case or (), workers=workers, console=console(), dask=dask, **asked)
    say(outcome.text)
    if outcome.failures:
        say(outcome.failed, error=True)
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
    say(report.text)
    if not report.sound:
        raise typer.Exit(1)


@app.command()
def new(
    id: Annotated[str, typer.Argument(metavar="ID", help="Lower-case words with hyphens.")],
    coders: Annotated[str, typer.Option(metavar="IDS", help="Who is to code it, with commas: two as a rule.")] = "a,b",
) -> None:
    """Begin a case: a folder with the blanks to fill in."""
    from aftermath.case_files.template import new_case

    folder = new_case(id, coders=[coder.strip() for coder in coders.split(",")])
    say(f"{folder}\nFill in the blanks; `aftermath check {id}` says what is missing.")


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A folder that is empty or not there yet.")],
    no_examples: Annotated[bool, typer.Option("--no-examples", help="Without the two documented cases.")] = False,
) -> None:
    """Begin a workspace: README, codebook, two documented cases as examples, a first notebook, checks for GitHub."""
    from aftermath.case_files.beginning import begin_workspace

    root = begin_workspace(folder, examples=not no_examples).root
    say(
        f"{root}\nChange into it, then: `aftermath lab`, `aftermath build`, or `aftermath new ID` for a case of your own."
    )


@app.command()
def search(
    query: Annotated[list[str], typer.Argument(metavar="WORDS", help='Words; "in quotation marks" as they stand.')],
    case: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this case; may be repeated.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many rows are shown.")] = 10,
) -> None:
    """Search events, abstracts, sources and claims of all cases."""
    from aftermath.comparison.search import search as look

    # the shell takes quotation marks away: what it hands on as one word of several was quoted
    words = " ".join(f'"{word}"' if " " in word and '"' not in word and len(query) > 1 else word for word in query)
    result = look(words, case or (), limit=limit)
    for found in result.found:
        say(f"{found.where}  {found.id}  {found.text}")
    say(result.text)


@app.command()
def package() -> None:
    """Describe every case as a Frictionless Data Package (datapackage.json)."""
    from aftermath.case_files.package import write_packages

    for path in write_packages(find_workspace(to_write=True)):
        say(str(path))


@app.command()
def embed(
    model: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="A saved sentence-transformers model; the one installed if not given."),
    ] = None,
) -> None:
    """Make the vectors of all coverage abstracts anew; needs the extra embed."""
    from aftermath.topic_modelling.embed import embed_abstracts

    say(str(embed_abstracts(find_workspace(to_write=True), model)))


@app.command()
def replay(
    id: Annotated[str, typer.Argument(metavar="ID", help="A case, e.g. kitchenaid-tweet.")],
    minutes: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=60,
            help="Time for each decision, 0 for no limit; as staged if not given. Who has not chosen by then waits.",
        ),
    ] = None,
    notes: Annotated[bool, typer.Option("--notes", help="Print the lecturer's notes: all that is to come.")] = False,
) -> None:
    """Replay a documented crisis before a class, moment by moment."""
    from aftermath.replaying import terminal
    from aftermath.replaying.script import script_of

    script = script_of(id)
    if notes:
        console().print(terminal.notes(script), highlight=False)
    else:
        terminal.play_in_terminal(script, console(), minutes=minutes)


@app.command()
def course() -> None:
    """Write the lessons for students, and their solutions."""
    from aftermath.course.lesson import release

    for path in release():
        say(str(path))


@app.command()
def grade(
    handed_in: Annotated[Path, typer.Argument(help="A notebook that a student handed in, or a folder of them.")],
    seconds: Annotated[int, typer.Option(min=1, help="How long a cell may take.")] = 60,
    anew: Annotated[bool, typer.Option("--anew", help="Run again what did not change.")] = False,
) -> None:
    """Grade what was handed in. Of a folder: points, a form for points by hand and pages for students, in its grades/."""
    from aftermath.course.class_grades import GRADES, grade_all
    from aftermath.course.grading import grade as examine

    if not handed_in.is_dir():
        say(examine(handed_in, seconds=seconds).text)
        return
    say(grade_all(handed_in, seconds=seconds, anew=anew, announce=say).text)
    say(f"Written: {handed_in / GRADES}")


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def lab(context: typer.Context) -> None:
    """Open JupyterLab on the first notebook. Further options go to JupyterLab, e.g. --no-browser."""
    from aftermath.laboratory.opening import open_laboratory

    raise typer.Exit(open_laboratory(find_workspace(to_write=True), context.args))
