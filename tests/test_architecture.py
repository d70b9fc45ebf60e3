"""The shape of the house: floors, sizes, documentation, notebooks, and how quickly the door opens."""

from __future__ import annotations

import ast
import functools
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from aftermath.pages.site import BROUGHT

ROOT = Path(__file__).resolve().parent.parent
LIBRARY = ROOT / "lib" / "aftermath"
MODULES = sorted(LIBRARY.rglob("*.py"))

FLOORS = {
    "vocabulary": 0,
    "times": 0,
    "post_times": 0,
    "wording": 0,
    "problems": 0,
    "display": 0,
    "templates": 0,
    "terminal": 0,
    "files": 0,
    "formula_cells": 0,
    "yaml_text": 0,
    "kept": 0,
    "workspace": 0,
    "statistics": 1,
    "downloads": 1,
    "case_files": 2,
    "archives": 2,
    "public": 2,
    "running": 2,
    "exchange": 3,
    "measures": 3,
    "captures": 4,
    "comparison": 4,
    "topic_modelling": 4,
    "figures": 5,
    "workbooks": 5,
    "replaying": 5,
    "pages": 6,
    "course": 6,
    "saving": 6,
    "building": 7,
    "laboratory": 7,
    "cli_archive": 8,
    "cli_exchange": 8,
    "cli_sources": 8,
    "cli_table": 8,
    "cli_workbook": 8,
    "cli": 9,
    "__main__": 10,
    "__init__": 11,  # the door: it offers nouns from every floor
}
IGNORED = [line.rstrip("/") for line in (ROOT / ".gitignore").read_text().splitlines() if line.endswith("/")]
NOT_OURS = {".git", *IGNORED}
PATH_OF_A_MACHINE = re.compile(r"(?<![\w.:/-])(?:[A-Z]:\\Users\\|/(?:home|root|tmp|work|Users)/)\w")

LONGEST_FILE = 400
TYPICAL_BODY = 8
LONG_BODY = 30


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), named(path))


# Floors


def floor_of(part: str) -> int:
    assert part in FLOORS, f"{part} is on no floor: add it to FLOORS and to docs/architecture.md"
    return FLOORS[part]


def part_of(path: Path) -> str:
    """The module or package of the library that a file belongs to."""
    return path.relative_to(LIBRARY).parts[0].removesuffix(".py")


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Line and part of the library for every import, at the top, in a function or by a name in a string."""
    doors = {"aftermath"}
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if alias.name != "aftermath")
            doors |= {alias.asname for alias in node.names if alias.name == "aftermath" and alias.asname}
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, name) for name in _absolute(node, path))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            parts = node.value.split(".")
            if parts[0] == "aftermath" and len(parts) > 1 and parts[1] in FLOORS:
                yield node.lineno, node.value
    yield from _through_the_door(path, doors)


def _through_the_door(path: Path, doors: set[str]) -> Iterator[tuple[int, str]]:
    """What is reached as ``aftermath.something``, by whatever name aftermath was imported."""
    for node in ast.walk(tree(path)):
        through = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in doors
        if through and not node.attr.startswith("__"):
            yield node.lineno, f"aftermath.{node.attr}"


def _absolute(node: ast.ImportFrom, path: Path) -> list[str]:
    package = ["aftermath", *path.relative_to(LIBRARY).parent.parts]
    origin = package[: len(package) - node.level + 1] if node.level else []
    origin += (node.module or "").split(".") if node.module else []
    if origin == ["aftermath"]:
        return [f"aftermath.{alias.name}" for alias in node.names]
    return [".".join(origin)]


def uses_of_the_house(path: Path) -> list[tuple[int, str]]:
    names = [(line, name.split(".")) for line, name in imported(path)]
    return [(line, parts[1]) for line, parts in names if parts[0] == "aftermath"]


def test_every_module_stands_on_a_floor():
    assert len(MODULES) > 10
    assert {part_of(path) for path in MODULES} <= set(FLOORS)


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_imports_lead_downwards_only(path):
    here = part_of(path)
    upwards = [
        f"{named(path)}:{line} on floor {floor_of(here)} imports {part} from floor {floor_of(part)}"
        for line, part in uses_of_the_house(path)
        if part != here and not (floor_of(part) < floor_of(here) or floor_of(part) == floor_of(here) == 0)
    ]
    assert not upwards, "\n".join(upwards)


def test_an_upward_import_would_be_seen(tmp_path, monkeypatch):
    library = tmp_path / "lib" / "aftermath"
    (library / "cases").mkdir(parents=True)
    module = library / "cases" / "sneaky.py"
    module.write_text(
        "def late():\n    from aftermath.measures import speed\n    from ..cli import main\n    import aftermath as am\n"
        "    from aftermath import figures\n    am.compare(am.__file__)\n    return 'aftermath.pages.page'\n"
    )
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    monkeypatch.setitem(globals(), "LIBRARY", library)
    assert {part for _, part in uses_of_the_house(module)} == {"measures", "cli", "compare", "figures", "pages"}


# Nobody else's private names


def private_names(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Private names of other packages that a module imports, or reads of what it has imported, and modules that it replaces."""
    foreign = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            foreign |= {(alias.asname or alias.name).split(".")[0] for alias in node.names if not ours(alias.name)}
            yield from (
                (node.lineno, alias.name) for alias in node.names if not ours(alias.name) and private(alias.name)
            )
        elif isinstance(node, ast.ImportFrom) and not node.level and not ours(node.module or ""):
            foreign |= {alias.asname or alias.name for alias in node.names}
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from ((node.lineno, name) for name in names if private(name))
    for node in ast.walk(module):
        if (
            isinstance(node, ast.Attribute)
            and not isinstance(node.value, ast.Call)
            and ast.unparse(node).split(".")[0] in foreign
            and private(ast.unparse(node))
        ) or (
            isinstance(node, ast.Subscript)
            and ast.unparse(node.value) == "sys.modules"
            and not isinstance(node.ctx, ast.Load)
        ):
            yield node.lineno, ast.unparse(node)


