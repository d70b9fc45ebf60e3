"""How long ``import aftermath`` takes beside ``import polars``, measured by turns: ``python benchmarks/import_time.py``.

By turns, because a machine that is busy or warm for a while is so for both.
"""

from __future__ import annotations

import statistics
import subprocess
import sys

STOPWATCH = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"


def seconds_to_import(module: str) -> float:
    """Seconds that a fresh interpreter needs to import a module."""
    program = [sys.executable, "-c", STOPWATCH.format(module)]
    return float(subprocess.run(program, capture_output=True, text=True, check=True).stdout)


def alternately(*modules: str, rounds: int) -> dict[str, list[float]]:
    """Seconds for each module, one measurement a round, **after one round that only warms the disk**."""
    measured = [{module: seconds_to_import(module) for module in modules} for _ in range(rounds + 1)]
    return {module: [times[module] for times in measured[1:]] for module in modules}


def main() -> None:
    """Print the medians and their ratio."""
    medians = {
        module: statistics.median(times) for module, times in alternately("aftermath", "polars", rounds=9).items()
    }
    for module, median in medians.items():
        print(f"import {module:10} {1000 * median:6.0f} ms (median of 9)")
    print(f"ratio             {medians['aftermath'] / medians['polars']:6.2f}    (at most 1.5)")


if __name__ == "__main__":
    main()
