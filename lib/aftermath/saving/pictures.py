"""Figures as SVG, PDF and PNG: drawn by a browser that is on the machine, without the network, the same at every time."""

from __future__ import annotations

import asyncio
import json
import re
import struct
import zlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from aftermath.saving.print_layout import PX, laid_out
from aftermath.saving.problems import SaveError, needs

if TYPE_CHECKING:
    import kaleido
    from plotly.basedatatypes import BaseFigure

PICTURES = (".svg", ".pdf", ".png")
DPI = 300

_INCH = 25.4  # mm
# Nothing off the machine is reached: not by the page, which is a file, nor by the browser, whose proxy nobody answers at.
_NOWHERE = "127.0.0.1:9"
_POLICY = "default-src 'none'; script-src file: 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
_DATE = re.compile(rb"\((D:)\d{14}(\+00'00')\)")
_NO_BROWSER = (
    "A picture is drawn by Chrome or Chromium, and none was found. Get one with `plotly_get_chrome`, or with "
    "`apt-get install chromium` on Debian and Ubuntu; where one is in a place of its own, name it in the environment: "
    "BROWSER_PATH=/path/to/chrome. A figure saved as .html needs none."
)


def picture(figure: BaseFigure, suffix: str, width_mm: float, theme: str, title: str) -> tuple[bytes, float]:
    """Draw a figure.

    Parameters
    ----------
    figure
        Any figure of plotly.
    suffix
        One of ``PICTURES``.
    width_mm
        Its width on paper in mm.
    theme
        ``print`` or ``screen``.
    title
        What a PDF gives as its title.

    Returns
    -------
    tuple
        The contents of the file, and the height in mm.

    Raises
    ------
    SaveError
        If there is no browser, or it does not draw.
    """
    drawing, scale = laid_out(json.loads(str(figure.to_json())), width_mm, theme)
    width, height = drawing["layout"]["width"], drawing["layout"]["height"]
    factor = scale * DPI / _INCH if suffix == ".png" else scale / PX
    drawn = _drawn(drawing, {"format": suffix[1:], "width": width, "height": height, "scale": factor}, title)
    finished = {".svg": _measured, ".pdf": _undated, ".png": _with_resolution}[suffix]
    return finished(drawn, width * scale, height * scale), height * scale


def _drawn(drawing: dict[str, Any], opts: Any, title: str) -> bytes:
    needs("kaleido", f"a .{opts['format']} file")
    import kaleido
    from kaleido.errors import (
        BrowserClosedError,
        BrowserFailedError,
        ChromeNotFoundError,
        JavascriptError,
        KaleidoError,
    )

    kopts = {"page_generator": _page(title), "proxy_server": _NOWHERE}
    try:
        with ThreadPoolExecutor(1) as thread:  # a notebook has an event loop of its own
            return thread.submit(asyncio.run, kaleido.calc_fig(drawing, opts, kopts=kopts)).result()
    except ChromeNotFoundError as error:
        raise SaveError(_NO_BROWSER) from error
    except (BrowserClosedError, BrowserFailedError, JavascriptError, KaleidoError, TimeoutError) as error:
        raise SaveError(
            f"The browser did not draw the figure ({error}). Try it with another Chrome or Chromium, named in BROWSER_PATH, "
            "or save the figure as .html."
        ) from error


def _page(title: str) -> kaleido.PageGenerator:
    """The page that the browser draws in: no MathJax from the network, no margins, and ids that are not random."""
    import kaleido

    page = kaleido.PageGenerator(mathjax=False)
    page.header = (
        f"<!DOCTYPE html><html><head><meta charset='utf-8'>"
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(title)}</title>'
        "<style id='head-style'></style><style>@page{margin:0}</style><script>let drawn=1;Math.random=()=>(drawn=drawn*16807%2147483647)/2147483647"
        "</script>"
    )
    return page


def _measured(svg: bytes, width_mm: float, height_mm: float) -> bytes:
    """With its size on paper in place of px."""
    opening = re.compile(rb'(<svg [^>]*?)width="[^"]+" height="[^"]+"')
    return opening.sub(rf'\g<1>width="{width_mm:g}mm" height="{height_mm:g}mm"'.encode(), svg, count=1)


def _undated(pdf: bytes, width_mm: float, height_mm: float) -> bytes:
    """With one date for all, of the same length, so that nothing in the file moves."""
    return _DATE.sub(rb"(\g<1>20000101000000\g<2>)", pdf)


def _with_resolution(png: bytes, width_mm: float, height_mm: float) -> bytes:
    """With the number of dots a metre, behind the heading of 33 bytes that every PNG begins with."""
    per_metre = round(DPI / _INCH * 1000)
    chunk = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    return png[:33] + struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) + png[33:]
