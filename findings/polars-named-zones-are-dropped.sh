#!/usr/bin/env bash
# polars 2.1.0 under Python 3.11: %Z reads the name of a zone and then forgets it; times of two zones come out as one clock.
#
# Exports of several tools write 2024-03-08 09:00:00 EST, and EDT three days later. str.to_datetime with %Z accepts both, gives a
# Datetime without zone, and 09:00 for each: an hour apart in truth, the same on the clock, and five or four hours from UTC,
# which nothing says. A word that names no zone is accepted as well. An offset as a number, read by %z, is honoured.
#
# Seen:
#   2024-03-08 09:00:00 EST    2024-03-08 09:00:00  zone None
#   2024-03-11 09:00:00 EDT    2024-03-11 09:00:00  zone None
#   2024-03-11 09:00:00 KETTLE 2024-03-11 09:00:00  zone None
#   2024-03-08 09:00:00 -0500  2024-03-08 14:00:00  zone UTC
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "polars==2.1.0"
"$folder/env/bin/python" - <<'PYTHON'
import sys

import polars as pl

named = ["2024-03-08 09:00:00 EST", "2024-03-11 09:00:00 EDT", "2024-03-11 09:00:00 KETTLE"]
read = pl.Series(named).str.to_datetime("%Y-%m-%d %H:%M:%S %Z")
offset = pl.Series(["2024-03-08 09:00:00 -0500"]).str.to_datetime("%Y-%m-%d %H:%M:%S %z")
for text, moment in zip([*named, "2024-03-08 09:00:00 -0500"], [*read, *offset], strict=True):
    zone = read.dtype.time_zone if text in named else offset.dtype.time_zone
    print(f"{text:26} {moment:%Y-%m-%d %H:%M:%S}  zone {zone}")
if (read.dtype.time_zone, {moment.hour for moment in read}, offset[0].hour) != (None, {9}, 14):
    sys.exit("this has changed")
PYTHON
