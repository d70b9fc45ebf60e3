"""The command ``aftermath workbook``: the tables of a case as a spreadsheet, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from aftermath.problems import AftermathError
from aftermath.terminal import say


class OptionError(AftermathError):
    """Options of the command that do not go together."""

    status = 2


def workbook(
    id: Annotated[str | None, typer.Argument(metavar="[ID]", help="The case; needed for writing.")] = None,
    coder: Annotated[
        str | None, typer.Option(metavar="ID", help="Write the blind workbook of this coder, e.g. b.")
    ] = None,
    to: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The file to write; ID.xlsx, ID-CODER.xlsx or ID-adjudication.xlsx if not given."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the order of events and texts in a blind workbook.")] = 0,
    again: Annotated[bool, typer.Option("--again", help="Replace the file that is there.")] = False,
    adjudicate: Annotated[
        bool, typer.Option("--adjudicate", help="Write what the coders differ on, to be settled.")
    ] = False,
    read: Annotated[Path | None, typer.Option(metavar="FILE", help="Read this workbook back into its case.")] = None,
    keep: Annotated[
        str | None,
        typer.Option(metavar="WHICH", help="workbook or folder: which holds where both changed a row meanwhile."),
    ] = None,
) -> None:
    """Write the coding workbook of a case, or read one back.

    aftermath workbook acme-battery-recall             all tables, with lists and notes

    aftermath workbook acme-battery-recall --coder b   events and abstracts, shuffled

    aftermath workbook acme-battery-recall --adjudicate   every disagreement with the reasons of each

    aftermath workbook --read acme-battery-recall.xlsx

    Reading checks everything first, and changes nothing unless all of it is valid.
    It shows how far the coders agree, and writes ID-adjudication.xlsx where they
    differ on what is not settled yet. That can be read back, too.
    """
    if read is not None:
        from aftermath.workbooks.reading import read_workbook

        if coder or to or seed or again or adjudicate:
            raise OptionError("--read takes no other option than --keep: a workbook says itself what it is")
        say(read_workbook(read, id, keep=keep).text)
        return
    if adjudicate and (coder or seed):
        raise OptionError("--adjudicate is of all coders: leave out --coder and --seed")
    if id is None or keep:
        raise OptionError("name a case to write its workbook, or a workbook to read: --read FILE [--keep WHICH]")
    from aftermath.workbooks.workbook import workbook as write

    say(str(write(id, to, coder, seed=seed, again=again, adjudicate=adjudicate)))
