"""The head of a case page: where and when, the lead, the facts, and the four verdicts."""

from __future__ import annotations

from collections.abc import Callable
from zoneinfo import ZoneInfo

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.coders import coded_by
from aftermath.figures.inline_svg import certainty_tag, index_bar, latency_bar, latency_scale, tone_mark
from aftermath.measures.speed import Speed
from aftermath.measures.stances import FEW
from aftermath.measures.steps import Step
from aftermath.measures.tone import Phase, Tone
from aftermath.measures.transparency import Index, Transparency
from aftermath.pages.html import escape
from aftermath.pages.passages.coverage import phase_text
from aftermath.pages.passages.references import References
from aftermath.wording import (
    counted,
    duration,
    in_words,
    latency_text,
    listed,
    number,
    precision,
    sentences,
    span_text,
)

_CASES = "../index.html"  # a case page lies in cases/


def head(references: References) -> str:
    """Kick line, title, lead and facts."""
    case = references.case
    badge = "" if case.about.documented else '<p class="norecord"><span class="badge uns">No record found</span></p>'
    facts = "".join(f"<div><dt>{term}</dt><dd>{content}</dd></div>" for term, content in _facts(case).items())
    return (
        f'<div class="wrap head"><p class="kick"><a href="{_CASES}">Cases</a>{_kick(case)}</p><h1>{escape(case.title)}</h1>{badge}'
        f'<p class="lead">{escape(lead(case.about.summary))}</p><dl class="facts">{facts}</dl></div>'
    )


def lead(summary: str) -> str:
    """The first sentence of a summary.

    Examples
    --------
    >>> lead("On 9 April U.S. police dragged a man off. It was filmed.")
    'On 9 April U.S. police dragged a man off.'
    """
    return _parted(summary)[0]


def account(summary: str) -> str:
    """What follows the lead; the whole summary where nothing does."""
    first, rest = _parted(summary)
    return rest or first


def _parted(summary: str) -> tuple[str, str]:
    text = " ".join(summary.split())
    first = next(iter(sentences(text)), "")
    return first, text[len(first) :].strip()


def cards(references: References, each: dict[str, Callable[[], str]]) -> str:
    """The four verdicts in a row; ``each`` holds finished cards by their class."""
    articles = "".join(f'<article class="card {kind}">{make()}</article>' for kind, make in each.items())
    return (
        '<section class="wrap cards-s" aria-labelledby="verdicts"><h2 id="verdicts" class="sr">Verdicts</h2>'
        f'<div class="cards">{articles}</div></section>'
    )


def step_card(title: str, step: Step, speed: Speed, references: References) -> str:
    """A card for the first act of one kind."""
    before = speed.coverage_before
    share = f" Out before it: {before.text}." if step.name == "response" and before is not None else ""
    mark = latency_bar(step.latency) + latency_scale()
    sub = f"{_acts(step, references)}{share}"
    content = card(title, "#speed", latency_text(step.latency), mark, sub, _resting(step, speed, references))
    return content + _flag(step, speed)


def index_card(result: Transparency) -> str:
    """A card for the transparency index, empathy beside it."""
    index = result.transparency
    extent = f"{index.applicable} of {index.items} items apply" if index.whole else index.n
    rest = f"{extent} · {index.agreement.text}; {escape(coded_by(result.coders))}"
    mark = index_bar(index.value, index.lower, index.upper, 208)
    big = f'{number(index.value)}<span class="of"> of 100</span>' if index.defined else "not defined"
    return card("Transparency index", "#open", big, mark, f"{_bounds(result)} {_empathy(result.empathy)}", rest)


def tone_card(tone: Tone, phases: int) -> str:
    """A card for favourability, from the first of ``phases`` phases after clock zero to the last."""
    first, last = tone.phases[-phases], tone.phases[-1]
    big = f'{_mean(first)}<span class="arr" aria-label="to"> → </span>{_mean(last)}'
    scale = '<div class="dl"><span>−2 damaging</span><span>0</span><span>praise +2</span></div>'
    sub = f"{first.label[0].upper()}{first.label[1:]} {phase_text(first)}; {last.label} {phase_text(last)}."
    rest = f"{counted(first.n, 'text')} → {counted(last.n, 'text')} · {tone.agreement.text}; {escape(coded_by(tone.coders))}"
    mark = tone_mark(first.mean, last.mean) + scale
    return card("Favourability of coverage", "#coverage", big, mark, sub, rest + _few(first, last))


def card(title: str, address: str, big: str, mark: str, sub: str, rest: str) -> str:
    """The anatomy of a card; every argument but the title is finished HTML."""
    return (
        f'<h3><a href="{address}">{escape(title)}</a></h3><p class="big">{big}</p><div class="mk">{mark}</div>'
        f'<p class="sub">{sub}</p><p class="rest">{rest}</p>'
    )


def empty_card(title: str, address: str, reason: str) -> str:
    """A card for what could not be measured."""
    return card(title, address, '<span class="of">not measured</span>', "", escape(reason), "")


