"""Answers of public sources: the documented shapes, with invented figures; and a query for each."""

from __future__ import annotations

KEY = "k3y-of-nobody"


def views(*days: tuple[str, int]) -> dict:
    common = {"project": "en.wikipedia", "article": "Acme_Corporation", "granularity": "daily"}
    return {
        "items": [{**common, "timestamp": day, "access": "all-access", "agent": "user", "views": n} for day, n in days]
    }


def timeline(series: str, *points: dict) -> dict:
    return {"query_details": {"title": "acme"}, "timeline": [{"series": series, "data": list(points)}]}


def captured(*rows: list[str], more: str = "") -> list:
    return [["timestamp", "statuscode", "digest"], *rows, *([[], [more]] if more else [])]


def complaint(number: int, filed: str | None, **harm: object) -> dict:
    unharmed = {"crash": False, "fire": False, "numberOfInjuries": 0, "numberOfDeaths": 0}
    return {"odiNumber": number, "dateComplaintFiled": filed, "summary": "IT STALLED.", **unharmed, **harm}


def complaints(*found: dict) -> dict:
    return {"count": len(found), "message": "Results returned successfully", "results": list(found)}


def recalls(*found: tuple[str, str]) -> dict:
    listed = [{"NHTSACampaignNumber": number, "ReportReceivedDate": day, "Summary": "..."} for number, day in found]
    return {"Count": len(listed), "Message": "Results returned successfully", "results": listed}


def stories(*days: tuple[str, int, int]) -> dict:
    counts = [{"date": day, "count": n, "total_count": of, "ratio": n / of if of else 0} for day, n, of in days]
    return {"count_over_time": {"counts": counts, "total": 3}}


# as RFC 7089 prints it in Figure 28, without the licences of the last links; its "until" is before the last of them there, too
TIMEMAP = """<http://a.example.org>;rel="original",
 <http://arxiv.example.net/timemap/http://a.example.org>
   ; rel="self";type="application/link-format"
   ; from="Tue, 20 Jun 2000 18:02:59 GMT"
   ; until="Wed, 09 Apr 2008 20:30:51 GMT",
 <http://arxiv.example.net/timegate/http://a.example.org>
   ; rel="timegate",
 <http://arxiv.example.net/web/20000620180259/http://a.example.org>
   ; rel="first memento";datetime="Tue, 20 Jun 2000 18:02:59 GMT"
   ; license="http://creativecommons.org/publicdomain/zero/1.0/",
 <http://arxiv.example.net/web/20091027204954/http://a.example.org>
    ; rel="last memento";datetime="Tue, 27 Oct 2009 20:49:54 GMT",
 <http://arxiv.example.net/web/20000621011731/http://a.example.org>
   ; rel="memento";datetime="Wed, 21 Jun 2000 01:17:31 GMT",
 <http://arxiv.example.net/web/20000621044156/http://a.example.org>
   ; rel="memento";datetime="Wed, 21 Jun 2000 04:41:56 GMT"
"""
DAYS = {"start": "2017-04-09", "end": "2017-04-20"}
QUERIES = {
    "wikipedia": {"article": "Acme Corporation", **DAYS},
    "gdelt": {"query": '"acme" sourcelang:english', **DAYS},
    "wayback": {"url": "https://www.example.org/statement?id=1&x=é"},
    "memento": {"url": "http://a.example.org"},
    "mediacloud": {"query": "acme AND recall", "collection": "34412234", **DAYS},
    "nhtsa-complaints": {"make": "ACME", "model": "ROAD RUNNER", "years": "2005"},
    "nhtsa-recalls": {"make": "ACME", "model": "ROAD RUNNER", "years": "2005"},
}
ANSWERS = {
    "wikipedia": views(("2017040900", 100), ("2017041000", 2500)),
    "gdelt": timeline(
        "Article Count",
        {"date": "20170409T000000Z", "value": 2, "norm": 100},
        {"date": "20170410T000000Z", "value": 30, "norm": 110},
    ),
    "wayback": captured(
        ["20170410083000", "404", "AAA"], ["20170410091500", "200", "BBB"], ["20170412000000", "-", "C"]
    ),
    "memento": TIMEMAP,
    "mediacloud": stories(("2017-04-09", 1, 900), ("2017-04-10", 40, 1000)),
    "nhtsa-complaints": complaints(
        complaint(1, "12/18/2017", crash=True, numberOfInjuries=2),
        complaint(2, "12/18/2017"),
        complaint(3, "01/02/2018", fire=True, numberOfDeaths=1),
    ),
    "nhtsa-recalls": recalls(("14V047000", "07/02/2014"), ("14V171000", "28/03/2014")),
}
