"""The explorer without a browser: what follows from a state, the code that gives the same, and controls that are moved."""

from __future__ import annotations

import functools
import json
import shutil
import threading
from html.parser import HTMLParser

import plotly.graph_objects as go
import pytest

import aftermath as am
from aftermath.figures.theme import VIEWS, sketch
from aftermath.figures.timeline_events import LANES
from aftermath.laboratory.explorer.calls import calls
from aftermath.laboratory.explorer.model import Model
from aftermath.laboratory.explorer.state import OUTCOMES, State, StateError
from aftermath.laboratory.explorer.view import Explorer
from aftermath.problems import CaseError
from factories import case, case_folder, event, score, text, workspace

hypothesis = pytest.importorskip("hypothesis")
from hypothesis import given, settings  # noqa: E402
from hypothesis import strategies as st  # noqa: E402

KITCHENAID, RED_CROSS, UNITED, NO_RECORD = (
    "kitchenaid-tweet",
    "red-cross-tweet",
    "united-3411",
    "weishi-data-fabrication",
)
CASES = (KITCHENAID, RED_CROSS, UNITED, NO_RECORD, "gm-ignition-recall")
HOSTILE = '<img src=x onerror="alert(1)"></script><script>alert(2)</script>'


@functools.cache
def some_cases() -> Model:
    return Model([am.load_case(case_id) for case_id in CASES])


@pytest.fixture
def model():
    return Model(some_cases().cases.values())


@pytest.fixture
def explorer(model):
    return Explorer(model, State((KITCHENAID,)))


