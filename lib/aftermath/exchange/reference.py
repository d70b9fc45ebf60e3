"""A reference as a file of a reference manager gives it, in the terms of ``sources.csv``."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aftermath.case_files.field_readers import partial_date
from aftermath.case_files.file_problems import FileProblems, short
from aftermath.problems import AftermathError, Problem

# What reference managers have no field for travels as keywords such as "aftermath:read=full". An archived copy is among it: BibLaTeX,
# RIS and CSL know a place in an archive of papers, and none for the address of a copy of a page.
_OWN_NAMES = ("kind", "link", "read", "archived_url", "archived_at", "sha256", "retrieved_via")
_OWN = re.compile(rf"aftermath:({'|'.join(_OWN_NAMES)})=([A-Za-z0-9:/.~%+_-]+)")
# Names of languages as biblatex and people write them.
_LANGUAGES = {
    "american": "en-US",
    "anglais": "en",
    "arabic": "ar",
    "brazilian": "pt-BR",
    "british": "en-GB",
    "chinese": "zh",
    "czech": "cs",
    "danish": "da",
    "deutsch": "de",
    "dutch": "nl",
    "english": "en",
    "español": "es",
    "finnish": "fi",
    "français": "fr",
    "french": "fr",
    "german": "de",
    "greek": "el",
    "hebrew": "he",
    "hungarian": "hu",
    "italian": "it",
    "italiano": "it",
    "japanese": "ja",
    "korean": "ko",
    "ngerman": "de",
    "norwegian": "no",
    "polish": "pl",
    "portuguese": "pt",
    "português": "pt",
    "russian": "ru",
    "spanish": "es",
    "swedish": "sv",
    "turkish": "tr",
    "ukenglish": "en-GB",
    "ukrainian": "uk",
    "usenglish": "en-US",
    "中文": "zh",
}
_MENDS = {"read_date": "write YYYY-MM-DD, YYYY-MM or YYYY, or leave it empty"}
# What Zotero keeps of formatting in titles.
_FORMATTING = re.compile(r"</?(?:i|b|sub|sup|sc)>|<span(?: (?:class|style)=\"[^\"<>]*\")?>|</span>", re.IGNORECASE)


class ExchangeError(AftermathError):
    """A file of another program cannot be taken over; nothing was written.

    Attributes
    ----------
    problems
        Every problem found, sorted by file, line and key.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple:
        return ExchangeError, (self.problems,)


@dataclass(frozen=True)
class Reference:
    """One reference; a field that its file does not give is empty.

    Parameters
    ----------
    key
        What its file calls it.
    line
        Line at which it begins, the first being 1.
    type
        Its type in the words of its file, e.g. ``online``, ``NEWS`` or ``post-weblog``.
    title, publisher, author, url
        As ``sources.csv`` has them.
    published, accessed
        ``YYYY-MM-DD``, ``YYYY-MM`` or ``YYYY``.
    language
        A BCP 47 tag, or what the file has instead.
    own
        Kind, link, read and the archived copy, where the file was written by Aftermath.
    """

    key: str
    line: int
    type: str
    title: str = ""
    publisher: str = ""
    author: str = ""
    published: str = ""
    url: str = ""
    language: str = ""
    accessed: str = ""
    own: Mapping[str, str] = field(default_factory=dict)


def own_words(text: str) -> dict[str, str]:
    """Kind, link, read and the archived copy that Aftermath wrote among the keywords.

    Examples
    --------
    >>> own_words("crisis, aftermath:kind=news, aftermath:read=full")
    {'kind': 'news', 'read': 'full'}
    """
    return {name: unquote(value) for name, value in _OWN.findall(text)}


def keywords(row: Mapping[str, str]) -> list[str]:
    """The keywords that carry kind, link, read and the archived copy of a row of ``sources.csv``; each is one word.

    Examples
    --------
    >>> keywords({"kind": "news", "link": "yes", "read": "full", "archived_url": "https://archive.example/1/http://a.example/?b=1,2"})[-1]
    'aftermath:archived_url=https://archive.example/1/http://a.example/%3Fb%3D1%2C2'
    """
    return [f"aftermath:{name}={quote(row[name], safe=':/+')}" for name in _OWN_NAMES if row.get(name)]


