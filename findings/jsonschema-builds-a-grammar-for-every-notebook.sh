#!/usr/bin/env bash
# jsonschema 4.26.0 with rfc3987-syntax 1.1.0 and nbformat 5.11.0: reading a notebook costs most of a second where one optional
# package is installed, and next to nothing where it is not.
#
# nbformat validates what it reads by jsonschema. When jsonschema is imported, it imports rfc3987-syntax if it is there (JupyterLab brings
# it, by jupyter-events), which builds the grammar of internationalised web addresses at import. Schemas of notebooks hold no such address.
# Programs that start often, such as one kernel a notebook, pay it each time.
#
# Seen, processor seconds of importing nbformat and validating an empty notebook; the check asks for twice as much at least:
#   without 0.17 s, with 1.37 s
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "jsonschema==4.26.0" "nbformat==5.11.0"
cat > "$folder/measure.py" <<'PYTHON'
import time

start = time.process_time()
import nbformat
from nbformat.v4 import new_notebook

nbformat.validate(new_notebook())
print(time.process_time() - start)
PYTHON
measure() { for _ in 1 2 3; do "$folder/env/bin/python" "$folder/measure.py"; done | sort -g | head -1; }
measure > /dev/null
without="$(measure)"
"$folder/env/bin/pip" install --quiet "rfc3987-syntax==1.1.0"
measure > /dev/null
with="$(measure)"
echo "without $without s, with $with s"
python3 -c "import sys; sys.exit('this has changed' if float('$with') < 2 * float('$without') else 0)"
