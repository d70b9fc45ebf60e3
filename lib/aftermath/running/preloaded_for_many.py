"""What pages need beside, or only some of them: worth its half second where many are made. For few, each page imports it."""

from aftermath.running.preloaded import import_all

import_all(
    (
        "aftermath.pages.page",
        "ruptures",
        "scipy.optimize",
        "sklearn.cluster",
        "sklearn.decomposition",
        "sklearn.feature_extraction.text",
        "sklearn.metrics",
        "statsmodels.genmod.generalized_linear_model",
        "statsmodels.regression.linear_model",
        "statsmodels.stats.sandwich_covariance",
        "statsmodels.tsa.statespace.structural",
    )
)
