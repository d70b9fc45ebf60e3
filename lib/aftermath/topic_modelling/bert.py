"""A small BERT in numpy: from the pieces of words of a text to one vector, by the weights that a folder holds.

The layout is that of ``BertModel`` of the library transformers as ``save_pretrained`` writes it (``config.json`` and
``model.safetensors``; since version 4.6), with the mean of the last states as sentence-transformers takes it. Weights are
**numbers at stated places of a file** (https://github.com/huggingface/safetensors, "Format"): reading them runs nothing.

References
----------
Devlin, J., Chang, M.-W., Lee, K., and Toutanova, K. (2019). BERT: pre-training of deep bidirectional transformers for
language understanding. Proceedings of NAACL-HLT, 4171-4186.
Reimers, N., and Gurevych, I. (2019). Sentence-BERT. Proceedings of EMNLP-IJCNLP, 3982-3992.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec
import numpy as np

from aftermath.problems import AftermathError

CONFIG, WEIGHTS, POOLING = "config.json", "model.safetensors", "1_Pooling/config.json"
PIECES_AT_ONCE = 4096  # attention needs room for the square of a text's pieces
_NUMBERS = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}
_NO_JSON = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError)
_CURE = "Name the folder of all-MiniLM-L6-v2, or leave it out to take the one installed."
_Decoded = TypeVar("_Decoded")
_Count = Annotated[int, msgspec.Meta(gt=0, le=1_000_000)]


class EmbedError(AftermathError):
    """No vectors can be made; the text says what is missing, and the cure."""


class Config(msgspec.Struct, frozen=True):
    """What ``config.json`` says of the shape of a model; that of another kind of model is refused."""

    model_type: Literal["bert"]
    hidden_act: Literal["gelu"]
    hidden_size: _Count
    intermediate_size: _Count
    num_hidden_layers: Annotated[int, msgspec.Meta(gt=0, le=100)]
    num_attention_heads: _Count
    vocab_size: _Count
    max_position_embeddings: _Count
    type_vocab_size: _Count
    layer_norm_eps: Annotated[float, msgspec.Meta(gt=0)]
    position_embedding_type: Literal["absolute"] = "absolute"

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """The weights that are needed, by name, with their shapes."""
        width, inner = self.hidden_size, self.intermediate_size
        embeddings = {
            "word": self.vocab_size,
            "position": self.max_position_embeddings,
            "token_type": self.type_vocab_size,
        }
        shapes: dict[str, tuple[int, ...]] = {
            f"embeddings.{kind}_embeddings.weight": (count, width) for kind, count in embeddings.items()
        }
        dense = {f"attention.self.{part}": (width, width) for part in ("query", "key", "value")}
        dense |= {"attention.output.dense": (width, width), "intermediate.dense": (inner, width)}
        dense |= {"output.dense": (width, inner)}
        norms = ["embeddings.LayerNorm"]
        for layer in (f"encoder.layer.{number}" for number in range(self.num_hidden_layers)):
            shapes |= {f"{layer}.{name}.weight": shape for name, shape in dense.items()}
            shapes |= {f"{layer}.{name}.bias": shape[:1] for name, shape in dense.items()}
            norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
        return shapes | {f"{norm}.{part}": (width,) for norm in norms for part in ("weight", "bias")}


class _Place(msgspec.Struct, frozen=True):
    """Where a weight stands in a file."""

    dtype: str
    shape: tuple[int, ...]
    data_offsets: tuple[int, int]


@dataclass(frozen=True)
class Bert:
    """A model that reads one text at a time; what it gives is not for telling what follows a text.

    Parameters
    ----------
    config
        Its shape.
    weights
        Name to numbers, as ``config.shapes`` lists them.

    Examples
    --------
    >>> tiny = Config("bert", "gelu", 4, 8, 1, 2, vocab_size=9, max_position_embeddings=6, type_vocab_size=1, layer_norm_eps=1e-12)
    >>> some = np.random.default_rng(0)
    >>> model = Bert(tiny, {name: some.normal(size=shape) for name, shape in tiny.shapes.items()})
    >>> vectors = model.vectors([[1, 5, 2], [1, 3, 4, 2]])
    >>> vectors.shape, np.linalg.norm(vectors, axis=1).round(6).tolist()
    ((2, 4), [1.0, 1.0])
    """

    config: Config
    weights: Mapping[str, np.ndarray]

    def vectors(self, texts: Sequence[Sequence[int]]) -> np.ndarray:
        """Vectors of length 1, one row a text, in 32-bit numbers.

        Parameters
        ----------
        texts
            The numbers of the pieces of each text, at least one and at most ``max_position_embeddings``.
        """
        found = np.empty((len(texts), self.config.hidden_size), dtype=np.float32)
        for rows in _alike(texts):
            means = self.states(np.array([texts[row] for row in rows])).mean(axis=1)
            found[rows] = means / np.maximum(np.linalg.norm(means, axis=1, keepdims=True), 1e-12)
        return found

    def states(self, pieces: np.ndarray) -> np.ndarray:
        """The last states of texts **of one length**: text, piece, number.

        Parameters
        ----------
        pieces
            One row a text, one column a piece.
        """
        from scipy.special import erf  # who only reads archived vectors must not wait for it

        words, places, kinds = (
            self.weights[f"embeddings.{kind}_embeddings.weight"] for kind in ("word", "position", "token_type")
        )
        states = self._norm(words[pieces] + places[: pieces.shape[1]] + kinds[0], "embeddings.LayerNorm")
        for layer in (f"encoder.layer.{number}" for number in range(self.config.num_hidden_layers)):
            seen = self._dense(self._attention(states, f"{layer}.attention.self"), f"{layer}.attention.output.dense")
            states = self._norm(states + seen, f"{layer}.attention.output.LayerNorm")
            inner = self._dense(states, f"{layer}.intermediate.dense")
            inner *= 0.5 * (1 + erf(inner / math.sqrt(2)))  # GELU, not its approximation by tanh
            states = self._norm(states + self._dense(inner, f"{layer}.output.dense"), f"{layer}.output.LayerNorm")
        return states

    def _attention(self, states: np.ndarray, name: str) -> np.ndarray:
        """What each piece takes from all pieces of its text, head by head."""
        texts, length, width = states.shape
        queries, keys, values = (
            self._dense(states, f"{name}.{part}")
            .reshape(texts, length, self.config.num_attention_heads, -1)
            .swapaxes(1, 2)
            for part in ("query", "key", "value")
        )
        scores = queries @ keys.swapaxes(2, 3) / math.sqrt(queries.shape[-1])
        shares = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares /= shares.sum(axis=-1, keepdims=True)
        return (shares @ values).swapaxes(1, 2).reshape(texts, length, width)

    def _dense(self, states: np.ndarray, name: str) -> np.ndarray:
        return states @ self.weights[f"{name}.weight"].T + self.weights[f"{name}.bias"]

    def _norm(self, states: np.ndarray, name: str) -> np.ndarray:
        away = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((away * away).mean(axis=-1, keepdims=True) + self.config.layer_norm_eps)
        return away / spread * self.weights[f"{name}.weight"] + self.weights[f"{name}.bias"]


def _alike(texts: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    """The rows of texts of one length, some at a time: nothing has to be filled up, and so nothing to be masked."""
    by_length = sorted(range(len(texts)), key=lambda row: len(texts[row]))
    for length, rows in itertools.groupby(by_length, key=lambda row: len(texts[row])):
        together, at_once = [*rows], max(1, PIECES_AT_ONCE // length)
        yield from (together[start : start + at_once] for start in range(0, len(together), at_once))


def read_bert(folder: Path) -> Bert:
    """The model that a folder holds.

    Parameters
    ----------
    folder
        With ``config.json`` and ``model.safetensors``, as sentence-transformers saves them.

    Raises
    ------
    EmbedError
        If it is another kind of model, its vectors are no means, or the weights do not fit.
    """
    config = _decoded(folder / CONFIG, Config)
    pooling = _decoded(folder / POOLING, dict[str, Any]) if (folder / POOLING).is_file() else {}
    ways = {name for name, chosen in pooling.items() if name.startswith("pooling_mode_") and chosen}
    if ways - {"pooling_mode_mean_tokens"} or pooling.get("pooling_mode", "mean") != "mean":
        raise EmbedError(f"{folder / POOLING}: asks for other vectors than means. {_CURE}")
    if config.hidden_size % config.num_attention_heads:
        shared = f"{config.hidden_size} numbers among {config.num_attention_heads} heads"
        raise EmbedError(f"{folder / CONFIG}: divides {shared}. {_CURE}")
    return Bert(config, _weights(folder / WEIGHTS, config))


def _decoded(path: Path, kind: type[_Decoded]) -> _Decoded:
    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, *_NO_JSON) as error:
        raise EmbedError(f"{path}: is not that of a BERT ({error}). {_CURE}") from error


def _weights(path: Path, config: Config) -> dict[str, np.ndarray]:
    """The weights of a model; of what else stands in the file nothing is read."""
    content = path.read_bytes()
    start = 8 + int.from_bytes(content[:8], "little")
    try:
        places = msgspec.json.decode(content[8:start], type=dict[str, msgspec.Raw])
        found = {name: msgspec.json.decode(places[name], type=_Place) for name in config.shapes if name in places}
    except _NO_JSON as error:
        raise EmbedError(f"{path}: does not begin as a file of safetensors does. Restore the file.") from error
    weights = {}
    for name, shape in config.shapes.items():
        place = found.get(name)
        numbers = _NUMBERS.get(place.dtype) if place else None
        if not place or not numbers or place.shape != shape:
            raise EmbedError(f"{path}: has no weights {name} of shape {shape} in 32 or 16 bits, as {CONFIG} says.")
        begin, end = place.data_offsets
        count = math.prod(shape)
        if begin < 0 or end - begin != count * numbers.itemsize or start + end > len(content):
            raise EmbedError(f"{path}: the weights {name} lie outside the file. Restore the file.")
        weights[name] = (
            np.frombuffer(content, numbers, count, start + begin).reshape(shape).astype(np.float32, copy=False)
        )
    return weights
