"""Cases whose sources are looked up, what archives answer of them, and files of web archives made by warcio."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from aftermath.case_files.case import Case, load_case
from factories import case_folder, rows, workspace
from recorded import captured
from replaying import Reply, says

PAGE = b"<html><head><title>We are sorry</title></head><body><h1>We are sorry</h1></body></html>"
ERROR = b"<html><head><title>Page not found</title></head><body>Try our search.</body></html>"


def source(source_id: str, url: str | None = "", **columns: str) -> dict[str, str]:
    """A row of sources; its address is one of its own unless it is given, and None for none."""
    sound = {
        "source_id": source_id,
        "title": source_id,
        "publisher": "The Paper",
        "url": f"https://example.org/{source_id}" if url == "" else url or "",
        "link": "yes" if url is not None else "no",
        "kind": "news",
        "language": "en",
        "read": "full",
        "read_on": "2020-02-01",
    }
    return sound | columns


def captured_case(root: Path, *sources: dict[str, str], **given: object) -> Case:
    """A case in a folder with these sources; its one event rests on ``paper-2020``, which is among them unless it is given."""
    tables = rows(**given)
    own = [row for row in sources if row["source_id"] == "paper-2020"]
    tables["sources"] = [*([] if own else [source("paper-2020", None)]), *sources]
    case_folder(root, tables=tables)
    return load_case("small-case", workspace(root))


def cdx(*captures: tuple[str, str, bytes]) -> Reply:
    """What the index of the Wayback Machine answers: timestamp, status and what was captured."""
    return says(captured(*([moment, status, sha1(body)] for moment, status, body in captures)))


def sha1(body: bytes) -> str:
    """As indexes have it."""
    return base64.b32encode(hashlib.sha1(body).digest()).decode()  # noqa: S324


def page(body: bytes = PAGE, *, status: int = 200, **headers: str) -> Reply:
    """A page as a server gives it out."""
    return says(body, status=status, **{"content_type": "text/html", **headers})


class Writer(WARCWriter):
    """warcio's, without the temporary files that it leaves open."""

    _create_temp_file = staticmethod(io.BytesIO)


def warc(*pages: tuple[str, str, bytes], packed: bool = True, status: str = "200 OK") -> bytes:
    """A WARC with a response for each address, moment and content."""
    out = io.BytesIO()
    writer = Writer(out, gzip=packed)
    for url, moment, body in pages:
        headers = StatusAndHeaders(status, [("Content-Type", "text/html")], protocol="HTTP/1.1")
        named = {"WARC-Date": moment}
        record = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=headers, warc_headers_dict=named
        )
        writer.write_record(record)
    return out.getvalue()


def wacz(files: Mapping[str, bytes], *, digests: Mapping[str, str] = {}, unnamed: Iterable[str] = ()) -> bytes:
    """A WACZ with a manifest that names the files, but for those left unnamed, with their digests or those given."""
    named = [name for name in files if name not in unnamed]
    resources = [
        {
            "name": Path(name).name,
            "path": name,
            "hash": digests.get(name) or f"sha256:{hashlib.sha256(files[name]).hexdigest()}",
            "bytes": len(files[name]),
        }
        for name in named
    ]
    package = json.dumps({"profile": "data-package", "wacz_version": "1.1.1", "resources": resources}).encode()
    said = digests.get("datapackage.json") or f"sha256:{hashlib.sha256(package).hexdigest()}"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        for name, body in files.items():
            packed.writestr(name, body)
        packed.writestr("datapackage.json", package)
        packed.writestr("datapackage-digest.json", json.dumps({"path": "datapackage.json", "hash": said}))
    return out.getvalue()
