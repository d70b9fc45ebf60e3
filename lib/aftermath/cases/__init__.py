"""Cases: reading them from their folders, checking them, starting new ones.

``aftermath.cases`` is this package and, called, all cases of the workspace: ``am.cases()``. Importing any
module of the package puts the package itself at that name, so the package has to answer the call.
"""

from __future__ import annotations

import sys
from types import ModuleType


class _Callable(ModuleType):
    def __call__(self, *arguments: object, **options: object) -> tuple:
        from aftermath.cases.case import cases

        return cases(*arguments, **options)


sys.modules[__name__].__class__ = _Callable
