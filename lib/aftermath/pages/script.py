"""JSON for a script element, where nothing is escaped."""

from __future__ import annotations

import json
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
    written = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return Markup(written)  # noqa: S704 - no angle bracket is left
