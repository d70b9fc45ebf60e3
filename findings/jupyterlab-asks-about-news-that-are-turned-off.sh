#!/usr/bin/env bash
# JupyterLab 4.6.6: asks whether to get news, although its options have turned news and checks for updates off.
#
# The help of LabApp.news_url says: "Set to None to turn off fetching announcements." With news_url=None and a checker that
# never checks, the first start still shows "Would you like to get notified about official Jupyter news?" with Yes and No.
# Whoever says Yes gets none. The setting fetchNews of the browser's side decides alone whether it asks: with an override
# (labconfig/default_setting_overrides.json in a folder of JUPYTER_CONFIG_PATH) it is silent.
#
# Seen:
#   news_url=None:   Would you like to get notified about official Jupyter news?
#   fetchNews false: nothing asked
#
# Needs Chromium or Chrome. Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
browser="$(command -v chromium || command -v chromium-browser || command -v google-chrome)"
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "jupyterlab==4.6.6" "playwright==1.65.2"
mkdir -p "$folder/overrides/labconfig" "$folder/work"
echo '{"@jupyterlab/apputils-extension:notification": {"fetchNews": "false"}}' \
    >"$folder/overrides/labconfig/default_setting_overrides.json"
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


def asked(home: str, **variables: str) -> str:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    homes = {name: str(folder / home / name) for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR")}
    options = f"--no-browser --allow-root --port={port} --IdentityProvider.token= --LabApp.news_url=None"
    options += " --LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"
    command = [sys.executable, "-m", "jupyterlab", *options.split(), f"--ServerApp.root_dir={folder / 'work'}"]
    server = subprocess.Popen(command, env=os.environ | homes | variables, stderr=subprocess.DEVNULL)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api")
                break
            except OSError:
                time.sleep(0.2)
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox"]).new_page()
            page.goto(f"http://127.0.0.1:{port}/lab")
            page.wait_for_selector(".jp-Launcher", timeout=60_000)
            page.wait_for_timeout(6000)
            return " ".join(page.locator(".Toastify__toast").all_inner_texts()).split("\n")[0]
    finally:
        server.terminate()
        server.wait()


by_option = asked("first")
by_setting = asked("second", JUPYTER_CONFIG_PATH=str(folder / "overrides"))
print(f"news_url=None:   {by_option or 'nothing asked'}")
print(f"fetchNews false: {by_setting or 'nothing asked'}")
if "official Jupyter news" not in by_option or by_setting:
    sys.exit("this has changed")
PYTHON
