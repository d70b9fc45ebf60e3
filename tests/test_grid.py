"""The grid of a sweep: values as they are written, every combination once, and nothing that will not do."""

from __future__ import annotations

import itertools

import pytest

from aftermath.building.grid import MOST, grid, read_values
from aftermath.running.parameters import ParameterError, declared

KNOWN = declared('seed: int = 0\ndays: list[int] = [7, 30]\nword: str = "a"\nlevel: float = 0.9\nall: bool = True')


@pytest.mark.parametrize(
    ("settings", "values"),
    [
        (["seed=0,1, 2"], {"seed": [0, 1, 2]}),
        (["seed=0", " seed =-1"], {"seed": [0, -1]}),
        (["days=7,30|14", "days=[]"], {"days": [[7, 30], [14], []]}),
        (["days=[7, 30]|(1, 2)"], {"days": [[7, 30], [1, 2]]}),
        (['word=mean code,"a, b",c|d', "word=x=y"], {"word": ["mean code", "a, b", "c|d", "x=y"]}),
        (["level=1,0.5", "all=yes,false"], {"level": [1.0, 0.5], "all": [True, False]}),
        ([], {}),
    ],
    ids=str,
)
def test_values_are_read_as_they_are_written(settings, values):
    assert read_values(KNOWN, settings) == values


@pytest.mark.bad_input("parameters and settings")
@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["sede=1"], "there is no parameter 'sede'. Known parameters: seed: int = 0; days"),
        (["seed"], "write name=value"),
        (["seed="], "seed=: holds an empty value. Write values with , between them"),
        (["seed=0,,1"], "empty value"),
        (["days=7|"], "days=7|: holds an empty value. Write values with | between them, and [] for an empty list"),
        (["seed=0,x"], "seed must be int (a whole number, e.g. 7), not 'x'"),
        (["days=7|x"], "days must be list[int]"),
        (["level=nan"], "level must be float"),
        (["seed=0,1,0"], "seed: the value 0 is given twice"),
        (["level=1", "level=1.0"], "level: the value 1.0 is given twice"),
        (["days=7,30|[7, 30]"], "days: the value [7, 30] is given twice"),
        ([f"seed={2**63}"], "beyond the whole numbers that a table can hold"),
        ([f"days=1,{-(2**63) - 1}"], "beyond the whole numbers"),
        (['word="a'], "word: '\"a' cannot be read as values"),
        (["word=\udcff"], "word: '\\udcff' cannot be read as values"),
    ],
    ids=str,
)
def test_values_that_will_not_do_are_refused_with_what_would(settings, words):
    with pytest.raises(ParameterError) as refused:
        read_values(KNOWN, settings)
    assert words in str(refused.value)


def test_a_grid_holds_every_combination_once_with_the_defaults_filled_in():
    found = grid(KNOWN, {"word": ["b", "a"], "seed": [1, 2, 3]})
    assert [(point["seed"], point["word"]) for point in found] == list(itertools.product([1, 2, 3], ["b", "a"]))
    assert all(list(point) == list(KNOWN) and point["days"] == [7, 30] for point in found)
    assert grid(KNOWN, {"seed": [0]}) == grid(KNOWN, {"word": ["a"]}) == grid(KNOWN, {})


@pytest.mark.bad_input("parameters and settings")
def test_a_grid_that_is_too_large_is_refused_before_it_is_made():
    many = list(range(10**4))
    with pytest.raises(ParameterError, match=f"100,000,000 points, and {MOST:,} are the most"):
        grid(KNOWN, {"seed": many, "level": many})
