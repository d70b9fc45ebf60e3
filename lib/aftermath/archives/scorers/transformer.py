"""A transformer that lies in a local folder, for who has one. Needs the extra ``transformer``; **nothing is ever downloaded**."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Sequence
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

from aftermath.archives.scorers.protocol import ScorerError

FOLDER_VARIABLE = "AFTERMATH_MODELS"
TEXTS_AT_ONCE = 32
MOST_PIECES = 512  # of words in a text; the rest is not read
_NEEDED = ("config.json", "model.safetensors")
_STARS = re.compile(r"([1-5]) stars?")
_WORDS = {"negative": -1.0, "neg": -1.0, "neutral": 0.0, "neu": 0.0, "positive": 1.0, "pos": 1.0}


class Transformer:
    """A classifier of sentiment in the form that the library transformers saves.

    A score is the mean of the valences of its labels, weighted by their probabilities: "negative" is -1, "neutral" 0,
    "positive" 1, and stars run from -1 to 1.

    Parameters
    ----------
    folder
        Holds ``config.json``, ``model.safetensors`` and the tokenizer.
    name
        For the id.
    language
        Two letters.

    Raises
    ------
    ScorerError
        If a file is missing. That the extra is not installed shows when the first text is scored.
    """

    negative, positive = -0.33, 0.33

    def __init__(self, folder: Path, name: str, language: str) -> None:
        missing = [file for file in _NEEDED if not (folder / file).is_file()]
        if missing:
            raise ScorerError(
                f"model {name}: no {' and no '.join(missing)} in {folder}. Nothing is downloaded: save the model there on a "
                f"machine that has it (`save_pretrained`), or set {FOLDER_VARIABLE} to the folder that holds it."
            )
        self.folder, self.language = folder, language
        with (folder / "model.safetensors").open("rb") as weights:
            self.id = f"{name} {hashlib.file_digest(weights, 'sha256').hexdigest()[:12]}"

    def score(self, texts: Sequence[str]) -> list[float]:
        """Mean valences of the labels, rounded to four decimals."""
        starts = range(0, len(texts), TEXTS_AT_ONCE)
        return [score for start in starts for score in self._batch(list(texts[start : start + TEXTS_AT_ONCE]))]

    def _batch(self, texts: list[str]) -> list[float]:
        tokenizer, model, valence = self._loaded
        import torch  # pyright: ignore[reportMissingImports] - of the extra transformer

        with torch.inference_mode():
            pieces = tokenizer(texts, padding=True, truncation=True, max_length=MOST_PIECES, return_tensors="pt")
            probabilities = model(**pieces).logits.double().softmax(dim=-1)
        return [round(score, 4) for score in (probabilities @ torch.tensor(valence, dtype=torch.float64)).tolist()]

    @cached_property
    def _loaded(self) -> tuple:
        os.environ["HF_HUB_OFFLINE"] = "1"  # read when the library is imported: it must not even ask for news
        if find_spec("torch") is None or find_spec("transformers") is None:
            raise ScorerError(
                "torch and transformers are not installed. Install the extra: `pip install 'aftermath[transformer]'`."
            )
        from transformers import (  # pyright: ignore[reportMissingImports] - of the extra transformer
            AutoModelForSequenceClassification,
            AutoTokenizer,
        )

        # safetensors only, and no code of the model's own: a folder from somewhere must not run programs
        local = {"local_files_only": True, "trust_remote_code": False}
        model = AutoModelForSequenceClassification.from_pretrained(
            str(self.folder), use_safetensors=True, **local
        ).eval()
        tokenizer = AutoTokenizer.from_pretrained(str(self.folder), **local)
        names = [model.config.id2label[number] for number in range(model.config.num_labels)]
        return tokenizer, model, valences(names)


def valences(names: Sequence[str]) -> list[float]:
    """What a model's labels are worth.

    Parameters
    ----------
    names
        As the model calls them, e.g. ``LABEL_0`` or ``Negative``.

    Returns
    -------
    list of float
        From -1 to 1.

    Raises
    ------
    ScorerError
        If a label is not understood: **numbers without names are not guessed**.

    Examples
    --------
    >>> valences(["Negative", "neutral", "POS"]), valences(["1 star", "5 stars"])
    ([-1.0, 0.0, 1.0], [-1.0, 1.0])
    """
    return [_valence(name) for name in names]


def _valence(name: str) -> float:
    lowered = name.lower().strip()
    stars = _STARS.fullmatch(lowered)
    if stars:
        return (int(stars[1]) - 3) / 2
    if lowered not in _WORDS:
        raise ScorerError(
            f"label {name!r} is not understood. Write negative, neutral and positive (or 1 star to 5 stars) "
            "as id2label into the model's config.json."
        )
    return _WORDS[lowered]


def transformer(name: str, language: str = "", models: Path | None = None) -> Transformer:
    """The model of a name.

    Parameters
    ----------
    name
        Its folder in ``models``, e.g. ``cardiffnlp/twitter-roberta-base-sentiment-latest``.
    language
        Two letters.
    models
        The folder of models; what ``AFTERMATH_MODELS`` says if not given.

    Returns
    -------
    Transformer

    Raises
    ------
    ScorerError
        If there is no folder of models, the name leads out of it, or the model is not in it.
    """
    where = models or os.environ.get(FOLDER_VARIABLE)
    if not where:
        raise ScorerError(
            f"model {name}: there is no folder of models. Set {FOLDER_VARIABLE} to a folder that holds it; nothing is downloaded."
        )
    base = Path(where).expanduser().resolve()
    folder = (base / name).resolve()
    if folder == base or not folder.is_relative_to(base):
        raise ScorerError(f"model {name!r}: leads out of the folder of models. Write the name of a folder in it.")
    return Transformer(folder, name, language)
