#!/usr/bin/env bash
# openpyxl 3.1.5: a text longer than a cell can hold is cut at 32,767 characters, without an error or a warning.
#
# The limit is Excel's. But a workbook of long posts, transcripts or abstracts is saved as if all was in it, and the end of each
# long text is missing for good. A control character in a text is an error, a text that is too long is not.
#
# Seen:
#   40000 characters put into a cell, 32767 in it, warnings: 0
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "openpyxl==3.1.5"
"$folder/env/bin/python" - <<'PYTHON'
import sys
import warnings

from openpyxl import Workbook

with warnings.catch_warnings(record=True) as raised:
    warnings.simplefilter("always")
    cell = Workbook().active.cell(1, 1, "a" * 40_000)
print(f"40000 characters put into a cell, {len(cell.value)} in it, warnings: {len(raised)}")
if (len(cell.value), len(raised)) != (32_767, 0):
    sys.exit("this has changed")
PYTHON
