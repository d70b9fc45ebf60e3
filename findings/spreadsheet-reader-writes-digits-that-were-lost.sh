#!/usr/bin/env bash
# fastexcel 0.21.0 (calamine) under Python 3.11: asked for text, it writes 19 digits for a number of which 15 are known.
#
# A spreadsheet keeps 15 digits of a number. The id 1764576514667446272 is stored as 1.76457651466745E+18, which shows that
# digits are gone. Read with dtypes="string" it comes out as 1764576514667450112: the nearest double, written in full. It looks
# like any other id, and who gets the table can no longer see that four digits were made up. A short number comes out as it is.
#
# Seen:
#   stored 1.76457651466745E+18   read '1764576514667450112'
#   stored 8000                   read '8000'
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "fastexcel==0.21.0" "XlsxWriter==3.3.1" "polars==2.1.0"
"$folder/env/bin/python" - "$folder" <<'PYTHON'
import sys
import zipfile
from pathlib import Path

import fastexcel
import xlsxwriter

folder = Path(sys.argv[1])
with xlsxwriter.Workbook(folder / "made.xlsx") as book:
    sheet = book.add_worksheet()
    sheet.write_column(0, 0, ["id"])
    sheet.write_number(1, 0, 1.76457651466745e18)
    sheet.write_number(2, 0, 8000)

with zipfile.ZipFile(folder / "made.xlsx") as made, zipfile.ZipFile(folder / "ids.xlsx", "w") as ids:
    for name in made.namelist():
        content = made.read(name)
        if name == "xl/worksheets/sheet1.xml":  # the form in which Excel itself stores the number
            content = content.replace(b"<v>1.76457651466745e+18</v>", b"<v>1.76457651466745E+18</v>")
            assert b"1.76457651466745E+18" in content, content
        ids.writestr(name, content)

read = fastexcel.read_excel(folder / "ids.xlsx").load_sheet(0, dtypes="string").to_polars().to_series().to_list()
for stored, text in zip(("1.76457651466745E+18", "8000"), read, strict=True):
    print(f"stored {stored:22} read {text!r}")
if read != ["1764576514667450112", "8000"]:
    sys.exit("this has changed")
PYTHON
