"""Sweeps: the grid that was asked for, only what is new is run, one table whatever happened on the way."""

from __future__ import annotations

import functools
import hashlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest

import aftermath as am
from aftermath import cli
from aftermath.building import points
from aftermath.building.folder import BusyError, prepared
from aftermath.building.sweep import SweepError, plan_sweep, sweep
from aftermath.comparison.choices import CHOICES
from aftermath.running.parameters import ParameterError, read_parameters
from aftermath.workspace import Workspace
from sweeping import SILENT, UNLUCKY, count_run, runs, tagged
from tiny import CASES, REPORT, ROOT, make_workspace, touch_evidence

DIGIORNO, RED_CROSS, WEISHI = CASES


# Without kernels


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.setattr(points, "execute", count_run)
    made = make_workspace(tmp_path)
    tagged(made.notebooks / "case_report.ipynb", REPORT, "1")
    return made


@pytest.fixture
def run(workspace):
    """Sweeps, and gives the values of the points that were run for it."""

    def made(*settings: str, cases: tuple[str, ...] = (RED_CROSS,), **options) -> list[dict]:
        made.outcome = sweep("case_report", cases, settings=settings, workspace=workspace, workers=2, **options)
        return runs(workspace)

    return made


def table(run) -> pl.DataFrame:
    return pl.read_parquet(run.outcome.table)


def test_a_repeated_grid_runs_nothing_and_a_grown_one_only_what_is_new(run):
    assert [point["seed"] for point in sorted(run("seed=0,1"), key=str)] == [0, 1]
    assert (run("seed=0,1"), run.outcome.made, run.outcome.points) == ([], 0, 2)
    assert [point["seed"] for point in run("seed=0,1,2")] == [2]  # another value
    grown = run("seed=0,1,2", cases=(RED_CROSS, DIGIORNO))  # another case
    assert [(point["case_id"], point["seed"]) for point in sorted(grown, key=str)] == [
        (DIGIORNO, seed) for seed in (0, 1, 2)
    ]
    grown = run("seed=0,1", "phase_days=7,30|14")  # another parameter, whose default is among its values
    assert sorted((point["phase_days"], point["seed"]) for point in grown) == [([14], 0), ([14], 1)]
    assert run("seed=1,0", "phase_days=14|7,30") == []  # another order
    assert run("seed=1", name="other") == []  # another table
    assert run.outcome.table.parent.name == "other"


def test_the_table_holds_exactly_the_grid_in_its_order(run):
    run("seed=0,1,2", cases=(RED_CROSS, DIGIORNO))
    assert table(run).height == 12
    run("seed=2,0", cases=(DIGIORNO,))
    found = table(run)
    assert found.columns == ["point", "case_id", "seed", "phase_days", "z", "a"]
    assert found.drop("point").rows() == [
        (DIGIORNO, seed, [7, 30], *row) for seed in (2, 0) for row in ((2 * seed, "x"), (None, DIGIORNO))
    ]
    assert all((run.outcome.table.parents[2] / "points" / f"{name}.ipynb").is_file() for name in found["point"])


def test_the_table_has_the_same_bytes_every_time_and_whatever_the_workers(run, workspace, tmp_path):
    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    run("seed=0,1", "phase_days=7|14")
    first = digest(run.outcome.table)
    run("seed=0,1", "phase_days=7|14")
    assert digest(run.outcome.table) == first
    other = make_workspace(tmp_path / "other")
    tagged(other.notebooks / "case_report.ipynb", REPORT, "1")
    settings = ["seed=0,1", "phase_days=7|14"]
    again = sweep("case_report", [RED_CROSS], settings=settings, workspace=other, workers=1)
    assert (again.made, digest(again.table)) == (4, first)


