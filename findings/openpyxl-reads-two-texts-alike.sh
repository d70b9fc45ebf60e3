#!/usr/bin/env bash
# openpyxl 3.1.5: a cell that holds the letter A and one that holds the seven signs _x0041_ are read alike, and a carriage return as _x000D_.
#
# In XLSX a text writes what XML cannot hold, or would lose, as _xHHHH_, and an underscore that begins such a word as _x005F_. Spreadsheet
# programs do both: a text with a carriage return is saved with _x000D_, the typed word _x0041_ as _x005F_x0041_. openpyxl removes every
# "x005F_" from shared texts and leaves the escapes as they are. So two texts become one, a carriage return becomes seven signs, and
# a text that holds "x005F_" for itself loses it. Texts that stand in their cells (inlineStr) are not touched at all: _x005F_x0041_ stays.
#
# Seen, what each of four shared texts is read as:
#   A: '_x0041_', the word _x0041_: '_x0041_', a carriage return: '_x000D_', a part number ax005F_b: 'ab'
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "openpyxl==3.1.5"
cat > "$folder/read.py" <<'PYTHON'
import io
import zipfile

import openpyxl

given = {"A": "_x0041_", "the word _x0041_": "_x005F_x0041_", "a carriage return": "_x000D_", "ax005F_b": "ax005F_b"}
book = openpyxl.Workbook()
for row in range(1, 5):
    book.active.cell(row, 1, row)
written = io.BytesIO()
book.save(written)
shared = "".join(f"<si><t>{text}</t></si>" for text in given.values())
table = f'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">{shared}</sst>'
kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
made = io.BytesIO()
with zipfile.ZipFile(written) as old, zipfile.ZipFile(made, "w") as new:
    for name in old.namelist():
        part = old.read(name).decode()
        part = part.replace("</Types>", f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kind}"/></Types>')
        if name == "xl/worksheets/sheet1.xml":
            for row in range(1, 5):
                part = part.replace(f'<c r="A{row}" t="n"><v>{row}<', f'<c r="A{row}" t="s"><v>{row - 1}<')
        new.writestr(name, part)
    new.writestr("xl/sharedStrings.xml", table)
page = openpyxl.load_workbook(made).active
read = [page.cell(row, 1).value for row in range(1, 5)]
print(dict(zip(given, read)))
assert read == ["_x0041_", "_x0041_", "_x000D_", "ab"], "this has changed"
PYTHON
"$folder/env/bin/python" "$folder/read.py"
