"""One hand for every number and time that a reader sees.

Ranges have an en dash, units a no-break space, negative numbers a true minus. Nothing here rounds a
number that is calculated with: wording is the last step.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from aftermath import vocabulary
from aftermath.times import DAY, HOUR, MINUTE, MONTH, YEAR, Latency, Span

NO_BREAK = "\u00a0"
MINUS = "\u2212"
DASH = "\u2013"

RESOLUTION = 1.0  # seconds: a day ends at 23:59:59 and the next begins a second later

_MOST_PLACES = 6
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Z])(?<!\b(?:Mr|Dr|Ms|St|No|vs|Co))(?<!\b(?:Inc|Mrs))[.!?][”\"’)]*\s+(?=[^a-z\s])|(?<=[。！？])"
)

# What columns of tables are called where their names, with spaces, would not say it. A unit stands in parentheses.
_COLUMNS = {
    "abnormal": "Abnormal return (log)",
    "ac": "Gwet’s AC",
    "ac_error": "Gwet’s AC, standard error",
    "acts": "What was done",
    "adjusted_close": "Close, adjusted for splits and dividends",
    "advice_id": "Advice, id",
    "agrees": "Agrees within the tolerance",
    "alpha": "Krippendorff’s α",
    "band": "Share without an answer yet, band (0 to 1)",
    "best_earliest": "Likeliest reading, earliest",
    "best_latest": "Likeliest reading, latest",
    "by_clock": "After clock zero, by clock times alone",
    "candidates": "Events that may be the first",
    "certainty": "How it is known",
    "channel": "Where it was done",
    "cumulative": "Cumulative abnormal return (log)",
    "days_as_large": "Ordinary days as large (count)",
    "doc_id": "Text",
    "empathy": "Empathy (0 to 100)",
    "expected": "Expected return (log)",
    "half_life": "Half-life",
    "imbalance": "Coefficient of imbalance (−1 to +1)",
    "least_tau_b": "Least τ-b that the intervals allow",
    "greatest_tau_b": "Greatest τ-b that the intervals allow",
    "lower": "Lower end",
    "most_influential": "Case that moves it most",
    "n_of_definition": "Values of this definition (count)",
    "not_yet": "Share without an answer yet (0 to 1)",
    "open": "Width of what is open",
    "own_clock": "Clock set by the organisation or a regulator",
    "possible": "Share without an answer yet, what remains possible (0 to 1)",
    "read": "How much was read",
    "return": "Return (log)",
    "row": "Row in the file",
    "share": "Share (0 to 1)",
    "shared_items": "Items that score the same act",
    "share_negative": "Share of negative posts (0 to 1)",
    "share_positive": "Share of positive posts (0 to 1)",
    "smallest_p": "Smallest p possible",
    "tau_b": "Kendall’s τ-b",
    "transparency": "Transparency (0 to 100)",
    "upper": "Upper end",
    "url": "Address",
    "volume": "Posts (count)",
    "why": "Reason",
    "with_next_day": "Abnormal return with the next day (log)",
    **{letter: letter for letter in ("n", "p", "t")},
    **{name: label for name, (label, _, _) in vocabulary.STEPS.items()},
    **{name: f"{label} (−2 to +2)" for name, label in vocabulary.STANCES.items()},
    **{
        f"favourability_{which}{end}": f"Favourability, {which} phase (−2 to +2)"
        for which in ("first", "last")
        for end in ("", "_phase")
    },
}
# How names of columns end, and what is said of the rest.
_COLUMN_ENDS = {
    "_seconds": " (s)",
    "_days": " (days)",
    "_per_week": " (per week)",
    "_lower": ", lower end",
    "_upper": ", upper end",
    "_by_clock": ", by clock times alone",
    "_certainty": ", how it is known",
    "_events": ", events",
    "_items": ", items that apply (count)",
    "_not_coded": ", items not coded (count)",
    "_units": ", units (count)",
    "_alpha": ", α",
    "_ac2": ", AC2",
    "_publishers": ", publishers (count)",
    "_reason": ", why not measured",
    "_share": " (share, 0 to 1)",
    "_id": "",
    "_ids": "s",
    "_n": ", n",
}
_BOUNDS = ("_lower", "_upper")  # of one unit with what they bound
_WORDS = "no one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split()


def number(value: float, digits: int = 0, *, sign: bool = False) -> str:
    """A number with thousands separated by commas and a true minus.

    Examples
    --------
    >>> number(778562), number(-0.5, 2), number(0.083, 2, sign=True)
    ('778,562', '−0.50', '+0.08')
    """
    text = f"{value:{'+' if sign else ''},.{digits}f}"
    if not any(digit in text for digit in "123456789"):
        text = text.lstrip("+-")  # a rounded zero has no sign
    return text.replace("-", MINUS)


def probability(p: float) -> str:
    """A probability: three decimals; where these would be zeros, its first figure, from a millionth down as a power of ten.

    Examples
    --------
    >>> probability(0.3247), probability(0.00005), probability(4.8e-14).replace(NO_BREAK, " ")
    ('0.325', '0.00005', '5 × 10⁻¹⁴')
    """
    if p >= 0.001 or p == 0:
        return number(p, 3)
    figure, power = f"{p:.0e}".split("e-")
    places = int(power)
    if places <= _MOST_PLACES:
        return number(p, places)
    return f"{figure}{NO_BREAK}×{NO_BREAK}10⁻{str(places).translate(_RAISED)}"


def interval(lower: float, upper: float, digits: int = 0, *, sign: bool = False) -> str:
    """``[lower–upper]``, or with "to" where a sign would be mistaken for the dash.

    Examples
    --------
    >>> interval(67, 72), interval(-0.19, 0.38, 2, sign=True)
    ('[67–72]', '[−0.19 to +0.38]')
    """
    ends = number(lower, digits, sign=sign), number(upper, digits, sign=sign)
    return f"[{ends[0]} to {ends[1]}]" if sign or lower < 0 else f"[{ends[0]}{DASH}{ends[1]}]"


def counted(n: int, noun: str, plural: str | None = None) -> str:
    """A count with its noun.

    Examples
    --------
    >>> counted(1, "text").replace(NO_BREAK, " "), counted(1200, "text").replace(NO_BREAK, " ")
    ('1 text', '1,200 texts')
    """
    return f"{number(n)}{NO_BREAK}{noun if n == 1 else plural or noun + 's'}"


def in_words(n: int) -> str:
    """A small count as a word, a large one as a number.

    Examples
    --------
    >>> in_words(0), in_words(3), in_words(120)
    ('no', 'three', '120')
    """
    return _WORDS[n] if n < len(_WORDS) else number(n)


def listed(parts: Sequence[str], word: str = "and") -> str:
    """Parts joined as in a sentence.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"])
    ('a', 'a, b and c')
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else ""


