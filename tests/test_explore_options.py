"""What the explorer keeps of the options that were chosen, and what cases side by side share."""

from __future__ import annotations

import json

import pytest

import aftermath as am
from aftermath.laboratory.explorer.model import Model
from aftermath.laboratory.explorer.state import State
from aftermath.laboratory.explorer.view import Explorer

KITCHENAID, RED_CROSS, NO_RECORD = "kitchenaid-tweet", "red-cross-tweet", "weishi-data-fabrication"


@pytest.fixture
def model():
    return Model([am.load_case(case_id) for case_id in (KITCHENAID, RED_CROSS, NO_RECORD)])


@pytest.fixture
def explorer(model):
    return Explorer(model, State((KITCHENAID,)))


def test_an_outcome_that_is_shown_again_has_the_options_that_were_chosen_for_it(explorer):
    for name, value in (("window", 30), ("estimator", "phases"), ("outcome", "prices"), ("baseline", 60)):
        explorer.controls[name].value = value
    assert (explorer.controls["window"].value, explorer.state.window) == ("", None)
    explorer.controls["outcome"].value = "stance_org"
    assert (explorer.controls["window"].value, explorer.controls["estimator"].value) == (30, "phases")
    assert "window=30" in explorer.code
    explorer.controls["outcome"].value = "alarm"
    assert explorer.controls["baseline"].value == ""
    explorer.controls["outcome"].value = "prices"
    assert explorer.controls["baseline"].value == 60 and "estimation=60" in explorer.code


def test_ladders_side_by_side_have_one_axis_and_the_other_case_in_grey(model):
    state = State((KITCHENAID, RED_CROSS), {RED_CROSS: "e03"})
    ladders = [json.loads(model.figure(state, case_id, "speed").result) for case_id in state.cases]
    alone = [json.loads(model.figure(State((case_id,)), case_id, "speed").result) for case_id in state.cases]
    axes, own = ([each["layout"]["xaxis"] for each in drawn] for drawn in (ladders, alone))
    assert axes[0] == axes[1]
    assert own[0]["range"] != own[1]["range"]
    assert "latency_ladder(speed, [speed_2])" in model.code(state)
    assert "latency_ladder(speed_2, [speed])" in model.code(state)
    with_nothing = State((KITCHENAID, NO_RECORD))
    assert "latency_ladder(speed)" in model.code(with_nothing)
    assert model.figure(with_nothing, KITCHENAID, "speed").result
