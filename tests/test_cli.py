"""The command: what it says, where it says it, and how it ends."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aftermath import __main__, cli, files
from aftermath.building import build as building
from aftermath.building import work
from aftermath.building.outcome import Failure, Outcome
from aftermath.building.work import Interrupted
from aftermath.laboratory import opening
from aftermath.pages import preloaded
from aftermath.problems import AftermathError
from aftermath.workspace import Workspace
from tiny import CASES, ROOT, make_workspace

DIGIORNO, RED_CROSS, WEISHI = CASES


@pytest.fixture
def workspace(tmp_path, monkeypatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("AFTERMATH_ROOT", raising=False)
    return make_workspace(tmp_path)


@pytest.fixture
def command(monkeypatch, capsys):
    """Runs the command in this process: exit status, stdout, stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["aftermath", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return ended.value.code or 0, *capsys.readouterr()

    return run


def outcome(*failures: Failure) -> Outcome:
    return Outcome((RED_CROSS,), 2, (), failures, 1.0, Path("build/site/index.html"))


def test_help_lists_every_command(command):
    status, out, _ = command("--help")
    assert status == 0
    for name in ("build", "check", "new", "package", "course", "grade", "lab"):
        assert f" {name} " in out


def test_without_a_command_there_is_help():
    assert "Usage" in CliRunner().invoke(cli.app, []).output


def test_the_version_is_said(command):
    status, out, _ = command("--version")
    assert (status, out.split()[0]) == (0, "aftermath")


def test_help_loads_nothing_heavy_and_the_module_is_the_command():
    code = "import sys\nsys.argv = ['aftermath', '--help']\nimport runpy\n"
    code += "try:\n    runpy.run_module('aftermath', run_name='__main__')\nexcept SystemExit:\n    pass\n"
    code += "print('heavy:', sorted({'polars', 'plotly', 'papermill', 'numpy'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "Documented crises" in done.stdout
    assert done.stdout.strip().endswith("heavy: []")


@pytest.mark.parametrize(
    ("words", "begun"),
    [
        ("build", True),
        ("build --workers 1", True),
        ("build --dry-run", False),
        ("build --help", False),
        ("build --dask=tcp://a:1", False),
        ("check", False),
    ],
)
def test_imports_begin_before_the_command_line_is_read_where_pages_may_be_made(words, begun, monkeypatch):
    done = []
    monkeypatch.setattr(preloaded, "preload", lambda: done.append("begun"))
    monkeypatch.setattr(cli, "main", lambda: done.append("run"))
    monkeypatch.setattr(sys, "argv", ["aftermath", *words.split()])
    __main__.main()
    assert done == ["begun"] * begun + ["run"]


def test_check_is_content_with_sound_cases(workspace, command):
    assert command("check") == (0, "3 cases checked: no problem.\n", "")
    assert command("check", RED_CROSS) == (0, "1 case checked: no problem.\n", "")


def test_warnings_of_check_are_errors_only_where_asked(workspace, command):
    (workspace.cases / RED_CROSS / "NOTES.md").write_text("# Notes\n")
    status, out, _ = command("check", RED_CROSS)
    assert (status, out.splitlines()[-1]) == (0, "1 case checked: no problem, 1 warning.")
    status, out, _ = command("check", RED_CROSS, "--strict")
    assert (status, out.splitlines()[-1]) == (1, "1 case checked: 1 problem.")
    assert out.startswith(f"casestudies/{RED_CROSS}/NOTES.md  holds no notes")


def test_check_lists_every_problem_one_a_line(workspace, command):
    (workspace.cases / RED_CROSS / "NOTES.md").unlink()
    (workspace.cases / DIGIORNO / "sources.csv").unlink()
    status, out, _ = command("check")
    lines = out.splitlines()
    assert status == 1
    assert any(line.startswith(f"casestudies/{RED_CROSS}/NOTES.md") for line in lines)
    assert any(line.startswith(f"casestudies/{DIGIORNO}/sources.csv") for line in lines)
    assert command("check", WEISHI)[0] == 0
    assert command("check", "no-such-case")[0] == 1


def test_a_new_case_can_be_begun_but_not_over_another(workspace, command):
    status, out, _ = command("new", "some-crisis")
    assert (status, (workspace.cases / "some-crisis" / "case.yaml").is_file()) == (0, True)
    assert "aftermath check some-crisis" in out
    status, _, error = command("new", "some-crisis")
    assert (status, error.count("\n")) == (1, 1)
    assert command("new", "../outside")[0] == 1


def test_packages_are_written(workspace, command):
    for path in workspace.cases.glob("*/datapackage.json"):
        path.unlink()
    status, out, _ = command("package")
    assert (status, len(out.splitlines())) == (0, 3)
    assert (workspace.cases / RED_CROSS / "datapackage.json").is_file()


def test_an_error_is_a_plain_line_without_its_course(tmp_path, monkeypatch, command):
    monkeypatch.setenv("AFTERMATH_ROOT", str(tmp_path))
    status, out, error = command("check")
    assert (status, out) == (1, "")
    assert "no folder casestudies/" in error
    assert "Traceback" not in error


def test_an_error_that_nobody_meant_is_not_hidden(monkeypatch):
    monkeypatch.setattr(cli, "app", lambda **_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_no_break_spaces_do_not_reach_the_terminal(monkeypatch, command):
    def fail(**_):
        raise AftermathError("3\u00a0cases")

    monkeypatch.setattr(cli, "app", fail)
    assert command() == (1, "", "3 cases\n")


def test_build_hands_on_what_was_asked_for(workspace, command, monkeypatch):
    asked = {}
    monkeypatch.setattr(building, "build", lambda cases, **options: asked.update(options, cases=cases) or outcome())
    status, out, _ = command(
        "build",
        "--case",
        RED_CROSS,
        "--case",
        DIGIORNO,
        "--workers",
        "3",
        "--force",
        "-p",
        "seed=3",
        "-p",
        "x=a=b",
        "--dask",
        "tcp://a:1",
    )
    asked.pop("console")
    assert status == 0
    given = {"workers": 3, "force": True, "settings": ["seed=3", "x=a=b"], "dask": "tcp://a:1"}
    assert asked == {"cases": [RED_CROSS, DIGIORNO], **given}
    assert out == "1 page made in 1 s, 2 up to date. build/site/index.html\n"
    assert command("build", "--workers", "0")[0] == 2


def test_build_ends_with_what_failed_and_status_1(workspace, command, monkeypatch):
    failure = Failure(RED_CROSS, "build/notebooks/a.ipynb, cell 3 (id x): ValueError: y")
    monkeypatch.setattr(building, "build", lambda *_, **__: outcome(failure))
    status, _, error = command("build")
    assert (status, error) == (1, f"1 page failed:\n  {failure}\n")


@pytest.mark.fault("interruptions")
def test_build_ends_with_130_where_it_was_interrupted(workspace, command, monkeypatch):
    def interrupted(*_, **__):
        raise Interrupted("Interrupted.")

    monkeypatch.setattr(building, "build", interrupted)
    assert command("build") == (130, "", "Interrupted.\n")


@pytest.mark.fault("interruptions")
def test_ctrl_c_while_building_is_an_interruption(workspace, command, monkeypatch):
    monkeypatch.setattr(building, "page_jobs", lambda *_: signal.raise_signal(signal.SIGINT))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # what runs in the background ignores it
    try:
        status, _, error = command("build")
        assert (status, signal.getsignal(signal.SIGINT)) == (130, signal.default_int_handler)
    finally:
        signal.signal(signal.SIGINT, before)
    assert "next `aftermath build`" in error


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--case", "no-such-case"], f"there is no case 'no-such-case': choose one of: {DIGIORNO}"),
        (["--case", "../outside"], "there is no case '../outside'"),
        (["-p", "sede=3"], "there is no parameter 'sede'. Known parameters: seed: int = 0"),
        (["-p", "seed=x"], "seed must be int (a whole number, e.g. 7), not 'x'"),
        (["-p", "seed"], "write name=value"),
    ],
)
def test_build_refuses_what_it_does_not_know(workspace, command, arguments, words):
    status, _, error = command("build", *arguments)
    assert (status, error.count("\n")) == (1, 1)
    assert words in error
    assert not workspace.site.exists()


