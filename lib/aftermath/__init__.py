"""Aftermath: documented crises rebuilt from archived evidence, and compared.

The nouns that people use are here and load when first used, so that ``import aftermath`` is quick::

    import aftermath as am

    case = am.load_case("kitchenaid-tweet")
    am.speed(case).text
"""

from __future__ import annotations

import importlib

# noun -> the module that has it, under the same name
_NOUNS = {
    "AftermathError": "aftermath.problems",
    "CaseError": "aftermath.problems",
    "case_ids": "aftermath.case_files.case",
    "cases": "aftermath.case_files.case",
    "load_case": "aftermath.case_files.case",
    "alarm": "aftermath.measures.alarm",
    "alarm_from_coverage": "aftermath.measures.alarm",
    "archive_sentiment": "aftermath.measures.archive_sentiment",
    "associations": "aftermath.comparison.associations",
    "change_points": "aftermath.statistics.change_points",
    "check": "aftermath.case_files.check",
    "claims": "aftermath.measures.claims",
    "compare": "aftermath.comparison.scoreboard",
    "conclusions": "aftermath.comparison.conclusions",
    "contradiction": "aftermath.measures.contradiction",
    "contrasts": "aftermath.comparison.contrasts",
    "daily_returns": "aftermath.statistics.event_study",
    "disagreements": "aftermath.measures.disagreements",
    "ears_c1": "aftermath.statistics.ears",
    "event_study": "aftermath.statistics.event_study",
    "exponential_recovery": "aftermath.statistics.exponential",
    "gather": "aftermath.comparison.gathering",
    "latency_curves": "aftermath.measures.latency_curves",
    "leave_one_out": "aftermath.comparison.leave_one_out",
    "level_change": "aftermath.statistics.level_change",
    "local_level": "aftermath.statistics.local_level",
    "market_reaction": "aftermath.measures.market",
    "method_checks": "aftermath.statistics.checks",
    "multiverse": "aftermath.comparison.multiverse",
    "post_time": "aftermath.post_times",
    "playbook": "aftermath.comparison.playbook",
    "recovery": "aftermath.measures.recovery",
    "resilience_loss": "aftermath.statistics.resilience",
    "segmented_regression": "aftermath.statistics.segmented",
    "signals": "aftermath.measures.signals",
    "simulation_study": "aftermath.statistics.checks.simulated",
    "speed": "aftermath.measures.speed",
    "strategies": "aftermath.comparison.strategies",
    "time_to_return": "aftermath.statistics.time_to_return",
    "tone": "aftermath.measures.tone",
    "topics": "aftermath.topic_modelling.topics",
    "transparency": "aftermath.measures.transparency",
    "turnbull": "aftermath.statistics.turnbull",
    "worth_finding": "aftermath.comparison.worth_finding",
    "exhibit": "aftermath.pages.exhibit",
    "grade": "aftermath.course.lesson",
    "report": "aftermath.pages.report",
    "results": "aftermath.running.results",
    "run_case": "aftermath.pages.run",
    "run_comparison": "aftermath.pages.run",
    "run_methods": "aftermath.pages.run",
    "build": "aftermath.building.build",
    "tweet_time": "aftermath.times",
}

_PACKAGES = ("figures",)

__all__ = [*_NOUNS, *_PACKAGES]


def __getattr__(name: str) -> object:
    if name in _PACKAGES:
        return importlib.import_module(f"aftermath.{name}")
    if name in _NOUNS:
        return getattr(importlib.import_module(_NOUNS[name]), name)
    raise AttributeError(f"aftermath has no {name!r}; it offers {', '.join(sorted(__all__))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
