"""Every template of the library, compiled: for a process that many are forked from, which imports this by its name."""

from __future__ import annotations

from aftermath.pages.templating import ENVIRONMENT

for _name in ENVIRONMENT.list_templates(extensions=("j2",)):
    ENVIRONMENT.get_template(_name)
