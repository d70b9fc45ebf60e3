"""How time and memory grow with the evidence: ``python benchmarks/growth.py``.

All is processor time of one process, the best of several runs, so that ratios hold on a busy machine too. Cases are the documented
ones with times stretched, codes moved and scores drawn anew, from seeds; memory is that of copies of one case, read and compared in
a process of their own. ``--memory 1000`` reads so many; ``--check 1000`` checks so many; ``--build 1000`` builds the site of so many,
which takes minutes, changes one text, builds again, and uses the long tables in a browser where there is one.
"""

from __future__ import annotations

import argparse
import dataclasses
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import numpy as np
import polars as pl
import polars.selectors as cs

sys.path.insert(0, str(Path(__file__).resolve().parent))

from aftermath.case_files.case import Case, load_case
from aftermath.case_files.cases import cases
from aftermath.case_files.tables import CaseTables
from aftermath.case_files.writing import csv_text
from aftermath.comparison.findings import findings
from aftermath.comparison.gathering import gather
from aftermath.comparison.playbook import playbook
from aftermath.comparison.scoreboard import Comparison, compare
from aftermath.figures.crisis_timeline import timeline
from aftermath.pages.report import report
from aftermath.workspace import Workspace
from build import ROOT, Memory, generated, reword, workspace
from pages_in_browser import FIRST_ACTS, browser, can_browse, first_answer

FEW, MANY = 100, 300
SHORT, LONG = 200, 2000
READ = (20, 80)
REPEATS = 3
SMALL_CASE = "kitchenaid-tweet"
PAGES = ("comparison.html", "index.html", "sources.html", "claims.html", "multiverse.html")

Measured = TypeVar("Measured")


def varied(case: Case, number: int) -> Case:
    """A case like another, under a name of its own: answers sooner or later, codes and scores drawn anew from the number."""
    generator = np.random.default_rng(number)
    stretch, moves = float(np.exp(generator.normal())), generator.integers(-1, 2, size=case.stances.height)
    scores = generator.choice(["0", "1", "2"], size=case.rubric.height)
    since = {name: pl.col(name) - case.zero.latest for name in ("earliest", "latest", "best_earliest", "best_latest")}
    later = {
        name: pl.when(offset > timedelta(0))
        .then(case.zero.latest + pl.duration(seconds=(offset.dt.total_seconds() * stretch).round()))
        .otherwise(name)
        .cast(case.events.schema[name])
        .alias(name)
        for name, offset in since.items()
    }
    tables = {
        "sources": case.sources,
        "events": case.events.with_columns(*later.values()),
        "coverage": case.coverage,
        "stances": case.stances.with_columns((pl.col("favourability") + pl.Series(moves)).clip(-2, 2).cast(pl.Int8)),
        "signals": case.signals,
        "rubric": case.rubric.with_columns(score=pl.Series(scores)),
    }
    about = dataclasses.replace(case.about, id=f"{case.id}-{number:04}")
    return dataclasses.replace(case, about=about, tables=CaseTables.cast(tables))


def varied_cases(count: int) -> list[Case]:
    """So many cases, like the documented ones by turns."""
    documented = [case for case in cases() if case.about.documented]
    return [varied(documented[number % len(documented)], number) for number in range(count)]


def write_varied(folder: Path, count: int) -> Path:
    """A workspace with so many cases, as ``varied_cases`` makes them, in folders of their own.

    Relations between events are left out, which stretched times would contradict.
    """
    workspace(folder, ())
    for case in varied_cases(count):
        made = folder / "casestudies" / case.id
        left_out = shutil.ignore_patterns("relations.csv", "replay.yaml", "datapackage.json")
        shutil.copytree(ROOT / "casestudies" / case.id.rpartition("-")[0], made, ignore=left_out)
        about = (made / "case.yaml").read_text(encoding="utf-8")
        (made / "case.yaml").write_text(
            re.sub("^id: .*", f"id: {case.id}", about, flags=re.MULTILINE), encoding="utf-8"
        )
        for name in ("events", "stances", "rubric"):
            (made / f"{name}.csv").write_text(
                csv_text(name, _as_text(getattr(case, name))), encoding="utf-8", newline=""
            )
    return folder


