"""The model of vectors in numpy: against plain loops, alone or beside others, and from files of any kind."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aftermath.topic_modelling.bert import PIECES_AT_ONCE, Bert, Config, EmbedError, read_bert

CONFIG = {
    "model_type": "bert", "hidden_act": "gelu", "hidden_size": 6, "intermediate_size": 10, "num_hidden_layers": 2,
    "num_attention_heads": 3, "vocab_size": 11, "max_position_embeddings": 8, "type_vocab_size": 2,
    "layer_norm_eps": 1e-5,
}  # fmt: skip
TINY = Config(**CONFIG)
TEXTS = [[1, 5, 7, 2], [1, 2], [1, 10, 3, 3, 9, 2], [1, 6, 5, 2]]


def made_up(seed: int = 0) -> dict[str, np.ndarray]:
    some = np.random.default_rng(seed)
    return {name: some.normal(size=shape).astype(np.float32) for name, shape in TINY.shapes.items()}


def by_loops(pieces: list[int], weights: dict[str, np.ndarray]) -> list[float]:
    """The vector of one text, number by number, from the definitions of Devlin and others and of Vaswani and others."""
    w = {name: values.astype(float).tolist() for name, values in weights.items()}
    width, heads = 6, 3
    each = width // heads

    def dense(state: list[float], name: str) -> list[float]:
        rows = zip(w[f"{name}.weight"], w[f"{name}.bias"], strict=True)
        return [sum(a * b for a, b in zip(row, state, strict=True)) + bias for row, bias in rows]

    def norm(state: list[float], name: str) -> list[float]:
        mean = sum(state) / len(state)
        variance = sum((x - mean) ** 2 for x in state) / len(state)
        scaled = [(x - mean) / math.sqrt(variance + 1e-5) for x in state]
        return [x * a + b for x, a, b in zip(scaled, w[f"{name}.weight"], w[f"{name}.bias"], strict=True)]

    def plus(first: list[float], second: list[float]) -> list[float]:
        return [a + b for a, b in zip(first, second, strict=True)]

    states = []
    for place, piece in enumerate(pieces):
        parts = [w[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")]
        summed = plus(plus(parts[0][piece], parts[1][place]), parts[2][0])
        states.append(norm(summed, "embeddings.LayerNorm"))
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        queries, keys, values = (
            [dense(state, f"{layer}.attention.self.{part}") for state in states] for part in ("query", "key", "value")
        )
        after = []
        for place, state in enumerate(states):
            context: list[float] = []
            for head in range(heads):
                own = range(head * each, (head + 1) * each)
                scores = [sum(queries[place][i] * key[i] for i in own) / math.sqrt(each) for key in keys]
                total = sum(math.exp(score) for score in scores)
                shares = [math.exp(score) / total for score in scores]
                context += [sum(share * value[i] for share, value in zip(shares, values, strict=True)) for i in own]
            seen = norm(
                plus(state, dense(context, f"{layer}.attention.output.dense")), f"{layer}.attention.output.LayerNorm"
            )
            inner = [x * (1 + math.erf(x / math.sqrt(2))) / 2 for x in dense(seen, f"{layer}.intermediate.dense")]
            after.append(norm(plus(seen, dense(inner, f"{layer}.output.dense")), f"{layer}.output.LayerNorm"))
        states = after
    means = [sum(column) / len(states) for column in zip(*states, strict=True)]
    length = math.sqrt(sum(x * x for x in means))
    return [x / length for x in means]


def saved(folder: Path, weights: dict[str, np.ndarray], kind: str = "F32", **changed: object) -> Path:
    """A folder as sentence-transformers saves one, written by hand from the description of the format."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    numbers = {"F32": "<f4", "F16": "<f2", "F64": "<f8"}[kind]
    for name, values in {"embeddings.position_ids": np.arange(8, dtype=float), **weights}.items():
        content = values.astype(numbers).tobytes()
        header[name] = {
            "dtype": kind,
            "shape": list(values.shape),
            "data_offsets": [len(data), len(data) + len(content)],
        }
        data += content
    written = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(written)) + written + data)
    (folder / "config.json").write_text(json.dumps({**CONFIG, "architectures": ["BertModel"], **changed}))
    return folder


@pytest.mark.parametrize("seed", range(3))
def test_vectors_are_those_of_plain_loops(seed: int) -> None:
    weights = made_up(seed)
    expected = [by_loops(text, weights) for text in TEXTS]
    np.testing.assert_allclose(Bert(TINY, weights).vectors(TEXTS), expected, atol=2e-5)


