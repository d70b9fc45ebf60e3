"""The command ``aftermath table``: tables of a case out of downloads of prices, searches and page views."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from aftermath.terminal import hand_on, say

if TYPE_CHECKING:
    from aftermath.case_files.from_downloads import MadeTable

app = typer.Typer(
    help="Tables of a case out of downloads: prices.csv and signals.csv.",
    no_args_is_help=True,
    add_completion=False,
)

To = Annotated[Path | None, typer.Option(metavar="FILE", help="The file to write, if not to the terminal.")]
Again = Annotated[bool, typer.Option("--again", help="Replace the file that is there.")]
Dates = Annotated[str | None, typer.Option(help="month-first or day-first, where the days leave it open.")]


@app.command()
def prices(
    share: Annotated[Path, typer.Argument(metavar="FILE", help="Closes of the share, as they were downloaded.")],
    source: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="A row of sources.csv; may be repeated, one for each file.")
    ] = None,
    market: Annotated[Path | None, typer.Option(metavar="FILE", help="Closes of a market index.")] = None,
    adjusted: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Adjusted closes of the share, where the first file has none.")
    ] = None,
    nothing_to_adjust: Annotated[
        bool, typer.Option("--nothing-to-adjust", help="There was no dividend and no split in these days.")
    ] = False,
    ticker: Annotated[str | None, typer.Option(help="Which share, in a file with several.")] = None,
    market_ticker: Annotated[str | None, typer.Option(help="Which index, in a file with several.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The decimal mark, where the numbers leave it open.")] = None,
    dates: Dates = None,
    to: To = None,
    again: Again = False,
) -> None:
    """Make prices.csv out of closes from Yahoo, yfinance, Stooq, Nasdaq, German portals and others.

    Two files, or one that has share and index, for example:

    aftermath table prices GM.csv --market GSPC.csv --source yahoo-finance-2024-03
    --to casestudies/gm-ignition-recall/prices.csv
    """
    from aftermath.case_files.from_downloads import price_table

    made = price_table(
        share,
        sources=source or (),
        market=market,
        adjusted=adjusted,
        nothing_to_adjust=nothing_to_adjust,
        ticker=ticker,
        market_ticker=market_ticker,
        decimal=decimal,
        dates=dates,
    )
    _give(made, to, again=again)


@app.command()
def signals(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Numbers over time, as they were downloaded.")],
    source: Annotated[str, typer.Option(metavar="ID", help="A row of sources.csv.")] = "",
    scope: Annotated[str, typer.Option(help="What the numbers cover, where the file does not say it.")] = "",
    zone: Annotated[str, typer.Option(help="Where the clock of hours stands, e.g. Europe/Berlin.")] = "",
    dates: Dates = None,
    to: To = None,
    append: Annotated[
        bool, typer.Option("--append", help="Put the rows below those of the file that is there.")
    ] = False,
    again: Again = False,
) -> None:
    """Make rows of signals.csv out of Google Trends (interest over time) or Wikipedia's page views.

    For example:

    aftermath table signals multiTimeline.csv --source google-trends-2024-04
    --to casestudies/acme-battery-recall/signals.csv --append
    """
    from aftermath.case_files.from_downloads import signal_table

    _give(signal_table(file, source=source, scope=scope, zone=zone, dates=dates), to, again=again, append=append)


def _give(made: MadeTable, to: Path | None, *, again: bool, append: bool = False) -> None:
    """The table to a file, or to the terminal; what is told of it never among its rows."""
    if to is None:
        hand_on(made.csv)
    else:
        say(str(made.write(to, again=again, append=append)))
    say(made.text, error=to is None)
