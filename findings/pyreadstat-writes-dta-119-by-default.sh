#!/usr/bin/env bash
# pyreadstat 1.3.7: what it calls version 15 of Stata, its default, is format 119, even for a table of one variable.
#
# Stata 15 writes format 118, like Stata 14; 119 is for more variables than 32,767, which Stata/MP alone can hold. By the
# documentation of pandas' to_stata, Stata SE cannot read such a file. With version=14 the same table becomes 118. haven and
# pandas read both, so that nobody notices before a colleague opens it.
#
# Seen:
#   version default 119
#   version      15 119
#   version      14 118
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "pyreadstat==1.3.7" "polars==2.1.0"
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import re
import sys
from pathlib import Path

import polars as pl
import pyreadstat

seen = []
for version in (None, 15, 14):
    pyreadstat.write_dta(pl.DataFrame({"n": [1]}), "n.dta", **({"version": version} if version else {}))
    seen.append(re.search(rb"<release>(\d+)</release>", Path("n.dta").read_bytes())[1].decode())
    print(f"version {version or 'default':>7} {seen[-1]}")
if seen != ["119", "119", "118"]:
    sys.exit("this has changed")
PYTHON
