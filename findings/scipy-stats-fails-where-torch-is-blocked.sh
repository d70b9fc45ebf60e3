#!/usr/bin/env bash
# scipy 1.17.1 with numpy 2.4.6: `import scipy.stats` fails where the import of torch is blocked as Python's documentation says.
#
# "If the value is None, then a ModuleNotFoundError is raised" (import system, the module cache): sys.modules["torch"] = None is the
# usual way to see whether a program does without an optional package. While scipy.stats is imported, its copy of array-api-compat asks
# whether a number is one of torch. It looks for "torch" in sys.modules, finds the entry, and takes an attribute of None. scipy needs no
# torch: without the entry the import succeeds where torch is not installed.
#
# Seen:
#   without the entry: imported
#   with the entry: AttributeError: 'NoneType' object has no attribute 'Tensor'
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "scipy==1.17.1" "numpy==2.4.6"
cat > "$folder/look.py" <<'PYTHON'
import sys

if "block" in sys.argv:
    sys.modules["torch"] = None
try:
    import scipy.stats
except Exception as error:
    print(f"{type(error).__name__}: {error}")
else:
    print("imported")
PYTHON
without="$("$folder/env/bin/python" "$folder/look.py")"
with="$("$folder/env/bin/python" "$folder/look.py" block)"
echo "without the entry: $without"
echo "with the entry: $with"
[[ "$without" == "imported" && "$with" == "AttributeError: 'NoneType' object has no attribute 'Tensor'" ]] || { echo "this has changed"; exit 1; }