def _kick(case: Case) -> str:
    about = case.about
    year = str(case.zero.earliest.astimezone(ZoneInfo(about.timezone)).year) if case.zero else None
    cause = vocabulary.CAUSES[about.cause] if about.cause else about.industry
    words = (
        vocabulary.country_name(about.country),
        cause,
        year,
        "a series of incidents" if about.kind == "series" else None,
    )
    return "".join(f" · {escape(word)}" for word in words if word)


def _facts(case: Case) -> dict[str, str]:
    about = case.about
    parent = f" ({about.parent})" if about.parent else ""
    facts = {"Organisation": escape(about.organisation + parent)}
    if case.zero:
        facts["Clock zero"] = _clock(case)
        facts["Type"] = f"{about.crisis_type}, {vocabulary.EXPOSED_BY[about.exposed_by]}"
    else:
        facts["Type"] = vocabulary.RECORDS[about.record]
    rows = (
        counted(case.events.height, "event"),
        counted(case.coverage.height, "text" if case.stances.is_empty() else "coded text"),
        counted(case.sources.height, "source"),
    )
    return facts | {"Record": ", ".join(rows)}


def _clock(case: Case) -> str:
    city = case.about.timezone.rpartition("/")[2].replace("_", " ")
    when = span_text(case.zero, case.about.timezone)
    return (
        f'<a href="#{case.about.clock_zero}">{when}</a> <span class="mut">{escape(city)}, {precision(case.zero)}</span>'
    )


def _acts(step: Step, references: References) -> str:
    """What the first act was, by the labels of its events."""
    sharpened = escape(f" ({step.difference})" if step.difference else "")
    if not step.latency.seen:
        watched = duration(step.latency.lower)
        return f"Not seen in the {watched} of the record after clock zero{sharpened}: not zero, not never."
    events = references.case.events.filter(pl.col("event_id").is_in(step.event_ids))
    labels = listed([escape(label) for label in events["label"]], "or")
    exact = f": {step.exact}" if step.exact else ""
    return f"{labels}{exact}{sharpened}.{_speaker(step, events)}"


def _speaker(step: Step, events: pl.DataFrame) -> str:
    if step.name != "named_apology":
        return ""
    people = dict.fromkeys(", ".join(filter(None, row)) for row in events.select("speaker", "role").iter_rows())
    return f" {escape(listed([*people], 'or'))}."


def _flag(step: Step, speed: Speed) -> str:
    """What speed means where the clock is the organisation's own or one of many; in full where it is zero by it."""
    flags = []
    if speed.own_clock:
        flags.append("Own clock: speed here measures something else.")
    if speed.series:
        flags.append("A series of incidents: the clock is that of the first.")
    if step.latency.by_construction:
        flags = [speed.meaning]
    elif step.latency.with_zero:
        flags.append(
            "The answer came with what exposed the matter: nobody waited for it, and it says nothing about speed."
        )
    return f'<p class="flag">{escape(" ".join(flags))}</p>' if flags else ""


def _resting(step: Step, speed: Speed, references: References) -> str:
    if not step.latency.seen:
        return f"n = {counted(speed.events, 'event')} searched, none of this kind"
    links, certainty = references.linker.links(step.event_ids), certainty_tag(step.certainty)
    acts = counted(step.candidates, "such act")
    return f"Rests on {links}, the first of {acts} · {counted(step.sources, 'source')} · {certainty}"


def _bounds(result: Transparency) -> str:
    index = result.transparency
    if not index.defined:
        return f"{index.why_not[0].upper()}{index.why_not[1:]}."
    openness = [item for item in result.items if item.item in vocabulary.TRANSPARENCY_ITEMS]
    unknown = sum("unknown" in item.scores.values() for item in openness)
    reasons = []
    if index.differing:
        reasons.append(f"{in_words(len(index.differing))} item{'s' * (len(index.differing) > 1)} where coders differ")
    if unknown:
        reasons.append(f"{in_words(unknown)} that the record does not show")
    if not index.whole:
        reasons.append(index.open)
    if not reasons:
        return _met(len(result.coders))
    return f"Bounds {number(index.lower)} to {number(index.upper)}, over {listed(reasons)}."


def _met(coders: int) -> str:
    """Why the bounds meet."""
    if coders == 1:
        return "One coder scored every item, so no disagreement is known and the bounds meet."
    who = "Both" if coders == 2 else f"All {in_words(coders)}"
    return f"{who} coders gave every item the same score, so the bounds meet: agreement, not proof."


def _empathy(index: Index) -> str:
    if not index.defined:
        return "Empathy: not defined."
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"Empathy, scored apart: {number(index.value)} [{number(index.lower)}–{number(index.upper)}], n = {extent}."


def _mean(phase: Phase) -> str:
    return number(phase.mean.value, 2, sign=True) if phase.n else "no text"


def _few(first: Phase, last: Phase) -> str:
    few = [word for word, phase in (("first", first), ("later", last)) if phase.n < FEW]
    return f' · <span class="warn">fewer than eight {listed(few)} texts</span>' if few else ""
