"""What a notebook may take of the disk while it is graded, and that it ends where it takes more."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from aftermath.course import quota
from aftermath.course.grading import grade
from classroom import found_school, hand_in, small_lesson

MB = 1024**2
IN_FILES = "for n in range(100): open(str(n), 'wb').write(bytes(2**20)); time.sleep(.01)"
IN_FOLDERS = "for n in range(100_000): os.makedirs(f'{n % 7}/{n}')"
REMOVED = "kept = []\nfor n in range(100): kept.append(open('x', 'wb')); os.unlink('x'); kept[-1].write(bytes(2**20)); time.sleep(.01)"
IN_MEMORY = "kept = []\nfor n in range(100): kept.append(os.memfd_create('x')); os.write(kept[-1], bytes(2**20)); time.sleep(.01)"
BY_ANOTHER = f"subprocess.run([sys.executable, '-c', {f'import os, time; exec({REMOVED!r})'!r}])"
GREEDY = {"files": IN_FILES, "folders": IN_FOLDERS, "removed files": REMOVED, "files in memory": IN_MEMORY}
linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is open without a name")


def started(folder: Path, code: str) -> subprocess.Popen:
    code = f"import os, subprocess, sys, time\n{code}\nprint('through')"
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=folder, start_new_session=True, stdout=subprocess.PIPE, text=True
    )


@pytest.fixture
def little(monkeypatch) -> None:
    monkeypatch.setattr(quota, "MOST_BYTES", 20 * MB)
    monkeypatch.setattr(quota, "MOST_FILES", 300)
    monkeypatch.setattr(quota, "EVERY", 0.01)


@linux
@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.usefixtures("little")
@pytest.mark.parametrize("code", [*GREEDY.values(), BY_ANOTHER], ids=[*GREEDY, "files of another process"])
def test_what_takes_too_much_is_ended(tmp_path, code):
    with started(tmp_path, code) as process, quota.bounded(tmp_path, process.pid):
        said = process.communicate(timeout=60)[0]
    assert said == ""
    assert process.returncode < 0


@pytest.mark.usefixtures("little")
def test_what_takes_little_is_left_alone_whatever_was_there(tmp_path):
    (tmp_path / "before").write_bytes(bytes(30 * MB))
    with (tmp_path / "holes").open("wb") as file:
        file.truncate(1 << 40)
    code = "for n in range(60): open('same', 'wb').write(bytes(2**20)); time.sleep(.005)"
    with started(tmp_path, code) as process, quota.bounded(tmp_path, process.pid):
        assert process.communicate(timeout=60)[0] == "through\n"
    assert process.returncode == 0


def test_a_folder_takes_what_its_files_take(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "c").write_bytes(os.urandom(MB))
    (tmp_path / "around").symlink_to(tmp_path, target_is_directory=True)
    found = quota.taken(tmp_path)
    assert found.files == 4
    assert MB <= found.bytes < MB + 100_000


@linux
@pytest.mark.slow
@pytest.mark.bad_input("cheats and harm in notebooks")
@pytest.mark.parametrize("code", [IN_FILES, REMOVED], ids=["files", "removed files"])
def test_a_submission_that_fills_the_disk_keeps_the_points_before_it(tmp_path, monkeypatch, code):
    monkeypatch.setattr(quota, "MOST_BYTES", 50 * MB)
    school = found_school(tmp_path)
    fills = f"import os, time\n{code}\ntime.sleep(5)\nword = 'late'"
    marked = grade(hand_in(school.root, small_lesson(), answer_word=fills), school)
    assert marked.reached == 2
    assert "wrote gigabytes" in marked.hints["test-word"]
