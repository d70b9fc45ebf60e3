"""The simulation: seeded, with sound truths, its table kept as it was printed, and its promises true."""

from __future__ import annotations

import importlib.util
import math
import os
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from aftermath.figures import interval_coverage, theme
from aftermath.statistics.checks.simulated import (
    COMPARISON,
    HOLDS,
    KEEPS,
    NARROW,
    REFUSES,
    SAYS_SO,
    WIDE,
    SimulationError,
    simulation_markdown,
    simulation_study,
    verdict,
)
from drawings import colours, drawing, notes, of_role, views

SCRIPT = Path(__file__).resolve().parent.parent / "benchmarks" / "simulation.py"
COVERAGE, SEGMENTED = "half-life, coded coverage", "level change, segmented regression"
EXPONENTIAL, LOCAL = "half-life, exponential recovery", "level change, local level"
LATENCY = "latency curve at the median"


@pytest.fixture(scope="module")
def simulation() -> ModuleType:
    """The script as a module, known by its name as dataclasses want it."""
    spec = importlib.util.spec_from_file_location("simulation", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(SCRIPT.parent)
        patch.setitem(sys.modules, "simulation", module)
        spec.loader.exec_module(module)
        yield module


def generator(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def printed(*arguments: str) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    ran = subprocess.run(
        [sys.executable, SCRIPT, *arguments], capture_output=True, text=True, encoding="utf-8", env=environment
    )
    assert ran.returncode == 0, ran.stderr[-2000:]
    return ran.stdout


# The study runs


@pytest.mark.slow
def test_every_row_runs_and_gives_what_the_table_holds(simulation):
    table = simulation.run(1, workers=1)
    assert table.height == len(list(simulation.studies()))
    assert set(table["coverage"]) <= {0.0, 1.0, None}
    assert (table["width"].drop_nulls() > 0).all()


@pytest.mark.slow
def test_the_same_seeds_give_the_same_table_on_any_number_of_processors(simulation):
    one = simulation.run(3, workers=1, only="coded coverage")
    assert_frame_equal(one, simulation.run(3, workers=1, only="coded coverage"))
    assert printed("--draws", "3", "--only", "coded coverage", "--workers", "2") == f"{simulation_markdown(one)}\n"


def test_other_seeds_are_other_data(simulation):
    study = next(study for study in simulation.studies() if study.estimator == SEGMENTED)
    estimates = {draw.estimate for draw in simulation.simulate(study, range(6))}
    assert len(estimates) == 6


def test_a_part_of_the_table_is_not_written(tmp_path):
    refused = subprocess.run(
        [sys.executable, SCRIPT, "--only", "coded", "--output", tmp_path / "t.md"], capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert "leave --only out" in refused.stderr


def test_an_unknown_estimator_is_refused(simulation):
    with pytest.raises(SystemExit, match="no estimator is called 'nothing'"):
        simulation.run(1, workers=1, only="nothing")


# The truths are what they are said to be


def test_the_true_half_life_is_where_half_of_the_way_from_the_first_text_is_closed(simulation):
    for press in (simulation.coded.MIDDLING, simulation.coded.HOURS, simulation.coded.LINEAR):
        half_life = press.half_life(0.5)
        assert press.expected(half_life) == pytest.approx(press.expected(0.5) / 2)
        assert 0.5 < half_life < simulation.coded.DAYS


@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6])
def test_noise_has_its_spread_and_its_correlation(correlation, simulation):
    noise = simulation.dense.autoregressive(40_000, correlation, generator())
    assert noise.std() == pytest.approx(simulation.dense.NOISE, rel=0.03)
    assert np.corrcoef(noise[1:], noise[:-1])[0, 1] == pytest.approx(correlation, abs=0.02)


def test_a_drifting_level_moves_by_its_drift(simulation):
    steps = np.diff(simulation.dense.drifting(40_000, 0.02, generator()))
    assert steps.var() == pytest.approx(0.02**2 + 2 * simulation.dense.NOISE**2, rel=0.03)
    assert simulation.dense.drifting(1000, 0.0, generator()).std() == pytest.approx(simulation.dense.NOISE, rel=0.1)


def test_the_event_stands_in_the_middle(simulation):
    series = simulation.dense._around(np.zeros(14), lambda since: -1 + 0 * since)
    assert series.filter(pl.col("time") < 0)["value"].to_list() == [0.0] * 7
    assert series.filter(pl.col("time") >= 0)["value"].to_list() == [-1.0] * 7


def test_looks_hold_the_latency_between_them(simulation):
    numbers = generator()
    for latency in (0.5, 24.0, 500.0):
        ends = [simulation.latencies._seen_between(latency, numbers) for _ in range(50)]
        assert all(lower <= latency <= upper for lower, upper in ends)
        assert len(set(ends)) > 5


def test_automatic_lags_follow_the_usual_rule(simulation):
    assert [simulation.dense.automatic_lags(n) for n in (14, 60, 100, 200)] == [2, 3, 4, 4]


def test_both_error_models_see_the_same_data(simulation):
    ours, theirs = (
        simulation.simulate(next(s for s in simulation.studies() if s.estimator == name and s.n == 60), range(3))
        for name in (SEGMENTED, f"{COMPARISON}: level change, Newey-West")
    )
    assert [draw.estimate for draw in ours] == [draw.estimate for draw in theirs]
    assert [draw.lower for draw in ours] != [draw.lower for draw in theirs]


# The table


def test_a_row_is_what_its_draws_say(simulation):
    study = simulation.Study("an estimator", 9, "a truth", None)
    ends = [(1.0, 1.0, 3.0), (3.0, 2.0, 4.0), (4.0, 2.5, 5.0), (math.inf, 1.5, math.inf)]
    row = simulation.summary(study, [simulation.Draw(*each, 2.0) for each in ends], 6)
    assert (row["draws"], row["estimates"], row["coverage"], row["open"]) == (6, 4, 0.75, 0.25)
    assert row["bias"] == pytest.approx(3.5 / 2 - 1)
    assert row["width"] == pytest.approx(2.25 / 2)


def test_nothing_but_refusals_is_a_row_too(simulation, tmp_path):
    row = simulation.summary(simulation.Study("an estimator", 9, "a truth", None), [], 6)
    assert (row["estimates"], row["coverage"], verdict(row)) == (0, None, REFUSES)
    path = tmp_path / "table.md"
    path.write_text(simulation_markdown(simulation._table([row])), encoding="utf-8")
    assert simulation_study(path).table["coverage_lower"].to_list() == [None]


def test_a_truth_of_zero_needs_a_unit_of_its_own(simulation):
    study = simulation.Study("an estimator", 9, "a truth", None, unit=2.0)
    row = simulation.summary(study, [simulation.Draw(1.0, -1.0, 3.0, 0.0, warned=True)], 1)
    assert (row["bias"], row["width"], row["warned"]) == (0.5, 2.0, 1.0)


@pytest.mark.parametrize(
    ("level", "coverage", "warned", "words"),
    [
        (0.90, 0.0, 0.0, NARROW),
        (0.90, 0.8699, 0.94, NARROW),
        (0.90, 0.8699, 0.95, SAYS_SO),
        (0.90, 0.87, 1.0, KEEPS),
        (0.90, 0.93, 0.0, KEEPS),
        (0.90, 0.9301, 0.0, WIDE),
        (0.95, 0.8999, 0.0, NARROW),
        (0.95, 0.90, 0.0, KEEPS),
        (0.95, 0.98, 0.0, KEEPS),
        (0.95, 1.0, 0.0, WIDE),
        (0.95, None, None, REFUSES),
    ],
)
def test_verdicts(level, coverage, warned, words):
    assert verdict({"level": level, "coverage": coverage, "warned": warned}) == words


def test_what_is_written_is_read_again(simulation, tmp_path):
    rows = simulation.run(2, workers=1, only="coded coverage").with_columns(width=pl.Series([1.25, math.inf] * 3))
    path = tmp_path / "table.md"
    path.write_text(simulation_markdown(rows), encoding="utf-8")
    assert_frame_equal(simulation_study(path).rows, rows, abs_tol=0.005)


def test_a_missing_table_and_another_file_are_refused_with_a_cure(tmp_path):
    with pytest.raises(SimulationError, match=r"is not there.*make simulation"):
        simulation_study(tmp_path / "no.md")
    (tmp_path / "other.md").write_text("| a | b |\n| --- | --- |\n| 1 | 2 |\n")
    with pytest.raises(SimulationError, match=r"no table of the simulation.*make simulation"):
        simulation_study(tmp_path / "other.md")


# The table that is kept


@pytest.fixture(scope="module")
def kept() -> pl.DataFrame:
    return simulation_study().table


def test_the_kept_table_has_every_row_and_says_how_many_data_sets_it_drew(kept, simulation):
    wanted = [(study.estimator, study.n, study.truth, study.level) for study in simulation.studies()]
    assert kept.select("estimator", "n", "truth", "level").rows() == wanted
    assert set(kept["draws"]) <= {200, 1000}
    # 500 days take long
    assert (kept.filter((pl.col("level") == 0.95) & (pl.col("n") < 500))["draws"] == 1000).all()
    assert (kept["estimates"] >= 0.25 * kept["draws"]).all()


def test_the_kept_table_has_all_sizes_that_matter(kept):
    sizes = {
        COVERAGE: (40, 150),
        SEGMENTED: (14, 60, 200),
        LOCAL: (14, 60, 200),
        EXPONENTIAL: (14, 60, 200),
        LATENCY: (8, 16, 40),
    }
    wanted = {pair for name, ns in sizes.items() for pair in product((name,), ns)}
    assert wanted <= set(kept.select("estimator", "n").rows())


def test_the_kept_file_says_in_words_what_its_numbers_say(kept):
    text = (SCRIPT.parent.parent / "docs" / "simulation.md").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line.startswith("|")][2:]
    assert [line.strip("| ").rpartition("|")[2].strip() for line in lines] == kept["verdict"].to_list()
    assert text == simulation_markdown(simulation_study().rows)