def sentences(text: str) -> list[str]:
    """A text cut into its sentences; a full stop after an initial or a title ends none.

    Examples
    --------
    >>> sentences("Dr. E. Example wrote at 5 p.m. yesterday. It was short! Was it?")
    ['Dr. E. Example wrote at 5 p.m. yesterday.', 'It was short!', 'Was it?']
    """
    text = " ".join(text.split())
    ends = [0, *(end.end() for end in _SENTENCE_END.finditer(text)), len(text)]
    parts = (text[start:end].strip() for start, end in pairwise(ends))
    return [part for part in parts if part]


def _duration(seconds: float) -> tuple[str, str]:
    """The figure and the unit of a duration; the unit is empty where it stands inside the figure."""
    if seconds < 2 * MINUTE - 30:
        return (f"{seconds:.0f}", "s") if seconds < 90 else (f"{seconds / MINUTE:.0f}", "min")
    minutes = round(seconds / MINUTE)
    if minutes <= 90:
        return f"{minutes}", "min"
    if minutes < 10 * 60:
        hours, rest = divmod(minutes, 60)
        return (f"{hours}{NO_BREAK}h{NO_BREAK}{rest}{NO_BREAK}min", "") if rest else (f"{hours}", "h")
    for unit, length, limit in (("h", HOUR, 47.5), ("day", DAY, 59.5), ("month", MONTH, 23.5)):
        count = round(seconds / length)
        if seconds / length < limit:
            return f"{count}", unit if unit == "h" or count == 1 else unit + "s"
    return number(round(seconds / YEAR)), "years"


def duration(seconds: float) -> str:
    """A duration of at least 0 seconds, no finer than a reader needs.

    Examples
    --------
    >>> [duration(s).replace(NO_BREAK, " ") for s in (59, 535, 8848, 93000, 1e6, 1e7, 1e8)]
    ['59 s', '9 min', '2 h 27 min', '26 h', '12 days', '4 months', '3 years']
    """
    return NO_BREAK.join(filter(None, _duration(seconds)))


def exact_duration(seconds: float) -> str:
    """A duration to the second, for where the rounded one hides what matters.

    Examples
    --------
    >>> exact_duration(476).replace(NO_BREAK, " "), exact_duration(8848).replace(NO_BREAK, " ")
    ('7 min 56 s', '2 h 27 min 28 s')
    """
    rest, parts = round(seconds), []
    for unit, length in (("days", DAY), ("h", HOUR), ("min", MINUTE), ("s", 1)):
        count, rest = divmod(rest, int(length))
        if count:
            parts.append(f"{count}{NO_BREAK}{'day' if unit == 'days' and count == 1 else unit}")
    return NO_BREAK.join(parts) or f"0{NO_BREAK}s"


def _duration_range(lower: float, upper: float) -> str:
    low, high = _duration(lower), _duration(upper)
    if low == high:
        return duration(upper)
    if low[1].rstrip("s") == high[1].rstrip("s") and high[1]:
        return f"{low[0]}{DASH}{high[0]}{NO_BREAK}{high[1]}"
    return f"{duration(lower)} {DASH} {duration(upper)}"


