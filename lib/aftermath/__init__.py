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
    "cases": "aftermath.cases.case",
    "load_case": "aftermath.cases.case",
    "claims": "aftermath.measures.claims",
    "speed": "aftermath.measures.speed",
    "tone": "aftermath.measures.tone",
    "transparency": "aftermath.measures.transparency",
    "tweet_time": "aftermath.times",
}

__all__ = [*_NOUNS]


def __getattr__(name: str) -> object:
    if name in _NOUNS:
        return getattr(importlib.import_module(_NOUNS[name]), name)
    raise AttributeError(f"aftermath has no {name!r}; it offers {', '.join(sorted(__all__))}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
