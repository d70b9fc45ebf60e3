"""The command ``aftermath archive``: posts described, checked, and turned into what can be shared."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from aftermath.terminal import say
from aftermath.wording import counted, number

if TYPE_CHECKING:
    from aftermath.archives.description import Manifest
    from aftermath.archives.readers import Reading

T = TypeVar("T")

app = typer.Typer(
    help="Archives of posts: what they are, and what of them can be shared.",
    no_args_is_help=True,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="Name of the archive: a folder in data/archives.")]
Files = Annotated[list[Path], typer.Argument(metavar="FILES...", help="The export, as it is; packed too.")]
Format = Annotated[str | None, typer.Option(help="Found in the files if not given; see `formats`.")]
Column = Annotated[
    list[str] | None,
    typer.Option(metavar="FIELD=COLUMN", help="For tables, e.g. time=created_at; may be repeated."),
]
Zone = Annotated[str | None, typer.Option(help="Where the clock of times without zone stands, e.g. UTC.")]
Language = Annotated[str, typer.Option(help="Of posts that carry none, e.g. zh.")]
Quoting = Annotated[
    str, typer.Option(help="Of tables as text: doubled, backslash or none; found in the file if not given.")
]
MaxBad = Annotated[
    float | None,
    typer.Option(min=0, max=1, metavar="SHARE", help="Share of lines that may be bad; 0.01 if not given."),
]
Day = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], metavar="DATE")]


@app.command()
def add(
    name: Name,
    files: Files,
    title: Annotated[str, typer.Option(help="What the archive is.")] = "",
    format: Format = None,
    column: Column = None,
    zone: Zone = None,
    language: Language = "",
    quoting: Quoting = "",
    max_bad: MaxBad = None,
    retrieved: Day = None,
    since: Annotated[str, typer.Option(metavar="TIME", help="Only posts from this time on, with zone.")] = "",
    until: Annotated[str, typer.Option(metavar="TIME", help="Only posts before this time, with zone.")] = "",
    words: Annotated[str, typer.Option(help="Only posts that match this regular expression.")] = "",
    producer: str = "",
    citation: str = "",
    url: str = "",
    rights: Annotated[str, typer.Option(help="Who holds rights in the posts.")] = "",
    redistribution: Annotated[str, typer.Option(help="What of it may be passed on.")] = "",
    case: Annotated[str, typer.Option(metavar="ID", help="The case it belongs to.")] = "",
    alias: Annotated[list[str] | None, typer.Option(help="A name of the organisation; may be repeated.")] = None,
    capped: Annotated[str, typer.Option(metavar="WHY", help="Why collection stopped at a number of posts.")] = "",
    missing: Annotated[Path | None, typer.Option(help="File with ids of posts known to be gone, one a line.")] = None,
    again: Annotated[bool, typer.Option("--again", help="Replace what is there; what is not given now stays.")] = False,
) -> None:
    """Describe an archive: read its files whole, and write a manifest with their sums. They are not copied."""
    from aftermath.archives import manifest

    chosen = {field: value for field, value in (("words", words), ("since", since), ("until", until)) if value}
    readings: list[Reading] = []
    added = manifest.add(
        name,
        files,
        format=format,
        columns=_columns(column or ()),
        zone=zone,
        retrieved=retrieved.date() if retrieved else None,
        again=again,
        missing=_ids(missing),
        tell=readings.append,
        title=title,
        language=language,
        quoting=quoting,
        max_bad=max_bad,
        filter=chosen,
        producer=producer,
        citation=citation,
        url=url,
        rights=rights,
        redistribution=redistribution,
        case=case,
        aliases=tuple(alias or ()),
        capped=bool(capped),
        capped_why=capped,
    )
    say(_added(name, added, readings[0]))


def _columns(given: list[str] | tuple[str, ...]) -> dict[str, str]:
    from aftermath.archives.posts import ArchiveError

    pairs = [text.partition("=") for text in given]
    for field, equals, _ in pairs:
        if not equals:
            raise ArchiveError(f"--column {field[:60]!r}: write FIELD=COLUMN, e.g. --column time=created_at")
    return {field: column for field, _, column in pairs}


def _ids(file: Path | None) -> list[str]:
    from aftermath.archives.posts import ArchiveError

    if file is None:
        return []
    try:
        return file.read_text(encoding="utf-8-sig").split()
    except (OSError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{file.name}: ids could not be read ({error}); write one a line, in UTF-8") from error


def _added(name: str, manifest: Manifest, reading: Reading) -> str:
    from aftermath.archives.telling import span

    lines = [f"{name}: {counted(manifest.posts or 0, 'post')}, {span(manifest)}, {manifest.format}.", *reading.facts]
    lines += [f"  {line}" for line in reading.bad_lines]
    lines += [f"  and {number(more)} more lines" for more in [reading.bad - len(reading.bad_lines)] if more]
    lines += reading.remarks
    lines += (
        [f"Columns: {', '.join(f'{field}={column}' for field, column in manifest.columns.items())}"]
        if manifest.columns
        else []
    )
    if not (manifest.rights and manifest.redistribution):
        lines.append("Say who holds rights in it and what may be passed on: --rights, --redistribution (with --again).")
    return "\n".join(lines)


@app.command()
def preview(
    files: Files,
    format: Format = None,
    column: Column = None,
    zone: Zone = None,
    language: Language = "",
    quoting: Quoting = "",
    max_bad: MaxBad = None,
    retrieved: Day = None,
) -> None:
    """Show what would be read of an export, and what not and why. Nothing is written."""
    from aftermath.archives.preview import preview as look

    known = {"format": format, "columns": _columns(column or ()), "zone": zone, "language": language or None}
    known |= {"quoting": quoting or None, "max_bad": max_bad}
    say(look(files, **known, retrieved=retrieved.date() if retrieved else None).text)


@app.command(name="list")
def list_() -> None:
    """List the archives of this workspace."""
    from aftermath.archives.manifest import archive_folder, load_manifest, names
    from aftermath.archives.telling import listing

    manifests, faults = _of_each(names(), lambda name: load_manifest(archive_folder(name)))
    if manifests or not faults:
        say(listing(manifests))
    _fail(faults)


@app.command()
def describe(name: Name) -> None:
    """Tell everything that is known of an archive."""
    from aftermath.archives import telling
    from aftermath.archives.manifest import archive_folder, load_manifest

    say(telling.describe(name, load_manifest(archive_folder(name))))


@app.command()
def verify(names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...")] = None) -> None:
    """Compare the files of archives with their sums; all archives if none is named."""
    from aftermath.archives import manifest

    verified, faults = _of_each(names or manifest.names(), lambda name: manifest.verify(manifest.archive_folder(name)))
    for found in verified.values():
        say(found.text)
    _fail(faults)


def _of_each(names: Sequence[str], make: Callable[[str], T]) -> tuple[dict[str, T], list[str]]:
    """What is made of each archive, and what is wrong with those of which nothing can be made: one does not hide the others."""
    from aftermath.archives.posts import ArchiveError

    made, faults = {}, []
    for name in names:
        try:
            made[name] = make(name)
        except ArchiveError as error:
            faults.append(str(error))
    return made, faults


def _fail(faults: Sequence[str]) -> None:
    from aftermath.archives.posts import ArchiveError

    if faults:
        raise ArchiveError("\n".join(faults))


@app.command()
def formats() -> None:
    """List the formats that are read."""
    from aftermath.archives.readers import FORMATS

    say("\n".join(f"{format:12} {what}" for format, what in FORMATS.items()))


@app.command()
def features(
    name: Name,
    key: Annotated[Path | None, typer.Option(help="File with the key that authors are hashed with.")] = None,
    to: Annotated[
        Path | None, typer.Option(help="The file; build/archives/NAME/features.parquet if not given.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processors to use; all if not given.")] = None,
) -> None:
    """Score the posts of an archive: one row a post, without texts, authors as keyed hashes."""
    from aftermath.archives.features import write_features
    from aftermath.archives.keys import author_key
    from aftermath.archives.manifest import archive_folder, load_manifest, read_archive
    from aftermath.archives.telling import unscored

    folder = archive_folder(name)
    manifest = load_manifest(folder)
    secret = author_key(key)
    reading, batches = read_archive(folder)
    target = write_features(
        batches,
        to or _features_file(name),
        key=secret,
        aliases=manifest.aliases,
        language=manifest.language or None,
        workers=workers,
    )
    say(
        f"{target}\n{counted(reading.posts, 'post')} read, {number(reading.bad)} bad lines left out.\n{unscored(target)}".rstrip()
    )


@app.command()
def series(
    name: Name,
    every: Annotated[str, typer.Option(help="1h or 1d.")] = "1d",
    zone: Annotated[str, typer.Option(help="Time zone in which days begin; the manifest's, or UTC.")] = "",
    source: Annotated[Path | None, typer.Option("--from", help="The features; those in build/ if not given.")] = None,
) -> None:
    """Count and average the features by day or hour, in a file that can be shared."""
    from aftermath.archives.manifest import archive_folder, load_manifest, record_series
    from aftermath.archives.posts import ArchiveError
    from aftermath.archives.series import series as binned
    from aftermath.archives.telling import unscored
    from aftermath.workspace import find_workspace

    folder = archive_folder(name, find_workspace(to_write=True))
    manifest = load_manifest(folder)
    found = source or _features_file(name)
    if not found.is_file():
        raise ArchiveError(f"{name}: there are no features yet. Make them with `aftermath archive features {name}`.")
    zone = zone or manifest.zone or "UTC"
    table = binned(found, every, zone=zone, capped=manifest.capped)
    say(f"{record_series(folder, table, found, every=every, zone=zone)}\n{unscored(found)}".rstrip())


def _features_file(name: str) -> Path:
    from aftermath.workspace import find_workspace

    return find_workspace(to_write=True).build / "archives" / name / "features.parquet"


@app.command(name="validate-sentiment")
def validate_sentiment(
    folder: Annotated[
        Path | None, typer.Option(help="Folder with labelled archives; AFTERMATH_ARCHIVES if not given.")
    ] = None,
    most: Annotated[int | None, typer.Option(min=1, help="Texts of a set at the most.")] = None,
) -> None:
    """Score every labelled set, and print how far the scorers agree with people."""
    import os

    from aftermath.archives.description import VARIABLE
    from aftermath.archives.posts import ArchiveError
    from aftermath.archives.validation import validate_sentiment as measured

    named = os.environ.get(VARIABLE)
    if folder is None and not named:
        raise ArchiveError(f"name the folder with the labelled archives: --folder, or set {VARIABLE}")
    result = measured(folder or Path(named or "").expanduser(), most=most)
    say(f"{result.printed}\n\n{result.text}")


@app.command()
def pull(
    source: Annotated[
        str | None, typer.Argument(metavar="[SOURCE]", help="Without it, the sources are listed.")
    ] = None,
    query: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]...", help="Without it, what it takes.")
    ] = None,
    into: Annotated[Path | None, typer.Option(help="Folder for the answers as they came.")] = None,
) -> None:
    """Ask a public source, and keep its answers: complaints, recalls, page views, news, first captures of pages."""
    from aftermath import public

    if source is None or not query:
        say(public.help_text(source))
        return
    pulled = public.pull(source, public.parsed(query), into or Path(f"{source}-answers"))
    say(pulled.text)
