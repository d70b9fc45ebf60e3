"""Dates and times as people and exports write them, taken apart: day, time of day, zone.

Names of months and days are in ``date_names``; Chinese, Japanese and Korean write months as numbers. **The order of day and
month is read from the form, never guessed**: with a name, or a year in front, it is plain; dates with points have the day
first in every locale of the Unicode Common Locale Data Repository (release 45); 03/04/2024 and 03-04-2024 are given back in
both readings.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce

import polars as pl

from aftermath.archives.readers.date_names import DAYS, MONTH_OF, OF_TWO_MONTHS

# what is written otherwise but means the same, in the order in which it is replaced
_SAME_ABROAD = (
    (r"[\s\u00a0\u202f\u2009\u3000]+", " "),
    (r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日号일]", "$1-$2-$3 "),
    (
        r"[(（]?(?:星期|周|週|礼拜)[一二三四五六日天][)）]?|[(（]?[月火水木金土日]曜日?[)）]?|[(（]?[월화수목금토일]요일[)）]?",
        " ",
    ),
    (r"[(（][月火水木金土日월화수목금토일][)）]", " "),
    (r"(\d[时時点點시] ?)(\d[分분])", "${1}0$2"),
    (r"([分분] ?)(\d[秒초])", "${1}0$2"),
    (r"(\d{1,2})[时時点點시] ?(\d{2})[分분]?(?: ?(\d{2})[秒초])?", "$1:$2:$3"),
    (r"(\d{1,2})[时時点點시]( |$)", "$1:00$2"),
    (r"(?:上午|午前|오전) ?(\d{1,2}:[\d:]+)", "$1 am"),
    (r"(?:下午|午後|오후) ?(\d{1,2}:[\d:]+)", "$1 pm"),
    (r"(\d{1,2}:\d{2}):( |$)", "$1$2"),
    (r"\b(?:thứ \p{L}+|chủ nhật|ngày)\b,? ?", ""),
    (r"(\d) ?(?:г\.|года|р\.|року)(,? |,?$)", "$1$2"),
)
_SAME = (
    (r"\b([ap])\. ?m\.?", "${1}m"),
    (r"\b(segunda|terça|quarta|quinta|sexta)-feira\b", "$1"),
    (r"(\d{1,2}) h (\d{2})\b", "$1:$2"),
    (r"(\d{4}),? (?:pazartesi|salı|çarşamba|perşembe|cuma|cumartesi|pazar)\b", "$1"),
    (r"(\d{1,2}) (?:tháng|thg) (\d{1,2}),? ?(?:năm )?(\d{4})", "$3-$2-$1"),
    (r"(\d) ?(?:uhr|\. ?gada)(,? |,?$)", "$1$2"),
    (r"^(\d{4})(\d{2})(\d{2})[t ](\d{2}):?(\d{2})(?::?(\d{2}))?", "$1-$2-$3 $4:$5:$6"),
    (r"(\d{1,2}:\d{2}):( ?[z+-]| |$)", "$1$2"),
    # a time of day that comes first
    (r"^(?:(?:lúc|um|at|à|в) )?(\d{1,2}[:h]\d{2}(?::\d{2})?(?: ?[ap]m)?)(?: ?[,·–-])? (.*\d.*)$", "$2 $1"),
    (r"\s\s+", " "),
)
_VIETNAMESE = "một hai ba tư năm sáu bảy tám chín mười;mười một;mười hai".replace(" ", ";", 9).split(";")
_OTHER_DIGITS = {chr(first + n): str(n) for first in (0xFF10, 0x660, 0x6F0, 0x966) for n in range(10)}
_ALIKE = _OTHER_DIGITS | {"：": ":", "，": ",", "／": "/", "\u2212": "-", **dict.fromkeys("\u200e\u200f\u0307", "")}

_WEEKDAY = r"^(?:(?:le|el|il|den|dem) )?(?:(?P<weekday>\p{L}{2,})\.?,? )?(?:(?:le|den|dem) )?"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?:[:h.](?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<part>\d{1,9}))?)?)?"
    r"(?: ?(?P<half>am|pm)\b)?"
)
_ANY_ZONE = r"z|(?:utc|gmt|ut)? ?[+-]\d{1,2}(?::?\d{2})?|\p{L}{2,5}|[a-z]+(?:/[a-z0-9_+-]+)+"
_ZONE = rf"(?P<zone>{_ANY_ZONE})"
# what stands in brackets after a zone explains it; alone, it is the zone
_ZONE_AFTER = (
    rf"(?: ?(?:{_ZONE}(?: ?\[[a-z0-9_/+-]+\])?(?: ?\([\p{{L}} ]+\))?|[(\[](?P<in_brackets>{_ANY_ZONE})[)\]]))?$"
)
_BETWEEN = r"(?:t|:|,? ?(?:at|um|à|às|as|a las|alle(?: ore)?|ore|om|klo|kl\.?|o|godz\.?|saat|pukul|в|о|об|plkst\.?|lúc|[–·|]| - |,)? ?)"
_REST = rf"(?:{_BETWEEN}{_CLOCK})?{_ZONE_AFTER}"
_NTH = r"(?:st|nd|rd|th|er|º|ª|\.)?"
_DAY = (
    r"(?P<year>\d{4})(?:-|/|\. ?)(?P<month>\d{1,2})(?:-|/|\. ?)(?P<day>\d{1,2})\.?",
    rf"(?P<day>\d{{1,2}}){_NTH}[ /-]?(?:de |of )?(?P<word>\p{{L}}+)\.?[ ,/-]*(?:del? )?(?P<year>\d{{4}})\.?",
    rf"(?P<word>\p{{L}}+)\.?[ -]?(?P<day>\d{{1,2}}){_NTH}[ ,-]+(?P<year>\d{{4}})",
    r"(?P<first>\d{1,2})(?:/(?P<by_stroke>\d{1,2})/|-(?P<by_dash>\d{1,2})-|\. ?(?P<month>\d{1,2})\. ?)(?P<year>\d{4})",
    r"(?P<year>\d{4})\.?[ /-](?P<word>\p{L}+)\.?[ /-](?P<day>\d{1,2})\.?",
    rf"(?P<year>\d{{4}})\.? (?P<day>\d{{1,2}}){_NTH} (?P<word>\p{{L}}+)",
)
_FORMS = (
    *(_WEEKDAY + day + _REST for day in _DAY),
    _WEEKDAY + rf"(?P<word>\p{{L}}+)\.? (?P<day>\d{{1,2}}),? {_CLOCK}(?: ?{_ZONE})? (?P<year>\d{{4}})$",
)
_PARTS = ("weekday year month day word first by_stroke by_dash hour minute second part half zone in_brackets").split()

_WHY = {  # why a time cannot be read, by its form
    rf"\b(?:{'|'.join(OF_TWO_MONTHS)})\b": (
        "whose month is another in Polish or Czech than in Croatian; write the months as numbers, or export the posts in English"
    ),
    r"\bago\b|yesterday|today|\bnow\b|前$|昨天|前天|今天|昨日|今日|刚刚|剛剛|^vor \d|gestern|heute|^il y a|^hier\b|aujourd"
    r"|^hace\b|^ayer\b|^hoy\b|^há \d|^ontem|^hoje|\bfa$|^ieri\b|^oggi|\btemu$|^wczoraj|^dzi(?:ś|siaj)|geleden$|^gisteren|^vandaag"
    r"|\bönce$|^dün\b|^bugün|\bsedan$|^i ?går|^i ?dag\b|назад|вчера|сегодня|^pirms\b|vakar|šodien|trước|hôm (?:qua|nay)"
    r"|전$|^어제|^오늘"
    r"|^\d+ ?(?:s|m|h|d|w|y|mo|sec|secs|min|mins|hr|hrs|seconds?|minutes?|hours?|days?|weeks?|months?|years?)\.?$": (
        "which says how long before the export it was and not when"
    ),
    r"^(?:\d{1,2}[-/.]\d{1,2}\.?|\d{1,2}月\d{1,2}[日号]|\d{1,2}\.? ?(?:de )?\p{L}{3,}\.?|\p{L}{3,}\.? \d{1,2})"
    r"(?:,? ?(?:\p{L}+ )?\d{1,2}:\d{2}.*)?$": "which has no year",
    r"^\d{1,2}:\d{2}(?::\d{2})?(?: ?[ap]m)?$": "which has no day",
    r"^[1-6]\d{4}(?:[.,]\d+)?$": (
        "which is the number of a day as spreadsheets keep it; give that column the form of a date there and export it anew"
    ),
    r"^(?:\p{L}+\.?,? )?\d{1,2}[-/. ](?:\d{1,2}|\p{L}+\.?)[-/. ,]+\d{2}(?:[ ,].*)?$": (
        "whose year has two digits, so that its order is open; say its form, e.g. --column time_format=%m/%d/%y"
    ),
    r"^\d[.,]\d{0,5}e\+?\d+$": "which a spreadsheet has rounded",
}


def plain(text: pl.Series) -> pl.Series:
    """Times in small letters, with ASCII digits and single spaces, and what means the same written in the same way."""
    text = text.str.to_lowercase()
    if text.str.contains(r"[^\x00-\x7f]").any():
        text = text.str.replace_many(list(_ALIKE), list(_ALIKE.values()))
        for n, name in reversed([*enumerate(_VIETNAMESE, 1)]):
            text = text.str.replace(rf"\btháng {name}\b", f"tháng {n}")
        text = reduce(lambda so_far, same: so_far.str.replace_all(*same), _SAME_ABROAD, text)
    return reduce(lambda so_far, same: so_far.str.replace_all(*same), _SAME, text).str.strip_chars()


def taken_apart(text: pl.Series) -> pl.DataFrame:
    """What times say, a row each.

    Parameters
    ----------
    text
        From ``plain``.

    Returns
    -------
    polars.DataFrame
        ``local`` (the date and the time of day; midnight where there is none), ``month_first`` (the same in the other order
        of day and month, where the form leaves it open), ``zone`` (as it stands there), ``timed`` (whether there is a time
        of day), ``open`` (whether the form leaves the order open). Null where a time is in none of the forms.

    Examples
    --------
    >>> times = ["Sat, 04 Mar 2023 09:00:00 GMT", "March 4, 2024 at 9:05 PM", "2024年3月4日 09:30", "03/04/2024"]
    >>> for row in taken_apart(plain(pl.Series(times))).rows():
    ...     print(*row)
    2023-03-04 09:00:00 None gmt True False
    2024-03-04 21:05:00 None None True False
    2024-03-04 09:30:00 None None True False
    2024-04-03 00:00:00 2024-03-04 00:00:00 None False True
    """
    parts = pl.DataFrame({part: pl.Series([None] * len(text), dtype=pl.String) for part in _PARTS})
    for form in _FORMS:
        rows = parts["year"].is_null().arg_true()
        if not len(rows):
            break
        fields = text[rows].str.extract_groups(form).struct.unnest()
        words = (
            _known(part, names) for part, names in (("weekday", DAYS), ("word", MONTH_OF)) if part in fields.columns
        )
        fitting = fields.select(pl.all_horizontal(pl.col("year").is_not_null(), *words)).to_series()
        if fitting.any():
            found, at = fields.filter(fitting), rows.filter(fitting)
            parts = parts.with_columns(parts[name].scatter(at, found[name]) for name in found.columns)
    return parts.select(*_read())


def why_unreadable(text: pl.Series) -> pl.Series:
    """Why times cannot be read, where their form says it; null elsewhere.

    Parameters
    ----------
    text
        From ``plain``.
    """
    written = pl.col("text")
    reasons = [pl.when(written.str.contains(form)).then(pl.lit(why)) for form, why in _WHY.items()]
    return pl.DataFrame({"text": text}).select(pl.coalesce(reasons)).to_series()


def joined(days: pl.Series, clocks: pl.Series, zones: pl.Series | None = None) -> pl.Series:
    """Days and times of day that stand in two columns as one, and the zone where that is a third.

    Parameters
    ----------
    days, clocks, zones
        Text, or what a typed file holds. A day with a time of day of its own keeps it if both agree, or the clock's column is
        empty; **where they differ, the two are put one after the other, which no form reads**.

    Examples
    --------
    >>> days = pl.Series(["2024-03-04", "04-Mar-2024 09:00AM", "2024-03-04 00:00:00", "2024-03-04"])
    >>> joined(days, pl.Series(["09:37", "09:00 AM", "10:14", None])).to_list()
    ['2024-03-04 09:37', '04-Mar-2024 09:00AM', '2024-03-04 10:14', '2024-03-04']
    """
    clock = r"[ T]*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?$"
    table = pl.DataFrame([days.cast(pl.String).alias("day"), clocks.cast(pl.String).alias("clock")])
    table = table.with_columns(pl.all().str.strip_chars()).with_columns(
        bare=pl.col("day").str.replace(r"[ T]+(?:00:00(?::00(?:\.0+)?)?|12:00(?::00)? ?[Aa][Mm])$", "")
    )
    same = [
        pl.col(name).str.extract(f"({clock})").str.to_uppercase().str.replace_all("[ T]", "").str.replace("^0", "")
        for name in ("day", "clock")
    ]
    zone = pl.lit("") if zones is None else pl.lit(" " + zones.cast(pl.String).str.strip_chars()).fill_null("")
    whole = (
        pl.when(pl.col("clock").is_null() | (pl.col("clock") == "") | (same[0] == same[1]).fill_null(False))
        .then("day")
        .otherwise(pl.col("bare") + " " + pl.col("clock"))
    )
    return table.select((whole + zone).alias(days.name)).to_series()


def _known(part: str, names: Collection[str]) -> pl.Expr:
    return pl.col(part).is_null() | pl.col(part).is_in(list(names))


def _read() -> tuple[pl.Expr, ...]:
    """Parts as times."""
    named = pl.col("word").replace_strict(MONTH_OF, default=None, return_dtype=pl.Int8).cast(pl.String)
    other = pl.coalesce("by_stroke", "by_dash")
    day, month = pl.coalesce("day", "first"), pl.coalesce("month", named, other)
    timed = pl.col("hour").is_not_null()
    # an hour alone is one of twelve
    sound = pl.col("hour").is_null() | pl.col("minute").is_not_null() | pl.col("half").is_not_null()
    hour, after = pl.col("hour").cast(pl.Int8, strict=False), pl.col("half") == "pm"
    hour = (
        pl.when(pl.col("half").is_null() | (after & (hour > 12)))
        .then(hour)
        .when(hour <= 12)
        .then(hour % 12 + pl.when(after).then(12).otherwise(0))
    )
    clock = pl.concat_str(
        pl.when(timed).then(hour.cast(pl.String).str.zfill(2)).otherwise(pl.lit("00")),
        pl.col("minute").fill_null("00"),
        pl.col("second").fill_null("00") + "." + pl.col("part").fill_null("0"),
        separator=":",
    )

    def local(month: pl.Expr, day: pl.Expr) -> pl.Expr:
        written = pl.concat_str("year", month.str.zfill(2), day.str.zfill(2), separator="-") + "T" + clock
        return pl.when(sound).then(written.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f", strict=False, time_unit="us"))

    month_first = pl.when(other.is_not_null()).then(local(pl.col("first"), other))
    return (
        local(month, day).alias("local"),
        month_first.alias("month_first"),
        pl.coalesce("zone", "in_brackets").alias("zone"),
        timed.alias("timed"),
        other.is_not_null().alias("open"),
    )
