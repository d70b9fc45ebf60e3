"""Figures: each takes a result and returns a plotly figure. They load when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import plotly.graph_objects as go

PLOTLY_TYPE = "application/vnd.plotly.v1+json"  # the media type of a figure in a notebook

_NOUNS = {
    "associations": "aftermath.figures.association",
    "contradictory_statements": "aftermath.figures.contradiction",
    "strategy_sequence": "aftermath.figures.strategies",
    "specification_curve": "aftermath.figures.multiverse",
    "variance_by_choice": "aftermath.figures.shares_of_variance",
    "joint_inference": "aftermath.figures.joint_curve",
    "posts_over_time": "aftermath.figures.archive_series",
    "timeline": "aftermath.figures.crisis_timeline",
    "interval_coverage": "aftermath.figures.coverage",
    "latency_curves": "aftermath.figures.curves",
    "latency_ladder": "aftermath.figures.ladder",
    "latency_ladders": "aftermath.figures.ladder",
    "rubric_grid": "aftermath.figures.rubric",
    "tone_over_time": "aftermath.figures.tone",
    "trial": "aftermath.figures.numbers_on_trial",
    "topic_sizes": "aftermath.figures.topics",
    "topics_by_phase": "aftermath.figures.topics",
    "speed_and_transparency": "aftermath.figures.plane",
    "Point": "aftermath.figures.plane",
    "points": "aftermath.figures.plane",
    "market_reaction": "aftermath.figures.market",
    "abnormal_returns": "aftermath.figures.market",
    "signal_levels": "aftermath.figures.signals",
    "volume_alarm": "aftermath.figures.alarm",
    "among_placebos": "aftermath.figures.placebos",
    "beside_controls": "aftermath.figures.controls",
}

__all__ = [*_NOUNS]


def __getattr__(name: str) -> Callable[..., go.Figure]:
    if name in _NOUNS:
        importlib.import_module("aftermath.figures.notebook").show_at_once()
        return getattr(importlib.import_module(_NOUNS[name]), name)
    raise AttributeError(f"aftermath.figures has no {name!r}; it offers {', '.join(sorted(__all__))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
