"""An install that was interrupted is never called ready, and the next one completes it."""

from __future__ import annotations

import base64
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parent.parent
FILES = 400
PACKAGES = ("alpha", "beta", "gamma")
BACKEND = """
import pathlib, zipfile
def build_editable(folder, settings=None, metadata=None):
    with zipfile.ZipFile(pathlib.Path(folder, "ours-1-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("ours-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: ours\\nVersion: 1\\n")
        wheel.writestr("ours-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("ours.pth", str(pathlib.Path("lib").resolve()))
        wheel.writestr("ours-1.dist-info/RECORD", "ours-1.dist-info/METADATA,,\\nours-1.dist-info/WHEEL,,\\nours.pth,,\\nours-1.dist-info/RECORD,,\\n")
    return "ours-1-py3-none-any.whl"
"""
NO_UV = "#!python\nimport sys\nsys.exit(1)\n"  # so that pip does the work


def make_wheel(folder: Path, name: str, contents: dict[str, str]) -> str:
    """A wheel that says first that it is installed; returns its line in a lock."""
    info = f"{name}-1.dist-info"
    about = {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    rows = []
    path = folder / f"{name}-1-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for place, content in (about | contents).items():
            wheel.writestr(place, content)
            digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
            rows.append(f"{place},sha256={digest},{len(content.encode())}\n")
        wheel.writestr(f"{info}/RECORD", "".join([*rows, f"{info}/RECORD,,\n"]))
    return f"{name}==1 --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The installer, and locks that name three tiny packages."""
    folder = tmp_path_factory.mktemp("project")
    for name in ("tools", "wheels", "lib"):
        (folder / name).mkdir()
    shutil.copy(ROOT / "tools" / "install.py", folder / "tools")
    lines = [make_wheel(folder / "wheels", name, files_of(name)) for name in PACKAGES]
    for lock in ("requirements.lock", "requirements-develop.lock"):
        (folder / lock).write_text("".join(lines))
    uv = make_wheel(folder / "wheels", "uv", {"uv-1.data/scripts/uv": NO_UV})
    (folder / "requirements-installer.lock").write_text(uv)
    (folder / "backend.py").write_text(BACKEND)
    build = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    (folder / "pyproject.toml").write_text(build + '[project]\nname = "ours"\nversion = "1"\n')
    return folder


def files_of(package: str) -> dict[str, str]:
    return {f"{package}/part_{number}.py": f"number = {number}\n" for number in range(FILES)}


def install(project: Path, *words: str) -> subprocess.Popen[str]:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(project / "wheels"), "PIP_CONFIG_FILE": os.devnull}
    command = [sys.executable, str(project / "tools" / "install.py"), *words]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    return subprocess.Popen(command, env={**os.environ, **offline}, text=True, start_new_session=True, **pipes)


def packages_there(project: Path) -> list[Path]:
    return [path for name in PACKAGES for path in project.glob(f".venv/lib/python*/site-packages/{name}/*.py")]


