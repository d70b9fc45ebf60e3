#!/usr/bin/env bash
# kaleido 1.5.0 with plotly 7.1.0 and Chromium: each picture of a figure asks a server for MathJax, formula or not.
#
# plotly.js is taken from the package on the disk, so a picture seems to be made without the network. But unless told
# mathjax=False, the page it is drawn in loads MathJax from a content delivery network, for a figure of two points too. Where the
# network is slow or closed, the picture waits for it; where it is open, a third party learns of each picture. The PDF of it is
# called "Kaleido-fier" in its properties, whatever the figure's title.
# (Chromium itself asks servers of its makers as well, which its proxy can be used to stop.)
#
# Seen: what a proxy was asked for, beside addresses of the browser's makers
#   default         cdnjs.cloudflare.com:443
#   mathjax=False   nothing
#   title of the PDF: Kaleido-fier
#
# Needs a Chrome or Chromium. Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "kaleido==1.5.0" "plotly==7.1.0"
"$folder/env/bin/python" - <<'PYTHON'
import asyncio
import re
import socket
import sys
import threading

import kaleido
import plotly.graph_objects as go

asked = []
proxy = socket.create_server(("127.0.0.1", 0), backlog=50)


def listen():
    while True:
        caller, _ = proxy.accept()
        asked.append(caller.recv(2000).split(b"\r\n")[0].decode(errors="replace"))
        caller.close()


threading.Thread(target=listen, daemon=True).start()
figure = go.Figure(go.Scatter(y=[1, 2]))
seen = []
for words, more in (("default", {}), ("mathjax=False", {"mathjax": False})):
    asked.clear()
    options = {"proxy_server": f"127.0.0.1:{proxy.getsockname()[1]}", **more}
    pdf = asyncio.run(kaleido.calc_fig(figure, {"format": "pdf"}, kopts=options))
    seen.append(any("cdnjs.cloudflare.com" in line for line in asked))
    print(f"{words:15} {'cdnjs.cloudflare.com:443' if seen[-1] else 'nothing'}")
title = re.search(rb"/Title \((.*?)\)", pdf)[1].decode()
print("title of the PDF:", title)
if seen != [True, False] or title != "Kaleido-fier":
    sys.exit("this has changed")
PYTHON
