"""BibTeX and biblatex, as Zotero, Better BibTeX and others write them."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterable, Mapping
from urllib.parse import quote

from bibtexparser.entrypoint import parse_string
from bibtexparser.model import (
    DuplicateBlockKeyBlock,
    DuplicateFieldKeyBlock,
    Entry,
    ImplicitComment,
    MiddlewareErrorBlock,
    ParsingFailedBlock,
)

from aftermath.case_files.file_problems import FileProblems, short
from aftermath.exchange.latex import from_latex, to_latex
from aftermath.exchange.reference import (
    Reference,
    doi_address,
    keywords,
    names_of,
    own_words,
    plain,
    read_date,
    read_language,
    taken,
)

# type -> kind, None where the type leaves it open
TYPES: dict[str, str | None] = {
    **dict.fromkeys(("phdthesis", "mastersthesis", "thesis", "inproceedings", "conference", "proceedings"), "academic"),
    "dataset": "dataset",
    "jurisdiction": "court",
    **dict.fromkeys(("legislation", "legal"), "legislature"),
    **dict.fromkeys(("reference", "inreference", "mvreference"), "reference"),
    "article (newspaper)": "news",  # Better BibTeX says so in ``entrysubtype``
    **dict.fromkeys(("article (magazine)", "article (post)", "online (post)")),
    **dict.fromkeys(
        "article online electronic www misc report techreport book mvbook booklet inbook bookinbook incollection collection "
        "mvcollection suppbook manual unpublished periodical suppperiodical video audio movie software letter image patent "
        "standard performance commentary artwork music review".split()
    ),
}
# kind -> type and field of the publisher
_WRITTEN = {
    "news": ("article", "journaltitle"),
    "trade": ("article", "journaltitle"),
    "academic": ("article", "journaltitle"),
    "blog": ("online", "organization"),
    "company": ("online", "organization"),
    "regulator": ("report", "institution"),
    "court": ("jurisdiction", "institution"),
    "legislature": ("report", "institution"),
    "reference": ("inreference", "booktitle"),
    "dataset": ("dataset", "publisher"),
}
_PUBLISHERS = "journaltitle journal maintitle booktitle organization institution school publisher howpublished".split()
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LIKE_AN_ENTRY = re.compile(r"^[^%\n]*=\s*[{\"]", re.MULTILINE)
_NAME_PART = re.compile(r"\b(given|prefix|family|suffix)=([^,]*)")
_MEND_BRACES = "close its braces and quotation marks, and put a comma between fields"

logging.getLogger("bibtexparser").addHandler(logging.NullHandler())  # what it warns of is told as a problem


def read_bibtex(text: str, problems: FileProblems) -> list[Reference]:
    """The references of a file, in its order.

    Parameters
    ----------
    text
        Its content.
    problems
        Takes what is wrong.
    """
    found = []
    for block in parse_string(text).blocks:
        line = (block.start_line or 0) + 1
        if isinstance(block, Entry):
            found.append(_reference(block, line, problems))
        elif isinstance(block, DuplicateBlockKeyBlock):
            above = (block.previous_block.start_line or 0) + 1
            problems.add(
                f"has the key of the entry in line {above}", "give one of the two another key", line, block.key
            )
        elif isinstance(block, DuplicateFieldKeyBlock):
            twice = ", ".join(sorted(block.duplicate_keys))
            key = getattr(block.ignore_error_block, "key", "")
            problems.add(f"has a field twice: {twice}", "keep one of the two", line, key)
        elif isinstance(block, MiddlewareErrorBlock | ParsingFailedBlock):
            begin = (block.raw or "").strip().split("\n")[0]
            problems.add(f"'{short(begin)}' is not a whole entry", _MEND_BRACES, line)
        elif isinstance(block, ImplicitComment) and _LIKE_AN_ENTRY.search(block.comment):
            begin = block.comment.split("\n")[0]
            problems.add(f"'{short(begin)}' looks like an entry and is none", "begin it with @ and its type", line)
    return found


def _reference(entry: Entry, line: int, problems: FileProblems) -> Reference:
    fields = {name.lower(): _value(entry, name, problems) for name in entry.fields_dict}
    own = own_words(fields.get("keywords", ""))

    def read(reader: Callable[[str], str], *names: str) -> str:
        """The first of these fields that is not empty, as it is read."""
        name, value = next(((name, fields[name]) for name in names if fields.get(name)), ("", ""))
        return taken(reader, value, name, line, entry.key, problems)

    publisher = read(from_latex, *_PUBLISHERS)
    title, subtitle = read(from_latex, "title"), read(from_latex, "subtitle")
    subtype = fields.get("entrysubtype", "").lower()
    kind = entry.entry_type.lower()
    return Reference(
        key=entry.key,
        line=line,
        type=f"{kind} ({subtype})" if subtype else kind,
        title=title if own else plain(": ".join(filter(None, (title, subtitle)))),
        publisher=publisher if own else " ".join(publisher.split()),
        author=read(lambda names: from_latex("; ".join(_apart(names)) if own else _names(names)), "author"),
        published=taken(read_date, _date(fields), "date", line, entry.key, problems),
        url=_address(fields) or doi_address(re.sub(r"\\([_%&#])", r"\1", fields.get("doi", ""))),
        language=read_language(fields.get("langid") or fields.get("language", "")),
        accessed=read(read_date, "urldate"),
        own=own,
    )


def _value(entry: Entry, name: str, problems: FileProblems) -> str:
    """A field as it stands; one that is no text in braces or quotation marks is told of, as a part of it would be lost."""
    field = entry.fields_dict[name]
    value = str(field.value).strip()
    enclosing = entry.parser_metadata.get("removed_enclosing", {}).get(name)
    if enclosing in (None, "no-enclosing") and not value.isdigit() and name.lower() != "month":
        line = (field.start_line or 0) + 1
        problems.add(f"{name} is {short(value)}, which is no text", "put braces around the text", line, entry.key)
    return value


def _names(value: str) -> str:
    """Authors as they are printed, with ``;`` between: "Smith, John and {CNN}" is "John Smith; CNN"."""
    names = []
    for name in _apart(" ".join(value.split())):
        named = dict(_NAME_PART.findall(name))  # what biblatex has for names that commas do not settle
        if named:
            names.append(
                " ".join(named[part].strip() for part in ("given", "prefix", "family", "suffix") if part in named)
            )
            continue
        family, *rest = [part.strip() for part in name.split(",")]
        in_order = name.startswith("{") or not rest
        names.append(name if in_order else ", ".join([f"{rest[-1]} {family}", *rest[:-1]]))
    return "; ".join(names)


def _apart(value: str) -> list[str]:
    """Names that stand between "and"; what is in braces is one name, whatever stands in it."""
    names, depth = [""], 0
    for part in re.split(r"( and |[{}])", value):
        depth += {"{": 1, "}": -1}.get(part, 0)
        if part == " and " and depth <= 0:
            names.append("")
        else:
            names[-1] += part
    return names


def _address(fields: Mapping[str, str]) -> str:
    """The address, which is no LaTeX but for what some programs escape in it."""
    found = re.search(r"https?://[^\s{}]+", fields.get("howpublished", ""))
    address = fields.get("url") or (found.group() if found else "")
    return re.sub(r"\\([%&#_~{}$])", r"\1", re.sub(r"^\\url\{(.*)\}$", r"\1", address))


def _date(fields: Mapping[str, str]) -> str:
    """The date of biblatex, or year, month and day of BibTeX."""
    if fields.get("date"):
        return fields["date"]
    month = re.sub(r"[^a-z0-9].*", "", fields.get("month", "").lower())
    number = next((str(n) for n, name in enumerate(_MONTHS, start=1) if month.startswith(name)), month)
    parts = [fields.get("year", ""), number, fields.get("day", "")]
    return "-".join(parts[: parts.index("")] if "" in parts else parts)


def write_bibtex(rows: Iterable[Mapping[str, str]]) -> str:
    """Rows of ``sources.csv`` as biblatex, which Zotero and Better BibTeX read.

    Parameters
    ----------
    rows
        Column to text, "" where empty.
    """
    entries = []
    for row in rows:
        kind, publisher = _WRITTEN[row["kind"]]
        fields = {
            "title": to_latex(row["title"]),
            "author": " and ".join(f"{{{to_latex(name)}}}" for name in names_of(row["author"])),
            publisher: to_latex(row["publisher"]),
            "date": row["published"],
            "url": bibtex_address(row["url"]),
            "urldate": row["read_on"],
            "langid": row["language"],
            "keywords": ", ".join(keywords(row)),
        }
        entries.append(bibtex_entry(kind, row["source_id"], fields))
    return "\n".join(entries)


def bibtex_entry(kind: str, key: str, fields: Mapping[str, str]) -> str:
    """One entry; fields that are empty are left out.

    Parameters
    ----------
    kind, key
        Its type and its key.
    fields
        Name to value, **as LaTeX has it**.

    Examples
    --------
    >>> print(bibtex_entry("dataset", "a", {"title": to_latex("50%"), "author": ""}), end="")
    @dataset{a,
      title = {50\\%},
    }
    """
    lines = [f"  {name} = {{{value}}},\n" for name, value in fields.items() if value]
    return f"@{kind}{{{key},\n{''.join(lines)}}}\n"


def bibtex_address(url: str) -> str:
    """An address as a field holds it: nothing in it can end the field."""
    return re.sub(r"[\\{}]", lambda sign: quote(sign.group()), url)
