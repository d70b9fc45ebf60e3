"""What every page needs that takes long to be ready: for a process that many are forked from, which imports this by its name.

Templates of the library are compiled; names of countries and the style of references are read.
"""

from __future__ import annotations

from aftermath.display import Display
from aftermath.exchange.citing import cite_software
from aftermath.pages.templating import ENVIRONMENT
from aftermath.vocabulary import country_name

for _name in ENVIRONMENT.list_templates(extensions=("j2",)):
    ENVIRONMENT.get_template(_name)
_ = Display().html(), country_name("GB"), cite_software().text
