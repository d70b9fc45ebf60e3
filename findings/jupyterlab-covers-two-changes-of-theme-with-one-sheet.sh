#!/usr/bin/env bash
# JupyterLab 4.6.6: a change of theme that follows another within a fifth of a second ends with an error in the console.
#
# While a theme is loaded the page is covered by a splash screen, one element for all. Where its last user has gone, it fades for
# 200 ms and is then taken away. Who asks for it again meanwhile shows the same element and lets go of it in turn, so that it is
# taken away twice; the second time it is no child of the page any more. Themes change all the same. A test that looks at the
# console of JupyterLab sees this now and then, the more often the busier the machine is: wait until #jupyterlab-splash is gone.
#
# Seen:
#   one after the other: Failed to execute 'removeChild' on 'Node': The node to be removed is not a child of this node.
#   a second apart:      no error
#
# Needs Chromium or Chrome. Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "jupyterlab==4.6.6" "playwright==1.65.2"
mkdir "$folder/work"
"$folder/env/bin/python" - "$folder" "$browser" <<'PYTHON'
import os
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

folder, executable = Path(sys.argv[1]), sys.argv[2]
CHANGE = """async pause => {
    for (let turn = 0; turn < 6; turn++)
        for (const name of ["Dark", "Light"]) {
            await jupyterapp.commands.execute("apputils:change-theme", {theme: "JupyterLab " + name});
            await new Promise(resolve => setTimeout(resolve, pause));
        }
}"""

with socket.socket() as free:
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
homes = {name: str(folder / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}", "--expose-app-in-browser"]
command += ["--IdentityProvider.token=", f"--ServerApp.root_dir={folder / 'work'}"]
server = subprocess.Popen(command, env=os.environ | homes, stderr=subprocess.DEVNULL)
try:
    for _ in range(300):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api")
            break
        except OSError:
            time.sleep(0.2)
    with sync_playwright() as playwright:
        page = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"]).new_page()
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"http://127.0.0.1:{port}/lab")
        page.wait_for_selector(".jp-Launcher", timeout=60_000)
        page.wait_for_timeout(3000)
        seen = []
        for pause in (0, 1000):
            errors.clear()
            page.evaluate(CHANGE, pause)
            page.wait_for_timeout(1000)
            seen.append(errors[0] if errors else "no error")
finally:
    server.terminate()
    server.wait()
print(f"one after the other: {seen[0]}\na second apart:      {seen[1]}")
if "removeChild" not in seen[0] or seen[1] != "no error":
    sys.exit("this has changed")
PYTHON