def latency_text(latency: Latency) -> str:
    """A latency as every page writes it.

    Examples
    --------
    >>> latency_text(Latency(476, 535)).replace(NO_BREAK, " ")
    '8–9 min'
    >>> latency_text(Latency(0, 86399)).replace(NO_BREAK, " ")
    'within 24 h'
    >>> latency_text(Latency(5e6, float("inf"))), latency_text(Latency(0, 0, by_construction=True))
    ('not seen', '0 by construction')
    >>> latency_text(Latency(-180, 59)).replace(NO_BREAK, " ")
    '3 min before – 59 s after'
    >>> latency_text(Latency(0, 0))
    'with clock zero'
    """
    if latency.by_construction:
        return "0 by construction"
    if latency.lower == latency.upper == 0:
        return "with clock zero"
    if not latency.seen:
        return "not seen"
    if -RESOLUTION <= latency.upper <= 0 and latency.lower < -RESOLUTION:
        return f"within {duration(-latency.lower)} before"
    if latency.upper <= 0 and latency.lower < 0:
        return f"{_duration_range(-latency.upper, -latency.lower)} before"
    if latency.lower < 0:
        return f"{duration(-latency.lower)} before {DASH} {duration(latency.upper)} after"
    if latency.lower <= RESOLUTION < latency.upper:
        return f"within {duration(latency.upper)}"
    return _duration_range(latency.lower, latency.upper)


def relation_words(rule: str, at_least: float | None, at_most: float | None) -> str:
    """The words behind a relation between two events, and how many seconds they were read as.

    Parameters
    ----------
    rule
        A key of ``vocabulary.RELATION_RULES``.
    at_least, at_most
        In seconds; None for an open end.

    Examples
    --------
    >>> relation_words("a-few-hours", 5400, 43200).replace(NO_BREAK, " ")
    '“a few hours”, read as 90 min – 12 h'
    >>> relation_words("answer", 0, None), relation_words("together", 0, 0)
    ('“one answers the other”', '“issued in one”')
    """
    words = f"“{vocabulary.RELATION_RULES[rule]}”"
    if at_most is None:
        if at_least is None or at_least <= 0:
            return words
        return f"{words}, read as at least {duration(at_least)}"
    if at_least is None:
        return f"{words}, read as at most {duration(at_most)}" if at_most > 0 else words
    return f"{words}, read as {latency_text(Latency(at_least, at_most))}" if at_most else words


def moment(instant: datetime, zone: str, *, clock: bool = True) -> str:
    """A local moment, e.g. ``3 Oct 2012, 21:42``."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%b %Y}" + (f", {local:%H:%M}" if clock else "")


def day_text(day: date) -> str:
    """A day, e.g. ``3 Oct 2012``."""
    return f"{day.day} {day:%b %Y}"


def span_text(span: Span, zone: str) -> str:
    """A span in local time, written no longer than it must be.

    Examples
    --------
    >>> from aftermath.times import parse_instant
    >>> day = Span(parse_instant("2012-10-06T00:00:00-04:00"), parse_instant("2012-10-06T23:59:59-04:00"))
    >>> span_text(day, "America/New_York")
    '6 Oct 2012'
    """
    start, end = (instant.astimezone(ZoneInfo(zone)) for instant in (span.earliest, span.latest))
    whole_days = f"{start:%H:%M:%S}{end:%H:%M:%S}" == "00:00:0023:59:59"
    if start.date() == end.date():
        day = moment(span.earliest, zone, clock=False)
        clocks = dict.fromkeys((f"{start:%H:%M}", f"{end:%H:%M}"))
        return day if whole_days else f"{day}, {DASH.join(clocks)}"
    opening = f"{start.day} {start:%b}" + (f" {start:%Y}" if start.year != end.year else "")
    if whole_days:
        return f"{opening} {DASH} {end.day} {end:%b %Y}"
    return f"{opening}, {start:%H:%M} {DASH} {end.day} {end:%b %Y}, {end:%H:%M}"


def precision(span: Span) -> str:
    """How exactly a moment is known, e.g. ``to the minute``.

    Examples
    --------
    >>> from datetime import datetime, UTC
    >>> precision(Span(datetime(2020, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, 23, 59, 59, tzinfo=UTC)))
    'known to the day'
    """
    if span.seconds < MINUTE:
        return "known to the minute"
    if span.seconds + 1 in (DAY - HOUR, DAY, DAY + HOUR):  # clocks may change on that day
        return "known to the day"
    return f"known within {duration(span.seconds)}"


def column_label(name: str) -> str:
    """What a column of a table is called where people read it, with its unit.

    Parameters
    ----------
    name
        The name of the column, in snake_case.

    Returns
    -------
    str
        Its label; a name that nobody has worded is its own words.

    Examples
    --------
    >>> column_label("response_lower_seconds")
    'First public response, lower end (s)'
    >>> column_label("share_negative_upper"), column_label("event_ids"), column_label("moment_sure")
    ('Share of negative posts, upper end (0 to 1)', 'Events', 'Moment sure')
    """
    if name in _COLUMNS:
        return _COLUMNS[name]
    for end, words in _COLUMN_ENDS.items():
        if name.endswith(end) and name != end:
            label, bracket, unit = column_label(name.removesuffix(end)).partition(" (")
            return label + words + (bracket + unit if end in _BOUNDS else "")
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]
