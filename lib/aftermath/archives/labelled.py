"""Sets of texts that people have labelled, read from the folder of archives."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from aftermath.archives.posts import ArchiveError

MOST_BYTES = 200_000_000  # of one file, unpacked
HALF_A_GRADE = 0.5
TWO_WAY = {"0": "negative", "1": "positive"}
MENGNIU = "蒙牛"


@dataclass(frozen=True)
class Labelled:
    """Texts with what people said of them.

    Parameters
    ----------
    name
        As the table of accuracy shows it.
    language
        Two letters.
    texts
        As posted.
    labels
        ``negative``, ``neutral`` or ``positive``, one a text.
    means
        Mean rating of each text; empty where people gave labels only.
    aliases
        Names of the organisations and brands that the texts are about.
    domain
        What a model may have been taught on, e.g. ``hotels``; empty if no shipped model was.
    """

    name: str
    language: str
    texts: tuple[str, ...]
    labels: tuple[str, ...]
    means: tuple[float, ...] = ()
    aliases: tuple[str, ...] = ()
    domain: str = ""

    def part(self, wanted: Sequence[int], name: str) -> Labelled:
        """Some of the texts, under another name."""
        means = tuple(self.means[index] for index in wanted) if self.means else ()
        texts, labels = (tuple(column[index] for index in wanted) for column in (self.texts, self.labels))
        return Labelled(name, self.language, texts, labels, means, self.aliases, self.domain)


@dataclass(frozen=True)
class Source:
    """A file with labelled texts, and how it is read.

    Parameters
    ----------
    file
        Folder and name in the folder of archives.
    read
        From the file's content to labelled sets.
    options
        Further arguments of ``read``.
    """

    file: str
    read: Callable[..., Iterator[Labelled]]
    options: dict = field(default_factory=dict)

    def sets(self, folder: Path) -> list[Labelled]:
        """The labelled sets of this file; none if the file is not there.

        Raises
        ------
        ArchiveError
            If the file cannot be read as what it should be.
        """
        path = folder / self.file
        if not path.is_file():
            return []
        try:
            return list(self.read(_content(path), **self.options))
        except (OSError, EOFError, ValueError, KeyError, IndexError, csv.Error, zipfile.BadZipFile) as error:
            raise ArchiveError(
                f"{self.file}: not the labelled set that it should be ({error or type(error).__name__}). "
                "Copy it again from where its PROVENANCE.md says it came from."
            ) from error


def _content(path: Path) -> str:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as pack, pack.open(pack.namelist()[0]) as member:
            data = member.read(MOST_BYTES + 1)
    else:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise ValueError(f"more than {MOST_BYTES:,} bytes when unpacked")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("mac_roman")  # the two sets from 2011 and 2015 passed through a spreadsheet on a Mac


def _rows(content: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content, newline="")))


def _three_way(mean: float) -> str:
    """The label of a mean rating: neutral where the nearest whole grade is 0."""
    return "negative" if mean <= -HALF_A_GRADE else "positive" if mean >= HALF_A_GRADE else "neutral"


def _rated(content: str, name: str) -> Iterator[Labelled]:
    rows = [line.split("\t") for line in content.split("\n") if line]
    means = tuple(float(mean) for _, mean, _ in rows)
    texts = tuple(text.rstrip("\r") for _, _, text in rows)
    yield Labelled(name, "en", texts, tuple(map(_three_way, means)), means)


def _sentences(content: str, name: str) -> Iterator[Labelled]:
    rows = [line.rpartition("\t") for line in content.split("\n") if line]
    yield Labelled(name, "en", tuple(text for text, _, _ in rows), tuple(TWO_WAY[label.strip()] for *_, label in rows))


AIRLINES = {
    "American": ("American Airlines", "American Air", "American", "AA"),
    "Delta": ("Delta Air Lines", "Delta Airlines", "Delta"),
    "Southwest": ("Southwest Airlines", "Southwest Air", "Southwest", "SWA"),
    "US Airways": ("US Airways", "US Air", "USAirways"),
    "United": ("United Airlines", "United Express", "United", "UAL"),
    "Virgin America": ("Virgin America", "VirginAmerica", "Virgin"),
}
BRANDS = ("Apple", "Google", "iPad", "iPad 2", "iPhone", "Android", "iTunes", "Google Maps", "Circles")


def _airlines(content: str) -> Iterator[Labelled]:
    rows = _rows(content)
    aliases = tuple(sorted({alias for names in AIRLINES.values() for alias in names}))
    texts, labels = (tuple(row[column] for row in rows) for column in ("text", "airline_sentiment"))
    whole = Labelled("Tweets to six US airlines, 2015", "en", texts, labels, aliases=aliases)
    yield whole
    yield whole.part(
        [index for index, row in enumerate(rows) if row["airline"] == "United"],
        "Tweets to United, 2015 (part of the six)",
    )


def _brands(content: str) -> Iterator[Labelled]:
    three_way = {"Negative emotion": "negative", "Positive emotion": "positive"}
    three_way |= {"No emotion toward brand or product": "neutral"}
    rows = [row for row in _rows(content) if row["tweet_text"] and row["emotion_described"] in three_way]
    labels = tuple(three_way[row["emotion_described"]] for row in rows)
    yield Labelled(
        "Tweets on Apple and Google, 2011", "en", tuple(row["tweet_text"] for row in rows), labels, aliases=BRANDS
    )


def _reviews(content: str, name: str, domain: str) -> Iterator[Labelled]:
    rows = [row for row in _rows(content) if row["review"]]
    labels = tuple(TWO_WAY[row["label"]] for row in rows)
    dairy = [index for index, row in enumerate(rows) if row.get("cat") == MENGNIU]
    aliases = (MENGNIU,) if dairy else ()
    whole = Labelled(name, "zh", tuple(row["review"] for row in rows), labels, aliases=aliases, domain=domain)
    yield whole
    if dairy:
        yield whole.part(dairy, "Chinese reviews of Mengniu (part of shopping)")


def _file(folder: str, name: str, read: Callable[..., Iterator[Labelled]], *arguments: str) -> Source:
    return Source(f"{folder}/{name}", read, dict(zip(("name", "domain"), arguments, strict=False)))


_RATED, _SLS, _ZH = "vader-human-ratings", "sentiment-labelled-sentences", "chinese-reviews-labelled"
SOURCES = (
    _file(_RATED, "tweets_GroundTruth.txt.gz", _rated, "Tweets, rated"),
    _file(_RATED, "nytEditorialSnippets_GroundTruth.txt.gz", _rated, "New York Times editorials, rated"),
    _file(_RATED, "movieReviewSnippets_GroundTruth.txt.gz", _rated, "Film reviews, rated"),
    _file(_RATED, "amazonReviewSnippets_GroundTruth.txt.gz", _rated, "Amazon reviews, rated"),
    _file("airline-sentiment-2015", "Airline-Sentiment-2-w-AA.csv.gz", _airlines),
    _file("brand-emotions-2011", "judge-1377884607_tweet_product_company.csv.gz", _brands),
    _file(_SLS, "amazon_cells_labelled.txt", _sentences, "Amazon sentences"),
    _file(_SLS, "imdb_labelled.txt", _sentences, "IMDb sentences"),
    _file(_SLS, "yelp_labelled.txt", _sentences, "Yelp sentences"),
    _file(_ZH, "ChnSentiCorp_htl_all.csv.gz", _reviews, "Chinese hotel reviews", "hotels"),
    _file(_ZH, "waimai_10k.csv.gz", _reviews, "Chinese meal delivery reviews", "meals"),
    _file(_ZH, "online_shopping_10_cats.zip", _reviews, "Chinese shopping reviews", "shopping"),
)


def labelled_sets(folder: Path) -> list[Labelled]:
    """Every labelled set that is in the folder of archives, in the order of ``SOURCES``.

    Parameters
    ----------
    folder
        Holds a folder for each archive, e.g. ``vader-human-ratings``.

    Returns
    -------
    list of Labelled

    Raises
    ------
    ArchiveError
        If there is none, or one cannot be read.
    """
    sets = [labelled for source in SOURCES for labelled in source.sets(folder)]
    if not sets:
        wanted = ", ".join(sorted({source.file.partition("/")[0] for source in SOURCES}))
        raise ArchiveError(f"{folder}: no labelled set in it. Give the folder that holds one of these: {wanted}.")
    return sets
