"""What is run while a notebook is graded changes nothing outside its folder."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aftermath.course.confined_kernel import landlock_version
from aftermath.course.sitting import missing_guards

HARM = {
    "writes a file": "open(other / 'kept.txt', 'w')",
    "appends to a file": "(other / 'kept.txt').open('a')",
    "makes a file": "(other / 'new.txt').write_text('x')",
    "deletes a file": "(other / 'kept.txt').unlink()",
    "deletes a folder": "shutil.rmtree(other)",
    "takes a folder away": "os.rmdir(other / 'empty')",
    "makes a folder": "(other / 'made').mkdir()",
    "moves a file in": "os.rename(other / 'kept.txt', 'mine.txt')",
    "moves a file out": "Path('own.txt').write_text('x'); os.replace('own.txt', other / 'kept.txt')",
    "links a file out": "Path('own.txt').write_text('x'); os.link('own.txt', other / 'linked.txt')",
    "cuts a file off": "os.truncate(other / 'kept.txt', 0)",
    "locks a file": "os.chmod(other / 'kept.txt', 0)",
    "goes there first": "os.chdir(other); open('kept.txt', 'w')",
    "goes up from its own folder": "open('../other/kept.txt', 'w')",
    "goes through a link": "os.symlink(other, 'away'); open('away/kept.txt', 'w')",
    "names an open folder": "os.unlink('kept.txt', dir_fd=os.open(other, os.O_RDONLY))",
    "leaves it to a shell": "os.system(f'rm {other}/kept.txt')",
    "leaves it to a program": "subprocess.run(['rm', other / 'kept.txt'])",
    "forks": "os.fork()",
    "ends the process that started it": "os.kill(os.getppid(), 9)",
    "talks to another machine": "socket.create_connection(('192.0.2.1', 80), timeout=1)",
}
SETUP = """
import os, shutil, socket, subprocess
from pathlib import Path
from aftermath.course import confined_kernel
other = Path.cwd().parent / "other"
"""
BY_ALL = "confined_kernel.confine(Path.cwd())\n"
BY_THE_HOOK = "confined_kernel._confine_by_landlock = lambda folder: None\n" + BY_ALL


@pytest.fixture
def folders(tmp_path) -> Path:
    for name in ("own", "other/empty"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "other" / "kept.txt").write_text("kept")
    return tmp_path


def run(folders: Path, code: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SETUP + code]
    return subprocess.run(command, cwd=folders / "own", capture_output=True, text=True, timeout=60)


def state(folder: Path) -> list[tuple[str, str, int]]:
    return [
        (path.name, path.read_text() if path.is_file() else "", path.stat().st_mode)
        for path in sorted(folder.rglob("*"))
    ]


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.skipif(sys.platform == "win32", reason="the tricks are those of POSIX")
@pytest.mark.parametrize("guards", [BY_ALL, BY_THE_HOOK], ids=["all guards", "the hook alone"])
@pytest.mark.parametrize("code", HARM.values(), ids=HARM)
def test_harm_outside_the_folder_is_refused(folders, code, guards):
    before = state(folders / "other")
    ended = run(folders, guards + code)
    assert ended.returncode == 1, ended.stdout
    assert "PermissionError" in ended.stderr.splitlines()[-1]
    assert state(folders / "other") == before


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.skipif(sys.platform != "linux" or landlock_version() < 1, reason="this system has no Landlock")
def test_what_is_not_python_is_refused_as_well(folders):
    before = state(folders / "other")
    code = """
import polars as pl
try:
    pl.DataFrame({"x": [1]}).write_csv(other / "kept.txt")
except Exception as error:
    print(type(error).__name__)
pl.DataFrame({"x": [1]}).write_csv("mine.csv")
"""
    ended = run(folders, BY_ALL + code)
    assert ended.returncode == 0, ended.stderr
    assert state(folders / "other") == before
    assert (folders / "own" / "mine.csv").read_text() == "x\n1\n"


def test_its_own_folder_is_free(folders):
    code = """
Path("a/b").mkdir(parents=True)
Path("a/b/c.txt").write_text("c")
os.rename("a/b/c.txt", "a/d.txt")
shutil.rmtree("a/b")
print(os.listdir("a"), Path(os.__file__).stat().st_size > 0, len(Path(os.__file__).read_text()) > 0)
subprocess.DEVNULL, open(os.devnull, "w").write("nothing")
"""
    ended = run(folders, BY_ALL + code)
    assert (ended.returncode, ended.stdout) == (0, "['d.txt'] True True\n"), ended.stderr


CONNECT = """
try:
    socket.create_connection(("127.0.0.1", {port}), timeout=5)
    print("connected")
except OSError as error:
    print(type(error).__name__)
"""
WITHOUT_NETWORK = {
    "namespaces": ("if not confined_kernel.isolated(): print('not here'); raise SystemExit\n", "OSError"),
    "Landlock": (
        "if confined_kernel.landlock_version() < 4: print('not here'); raise SystemExit\n"
        "confined_kernel._confine_by_landlock(Path.cwd())\n",
        "PermissionError",
    ),
}


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.skipif(sys.platform != "linux", reason="the means are those of Linux")
@pytest.mark.parametrize(("guard", "refused"), WITHOUT_NETWORK.values(), ids=WITHOUT_NETWORK)
def test_the_system_itself_refuses_connections(folders, guard, refused):
    with socket.create_server(("127.0.0.1", 0)) as server:
        connect = CONNECT.format(port=server.getsockname()[1])
        assert run(folders, connect).stdout == "connected\n"
        ended = run(folders, guard + connect)
    if ended.stdout == "not here\n":
        pytest.skip("this system cannot")
    assert ended.stdout == f"{refused}\n", ended.stderr


@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.skipif(landlock_version() < 1, reason="this system has no Landlock")
def test_what_belongs_to_users_cannot_be_read(folders):
    ended = run(folders, BY_ALL + "print((other / 'kept.txt').read_text())")
    assert "PermissionError" in ended.stderr
    assert ended.stdout == ""


@pytest.mark.fault("processes that are killed or end")
@pytest.mark.skipif("leaving processes behind" in missing_guards(), reason="this system lets nobody make namespaces")
def test_a_kernel_whose_grader_ended_before_it_began_ends_at_once(folders):
    command = [sys.executable, "-m", "aftermath.course.confined_kernel", "-f", str(folders / "own" / "connection.json")]
    nobody = {**os.environ, "JPY_PARENT_PID": "4194305"}  # above what Linux counts to
    assert subprocess.run(command, cwd=folders / "own", env=nobody, timeout=20, check=False).returncode == 1