def test_what_a_point_rests_on_runs_it_again_and_the_reason_is_said_first(run, workspace):
    ask = functools.partial(plan_sweep, "case_report", (RED_CROSS, DIGIORNO), settings=["seed=0"], workspace=workspace)
    assert [reasons for _, reasons in ask().due] == [("it was never run, or its notebook has been removed",)] * 2
    assert not workspace.build.exists()
    run("seed=0", cases=(RED_CROSS, DIGIORNO))
    assert (ask().due, ask().text) == (
        (),
        "0 points to be run, 2 up to date. Nothing was run.".replace("0 p", "0\u00a0p"),
    )
    touch_evidence(workspace, RED_CROSS)
    ((title, reasons),) = ask().due
    assert title.endswith(f"(case_id={RED_CROSS})")
    assert reasons == ("evidence changed",)
    assert [point["case_id"] for point in run("seed=0", cases=(RED_CROSS, DIGIORNO))] == [RED_CROSS]
    tagged(workspace.notebooks / "case_report.ipynb", REPORT, "2")
    assert [reasons for _, reasons in ask().due] == [("notebook changed",)] * 2
    assert len(run("seed=0", cases=(RED_CROSS, DIGIORNO))) == 2


def test_a_notebook_without_a_case_rests_on_all_of_them(workspace):
    tagged(workspace.notebooks / "whole.ipynb", "seed: int = 0", "1")
    again = functools.partial(sweep, "whole", settings=["seed=0,1"], workspace=workspace)
    assert (again().made, again().made) == (2, 0)
    touch_evidence(workspace, DIGIORNO)
    assert again().made == 2


@pytest.mark.fault("damaged and lost products")
@pytest.mark.parametrize(("suffix", "content"), [(".ipynb", None), (".ipynb", "[1]"), (".json", "[1]")])
def test_a_point_whose_files_are_gone_or_changed_is_run_again(run, workspace, suffix, content):
    run("seed=0,1")
    whole, name = run.outcome.table.read_bytes(), table(run)["point"][0]
    path = workspace.build / "points" / f"{name}{suffix}"
    path.write_text(content) if content else path.unlink()
    assert len(run("seed=0,1")) == 1
    assert run.outcome.table.read_bytes() == whole


@pytest.mark.fault("failing pages and points")
def test_a_point_that_fails_stops_no_other_is_named_and_tried_again(run):
    assert len(run(f"seed=0,{UNLUCKY},{SILENT}")) == 3
    assert run.outcome.table.is_file()
    assert table(run)["seed"].to_list() == [0, 0]
    unlucky, silent = run.outcome.failures
    assert unlucky.title.endswith(f"(seed={UNLUCKY})")
    assert (unlucky.cell, unlucky.cell_id) == (3, "c1")
    assert unlucky.log == unlucky.notebook.replace("points", "logs").replace(".ipynb", ".log")
    assert "0 results are handed on" in silent.reason
    assert '"complete": false' in run.outcome.table.with_name("summary.json").read_text()
    assert [point["seed"] for point in run(f"seed=0,{UNLUCKY}")] == [UNLUCKY]
    assert run("seed=0") == []
    assert '"complete": true' in run.outcome.table.with_name("summary.json").read_text()


@pytest.mark.fault("failing pages and points")
def test_where_every_point_fails_the_table_is_empty_and_has_the_parameters(run):
    run(f"seed={UNLUCKY}")
    assert (table(run).height, table(run).columns) == (0, ["point", "case_id", "seed", "phase_days"])


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"notebook": "no_such"}, r"no notebook 'no_such' .*Notebooks: case_report, case_without_record, comparison"),
        ({"notebook": "../notebooks/case_report"}, "there is no notebook"),
        ({"notebook": f"{ROOT}/notebooks/case_report"}, "there is no notebook"),
        ({"notebook": "comparison"}, r"notebooks/comparison.ipynb: hands on no results. Tag one cell `results`"),
        ({"cases": ["x"]}, f"there is no case 'x': choose one of: {DIGIORNO}"),
        ({"cases": ["../x"]}, "there is no case '../x'"),
        ({"cases": [RED_CROSS, RED_CROSS]}, f"--case {RED_CROSS} is given twice"),
        ({"settings": [f"case_id={RED_CROSS}"]}, "case_id is set by --case"),
        ({"settings": []}, "no values are given, .*Known parameters: case_id: str"),
        ({"settings": ["seed=x"]}, "seed must be int"),
        ({"notebook": "whole", "cases": [RED_CROSS]}, "whole.ipynb: takes no case"),
        ({"notebook": "taken"}, "a parameter 'point' cannot be swept"),
        ({"name": "../x"}, "cannot name a folder in build/sweeps/"),
        ({"name": "/x"}, "cannot name a folder"),
        ({"name": ".x"}, "cannot name a folder"),
        ({"name": "x" * 101}, "at most 100 letters"),
    ],
    ids=str,
)
def test_a_sweep_that_cannot_be_says_why_before_anything_runs(workspace, asked, words):
    tagged(workspace.notebooks / "whole.ipynb", "seed: int = 0", "1")
    tagged(workspace.notebooks / "taken.ipynb", "seed: int = 0\npoint: int = 1", "1")
    asked = {"notebook": "case_report", "settings": ["seed=0"]} | asked
    for ask in (sweep, plan_sweep):
        with pytest.raises((SweepError, ParameterError), match=words):
            ask(**asked, workspace=workspace)
    assert not workspace.build.exists()