def test_a_text_has_the_same_vector_whatever_stands_beside_it() -> None:
    model = Bert(TINY, made_up())
    together = model.vectors(TEXTS * 3)
    np.testing.assert_allclose(together, np.concatenate([model.vectors([text]) for text in TEXTS * 3]), atol=1e-6)


def test_many_texts_of_one_length_are_read_in_parts() -> None:
    model = Bert(TINY, made_up())
    many = model.vectors([[1, 5, 2]] * (PIECES_AT_ONCE // 3 + 5))
    assert np.ptp(many, axis=0).max() < 1e-6


def test_no_text_has_no_vector() -> None:
    assert Bert(TINY, made_up()).vectors([]).shape == (0, 6)


def test_a_saved_model_is_read_as_it_was(tmp_path: Path) -> None:
    weights = made_up()
    model = read_bert(saved(tmp_path, weights))
    assert {name: values.tolist() for name, values in model.weights.items()} == {
        name: values.tolist() for name, values in weights.items()
    }
    assert model.config == TINY


def test_weights_of_16_bits_are_read_too(tmp_path: Path) -> None:
    model = read_bert(saved(tmp_path, made_up(), "F16"))
    np.testing.assert_allclose(model.vectors(TEXTS), Bert(TINY, made_up()).vectors(TEXTS), atol=0.05)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"model_type": "roberta"}, "is not that of a BERT"),
        ({"hidden_act": "gelu_new"}, "is not that of a BERT"),
        ({"position_embedding_type": "relative_key"}, "is not that of a BERT"),
        ({"hidden_size": "6"}, "is not that of a BERT"),
        ({"num_hidden_layers": 10**9}, "is not that of a BERT"),
        ({"num_attention_heads": 4}, "divides 6 numbers among 4 heads"),
        ({"num_hidden_layers": 3}, r"has no weights encoder\.layer\.2\."),
        ({"vocab_size": 12}, r"has no weights embeddings\.word_embeddings\.weight of shape \(12, 6\)"),
    ],
)
def test_another_model_is_refused(tmp_path: Path, changed: dict[str, object], said: str) -> None:
    with pytest.raises(EmbedError, match=said):
        read_bert(saved(tmp_path, made_up(), **changed))


@pytest.mark.parametrize(
    "pooling", [{"pooling_mode_cls_token": True}, {"pooling_mode_mean_tokens": True, "pooling_mode_max_tokens": True},
                {"pooling_mode": "cls"}, [], "mean"],
)  # fmt: skip
def test_vectors_that_are_no_means_are_refused(tmp_path: Path, pooling: object) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    with pytest.raises(EmbedError, match=r"config\.json: (asks for other vectors|is not that)"):
        read_bert(saved(tmp_path, made_up()))


@pytest.mark.parametrize(
    "pooling", [{"pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False}, {"pooling_mode": "mean"}]
)
def test_means_are_what_is_wanted(tmp_path: Path, pooling: dict[str, object]) -> None:
    (tmp_path / "1_Pooling").mkdir()
    (tmp_path / "1_Pooling" / "config.json").write_text(json.dumps(pooling))
    assert read_bert(saved(tmp_path, made_up())).config == TINY


def test_weights_of_other_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EmbedError, match="in 32 or 16 bits"):
        read_bert(saved(tmp_path, made_up(), "F64"))


@pytest.mark.parametrize(
    "content",
    [b"", b"\x05", b"\xff" * 64, struct.pack("<Q", 2) + b"[]", struct.pack("<Q", 200_000) + b"[" * 200_000,
     struct.pack("<Q", 200_012) + b'{"a":' + b"[" * 200_000 + b"}"],
)  # fmt: skip
def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path, content: bytes) -> None:
    saved(tmp_path, made_up())
    (tmp_path / "model.safetensors").write_bytes(content)
    with pytest.raises(EmbedError, match=r"model\.safetensors"):
        read_bert(tmp_path)


def test_a_file_cut_short_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path, made_up()) / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(EmbedError, match="lie outside the file"):
        read_bert(tmp_path)


@settings(deadline=None, max_examples=150)
@given(st.integers(0, 6000), st.binary(min_size=1, max_size=4))
def test_a_damaged_head_is_refused_or_gives_weights_of_the_right_shapes(
    tmp_path_factory, place: int, damage: bytes
) -> None:
    path = saved(tmp_path_factory.mktemp("model"), made_up()) / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[place : place + len(damage)] = damage
    path.write_bytes(content)
    try:
        found = read_bert(path.parent).weights
    except EmbedError:
        return
    assert {name: values.shape for name, values in found.items()} == TINY.shapes
