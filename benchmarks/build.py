"""How long a build takes beside a plain loop over the same notebooks: ``python benchmarks/build.py``.

All is measured in one run, in folders of its own, so that ratios hold on a busy machine too. Quick by default
(a few cases); ``--full`` takes every case, and 200 generated ones. Writes ``build/bench.json``.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
ANSWERED = "kitchenaid-tweet"
FEW = ("digiorno-whyistayed", ANSWERED, "red-cross-tweet", "weishi-data-fabrication")
MANY = 200


def workspace(folder: Path, cases: tuple[str, ...]) -> Path:
    """A workspace with copies of cases and of the notebooks; archived data is linked."""
    for case_id in cases:
        shutil.copytree(ROOT / "casestudies" / case_id, folder / "casestudies" / case_id)
    (folder / "casestudies").mkdir(parents=True, exist_ok=True)
    for path in (ROOT / "casestudies").glob("*.*"):
        shutil.copy2(path, folder / "casestudies")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks", ignore=shutil.ignore_patterns("course", ".*"))
    (folder / "data").symlink_to(ROOT / "data")
    return folder


def generated(folder: Path, count: int, like: str = "kitchenaid-tweet") -> Path:
    """A workspace with copies of one case under other names."""
    workspace(folder, ())
    for number in range(count):
        copy = folder / "casestudies" / f"generated-{number:03}"
        shutil.copytree(ROOT / "casestudies" / like, copy)
        about = copy / "case.yaml"
        if about.is_file():
            about.write_text(about.read_text(encoding="utf-8").replace(like, copy.name), encoding="utf-8")
    return folder


def seconds(task: Callable[[], object]) -> float:
    """How long a task takes."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def run(command: list[str], folder: Path) -> None:
    """Run a command in a workspace; one that fails ends the benchmark with what it said."""
    environment = {**os.environ, "AFTERMATH_ROOT": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")


def build(folder: Path, workers: int = 2) -> float:
    """Seconds of ``aftermath build`` in a workspace."""
    return seconds(lambda: run([sys.executable, "-m", "aftermath", "build", "--workers", str(workers)], folder))


def start_up(folder: Path, spent: float) -> float:
    """Seconds of a build with one worker beside its pages, which it makes one after the other."""
    summary = json.loads((folder / "build" / "summary.json").read_text(encoding="utf-8"))
    return spent - sum(summary["seconds_each"].values())


def plain_loop(folder: Path) -> float:
    """Seconds of a loop over the same notebooks with papermill and nbconvert from the command line."""
    output = folder / "plain"
    output.mkdir()
    return seconds(lambda: [run(command, folder) for command in commands(folder, output)])


def commands(folder: Path, output: Path) -> Iterator[list[str]]:
    """What somebody without a build engine would type."""
    from aftermath.case_files.case import load_case
    from aftermath.workspace import Workspace

    pages = [("comparison", []), ("method_checks", []), ("trial", [])]
    for case_id in Workspace(folder).case_ids():
        documented = load_case(case_id, Workspace(folder)).about.documented
        name = "case_report" if documented else "case_without_record"
        pages.append((name, ["-p", "case_id", case_id]))
    for number, (name, parameters) in enumerate(pages):
        executed = output / f"{number}.ipynb"
        source = str(folder / "notebooks" / f"{name}.ipynb")
        yield [sys.executable, "-m", "papermill", "--no-progress-bar", source, str(executed), *parameters]
        yield [sys.executable, "-m", "jupyter", "nbconvert", "--to", "html", "--no-input", str(executed)]


def reword(folder: Path, case_id: str = "*") -> None:
    """Change a text in one case, the first if none is named, so that no number moves."""
    path = sorted((folder / "casestudies").glob(f"{case_id}/events.csv"))[0]
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(". ", ".  ", 1), encoding="utf-8")


def retime(folder: Path) -> None:
    """Move the end of a first response by an hour: whatever rests on how soon the cases answered moves with it."""
    path = folder / "casestudies" / ANSWERED / "events.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    place = next(number for number, line in enumerate(lines) if line.startswith("e07,"))
    before, hour, after = lines[place].rpartition("T21:50:55")
    lines[place] = f"{before}{hour.replace('21', '22')}{after}"
    path.write_text("".join(lines), encoding="utf-8")


CHANGES = {"a text of one case changed": reword, "a time of one case changed": retime}
SLOWEST = "a text of the slowest case changed"


def reworded(folder: Path, cases: tuple[str, ...]) -> dict[str, float]:
    """Seconds after a change of a text, case by case."""
    found = {}
    for case_id in cases:
        reword(folder, case_id)
        found[case_id] = build(folder)
    return found


def watched(folder: Path) -> dict[str, float]:
    """Seconds from a change in one case to the end of its build, while ``aftermath build --watch`` is at work."""
    command, found = [sys.executable, "-m", "aftermath", "build", "--watch"], {}
    environment = {**os.environ, "AFTERMATH_ROOT": str(folder)}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        _until_built(process)
        time.sleep(3)  # as long as it takes to edit anything
        for name, change in CHANGES.items():
            change(folder)
            found[f"{name}, watched"] = seconds(lambda: _until_built(process))
        process.send_signal(signal.SIGINT)
    return found


def _until_built(process: subprocess.Popen) -> None:
    if not any("index.html" in line for line in process.stdout):
        sys.exit("the watched build ended")


