#!/usr/bin/env bash
# pyreadstat 1.3.7 with polars 2.1.0: a text of 2045 bytes or more beside a missing one cannot be written for Stata.
#
# Long texts go into Stata's strL. With an empty text in the next row the file is written and read back; with a missing one
# write_dta ends in "A registered string reference was never inserted into any row", which names neither column nor row.
# What stood under the name before is gone by then: a file is left that no program reads. A short text beside a missing one
# is written, the missing one as an empty text, which is all that Stata knows.
#
# Seen:
#   2045 bytes and empty    written
#   2044 bytes and missing  written
#   2045 bytes and missing  A registered string reference was never inserted into any row
#   the file that was there before: Unable to read from file
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "pyreadstat==1.3.7" "polars==2.1.0" "pandas==2.3.3"
cd "$folder"
"$folder/env/bin/python" - <<'PYTHON'
import sys

import polars as pl
import pyreadstat


def written(length, other):
    try:
        pyreadstat.write_dta(pl.DataFrame({"answer": ["y" * length, other]}), "answers.dta", version=14)
    except pyreadstat.ReadstatError as error:
        return str(error)
    return "written"


seen = {}
for length, other in ((2045, ""), (2044, None), (2045, None)):
    seen[length, other] = written(length, other)
    print(f"{length} bytes and {'missing' if other is None else 'empty':8} {seen[length, other]}")
try:
    pyreadstat.read_dta("answers.dta")
    left = "is whole"
except pyreadstat.ReadstatError as error:
    left = str(error)
print("the file that was there before:", left)
if [*seen.values()] != ["written", "written", "A registered string reference was never inserted into any row"]:
    sys.exit("this has changed")
if left != "Unable to read from file":
    sys.exit("this has changed")
PYTHON
