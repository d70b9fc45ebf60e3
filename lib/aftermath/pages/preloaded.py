"""What kernels are likely to need, by name: the process that they are forked from imports it once."""

from __future__ import annotations

import pkgutil
from pathlib import Path

LIBRARY = Path(__file__).resolve().parents[1]
MANY = 7  # pages from which on it pays to import once what only some of them need


# in the order in which they are imported
FOR_EVERY_PAGE = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.debugger",
    "IPython.core.logger",
    *(
        f"{LIBRARY.name}.{folder}.{module.name}"
        for folder in ("measures", "comparison", "figures", "pages")
        for module in pkgutil.iter_modules([str(LIBRARY / folder)])  # which imports none
    ),
    "citeproc.source.json",
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
# without bertopic and scikit-learn, which the comparison alone needs: every fork takes the longer, the more there is in memory
FOR_SOME_PAGES = (
    "ruptures",
    "scipy.optimize",
    "statsmodels.genmod.generalized_linear_model",
    "statsmodels.regression.linear_model",
    "statsmodels.stats.sandwich_covariance",
    "statsmodels.tsa.statespace.structural",
)


def preload(pages: int = 1) -> None:
    """Have the process that kernels are forked from begin to import, so that it is ready when the first is asked for.

    Parameters
    ----------
    pages
        How many are likely to be made: for a few, packages that only some pages need are left to these.
    """
    from aftermath.running.forking import SERVER, can_fork

    if can_fork():
        SERVER.load(FOR_EVERY_PAGE if pages < MANY else (*FOR_EVERY_PAGE, *FOR_SOME_PAGES))