def doi_address(text: str) -> str:
    """The address at which a DOI is found; "" where there is none.

    Examples
    --------
    >>> doi_address("10.1177/0893318904263413"), doi_address("https://doi.org/10.1000/a_b"), doi_address("none")
    ('https://doi.org/10.1177/0893318904263413', 'https://doi.org/10.1000/a_b', '')
    """
    found = re.search(r"\b10\.[0-9]{4,9}/[^\s{}\\]+", text)
    return f"https://doi.org/{quote(found.group(), safe='/:;()+._-')}" if found else ""


def names_of(author: str) -> list[str]:
    """The names in a field of ``sources.csv``, as ``;`` stands between them; none where it is empty.

    Examples
    --------
    >>> names_of("Raymond Zhong; Paul Mozur"), names_of("Jaram Park, Meeyoung Cha"), names_of("")
    (['Raymond Zhong', 'Paul Mozur'], ['Jaram Park, Meeyoung Cha'], [])
    """
    names = author.split("; ")
    return names if all(name and name == name.strip() for name in names) else [author] if author else []


def plain(text: str) -> str:
    """A title without the formatting that Zotero keeps in it, its spaces made single.

    Examples
    --------
    >>> plain("On <i>KitchenAid</i>  and 3 < 4")
    'On KitchenAid and 3 < 4'
    """
    return " ".join(_FORMATTING.sub("", text).split())


def read_date(text: str) -> str:
    """A date as ``sources.csv`` has it; of a range, what both its ends share.

    Raises
    ------
    ValueError
        If it is none.

    Examples
    --------
    >>> read_date("2012-10-03/2012-10-04"), read_date("2012/10/3"), read_date("2012-10-03T21:45:00Z"), read_date("2012///")
    ('2012-10', '2012-10-03', '2012-10-03', '2012')
    """
    text = text.strip()
    ends = text.split("/") if re.fullmatch(r"[0-9]{4}(-[0-9]{2}){0,2}/[0-9]{4}(-[0-9]{2}){0,2}", text) else [text]
    begin, end = (_one_date(date).split("-") for date in (ends[0], ends[-1]))
    shared = list(itertools.takewhile(lambda pair: pair[0] == pair[1], zip(begin, end, strict=False)))
    if not shared:
        raise ValueError("has ends that share no year")
    return "-".join(part for part, _ in shared)


def _one_date(text: str) -> str:
    """ISO dates and times, and the dates of RIS: year/month/day/other."""
    match = re.fullmatch(r"([0-9]{4})(?:[-/]([0-9]{1,2})?(?:[-/]([0-9]{1,2})?(?:[T /].*)?)?)?", text)
    if not match:
        raise ValueError("is not a date")
    return partial_date("-".join(part.zfill(2) for part in match.groups() if part))


def read_language(text: str) -> str:
    """A BCP 47 tag from a tag or from a name of a language; what is neither as it stands.

    Examples
    --------
    >>> read_language("english"), read_language("en_US"), read_language("zh-CN"), read_language("Old Norse")
    ('en', 'en-US', 'zh-CN', 'Old Norse')
    """
    tag = _LANGUAGES.get(text.strip().casefold(), text.strip().replace("_", "-"))
    if not is_language(tag):
        return text
    first, *rest = tag.split("-")
    return "-".join([first.lower(), *rest])


def is_language(text: str) -> bool:
    """Whether a text is a BCP 47 tag."""
    return re.fullmatch(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) is not None


def taken(reader: Callable[[str], str], text: str, name: str, line: int, key: str, problems: FileProblems) -> str:
    """A field as it is read; nothing where it is empty, or cannot be read, which is told.

    Parameters
    ----------
    reader
        **Raises ValueError**, whose text completes the sentence that begins with the field.
    text, name
        The field, and how it is called.
    line, key
        Where its reference begins, and what it is called.
    problems
        Takes the problem.
    """
    if not text:
        return ""
    try:
        return reader(text)
    except ValueError as error:
        problems.add(
            f"{name} '{short(text)}' {error}", _MENDS.get(reader.__name__, "write the character itself"), line, key
        )
        return ""
