"""Is a build that is killed ever seen in its pages? ``python benchmarks/kills.py --kills 50``.

Each round begins a forced build, kills it at a random moment without a warning (the whole of it, the main process
alone, a kernel, or the process that kernels are forked from), and looks at what is left: every page must be
whole, as its seal tells, and every file readable. Then a plain build must succeed, and its pages must verify.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import polars as pl
import psutil

from aftermath.pages.made_from import read_made_from, seal_holds
from build import FEW, workspace

VICTIMS = ("all", "main", "kernel or fork server")
AFTERMATH = [sys.executable, "-m", "aftermath"]


def begin(folder: Path) -> subprocess.Popen:
    """A forced build, in a group of its own."""
    environment = {**os.environ, "AFTERMATH_ROOT": str(folder)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [*AFTERMATH, "build", "--force", "--workers", "2"]
    return subprocess.Popen(command, cwd=folder, env=environment, start_new_session=True, **quiet)


def kill(process: subprocess.Popen, victim: str, chance: random.Random) -> str:
    """Kill without a warning; what was killed, or "nothing" where the build had ended."""
    if process.poll() is not None:
        return "nothing"
    below = psutil.Process(process.pid).children(recursive=True)
    chosen = {"all": [*below, psutil.Process(process.pid)], "main": [psutil.Process(process.pid)]}.get(victim)
    for victim_process in chosen or [chance.choice(below or [psutil.Process(process.pid)])]:
        try:
            victim_process.send_signal(signal.SIGKILL)
        except psutil.NoSuchProcess:
            continue
    return victim


def broken(site: Path) -> list[str]:
    """Files of the site that are not whole."""
    found = [path for path in site.rglob("*.html") if not _whole(path.read_text(encoding="utf-8"))]
    for path in (*site.rglob("*.ipynb"), *site.rglob("*.parquet")):
        try:
            pl.read_parquet(path) if path.suffix == ".parquet" else json.loads(path.read_text(encoding="utf-8"))
        except (ValueError, pl.exceptions.PolarsError):
            found.append(path)
    return [path.name for path in found]


def _whole(page: str) -> bool:
    return page.rstrip().endswith("</html>") and (read_made_from(page) is None or seal_holds(page))


def succeeds(command: str, folder: Path) -> bool:
    """Whether a command of aftermath ends well; what it says is shown if not."""
    environment = {**os.environ, "AFTERMATH_ROOT": str(folder)}
    done = subprocess.run(
        [*AFTERMATH, command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stdout, done.stderr)
    return done.returncode == 0


def survivors(folder: Path, patience: float = 15) -> list[str]:
    """Processes of a killed build that are still there after a while."""
    end, found = time.monotonic() + patience, ["unknown"]
    while found and time.monotonic() < end:
        found = [" ".join(process.cmdline())[:80] for process in psutil.process_iter() if _of(process, folder)]
        time.sleep(0.1)
    return found


def _of(process: psutil.Process, folder: Path) -> bool:
    try:
        inside = process.environ().get("AFTERMATH_ROOT") == str(folder)
        return inside and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def main() -> None:
    """Kill, look, build again; ends with status 1 if anything was broken."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    chance, faults, killed = random.Random(options.seed), [], Counter()  # noqa: S311 (moments, no secrets)
    with tempfile.TemporaryDirectory(prefix="aftermath-kills-") as temporary:
        folder = workspace(Path(temporary) / "site", FEW)
        start = time.perf_counter()
        begin(folder).wait()
        whole = time.perf_counter() - start
        while killed.total() < options.kills:
            process = begin(folder)
            time.sleep(chance.uniform(0.1, whole))
            what = kill(process, chance.choice(VICTIMS), chance)
            process.wait()
            if what == "nothing":  # it had ended: no kill
                continue
            killed[what] += 1
            found = broken(folder / "build" / "site") + survivors(folder)
            sound = not found and succeeds("build", folder) and succeeds("verify-build", folder)
            faults += [] if sound else [(killed.total(), what, found)]
    print(f"{options.kills} kills in builds of {whole:.1f} s: {dict(killed)}; faults: {faults or 'none'}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
