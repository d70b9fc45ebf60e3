"""What the site keeps of each case is what it would say anew, whatever has changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

import aftermath as am
from aftermath.kept import keeping
from aftermath.pages import all_claims, all_sources, index, search_index
from aftermath.workspace import Workspace
from tiny import ROOT, copied, make_workspace, touch_evidence

KITCHENAID, RED_CROSS, FIRST = "kitchenaid-tweet", "red-cross-tweet", "digiorno-whyistayed"


def replaced(path: Path, before: str, after: str) -> None:
    """Replace the first place of a text in a file."""
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def told(workspace: Workspace) -> dict[str, str]:
    """What the site says that is put together of what is kept of each case."""
    gathered = am.gather(workspace=workspace)
    comparison = am.compare(gathered.cases)
    given = comparison.cases, comparison.names
    return {
        "claims": all_claims.claims_page(*given, workspace),
        "sources": all_sources.sources_data(*given),
        "search": search_index.search_data(*given, workspace),
        "index": index.index_sections(comparison, gathered, {})[0].html,
    }


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = make_workspace(tmp_path / "site", (KITCHENAID, RED_CROSS))
    for name in ("texts.csv", "playbook.csv"):
        shutil.copy(ROOT / "casestudies" / name, made.cases)
    return made


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "a claim": (
        lambda cases: replaced(cases / KITCHENAID / "case.yaml", "  why: ", "  why: Now "),
        {"claims", "search"},
    ),
    "a source": (
        lambda cases: replaced(cases / RED_CROSS / "sources.csv", "Twitter Faux Pas", "Faux Pas"),
        {"sources"},
    ),
    "an event": (lambda cases: touch_evidence(Workspace(cases.parent), RED_CROSS), {"search"}),
    "the name of a case": (
        lambda cases: replaced(cases / KITCHENAID / "case.yaml", "organisation: ", "organisation: Old "),
        {"claims", "sources", "search", "index"},
    ),
    "the title of a text": (lambda cases: replaced(cases / "texts.csv", "Kā rīkoties", "Ko darīt"), {"claims"}),
    "a case that comes first": (lambda cases: copied(cases.parent, FIRST), {"sources", "search", "index"}),
    "a case that is gone": (lambda cases: shutil.rmtree(cases / KITCHENAID), {"claims", "sources", "search", "index"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_put_together_is_what_would_be_said_anew(workspace, tmp_path, change):
    make, differ = CHANGES[change]
    with keeping(tmp_path / "kept"):
        before = told(workspace)
        assert told(workspace) == before
        make(workspace.cases)
        after = told(workspace)
    assert after == told(workspace)
    assert {name for name in after if after[name] != before[name]} == differ


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of which cases it was asked whether they can be replayed."""
    cases: list[str] = []
    original = index.playable
    monkeypatch.setattr(index, "playable", lambda case: cases.append(case.id) or original(case))
    return cases


def test_a_replay_that_is_staged_anew_is_looked_at_again(workspace, tmp_path, asked):
    staged = workspace.cases / KITCHENAID / "replay.yaml"
    with keeping(tmp_path / "kept"):
        told(workspace)
        assert asked == [KITCHENAID, RED_CROSS]
        told(workspace)
        replaced(staged, "minutes: 5", "minutes: 6")
        told(workspace)
        assert asked == [KITCHENAID, RED_CROSS, KITCHENAID]
