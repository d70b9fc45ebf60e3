"""The index of the site: what Aftermath is, the key findings, and every case as an entry. Its words stand in ``templates/index.html.j2``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from aftermath.case_files.case import Case
from aftermath.comparison.gathering import Gathering
from aftermath.comparison.scoreboard import Comparison
from aftermath.kept import kept_each
from aftermath.pages.made_from import MadeFrom
from aftermath.pages.neighbours import groups, in_order
from aftermath.pages.page import Section, compose
from aftermath.pages.replay import playable
from aftermath.pages.scoreboard import KEY_FINDINGS, extent
from aftermath.pages.templating import macro, render


def index_sections(comparison: Comparison, gathered: Gathering, unbuilt: Mapping[str, str]) -> list[Section]:
    """The sections of the page.

    Parameters
    ----------
    comparison
        All cases that loaded. The documented are listed **by year and title**.
    gathered
        Holds those that did not, to be named with their problems.
    unbuilt
        Cases without a page, with the reason, **empty where it was not built yet**; they are not linked.
    """
    part = partial(macro, "index")
    built = [entry for entry in comparison.entries if entry.case_id not in unbuilt]
    documented = [entry for entry in in_order(built) if entry.about.documented]
    without_record = [entry for entry in in_order(built) if not entry.about.documented]
    broken = {failure.case_id for failure in gathered.failures}
    without_page = {case_id: reason for case_id, reason in sorted(unbuilt.items()) if case_id not in broken}
    failed = {case_id: reason for case_id, reason in without_page.items() if reason}
    waiting = [case_id for case_id, reason in without_page.items() if not reason]
    sections = [Section("cases", "Every case", part("cases")(documented, _playable(comparison.cases)))]
    if without_record:
        sections.append(Section("not-on-record", "Not on record", part("not_on_record")(without_record)))
    if built:
        sections.append(Section("groups", "By cause, country and platform", part("groups")(groups(built))))
    if gathered.failures or unbuilt:
        sections.append(Section("failed", "Not built", part("failed")(gathered.failures, failed, waiting)))
    return [
        *sections,
        Section("reading", "How to read this site", part("reading")()),
        Section("cite", "How to cite", render("comparison_cite", comparison=comparison), short="", closing=True),
        Section(
            "provenance", "Provenance", render("comparison_provenance", comparison=comparison), short="", closing=True
        ),
    ]


def _playable(cases: Sequence[Case]) -> frozenset[str]:
    """Ids of the cases that can be replayed; a build looks at those again that changed."""
    by_id = {case.id: case for case in cases}
    # how a case is replayed is no evidence, but decides where it stops
    made_from = {case.id: partial(lambda case: case.origin and (*case.origin, case.staging), case) for case in cases}
    found = kept_each("whether cases can be replayed", made_from, lambda case_id: playable(by_id[case_id]))
    return frozenset(case_id for case_id, can_be in found.items() if can_be)


def index_page(comparison: Comparison, sections: Sequence[Section], made: MadeFrom | None = None) -> str:
    """The page, finished HTML.

    Parameters
    ----------
    comparison
        All cases that loaded.
    sections
        Those of ``index_sections``, as far as the page holds them.
    made
        What the page was made from, for its foot.
    """
    return compose(
        macro("index", "opening")(extent(comparison), comparison.findings[:KEY_FINDINGS]),
        sections,
        root="",
        title="After the crisis: who answered, how soon, how openly",
        kind="idx",
        description="Documented crises rebuilt from archived evidence and compared by speed, openness and tone of coverage.",
        current="index.html",
        made=made,
    )
