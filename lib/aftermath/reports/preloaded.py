"""What every page needs, imported once in the process that workers and kernels are forked from. It imports, nothing else."""

import gc
import importlib
import pkgutil
import sys
from collections.abc import Iterable

import aftermath

_OURS = ("measures", "comparison", "figures", "reports.passages")
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


_left_out = [name for name in _USELESS if name not in sys.modules]
sys.modules |= dict.fromkeys(_left_out)
import_all(name for package in _OURS for name in _modules(f"{aftermath.__name__}.{package}"))
import_all(("aftermath.reports.report", "aftermath.reports.comparison_passages", "aftermath.reports.site", *_THEIRS))
for _name in _left_out:
    del sys.modules[_name]
