"""What some pages need beside: packages of models, worth their half second where many pages are made."""

from aftermath.reports.preloaded import import_all

import_all(
    (
        "ruptures",
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
