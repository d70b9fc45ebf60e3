"""What is not ours: known vulnerabilities are found, and no package with another hash gets in."""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.lock", "requirements-develop.lock", "requirements-installer.lock")
LOCKED = {"jinja2": {"3.1.6"}, "numpy": {"2.4.6", "2.5.5"}}
FOREVER = [{"introduced": "0"}]


@pytest.fixture
def audit(tool) -> ModuleType:
    return tool("audit")


def advisory(*events: dict[str, str], name: str = "jinja2", versions: tuple[str, ...] = (), **fields: object) -> dict:
    ranges = [{"type": "ECOSYSTEM", "events": list(events)}] if events else []
    entry = {"package": {"ecosystem": "PyPI", "name": name}, "ranges": ranges, "versions": list(versions)}
    return {"id": "PYSEC-2026-1", "summary": "something bad", "affected": [entry], **fields}


def found(audit: ModuleType, advisory: dict) -> list[str]:
    return [finding.version for finding in audit.judged(advisory, LOCKED)]


def pins_by_pattern(lock: str) -> set[tuple[str, str]]:
    """What a lock pins, read without the tool."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return {(canonicalize_name(name), version) for name, version in re.findall(r"^([\w.-]+)==(\S+)", text, flags=re.M)}


# Advisories


@pytest.mark.parametrize(
    ("events", "affected"),
    [
        (({"introduced": "0"},), True),
        (({"introduced": "0"}, {"fixed": "3.1.6"}), False),
        (({"introduced": "0"}, {"fixed": "3.1.7"}), True),
        (({"introduced": "0"}, {"fixed": "3.1.10"}), True),  # as numbers, not as text
        (({"introduced": "0"}, {"last_affected": "3.1.6"}), True),
        (({"introduced": "0"}, {"last_affected": "3.1.5"}), False),
        (({"introduced": "3.1.6"}, {"last_affected": "3.1.6"}), True),
        (({"last_affected": "3.1.6"}, {"introduced": "3.1.6"}), True),
        (({"introduced": "3.1.7"},), False),
        (({"introduced": "3.1.7rc1"}, {"fixed": "3.1.7"}), False),
        (({"introduced": "3.1.6rc1"}, {"fixed": "3.1.6.post1"}), True),
        (({"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.0"}, {"fixed": "3.2"}), True),
        (({"fixed": "3.2"}, {"introduced": "3.0"}, {"fixed": "2.0"}, {"introduced": "0"}), True),  # in any order
        (({"introduced": "0"}, {"fixed": "2.0"}, {"introduced": "3.2"}), False),
        (({"introduced": "0"}, {"limit": "3.0"}), False),
        (({"introduced": "0"}, {"limit": "3.2"}), True),
        (({"introduced": "0"}, {"limit": "*"}), True),
    ],
)
def test_a_range_holds_what_the_schema_says(audit, events, affected):
    assert found(audit, advisory(*events)) == (["3.1.6"] if affected else [])


def test_generated_ranges_agree_with_their_intervals(audit):
    """An advisory is made from intervals; a version is affected if it lies in one of them."""
    source = random.Random(1)  # noqa: S311
    versions = sorted(
        {f"{source.randint(0, 3)}.{source.randint(0, 12)}{end}" for end in ("", "rc1", ".post1") for _ in range(60)},
        key=Version,
    )
    for _ in range(300):
        ends = sorted(source.sample(versions, 2 * source.randint(1, 3)), key=Version)
        kinds = [source.choice(("fixed", "last_affected")) for _ in ends[::2]]
        events = [
            event
            for first, last, kind in zip(ends[::2], ends[1::2], kinds, strict=True)
            for event in ({"introduced": first}, {kind: last})
        ]
        source.shuffle(events)
        version = Version(source.choice(versions))
        inside = any(
            Version(first) <= version
            and (version < Version(last) or (kind == "last_affected" and version == Version(last)))
            for first, last, kind in zip(ends[::2], ends[1::2], kinds, strict=True)
        )
        assert audit.affects({"ranges": [{"type": "ECOSYSTEM", "events": events}]}, version) == inside, (
            events,
            version,
        )


def test_versions_that_are_listed_are_affected_however_they_are_written(audit):
    assert found(audit, advisory(versions=("2004d", "3.1.06"))) == ["3.1.6"]
    assert found(audit, advisory(versions=("3.1.5",))) == []
    assert found(audit, advisory({"introduced": "9"}, versions=("3.1.6",))) == ["3.1.6"]


def test_both_versions_of_a_package_are_judged_and_names_are_normalised(audit):
    assert found(audit, advisory({"introduced": "2.5"}, name="NumPy")) == ["2.5.5"]
    assert found(audit, advisory(*FOREVER, name="NUMPY")) == ["2.4.6", "2.5.5"]


def test_what_is_withdrawn_or_of_another_ecosystem_is_no_finding(audit):
    assert found(audit, advisory(*FOREVER, withdrawn="2026-01-01T00:00:00Z")) == []
    other = advisory(*FOREVER)
    other["affected"][0]["package"]["ecosystem"] = "npm"
    assert found(audit, other) == []
    assert found(audit, advisory(*FOREVER, name="jinja")) == []


def test_ranges_of_commits_are_passed_over_where_versions_are_said(audit):
    commits = {"type": "GIT", "repo": "somewhere", "events": [{"introduced": "0"}, {"fixed": "1f2e3d"}]}
    mixed = advisory({"introduced": "0"}, {"fixed": "3.1.6"})
    mixed["affected"][0]["ranges"].append(commits)
    assert found(audit, mixed) == []
    mixed["affected"][0]["versions"] = ["3.1.6"]
    assert found(audit, mixed) == ["3.1.6"]
    mixed["affected"][0] |= {"ranges": [commits], "versions": []}
    with pytest.raises(audit.Unreadable, match=r"jinja2 are affected.*only commits"):
        found(audit, mixed)


def answer(audit: ModuleType, capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    status = audit.main(list(arguments))
    return status, capsys.readouterr().out


def test_a_folder_of_advisories_in_json_and_yaml(audit, tmp_path, capsys):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "one.json").write_text(json.dumps(advisory({"introduced": "0"}, {"fixed": "1"})))
    assert answer(audit, capsys, str(tmp_path)) == (
        0,
        f"Nothing is known against the {_count()} packages of the locks.\n",
    )
    (tmp_path / "two.yaml").write_text(
        "id: PYSEC-2026-2\naliases: [CVE-2026-2]\nsummary: 'says\\x1b[2J more'\naffected:\n- package: {ecosystem: PyPI, name: polars}\n"
        "  ranges: [{type: ECOSYSTEM, events: [{introduced: '0'}, {fixed: 1.10}, {introduced: 1.20}, {fixed: 99.10}]}]\n"
    )
    status, said = answer(audit, capsys, str(tmp_path))
    assert status == 1
    assert re.fullmatch(r"polars [\d.]+: PYSEC-2026-2, CVE-2026-2 says.*more; mended in 1\.10, 99\.10\n", said)
    assert "\x1b" not in said


def _count() -> int:
    return len({name for lock in LOCKS for name, _ in pins_by_pattern(lock)})


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "cannot be read"),
        ("[]", "is no advisory"),
        ('{"id": "X"}', "is no advisory"),
        ('{"id": "X", "affected": [3]}', "is no advisory"),
        ('{"id": "X", "affected": [{"package": {"ecosystem": "PyPI"}}]}', "is no advisory"),
        (json.dumps(advisory()), "there are no versions"),
        (json.dumps(advisory({"introduced": "0"}, {"fixed": "1.0-n653"})), "Invalid version: '1.0-n653'"),
        (json.dumps(advisory({"introduced": "0"}, {"mended": "2"})), "events ['mended'] are unknown"),
        ("[" * 100_000, "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_is_taken_for_sound(audit, tmp_path, capsys, text, says):
    (tmp_path / "good.json").write_text(json.dumps(advisory({"introduced": "0"}, {"fixed": "1"})))
    (tmp_path / "bad.json").write_text(text)
    status, said = answer(audit, capsys, str(tmp_path))
    assert status == 2
    assert says in said
    assert str(tmp_path / "bad.json") in said
    assert "Not all could be audited." in said


def test_what_is_found_counts_more_than_what_could_not_be_read(audit, tmp_path, capsys):
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "good.json").write_text(json.dumps(advisory(*FOREVER)))
    status, said = answer(audit, capsys, str(tmp_path))
    assert status == 1
    assert "jinja2" in said and "bad.json cannot be read" in said


def test_a_place_without_advisories_about_python_audits_nothing(audit, tmp_path, capsys):
    other = advisory(*FOREVER)
    other["affected"][0]["package"]["ecosystem"] = "npm"
    (tmp_path / "npm.json").write_text(json.dumps(other))
    for place in (tmp_path, tmp_path / "npm.json", tmp_path / "nowhere"):
        status, said = answer(audit, capsys, str(place))
        assert status == 2
        assert "holds no advisory about a package for Python" in said


PIP_AUDIT = """#!{python}
import json, re, sys
lines = open(sys.argv[sys.argv.index("--requirement") + 1]).read().split()
assert len({{line.split("==")[0] for line in lines}}) == len(lines)
answers = []
for name, version in (line.split("==") for line in lines):
    if name in {skipped!r}:
        answers.append({{"name": name, "skip_reason": "not found"}})
        continue
    bad = [{{"id": "PYSEC-1", "fix_versions": ["99"], "aliases": ["CVE-1"], "description": ""}}] if name in {bad!r} else []
    answers.append({{"name": name.upper(), "version": version, "vulns": bad}})
