#!/usr/bin/env bash
# zstandard 0.25.0 under Python 3.11: the stream reader ends without a word where a file was cut short.
#
# A dump of posts packed as .zst was cut off in the middle, as happens when a download breaks. gzip raises EOFError at that
# place. ZstdDecompressor().stream_reader, and zstandard.open, give what there is and then end as if the file were whole: who counts
# lines gets a smaller number and no hint.
#
# Seen:
#   gzip       EOFError
#   zstandard  ended quietly
#
# Ends with an error if that changes.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/env"
"$folder/env/bin/pip" install --quiet "zstandard==0.25.0"
"$folder/env/bin/python" - "$folder" <<'PYTHON'
import gzip
import random
import sys
from pathlib import Path

import zstandard

folder = Path(sys.argv[1])
draw = random.Random(1)
lines = b"".join(b'{"id": "%d"}\n' % draw.getrandbits(60) for _ in range(200_000))
packed = {"gzip": gzip.compress(lines), "zstandard": zstandard.ZstdCompressor().compress(lines)}
seen = {}
for name, content in packed.items():
    path = folder / name
    path.write_bytes(content[: len(content) // 2])
    try:
        with (gzip.open if name == "gzip" else zstandard.open)(path, "rb") as stream:
            read = stream.read()
        seen[name] = "ended quietly" if 0 < read.count(b"\n") < 200_000 else "?"
    except Exception as error:
        seen[name] = type(error).__name__
    print(f"{name:10} {seen[name]}")
if seen != {"gzip": "EOFError", "zstandard": "ended quietly"}:
    sys.exit("this has changed")
PYTHON
