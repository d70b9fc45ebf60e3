"""Ids of cases are completed where they are typed: inside ``am.load_case("``, and wherever else a function takes one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult, context_matcher
from IPython.core.interactiveshell import InteractiveShell

from aftermath.workspace import WorkspaceError, find_workspace

# a call whose first argument is being written: a text, or one text of a list
_CALL = re.compile(r"""(?P<name>[\w.]+)\(\s*(?P<list>\[(?:\s*["'][\w-]*["']\s*,)*)?\s*["'](?P<begun>[\w-]*)$""")
_SEVERAL = ("case_ids", "cases")
_TAKES = {"one": ("case", "case_id", "of", *_SEVERAL), "several": _SEVERAL}


def complete_ids(shell: InteractiveShell) -> None:
    """Let a shell of IPython, as notebooks have, complete the ids of the cases of the workspace in force.

    Parameters
    ----------
    shell
        What runs the cells. It looks among its variables for the function that is being called.
    """

    @context_matcher(identifier="aftermath.case_ids")
    def ids(context: CompletionContext) -> SimpleMatcherResult:
        call = _CALL.search(context.text_until_cursor)
        function = _called(call["name"], shell.user_ns) if call else None
        if not call or function is None:
            return {"completions": []}
        first = next(iter(inspect.signature(function).parameters), "")
        wanted = first in _TAKES["several" if call["list"] else "one"]
        found = [SimpleCompletion(id, type="text") for id in _ids() if wanted and id.startswith(call["begun"])]
        return {"completions": found, "matched_fragment": call["begun"], "suppress": bool(found)}

    shell.Completer.custom_matchers.append(ids)


def _called(name: str, variables: Mapping[str, Any]) -> Callable[..., Any] | None:
    """The function of ours that a name stands for; nothing else is looked into."""
    first, *rest = name.split(".")
    found = variables.get(first)
    for part in rest:
        if not getattr(found, "__name__", "").startswith("aftermath"):
            return None
        found = getattr(found, part, None)
    return found if getattr(found, "__module__", "").startswith("aftermath.") and inspect.isfunction(found) else None


def _ids() -> tuple[str, ...]:
    try:
        return find_workspace().case_ids()
    except WorkspaceError:
        return ()
