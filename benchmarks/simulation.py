"""Do the intervals keep their word? Bias, coverage and width of the estimators where the truth is known.

``python benchmarks/simulation.py`` draws a thousand data sets for every estimator, size and truth and prints a table;
``--output docs/simulation.md`` writes it into the page of methods too (``make simulation`` does both), ``--draws`` and
``--only`` make it quicker. The data sets are drawn in ``studies/``. Everything is seeded: two runs print the same table, on
any number of processors.
"""

from __future__ import annotations

import argparse
import itertools
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl

from aftermath.files import write_whole
from aftermath.statistics.checks.simulated import COLUMNS, simulation_markdown
from studies import Draw, Study, agreement, archives, coded, controls, dense, groups, latencies, memory, texts


def studies() -> Iterator[Study]:
    """All rows, in the order of the table."""
    kinds = (
        texts.studies,
        coded.studies,
        agreement.studies,
        dense.studies,
        memory.studies,
        archives.studies,
        latencies.studies,
        groups.studies,
        controls.studies,
        dense.comparisons,
        controls.comparisons,
    )
    return itertools.chain.from_iterable(kind() for kind in kinds)


def simulate(study: Study, seeds: Iterable[int]) -> list[Draw]:
    """The draws that gave an estimate. Rows of one size and truth share their data, so that they can be compared."""
    data = list(study.truth.encode())
    draws = (study.draw(np.random.default_rng([seed, study.n, *data])) for seed in seeds)
    return [draw for draw in draws if draw is not None]


def summary(study: Study, draws: list[Draw], asked: int) -> dict:
    """One row of the table; bias and width are medians, in the unit of the study."""
    head = {"estimator": study.estimator, "n": study.n, "truth": study.truth, "level": study.level, "draws": asked}
    if not draws:
        return head | {"estimates": 0} | dict.fromkeys(("warned", "bias", "coverage", "width", "open"))
    columns = zip(*((d.estimate, d.lower, d.upper, d.truth, d.warned) for d in draws), strict=True)
    estimates, lower, upper, truth, warned = map(np.array, columns)
    endless = np.isinf(upper)  # such an interval may begin without end, too
    width = np.where(endless, np.inf, upper - np.where(endless, 0.0, lower))
    unit = np.abs(truth) if study.unit is None else study.unit
    return head | {
        "estimates": len(draws),
        "warned": float(np.mean(warned)),
        "bias": float(np.median((estimates - truth) / unit)),
        "coverage": float(np.mean((lower <= truth) & (truth <= upper))),
        "width": float(np.median(width / unit)),
        "open": float(np.mean(endless)),
    }


def run(draws: int = 1000, *, workers: int | None = None, only: str = "") -> pl.DataFrame:
    """Bias, coverage and width of every estimator, size and truth.

    Parameters
    ----------
    draws
        Simulated data sets for each row.
    workers
        Processes; one a processor if not given; 1 does without further processes.
    only
        Part of an estimator's name, to study that one alone.

    Returns
    -------
    polars.DataFrame
        As ``aftermath.statistics.checks.simulated.SimulationStudy.table`` says, but for the verdict.
    """
    chosen = [study for study in studies() if only in study.estimator]
    if not chosen:
        raise SystemExit(f"no estimator is called {only!r}: leave --only out to see all names")
    if workers == 1:
        return _table([summary(study, simulate(study, range(draws)), draws) for study in chosen])
    with ProcessPoolExecutor(workers) as pool:
        return _table([_announced(summary(study, _in_parallel(pool, study, draws), draws)) for study in chosen])


def _table(rows: list[dict]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=COLUMNS)


def _announced(row: dict) -> dict:
    """A row that is done, said aside: the whole takes minutes."""
    share = "no estimate" if row["coverage"] is None else f"{row['coverage']:.1%}"
    print("{estimator}, n = {n}, {truth}: {share}".format(share=share, **row), file=sys.stderr, flush=True)
    return row


def _in_parallel(pool: ProcessPoolExecutor, study: Study, draws: int) -> list[Draw]:
    parts = [range(start, min(start + 25, draws)) for start in range(0, draws, 25)]
    return [draw for part in pool.map(partial(simulate, study), parts) for draw in part]


def main() -> None:
    """Print the table, and write it where that was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=1000, help="data sets a row (1000)")
    parser.add_argument("--only", default="", help="part of an estimator's name")
    parser.add_argument("--workers", type=int, help="processes; one a processor if not given")
    parser.add_argument("--output", type=Path, help="a Markdown file that takes the table")
    arguments = parser.parse_args()
    if arguments.output and arguments.only:
        parser.error("--output takes the whole table: leave --only out")
    text = simulation_markdown(run(arguments.draws, workers=arguments.workers, only=arguments.only))
    print(text)
    if arguments.output:
        write_whole(arguments.output, text)


if __name__ == "__main__":
    main()