def differences(left: Path, right: Path) -> list[str]:
    """Names of the files that are not the same, byte for byte, in two folders."""
    names = {path.relative_to(side).as_posix() for side in (left, right) for path in side.rglob("*") if path.is_file()}
    same = filecmp.cmpfiles(left, right, sorted(names), shallow=False)[0]
    return sorted(names - set(same))


def logged(folder: Path) -> dict[str, float]:
    """Where the seconds of all notebooks went, from their logs: kernel, first cell with the imports, other cells."""
    spent = {"kernel start": 0.0, "imports (cell load)": 0.0, "other cells": 0.0}
    for path in (folder / "build" / "logs").glob("*.log"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if " s  " not in line:
                continue
            value, _, step = line.strip().partition(" s  ")
            kind = "kernel start" if step == "kernel" else "other cells"
            spent["imports (cell load)" if step.endswith("(load)") else kind] += float(value)
    return {name: round(value, 2) for name, value in spent.items()}


class Memory:
    """The highest memory of a process and of all that it started, in MB; what they share counts once (PSS).

    ``main`` is that of the process itself, and ``largest`` that of the largest that it started.
    """

    def __init__(self, command: list[str], folder: Path) -> None:
        self.peak = self.main = self.largest = 0.0
        self._command, self._folder = command, folder

    def run(self) -> None:
        """Run the command and watch it."""
        environment = {**os.environ, "AFTERMATH_ROOT": str(self._folder)}
        with subprocess.Popen(self._command, cwd=self._folder, env=environment, stdout=subprocess.DEVNULL) as process:
            ended = threading.Event()
            watcher = threading.Thread(target=self._watch, args=(psutil.Process(process.pid), ended))
            watcher.start()
            status = process.wait()
            ended.set()
            watcher.join()
        if status:
            sys.exit("the build of the generated cases failed")

    def _watch(self, process: psutil.Process, ended: threading.Event) -> None:
        while not ended.wait(0.5):
            try:
                family = [process, *process.children(recursive=True)]
            except psutil.Error:
                return
            main, *others = (_proportional(member) / 1e6 for member in family)
            self.main, self.largest = max(self.main, main), max([self.largest, *others])
            self.peak = max(self.peak, main + sum(others))


def _proportional(process: psutil.Process) -> int:
    """Bytes of a process, of what it shares its part; where only Linux would know, what is resident."""
    try:
        memory = process.memory_full_info()
        return getattr(memory, "pss", memory.rss)
    except psutil.Error:  # it has ended
        return 0


def generated_cases(folder: Path, count: int) -> dict[str, float]:
    """Seconds a page and memory of all processes with many cases."""
    generated(folder, count)
    memory = Memory([sys.executable, "-m", "aftermath", "build", "--workers", "2"], folder)
    spent = seconds(memory.run)
    return {"generated pages": count + 3, "generated: seconds a page": spent / (count + 3), "memory MB": memory.peak}


def measure(folder: Path, cases: tuple[str, ...], plain: bool) -> dict[str, object]:
    """All numbers of the small comparison."""
    first, second = workspace(folder / "first", cases), workspace(folder / "elsewhere" / "second", cases)
    found: dict[str, object] = {"cases": len(cases), "load before": os.getloadavg()[0]}
    found["plain loop"] = plain_loop(first) if plain else None
    found["cold build, 2 workers"] = build(first)
    found["notebook seconds"] = logged(first)
    found["summary"] = json.loads((first / "build" / "summary.json").read_text(encoding="utf-8"))["seconds_each"]
    found["nothing to do"] = build(first)
    found["cold build, 1 worker"] = build(second, workers=1)
    found["files that differ"] = differences(first / "build" / "site", second / "build" / "site")
    found["start-up"] = start_up(second, found["cold build, 1 worker"])
    for name, change in CHANGES.items():
        change(first)
        found[name] = build(first)
    found["a text changed, each case"] = per_case = reworded(first, cases)
    found[SLOWEST] = max(per_case.values())
    found |= watched(second)
    found["load after"] = os.getloadavg()[0]
    return found


def ratios(found: dict[str, object]) -> dict[str, float]:
    """What the numbers say about each other; **the start-up is taken off where workers are compared**."""
    cold, idle, one = found["cold build, 2 workers"], found["nothing to do"], found["cold build, 1 worker"]
    start = found["start-up"]
    said = {
        "nothing to do, share of cold": idle / cold,
        **{
            f"{name}, share of cold": found[name] / cold
            for name in (*CHANGES, SLOWEST, *(f"{change}, watched" for change in CHANGES))
        },
        "two workers against one": (one - start) / (cold - start),
    }
    if found["plain loop"]:
        said["plain loop against cold build"] = found["plain loop"] / cold
    return said


def main() -> None:
    """Measure, print, and write ``build/bench.json``."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help=f"every case, and {MANY} generated ones")
    parser.add_argument("--without-plain-loop", action="store_true", help="leave the slowest part out")
    options = parser.parse_args()
    cases = tuple(sorted(path.parent.name for path in (ROOT / "casestudies").glob("*/events.csv")))
    with tempfile.TemporaryDirectory(prefix="aftermath-bench-") as folder:
        found = measure(Path(folder), cases if options.full else FEW, not options.without_plain_loop)
        if options.full:
            found |= generated_cases(Path(folder) / "generated", MANY)
    found["ratios"] = ratios(found)
    for name, value in {**found, **found["ratios"]}.items():
        if isinstance(value, float | int):
            print(f"{name:52} {value:8.2f}")
    print(f"{'files that differ':52} {len(found['files that differ']):8}")
    target = ROOT / "build" / "bench.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