class Scripts(HTMLParser):
    """The tags of a text of HTML, and what stands in its elements of JSON."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.json: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag == "script":
            assert dict(attrs)["type"] == "application/json"

    def handle_data(self, data):
        if self.tags and self.tags[-1] == "script" and data.strip():
            self.json.append(data)


# The code that is copied


@st.composite
def states(draw):
    """Any state of these cases."""
    known = some_cases()
    chosen = tuple(draw(st.lists(st.sampled_from(CASES), min_size=1, max_size=2, unique=True)))
    event_of = {case_id: st.sampled_from(known.cases[case_id].events["event_id"].to_list()) for case_id in chosen}
    outcome = draw(st.sampled_from(list(OUTCOMES)))
    clocks = {
        case_id: draw(event_of[case_id]) for case_id in chosen if known.cases[case_id].zero and draw(st.booleans())
    }
    focus = draw(st.sampled_from(chosen))
    return State(
        cases=chosen,
        clocks=clocks,
        focus=focus,
        marked=draw(st.none() | event_of[focus]),
        lanes=tuple(lane for lane in LANES if draw(st.booleans())),
        coder=draw(st.sampled_from([None, "a", "b", "z"])),
        outcome=outcome,
        estimator=draw(st.sampled_from(list(OUTCOMES[outcome].estimators))),
        phase_days=tuple(sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=3)))),
        window=draw(st.sampled_from([None, *OUTCOMES[outcome].windows])),
        baseline=draw(st.sampled_from([None, *OUTCOMES[outcome].baselines])),
    )


def run(code: str, monkeypatch) -> tuple[dict, list[go.Figure]]:
    """What code that was copied leaves behind, and the figures that it shows."""
    shown: list[go.Figure] = []
    monkeypatch.setattr(go.Figure, "show", lambda figure: shown.append(figure))
    names: dict = {}
    exec(compile(code, "copied", "exec"), names)  # noqa: S102 - of the explorer
    return names, shown


@given(states())
@settings(max_examples=30)
def test_the_copied_code_runs_and_gives_the_same(state):
    model = some_cases()
    with pytest.MonkeyPatch.context() as monkeypatch:
        names, shown = run(model.code(state), monkeypatch)
    figures = iter(shown)
    for number, case_id in enumerate(state.cases, start=1):
        end = "" if number == 1 else f"_{number}"
        for name in calls(state, case_id):
            answer = model.answer(state, case_id, name)
            assert (f"{name}{end}" in names) is not bool(answer.why_not), (name, answer.why_not)
            if name != "timeline" and answer.result is not None:
                copied = names[f"{name}{end}"]
                assert type(copied) is type(answer.result)
                assert copied.text == answer.result.text
                assert copied.table.equals(answer.result.table)
            if drawn := model.figure(state, case_id, name).result:
                _assert_same(json.loads(drawn), next(figures), whole=len(state.cases) == 1)
    assert next(figures, None) is None


def _assert_same(drawn: dict, shown: go.Figure, *, whole: bool) -> None:
    """What is drawn here is what the code shows; in full where it is laid out for the same width."""
    plain = json.loads(go.Figure(drawn["data"], drawn["layout"]).to_json())
    other = json.loads(shown.to_json())
    if whole:
        assert plain["data"] == other["data"]
        assert {**plain["layout"], "meta": 0} == {**other["layout"], "meta": 0}
    else:
        assert [trace.get("name") for trace in plain["data"]] == [trace.get("name") for trace in other["data"]]


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_sketch_is_what_plotly_would_have_let_pass(view):
    speed = am.speed(UNITED)
    drawing = sketch(lambda: am.figures.latency_ladder(speed), view)
    figure = am.figures.latency_ladder(speed)
    layout, data = {}, [{}] * len(figure.data)
    for other in figure.layout.meta["views"]:
        if view.least < other["below"]:
            layout, data = other["layout"], other["data"]
    expected = figure.to_plotly_json()
    expected["layout"] |= layout
    expected["data"] = [{**trace, **more} for trace, more in zip(expected["data"], data, strict=True)]
    _assert_same(
        {"data": drawing.traces, "layout": drawing.layout}, go.Figure(expected["data"], expected["layout"]), whole=True
    )


# States


def test_a_state_that_makes_no_sense_is_refused_with_what_does(model):
    for wrong, words in (
        ({"cases": ()}, "at least one case"),
        ({"cases": (UNITED, UNITED)}, "each once"),
        ({"focus": RED_CROSS}, "is not a case that is shown"),
        ({"outcome": "fame"}, "use one of: favourability"),
        ({"estimator": "change"}, "estimator of favourability"),
        ({"window": 8}, "7, 30, 90, 365"),
        ({"baseline": 7}, "is not a baseline"),
        ({"phase_days": (7, 7)}, "ascending"),
        ({"lanes": ("Press",)}, "is not a lane"),
    ):
        with pytest.raises(StateError, match=words):
            State(**{"cases": (UNITED,)} | wrong)
    with pytest.raises(StateError, match="no event 'e99'"):
        model.check(State((UNITED,), {UNITED: "e99"}))
    with pytest.raises(StateError, match="no case 'nowhere'"):
        model.check(State(("nowhere",)))


def test_another_outcome_keeps_what_still_means_something():
    state = State((UNITED,), window=30, estimator="phases", coder="a")
    assert (state.of_outcome("stance_org").window, state.of_outcome("stance_org").estimator) == (30, "phases")
    prices = state.of_outcome("prices")
    assert (prices.window, prices.estimator, prices.baseline, prices.coder) == (None, "market", None, "a")


def test_cases_that_go_take_their_clock_and_the_mark_with_them():
    state = State((UNITED, RED_CROSS), {UNITED: "e02", RED_CROSS: "e03"}, focus=UNITED, marked="e04")
    left = state.of_cases((RED_CROSS,))
    assert (left.clocks, left.focus, left.marked) == ({RED_CROSS: "e03"}, RED_CROSS, None)


def test_nothing_is_measured_or_read_twice(model, monkeypatch):
    state = State((UNITED,), {UNITED: "e05"})
    first = model.figure(state, UNITED, "outcome")
    monkeypatch.setattr("aftermath.laboratory.explorer.calls.MEASURES", {})
    monkeypatch.setattr("aftermath.laboratory.explorer.model.FIGURES", {})
    assert model.figure(state, UNITED, "outcome") is first
    with pytest.raises(KeyError):
        model.answer(State((UNITED,), {UNITED: "e06"}), UNITED, "speed")


def test_an_event_says_how_surely_it_is_known_and_by_whom(model):
    details = model.event(State((KITCHENAID,), marked="e08"))
    assert (details.label, details.certainty) == ("Soledad's signed thread", "disputed: widest reading")
    assert details.since.replace("\u00a0", " ") == "8 min – 2 h 27 min after clock zero"
    assert len(details.sources) == 4
    assert all(
        source.address.startswith("https://") or not source.address or "://" in source.address
        for source in details.sources
    )
    assert model.event(State((KITCHENAID,))) is None
    assert model.event(State((NO_RECORD,), marked=model.cases[NO_RECORD].events["event_id"][0])).since == ""


# Controls


def shows(explorer: Explorer, name: str) -> str:
    return explorer.rows[name].children[0].value


def test_moving_the_clock_moves_speed_tone_timeline_and_code(explorer):
    before = {name: shows(explorer, name) for name in ("timeline", "speed", "openness", "outcome")}
    explorer.controls["clock_zero"].value = "e05"
    changed = {name for name, html in before.items() if shows(explorer, name) != html}
    assert changed == {"timeline", "speed", "outcome"}
    assert 'clock_zero="e05"' in explorer.code
    assert "clock_zero=&#34;e05&#34;" in explorer._code.value
    explorer.controls["clock_zero"].value = ""
    assert {name: shows(explorer, name) for name in before} == before


def test_every_control_changes_what_it_is_for(explorer):
    for name, value, row in (
        ("coder", "b", "openness"),
        ("window", 30, "outcome"),
        ("estimator", "phases", "outcome"),
        ("phase_days", "1, 7; 30", "outcome"),
        ("outcome", "stance_org", "outcome"),
        ("Media", False, "timeline"),
        ("case", RED_CROSS, "heading"),
    ):
        before = shows(explorer, row)
        explorer.controls[name].value = value
        assert shows(explorer, row) != before, name
    assert explorer.state.phase_days == (1, 7, 30)
    assert explorer.state.lanes == tuple(lane for lane in LANES if lane != "Media")


def test_the_clock_can_be_started_at_the_event_that_was_chosen(explorer):
    assert explorer.controls["here"].disabled
    explorer.controls["events"].value = (KITCHENAID, "e05")
    assert "Mashable and others report" in explorer._event.value
    explorer.controls["here"].click()
    assert explorer.state.clocks == {KITCHENAID: "e05"}
    assert explorer.controls["clock_zero"].value == "e05"
    explorer.controls["events"].value = (KITCHENAID, "e03")
    explorer.controls["here"].click()
    assert explorer.state.clocks == {}


def test_cases_stand_side_by_side_each_on_its_own_clock(explorer):
    explorer.controls["clock_zero"].value = "e05"
    explorer.controls["beside"].value = (RED_CROSS,)
    assert explorer.state.cases == (KITCHENAID, RED_CROSS)
    assert [len(row.children) for name, row in explorer.rows.items() if name != "chosen"] == [2] * 5
    explorer.controls["events"].value = (RED_CROSS, "e02")
    explorer.controls["here"].click()
    assert explorer.state.clocks == {KITCHENAID: "e05", RED_CROSS: "e02"}
    explorer.controls["beside"].value = ()
    assert (explorer.state.cases, explorer.state.clocks) == ((KITCHENAID,), {KITCHENAID: "e05"})


def test_filters_narrow_the_menu_and_keep_what_is_shown(explorer):
    explorer.controls["country"].value = "CN"
    offered = [case_id for _, case_id in explorer.controls["case"].options]
    assert offered == [KITCHENAID, NO_RECORD]
    assert explorer.state.cases == (KITCHENAID,)


def test_filters_say_how_many_cases_fit_and_what_is_shown_all_the_same(explorer):
    assert "fit" not in explorer._notice.value
    explorer.controls["country"].value = "CN"
    said = explorer._notice.value.replace("\u00a0", " ")
    assert "1 case fits the filters. Still shown, though not by them: KitchenAid:" in said
    explorer.controls["cause"].value = "rogue_post"
    assert "No case fits the filters. Still shown" in explorer._notice.value
    explorer.controls["country"].value = ""
    assert "fit the filters" in explorer._notice.value and "Still shown" not in explorer._notice.value
    explorer.controls["cause"].value = ""
    assert "fit" not in explorer._notice.value


def test_what_makes_no_sense_is_said_and_nothing_changes(explorer):
    for wrong in ("soon", "30, 7", "", "0"):
        explorer.controls["phase_days"].value = wrong
        assert explorer.state.phase_days == (7, 30)
        assert explorer.controls["phase_days"].value == "7, 30"
        assert "e.g. 7, 30" in explorer._notice.value
    explorer.controls["coder"].value = "a"
    assert "e.g." not in explorer._notice.value


def test_a_state_that_is_set_is_shown_by_the_controls(explorer):
    explorer.state = State(
        (UNITED, RED_CROSS), {RED_CROSS: "e03"}, focus=RED_CROSS, coder="z", window=90, lanes=("Media",)
    )
    said = {
        name: explorer.controls[name].value for name in ("case", "beside", "clock_zero", "coder", "window", "Media")
    }
    assert list(said.values()) == [UNITED, (RED_CROSS,), "e03", "z", 90, True]
    assert not explorer.controls["Organisation"].value
    assert "no coder &#39;z&#39;; its coders are a and b" in shows(explorer, "openness")


def test_every_control_has_a_label(explorer):
    assert all(control.description for control in explorer.controls.values())


def test_what_the_evidence_cannot_bear_is_said_in_its_place(model):
    explorer = Explorer(model, State((NO_RECORD,)))
    for name in ("timeline", "speed", "openness", "outcome"):
        assert "no crisis is on record" in shows(explorer, name)
        assert "<script" not in shows(explorer, name)
    assert [value for _, value in explorer.controls["clock_zero"].options] == [""]
    assert "# no speed of weishi-data-fabrication: no crisis is on record" in explorer.code
    explorer.state = State((KITCHENAID,)).of_outcome("posts")
    assert "no archive of posts is attached" in shows(explorer, "outcome")


def test_a_case_without_texts_scores_or_prices_can_be_explored():
    bare = case([event("exposure"), event("apology", 480)])
    explorer = Explorer(Model([bare]), State((bare.id,)))
    assert "no item of the rubric has been coded" in shows(explorer, "openness")
    assert "no text is coded" in shows(explorer, "outcome")
    explorer.controls["outcome"].value = "prices"
    assert "no share prices are on record" in shows(explorer, "outcome")
    assert "8\u00a0min" in shows(explorer, "speed")


def test_hostile_text_stays_text():
    wicked = case(
        [event("exposure", label=HOSTILE, summary=HOSTILE), event("apology", 480, speaker=HOSTILE)],
        [text(), text(a="1")],
        [score("T1")],
        title=HOSTILE,
        organisation=HOSTILE,
    )
    explorer = Explorer(Model([wicked]), State((wicked.id,), marked="e01"))
    for html in (
        *(row.children[0].value for name, row in explorer.rows.items() if name != "chosen"),
        explorer._event.value,
    ):
        parsed = Scripts(html)
        assert "img" not in parsed.tags
        for written in parsed.json:
            assert "alert" not in json.dumps(json.loads(written)) or "&lt;img" in written
    assert len(Scripts(shows(explorer, "timeline")).json) == 1


# The door


def test_explore_says_which_case_does_not_load_and_lets_the_others_be_used(tmp_path):
    case_folder(tmp_path, "sound-case", events=[event("exposure"), event("apology", 480)])
    case_folder(tmp_path, "broken-case")
    (tmp_path / "casestudies" / "broken-case" / "events.csv").write_text("nothing\n", encoding="utf-8")
    there = workspace(tmp_path)
    explorer = am.explore(workspace=there)
    assert explorer.state.cases == ("sound-case",)
    assert "casestudies/broken-case/events.csv" in explorer._notice.value
    explorer.controls["clock_zero"].value = "e02"
    assert "casestudies/broken-case/events.csv" in explorer._notice.value
    with pytest.raises(CaseError, match="broken-case"):
        am.explore("broken-case", workspace=there)
    with pytest.raises(am.AftermathError, match="sound-cas"):
        am.explore("sound-cas", workspace=there)
    shutil.rmtree(tmp_path / "casestudies" / "sound-case")
    with pytest.raises(am.AftermathError, match="no case in casestudies can be loaded"):
        am.explore(workspace=there)


def test_explore_shows_the_cases_that_are_named_side_by_side():
    assert am.explore([RED_CROSS, KITCHENAID]).state.cases == (RED_CROSS, KITCHENAID)


def test_moves_that_two_threads_hand_on_at_once_all_count():
    explorer = am.explore("kitchenaid-tweet")
    lanes = [name for name in LANES if explorer.controls[name].value]
    moves = [threading.Thread(target=setattr, args=(explorer.controls[name], "value", False)) for name in lanes[:4]]
    for move in moves:
        move.start()
    for move in moves:
        move.join()
    assert not set(lanes[:4]) & set(explorer.state.lanes)
