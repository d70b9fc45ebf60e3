"""JSON for a script element, where nothing is escaped."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup


def script_json(value: Any) -> Markup:
    """A value as JSON that **can neither end a script element nor open a comment in it**, whatever text of a case it holds.

    Parameters
    ----------
    value
        Anything that JSON knows.

    Returns
    -------
    markupsafe.Markup
        The same value to whoever parses it; keys in order, no space.

    Examples
    --------
    >>> print(script_json({"title": "</script><!--"}))
    {"title":"\\u003c/script>\\u003c!--"}
    """
    return Markup(_json(value))  # noqa: S704 - no angle bracket is left


def script_object(members: Mapping[str, str]) -> Markup:
    """An object whose members are finished JSON for a script element, keys in order.

    Examples
    --------
    >>> print(script_object({"pages": "[1]", "kinds": script_json({"case": "Case"})}))
    {"kinds":{"case":"Case"},"pages":[1]}
    """
    named = (f"{_json(name)}:{member}" for name, member in sorted(members.items()))
    return Markup("{" + ",".join(named) + "}")  # noqa: S704 - of what has no angle bracket


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
