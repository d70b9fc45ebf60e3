#!/usr/bin/env bash
# ipywidgets 8.1.9 with ipykernel 7.4.0 in JupyterLab 4.6.6: Enter reaches the kernel before the letters typed just before it, and its
# handler runs while that of the first letter is still at work, in another thread.
#
# A text field sends each change of its value as an update, and Enter as a message of its own ({"event": "submit"}, which on_submit and
# on_msg hand on). While the kernel is at work on one update the browser holds back the next, but not the message. A program that takes
# Enter for "this is it" then acts on an older text, without any sign: here "ab" and Enter give "a". Besides, JupyterLab sends what widgets
# say through a subshell of the kernel as soon as it has one: the first message is still handled by the main thread, the others by the
# subshell's, at the same time. Handlers that share anything need a lock. With handlers that take no time neither shows.
#
# Seen, in the order in which handlers ended, where that of the value takes .4 s:
#   submit with "a" (subshell), value "a" (main thread), value "ab" (subshell)
#
# Needs a chromium on the path. Ends with an error if that changes.
set -euo pipefail
chromium="$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "ipywidgets==8.1.9" "ipykernel==7.4.0" "jupyterlab==4.6.6" "playwright==1.65.2"
cat > "$folder/write.py" <<'PYTHON'
import nbformat
from nbformat.v4 import new_code_cell, new_notebook

CELL = """
import json, threading, time
import ipywidgets

field, events = ipywidgets.Text(), []

def keep(*event):
    thread = "main" if threading.current_thread() is threading.main_thread() else "other"
    events.append([*event, thread])
    with open("events.json", "w") as file:
        json.dump(events, file)

def typed(change):
    time.sleep(0.4)
    keep("value", change["new"])

field.observe(typed, "value")
field.on_msg(lambda _, content, buffers: keep(content["event"], field.value))
field
"""
kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
nbformat.write(new_notebook(cells=[new_code_cell(CELL)], metadata={"kernelspec": kernel}), "field.ipynb")
PYTHON
cat > "$folder/type.py" <<'PYTHON'
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
options = ["--no-browser", "--allow-root", f"--port={port}", "--IdentityProvider.token=x", "--expose-app-in-browser"]
with open("log.txt", "w") as log:
    server = subprocess.Popen([sys.executable, "-m", "jupyterlab", *options], stdout=log, stderr=log)
try:
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/status?token=x")
            break
        except OSError:
            time.sleep(0.5)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=sys.argv[1], args=["--no-sandbox"])
        page = browser.new_page()
        page.set_default_timeout(120_000)
        page.goto(f"http://127.0.0.1:{port}/lab/tree/field.ipynb?token=x")
        page.wait_for_function(
            "() => window.jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel?.status === 'idle'"
        )
        page.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
        page.locator(".widget-text input").click()
        page.keyboard.type("ab")
        page.keyboard.press("Enter")
        events = []
        for _ in range(100):
            time.sleep(0.2)
            events = json.loads(Path("events.json").read_text() or "[]") if Path("events.json").exists() else []
            if len(events) == 3:
                break
        browser.close()
finally:
    server.terminate()
    server.wait(30)
print(events)
seen = [["submit", "a", "other"], ["value", "a", "main"], ["value", "ab", "other"]]
sys.exit(0 if events == seen else "this has changed")
PYTHON
cd "$folder"
export JUPYTER_CONFIG_DIR="$folder/config" JUPYTER_DATA_DIR="$folder/data" IPYTHONDIR="$folder/ipython"
"$folder/env/bin/python" write.py
"$folder/env/bin/python" type.py "$chromium"
