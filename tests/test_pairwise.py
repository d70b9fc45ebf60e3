"""Pair by pair: which cases were certainly faster than which, by counts that are those of all pairs."""

from __future__ import annotations

import dataclasses
import itertools
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aftermath as am
from aftermath.comparison.pairwise import pairwise
from aftermath.measures.latency_curves import probability_before
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS
from aftermath.times import Latency
from factories import case


def _brute_force(latencies: dict[str, Latency], own: str) -> tuple[int, int, int, int]:
    """By sampling the corners of both intervals instead of comparing their ends."""
    counts = [0, 0, 0, 0]
    for other, latency in latencies.items():
        if other == own:
            continue
        corners = list(itertools.product((latency.lower, latency.upper), (latencies[own].lower, latencies[own].upper)))
        with_zero = any(one.by_construction or one.upper <= 0 for one in (latency, latencies[own]))
        comparable = not with_zero and math.isfinite(latencies[own].upper)
        if not math.isfinite(latency.upper):
            counts[3] += 1
        elif comparable and all(theirs < ours for theirs, ours in corners):
            counts[0] += 1
        elif comparable and all(theirs > ours for theirs, ours in corners):
            counts[1] += 1
        else:
            counts[2] += 1
    return tuple(counts)


@pytest.fixture(scope="module")
def all_speeds():
    return [am.speed(each) for each in am.cases() if each.about.documented]


@pytest.mark.parametrize("step", STEPS)
def test_counts_agree_with_brute_force(step, all_speeds):
    speeds = all_speeds
    latencies = {speed.case_id: speed[step].latency for speed in speeds}
    found = pairwise(speeds, step)
    for row in found.rows:
        counted = (row.faster, row.slower, row.not_separable, row.never_seen)
        assert counted == _brute_force(latencies, row.case_id)
        assert sum(counted) == len(speeds) - 1
    assert found.pairs == math.comb(len(speeds), 2)
    assert found.separable == sum(row.faster for row in found.rows) == sum(row.slower for row in found.rows)
    assert found.separable <= found.seen_pairs <= found.pairs


@pytest.mark.parametrize("step", ["response", "apology", "information_hub"])
def test_the_probability_of_having_been_first_is_bounded_by_the_certain_and_the_undecided(step, all_speeds):
    found = pairwise(all_speeds, step)
    comparable = [row for row in found.rows if row.comparable]
    assert len(comparable) > 3
    for row in found.rows:
        assert row.others == (len(comparable) - 1 if row.comparable else 0)
        if not row.comparable:
            assert math.isnan(row.first) and math.isnan(row.first_upper)
            continue
        assert row.first == pytest.approx(row.slower / row.others)
        assert row.first_upper == pytest.approx(1 - row.faster / row.others)
        assert 0 <= row.first <= row.first_upper <= 1
    # over all cases the two bounds answer each other: one was first wherever another was not
    assert sum(row.first + row.first_upper for row in comparable) == pytest.approx(len(comparable))


def _timed(latencies: Sequence[Latency]) -> list[Speed]:
    """Cases with these first responses and nothing else."""
    one = am.speed(case())
    return [
        dataclasses.replace(
            one, case_id=f"case-{place}", steps=(dataclasses.replace(one["response"], latency=latency),)
        )
        for place, latency in enumerate(latencies)
    ]


def test_touching_intervals_are_not_separable_and_the_unseen_is_never_slower():
    touching, after, unseen = Latency(60, 90), Latency(90, 95), Latency(1000, math.inf)
    at_zero = Latency(0, 0, by_construction=True)
    assert pairwise(_timed([touching, after])).separable == 0
    assert pairwise(_timed([Latency(60, 89), after])).separable == 1
    assert pairwise(_timed([touching, unseen])).separable == 0
    assert pairwise(_timed([at_zero, after])).separable == 0


one_latency = st.one_of(
    st.builds(lambda lower, width: Latency(lower, lower + width), st.integers(-2, 9), st.integers(0, 5)),
    st.builds(lambda watched: Latency(watched, math.inf), st.integers(0, 9)),
    st.just(Latency(0, 0, by_construction=True)),
)


@given(st.lists(one_latency, max_size=9))
def test_counts_of_any_intervals_are_those_of_all_pairs(latencies):
    found = pairwise(_timed(latencies))
    for own, row in zip(latencies, found.rows, strict=True):
        others = [other for place, other in enumerate(latencies) if found.rows[place] is not row]
        comparable = [other for other in others if row.comparable and other.timed]
        assert row.faster == sum(other.certainly_before(own) for other in comparable)
        assert row.slower == sum(own.certainly_before(other) for other in comparable)
        assert row.never_seen == sum(not other.seen for other in others)
        assert row.faster + row.slower + row.never_seen + row.not_separable == len(others)
        bounds = [probability_before(own, other) for other in comparable]
        assert row.others == len(bounds)
        for share, each in zip((row.first, row.first_upper), zip(*bounds, strict=True), strict=False):
            assert share == sum(each) / len(each)
    pairs = list(itertools.combinations(latencies, 2))
    assert (found.pairs, found.seen_pairs) == (len(pairs), sum(one.seen and other.seen for one, other in pairs))
    assert found.separable == sum(row.slower for row in found.rows)


def test_an_unknown_step_is_refused():
    with pytest.raises(ValueError, match="'mood' is not a step; use one of: response"):
        pairwise([], "mood")
