#!/usr/bin/env bash
# plotly 7.1.0 with kaleido 1.5.0 and Chromium: bars filled with a pattern become pictures of the page, and the PDF megabytes.
#
# marker.pattern is the way to tell bars apart without colour. In SVG a pattern is a few strokes. The browser that prints the PDF
# puts an image as high as the page behind each patterned bar, so that the file grows with bars times page, and strokes are a
# picture; pdfimages does not list it, as it lies inside a pattern. Of 100 bars in a figure of 600 by 1400 px:
#
# Seen (bytes):
#   plain      svg     26704  pdf      8360  images   0
#   pattern    svg     28332  pdf  15896133  images 100
#
# Needs a Chrome or Chromium. Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "kaleido==1.5.0" "plotly==7.1.0"
"$folder/env/bin/python" - <<'PYTHON'
import asyncio
import sys

import kaleido
import plotly.graph_objects as go


async def sizes(pattern):
    rows = [*range(100)]
    bars = go.Bar(x=[1 + row % 7 for row in rows], y=rows, orientation="h", marker={"pattern": {"shape": pattern}})
    figure = go.Figure(bars, {"width": 600, "height": 1400})
    async with kaleido.Kaleido(mathjax=False) as browser:
        svg, pdf = [await browser.calc_fig(figure, {"format": kind}) for kind in ("svg", "pdf")]
        return len(svg), len(pdf), pdf.count(b"/Subtype /Image")


seen = {}
for words, pattern in (("plain", ""), ("pattern", "/")):
    seen[words] = asyncio.run(sizes(pattern))
    print("{:10} svg {:9}  pdf {:9}  images {:3}".format(words, *seen[words]))
if seen["pattern"][1] < 20 * seen["plain"][1] or seen["pattern"][0] > 5 * seen["plain"][0]:
    sys.exit("this has changed")
PYTHON