def _as_text(table: pl.DataFrame) -> pl.DataFrame:
    """A table of a case as its file holds it."""
    return table.drop("row").with_columns(
        cs.datetime().dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"), cs.list().list.join(";"), cs.integer().cast(pl.String)
    )


def eventful(count: int) -> Case:
    """A case with so many events, an hour apart, every other one by the organisation."""
    case = load_case(SMALL_CASE)
    zero = case.events.filter(event_id=case.about.clock_zero)
    others = case.events.filter(pl.col("event_id") != case.about.clock_zero)
    place = pl.int_range(1, count, dtype=pl.UInt32)
    moments = case.zero.latest + pl.duration(hours=place)
    filled = pl.select(place=place).select(
        row=place + 2,
        event_id=pl.format("e{}", place + 100),
        label=pl.format("Event {} of many", place),
        earliest=moments,
        latest=moments + pl.duration(minutes=place % 60),
        actor=pl.when(place % 2 == 0).then(pl.lit("organisation")).otherwise(pl.lit("media")),
    )
    rest = others.drop(filled.columns)[[0] * filled.height].with_columns(
        best_earliest=pl.lit(None, case.events.schema["earliest"]),
        best_latest=pl.lit(None, case.events.schema["latest"]),
    )
    made = pl.concat([filled, rest], how="horizontal").select(case.events.columns).cast(dict(case.events.schema))
    tables = {name: getattr(case, name) for name in ("sources", "coverage", "stances", "signals", "rubric")}
    events = pl.concat([zero, made]).sort("earliest")
    return dataclasses.replace(case, tables=CaseTables.cast(tables | {"events": events}))


def seconds(task: Callable[[Measured], object], of: Measured, repeats: int = REPEATS) -> float:
    """Processor time of a task with something, the best of several runs."""
    runs = []
    for _ in range(repeats):
        start = time.process_time()
        task(of)
        runs.append(time.process_time() - start)
    return min(runs)


def advised(comparison: Comparison) -> None:
    """Every piece of advice put to the test."""
    tested = playbook(comparison)
    _ = tested.text, tested.table


def shown(comparison: Comparison) -> None:
    """The same as it stands on the page, with the names of cases."""
    fresh = dataclasses.replace(comparison)
    report(fresh).show(fresh.advice)


def concluded(comparison: Comparison) -> None:
    """All findings, with the pairs of cases that can be told apart."""
    findings(comparison.entries, comparison.pairwise(), comparison.leave_one_out())


def associated(comparison: Comparison) -> None:
    """Whether speed, openness and recovery go together."""
    _ = dataclasses.replace(comparison).associations.text


TASKS = {"advice": advised, "advice, on the page": shown, "findings": concluded, "associations": associated}


def of_cases(few: int, many: int) -> dict[str, tuple[float, float]]:
    """Processor time of each task with few and with many cases."""
    made = varied_cases(many)
    comparisons = [compare(made[:few]), compare(made)]
    repeats = {"associations": 1}
    return {
        name: tuple(seconds(task, comparison, repeats.get(name, REPEATS)) for comparison in comparisons)
        for name, task in TASKS.items()
    }


def of_events(short: int, long: int) -> tuple[float, float]:
    """Processor time of a timeline with few and with many events."""
    made = eventful(short), eventful(long)
    timeline(made[0])
    return tuple(seconds(timeline, case) for case in made)


