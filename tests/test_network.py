"""The temporal network: against examples worked out by hand, and linear programmes; a printed one is in ``oracles/``."""

from __future__ import annotations

import itertools
import math
import time
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from aftermath.statistics.temporal_network import ORIGIN, ContradictionError, Difference, TemporalNetwork

# Worked out on paper


def test_a_chain_adds_up():
    # 60 to 120 s, then 0 to 30 s: 60 to 150 s
    network = TemporalNetwork([Difference("a", "b", 60, 120), Difference("b", "c", 0, 30)])
    assert network.between("a", "c") == (60, 150)
    assert network.between("c", "a") == (-150, -60)


def test_two_events_that_move_together_are_nearer_than_their_clock_times():
    # each is known to the hour (0 to 3600), but the second came 60 to 90 s after the first
    clock = [Difference(ORIGIN, name, 0, 3600) for name in "ab"]
    network = TemporalNetwork([*clock, Difference("a", "b", 60, 90)])
    assert TemporalNetwork([*clock, Difference("a", "c", 0, 0)]).between("a", "b") == (-3600, 3600)
    assert network.between("a", "b") == (60, 90)
    assert network.after() == {ORIGIN: (0, 0), "a": (0, 3540), "b": (60, 3600)}


def test_an_order_cuts_what_clock_times_leave_open():
    # a on the day from 0 to 100, b from 50 to 80, and a came before b: a by 80
    network = TemporalNetwork(
        [Difference(ORIGIN, "a", 0, 100), Difference(ORIGIN, "b", 50, 80), Difference("a", "b", 0, None)]
    )
    assert network.after()["a"] == (0, 80)
    assert network.between("a", "b") == (0, 80)


def test_what_nothing_is_said_of_stays_open():
    network = TemporalNetwork([Difference("a", "b", 5, None), Difference("c", "d", None, 7)])
    assert network.between("a", "b") == (5, None)
    assert network.between("c", "d") == (None, 7)
    assert network.between("a", "c") == (None, None)


def test_a_contradiction_names_its_statements_and_by_how_much_they_miss():
    # 5 s at least, twice, are 10; the third says at most 9
    rows = [
        Difference("a", "b", 5, 9, "relations.csv:2"),
        Difference("b", "c", 5, 9, "relations.csv:3"),
        Difference("a", "c", 0, 9, "relations.csv:4", "disputed"),
        Difference("c", "d", 0, 9, "relations.csv:5"),
    ]
    network = TemporalNetwork(rows)
    assert {row.where[-1] for row in network.contradiction.differences} == set("234")
    assert network.contradiction.seconds == 1
    with pytest.raises(ContradictionError, match=r"miss each other by 1 seconds: .*relations.csv:2"):
        network.after("c")


def test_ends_the_wrong_way_round_are_a_contradiction_of_one_row():
    found = TemporalNetwork([Difference("a", "b", 10, 4, "relations.csv:2")]).contradiction
    assert (len(set(found.differences)), found.seconds) == (1, 6)


def test_a_cycle_of_thirty_rows_is_found_whole():
    rows = [Difference(f"e{n}", f"e{(n + 1) % 30}", 1, None, f"row {n}") for n in range(30)]
    found = TemporalNetwork([*rows, Difference("e3", "x", 0, 5)]).contradiction
    assert {row.where for row in found.differences} == {f"row {n}" for n in range(30)}
    assert found.seconds == 30


def test_unknown_events_and_an_empty_network():
    with pytest.raises(KeyError, match="z"):
        TemporalNetwork([Difference("x0", "x1", 10, 20)]).between("x0", "z")
    with pytest.raises(KeyError, match="z"):
        TemporalNetwork([Difference("x0", "x1", 10, 20)]).after("z")
    assert TemporalNetwork([]).contradiction is None
    assert TemporalNetwork([]).events == ()


def test_a_large_network_is_solved_in_two_seconds_and_two_hundred_megabytes():
    # 2,000 events with clock times and 10,000 relations, among them one chain through all events
    generator = np.random.default_rng(0)
    times = np.sort(generator.integers(0, 10**8, 2000)).tolist()
    pairs = [*itertools.pairwise(range(2000)), *generator.integers(0, 2000, (8001, 2)).tolist()]
    rows = [Difference(ORIGIN, f"e{place}", second - 9000, second + 9000) for place, second in enumerate(times)]
    rows += [
        Difference(f"e{one}", f"e{other}", times[other] - times[one] - 60, times[other] - times[one] + 60)
        for one, other in pairs
        if one != other
    ]
    tracemalloc.start()
    begin = time.process_time()
    network = TemporalNetwork(rows)
    lower, upper = network.between("e0", "e1999")
    assert network.after()["e1999"][1] <= times[-1] + 9000
    assert lower <= times[-1] - times[0] <= upper
    assert time.process_time() - begin < 2
    assert tracemalloc.get_traced_memory()[1] < 200e6
    tracemalloc.stop()


# Against linear programmes


