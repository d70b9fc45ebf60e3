"""Commands that take codings in from other programs, and give the codebook to them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aftermath.terminal import hand_on, say


def codings(
    path: Annotated[Path, typer.Argument(metavar="FILE", help="A table of coder, unit, item, value; or an export.")],
    case: Annotated[str, typer.Option(metavar="ID", help="The case.")],
    tool: Annotated[str, typer.Option(help="What exported it: doccano, label-studio or inception.")] = "",
    coder: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=ID", help="What a coder is called there, and in case.yaml; may be repeated."),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace codings that are there.")] = False,
) -> None:
    """Take codings into stances.csv and rubric.csv of a case, all or none.

    For example:

    aftermath codings anna.jsonl --case acme-battery-recall --tool doccano --coder anna=a
    """
    from aftermath.exchange.annotations import read_annotations
    from aftermath.exchange.codings import codings_from

    named = {name: id for name, _, id in (pair.rpartition("=") for pair in coder or ())}
    found = codings_from(read_annotations(path, tool) if tool else path, case, coders=named, again=again)
    found.write()
    say(found.text)


def codebook(
    to: Annotated[Path | None, typer.Option(metavar="FILE", help="The file to write, if not to the terminal.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace the file that is there.")] = False,
) -> None:
    """Write the codebook as REFI-QDA codebook (.qdc) for ATLAS.ti, MAXQDA, NVivo, QualCoder and others."""
    from aftermath.exchange.refi_qda import codebook_qdc
    from aftermath.files import write_new

    text = codebook_qdc()
    hand_on(text) if to is None else say(str(write_new(to, text, again=again)))


def export(
    id: Annotated[str, typer.Argument(metavar="ID", help="The case.")],
    format: Annotated[
        str, typer.Option(help="datapackage, ro-crate (folders); timelinejs, csl, bibtex, ris or apa (a file each).")
    ],
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="PLACE", help="The folder or the file to write; a file goes to the terminal if not given."
        ),
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace files that are there.")] = False,
) -> None:
    """Write a case for repositories, timelines and reference managers.

    What reference managers read is how the case is cited; its sources are
    written by `aftermath sources export`. For example:

    aftermath export united-3411 --format ro-crate --to united-3411-crate
    """
    from aftermath.case_files.case import load_case
    from aftermath.exchange.export import FORMATS, exported, write_files
    from aftermath.problems import AftermathError

    files = exported(load_case(id), format)
    if to is not None:
        for path in write_files(files, to, again=again):
            say(str(path))
    elif len(files) == 1:
        hand_on(next(iter(files.values())).decode())
    else:
        raise AftermathError(f"{FORMATS[format].label} is a folder of {len(files)} files: name it by --to FOLDER.")
