"""Processor time of Turnbull's estimate, beside lifelines and beside another state of it, in one run.

python benchmarks/latencies.py [--before FILE]

FILE is ``lib/aftermath/statistics/turnbull.py`` of another commit, as ``git show COMMIT:PATH`` writes it. Where AFTERMATH_ARCHIVES
names the archives, the latencies are those of data breaches that were disclosed; else generated ones that are as coarse.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import numpy as np

from aftermath.measures.latency_registers import latencies_between
from aftermath.statistics import turnbull as ours
from aftermath.times import DAY

REPEATS = 7
BREACHES = Path(os.environ.get("AFTERMATH_ARCHIVES", "."), "breach-disclosures", "disclosures.csv")
FEW, MIDDLE, MANY = 500, 2000, 5000
RESAMPLED = 784

Ends = tuple[np.ndarray, np.ndarray]


def breaches() -> Ends:
    """Delays to disclosure in days, as wide as the breach went on: of the archive, or generated."""
    if BREACHES.is_file():
        left, right = latencies_between(BREACHES, "breach_date", "end_breach_date", "reported_date").ends
        # without the day that dates leave open at either end: so wide, lifelines takes minutes
        return np.where(left > 0, left / DAY + 1, 0), right / DAY - 1
    generator = np.random.default_rng(1)
    left = np.floor(generator.exponential(120, RESAMPLED))
    return left, left + np.floor(generator.exponential(30, RESAMPLED) * (generator.random(RESAMPLED) < 0.6))


def continuous(n: int) -> Ends:
    """Intervals with ends that are all different, a fifth without an upper one."""
    generator = np.random.default_rng(3)
    moment, looks = generator.exponential(10, size=n), generator.exponential(3, size=(2, n))
    return np.maximum(0, moment - looks[0]), np.where(generator.random(n) < 0.2, np.inf, moment + looks[1])


def spent(fit: Callable[[np.ndarray, np.ndarray], object], at: Ends, forget: ModuleType | None = None) -> float:
    """Median seconds of processor time of a fit; a module forgets before each what it has solved."""
    taken = []
    for _ in range(REPEATS):
        if forget:
            forget._maximise.cache_clear()
        begun = time.process_time()
        fit(*at)
        taken.append(time.process_time() - begun)
    return statistics.median(taken)


def log_likelihood(masses: ours.Masses, at: Ends) -> float:
    """The mean over latencies."""
    first, last = masses.held_by(*at, np.zeros(len(at[0]), dtype=bool))
    sums = np.append(0.0, masses.mass.cumsum())
    return float(np.log(sums[last + 1] - sums[first]).mean())


def loaded(path: Path) -> ModuleType:
    """Another state of the module."""
    spec = importlib.util.spec_from_file_location("turnbull_before", path)
    if spec is None or spec.loader is None:
        raise SystemExit(f"{path}: is no Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def with_lifelines(at: Ends) -> None:
    """Ours beside lifelines, in time and in likelihood."""
    try:
        from lifelines.fitters.npmle import npmle
    except ImportError:
        print("lifelines is not there to compare with")
        return
    warnings.simplefilter("ignore")
    own, theirs = spent(ours.turnbull, at, ours), spent(npmle, at)
    print(f"{'lifelines, the same':42} {theirs:8.4f} s  {theirs / own:.1f} times as long")
    masses, intervals = npmle(*at)
    inside = [[one.left >= left and one.right <= right for one in intervals] for left, right in zip(*at, strict=True)]
    likelihoods = log_likelihood(ours.turnbull(*at), at), float(np.log(np.array(inside) @ masses).mean())
    print(f"{'mean log likelihood, ours and lifelines':42} {likelihoods[0]:.9f} {likelihoods[1]:.9f}")


def with_before(before: ModuleType, sets: dict[str, Ends]) -> None:
    """Ours beside another state of it."""
    for name, at in sets.items():
        own, theirs = spent(ours.turnbull, at, ours), spent(before.turnbull, at, before)
        print(f"{f'before, {name}':42} {theirs:8.4f} s  {theirs / own:.1f} times as long")
        found = (state.turnbull(*at) for state in (ours, before))
        likelihoods = (log_likelihood(ours.Masses(one.left, one.right, one.mass, one.left_open), at) for one in found)
        print(f"{'mean log likelihood, now and before':42} {' '.join(f'{value:.9f}' for value in likelihoods)}")


def main() -> None:
    """Print a line a measurement."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument(
        "--before", type=Path, metavar="FILE", help="the module of another commit, to be measured beside"
    )
    options = parser.parse_args()
    coarse = breaches()
    print(f"{f'{len(coarse[0])} delays to disclosure':42} {spent(ours.turnbull, coarse, ours):8.4f} s")
    with_lifelines(coarse)
    times = {n: spent(ours.turnbull, continuous(n), ours) for n in (FEW, MIDDLE, MANY)}
    for n, seconds in times.items():
        print(f"{f'{n} continuous intervals':42} {seconds:8.4f} s")
    growth = np.log(times[MANY] / times[FEW]) / np.log(MANY / FEW)
    print(f"{f'growth from {FEW} to {MANY}':42} {'n to the':>8} {growth:.2f}")
    begun, generator = time.process_time(), np.random.default_rng(0)
    again = generator.integers(len(coarse[0]), size=RESAMPLED)
    left, right = coarse[0][again], coarse[1][again]
    ours._maximise.cache_clear()
    ours.bootstrap_band(left, right, np.unique(right[np.isfinite(right)]))
    print(f"{f'{ours.DRAWS} resamples of {RESAMPLED}':42} {time.process_time() - begun:8.2f} s")
    if options.before:
        sets = {f"{len(coarse[0])} delays to disclosure": coarse, f"{MIDDLE} continuous intervals": continuous(MIDDLE)}
        with_before(loaded(options.before), sets)


if __name__ == "__main__":
    main()
