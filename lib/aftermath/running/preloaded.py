"""What every page needs, imported once in the process that workers and kernels are forked from. It imports, nothing else."""

import contextlib
import gc
import importlib
import pkgutil
import sys
import types
from collections.abc import Iterable, Iterator

import aftermath

_OURS = ("measures", "comparison", "figures")
_THEIRS = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "IPython.core.logger",
    "krippendorff",
    "loky",
    "msgspec",
    "papermill",
    "plotly.graph_objs._bar",
    "plotly.graph_objs._figure",
    "plotly.graph_objs._scatter",
    "plotly.graph_objs.bar",
    "plotly.graph_objs.layout",
    "plotly.graph_objs.scatter",
    "plotly.io._json",
    "plotly.tools",
    "scipy.special",
)
# Checks of formats that no notebook has (one builds a grammar of web addresses in a second), and a way to databases, which
# dataframely would offer. Whoever wants them later gets them.
_USELESS = ("isoduration", "rfc3986_validator", "rfc3987_syntax", "sqlalchemy", "webcolors")
# What papermill would fetch notebooks from the web with, and what scipy takes along with all of numpy.
_HARDLY_USED = ("requests", "numpy.f2py")


class _Later(types.ModuleType):
    """Stands in for a module: what is asked of it is asked of the module, which is imported then."""

    def __getattr__(self, name: str) -> object:
        return getattr(importlib.import_module(self.__name__), name)


def _modules(package: str) -> list[str]:
    path = importlib.import_module(package).__path__
    return [found.name for found in pkgutil.iter_modules(path, f"{package}.")]


def import_all(names: Iterable[str]) -> None:
    """Import modules that stay: to look for garbage in them takes a fifth of the time, and touches memory that forks share."""
    gc.disable()
    for name in names:
        importlib.import_module(name)
    gc.freeze()
    gc.enable()


@contextlib.contextmanager
def _instead_of(modules: dict[str, types.ModuleType | None]) -> Iterator[None]:
    """Have others in the place of modules that nobody has imported yet; None where they are not to be had."""
    absent = {name: instead for name, instead in modules.items() if name not in sys.modules}
    inner = [(importlib.import_module(name.rpartition(".")[0]), name) for name in absent if "." in name]
    sys.modules |= absent
    for parent, name in inner:
        setattr(parent, name.rpartition(".")[2], absent[name])
    try:
        yield
    finally:
        for parent, name in inner:
            delattr(parent, name.rpartition(".")[2])
        for name in absent:
            del sys.modules[name]


with _instead_of(dict.fromkeys(_USELESS) | {name: _Later(name) for name in _HARDLY_USED}):
    import_all(name for package in _OURS for name in _modules(f"{aftermath.__name__}.{package}"))
    import_all(
        (
            "aftermath.pages.report",
            "aftermath.pages.case_results",
            "aftermath.pages.unmeasured",
            "aftermath.pages.compiled",
            "aftermath.pages.site",
            *_THEIRS,
        )
    )
