"""What others left in a build folder, or in a workspace: it is not removed, not written through, not loaded and not run."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from aftermath.building.build import build
from aftermath.building.folder import case_files, prepared, remove_gone
from aftermath.building.work import Work
from aftermath.building.written import RECORD, remember, unknown, written
from aftermath.files import LinkError, write_whole
from aftermath.pages.serving import SiteError, site_server
from aftermath.workspace import Workspace
from tiny import CASES, make_workspace

DIGIORNO, RED_CROSS, _ = CASES
POSIX = pytest.mark.skipif(os.name == "nt", reason="links and rights of POSIX")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return make_workspace(tmp_path / "work", (DIGIORNO, RED_CROSS))


@pytest.fixture
def nothing_made(monkeypatch: pytest.MonkeyPatch) -> None:
    """A build sweeps and notes as it does, but runs no notebook."""
    monkeypatch.setattr(Work, "do", lambda *_: None)


def put(folder: Path, *names: str) -> list[Path]:
    paths = [folder / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"this is {path.name}")
    return paths


# Only what builds wrote is removed


@pytest.mark.fault("files of others in the build folder")
@pytest.mark.parametrize("with_record", [True, False])
def test_a_build_leaves_what_it_did_not_write(workspace, nothing_made, with_record):
    if with_record:
        build(workspace=workspace)
    hidden = put(workspace.site, ".nojekyll", ".htaccess", ".git/HEAD", ".git/index.html.x1y2", "assets/.htaccess")
    shown = put(workspace.site, "CNAME", "cases/own-words.html", "notebooks/own.ipynb", "data/mine.csv")
    logs = put(
        workspace.build, "logs/.mine", "notebooks/mine.ipynb", "points/.engine/lock", ".kept/mine/notes", ".engine/x"
    )
    for force in (False, True):
        build(workspace=workspace, force=force)
    assert [path for path in (*hidden, *shown, *logs) if not path.is_file()] == []


@pytest.mark.fault("files of others in the build folder")
def test_pages_of_a_case_that_no_build_noted_stay_and_are_named_once(workspace, nothing_made):
    earlier = put(workspace.site, "cases/gone.html", ".nojekyll", "index.html", f"cases/{RED_CROSS}.html")
    put(workspace.site, *(f"data/{number}.csv" for number in range(20)))
    first, second = build(workspace=workspace), build(workspace=workspace)
    assert {"site/.nojekyll", "site/cases/gone.html"} < set(first.unknown)
    assert not {"site/index.html", f"site/cases/{RED_CROSS}.html"} & set(first.unknown)
    assert first.text.startswith(
        "Left as they are in build/, as no build known here wrote them: site/.nojekyll, site/cases/gone.html, "
    )
    assert "and 12 more. Remove by hand" in first.text
    assert (second.unknown, second.removed) == ((), ())
    assert "Left as" not in second.text
    assert all(path.is_file() for path in earlier)


def test_what_a_build_was_about_to_write_is_removed_with_its_case(workspace, nothing_made):
    build(workspace=workspace)
    left = put(
        workspace.build, f"logs/{RED_CROSS}.log", f"notebooks/{RED_CROSS}.ipynb"
    )  # a build that failed, or was killed
    shutil.rmtree(workspace.cases / RED_CROSS)
    assert build(workspace=workspace).removed == (RED_CROSS,)
    assert not any(path.exists() for path in left)
    assert all(RED_CROSS not in name for name in written(workspace) or ())
    assert any(DIGIORNO in name for name in written(workspace) or ())


@pytest.mark.bad_input("forged records and results in a build folder")
@pytest.mark.parametrize(
    "record",
    [
        "",
        "[]",
        "{",
        '{"written": 5}',
        '{"written": [5, null]}',
        "[" * 100_000,
        json.dumps({"written": ["../casestudies/x.html", "site/cases/../../../casestudies/x.html"]}),
        json.dumps({"written": ["site/cases/.git.html", "site/.git/cases/x.html", ".lock", "/etc/hostname"]}),
        json.dumps({"written": ["site\\cases\\x.html", "C:/x.html", "site/cases/a\0.html"]}),
    ],
)
def test_a_record_that_was_forged_or_damaged_removes_nothing(workspace, nothing_made, record):
    others = put(workspace.root, "casestudies/x.html", "build/site/cases/.git.html", "build/site/.git/cases/x.html")
    write_whole(workspace.build / RECORD, record)
    assert remove_gone(workspace) == ()
    assert all(path.is_file() for path in others)
    build(workspace=workspace)
    assert f"site/cases/{RED_CROSS}.html" in (written(workspace) or ())


def test_files_that_are_to_be_written_are_not_unknown(workspace):
    index, mine = put(workspace.site, "index.html", "mine.html")
    assert unknown(workspace, [index]) == ("site/mine.html",)
    remember(workspace, [mine])
    assert unknown(workspace, [index]) == ()


# Links


@POSIX
@pytest.mark.fault("links in a build folder")
@pytest.mark.parametrize(
    "place", ["build", "build/site", "build/site/cases", "build/logs", "build/points", "build/.kept"]
)
def test_a_folder_that_is_a_link_is_refused_and_nothing_behind_it_touched(workspace, tmp_path, place):
    behind = put(tmp_path / "elsewhere", f".x.{'0' * 16}.half", "cases/gone.html", f"{'0' * 32}/result", "index.html")
    link = workspace.root / place
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(tmp_path / "elsewhere")
    before = sorted((tmp_path / "elsewhere").rglob("*"))
    with pytest.raises(LinkError, match=rf"{place}: is a link, to .*elsewhere.*Remove the link"):
        build(workspace=workspace, force=True)
    assert sorted((tmp_path / "elsewhere").rglob("*")) == before
    assert all(path.read_text() == f"this is {path.name}" for path in behind)


@POSIX
@pytest.mark.fault("links in a build folder")
def test_a_lock_that_is_a_link_is_refused(workspace, tmp_path):
    (own,) = put(tmp_path, "precious")
    workspace.build.mkdir()
    (workspace.build / ".lock").symlink_to(own)
    with pytest.raises(LinkError, match=r"\.lock: is a link"), prepared(workspace):
        pass
    assert own.read_text() == "this is precious"


@POSIX
@pytest.mark.fault("links in a build folder")
def test_a_file_that_is_a_link_gives_way_to_a_file(workspace, tmp_path):
    build([RED_CROSS], workspace=workspace, workers=1)
    page, notebook, _, *cited = (
        workspace.site / f"cases/{RED_CROSS}.html",
        *case_files(workspace, RED_CROSS)[:2],
        *case_files(workspace, RED_CROSS)[3:4],
    )
    for number, path in enumerate((page, notebook, *cited)):
        kept_there = tmp_path / f"own-{number}"
        path.rename(kept_there)  # what the link leads to is what the build wrote: only the link is new
        path.symlink_to(kept_there)
    outcome = build([RED_CROSS], workspace=workspace, workers=1)
    assert RED_CROSS in outcome.made
    assert not any(path.is_symlink() for path in (page, notebook, *cited))
    assert (tmp_path / "own-0").read_bytes() == page.read_bytes()


@POSIX
@pytest.mark.fault("links in a build folder")
def test_a_page_that_is_a_link_is_not_removed_with_its_case(workspace, tmp_path, nothing_made):
    build(workspace=workspace)
    (own,) = put(tmp_path, "precious.html")
    link = workspace.site / "cases" / f"{RED_CROSS}.html"
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(own)
    shutil.rmtree(workspace.cases / RED_CROSS)
    assert build(workspace=workspace).removed == ()
    assert own.read_text() == "this is precious.html"
    assert link.is_symlink()


@POSIX
@pytest.mark.fault("links in a build folder")
@pytest.mark.parametrize("place", ["build", "build/site"])
def test_a_site_that_is_a_link_is_not_served(tmp_path, place):
    put(tmp_path / "elsewhere" / "site", "index.html")
    put(tmp_path / "elsewhere", "index.html")
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SiteError, match="is a link, or lies in one"):
        site_server(tmp_path / "build" / "site", 0)


# Rights


@POSIX
@pytest.mark.parametrize(
    ("mask", "file", "folder"), [(0o077, 0o600, 0o700), (0o022, 0o644, 0o755), (0o027, 0o640, 0o750)]
)
def test_files_and_folders_have_the_rights_that_the_umask_leaves(tmp_path, mask, file, folder):
    script = f"""
