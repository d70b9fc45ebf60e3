"""What people posted: an attached archive day by day, its recovery, and how far its scorer can be trusted."""

from __future__ import annotations

import re
from datetime import datetime

import polars as pl

from aftermath import figures
from aftermath.archives.sentiment import accuracy, accuracy_text
from aftermath.archives.series import ALL_KINDS
from aftermath.measures.archive_sentiment import ArchiveSentiment
from aftermath.pages.exhibit import Exhibit
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import folded, rows_of, table
from aftermath.wording import counted, day_text, interval, moment, number

_ON_TWEETS = "Tweets, rated"
_SERIES = ("Day", "Posts", "n", "Authors", "Negative, %", "Positive, %", "Mean score")
_ESTIMATES = ("By", "What", "Estimate", "Interval")
_ACCURACY = ("People had labelled", "Treatment", "n", "Agrees, %", "Macro F1")


def source(told: ArchiveSentiment) -> str:
    """What the archive is, what it was reduced to, and what it cannot show."""
    manifest = told.archive.manifest
    words = [f"{manifest.title}. {manifest.producer}."]
    if manifest.filter.get("words"):
        words.append(f"Posts that match {manifest.filter['words']}.")
    if manifest.aliases:
        words.append(f"Masked before scoring: {', '.join(manifest.aliases)}.")
    if manifest.capped:
        words.append(f"Collection was capped, so shares are shown and volume is not. {manifest.capped_why}")
    words.append("No text, name or address of a post is kept here.")
    return f'<div class="prose"><p>{escape(" ".join(words))}</p></div>'


def posts_exhibit(told: ArchiveSentiment, references: References, id: str) -> Exhibit:
    """The negative share over time as an exhibit, with the accuracy of its scorer beside the curve."""
    own = f" Blue triangles: what the organisation posted itself ({', '.join(told.official)})." if told.official else ""
    return Exhibit(
        id=id,
        title="The share of negative posts",
        how="A dot is the share of a day inside its interval, larger where more posts were scored, hollow where there are too "
        f"few for one, red where the alarm fired. Dashed: segmented regression. Black triangle: clock zero.{own}",
        figure=figures.posts_over_time(told),
        legend=f'<p class="how ic">{escape(trust(told))}</p>',
        words=told.text,
        table=_series_table(told),
        rows=counted(told.days.height, "day" if told.days.schema["time"] == pl.Date else "hour"),
        linker=references.linker,
    )


def trust(told: ArchiveSentiment) -> str:
    """How often the scorers agree with people, on the labelled set most like the archive."""
    manifest = told.archive.manifest
    scorers = manifest.scorer.split(", ") if manifest.scorer else []
    return " ".join(accuracy_text(scorer, _nearest(scorer, manifest.aliases)) for scorer in scorers)


def _nearest(scorer: str, aliases: tuple[str, ...]) -> str:
    """The labelled set that names the organisation, or else rated tweets, or else the first."""
    sets = accuracy(scorer)["set"].unique(maintain_order=True).to_list()
    named = [name for name in sets if any(re.search(rf"\b{re.escape(alias)}\b", name) for alias in aliases)]
    return next(iter([*named, *(name for name in sets if name == _ON_TWEETS), *sets, _ON_TWEETS]))


def estimates_table(told: ArchiveSentiment) -> str:
    """The fits, line by line, each with its interval or why it has none; and the accuracy of the scorer."""
    cells = (map(escape, (each.method, each.quantity, each.text, each.spread)) for each in told.recovery.estimates)
    fits = table("stack", "Recovery of the negative share", _ESTIMATES, rows_of(cells, _ESTIMATES))
    n = f"n = {told.recovery.n_before} before clock zero and {told.recovery.n_after} from it on"
    note = f'<p class="how ic">Fits of the negative share ({n}); points are percentage points.</p>'
    content = (
        f'<div class="tscroll" tabindex="0" role="region" aria-label="Recovery of the negative share">{fits}</div>'
    )
    return f"{note}{content}{_accuracy(told)}"


def _accuracy(told: ArchiveSentiment) -> str:
    scorer = told.archive.manifest.scorer
    rows = pl.concat([accuracy(each) for each in scorer.split(", ")]) if scorer else pl.DataFrame()
    if rows.is_empty():
        return ""
    # the last treatment of a set is what posts go through
    rows = rows.group_by("set", maintain_order=True).last()
    content = table("stack", "Accuracy of the scorer", _ACCURACY, rows_of(map(_measured, rows.to_dicts()), _ACCURACY))
    return folded(
        f"How far {scorer} agrees with people", counted(rows.height, "labelled set"), content, "Accuracy of the scorer"
    )


def _measured(row: dict) -> list[str]:
    agrees, ends = 100 * row["accuracy"], (100 * row["accuracy_lower"], 100 * row["accuracy_upper"])
    f1 = f"{number(row['macro_f1'], 2)} {interval(row['macro_f1_lower'], row['macro_f1_upper'], 2)}"
    return [escape(row["set"]), escape(row["treatment"]), number(row["n"]), f"{number(agrees)} {interval(*ends)}", f1]


def _series_table(told: ArchiveSentiment) -> str:
    rows = told.table.filter(pl.col("kind") == ALL_KINDS).to_dicts()
    return table("stack", "Posts by day", _SERIES, rows_of((_bin(row, told.zone) for row in rows), _SERIES))


def _bin(row: dict, zone: str) -> list[str]:
    start = row["time"]
    title = moment(start, zone) if isinstance(start, datetime) else day_text(start)
    volume = "capped" if row["volume"] is None else number(row["volume"])
    authors = "–" if row["authors"] is None else number(row["authors"])
    shares = (_share(row, f"share_{tone}") for tone in ("negative", "positive"))
    return [title, volume, number(row["n"]), authors, *shares, _spread(row, "mean", 2, 1)]


def _share(row: dict, name: str) -> str:
    return _spread(row, name, 0, 100)


def _spread(row: dict, name: str, digits: int, factor: int) -> str:
    value, lower, upper = (row[name + end] for end in ("", "_lower", "_upper"))
    if value is None:
        return "–"
    shown = number(factor * value, digits)
    return shown if lower is None else f"{shown} {interval(factor * lower, factor * upper, digits)}"
