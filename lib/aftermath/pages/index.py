"""The index of the site: what Aftermath is, the key findings, and every case as an entry. Its words stand in ``templates/index.html.j2``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from aftermath.comparison.gathering import Gathering
from aftermath.comparison.scoreboard import Comparison
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.page import Section, compose
from aftermath.pages.scoreboard import KEY_FINDINGS, extent
from aftermath.pages.templating import macro, render


def index_page(
    comparison: Comparison, gathered: Gathering, unbuilt: Mapping[str, str], made: MadeFrom | None = None
) -> str:
    """The page, finished HTML.

    Parameters
    ----------
    comparison
        All cases that loaded. The documented are listed **by year and title**.
    gathered
        Holds those that did not, to be named with their problems.
    unbuilt
        Cases whose page could not be made, with the reason; they are not linked.
    made
        What the page was made from, for its foot.
    """
    part = partial(macro, "index")
    built = [entry for entry in comparison.entries if entry.case_id not in unbuilt]
    documented = [entry for entry in built if entry.about.documented]
    documented.sort(key=lambda entry: (entry.year, entry.about.title, entry.case_id))
    without_record = [entry for entry in built if not entry.about.documented]
    broken = {failure.case_id for failure in gathered.failures}
    failed = {case_id: reason for case_id, reason in sorted(unbuilt.items()) if case_id not in broken}
    sections = [Section("cases", "Every case", part("cases")(documented))]
    if without_record:
        sections.append(Section("not-on-record", "Not on record", part("not_on_record")(without_record)))
    if gathered.failures or unbuilt:
        sections.append(Section("failed", "Not built", part("failed")(gathered.failures, failed)))
    sections += [
        Section("reading", "How to read this site", part("reading")()),
        Section("cite", "How to cite", render("comparison_cite", comparison=comparison), short="", closing=True),
        Section(
            "provenance", "Provenance", render("comparison_provenance", comparison=comparison), short="", closing=True
        ),
    ]
    return compose(
        part("opening")(extent(comparison), comparison.findings[:KEY_FINDINGS]),
        sections,
        root="",
        title="After the crisis: who answered, how soon, how openly",
        kind="idx",
        description="Documented crises rebuilt from archived evidence and compared by speed, openness and tone of coverage.",
        current="index.html",
        made=made,
    )