def random_network(seed: int) -> tuple[Difference, ...]:
    """Some events, some bounds around true times, and in half of the networks some that may contradict them."""
    generator = np.random.default_rng(seed)
    n = int(generator.integers(2, 7))
    times = generator.integers(0, 200, n)
    rows = []
    for _ in range(int(generator.integers(1, 12))):
        one, other = generator.choice(n, 2, replace=False)
        slack = generator.integers(-4 if seed % 2 else 0, 40, 2)
        ends = int(times[other] - times[one] - slack[0]), int(times[other] - times[one] + slack[1])
        open_end = generator.random(2) < 0.2
        rows.append(
            Difference(
                f"e{one}",
                f"e{other}",
                None if open_end[0] else ends[0],
                None if open_end[1] else ends[1],
                str(len(rows)),
            )
        )
    return tuple(rows)


def greatest(rows: tuple[Difference, ...], events: tuple[str, ...], start: str, end: str) -> float | None:
    """The greatest ``end - start`` by a linear programme: infinite where unbounded, None where there is no solution."""
    limits, most = [], []
    for row in rows:
        signs = np.array([(name == row.end) - (name == row.start) for name in events], dtype=float)
        if row.at_most is not None:
            limits.append(signs), most.append(row.at_most)
        if row.at_least is not None:
            limits.append(-signs), most.append(-row.at_least)
    aim = np.array([(name == start) - (name == end) for name in events], dtype=float)
    if not limits:
        return math.inf if start != end else 0.0
    answer = linprog(
        aim, A_ub=np.array(limits), b_ub=most, bounds=(None, None), method="highs-ds", options={"presolve": False}
    )
    return {0: None if answer.fun is None else -answer.fun, 2: None, 3: math.inf}[answer.status]


@pytest.mark.parametrize(
    "first", [0, *(pytest.param(first, marks=pytest.mark.slow) for first in range(100, 1000, 100))]
)
def test_every_bound_is_that_of_a_linear_programme(first):
    consistent = 0
    for seed in range(first, first + 100):
        rows = random_network(seed)
        network = TemporalNetwork(rows)
        feasible = greatest(rows, network.events, network.events[0], network.events[0]) is not None
        assert (network.contradiction is None) == feasible, seed
        if not feasible:
            assert total(network.contradiction.differences) == -network.contradiction.seconds < 0, seed
            continue
        consistent += 1
        for start, end in itertools.permutations(network.events, 2):
            wanted = greatest(rows, network.events, start, end)
            most = network.between(start, end)[1]
            assert (math.inf if most is None else most) == pytest.approx(wanted, abs=1e-6), (seed, start, end)
    assert 20 < consistent < 100


def total(rows: tuple[Difference, ...]) -> float:
    """The length of the cycle that statements form in their order: the shortest of the ways round that their bounds allow."""
    ways = [
        [(tail, head, length) for tail, head, length in both if length is not None]
        for both in (
            ((row.start, row.end, row.at_most), (row.end, row.start, None if row.at_least is None else -row.at_least))
            for row in rows
        )
    ]
    closed = [
        sum(length for *_, length in path)
        for path in itertools.product(*ways)
        if all(arc[0] == path[place - 1][1] for place, arc in enumerate(path))
    ]
    return min(closed)


# Whatever the network


networks = st.integers(0, 10_000).map(random_network).filter(lambda rows: TemporalNetwork(rows).contradiction is None)


def width(ends: tuple[int | None, int | None]) -> tuple[float, float]:
    low, high = ends
    return -math.inf if low is None else low, math.inf if high is None else high


@settings(max_examples=60, deadline=None)
@given(networks, st.integers(0, 200), st.integers(0, 200))
def test_a_further_statement_never_widens(rows, low, more):
    network = TemporalNetwork(rows)
    start, end = network.events[0], network.events[-1]
    tighter = TemporalNetwork([*rows, Difference(start, end, low, low + more)])
    if tighter.contradiction is None:
        for one, other in itertools.permutations(network.events, 2):
            before, after = width(network.between(one, other)), width(tighter.between(one, other))
            assert before[0] <= after[0] <= after[1] <= before[1]


@settings(max_examples=60, deadline=None)
@given(networks, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    one, other = TemporalNetwork(rows), TemporalNetwork(shuffled)
    assert [one.after(name) for name in one.events] == [other.after(name) for name in other.events]


@settings(max_examples=60, deadline=None)
@given(networks, st.integers(-1000, 1000))
def test_shifting_all_clock_times_shifts_nothing_else(rows, shift):
    clock = [Difference(ORIGIN, name, 0, 500) for name in TemporalNetwork(rows).events]
    moved = [replace(row, at_least=row.at_least + shift, at_most=row.at_most + shift) for row in clock]
    here, there = TemporalNetwork([*rows, *clock]), TemporalNetwork([*rows, *moved])
    if here.contradiction:
        assert there.contradiction.seconds == here.contradiction.seconds
        return
    for start in here.events[1:]:
        assert {name: here.after(start)[name] for name in here.events[1:]} == {
            name: there.after(start)[name] for name in there.events[1:]
        }


@settings(max_examples=60, deadline=None)
@given(networks)
def test_a_redundant_row_changes_nothing(rows):
    network = TemporalNetwork(rows)
    start, end = network.events[0], network.events[-1]
    same = TemporalNetwork([*rows, Difference(start, end, *network.between(start, end))])
    assert [same.after(name) for name in same.events] == [network.after(name) for name in network.events]