@pytest.mark.skipif(os.name == "nt", reason="kills groups of processes as POSIX does")
@pytest.mark.slow
@pytest.mark.fault("damaged and interrupted installs")
def test_an_install_that_is_killed_is_completed_by_the_next(project, record_property):
    moments = (1, FILES + FILES // 3, 3 * FILES - 20)
    record_property("trials", len(moments))
    interrupted = 0
    for moment in moments:
        for path in project.glob(".venv/lib/python*/site-packages/*"):
            if path.name.split("-")[0] in PACKAGES:
                shutil.rmtree(path)
        with install(project) as killed:
            end = time.monotonic() + 120
            while len(packages_there(project)) < moment and killed.poll() is None:
                assert time.monotonic() < end, "nothing was installed"
            os.killpg(killed.pid, signal.SIGKILL)
            killed.communicate(timeout=60)
        interrupted += len(packages_there(project)) < 3 * FILES
        assert not is_stamped(project)
        with install(project) as again:
            said, _ = again.communicate(timeout=120)
        assert (again.returncode, is_stamped(project)) == (0, True), said
        assert "The environment is ready" in said
        expected = {Path(name).name: text for name, text in files_of("any").items()}
        for name in PACKAGES:
            there = {path.name: path.read_text() for path in packages_there(project) if path.parent.name == name}
            assert there == expected
    assert interrupted, "the kills came too late to interrupt anything"
    missing = packages_there(project)[0]
    missing.unlink()
    with install(project, "check") as check:
        said, _ = check.communicate(timeout=120)
    assert f"Files are missing, as an install was interrupted: {missing.parent.name}. Mending" in said
    assert missing.is_file()


def is_stamped(project: Path) -> bool:
    """Whether make takes the environment for ready."""
    mark = project / ".venv" / ".default-installed"
    return mark.is_file() and mark.stat().st_mtime > (project / "requirements.lock").stat().st_mtime


# What is damaged


@pytest.fixture
def tool(script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The installer, over an environment of two packages that no installer made."""
    tool = script("tools/install.py")
    site = tmp_path / ".venv" / ("Lib" if tool.WINDOWS else "lib/python3.12") / "site-packages"
    site.mkdir(parents=True)
    for name in ("alpha", "beta"):
        make_wheel(tmp_path, name, {f"{name}/one.py": "1", f"{name}/two.py": "", f"{name}/sub/three.py": "é"})
        with zipfile.ZipFile(tmp_path / f"{name}-1-py3-none-any.whl") as wheel:
            wheel.extractall(site)
    monkeypatch.setattr(tool, "ENVIRONMENT", str(tmp_path / ".venv"))
    monkeypatch.setattr(tool, "works", lambda _: True)
    monkeypatch.chdir(tmp_path)
    return tool


DAMAGES = {
    "a file is missing": lambda site: (site / "alpha/one.py").unlink(),
    "a file was cut": lambda site: (site / "alpha/sub/three.py").write_bytes(b""),
    "a folder is missing": lambda site: shutil.rmtree(site / "alpha"),
    "no record": lambda site: (site / "alpha-1.dist-info/RECORD").unlink(),
    "an empty record": lambda site: (site / "alpha-1.dist-info/RECORD").write_bytes(b""),
    "a record that was cut": lambda site: cut(site / "alpha-1.dist-info/RECORD", 30),
    "a record without its end": lambda site: cut(site / "alpha-1.dist-info/RECORD", 1),
    "a record that is none": lambda site: (site / "alpha-1.dist-info/RECORD").write_bytes(b"\xff\0\n,,x\n"),
    "no metadata": lambda site: (site / "alpha-1.dist-info/METADATA").unlink(),
    "put aside to be removed": lambda site: (site / "alpha-1.dist-info").rename(site / "~lpha-1.dist-info"),
}


def cut(path: Path, count: int) -> None:
    path.write_bytes(path.read_bytes()[:-count])


@pytest.mark.fault("damaged and interrupted installs")
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_package_is_found_and_installed_anew(tool, damage, tmp_path, monkeypatch, capsys):
    (site,) = (tmp_path / ".venv").rglob("site-packages")
    assert tool.damaged() == []
    tool.stamp("default")
    DAMAGES[damage](site)

    def installs(command: list[str], **_: object) -> bool:
        """As installers do: only what is not there by its folder."""
        if "requirements.lock" in command and not list(site.glob("alpha-*.dist-info")):
            with zipfile.ZipFile(tmp_path / "alpha-1-py3-none-any.whl") as wheel:
                wheel.extractall(site)
        return True

    monkeypatch.setattr(tool, "run", installs)
    assert tool.main(["check"]) == 0
    said = capsys.readouterr().out
    assert "lpha. Mending" in said
    assert "The environment is ready" in said
    assert (site / "alpha" / "sub" / "three.py").read_text(encoding="utf-8") == "é"
    assert tool.damaged() == []
    assert tool.main(["check"]) == 0
    assert capsys.readouterr().out == "The environment is whole: all files of 2 packages are there.\n"


@pytest.mark.fault("damaged and interrupted installs")
def test_what_an_installer_leaves_out_is_not_called_ready(tool, tmp_path, monkeypatch, capsys):
    (site,) = (tmp_path / ".venv").rglob("site-packages")
    tool.stamp("develop")
    monkeypatch.setattr(tool, "run", lambda *_, **__: (site / "beta" / "two.py").unlink(missing_ok=True) or True)
    assert tool.main(["default"]) == 1
    captured = capsys.readouterr()
    assert "ready" not in captured.out
    assert "files of beta are missing. Run the command again" in captured.err
    assert {(tmp_path / ".venv" / name).stat().st_mtime for name in (".default-installed", ".develop-installed")} == {0}


@pytest.mark.fault("damaged and interrupted installs")
def test_a_damaged_pip_is_made_anew_with_the_environment(tool, tmp_path, monkeypatch):
    (site,) = (tmp_path / ".venv").rglob("site-packages")
    (site / "alpha-1.dist-info").rename(site / "pip-1.dist-info")
    asked = []
    monkeypatch.setattr(tool, "run", lambda *_, **__: True)
    monkeypatch.setattr(tool, "make_environment", lambda: asked.append(1) or shutil.rmtree(site) or True)
    assert tool.main(["default"]) == 0
    assert asked == [1]
