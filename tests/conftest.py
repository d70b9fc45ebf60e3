"""What all tests share."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from trials import Trials, mark_trials

ROOT = Path(__file__).resolve().parent.parent

try:
    from hypothesis import settings
except ImportError:  # in the default environment; the tests that need it skip themselves
    pass
else:
    settings.register_profile("repeatable", derandomize=True, database=None, deadline=None)
    settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def script():
    """Load a script by its path in the repository, e.g. ``script("tools/environment.py")``."""

    def load(path: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(path.replace("/", "_").removesuffix(".py"), ROOT / path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture
def tool(monkeypatch):
    """Import a module of the folder ``tools``, whose modules import each other, e.g. ``tool("lock")``."""
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    return importlib.import_module


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--reliability", type=Path, metavar="FILE", help="write there what was tried and what survived")


def pytest_configure(config: pytest.Config) -> None:
    # processes that run tests report to one that counts
    if (path := config.getoption("--reliability")) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Trials(path))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    mark_trials(items)
