"""What is not ours: the licence of everything is on a page, and the bill of materials names all of it."""

from __future__ import annotations

import email.message
import json
import re
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "licences.md"
LOCKS = ("requirements.lock", "requirements-develop.lock", "requirements-installer.lock")


def pins_by_pattern(lock: str) -> set[tuple[str, str]]:
    """What a lock pins, read without the tool."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {(canonicalize_name(name), version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.M)}


def test_the_page_of_licences_has_every_pin_and_is_up_to_date(tool, capsys):
    page = PAGE.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([^`]+)` \| (\S+) \| ([^|]+) \|", page, flags=re.M)
    assert {(name, version) for name, version, _ in rows} == set().union(*map(pins_by_pattern, LOCKS))
    assert len(rows) == len({row[:2] for row in rows})
    assert tool("licences").main(["--check"]) == 0, capsys.readouterr().out


def test_no_package_of_the_default_install_is_under_the_gpl(tool):
    licences = tool("licences").written(PAGE)
    ours = [licences[pin] for pin in pins_by_pattern("requirements.lock")]
    assert not [licence for licence in ours if re.search(r"GPL|GNU|Artistic", licence.licence)]
    strict = {licence.name for licence in licences.values() if re.search(r"\bA?GPL|GNU", licence.licence)}
    assert {"krippendorff", "text-unidecode"} <= strict
    page = PAGE.read_text(encoding="utf-8")
    paragraphs = " ".join(line for line in page.splitlines() if line.startswith("**Copyleft**"))
    assert all(f"{name} (" in paragraphs for name in strict)


class Distribution:
    """A package by its metadata."""

    version = "1"

    def __init__(self, files: dict[str, str] | None = None, **fields: str | list[str]) -> None:
        self.files, self.metadata = files or {}, email.message.Message()
        for name, values in ({"Name": "some"} | fields).items():
            for value in [values] if isinstance(values, str) else values:
                self.metadata[name.replace("_", "-")] = value

    def read_text(self, name: str) -> str | None:
        return self.files.get(name)


@pytest.mark.parametrize(
    ("distribution", "licence", "where"),
    [
        (
            Distribution(License_Expression="mit or apache-2.0", License="GPL"),
            "MIT OR Apache-2.0",
            "License-Expression",
        ),
        (Distribution(License="MIT License\n\nCopyright"), "MIT", "License"),
        (Distribution(License="BSD", Classifier="License :: OSI Approved :: BSD License"), "BSD License", "Classifier"),
        (Distribution(License="BSD", Classifier="License :: OSI Approved"), "BSD", "License"),
        (
            Distribution(License="MIT", Classifier=["License :: OSI Approved :: GNU General Public License (GPL)"]),
            "GNU General Public License (GPL)",
            "Classifier",
        ),
        (
            Distribution({"licenses/LICENSE": "BSD 3-Clause License\n\nCopyright"}, License_File="LICENSE"),
            "BSD-3-Clause",
            "LICENSE",
        ),
    ],
)
def test_a_licence_is_what_the_metadata_states(tool, distribution, licence, where):
    assert tool("licences").stated(distribution) == (licence, where)


def test_a_package_that_states_no_licence_is_named(tool):
    with pytest.raises(ValueError, match="some 1: its metadata states no licence"):
        tool("licences").stated(Distribution(License="UNKNOWN"))


def test_licences_of_other_systems_come_from_the_page_and_a_new_version_is_missed(tool, tmp_path, monkeypatch, capsys):
    licences = tool("licences")
    page = tmp_path / "licences.md"
    page.write_text(PAGE.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr(licences, "PAGE", page)
    monkeypatch.setattr(licences, "installed", lambda path: {})
    monkeypatch.setattr(licences, "looked_up", lambda missing: pytest.fail("nothing is to be looked up"))
    assert licences.main(["--check"]) == licences.main([]) == 0
    assert page.read_text(encoding="utf-8") == PAGE.read_text(encoding="utf-8")
    page.write_text(re.sub(r"(`appnope` \| )\S+", r"\g<1>0.1", page.read_text(encoding="utf-8")), encoding="utf-8")
    assert licences.main(["--check"]) == 1
    assert re.search(r"does not say the licence of appnope [\d.]+; `make licences`", capsys.readouterr().out)


@pytest.mark.parametrize("name", ["plotly.js (basic bundle)", "axe-core"])
def test_copied_files_have_the_versions_that_are_said(tool, name):
    (file,) = (file for file in tool("licences").COPIED if file.name == name)
    assert re.search(rf"v{re.escape(file.version)}\b", (ROOT / file.path).read_text(encoding="utf-8")[:500])


# The bill of materials


def test_the_bill_of_materials_is_valid_complete_and_the_same_twice(tool, tmp_path, capsys):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    paths = [tmp_path / "one.json", tmp_path / "new" / "two.json"]
    for path in paths:
        assert tool("sbom").main([str(path)]) == 0
    first, second = (path.read_bytes() for path in paths)
    assert first == second
    text = first.decode()
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"library"', '"something"', 1)) is not None
    bill = json.loads(text)
    purls = {component.get("purl") for component in bill["components"]}
    assert {f"pkg:pypi/{name}@{version}" for name, version in pins_by_pattern("requirements.lock")} <= purls
    assert {"timestamp", "serialNumber"}.isdisjoint(bill | bill["metadata"])
    assert not re.search(r"https?://(?!cyclonedx\.org/schema/)", text)
    assert all(component["licenses"] for component in bill["components"])
    depends = {entry["ref"]: entry["dependsOn"] for entry in bill["dependencies"]}
    assert set(depends) == {"aftermath", *(component["bom-ref"] for component in bill["components"])}
    assert {reference for needed in depends.values() for reference in needed} == set(depends) - {"aftermath"}
    for system, scipy in (("2.4.6", "1.17.1"), ("2.5.5", "1.18.1")):
        assert depends.get(f"pkg:pypi/scipy@{scipy}") == [f"pkg:pypi/numpy@{system}"]
