#!/usr/bin/env bash
# plotly 7.1.0 with jupyterlab 4.6.6: a figure that is shown with a display id stays as it was first drawn, whatever it is updated to.
#
# display(bundle, raw=True, display_id="one") and, later, update_display(other, raw=True, display_id="one") is how a notebook changes an
# output in place; with text or a table it works. Of plotly's media type JupyterLab keeps the new figure, and the page goes on showing the
# old drawing: the renderer that comes with plotly returns at once where its element already holds a plot. No error, no warning; opened
# anew, the same notebook shows another picture. (plotly.py's issue 3053 is closed. Given the figure itself in place of its bundle, display
# drops the id, and nothing is kept either.)
#
# Needs a Chromium: /usr/bin/chromium, or the one that CHROMIUM names.
# Seen:
#   kept in the notebook: second figure
#   on the page:          first figure
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "jupyterlab==4.6.6" "plotly==7.1.0" ipykernel playwright
cat > "$folder/cells.py" <<'PYTHON'
import json

bundle = '{"application/vnd.plotly.v1+json": {"data": [], "layout": {"title": {"text": "%s figure"}}}}, raw=True, display_id="one"'
cells = [
    f"from IPython.display import display, update_display\ndisplay({bundle % 'first'});",
    f"update_display({bundle % 'second'})",
]
cells = [dict(cell_type="code", execution_count=None, id=f"c{i}", metadata={}, outputs=[], source=text) for i, text in enumerate(cells)]
kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
print(json.dumps({"cells": cells, "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}))
PYTHON
cat > "$folder/look.py" <<'PYTHON'
import json
import os
import re
import socket
import subprocess
import sys
import time

from playwright.sync_api import sync_playwright

folder = sys.argv[1]
with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=t"]
command += ["--expose-app-in-browser", f"--ServerApp.root_dir={folder}/work", "--LabApp.news_url=None"]
homes = {name: f"{folder}/{name}" for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
log = open(f"{folder}/log", "w+")
server = subprocess.Popen(command, env=os.environ | homes, stdout=log, stderr=log)
try:
    while f"127.0.0.1:{port}" not in open(f"{folder}/log").read():
        time.sleep(0.2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/figure.ipynb?token=t")
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.context?.isReady")
        page.wait_for_function("jupyterapp.shell.currentWidget.sessionContext.kernelDisplayStatus === 'idle'")
        page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
        page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        page.wait_for_function("document.querySelector('.js-plotly-plot .gtitle')?.textContent === 'first figure'")
        page.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 1")
        page.evaluate("jupyterapp.commands.execute('notebook:run-cell')")
        page.wait_for_timeout(5000)
        kept = json.dumps(page.evaluate("jupyterapp.shell.currentWidget.content.model.toJSON().cells[0].outputs"))
        kept = re.search("(first|second) figure", kept)[0]
        seen = page.locator(".js-plotly-plot .gtitle").first.text_content()
        print(f"kept in the notebook: {kept}\non the page:          {seen}")
        browser.close()
finally:
    server.terminate()
    server.wait(20)
sys.exit(0 if (kept, seen) == ("second figure", "first figure") else "this has changed")
PYTHON
mkdir "$folder/work"
python3 "$folder/cells.py" > "$folder/work/figure.ipynb"
"$folder/env/bin/python" "$folder/look.py" "$folder"
