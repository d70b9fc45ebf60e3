"""The command ``aftermath sources``: references of a reference manager into ``sources.csv`` and back, and archived copies."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aftermath.terminal import hand_on, say

if TYPE_CHECKING:
    from aftermath.captures.copies import CopiesFound

app = typer.Typer(
    help="Sources of a case: from and to Zotero and other reference managers, and their archived copies.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="BibTeX (.bib), RIS (.ris) or CSL-JSON (.json).")],
    case: Annotated[str, typer.Option(metavar="ID", help="The case.")],
    kind: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Kind of what has a type that leaves it open; or of one type as the file calls it: online=company (BibTeX), "
            "WEB=company (RIS), webpage=company (CSL-JSON).",
        ),
    ] = None,
    read: Annotated[str, typer.Option(help="How much was read: full, excerpt or listing.")] = "",
    read_on: Annotated[str, typer.Option(metavar="DAY", help="When it was read, where the file does not say it.")] = "",
    link: Annotated[str, typer.Option(help="Whether addresses are shown as links: yes or no.")] = "",
    language: Annotated[str, typer.Option(metavar="TAG", help="The language, where the file does not say it.")] = "",
    publisher: Annotated[str, typer.Option(metavar="NAME", help="The publisher, where the file does not say it.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be added; write nothing.")] = False,
) -> None:
    """Add references to sources.csv of a case. What is there already is told, and not added again.

    For example:

    aftermath sources import zotero.bib --case acme-battery-recall
    --read full --link yes --kind news --language en
    """
    from aftermath.exchange.sources import sources_from

    found = sources_from(
        file,
        case,
        kind=kind or (),
        read=read,
        read_on=read_on,
        link=link,
        language=language,
        publisher=publisher,
    )
    if not dry_run:
        found.write()
    say(found.text if dry_run else found.said("added to"))


@app.command()
def export(
    id: Annotated[str, typer.Argument(metavar="ID", help="The case.")],
    format: Annotated[str, typer.Option(help="bibtex, ris or csl.")] = "bibtex",
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The file to write, if not to the terminal.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace the file that is there.")] = False,
) -> None:
    """Write the sources of a case for Zotero and other reference managers."""
    from aftermath.exchange.sources import sources_to
    from aftermath.files import write_new

    text = sources_to(id, format)
    hand_on(text) if to is None else say(str(write_new(to, text, again=again)))


@app.command("state")
def state(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Cases; all if none is named.")] = None,
) -> None:
    """Say what is archived of each case, and of the facts that its measures rest on. Nothing is asked."""
    from aftermath.captures.states import sources
    from aftermath.case_files.case import case_ids

    for id in ids or case_ids():
        say(f"{id}: {sources(id).text}")


@app.command("look-up")
def look_up(
    id: Annotated[str, typer.Argument(metavar="ID", help="The case.")],
    archive: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Where a further archive has its TimeMaps (RFC 7089); may be repeated."),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Have pages without any copy saved by the Internet Archive; needs a key.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Ask anew about sources without a copy.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be entered; change no table.")] = False,
) -> None:
    """Find an archived copy of each source, and enter it in sources.csv where nothing stands.

    What was answered is kept: the same command goes on where it broke off.
    """
    from aftermath.captures.look_up import look_up_sources
    from aftermath.captures.saving import credentials, save_pages

    if save:
        credentials()  # what would be missed after hours of looking is asked for first
    found = look_up_sources(id, archives=archive or (), again=again)
    _enter(save_pages(found) if save else found, dry_run=dry_run)


@app.command("verify")
def verify(id: Annotated[str, typer.Argument(metavar="ID", help="The case.")]) -> None:
    """Visit each page and each archived copy: alive, changed, gone, or not reached."""
    from aftermath.captures.verify import verify_sources

    say(verify_sources(id).text)


@app.command("import-captures")
def import_captures(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A web archive: .warc, .warc.gz or .wacz.")],
    case: Annotated[str, typer.Option(metavar="ID", help="The case.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be entered; change no table.")] = False,
) -> None:
    """Enter copies that are in a file of a web archive, once its digests are checked."""
    from aftermath.captures.importing import captures_from

    _enter(captures_from(file, case), dry_run=dry_run)


@app.command("bounds")
def bounds(id: Annotated[str, typer.Argument(metavar="ID", help="The case.")]) -> None:
    """Say which times captures would narrow or speak against. Nothing is changed."""
    from aftermath.captures.bounds import capture_bounds

    say(capture_bounds(id).text)


def _enter(found: CopiesFound, *, dry_run: bool) -> None:
    """Enter copies and say so; **a search that is not over ends with 1**."""
    if not dry_run:
        found.write()
    say(found.text if dry_run else found.said("entered in"))
    if found.remarks:
        raise typer.Exit(1)
