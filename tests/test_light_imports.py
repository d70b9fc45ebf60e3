"""What an ordinary case and the comparison take is light: heavy packages wait for measures that need them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {"pandas", "scipy.optimize", "scipy.stats", "sklearn", "statsmodels"}
ONE_CASE = """
case = am.load_case("kitchenaid-tweet")
print(am.speed(case).text, am.transparency(case).text, am.tone(case).text)
print(am.recovery(case).text)
"""
TWO_CASES = """
compared = am.compare([am.load_case("kitchenaid-tweet"), am.load_case("red-cross-tweet")])
print(compared.table, compared.associations.text)
"""
CURVES = """
cases = am.gather().cases
print(am.latency_curves([am.speed(case) for case in cases if case.zero]).text)
"""
A_SERIES = """
import polars
print(am.segmented_regression(polars.DataFrame({"time": range(9), "value": [1, 2, 1, 2, 1, 5, 4, 5, 4]}), 5).text)
"""


def loaded(measured: str) -> tuple[str, set[str]]:
    """What a new process says that measures this, and the heavy packages that it has loaded by then."""
    code = f"import sys, aftermath as am\n{measured}\nprint(*sorted({HEAVY} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    said, _, packages = run.stdout.removesuffix("\n").rpartition("\n")
    return said, set(packages.split())


@pytest.mark.parametrize(
    ("measured", "word"), [(ONE_CASE, "proportional odds"), (TWO_CASES, "shape: (2, "), (CURVES, "Turnbull")]
)
@pytest.mark.slow
def test_an_ordinary_case_and_a_comparison_load_no_heavy_package(measured: str, word: str) -> None:
    said, packages = loaded(measured)
    assert word in said
    assert not packages


@pytest.mark.slow
def test_a_heavy_package_would_be_seen() -> None:
    assert "statsmodels" in loaded(A_SERIES)[1]
