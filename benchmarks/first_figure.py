"""The processor time of the first figure of a fresh kernel against that of the second: drawn and shown, as a notebook does it.

python benchmarks/first_figure.py [KERNELS]
"""

from __future__ import annotations

import json
import statistics
import sys

from jupyter_client.manager import start_new_kernel

MOST = 7.0  # the first may cost so many times the second
KERNELS = 3
CELL = """
import json, time
import aftermath as am
from IPython.display import display

case = am.load_case("kitchenaid-tweet")
costs = []
for _ in range(2):
    begun = time.process_time()
    figure = am.figures.timeline(case)
    drawn = time.process_time()
    display(figure)
    costs.append((drawn - begun, time.process_time() - drawn))
print(json.dumps(costs))
"""


def measure() -> list[list[float]]:
    """Seconds of processor time in a fresh kernel: drawing and showing the first figure, then the second."""
    manager, client = start_new_kernel(kernel_name="python3")
    said: list[str] = []
    try:
        client.execute_interactive(CELL, timeout=120, output_hook=lambda message: said.append(_text(message)))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    return json.loads("".join(said))


def ratio(first: list[float], second: list[float]) -> float:
    """How many times the second figure the first one cost."""
    return sum(first) / sum(second)


def _text(message: dict) -> str:
    stream = message["msg_type"] == "stream" and message["content"]["name"] == "stdout"
    return message["content"]["text"] if stream else ""


def main() -> int:
    """Measure, print, and fail where the first figure costs too many times the second."""
    kernels = int(sys.argv[1]) if len(sys.argv) > 1 else KERNELS
    costs = [measure() for _ in range(kernels)]
    for first, second in costs:
        drawn, shown = zip(first, second, strict=True)
        print(f"drawn {drawn[0]:.3f} s, then {drawn[1]:.3f} s; shown {shown[0]:.3f} s, then {shown[1]:.3f} s")
    times = statistics.median(ratio(*cost) for cost in costs)
    print(f"the first figure costs {times:.1f} times the second (at most {MOST:.0f})")
    return int(times > MOST)


if __name__ == "__main__":
    sys.exit(main())