@pytest.mark.fault("full disks and missing rights")
def test_a_build_folder_that_is_a_file_is_said_to_be(workspace, command):
    workspace.build.write_text("a file")
    status, _, error = command("build")
    assert (status, error.count("\n")) == (1, 1)
    assert f"{workspace.build}: is a file where a folder is needed" in error


@pytest.mark.fault("full disks and missing rights")
def test_a_full_disk_is_said_to_be(workspace, command, monkeypatch):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(work.Work, "do", lambda *_: None)
    monkeypatch.setattr(files.os, "fsync", full)
    status, _, error = command("build")
    assert (status, error.count("\n")) == (1, 1)
    assert "No space left on device" in error


def test_options_of_the_laboratory_go_to_jupyterlab_and_its_status_comes_back(workspace, command, monkeypatch):
    asked = []
    monkeypatch.setattr(opening, "open_laboratory", lambda *given: asked.append(given) or 3)
    assert command("lab", "--no-browser", "--port=9000")[0] == 3
    assert asked == [(workspace, ["--no-browser", "--port=9000"])]


def test_lessons_are_written(workspace, command):
    pytest.importorskip("nbgrader")
    shutil.copytree(ROOT / "notebooks" / "course", workspace.notebooks / "course")
    status, out, error = command("course")
    assert (status, error) == (0, "")
    assert all(Path(line).is_file() for line in out.splitlines())
    assert len(out.splitlines()) >= 2


def test_a_lesson_that_is_none_is_not_graded(workspace, command):
    shutil.copytree(ROOT / "notebooks" / "course", workspace.notebooks / "course")
    assert command("grade", "absent.ipynb")[0] == 1
