"""What the tests try that ought not to break anything, counted: ``make reliability`` writes ``docs/reliability.md`` from it.

A test says with ``@pytest.mark.bad_input("class of inputs")`` or ``@pytest.mark.fault("class of faults")`` what it tries. It counts as
one trial, or as many as it says with ``record_property("trials", n)``. A trial is survived if its test passes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

KINDS = {"bad_input": "Bad inputs", "fault": "Faults"}
NOT_TRIED = """
## Not tried by any test

- Windows and macOS, where other guards hold (`docs/teaching.md` says which), and folders on other machines, whose locks and renames may differ.
- A power cut: what is written is flushed before it is renamed, but no plug was pulled.
- A machine that runs out of memory as a whole, and ends processes of its own choice; limits of one process are tried, and kills.
- A clock that is set back in the middle of a build; one that was set back before it is tried.
- Other versions of Python than the one that runs the tests: `make test-another PYTHON=python3.13` tries them in a copy, and no change waits for it.
- A student's program that leaves the group of its kernel, where a system lets nobody make namespaces: it is named as missing by `aftermath grade`.
"""


def mark_trials(items: Iterable[pytest.Item]) -> None:
    """Let the reports of tests say which trials they were."""
    for item in items:
        for kind in KINDS:
            if marker := item.get_closest_marker(kind):
                item.user_properties.append((kind, marker.args[0]))


class Trials:
    """Counts reports, and writes a file in the end.

    Parameters
    ----------
    path
        Markdown, which is replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when != "call" and report.outcome == "passed":
            return
        properties = dict(report.user_properties)
        for kind in KINDS:
            if what := properties.get(kind):
                self.counts[kind, str(what)][report.outcome] += int(str(properties.get("trials", 1)))

    def pytest_sessionfinish(self) -> None:
        self.path.write_text(self.text, encoding="utf-8")

    @property
    def text(self) -> str:
        """The file: one table a kind."""
        lines = [
            "# Reliability",
            "",
            "What was tried on purpose, and what survived it: nothing lost, nothing run that ought not to run, nothing that left. Each row is",
            "a class of tests, marked in `tests/`; `make reliability` runs them all, the slow ones too, and writes this file. A trial is one",
            "input or one fault; what this machine cannot try (no browser, no LibreOffice, no such right) stands under *not tried*.",
        ]
        for kind, title in KINDS.items():
            rows = sorted((what, counts) for (own, what), counts in self.counts.items() if own == kind)
            total = sum((counts for _, counts in rows), Counter())
            lines += ["", f"## {title}", "", "| what | tried | survived | not tried |", "| --- | ---: | ---: | ---: |"]
            lines += [_row(what, counts) for what, counts in [*rows, ("**all**", total)]]
        return "\n".join([*lines, NOT_TRIED])


def _row(what: str, counts: Counter[str]) -> str:
    tried = counts["passed"] + counts["failed"]
    return f"| {what} | {tried:,} | {counts['passed']:,} | {counts['skipped']:,} |"
