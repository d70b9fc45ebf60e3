"""The codebook for other programs: valid by the schema of REFI-QDA, whole, and the same every time."""

from __future__ import annotations

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from aftermath import cli, vocabulary
from aftermath.exchange.refi_qda import NAMESPACE, codebook_qdc

etree = pytest.importorskip("lxml.etree")

# What the standard's Codebook.xsd (REFI-QDA 1.5, section 5.2) demands of a codebook, written anew: its own text has no licence.
GUID = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
SCHEMA = f"""<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}"
    elementFormDefault="qualified">
  <xs:element name="CodeBook"><xs:complexType><xs:sequence>
    <xs:element name="Codes"><xs:complexType><xs:sequence>
      <xs:element name="Code" type="Code" maxOccurs="unbounded"/></xs:sequence></xs:complexType></xs:element>
  </xs:sequence><xs:attribute name="origin" type="xs:string"/></xs:complexType></xs:element>
  <xs:complexType name="Code"><xs:sequence>
    <xs:element name="Description" type="xs:string" minOccurs="0"/>
    <xs:element name="Code" type="Code" minOccurs="0" maxOccurs="unbounded"/></xs:sequence>
    <xs:attribute name="guid" type="Guid" use="required"/><xs:attribute name="name" type="xs:string" use="required"/>
    <xs:attribute name="isCodable" type="xs:boolean" use="required"/><xs:attribute name="color" type="Colour"/>
  </xs:complexType>
  <xs:simpleType name="Guid"><xs:restriction base="xs:token"><xs:pattern value="({GUID})|(\\{{{GUID}\\}})"/></xs:restriction></xs:simpleType>
  <xs:simpleType name="Colour"><xs:restriction base="xs:token">
    <xs:pattern value="#([A-Fa-f0-9]{{6}}|[A-Fa-f0-9]{{3}})"/></xs:restriction></xs:simpleType>
</xs:schema>"""
CODE = f"{{{NAMESPACE}}}Code"


@pytest.fixture(scope="module")
def codebook():
    return etree.fromstring(codebook_qdc().encode())


def group(codebook, name: str):
    return next(code for code in codebook[0] if code.get("name") == name)


def test_it_is_valid_by_the_schema(codebook):
    etree.XMLSchema(etree.fromstring(SCHEMA)).assertValid(codebook)


@pytest.mark.bad_input("codings of other programs")
@pytest.mark.parametrize("damage", ["guid", "name", "isCodable", "color"])
def test_the_schema_would_tell_damage(damage):
    broken = etree.fromstring(codebook_qdc().encode())
    broken[0][0].set(damage, "green") if damage != "name" else broken[0][0].attrib.pop("name")
    assert not etree.XMLSchema(etree.fromstring(SCHEMA)).validate(broken)


def test_every_word_of_the_vocabulary_is_a_code(codebook):
    for name, words in (
        ("Acts", vocabulary.ACTS),
        ("Response strategies", vocabulary.STRATEGIES),
        ("Frames", vocabulary.FRAMES),
    ):
        assert [code.get("name") for code in group(codebook, name).findall(CODE)] == list(words.values())
    items = group(codebook, "Rubric of transparency and empathy").findall(CODE)
    assert [item.get("name").split()[0] for item in items] == list(vocabulary.RUBRIC_ITEMS)
    for item in items:
        assert [level.get("name").split()[-1] for level in item.findall(CODE)] == list(vocabulary.SCORES)
    stances = group(codebook, "Stances").findall(CODE)
    assert [stance.get("name") for stance in stances] == list(vocabulary.STANCES.values())
    assert [len(stance.findall(CODE)) for stance in stances] == [5, 5, 5]


def test_definitions_are_those_of_the_codebook(codebook, root):
    book = " ".join((root / "casestudies" / "CODEBOOK.md").read_text(encoding="utf-8").replace("`", "").split())
    texts = [code.findtext(f"{{{NAMESPACE}}}Description") for code in group(codebook, "Acts").findall(CODE)]
    assert sum(text is not None for text in texts) >= 10
    assert all(text in book for text in texts if text)
    rubric = group(codebook, "Rubric of transparency and empathy")
    for level in (level for item in rubric.findall(CODE) for level in item.findall(CODE)[:3]):
        assert level.findtext(f"{{{NAMESPACE}}}Description") in book


def test_only_what_has_nothing_below_it_is_applied(codebook):
    for code in codebook.iter(CODE):
        assert code.get("isCodable") == ("false" if code.findall(CODE) else "true")


def test_numbers_are_unique_and_the_same_in_every_process(codebook):
    guids = [code.get("guid") for code in codebook.iter(CODE)]
    assert len(set(guids)) == len(guids) > 100
    again = subprocess.run(
        [
            sys.executable,
            "-c",
            "import aftermath as am, sys; sys.stdout.reconfigure(encoding='utf-8'); print(am.codebook_qdc(), end='')",
        ],
        capture_output=True,
        check=True,
    )
    assert again.stdout.decode().replace("\r\n", "\n") == codebook_qdc()


def test_the_command_writes_it_once(tmp_path):
    to = tmp_path / "Kodebuch ä.qdc"
    assert CliRunner().invoke(cli.app, ["codebook", "--to", str(to)]).exit_code == 0
    assert to.read_text(encoding="utf-8") == codebook_qdc()
    assert "there is such a file already" in str(CliRunner().invoke(cli.app, ["codebook", "--to", str(to)]).exception)
    assert CliRunner().invoke(cli.app, ["codebook", "--to", str(to), "--again"]).exit_code == 0
