"""What was kept is what would be computed, is taken only while nothing changed, and is never a reason to fail."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from polars.testing import assert_frame_equal

import aftermath as am
from aftermath.building.build import build
from aftermath.building.folder import forget
from aftermath.building.jobs import results_folder
from aftermath.case_files import case as case_module
from aftermath.comparison import multiverse as multiverse_module
from aftermath.comparison import scoreboard
from aftermath.kept import handed_on, keeping, kept, kept_each
from aftermath.topic_modelling import topics as topics_module
from tiny import CASES, make_workspace, touch_evidence

DIGIORNO, RED_CROSS, _ = CASES
FOUND = ("claims.html", "sources.html", "assets/search-data.js", "assets/sources-data.js")


class Counting:
    """A function of the library, with a list of what it was asked for."""

    def __init__(self, patch: pytest.MonkeyPatch, module: object, name: str) -> None:
        self.asked: list[str] = []
        original = getattr(module, name)

        def counted(first: object, *rest: object, **options: object) -> object:
            self.asked.append(getattr(first, "name", getattr(first, "id", "")))
            return original(first, *rest, **options)

        patch.setattr(module, name, counted)

    def since(self) -> list[str]:
        """What was asked for since the last look, sorted."""
        asked, self.asked = sorted(self.asked), []
        return asked


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "kept"


def computed(name: str, made_from: object, value: object) -> bool:
    """Whether a result had to be computed."""
    asked = []
    found = kept(name, lambda: made_from, lambda: asked.append(1) or value)
    assert found == value or not asked
    return bool(asked)


def test_outside_a_build_everything_is_computed():
    assert [computed("sum", 1, 2), computed("sum", 1, 2)] == [True, True]


def test_a_result_is_kept_until_what_it_was_made_from_changes(folder):
    with keeping(folder):
        assert [computed("sum", made_from, 5) for made_from in ((1, 4), (1, 4), (2, 3), (2, 3))] == [True, False] * 2
        assert computed("sum", (1, 4), 5), "a newer result takes the place of the older one"
        assert computed("product", (1, 4), 4), "another name is another result"
    assert computed("sum", (1, 4), 5), "the folder was let go"


def test_nothing_is_a_result_too(folder):
    with keeping(folder):
        assert [computed("reason", 1, None), computed("reason", 1, None)] == [True, False]


def test_processes_that_are_started_know_the_folder(folder):
    ask = "from aftermath.kept import kept; print(kept('sum', lambda: 1, lambda: 'computed'))"
    with keeping(folder):
        kept("sum", lambda: 1, lambda: "kept")
        environment = {**os.environ, **handed_on()}
        done = subprocess.run([sys.executable, "-c", ask], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "kept\n"
    assert not handed_on()


def test_threads_that_work_side_by_side_keep_results_each_for_itself(folder):
    with keeping(folder), ThreadPoolExecutor(1) as other:
        assert handed_on()
        assert not other.submit(handed_on).result()


@pytest.mark.fault("damaged and lost products")
@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:70], lambda content: b"", lambda content: content[:-1] + b"\0"])  # fmt: skip
def test_a_damaged_file_is_no_result(folder, damage):
    with keeping(folder):
        kept("words", lambda: 1, lambda: "late and terse")
        (path,) = folder.iterdir()
        path.write_bytes(damage(path.read_bytes()))
        assert computed("words", 1, "late and terse")
        assert not computed("words", 1, "late and terse")


@pytest.mark.fault("full disks and missing rights")
def test_where_nothing_can_be_written_nothing_is_kept(tmp_path):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with keeping(tmp_path / "taken"):
        assert [computed("sum", 1, 2), computed("sum", 1, 2)] == [True, True]


@pytest.mark.fault("changes by others meanwhile")
def test_what_was_computed_while_its_files_changed_is_not_kept(folder):
    states = iter("AB")
    with keeping(folder):
        assert kept("sum", lambda: next(states), lambda: 1) == 1
        assert not folder.exists()


def lengths(made_from: dict[str, object]) -> tuple[dict[str, int], list[str]]:
    """Lengths of names, and those that had to be computed."""
    asked: list[str] = []
    found = kept_each(
        "lengths",
        {name: lambda origin=origin: origin for name, origin in made_from.items()},
        lambda name: asked.append(name) or len(name),
    )
    return found, asked


def test_of_results_that_are_kept_together_those_are_computed_that_changed(folder):
    assert [lengths({"one": 1})[1], lengths({"one": 1})[1]] == [["one"], ["one"]], "outside a build"
    with keeping(folder):
        assert lengths({"one": 1, "three": 1}) == ({"one": 3, "three": 5}, ["one", "three"])
        assert lengths({"three": 1, "one": 1}) == ({"three": 5, "one": 3}, [])
        assert lengths({"one": 2, "three": 1, "seven": 1})[1] == ["one", "seven"]
        assert lengths({"three": 1}) == ({"three": 5}, [])
        assert lengths({"one": 2, "three": 1})[1] == ["one"], "what is gone is not kept"
        assert len(list(folder.iterdir())) == 1


def test_of_results_that_are_kept_together_one_that_nothing_tells_is_computed(folder):
    with keeping(folder):
        assert [lengths({"one": 1, "three": ()})[1] for _ in range(2)] == [["one", "three"], ["three"]]


@pytest.mark.fault("changes by others meanwhile")
def test_of_results_that_are_kept_together_none_is_kept_whose_files_changed_meanwhile(folder):
    states = iter("AB")
    with keeping(folder):
        made_from = {"one": lambda: next(states), "three": lambda: 1}
        assert kept_each("lengths", made_from, len) == {"one": 3, "three": 5}
        assert lengths({"one": "B", "three": 1})[1] == ["one"]


@pytest.mark.fault("damaged and lost products")
@pytest.mark.parametrize("damage", [lambda content: content[:-1], lambda content: content[:70], lambda content: b"", lambda content: content[:-1] + b"\0"])  # fmt: skip
def test_a_damaged_file_of_results_that_are_kept_together_is_none(folder, damage):
    with keeping(folder):
        lengths({"one": 1})
        (path,) = folder.iterdir()
        path.write_bytes(damage(path.read_bytes()))
        assert [lengths({"one": 1})[1], lengths({"one": 1})[1]] == [["one"], []]


@pytest.fixture
def counted(monkeypatch) -> dict[str, Counting]:
    return {
        "read": Counting(monkeypatch, case_module, "_of_one_moment"),
        "measured": Counting(monkeypatch, scoreboard, "entry"),
        "agreement": Counting(monkeypatch, scoreboard, "reliability"),
    }


def test_only_the_case_that_changed_is_read_and_measured_again(tmp_path, folder, counted):
    workspace = make_workspace(tmp_path / "site")
    anew = am.compare(am.gather(workspace=workspace).cases)
    assert [each.since() for each in counted.values()] == [sorted(CASES), sorted(CASES), [""]]
    with keeping(folder):
        am.compare(am.gather(workspace=workspace).cases)
        assert [each.since() for each in counted.values()] == [sorted(CASES), sorted(CASES), [""]]
        same = am.compare(am.gather(workspace=workspace).cases)
        assert [each.since() for each in counted.values()] == [[], [], []]
        touch_evidence(workspace, RED_CROSS)
        other = am.compare(am.gather(workspace=workspace).cases)
        assert [each.since() for each in counted.values()] == [[RED_CROSS], [RED_CROSS], []]
        am.compare(am.gather(workspace=workspace).cases, seed=1)
        assert [each.since() for each in counted.values()] == [[], sorted(CASES), [""]]
        rubric = workspace.cases / DIGIORNO / "rubric.csv"
        rubric.write_text(rubric.read_text(encoding="utf-8").replace(",2,", ",1,", 1), encoding="utf-8")
        am.compare(am.gather(workspace=workspace).cases, seed=1)
        assert [each.since() for each in counted.values()] == [[DIGIORNO], [DIGIORNO], [""]]
    assert same.checksum != other.checksum
    assert same.text == anew.text
    assert_frame_equal(same.table, anew.table)


def test_a_case_that_was_changed_in_a_notebook_is_not_taken_for_its_files(tmp_path, folder):
    case = am.load_case(RED_CROSS)
    other = dataclasses.replace(
        case, about=dataclasses.replace(case.about, title="Another title", exposed_by="organisation")
    )
    with keeping(folder):
        before, after = am.compare([case]), am.compare([other])
        assert after.entries[0].about.title == "Another title"
        assert after.entries[0].own_clock != before.entries[0].own_clock
        assert am.compare([case]).entries[0].about.title == case.about.title


def test_a_case_that_breaks_and_is_mended_is_told_as_it_is(tmp_path, folder):
    workspace = make_workspace(tmp_path / "site")
    path = workspace.cases / RED_CROSS / "events.csv"
    sound = path.read_bytes()
    with keeping(folder):
        assert not am.gather(workspace=workspace).failures
        path.write_bytes(b"event_id\n")
        assert [failure.case_id for failure in am.gather(workspace=workspace).failures] == [RED_CROSS]
        path.unlink()
        assert am.gather(workspace=workspace).failures
        path.mkdir()
        assert am.gather(workspace=workspace).failures
        path.rmdir()
        path.write_bytes(sound)
        assert not am.gather(workspace=workspace).failures


def test_a_case_that_cannot_be_listed_is_read(folder):
    with keeping(folder):
        (failure,) = am.gather(["no-such-case"]).failures
    assert "there is no such case" in failure.problems[0].what


def test_topics_are_found_anew_only_where_their_texts_changed(folder, counted, monkeypatch):
    found = Counting(monkeypatch, topics_module, "_model")
    cases = am.gather([DIGIORNO, RED_CROSS, "kitchenaid-tweet"]).cases
    plain = am.topics(cases)
    assert len(found.since()) == 1
    with keeping(folder):
        first, again = am.topics(cases), am.topics(cases, phase_days=(5,))
        assert len(found.since()) == 1, "phases are cut after the topics were found"
        am.topics(cases[:1])
        assert len(found.since()) == 1
    assert first.text == plain.text
    assert_frame_equal(first.assignments, plain.assignments)
    assert again.phases.height != first.phases.height


def test_topics_are_placed_in_time_anew_only_where_texts_clocks_or_phases_changed(folder, monkeypatch):
    placed = Counting(monkeypatch, topics_module, "_found")
    cases = am.gather([DIGIORNO, RED_CROSS]).cases
    other = dataclasses.replace(cases[0], about=dataclasses.replace(cases[0].about, clock_zero="e11"))
    with keeping(folder):
        first = am.topics(cases)
        assert len(placed.since()) == 1
        assert_frame_equal(am.topics(cases).assignments, first.assignments)
        assert not placed.since()
        am.topics(cases, phase_days=(5,))
        assert len(placed.since()) == 1
        assert am.topics([other, cases[1]]).assignments["day"].to_list() != first.assignments["day"].to_list()
        am.topics(cases[:1])
        assert len(placed.since()) == 2


def test_the_multiverse_is_computed_anew_only_where_a_case_or_a_choice_changed(folder, monkeypatch):
    found = Counting(monkeypatch, multiverse_module, "asked")
    cases = am.gather([DIGIORNO, RED_CROSS, "kitchenaid-tweet"]).cases
    plain = am.multiverse(cases)
    assert len(found.since()) == 1
    with keeping(folder):
        assert_frame_equal(am.multiverse(cases).table, plain.table)
        assert_frame_equal(am.multiverse(cases).table, plain.table)
        assert len(found.since()) == 1
        assert len(am.multiverse(cases, {"coder": ["first"]}).specifications) < len(plain.specifications)
        am.multiverse(cases[:2])
        assert len(found.since()) == 2


def test_a_build_forgets_what_others_kept_and_all_where_it_is_forced(tmp_path):
    workspace = make_workspace(tmp_path / "site", (RED_CROSS,))
    current = results_folder(workspace)
    other = current.with_name("0" * 32)
    for each in (current, other):
        each.mkdir(parents=True)
        (each / "result").touch()
    forget(workspace, everything=False)
    assert (current / "result").exists()
    assert not other.exists()
    forget(workspace, everything=True)
    assert not current.exists()


def test_the_index_is_the_same_from_what_was_kept(tmp_path):
    kept_workspace, fresh_workspace = (make_workspace(tmp_path / name, (DIGIORNO, RED_CROSS)) for name in ("a", "b"))
    build(workspace=kept_workspace, workers=1)
    assert list(results_folder(kept_workspace).iterdir())
    assert "AFTERMATH_KEPT" not in os.environ
    for each in (kept_workspace, fresh_workspace):
        touch_evidence(each, RED_CROSS)
    for each in (kept_workspace, fresh_workspace):
        assert not build(workspace=each, workers=1).failures
    for name in (
        "index.html",
        "comparison.html",
        "data/scoreboard.csv",
        "data/multiverse.csv",
        "data/advice.csv",
        *FOUND,
    ):
        assert (kept_workspace.site / name).read_bytes() == (fresh_workspace.site / name).read_bytes()


# Signed by who kept it


@pytest.fixture
def own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for the key of kept results that is not the user's."""
    from aftermath import kept as module

    monkeypatch.setattr("platformdirs.user_state_path", lambda name: tmp_path / "state" / name)
    module._key_of_this_user.cache_clear()
    yield tmp_path / "state" / "aftermath" / "kept.key"
    module._key_of_this_user.cache_clear()