def ours(name: str) -> bool:
    return name.split(".")[0] in {"aftermath", "__future__"}


def private(name: str) -> bool:
    parts = name.split(".")
    return any(part.startswith("_") and not part.endswith("__") for part in parts) and parts != ["os", "_exit"]


@pytest.mark.parametrize("path", MODULES, ids=named)
def test_no_private_name_of_another_package_is_used(path):
    used = [f"{named(path)}:{line} {name}" for line, name in private_names(tree(path))]
    assert not used, "\n".join(used)


def test_a_private_name_would_be_seen():
    source = (
        "import os, sys, numpy as np\nfrom loky import _base\nfrom pathlib import Path\nimport zmq._future\n"
        "np._core\nPath._flavour\nsys.modules['x'] = None\nself._own\nfrom aftermath import _ours\nos._exit\nnp.__version__\n"
    )
    seen = [name for _, name in private_names(ast.parse(source))]
    assert sorted(seen) == ["Path._flavour", "loky._base", "np._core", "sys.modules['x']", "zmq._future"]


# Sizes


def functions() -> list[tuple[str, int]]:
    """Where each function of the library stands, and the lines of its body without the docstring."""
    return [
        (f"{named(path)}:{node.lineno} {node.name}", body_lines(node))
        for path in MODULES
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def test_body_lines_leave_the_docstring_out():
    source = 'def f(a,\n      b):\n    """One.\n\n    Two.\n    """\n    c = (\n        a\n    )\n\n    return c\n'
    assert body_lines(ast.parse(source).body[0]) == 5


def test_functions_are_short():
    lines = sorted((count, where) for where, count in functions() if count)
    counts = [count for count, _ in lines]
    assert len(counts) > 100
    assert statistics.median(counts) <= TYPICAL_BODY
    share = sum(count < LONG_BODY for count in counts) / len(counts)
    longest = "\n".join(f"{count:4} {where}" for count, where in lines[::-1][:20])
    assert share >= 0.9, f"{share:.0%} of functions are under {LONG_BODY} lines; the longest:\n{longest}"


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("lib", "tests", "tools", "benchmarks", "notebooks")
        for path in sorted((ROOT / folder).rglob("*.*"))
        if path.suffix in {".py", ".js", ".css", ".html", ".j2"} and path.name not in BROUGHT
    ],
    ids=named,
)
def test_files_are_short(path):
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= LONGEST_FILE


# Documentation


def undocumented(module: ast.Module, inherited: dict[str, set[str]]) -> Iterator[ast.AST]:
    """Public functions, classes and methods without a docstring; what a documented parent explains is explained."""
    for node in module.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            if not ast.get_docstring(node):
                yield node
            yield from _undocumented_methods(node, inherited) if isinstance(node, ast.ClassDef) else ()


