"""Aftermath: documented crises rebuilt from archived evidence, and compared.

The nouns that people use are here and load when first used, so that ``import aftermath`` is quick::

    import aftermath as am

    case = am.load_case("kitchenaid-tweet")
    am.speed(case).text
"""

from __future__ import annotations

import sys
from typing import Any

import lazy_loader

# what is at the door, and where it is at home, is said in __init__.pyi
_load, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"aftermath has no {name!r}; it offers {', '.join(__all__)}")
    return _load(name)


if (_ipython := sys.modules.get("IPython")) and (_shell := _ipython.get_ipython()):  # in a notebook
    from aftermath.laboratory.completion import complete_ids

    complete_ids(_shell)
