"""What is installed: environment.yml and the locks say the same as pyproject.toml, and nothing else gets in."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
DEFAULT = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
EXTRAS = {name: [*map(Requirement, texts)] for name, texts in PROJECT["project"]["optional-dependencies"].items()}
BUILD = [Requirement(text) for text in PROJECT["build-system"]["requires"]]
GROUPS = {name: [*map(Requirement, texts)] for name, texts in PROJECT["dependency-groups"].items()}

ASKED_FOR = {
    "requirements.lock": [*DEFAULT, *BUILD],
    "requirements-develop.lock": [*DEFAULT, *BUILD, *EXTRAS["course"], *EXTRAS["develop"]],
    "requirements-installer.lock": GROUPS["installer"],
}
UNWANTED = re.compile(r"torch|sentence.transformers|transformers|nvidia|cuda|triton", re.IGNORECASE)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, list[str]]:
    """Package to its pinned versions: more than one where Pythons or systems differ."""
    found: dict[str, list[str]] = {}
    for name, version in re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", text(lock), flags=re.MULTILINE):
        found.setdefault(canonicalize_name(name), []).append(version)
    return found


def entries(lock: str) -> list[str]:
    """The lock without its comments, one entry for each pin."""
    lines = [line for line in text(lock).splitlines() if not line.lstrip().startswith("#")]
    return re.split(r"\n(?=\S)", "\n".join(lines).strip())


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_every_dependency_is_pinned_within_its_bounds(lock):
    pinned = pins(lock)
    for requirement in ASKED_FOR[lock]:
        versions = pinned.get(canonicalize_name(requirement.name))
        assert versions, f"{lock} does not pin {requirement.name}; run `make lock`"
        assert all(version in requirement.specifier for version in versions), f"{requirement}; run `make lock`"


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_every_entry_is_a_pin_with_hashes(lock):
    for entry in entries(lock):
        first, *rest = entry.splitlines()
        assert re.fullmatch(r"[a-z0-9._-]+==[\w.]+( ; .+)? \\", first), first
        assert rest
        assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in rest), first


@pytest.mark.parametrize("lock", ASKED_FOR)
def test_locks_name_no_host_and_no_torch(lock):
    assert "://" not in text(lock)
    assert "index" not in text(lock).split("\n", 2)[0]
    assert not UNWANTED.search(text(lock))


def test_the_develop_environment_holds_the_default_one():
    default, develop = pins("requirements.lock"), pins("requirements-develop.lock")
    assert len(default) > 100
    assert {name: develop.get(name) for name in default} == default


def test_the_lock_for_installing_is_small():
    assert list(pins("requirements-installer.lock")) == ["uv"]


def test_the_build_back_end_is_pinned_alike_everywhere():
    assert [*map(str, GROUPS["build"])] == [*map(str, BUILD)]
    assert all(len(requirement.specifier) == 1 and "==" in str(requirement.specifier) for requirement in BUILD)


def test_what_the_library_imports_is_declared():
    extras = (each for extra in ("cluster", "course", "embed", "export", "transformer") for each in EXTRAS[extra])
    declared = {canonicalize_name(each.name) for each in [*DEFAULT, *extras]}
    owners = packages_distributions()
    undeclared = {
        f"{path.relative_to(ROOT)}: {module}"
        for path in (ROOT / "lib").rglob("*.py")
        for module in imported(path)
        if not declared.intersection(canonicalize_name(owner) for owner in owners.get(module, [module]))
    }
    assert not undeclared


def imported(path: Path) -> set[str]:
    """The packages that a file imports from outside."""
    nodes = [*ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    names = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    names += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and not node.level]
    return {name.split(".")[0] for name in names} - sys.stdlib_module_names - {"aftermath"}


def test_every_dependency_has_its_reason():
    reasons = text("docs/dependencies.md")
    for requirement in [*DEFAULT, *BUILD, *GROUPS["installer"], *(each for extra in EXTRAS.values() for each in extra)]:
        assert f"`{requirement.name}`" in reasons, f"docs/dependencies.md does not say why {requirement.name} is here"


# environment.yml


def test_environment_is_generated_from_pyproject(script):
    assert script("tools/environment.py").environment() == text("environment.yml"), "run `make environment`"


def test_environment_holds_every_dependency_once():
    """Read without the script that writes it."""
    environment = yaml.safe_load(text("environment.yml"))
    *from_conda, last = environment["dependencies"]
    lines = [*from_conda, *last["pip"], *re.findall(r'"([^"]+)"', text("environment.yml").split("name:")[0])]
    listed = [Requirement(line) for line in lines]
    bounds = {canonicalize_name(each.name): each.specifier for each in listed}
    assert len(bounds) == len(listed)
    for requirement in [*DEFAULT, *BUILD]:
        assert bounds[canonicalize_name(requirement.name)] == requirement.specifier
    assert str(bounds["python"]) == str(Requirement("python" + PROJECT["project"]["requires-python"]).specifier)


def test_environment_brings_no_torch():
    """bertopic, which would, is installed alone; the file names only what it needs here."""
    environment = yaml.safe_load(text("environment.yml"))
    *from_conda, last = environment["dependencies"]
    assert not any("bertopic" in line or UNWANTED.search(line) for line in [*from_conda, *last["pip"]])
    assert "pip install --no-deps" in text("environment.yml")


def test_a_stale_environment_is_noticed(script, tmp_path, monkeypatch, capsys):
    tool = script("tools/environment.py")
    (tmp_path / "pyproject.toml").write_text(text("pyproject.toml"))
    (tmp_path / "environment.yml").write_text(text("environment.yml").replace("polars >=2,<3", "polars >=1"))
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    assert tool.main(["--check"]) == 1
    assert "make environment" in capsys.readouterr().out
    assert tool.main([]) == 0
    assert tool.main(["--check"]) == 0


# The installer


def test_the_installer_takes_the_pythons_that_the_project_takes(script):
    tool = script("tools/install.py")
    accepted = Requirement("python" + PROJECT["project"]["requires-python"]).specifier
    versions = [(3, minor) for minor in range(8, 20)]
    assert [version for version in versions if tool.OLDEST <= version <= tool.NEWEST] == [
        version for version in versions if "{}.{}".format(*version) in accepted
    ]


def test_an_old_python_can_read_the_installer():
    assert ast.parse(text("tools/install.py"), feature_version=(3, 5))


@pytest.mark.parametrize("version", [(3, 9, 2, "final", 0), (3, 14, 0, "final", 0)])
def test_a_python_that_does_not_fit_is_told_so(script, monkeypatch, capsys, version):
    tool = script("tools/install.py")
    monkeypatch.setattr(tool.sys, "version_info", version)
    monkeypatch.setattr(tool, "run", lambda *_, **__: pytest.fail("nothing may be started"))
    assert tool.main([]) == 1
    message = capsys.readouterr().err
    assert f"needs Python 3.11, 3.12 or 3.13; this is 3.{version[1]}" in message
    assert "PYTHON=" in message


def test_the_installer_wants_a_known_kind(script, capsys):
    assert script("tools/install.py").main(["everything"]) == 1
    assert "install.py develop" in capsys.readouterr().err


def test_a_develop_environment_holds_the_default_one_and_stays(script, tmp_path, monkeypatch):
    tool, synced = script("tools/install.py"), []
    monkeypatch.setattr(tool, "ENVIRONMENT", str(tmp_path))
    monkeypatch.setattr(tool, "run", lambda command, **_: synced.append(command[-1]) or True)
    monkeypatch.setattr(tool, "works", lambda _: True)
    monkeypatch.chdir(tmp_path)  # and back again afterwards
    assert tool.main(["default"]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [".default-installed"]
    assert "requirements.lock" in synced
    synced.clear()
    assert tool.main(["develop"]) == tool.main(["default"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [".default-installed", ".develop-installed"]
    assert synced.count("requirements-develop.lock") == 2
    assert "requirements.lock" not in synced


def test_a_failed_install_leaves_no_note(script, tmp_path, monkeypatch, capsys):
    tool = script("tools/install.py")
    monkeypatch.setattr(tool, "ENVIRONMENT", str(tmp_path))
    monkeypatch.setattr(tool, "run", lambda *_, **__: False)
    monkeypatch.setattr(tool, "works", lambda _: True)
    monkeypatch.chdir(tmp_path)
    assert tool.main([]) == 1
    assert not list(tmp_path.iterdir())
    assert "Run the command again" in capsys.readouterr().err


def test_make_help_names_every_target():
    targets = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), flags=re.MULTILINE))
    assert {"reports", "test", "lab", "course", "bench", "clean", "help"} <= targets
    answer = subprocess.run(["make", "-C", str(ROOT), "help"], capture_output=True, text=True, check=True)
    assert targets == set(re.findall(r"^  make ([a-z-]+)", answer.stdout, flags=re.MULTILINE))
