"""What a visit says of a page: whether it is the page, another page that says "not found" with status 200, or none."""

from __future__ import annotations

import hashlib
import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from aftermath.public.visiting import Visit

# Headings of error pages that come with status 200 ("soft 404", Bar-Yossef et al. 2004, doi:10.1145/988672.988716). Each names a page
# or a number: stories of people and aeroplanes that were not found are news.
_ERRORS = re.compile(
    r"^\W*(error\W+)?404\W*$|\b404\W+(error|not found|page)\b|"
    r"\b(page|file|article|document|content)\b( was| is)? (not found|unavailable|no longer (available|exists))|"
    r"\b(page|file|article|document)\b.{0,40}(can.?t|cannot|could not|couldn.?t) be found|"
    r"(can.?t|cannot|could not|couldn.?t) find (the|that|this|your) (page|file|article)|"
    r"\b(seite|datei)\b.{0,20}nicht gefunden|\bpage\b.{0,20}(introuvable|non trouvée)|página no encontrada|pagina non trovata|"
    r"페이지를 찾을 수 없|ページが見つかりません|[页頁]面不存在|(找不到|无法找到|未找到)\w{0,4}([页頁]面|网页)|该(内容|页面|文章|网页)已被\w{0,4}删除",
    re.IGNORECASE,
)
_KEPT_OUT = re.compile(
    r"^\W*(access (to this page has been )?denied|just a moment|attention required.*|are you (a robot|human)|robot check|安全验证)\W*$|"
    r"^.{0,20}captcha.{0,20}$|(sign|log) in to continue",
    re.IGNORECASE,
)
_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/[0-9]{1,14}[a-z_]*/")


class _Headings(HTMLParser):
    """The title and the first headings of a page."""

    def __init__(self) -> None:
        super().__init__()
        self._inside, self.texts = "", list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("title", "h1"):
            self._inside = tag
            self.texts.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._inside:
            self._inside = ""

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.texts[-1] += data


def state_of(visit: Visit, asked: str) -> tuple[str, str]:
    """The state of a page by its answer, and why.

    Parameters
    ----------
    visit
        What came.
    asked
        The address that was asked for.

    Returns
    -------
    tuple
        ``alive``, ``gone`` or ``not reached``; and the reason, empty where the page simply answers.
    """
    if visit.status in (404, 410):
        return "gone", f"answers {visit.status}"
    if visit.status != 200:
        return "not reached", f"answers {visit.status}"
    if not visit.whole:
        return "not reached", f"its answer has no end within {len(visit.body):,} bytes and the time that is waited"
    if _path(visit.address) in ("", "/") and _path(asked) not in ("", "/"):
        return "gone", "leads to the front page"
    headings = _headings(visit)
    error = next((text for text in headings if _ERRORS.search(text)), None)
    if error is not None:
        return "gone", f"answers 200 with an error page: {error[:80]!r}"
    kept_out = next((text for text in headings if _KEPT_OUT.search(text)), None)
    return ("not reached", f"keeps readers out: {kept_out[:80]!r}") if kept_out is not None else ("alive", "")


def _path(address: str) -> str:
    return urlsplit(_ARCHIVED.sub("", address)).path


def _headings(visit: Visit) -> list[str]:
    content = visit.content.lstrip()[: 1 << 20]
    if b"<" not in content[:200]:
        return []
    named = re.search(
        r"charset=[\"']?([\w-]+)", visit.headers.get("content-type", "") + content[:2000].decode("latin-1")
    )
    try:
        text = content.decode(named.group(1) if named else "utf-8", "replace")
    except LookupError:
        text = content.decode("utf-8", "replace")
    parser = _Headings()
    parser.feed(text)
    return [" ".join(heading.split()) for heading in parser.texts]


def sha256_of(visit: Visit) -> str:
    """SHA-256 of what came, transfer and content encodings undone; empty where it is not whole."""
    return hashlib.sha256(visit.content).hexdigest() if visit.whole else ""


def raw_address(archived_url: str) -> str:
    """Where an archive gives out a copy as it came; the address itself where that is not known.

    Examples
    --------
    >>> raw_address("https://web.archive.org/web/20170410053816/https://www.united.com/")
    'https://web.archive.org/web/20170410053816id_/https://www.united.com/'
    """
    return re.sub(r"^(https?://web\.archive\.org/web/[0-9]{14})/", r"\1id_/", archived_url)