def test_a_sweep_waits_for_no_build(run, workspace):
    code = "import pathlib, time\nfrom aftermath.building.folder import prepared\nfrom aftermath.workspace import Workspace\n"
    code += f"with prepared(Workspace(pathlib.Path({str(workspace.root)!r}))):\n    print('held', flush=True)\n    time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout.readline() == "held\n"
        with pytest.raises(BusyError, match=f"process {other.pid}"):
            run("seed=0")
        other.kill()


@pytest.mark.fault("processes that are killed or end")
def test_halves_of_a_killed_sweep_are_removed(workspace):
    halves = [workspace.build / folder / ".x.parquet.a1.half" for folder in ("points", "sweeps/phases")]
    for half in halves:
        half.parent.mkdir(parents=True)
        half.write_text("half")
    with prepared(workspace):
        assert not any(half.exists() for half in halves)


# The command


@pytest.fixture
def command(workspace, monkeypatch, capsys):
    def made(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setenv("AFTERMATH_ROOT", str(workspace.root))
        monkeypatch.setattr(sys, "argv", ["aftermath", "sweep", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return made


def test_the_command_says_where_the_table_is_and_how_to_read_it(command, workspace):
    asked = ("case_report", "--case", RED_CROSS, "--case", DIGIORNO, "-p", "seed=0,1", "--name", "both")
    status, out, _ = command(*asked, "--dry-run")
    assert (status, out.splitlines()[-1]) == (0, "4 points to be run, 0 up to date. Nothing was run.")
    status, out, error = command(*asked)
    assert (status, error) == (0, "")
    path = workspace.build / "sweeps" / "both" / "results.parquet"
    assert "4 points: 4 run in " in out
    assert f"0 up to date. 8 rows: {path}\n" in out
    assert out.endswith(f'pl.read_parquet("{path.as_posix()}")\n')
    assert pl.read_parquet(path).height == 8
    assert command(*asked)[1].startswith(f"4 points: 4 up to date. 8 rows: {path}\n")


def test_the_command_ends_with_what_failed_and_status_1(command):
    status, out, error = command("case_report", "--case", RED_CROSS, "-p", f"seed=0,{UNLUCKY}")
    assert (status, "1 run in" in out) == (1, True)
    assert error.startswith("1 point failed, and not in the table:\n  case_report-")
    assert f"(seed={UNLUCKY}): build/points/case_report-" in error
    assert "ipynb, cell 3 (id c1): ValueError: too red" in error
    status, _, error = command("case_report", "-p", "sede=1")
    assert (status, error.count("\n")) == (1, 1)


# With kernels

COUNT = """import os, pathlib
import polars as pl
import aftermath as am
with pathlib.Path(os.environ["AFTERMATH_ROOT"], "runs").open("a") as file:
    print(seed, file=file)"""
HAND_ON = (
    "assert seed != 13, 'too red'\nam.results(pl.DataFrame({'n': [seed, len(words)], 'words_now': [str(words), word]}))"
)


@pytest.mark.slow
def test_a_grid_is_run_in_kernels_and_hostile_texts_come_through(tmp_path):
    workspace = make_workspace(tmp_path, (RED_CROSS,))
    declaration = 'seed: int = 0\nwords: list[str] = ["a"]\nword: str = ""'
    tagged(workspace.notebooks / "own.ipynb", declaration, COUNT, HAND_ON)
    hostile = "</script>'; import os # {x} \\n \u202e\u00e9"
    again = functools.partial(sweep, "own", workspace=workspace, workers=2)
    first = again(settings=["seed=0,1,13", f"word={hostile}"])
    assert (first.points, first.made, len(first.failures)) == (3, 2, 1)
    assert "own-" in first.failures[0].reason
    assert "cell 5 (id c2): AssertionError: too red" in first.failures[0].reason
    assert "too red" in (workspace.root / first.failures[0].log).read_text(encoding="utf-8")
    found = pl.read_parquet(first.table)
    assert found["words_now"].to_list() == ["['a']", hostile] * 2
    assert found["word"].unique().to_list() == [hostile]
    more = again(settings=["seed=0,1,2", f"word={hostile}", 'words=a|["b", "c, d"]'])
    assert (more.points, more.made) == (6, 4)
    lines = (workspace.root / "runs").read_text().split()
    assert sorted(lines) == sorted("0 1 13 2 0 1 2".split())


@pytest.mark.fault("interruptions")
@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_keeps_what_was_finished_and_the_earlier_table(tmp_path):
    workspace = make_workspace(tmp_path, (RED_CROSS,))
    waiting = "import time\nif seed == 1 and not os.path.exists('go'):\n    open('here', 'w'); time.sleep(600)"
    tagged(
        workspace.notebooks / "own.ipynb",
        "seed: int = 0",
        f"{COUNT}\n{waiting}",
        "am.results(pl.DataFrame({'n': [seed]}))",
    )
    earlier = sweep("own", settings=["seed=5"], workspace=workspace).table.read_bytes()
    line = [sys.executable, "-m", "aftermath", "sweep", "own", "-p", "seed=0,1,2", "--workers", "1"]
    environment = {**os.environ, "AFTERMATH_ROOT": str(workspace.root)}
    with subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True) as process:
        end = time.monotonic() + 60
        while not (workspace.root / "here").is_file():
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == 130
        assert process.stderr.read().endswith("The same command runs the rest.\n")
    table = workspace.build / "sweeps" / "own" / "results.parquet"
    assert table.read_bytes() == earlier
    (workspace.root / "go").touch()
    done = sweep("own", settings=["seed=0,1,2"], workspace=workspace)
    assert (done.failures, pl.read_parquet(table)["n"].to_list()) == ((), [0, 1, 2])
    lines = (workspace.root / "runs").read_text().split()
    assert sorted(lines) == sorted("5 0 1 1 2".split())  # only the point that was at work ran twice


def test_one_specification_takes_every_choice_of_the_multiverse():
    parameters = read_parameters(ROOT / "notebooks" / "one_specification.ipynb")
    assert list(parameters) == list(CHOICES)
    assert all(one.default in CHOICES[name] for name, one in parameters.items())


@pytest.mark.slow
def test_the_multiverse_as_a_sweep_is_that_of_the_comparison(tmp_path):
    for folder in ("casestudies", "notebooks"):
        (tmp_path / folder).symlink_to(ROOT / folder)
    settings = ["coder=first,mean", "outcome=imbalance,transparency", "window=none,7 days", "shared_items=none,in"]
    done = sweep("one_specification", settings=settings, workspace=Workspace(tmp_path))
    assert (done.points, done.failures) == (16, ())
    found = pl.read_parquet(done.table)
    whole = am.compare(am.cases()).multiverse.table
    chosen = whole.join(found.select(*CHOICES), on=list(CHOICES), how="semi")
    assert (
        found.height == chosen.height == 4
    )  # openness goes with no window and with items, everything else the other way round
    order = list(CHOICES)
    assert found.select(chosen.columns).sort(order).equals(chosen.sort(order))