import os, pathlib
os.umask({mask})
from aftermath.building.outcome import Failure, Outcome, write_summary
from aftermath.case_files.beginning import begin_workspace
from aftermath.case_files.template import new_case
from aftermath.files import write_new
from aftermath.kept import keeping, kept
from aftermath.pages.site import write_assets
from aftermath.workspace import Workspace
workspace = begin_workspace(pathlib.Path({str(tmp_path / "own")!r}))
new_case("acme-recall", workspace=workspace)
write_assets(workspace.site)
write_new(workspace.root / "new.bib", "x")
write_summary(Outcome((), 0, (), (), 0.0, workspace.site / "index.html"), workspace, ())
with keeping(workspace.build / ".kept" / "x"):
    kept("sum", lambda: 1, lambda: 2)
"""
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True, timeout=60)
    paths = list((tmp_path / "own").rglob("*"))
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_file()} == {file}
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths if path.is_dir()} == {folder}
    assert any(path.parent.name == "x" for path in paths)
    (key,) = (tmp_path / "state").rglob("kept.key")
    assert stat.S_IMODE(key.stat().st_mode) == 0o600, "whatever the umask"


@POSIX
@pytest.mark.slow
def test_everything_that_a_build_leaves_has_the_rights_that_the_umask_leaves(workspace, tmp_path):
    script = "import os; os.umask(0o077); from aftermath.cli import main; main()"
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    done = subprocess.run(
        [sys.executable, "-c", script, "build", "--workers", "1"],
        cwd=workspace.root,
        env=environment,
        timeout=300,
        capture_output=True,
    )
    assert done.returncode == 0, done.stderr
    paths = [path for path in workspace.build.rglob("*") if path.is_file()]
    assert len(paths) > 30
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600}


# A disk that is full


@POSIX
@pytest.mark.slow
@pytest.mark.fault("full disks and missing rights")
def test_a_build_that_cannot_write_all_never_says_that_it_is_complete(workspace, tmp_path):
    script = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0})); from aftermath.cli import main; main()"
    )
    statuses = []
    for limit in (1_100_000, -1):  # the drawing library of the site is larger
        done = subprocess.run(
            [sys.executable, "-c", script.format(limit), "build", "--workers", "1"],
            cwd=workspace.root,
            timeout=300,
            capture_output=True,
            text=True,
            check=False,
        )
        summary = json.loads((workspace.build / "summary.json").read_text())
        statuses.append((done.returncode, summary["complete"], [failed["title"] for failed in summary["failed"]]))
        assert "Traceback" not in done.stderr
        assert not list(workspace.build.rglob("*.half"))
    assert statuses == [(1, False, ["index"]), (0, True, [])]
