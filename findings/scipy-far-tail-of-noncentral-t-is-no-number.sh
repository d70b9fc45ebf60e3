#!/usr/bin/env bash
# SciPy 1.17.1 under Python 3.11: the distribution function of the noncentral t is NaN far below its centre, where it is as good as zero.
#
# Power of a test is the probability of a noncentral t beyond a critical value, on either side. For a strong effect the far side is
# some power of ten below zero that no sum notices: special.nctdtr(8, 20, -2.3) is 1e-62. From a shift of 40 on it is NaN, and so is
# whatever it is added to: a power of 1 comes out as no number. Shifts of 60 give 0 again.
#
# Seen:
#   shift 20: 1.0e-62
#   shift 40: nan
#   shift 60: 0.0e+00
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "scipy==1.17.1"
"$folder/env/bin/python" - <<'PYTHON'
import math
import sys

from scipy.special import nctdtr

found = {shift: float(nctdtr(8, shift, -2.306004135204166)) for shift in (20.0, 40.0, 60.0)}
for shift, value in found.items():
    print(f"shift {shift:.0f}: {value:.1e}")
if not (0 < found[20.0] < 1e-60 and math.isnan(found[40.0]) and found[60.0] == 0):
    sys.exit("this has changed")
PYTHON
