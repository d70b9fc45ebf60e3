"""What pages need, imported once in the process that workers and kernels are forked from. It imports, nothing else."""

import gc
import importlib
import pkgutil
import sys

import aftermath

_OURS = ("measures", "comparison", "figures", "reports.passages")
_THEIRS = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "IPython.core.logger",
    "krippendorff",
    "papermill",
    "plotly.graph_objs._bar",
    "plotly.graph_objs._figure",
    "plotly.graph_objs._scatter",
    "plotly.graph_objs.bar",
    "plotly.graph_objs.layout",
    "plotly.graph_objs.scatter",
    "plotly.io._json",
    "plotly.tools",
    "ruptures",
    "scipy.optimize",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.decomposition",
    "sklearn.feature_extraction.text",
    "sklearn.metrics",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.miscmodels.ordinal_model",
    "statsmodels.regression.linear_model",
    "statsmodels.stats.sandwich_covariance",
    "statsmodels.tsa.statespace.structural",
)
# A grammar of web addresses, built in a second for a check of a format that no notebook has.
_USELESS = "rfc3987_syntax"


def _modules(package: str) -> list[str]:
    path = importlib.import_module(package).__path__
    return [found.name for found in pkgutil.iter_modules(path, f"{package}.")]


def _import_all() -> None:
    sys.modules[_USELESS] = None
    for package in _OURS:
        for name in _modules(f"{aftermath.__name__}.{package}"):
            importlib.import_module(name)
    for name in ("aftermath.reports.report", "aftermath.reports.comparison_passages", *_THEIRS):
        importlib.import_module(name)
    del sys.modules[_USELESS]


# What is imported stays: to look for garbage in it takes a fifth of the time, and touches memory that forks share.
gc.disable()
_import_all()
gc.freeze()
gc.enable()