print(json.dumps({{"dependencies": answers, "fixes": []}}) if {answers} else "no network")
"""


@pytest.mark.skipif(os.name == "nt", reason="stands in for a program by a script")
@pytest.mark.parametrize(
    ("settings", "status", "says"),
    [
        ({}, 0, "Nothing is known"),
        ({"bad": ["numpy"]}, 1, "PYSEC-1, CVE-1; mended in 99"),
        ({"skipped": ["jinja2"]}, 2, "was not audited by pip-audit"),
        ({"answers": False}, 2, "pip-audit gave no answer"),
    ],
)
def test_pip_audit_is_asked_for_every_version_and_what_it_skips_is_not_sound(
    audit, tmp_path, monkeypatch, capsys, settings, status, says
):
    program = tmp_path / "pip-audit"
    program.write_text(
        PIP_AUDIT.format(**{"python": sys.executable, "skipped": [], "bad": [], "answers": True} | settings)
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(audit.sys, "executable", str(tmp_path / "python"))
    got, said = answer(audit, capsys)
    assert (got, says in said) == (status, True), said
    assert len(re.findall("^numpy .*PYSEC-1", said, flags=re.M)) == (2 if status == 1 else 0)


def test_without_pip_audit_nothing_is_audited(audit, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(audit.sys, "executable", str(tmp_path / "python"))
    status, said = answer(audit, capsys)
    assert status == 2
    assert "pip-audit is not installed" in said and "ADVISORIES=" in said


# Locks


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_is_read_whole(tool, lock):
    pins = tool("lock").pins(ROOT / lock)
    assert {(pin.name, pin.version) for pin in pins} == pins_by_pattern(lock)
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert sum(len(pin.hashes) for pin in pins) == text.count("--hash=")
    assert all(pin.needed_by for pin in pins)
    assert sum(bool(pin.marker) for pin in pins) == len(re.findall("^.*==.* ; ", text, flags=re.M))


def test_a_line_that_is_none_of_a_lock_is_named(tool, tmp_path):
    path = tmp_path / "some.lock"
    path.write_text("# head\npolars==2.1.0 \\\n    --hash=sha256:" + "0" * 64 + "\npolars>=2\n")
    with pytest.raises(ValueError, match=r"some\.lock:4: 'polars>=2'"):
        tool("lock").pins(path)


@pytest.mark.slow
@pytest.mark.parametrize("installer", ["pip", "uv"])
def test_a_package_with_another_hash_is_refused(tmp_path, installer):
    wheel = tmp_path / "alpha-1-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        file.writestr("alpha.py", "")
        file.writestr("alpha-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: alpha\nVersion: 1\n")
        file.writestr("alpha-1.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr("alpha-1.dist-info/RECORD", "alpha.py,,\nalpha-1.dist-info/RECORD,,\n")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    programs = {"pip": [sys.executable, "-m", "pip"], "uv": [Path(sys.executable).with_name("uv"), "pip"]}
    options = ["--no-deps", "--require-hashes", "--no-index", "--find-links", tmp_path, "--target", tmp_path / "there"]
    for changed in (True, False):
        lock = tmp_path / "some.lock"
        lock.write_text(f"alpha==1 --hash=sha256:{'0' * 64 if changed else digest}\n")
        command = [*programs[installer], "install", *options, "--requirement", lock]
        done = subprocess.run([*map(str, command)], capture_output=True, text=True)
        assert (done.returncode != 0, (tmp_path / "there" / "alpha.py").exists()) == (changed, not changed), done.stderr
        assert not changed or "hash" in done.stderr.lower()


def test_the_installer_asks_for_hashes_however_it_installs(tool, monkeypatch):
    installer, commands = tool("install"), []
    monkeypatch.setattr(installer, "run", lambda command, **_: commands.append(command) or False)
    assert not installer.packages("requirements.lock")
    monkeypatch.setattr(installer, "run", lambda command, **_: commands.append(command) or True)
    assert installer.packages("requirements.lock")
    assert {Path(command[0]).stem for command in commands} == {"python", "uv"}
    assert all("--require-hashes" in command for command in commands)