def test_rows_outside_are_named_in_the_text(kept):
    text = simulation_study().text
    outside = kept.filter((pl.col("verdict") != KEEPS) & ~pl.col("estimator").str.starts_with(COMPARISON))
    for row in outside.iter_rows(named=True):
        assert f"{row['estimator']}, n = {row['n']}, {row['truth']} ({row['coverage']:.1%})" in text


def test_the_methods_quote_the_kept_table(kept):
    methods = (SCRIPT.parent.parent / "docs" / "methods.md").read_text(encoding="utf-8")
    section = methods.partition("## What the simulation shows")[2].partition("\n## ")[0]
    quoted = set(re.findall(r"\b([5-9]\d\.\d)\b", section))
    assert len(quoted) > 10
    assert quoted <= {f"{100 * coverage:.1f}" for coverage in kept["coverage"]}
    even = kept.filter(pl.col("estimator").is_in([SEGMENTED, LOCAL]))
    assert even["bias"].abs().max() < 0.05


# The drawing


def test_the_drawing_shows_every_row_and_fits_every_width(kept):
    figure = interval_coverage(simulation_study())
    for view in views(figure):
        assert sum(len(trace["x"]) for trace in of_role(view, "coverage")) == kept.height
        labels = [note for note in notes(view, "major") if note.get("xref") == "paper"]
        assert len([note for note in labels if note["text"].startswith("n = ")]) == kept.height
        assert drawing(view) > 150
        margin, font = view["layout"]["margin"], theme.TEXT
        for note in labels:
            room = margin["r"] if note["x"] == 1 else view["least"] if view["least"] < 600 else margin["l"]
            assert max(theme.text_width(line, font) for line in _lines(note["text"])) <= room
    light = set(theme.LIGHT.values())
    assert {colour for colour in colours(views(figure)[0]) if colour.startswith("#")} <= light


def _lines(text: str) -> list[str]:
    return text.replace("<b>", "").replace("</b>", "").split("<br>")


# The promise


@pytest.mark.slow
def test_intervals_cover_as_often_as_the_kept_table_says(kept, tmp_path):
    """Fifty draws, seeds 0 to 49 of the kept ones: within four Monte Carlo errors (three would fail one of so many rows by
    chance) of what keeps its word, or, where the kept table says that a row does not, of what it says."""
    output = tmp_path / "table.md"
    printed("--draws", "50", "--output", str(output))
    fresh = simulation_study(output).table
    for row, before in zip(fresh.iter_rows(named=True), kept.iter_rows(named=True), strict=True):
        place = (row["estimator"], row["n"], row["truth"])
        assert (row["coverage"] is None) == (before["coverage"] is None), place
        if row["coverage"] is not None:
            low, high = HOLDS[row["level"]] if before["verdict"] == KEEPS else (before["coverage"], before["coverage"])
            share = min(max(before["coverage"], 0.05), 0.95)
            slack = 4 * math.sqrt(share * (1 - share) / row["estimates"])
            assert low - slack <= row["coverage"] <= high + slack, place
