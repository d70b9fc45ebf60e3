"""What was read, how to cite it, and what the page was made from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.wording import counted

_SHORT = 12  # digits of a checksum that are shown


def sources_list(references: References) -> str:
    """Every source, numbered as in the superscripts, with links back to what rests on it."""
    sources = references.case.sources
    items = "".join(
        f'<li id="s{number}">{_source(source, references)}</li>'
        for number, source in enumerate(sources.iter_rows(named=True), start=1)
    )
    note = (
        f"{counted(sources.height, 'text')} read, in full or in part. Numbers match the superscripts; codes lead back to "
        "the rows that each one supports. A mirror or an unsafe address is shown without a link."
    )
    return f'<p class="mut ic">{note}</p><ol class="src">{items}</ol>'


def citation(case: Case) -> str:
    """How to cite the page, as plain text: the checksum names the evidence, so no date is needed."""
    return f"Aftermath {library_version()}. {case.title}. Case report, evidence SHA-256 {case.checksum[:_SHORT]}."


def library_version() -> str:
    """The version of the library, ``unreleased`` where it is not installed."""
    try:
        return version("aftermath")
    except PackageNotFoundError:
        return "unreleased"


def cite(case: Case) -> str:
    """The citation, with a button that copies it."""
    text = escape(citation(case))
    return f'<p class="citebox">{text}</p><button class="copy" type="button" data-copy="{text}">Copy</button>'


def provenance(case: Case, parameters: Mapping[str, object]) -> str:
    """Every evidence file with its rows and checksum, the library and the parameters."""
    settings = ", ".join(f"{escape(name)} = {escape(value)}" for name, value in parameters.items())
    return (
        '<table class="prov"><caption class="sr">Evidence files and their checksums</caption>'
        '<thead><tr><th scope="col">File</th><th scope="col">Rows</th><th scope="col">SHA-256</th></tr></thead>'
        f"<tbody>{''.join(_file(case, name) for name in case.files)}</tbody></table>"
        f'<p class="mut">Evidence <code class="sum256">{case.checksum}</code>. Aftermath {escape(library_version())}; {settings}. '
        "The page is made from these files alone: the same files give the same page.</p>"
    )


def _file(case: Case, name: str) -> str:
    digest = hashlib.sha256((case.folder / name).read_bytes()).hexdigest()
    stem = name.removesuffix(".csv")
    rows = f"{getattr(case, stem).height:,}" if name.endswith(".csv") else "–"
    return f'<tr><th scope="row">{name}</th><td class="num">{rows}</td><td><code title="{digest}">{digest[:_SHORT]}</code></td></tr>'


def _source(source: Mapping, references: References) -> str:
    byline = ", ".join(filter(None, (source["author"], source["publisher"], source["published"] or "no date")))
    kind = f"{vocabulary.SOURCE_KINDS[source['kind']]} · read: {vocabulary.READINGS[source['read']]}"
    uses = references.uses.get(source["source_id"], ())
    used = f" · used by {' '.join(uses)}" if uses else " · read, supports no row"
    return (
        f'<span lang="{escape(source["language"])}">{_title(source)}</span> <span class="pub">{escape(byline)}.</span> '
        f'<span class="meta">{kind}{used}{_address(source)}</span>'
    )


def _title(source: Mapping) -> str:
    title = f"“{escape(source['title'])}”" if source["title"] else '<span class="mut" lang="en">untitled copy</span>'
    if source["link"] != "yes" or not source["url"]:
        return title
    return f'<a href="{escape(source["url"])}" rel="noreferrer">{title}</a>'


def _address(source: Mapping) -> str:
    """The address as text where it must not be a link."""
    if source["link"] == "yes" or not source["url"]:
        return ""
    return f' · not linked: <span class="addr">{escape(source["url"])}</span>'
