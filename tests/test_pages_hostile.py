"""Case pages of hostile and of bare cases: evidence stays text, and what is missing is said."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
import yaml

from pages import Page, copy_case, html_of, real_page

KITCHENAID = "kitchenaid-tweet"
NO_BREAK = "\u00a0"
PAYLOADS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "]]><!--",
    "{{7*7}}{% raw %}",
    "</textarea></title></style>",
    "<img src=x onerror=alert(3)>",
    "' onmouseover='alert(4)\"",
    "[x](javascript:alert(5))",
)
HOSTILE = " ".join(PAYLOADS)


@pytest.fixture
def kitchenaid() -> Page:
    return real_page(KITCHENAID)


# hostile evidence


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> Page:
    root = tmp_path_factory.mktemp("hostile")
    folder = copy_case(KITCHENAID, root)
    _fill(folder / "events.csv", {"summary": HOSTILE, "speaker": HOSTILE, "role": HOSTILE}, label=True)
    _fill(
        folder / "sources.csv",
        {"title": HOSTILE, "publisher": HOSTILE, "author": HOSTILE, "url": "https://x.test/\"onclick='alert(6)'<b>"},
    )
    _fill(folder / "coverage.csv", {"abstract": f"{HOSTILE} {' '.join(['word'] * 12)}"})
    _fill(folder / "signals.csv", {"unit": HOSTILE, "scope": HOSTILE})
    _fill(folder / "rubric.csv", {"rationale": HOSTILE})
    (folder / "NOTES.md").write_text(
        f"# {HOSTILE}\n\n{HOSTILE}\n\n## Looked for and not found {HOSTILE}\n- {HOSTILE}\n\n"
        f"## What not to conclude\n<iframe src='https://x.test'></iframe>\n\n[a](https://x.test) ![b](https://x.test/i.png)\n\n"
        f"## Other {HOSTILE}\n```\n{HOSTILE}\n```\n<script>alert(9)</script>\n",
        encoding="utf-8",
    )
    about = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8"))
    about |= {
        "title": HOSTILE,
        "organisation": HOSTILE,
        "parent": HOSTILE,
        "summary": f"{HOSTILE} First. Second {HOSTILE}.",
    }
    about["documented_claims"] = [
        claim | {"claim": f"{HOSTILE} {number}", "why": HOSTILE}
        for number, claim in enumerate(about["documented_claims"])
    ]
    (folder / "case.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    return Page(html_of(KITCHENAID, root))


def _fill(file: Path, values: dict[str, str], *, label: bool = False) -> None:
    rows = list(csv.DictReader(io.StringIO(file.read_text(encoding="utf-8"))))
    for number, row in enumerate(rows):
        row |= {
            column: f"{value} {number}" if column in ("title", "abstract") else value
            for column, value in values.items()
        }
        row |= {"label": f"{number}<img src=x onerror=alert(7)>"} if label else {}
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, rows[0])
        writer.writeheader()
        writer.writerows(rows)


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_text_runs_nothing(hostile, kitchenaid):
    assert len(hostile.scripts) == len(kitchenaid.scripts)
    assert [tag for tag, _ in hostile.elements].count("img") == 0
    assert [tag for tag, _ in hostile.elements].count("iframe") == 0
    for _, attributes in hostile.elements:
        assert [name for name in attributes if name.startswith("on")] == []
        for name in ("href", "src"):
            assert not (attributes.get(name) or "").lstrip().lower().startswith(("javascript:", "data:", "vbscript:"))


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_text_is_shown_as_it_stands(hostile):
    for payload in PAYLOADS:
        if not payload.startswith("["):
            assert payload in hostile.text
    assert "alert(5)" in hostile.text
    assert "<script>alert(9)</script>" in hostile.text


@pytest.mark.bad_input("hostile text on pages")
def test_hostile_text_cannot_leave_the_data_of_a_figure(hostile):
    data = [content for content in hostile.scripts if content.startswith('{"shown"')]
    assert len(data) == 7
    for content in data:
        assert json.loads(content)["shown"]["data"]
    assert all("alert(" not in content for content in hostile.scripts if not content.startswith("{"))


@pytest.mark.bad_input("hostile text on pages")
def test_plotly_is_given_no_markup_from_evidence(hostile):
    for content in (content for content in hostile.scripts if content.startswith('{"shown"')):
        for text in re.findall(r'"(?:[^"\\]|\\.)*"', content):
            assert not re.search(r"<(?!/?(?:b|br|i|span|sub|sup)\b)", json.loads(text)), text


@pytest.mark.bad_input("hostile text on pages")
def test_the_case_keeps_its_shape_under_hostile_text(hostile, kitchenaid):
    assert set(hostile.ids) == set(kitchenaid.ids)
    assert [tag for tag, _ in hostile.elements].count("section") == [tag for tag, _ in kitchenaid.elements].count(
        "section"
    )


@pytest.mark.bad_input("hostile text on pages")
def test_notes_link_to_nothing_outside(hostile):
    assert "https://x.test/i.png" in hostile.text
    assert "https://x.test" not in hostile.links


# cases that hold less


def _emptied(file: Path) -> None:
    file.write_text(file.read_text(encoding="utf-8").splitlines()[0] + "\n", encoding="utf-8")


@pytest.fixture(scope="session")
def bare(tmp_path_factory) -> Page:
    root = tmp_path_factory.mktemp("bare")
    folder = copy_case(KITCHENAID, root)
    for name in ("rubric", "coverage", "stances", "signals"):
        _emptied(folder / f"{name}.csv")
    (folder / "NOTES.md").write_text("", encoding="utf-8")
    about = yaml.safe_load((folder / "case.yaml").read_text(encoding="utf-8")) | {"documented_claims": []}
    (folder / "case.yaml").write_text(yaml.safe_dump(about, allow_unicode=True), encoding="utf-8")
    return Page(html_of(KITCHENAID, root))


def test_what_is_not_coded_yet_is_said(bare):
    text = bare.text.replace(NO_BREAK, " ")
    assert "8–9 min" in text
    assert text.count("No item of the rubric has been coded yet.") == 3  # on the card, in its section and below
    assert "No text is coded for favourability." in text
    assert "No number over time was found for this case." in text
    assert "No text that was read makes a claim about this case." in text
    assert "its limits have not been written down yet" in text


def test_what_could_not_be_measured_stands_in_one_place(bare):
    listed = Page(bare.section("unmeasured")).text.replace(NO_BREAK, " ")
    for measure, reason in (
        ("Transparency", "No item of the rubric has been coded yet."),
        ("Course over time of favourability to the organisation", "No text is coded for favourability."),
        ("Course over time of stance toward its response", "No text is coded for stance_response."),
        ("Change of a published number at clock zero", "No signals are on record"),
        ("Alarm of a monitor", "include none from the eight weeks before clock zero"),
        ("Level change, local level, exponential return", "No archive of posts is attached"),
    ):
        assert re.search(rf"{measure}.*{re.escape(reason)}", listed, re.DOTALL), measure
    assert "Market reaction" not in listed  # this case keeps its prices
    assert "Seven kinds of measure could not be made" in listed


def test_a_bare_case_has_no_dead_links(bare):
    assert [link for link in bare.links if link.startswith("#") and link[1:] not in bare.ids] == []
