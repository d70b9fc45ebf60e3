"""The optional scorer from a local folder: found, refused with a cure, and never fetched."""

from __future__ import annotations

import functools
import json
import pickle

import pytest

from aftermath.archives import sentiment
from aftermath.archives.scorers import transformer as module
from aftermath.archives.scorers.protocol import ScorerError
from aftermath.archives.scorers.transformer import Transformer, transformer, valences


def model_folder(base, name="some/model", files=("config.json", "model.safetensors")):
    folder = base / name
    folder.mkdir(parents=True)
    for file in files:
        (folder / file).write_text("{}", encoding="utf-8")
    return folder


def test_without_a_folder_of_models_the_cure_is_named(monkeypatch):
    monkeypatch.delenv("AFTERMATH_MODELS", raising=False)
    with pytest.raises(ScorerError, match=r"Set AFTERMATH_MODELS .* nothing is downloaded"):
        sentiment.scorer_for("en", "some/model")


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors"])
def test_a_missing_file_is_named(tmp_path, missing):
    model_folder(tmp_path, files=[file for file in ("config.json", "model.safetensors") if file != missing])
    with pytest.raises(ScorerError, match=f"no {missing} .*Nothing is downloaded"):
        transformer("some/model", models=tmp_path)


def test_a_missing_model_is_named(tmp_path):
    with pytest.raises(ScorerError, match=r"model other: no config\.json and no model\.safetensors"):
        transformer("other", models=tmp_path)


@pytest.mark.parametrize("name", ["../outside", "/etc", "some/../../outside", "", ".", "some/.."])
def test_names_do_not_lead_out_of_the_folder(tmp_path, name):
    model_folder(tmp_path, "outside")
    (tmp_path / "models").mkdir()
    with pytest.raises(ScorerError, match="leads out of the folder"):
        transformer(name, models=tmp_path / "models")


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    outside = model_folder(tmp_path, "outside")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "inside").symlink_to(outside)
    with pytest.raises(ScorerError, match="leads out of the folder"):
        transformer("inside", models=tmp_path / "models")


def test_without_the_extra_the_cure_is_named(tmp_path, monkeypatch):
    model_folder(tmp_path)
    monkeypatch.setattr(module, "find_spec", lambda name: None)
    monkeypatch.setenv("AFTERMATH_MODELS", str(tmp_path))
    scorer = transformer("some/model", "en")
    with pytest.raises(ScorerError, match=r"pip install 'aftermath\[transformer\]'"):
        scorer.score(["good"])


def test_the_id_carries_the_weights(tmp_path):
    folder = model_folder(tmp_path)
    before = Transformer(folder, "some/model", "en").id
    (folder / "model.safetensors").write_text("other weights", encoding="utf-8")
    after = Transformer(folder, "some/model", "en").id
    assert before.startswith("some/model ")
    assert before != after


def test_it_travels_by_name(tmp_path, monkeypatch):
    model_folder(tmp_path)
    monkeypatch.setenv("AFTERMATH_MODELS", str(tmp_path))
    asked = pickle.loads(pickle.dumps(functools.partial(sentiment.scorer_for, model="some/model")))  # noqa: S301
    assert asked("en-GB").language == "en"


@pytest.mark.parametrize("names", [["LABEL_0", "LABEL_1"], ["joy", "anger"], ["6 stars"]])
def test_labels_without_meaning_are_not_guessed(names):
    with pytest.raises(ScorerError, match="id2label"):
        valences(names)


def test_stars():
    assert valences([f"{count} star{'s' * (count > 1)}" for count in range(1, 6)]) == [-1, -0.5, 0, 0.5, 1]


def test_a_small_model_scores(tmp_path):
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(0)
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "good", "bad"]
    vocabulary = tmp_path / "vocab.txt"
    vocabulary.write_text("\n".join(words), encoding="utf-8")
    config = transformers.BertConfig(
        vocab_size=len(words), hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        id2label={0: "negative", 1: "neutral", 2: "positive"}, label2id={"negative": 0, "neutral": 1, "positive": 2},
    )  # fmt: skip
    folder = tmp_path / "models" / "tiny"
    transformers.BertForSequenceClassification(config).save_pretrained(folder)
    transformers.BertTokenizer(str(vocabulary)).save_pretrained(folder)
    assert json.loads((folder / "config.json").read_text())["model_type"] == "bert"
    scorer = transformer("tiny", "en", tmp_path / "models")
    scores = scorer.score(["good bad"] * 40)
    assert len(set(scores)) == 1
    assert -1 <= scores[0] <= 1
