"""Zones as they stand at the end of a time: offsets, names of the zone database, and abbreviations by a stated table.

An abbreviation is no zone: CST is a clock in Chicago and one in Shanghai. Those of one meaning, as time servers, browsers
and platforms write them, are read by the table below; **those of several are settled by the zone that is given**, or
refused.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_HOURS = {  # east of Greenwich
    -10: "HST",
    -9: "AKST HDT",
    -8: "PST AKDT",
    -7: "MST PDT",
    -6: "MDT",
    -5: "EST CDT",
    -4: "EDT",
    -3: "BRT ART",
    -2: "BRST",
    0: "Z UT UTC GMT WET",
    1: "CET MEZ WEST WAT",
    2: "CEST MESZ EET SAST CAT",
    3: "EEST EAT TRT",
    4: "MSD",
    5: "PKT",
    5.75: "NPT",
    7: "WIB ICT",
    8: "SGT HKT AWST WITA PHT MYT",
    9: "JST KST WIT",
    9.5: "ACST",
    10: "AEST",
    10.5: "ACDT",
    11: "AEDT",
    12: "NZST",
    13: "NZDT",
}
_FIXED = {name: timedelta(hours=hours) for hours, names in _HOURS.items() for name in names.split()}
_BY_PLACE = {
    "MSK": ZoneInfo("Europe/Moscow")
}  # Moscow's standard time was three hours ahead, then four, then three again
_SEVERAL = {  # where the clock of that name stands, in hours
    "CST": (-6, 8),
    "IST": (5.5, 2, 1),
    "BST": (1, 6),
    "AST": (-4, 3),
    "ADT": (-3, 4),
    "GST": (4, -2),
}
_ELSEWHERE = {  # places in which an abbreviation of the first table has meant something else
    "EST": ("Australia/",),
    "EDT": ("Australia/",),
    "CDT": ("Australia/", "Asia/Shanghai", "Asia/Taipei"),
    "MST": ("Asia/Kuala_Lumpur", "Asia/Kuching", "Asia/Singapore", "Asia/Yangon"),
}
_OFFSET = re.compile(r"(?:UTC|GMT|UT|Z)? ?([+-])(\d{1,2})(?::?(\d{2}))?")
ABBREVIATIONS = tuple(sorted({*_FIXED, *_BY_PLACE, *_SEVERAL}))


_IN_NAME = re.compile(
    r"(?:^|[\s_(\[/-])(UTC|GMT|[ECMP][SD]?T|CEST|CET|MSK|JST|KST|HKT|SGT)[)\]]?$|^(UTC|GMT)[\s_]", re.IGNORECASE
)
_OF_COUNTRY = {
    "UTC": "UTC",
    "GMT": "UTC",
    "ET": "America/New_York",
    "CT": "America/Chicago",
    "MT": "America/Denver",
    "PT": "America/Los_Angeles",
}


class SeveralClocks(ValueError):
    """An abbreviation of several meanings, which the given zone does not settle."""


@lru_cache(maxsize=1024)
def clock_of(name: str, given: str | None) -> timedelta | ZoneInfo | None:
    """What a zone at the end of a time means.

    Parameters
    ----------
    name
        ``EST``, ``+0100``, ``UTC+8``, ``America/New_York``.
    given
        The zone of times that carry none, which settles abbreviations of several meanings.

    Returns
    -------
    timedelta, ZoneInfo or None
        How far it is ahead of UTC; None where the name is not known.

    Raises
    ------
    SeveralClocks
        If it can mean several, and the given zone does not say which.

    Examples
    --------
    >>> [str(clock_of(name, None)) for name in ("EST", "UTC+8", "-0330")]
    ['-1 day, 19:00:00', '8:00:00', '-1 day, 20:30:00']
    >>> str(clock_of("CST", "Asia/Shanghai")), str(clock_of("CST", "America/Chicago"))
    ('8:00:00', '-1 day, 18:00:00')
    """
    if (found := _OFFSET.fullmatch(name.upper().replace("\u2212", "-"))) is not None:
        sign, hours, minutes = found.groups()
        offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
        sound = offset <= timedelta(hours=14) and int(minutes or 0) < 60
        return (offset if sign == "+" else -offset) if sound else None
    if "/" in name:
        return _place(name)
    name = name.upper()
    if name in _BY_PLACE:
        return _BY_PLACE[name]
    own = _names_in(given).get(name, set()) if given else set()
    if len(own) == 1:
        return next(iter(own))
    if name in _SEVERAL:
        offsets = set().union(*_names_in(given).values()) if given else set()
        fitting = [hours for hours in _SEVERAL[name] if timedelta(hours=hours) in offsets]
        if len(fitting) != 1:
            raise SeveralClocks(name)
        return timedelta(hours=fitting[0])
    if given and given.startswith(_ELSEWHERE.get(name, ())):
        raise SeveralClocks(name)
    return _FIXED.get(name)


def zone_in_name(column: str) -> str:
    """The zone that the name of a column says its times are in; empty where it says none.

    Parameters
    ----------
    column
        As it stands in the header.

    Examples
    --------
    >>> [zone_in_name(column) for column in ("Date (UTC)", "created_utc", "Timestamp (ET)", "date_est", "tweet")]
    ['UTC', 'UTC', 'ET', 'EST', '']
    """
    found = _IN_NAME.search(column.strip())
    return (found[1] or found[2]).upper() if found else ""


def place_of(said: str, given: str | None) -> str | None:
    """The zone of times in a column whose name says one.

    Parameters
    ----------
    said
        From ``zone_in_name``.
    given
        What whoever adds the archive says.

    Returns
    -------
    str or None
        The one that is given, where it is or may be the same; None where none is given and the name does not settle it: clocks
        change, and whoever calls a column after EST may not have thought of summer.

    Raises
    ------
    ValueError
        If they contradict each other.

    Examples
    --------
    >>> place_of("UTC", None), place_of("EST", "America/New_York"), place_of("EST", None)
    ('UTC', 'America/New_York', None)
    """
    if given is None:
        return _OF_COUNTRY.get(said)
    known = set(_names_in(given))
    meant = {"UTC", "GMT"} if said in ("UTC", "GMT") else {said, f"{said[0]}ST"} if len(said) == 2 else {said}
    if known & meant:
        return given
    raise ValueError(said)


def _place(name: str) -> ZoneInfo | None:
    """A zone of the database, however it is capitalised."""
    tidy = "/".join("_".join(part.capitalize() for part in piece.split("_")) for piece in name.split("/"))
    for spelling in (name, tidy):
        try:
            return ZoneInfo(spelling)
        except (ValueError, OSError, LookupError):
            continue
    return None


@lru_cache(maxsize=64)
def _names_in(zone: str) -> dict[str, set[timedelta]]:
    """Abbreviations that a zone has had since 1990, with how far they were ahead of UTC."""
    place, names = ZoneInfo(zone), {}
    for year in range(1990, 2038):
        for month in (1, 7):
            moment = datetime(year, month, 1, tzinfo=place)
            offset = moment.utcoffset()
            if offset is not None:
                names.setdefault(moment.tzname() or "", set()).add(offset)
    return names