class Planted:
    """Writes a file when it is loaded."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple:
        return Path.touch, (self.marker,)


@pytest.mark.bad_input("forged records and results in a build folder")
@pytest.mark.parametrize("signed_with", ["checksum", "empty key", "zeros", "another key", "nothing"])
def test_a_pickle_that_somebody_planted_is_not_loaded(own_key, tmp_path, signed_with):
    folder, marker = tmp_path / "kept", tmp_path / "marker"
    with keeping(folder):
        kept("words", lambda: 1, lambda: "ours")
        (path,) = folder.iterdir()
        key, planted = path.read_bytes()[32:64], pickle.dumps((Planted(marker),))
        signature = {
            "checksum": hashlib.sha256(key + planted).digest(),
            "empty key": hmac.digest(b"", key + planted, "sha256"),
            "zeros": hmac.digest(bytes(32), key + planted, "sha256"),
            "another key": hmac.digest(b"x" * 32, key + planted, "sha256"),
            "nothing": b"",
        }[signed_with]
        path.write_bytes(signature + key + planted)
        assert kept("words", lambda: 1, lambda: "computed") == "computed"
        path.write_bytes(hmac.digest(own_key.read_bytes(), key + planted, "sha256") + key + planted)
        assert not marker.exists()
        kept("words", lambda: 1, lambda: "computed")
        assert marker.exists(), "signed by us it would have been loaded: the trap was live"


def test_what_another_user_kept_is_computed_anew(own_key, tmp_path):
    with keeping(tmp_path / "kept"):
        kept("words", lambda: 1, lambda: "theirs")
        from aftermath import kept as module

        own_key.unlink()
        module._key_of_this_user.cache_clear()
        assert kept("words", lambda: 1, lambda: "ours") == "ours"
        assert kept("words", lambda: 1, lambda: "never asked") == "ours"


@pytest.mark.fault("no key can be kept")
def test_without_a_place_for_a_key_everything_is_computed(own_key, tmp_path):
    own_key.parent.parent.write_text("a file where a folder is needed")
    with keeping(tmp_path / "kept"):
        assert [kept("words", lambda: 1, lambda number=number: number) for number in (1, 2)] == [1, 2]
    assert not (tmp_path / "kept").exists()


@pytest.mark.fault("no key can be kept")
def test_half_a_key_is_made_anew(own_key):
    from aftermath import kept as module

    own_key.parent.mkdir(parents=True)
    own_key.write_bytes(b"half")
    assert len(module._key_of_this_user()) == 32
    assert own_key.read_bytes() == module._key_of_this_user()
