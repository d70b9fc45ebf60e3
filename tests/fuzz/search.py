"""Look for inputs that break what reads them: ``python tests/fuzz/search.py --minutes 10``.

Where atheris is installed (``pip install atheris``, on Linux), what an input reaches in the code leads the search, and an input that broke
something lies in ``build/fuzz/``; elsewhere hypothesis changes the corpus at random and prints it. Both end with status 1 at what is found.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"
FOUND = Path(__file__).resolve().parents[2] / "build" / "fuzz"
PUT_IN = (
    b'"', b"'", b"\n", b"\r", b"\t", b"\x00", b",", b";", b":", b"-", b"{", b"[", b"}", b"]", b"<", b">", b"&", b"*", b"!!", b"\\",
    b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xa8", b"9" * 30, b"-1", b"1e400", b"nan", b"null", b"true", b"0001-01-01", b"9999-12-31",
    b"T00:00:00+14:00", b"2012-10-04", b"!!int", b"!!bool", b"!!timestamp", b"!!float", b"!!binary", b"!!set", b"!!omap", b"!!pairs",
)  # fmt: skip


@st.composite
def damaged(draw: st.DrawFn, begin_with: list[bytes]) -> bytes:
    """One of the inputs, in which up to four pieces are gone, put in, or another."""
    data = draw(st.sampled_from(begin_with))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(data)))
        stop = start + draw(st.sampled_from([0, 0, 1, 1, 2, 5, 20, 200]))
        data = data[:start] + draw(st.sampled_from(PUT_IN) | st.binary(max_size=4)) + data[stop:]
    return data


def tried(harness: Callable[[bytes], None], begin_with: list[bytes], examples: int, start: int = 0) -> None:
    """Try the inputs as they are, and so many that are damaged.

    Parameters
    ----------
    harness
        What is tried.
    begin_with
        The inputs.
    examples
        How many damaged ones are tried.
    start
        Another number gives others; the same number the same.

    Raises
    ------
    Exception
        What the harness raised, with the smallest input that was found for it.
    """
    for data in begin_with:
        harness(data)

    @seed(start)
    @settings(
        max_examples=examples,
        database=None,
        deadline=None,
        derandomize=False,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(begin_with))
    def of_each(data: bytes) -> None:
        harness(data)

    of_each()


def _by_hypothesis(name: str, seconds: float) -> None:
    from harnesses import HARNESSES, corpus

    ends, start = time.monotonic() + seconds, time.time_ns()
    while time.monotonic() < ends:
        tried(HARNESSES[name], corpus(name), 200, start)
        start += 1


def escaped(word: bytes) -> str:
    r"""Bytes as the dictionary of a fuzzer has them: ``\xff``."""
    return "".join(f"\\x{byte:02x}" for byte in word)


def _by_atheris(name: str, seconds: float) -> None:
    import atheris

    with atheris.instrument_imports(include=["aftermath", "yaml", "openpyxl"]):
        from harnesses import HARNESSES, MOST
    with tempfile.TemporaryDirectory() as found:  # what reaches new code is tried again, and not kept
        words = Path(found, "words.txt")
        words.write_text("".join(f'"{escaped(word)}"\n' for word in PUT_IN))
        grown = Path(found, "corpus")
        grown.mkdir()
        FOUND.mkdir(parents=True, exist_ok=True)
        ends = [f"-max_total_time={seconds:.0f}", f"-max_len={MOST}", "-timeout=20"]
        options = [*ends, f"-dict={words}", f"-artifact_prefix={FOUND / name}-", "-print_final_stats=1"]
        atheris.Setup([sys.argv[0], *options, str(grown), str(CORPUS / name)], HARNESSES[name])
        atheris.Fuzz()


def main() -> int:
    """Search in each harness by itself, in a process of its own; the status is 1 where anything was found."""
    known = sorted(
        folder.name for folder in CORPUS.iterdir()
    )  # nothing is imported here that has yet to be instrumented
    parser = argparse.ArgumentParser(description="Look for inputs that break what reads them.")
    parser.add_argument("--minutes", type=float, default=10, help="in all; 10 if not given")
    parser.add_argument("--only", choices=known, action="append", help="one of the harnesses; all if not given")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    names = chosen.only or known
    seconds = chosen.minutes * 60 / len(names)
    led = importlib.util.find_spec("atheris") is not None
    if chosen.here:
        (_by_atheris if led else _by_hypothesis)(names[0], seconds)
        return 0
    failed = []
    for name in names:
        print(f"{name}: {seconds:.0f} s, {'led by atheris' if led else 'at random'}", flush=True)
        command = [sys.executable, __file__, "--here", "--only", name, "--minutes", str(seconds / 60)]
        if subprocess.run(command, timeout=seconds * 2 + 300).returncode:
            failed.append(name)
    print(f"Found something in: {', '.join(failed)}." if failed else "Found nothing.")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