def resident() -> float:
    """Memory of this process at its highest, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def read_and_compare(folder: Path, count: int) -> None:
    """Read cases, compare them, and print the memory that this took at its highest; **for a process of its own**."""
    workspace = Workspace(folder)
    comparison = compare(gather(workspace.case_ids()[:count], workspace).cases)
    if not (comparison.table.height == count and comparison.text and playbook(comparison, workspace).text):
        sys.exit(f"{count} cases could not be compared")
    print(resident())


def memory(counts: Sequence[int]) -> list[float]:
    """Memory of processes that read and compare so many copies of a case, each at its highest in MB."""
    with tempfile.TemporaryDirectory(prefix="aftermath-growth-") as folder:
        generated(Path(folder), max(counts), SMALL_CASE)
        program = [sys.executable, __file__, "--read", folder]
        return [
            float(subprocess.run([*program, str(count)], capture_output=True, text=True, check=True).stdout)
            for count in counts
        ]


def site_of(count: int) -> Iterator[tuple[str, float]]:
    """Seconds and memory of a site of so many cases, the size of its pages, what a change of one text takes, and a browser."""
    with tempfile.TemporaryDirectory(prefix="aftermath-growth-") as name:
        folder = write_varied(Path(name), count)
        yield from _built(folder, count + 3)
        site = folder / "build" / "site"
        yield from ((f"MB, {page}", (site / page).stat().st_size / 1e6) for page in PAGES)
        reword(folder)
        yield from ((f"one text changed: {name}", value) for name, value in _built(folder, 1))
        yield from _used(site)


def _built(folder: Path, pages: int) -> Iterator[tuple[str, float]]:
    """Seconds by the clock and of the processors a page, and memory."""
    memory = Memory([sys.executable, "-m", "aftermath", "build", "--workers", "2"], folder)
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    memory.run()
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    unit = " a page" if pages > 1 else ""
    yield f"seconds{unit}", wall / pages
    yield f"processor time{unit}", (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / pages
    yield "MB, the process itself", memory.main
    yield "MB, the largest kernel", memory.largest


def _used(site: Path) -> Iterator[tuple[str, float]]:
    """What somebody waits for in a browser; nothing where there is none, or no table is long."""
    if not can_browse() or 'class="more"' not in (site / "index.html").read_text(encoding="utf-8"):
        return
    with browser() as opened:
        for page in FIRST_ACTS:
            answer = first_answer(opened, site / page)
            yield from ((f"ms, {page}, {name}", value) for name, value in answer._asdict().items())


def check_of(count: int) -> Iterator[tuple[str, float]]:
    """Seconds and processor time of ``aftermath check`` for so many cases."""
    with tempfile.TemporaryDirectory(prefix="aftermath-growth-") as name:
        folder = write_varied(Path(name), count)
        start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "aftermath", "check"], cwd=folder, stdout=subprocess.DEVNULL, check=True)
        wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
        processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        yield from (
            ("seconds", wall),
            ("processor time", processor),
            ("processor time a case, ms", 1000 * processor / count),
        )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--memory", type=int, default=READ[1], metavar="N", help=f"cases to read, {READ[1]} by default")
    parser.add_argument("--read", nargs=2, metavar=("FOLDER", "N"), help=argparse.SUPPRESS)
    parser.add_argument("--build", type=int, metavar="N", help="build the site of so many cases, and nothing else")
    parser.add_argument("--check", type=int, metavar="N", help="check so many cases, and nothing else")
    options = parser.parse_args()
    if options.build or options.check:
        for name, value in site_of(options.build) if options.build else check_of(options.check):
            print(f"{name:42} {value:8.2f}", flush=True)
        return
    if options.read:
        read_and_compare(Path(options.read[0]), int(options.read[1]))
        return
    counts = READ[0], max(options.memory, READ[0] + 1)
    least, most = memory(counts)  # first: what a process takes is counted from what its parent had taken
    slope = 1000 * (most - least) / (counts[1] - counts[0])
    print(f"{'memory, {} and {} cases'.format(*counts):42} {least:7.0f} MB {most:7.0f} MB  {slope:.0f} KB a case")
    measured = {f"timeline, {SHORT} and {LONG} events": of_events(SHORT, LONG)}
    measured |= {f"{name}, {FEW} and {MANY} cases": spent for name, spent in of_cases(FEW, MANY).items()}
    for name, (few, many) in measured.items():
        print(f"{name:42} {few:8.3f} s {many:8.3f} s  ratio {many / few:.1f}")


if __name__ == "__main__":
    main()
