"""Archives in words: a list of them, and one in full."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from aftermath.archives.description import LEVELS, Manifest
from aftermath.wording import DASH, counted, day_text, number

_ONE_LINE = 70
_SHOWN = 10


def listing(manifests: Mapping[str, Manifest]) -> str:
    """One line for each archive: its name, posts, span, level and title.

    Parameters
    ----------
    manifests
        Name to manifest.
    """
    if not manifests:
        return "There is no archive yet: `aftermath archive add NAME FILES...` describes one."
    width = max(map(len, manifests))
    rows = [
        (name, _posts(manifest), span(manifest), manifest.level, _printable(manifest.title)[:_ONE_LINE])
        for name, manifest in manifests.items()
    ]
    spans = max(len(row[2]) for row in rows)
    return "\n".join(
        f"{name:{width}}  {posts:>12}  {when:{spans}}  {level:8}  {title}".rstrip()
        for name, posts, when, level, title in rows
    )


def span(manifest: Manifest) -> str:
    """The days from the first to the last post."""
    days = dict.fromkeys(day_text(moment.date()) for moment in manifest.span)
    return f" {DASH} ".join(days)


def describe(name: str, manifest: Manifest) -> str:
    """Everything that is known of an archive, a line for each matter. **Ids of missing posts are counted, not listed.**

    Parameters
    ----------
    name
        Of the archive.
    manifest
        What it says of itself.
    """
    lines = {
        "title": manifest.title,
        "case": manifest.case,
        "producer": manifest.producer,
        "citation": manifest.citation,
        "url": manifest.url,
        "retrieved": day_text(manifest.retrieved) if manifest.retrieved else "",
        "rights": manifest.rights or "not stated: ask before anything of it is passed on",
        "redistribution": manifest.redistribution or "not stated",
        "level": f"{manifest.level} (of {', '.join(LEVELS)})",
        "format": manifest.format,
        "columns": ", ".join(f"{field}: {column}" for field, column in manifest.columns.items()),
        "posts": _posts(manifest),
        "span": span(manifest),
        "left out": ", ".join(f"{number(count)} {why}" for why, count in manifest.left_out.items()),
        "capped": (manifest.capped_why or "yes, so that volume says nothing") if manifest.capped else "no",
        "filter": ", ".join(f"{field}: {value}" for field, value in manifest.filter.items()),
        "aliases": ", ".join(manifest.aliases),
        "missing": counted(len(manifest.missing), "post") + " known to be gone" if manifest.missing else "",
        "location": manifest.location,
        "files": _files(manifest),
        "shared": ", ".join(manifest.shared),
    }
    width = max(map(len, lines))
    remarks = [f"  {_printable(remark)}" for remark in manifest.remarks]
    return "\n".join(
        [name, *(f"  {field:{width}}  {_printable(value)}" for field, value in lines.items() if value), *remarks]
    )


def unscored(features: Path) -> str:
    """How many posts have no score, and why: of these nothing is known in a series. Empty where all have one.

    Parameters
    ----------
    features
        File from ``aftermath.archives.features.write_features``.
    """
    scored = pl.col("sentiment").is_not_null()
    languages = (
        pl.scan_parquet(features)
        .group_by("language")
        .agg(scored.any().alias("read"), scored.not_().sum().alias("without"))
        .filter(pl.col("without") > 0)
        .sort("without", "language", descending=[True, False], maintain_order=True)
        .collect()
    )
    wordless = int(languages.filter("read")["without"].sum())
    reasons = [f"{number(wordless)} whose texts have no words"] if wordless else []
    for language, count in languages.filter(~pl.col("read")).select("language", "without").rows():
        named = (
            f"in {language[:20]!r}, for which no post could be scored"
            if language
            else "that have no language (say --language)"
        )
        reasons.append(f"{number(count)} {named}")
    more = ["and others"] if len(reasons) > _SHOWN else []
    total = int(languages["without"].sum())
    return f"{counted(total, 'post')} without a score: {'; '.join([*reasons[:_SHOWN], *more])}." if total else ""


def _posts(manifest: Manifest) -> str:
    if manifest.posts is not None:
        return counted(manifest.posts, "post")
    return "" if manifest.rows is None else counted(manifest.rows, "row")


def _files(manifest: Manifest) -> str:
    names = list(manifest.files)
    more = f" and {number(len(names) - _SHOWN)} more" if len(names) > _SHOWN else ""
    size = sum(file.bytes for file in manifest.files.values())
    return f"{', '.join(names[:_SHOWN])}{more} ({number(size)} bytes)" if names else ""


def _printable(text: str) -> str:
    """Text on one line, without characters that would steer a terminal."""
    return "".join(character if character.isprintable() else " " for character in " ".join(text.split()))
