"""Aftermath: documented crises rebuilt from archived evidence, and compared.

The nouns that people use are here and load when first used, so that ``import aftermath`` is quick::

    import aftermath as am

    case = am.load_case("kitchenaid-tweet")
    am.speed(case).text
"""

from __future__ import annotations

import importlib

_NOUNS = {
    "AftermathError": "aftermath.problems",
    "CaseError": "aftermath.problems",
    "case_ids": "aftermath.cases.case",
    "load_case": "aftermath.cases.case",
    "alarm": "aftermath.measures.alarm",
    "alarm_from_coverage": "aftermath.measures.alarm",
    "claims": "aftermath.measures.claims",
    "compare": "aftermath.comparison.scoreboard",
    "gather": "aftermath.comparison.gathering",
    "daily_returns": "aftermath.measures.event_study",
    "ears_c1": "aftermath.measures.ears",
    "event_study": "aftermath.measures.event_study",
    "exhibit": "aftermath.reports.exhibit",
    "grade": "aftermath.course.lesson",
    "market_reaction": "aftermath.measures.market",
    "report": "aftermath.reports.report",
    "signals": "aftermath.measures.signals",
    "run_case": "aftermath.reports.execute",
    "run_comparison": "aftermath.reports.execute",
    "build": "aftermath.tasks.build",
    "speed": "aftermath.measures.speed",
    "tone": "aftermath.measures.tone",
    "recovery_from_coverage": "aftermath.measures.recovery",
    "transparency": "aftermath.measures.transparency",
    "tweet_time": "aftermath.times",
}

_PACKAGES = ("cases", "figures")

__all__ = [*_NOUNS, *_PACKAGES]


def __getattr__(name: str) -> object:
    if name in _PACKAGES:
        return importlib.import_module(f"aftermath.{name}")
    if name in _NOUNS:
        return getattr(importlib.import_module(_NOUNS[name]), name)
    raise AttributeError(f"aftermath has no {name!r}; it offers {', '.join(sorted(__all__))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