def _undocumented_methods(owner: ast.ClassDef, inherited: dict[str, set[str]]) -> Iterator[ast.AST]:
    parents = [ast.unparse(base).split("[")[0].split(".")[-1] for base in owner.bases]
    foreign = any(parent not in inherited and parent not in {"ABC", "Protocol", "Enum"} for parent in parents)
    explained = set().union(*(inherited.get(parent, ()) for parent in parents))
    for node in owner.body:
        is_public = isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
        # a rule of a table is named by the fault it finds, and the fault's wording is its documentation
        is_rule = is_public and any("rule" in ast.unparse(decorator) for decorator in node.decorator_list)
        if is_public and not is_rule and not foreign and node.name not in explained and not ast.get_docstring(node):
            yield node


def documented_methods() -> dict[str, set[str]]:
    """Class to its methods that have a docstring; classes of one name in two modules are taken together."""
    found: dict[str, set[str]] = {}
    for node in (node for path in MODULES for node in ast.walk(tree(path))):
        if isinstance(node, ast.ClassDef):
            methods = [method for method in node.body if isinstance(method, ast.FunctionDef)]
            found.setdefault(node.name, set()).update(each.name for each in methods if ast.get_docstring(each))
    return found


@pytest.fixture(scope="module")
def inherited() -> dict[str, set[str]]:
    return documented_methods()


@pytest.mark.parametrize("path", [path for path in MODULES if path.name != "__main__.py"], ids=named)
def test_public_names_are_documented(path, inherited):
    module = tree(path)
    assert ast.get_docstring(module) or not module.body, f"{named(path)} does not say what it is for"
    missing = [f"{named(path)}:{node.lineno} {node.name}" for node in undocumented(module, inherited)]
    assert not missing, "\n".join(missing)


def test_a_missing_docstring_would_be_seen():
    source = "def a(): return 1\nclass B:\n    'Yes.'\n    def c(self): return 1\n    def _d(self): return 1\n"
    assert [node.name for node in undocumented(ast.parse(source), {})] == ["a", "c"]


# No trace of one machine


def texts() -> Iterator[tuple[Path, str]]:
    """The text files of the repository, those of folders that git ignores left out."""
    for path in sorted(ROOT.rglob("*")):
        if path.is_file() and not NOT_OURS.intersection(path.relative_to(ROOT).parts):
            try:
                yield path, path.read_text(encoding="utf-8")
            except UnicodeDecodeError:  # a picture
                continue


def test_no_file_names_a_path_of_one_machine():
    found = [f"{named(path)}: {match.group()}" for path, text in texts() for match in PATH_OF_A_MACHINE.finditer(text)]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("folder", ["home", "root", "tmp", "work", "Users"])
def test_a_path_of_one_machine_would_be_seen(folder):
    assert PATH_OF_A_MACHINE.search(f"open('/{folder}/someone/notes.txt')")
    assert not PATH_OF_A_MACHINE.search(f"https://example.org/{folder}/someone")


# The door opens quickly


def test_importing_aftermath_is_quick(script):
    seconds = script("benchmarks/import_time.py").alternately("aftermath", "polars", rounds=5)
    assert min(seconds["aftermath"]) <= 1.5 * min(seconds["polars"])


def test_importing_aftermath_loads_no_heavy_package():
    question = (
        "import sys, aftermath; dir(aftermath); "
        "print({'plotly', 'statsmodels', 'dataframely', 'bertopic', 'papermill', 'nbclient'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "set()"


def test_every_noun_is_there():
    import aftermath

    assert len(aftermath.__all__) > 8
    for noun in aftermath.__all__:
        assert getattr(aftermath, noun) is not None


def test_no_module_of_figures_takes_the_place_of_a_figure():
    # what imports a module puts it into its package, under its name: before a kernel is forked all of them are imported
    from aftermath import figures

    assert not {path.stem for path in (LIBRARY / "figures").glob("*.py")} & set(figures.__all__)


def test_the_door_says_kindly_what_it_does_not_offer():
    import aftermath

    with pytest.raises(AttributeError, match=r"^aftermath has no 'spede'; it offers AftermathError, .*speed, "):
        aftermath.spede  # noqa: B018
    assert set(aftermath.__all__) <= set(dir(aftermath))


def test_no_noun_has_the_name_of_a_room():
    """Importing a package sets its name at the door, where it would take the place of the noun."""
    import aftermath

    rooms = {path.parent.name for path in LIBRARY.glob("*/__init__.py")} | {path.stem for path in LIBRARY.glob("*.py")}
    assert rooms & set(aftermath.__all__) == {"figures"}
