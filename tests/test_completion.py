"""Ids of cases are completed as they are typed, by IPython's own machinery, and nowhere else."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import pytest

import aftermath as am

completer = pytest.importorskip("IPython.core.completer")
from aftermath.laboratory.completion import complete_ids  # noqa: E402


@pytest.fixture(scope="module")
def completed():
    """What IPython offers behind a line, as a whole line each."""
    variables = {"am": am, "speed": am.speed, "case": "am", "odd": SimpleNamespace(load_case=am.load_case)}
    shell = SimpleNamespace(Completer=completer.IPCompleter(namespace=variables), user_ns=variables)
    shell.Completer.use_jedi = False
    complete_ids(shell)

    def offered(line: str) -> list[str]:
        with completer.provisionalcompleter():
            return [line[: each.start] + each.text for each in shell.Completer.completions(line, len(line))]

    return offered


@pytest.mark.parametrize(
    "line",
    [
        'am.load_case("',
        "am.load_case('",
        "am.speed( '",
        'case = speed("',
        'x = am.figures.timeline("',
        'am.report("',
        'am.run_case("',
        'print(am.transparency("',
        'am.check(["',
        'am.check(["red-cross-tweet", "',
        'am.check("',
        'am.compare(["',
        'am.explore("',
        'am.desk("',
    ],
)
def test_every_id_is_offered_where_a_case_is_asked_for(line, completed):
    assert completed(line) == [line + case_id for case_id in am.case_ids()]


@pytest.mark.parametrize(
    ("begun", "ids"),
    [("kitchenaid-tw", ["kitchenaid-tweet"]), ("douyin-m", ["douyin-martyrs-ad", "douyin-minor-tipping"])],
)
def test_what_is_begun_is_finished(begun, ids, completed):
    assert completed(f'am.speed("{begun}') == [f'am.speed("{case_id}' for case_id in ids]


@pytest.mark.parametrize(
    "line",
    [
        'print("',
        'open("kitchenaid',
        'am.load_case("kitchenaid-tweet", "',
        'am.no_such_function("',
        'odd.load_case("',
        'nothing.at.all("',
        'am.load_case("zzz',
        '"',
        "",
    ],
)
def test_nothing_is_offered_elsewhere(line, completed):
    assert not [text for text in completed(line) if text.endswith(am.case_ids())]


def test_cases_by_name_are_offered(completed):
    assert {f"am.cases.{case_id.replace('-', '_')}" for case_id in am.case_ids()} <= set(completed("am.cases."))


def test_no_ipython_is_loaded_where_none_runs():
    code = "import sys, aftermath; print([name for name in sys.modules if name.split('.')[0] == 'IPython'])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


@pytest.mark.slow
def test_a_kernel_offers_them_once_aftermath_is_imported():
    client = pytest.importorskip("jupyter_client.manager")
    manager, kernel = client.start_new_kernel(kernel_name="python3")
    try:
        kernel.execute_interactive("import aftermath as am", timeout=60)
        reply = kernel.complete('am.load_case("united', reply=True, timeout=60)["content"]
        assert (reply["matches"], reply["cursor_start"]) == (["united-3411"], len('am.load_case("'))
    finally:
        kernel.stop_channels()
        manager.shutdown_kernel(now=True)
