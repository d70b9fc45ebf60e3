"""Each kind of input is changed, and exactly the pages that rest on it are found stale."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from aftermath.archives.places import MANIFEST, SERIES, VECTORS
from aftermath.building import jobs as jobs_module
from aftermath.building.jobs import Job, page_jobs, read_settings, site_job
from aftermath.building.stale import stale
from aftermath.building.work import Work
from aftermath.pages.made_from import sealed
from aftermath.pages.templating import render
from aftermath.workspace import INSTALLED_FROM, Workspace
from tiny import CASES, REPORT, make_workspace, touch_evidence, write_notebook

DIGIORNO, RED_CROSS, WEISHI = CASES
ALL = {*CASES, "comparison", "methods", "trial", "index"}
MADE = hashlib.sha256(b"made").hexdigest()
RELATIONS = INSTALLED_FROM / "casestudies" / WEISHI / "relations.csv"


class Site:
    """A workspace whose pages are made by a stand-in, with a library of its own: a module and a template."""

    def __init__(self, folder: Path) -> None:
        self.workspace: Workspace = make_workspace(folder / "site")
        self.library, self.settings, self.unbuilt = folder / "library", (), {}
        for name in ("measure.py", "pages/templates/page.html.j2", "pages/assets/style.css"):
            self.write(self.library / name, "first")
        for name in (MANIFEST, VECTORS):
            self.write(self.vectors / name, "first")
        self.write(self.posts / MANIFEST, f"case: {RED_CROSS}")
        self.write(self.posts / SERIES, "day,posts")
        self.write(self.workspace.cases / "playbook.csv", "advice")
        (self.workspace.cases / WEISHI / "relations.csv").unlink()

    @property
    def vectors(self) -> Path:
        return self.workspace.root / "data" / "embeddings"

    @property
    def posts(self) -> Path:
        return self.workspace.root / "data" / "archives" / "tweets"

    @staticmethod
    def write(path: Path, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def jobs(self) -> list[Job]:
        jobs_module.library.cache_clear()
        jobs_module.environment.cache_clear()
        pages = page_jobs(self.workspace, (), read_settings(self.workspace, self.settings))
        made = (*pages, site_job(self.workspace, self.unbuilt))
        return [dataclasses.replace(job, make=functools.partial(_make, job)) for job in made]

    def build(self) -> None:
        work = Work(self.workspace.build, 1, force=False, console=None)
        work.do(self.jobs())
        assert [done.error for _, done in work.done] == [None] * len(ALL)

    def stale(self) -> set[str]:
        return {job.title for job in self.jobs() if stale(job)}


def _make(job: Job) -> None:
    site, files = job.page.parents[job.page.parent.name == "cases"], {}
    for path in job.products:
        Site.write(path, "made")
        files[path.relative_to(site if path.is_relative_to(site) else site.parent).as_posix()] = MADE
    Site.write(job.page, sealed(render("made_from", made=dataclasses.replace(job.made, files=files))))


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("built")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(jobs_module, "LIBRARY", folder / "library")
        site = Site(folder)
        site.build()
        assert site.stale() == set()
    jobs_module.library.cache_clear()
    return folder


@pytest.fixture
def site(built, monkeypatch) -> Site:
    """The built site as it was: whatever a test changed is put back."""
    shutil.copytree(built, built.with_name("kept"))
    monkeypatch.setattr(jobs_module, "LIBRARY", built / "library")
    again = Site.__new__(Site)
    again.workspace, again.library, again.settings, again.unbuilt = Workspace(built / "site"), built / "library", (), {}
    yield again
    shutil.rmtree(built)
    built.with_name("kept").rename(built)
    jobs_module.library.cache_clear()
    jobs_module.environment.cache_clear()


def _set(name: str, value: object) -> Callable[[Site], None]:
    return lambda site: setattr(site, name, value)


KINDS = {
    "nothing": (lambda site: None, set()),
    "evidence": (lambda site: touch_evidence(site.workspace, RED_CROSS), {RED_CROSS, "comparison", "trial", "index"}),
    "relations where there were none": (lambda site: shutil.copy(RELATIONS, site.workspace.cases / WEISHI), {WEISHI, "comparison", "trial", "index"}),
    "notes": (lambda site: site.write(site.workspace.cases / DIGIORNO / "NOTES.md", "other"), {DIGIORNO, "comparison", "trial", "index"}),
    "a table beside the cases": (lambda site: site.write(site.workspace.cases / "playbook.csv", "other"), {"comparison", "trial", "index"}),
    "a case that is gone": (lambda site: shutil.rmtree(site.workspace.cases / WEISHI), {"comparison", "trial", "index"}),
    "the report's notebook": (lambda site: write_notebook(site.workspace.notebooks / "case_report.ipynb", REPORT, "1"), set(CASES)),
    "the comparison's notebook": (lambda site: write_notebook(site.workspace.notebooks / "comparison.ipynb", "seed: int = 0", "1"), {"comparison", "index"}),
    "a parameter of reports": (_set("settings", ("phase_days=1,2",)), set(CASES)),
    "a parameter of all": (_set("settings", ("seed=1",)), {*CASES, "comparison"}),
    "source of the library": (lambda site: site.write(site.library / "measure.py", "other"), ALL),
    "a module more": (lambda site: site.write(site.library / "more.py", ""), ALL),
    "a template": (lambda site: site.write(site.library / "pages/templates/page.html.j2", "other"), ALL),
    "a sheet": (lambda site: site.write(site.library / "pages/assets/style.css", "other"), ALL),
    "archived vectors": (lambda site: site.write(site.vectors / VECTORS, "other"), {"comparison"}),
    "an archived series": (lambda site: site.write(site.posts / SERIES, "other"), {RED_CROSS}),
    "a manifest": (lambda site: site.write(site.posts / MANIFEST, f"case: {RED_CROSS}\ntitle: x"), {RED_CROSS}),
    "a plain value": (_set("unbuilt", {RED_CROSS: "its notebook failed"}), {"index"}),
    "a page that was edited": (lambda site: site.write(site.workspace.site / "cases" / f"{DIGIORNO}.html", "mine"), {DIGIORNO}),
    "an executed notebook that was edited": (lambda site: site.write(site.workspace.build / "notebooks" / f"{DIGIORNO}.ipynb", "mine"), {DIGIORNO}),
    "a download that was lost": (lambda site: (site.workspace.site / "notebooks" / "comparison.ipynb").unlink(), {"comparison"}),
    "data that was edited": (lambda site: site.write(site.workspace.site / "data" / "advice.csv", "mine"), {"index"}),
    "a page that was lost": (lambda site: (site.workspace.site / "methods.html").unlink(), {"methods"}),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_exactly_the_pages_that_rest_on_what_changed_are_stale(site, kind):
    change, expected = KINDS[kind]
    change(site)
    assert site.stale() == expected


def test_another_version_of_a_package_makes_every_page_stale(site, monkeypatch):
    monkeypatch.setattr(jobs_module, "_version", lambda package: "99" if package == "plotly" else "1")
    assert site.stale() == ALL
