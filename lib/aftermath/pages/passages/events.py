"""Who did what, and when: the table of events and the key to its colours."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

import polars as pl

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.figures.inline_svg import CERTAINTY_CLASSES, FAMILY_CLASSES, certainty_tag
from aftermath.figures.links import BY_CLOCK, RELATED
from aftermath.measures.speed import Speed
from aftermath.measures.steps import STEPS, Step
from aftermath.pages.html import escape
from aftermath.pages.passages.references import References
from aftermath.pages.passages.tables import table
from aftermath.times import Latency, Span
from aftermath.wording import counted, latency_text, listed, span_text


def events_table(references: References) -> str:
    """Every event of the case, with its id as the anchor of its row."""
    timed = ["After clock zero"] if references.case.zero else ["When"]
    headings = ["Event", *timed, "Act, actor", "What happened"]
    rows = (_row(event, references) for event in references.case.events.iter_rows(named=True))
    return table("evt", "Every event of the case", headings, rows)


def legend(case: Case) -> str:
    """The key to the colours of acts, to the outlines of certainty, and to what relations add where the case has any."""
    acts = "".join(
        f'<li><i class="sw {FAMILY_CLASSES[family]}"></i>{label}</li>'
        for family, label in vocabulary.ACT_FAMILY_LABELS.items()
    )
    certainties = "".join(
        f'<li><i class="iv {CERTAINTY_CLASSES[word]}"></i>{label}</li>'
        for word, label in vocabulary.CERTAINTIES.items()
    )
    related = f'<li><i class="iv rel"></i>{RELATED}</li><li><i class="iv clk"></i>{BY_CLOCK}</li>'
    more = "" if case.relations.is_empty() else related
    return f'<ul class="legend">{acts}</ul><ul class="legend c2">{certainties}{more}</ul>'


def how_read(case: Case) -> str:
    """How the timeline is to be read."""
    related = (
        " Links join events of which a source says how far apart they were. Where this makes a bar shorter, a thin line runs on "
        "to the ends that clock times alone give; what lasted began within the bar, and may have gone on to the end of the line."
    )
    return (
        "Each bar runs from the earliest to the latest moment the record allows: a thin bar is known to the "
        "minute, a long one is not. Striped bars did several things at once. Time is logarithmic: each step right "
        "is ten times longer. What came before clock zero is mirrored to its left, on grey."
        f"{'' if case.relations.is_empty() else related}"
    )


def timeline_words(case: Case, speed: Speed) -> str:
    """The timeline in words: how many events, from when to when, how surely timed, and the first response."""
    since = [case.times().since_zero[event_id] for event_id in case.events["event_id"]]
    own = case.events.filter(pl.col("actor") == "organisation").height
    return (
        f"{counted(case.events.height, 'event')}, from {_from_zero(since[0])} to {_from_zero(since[-1])}; "
        f"{own} of them by the organisation. Times: {_certainties(case)}.{_related(case)} "
        f"{speed_words(speed, ('response', 'named_apology'))}"
    )


def speed_words(speed: Speed, names: Collection[str] = tuple(STEPS)) -> str:
    """Steps in words; steps that are the same act at the same time are told together."""
    steps = [step for step in speed.steps if step.name in names]
    groups = groupby(steps, key=lambda step: (step.latency, step.event_ids))
    return _capital("; ".join(_told(list(group)) for _, group in groups)) + "."


def _told(steps: list[Step]) -> str:
    """The text of the last step of a group, with the labels of those before it."""
    *others, last = steps
    before = "".join(f"{step.label[0].lower()}{step.label[1:]}, " for step in others)
    return before + last.text


def _certainties(case: Case) -> str:
    given = case.events["certainty"].to_list()
    return listed([f"{given.count(word)} {word}" for word in vocabulary.CERTAINTIES if word in given])


def _related(case: Case) -> str:
    """How many pairs of events sources relate, and how many events this times more narrowly to a reader's eye."""
    if case.relations.is_empty():
        return ""
    pairs = case.relations.select("from_event", "to_event").n_unique()
    network, alone = (case.times(believed).since_zero for believed in ("all", "none"))
    narrower = sum(latency_text(network[name]) != latency_text(alone[name]) for name in network)
    return (
        f" Sources relate {counted(pairs, 'pair')} of events, which times {counted(narrower, 'event')} more narrowly."
    )


def _from_zero(since: Latency) -> str:
    text = latency_text(since)
    if text.endswith("clock zero"):
        return text
    return f"{text} clock zero" if text.endswith(("before", "after")) else f"{text} after clock zero"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _row(event: dict, references: References) -> str:
    kind = ' class="zero"' if event["event_id"] == references.case.about.clock_zero else ""
    return (
        f'<tr id="{event["event_id"]}"{kind}><th scope="row">{event["event_id"]}</th>'
        f'<td class="nw">{_time(event, references.case)}</td><td>{_deed(event)}</td>'
        f'<td class="sum"><span class="lb">{escape(event["label"])}.</span> {references.linker.text(event["summary"])} '
        f"{references.cite(event['source_ids'])} {certainty_tag(event['certainty'])}</td></tr>"
    )


def _time(event: dict, case: Case) -> str:
    span, zone = Span(event["earliest"], event["latest"]), case.about.timezone
    since = f'<span class="lat">{_since(event["event_id"], case)}</span><br>' if case.zero else ""
    local = f'<time datetime="{span.earliest.isoformat()}">{span_text(span, zone)}</time>'
    notes = []
    if event["best_earliest"] is not None:
        notes.append(f"likeliest {span_text(Span(event['best_earliest'], event['best_latest']), zone)}")
    related = span_text(
        case.span(event["event_id"]), zone
    )  # of a stretch of time it is the begin that relations speak of
    if related != span_text(span, zone):
        notes.append(f"with relations, began {related}")
    return since + local + "".join(f'<span class="who">{note}</span>' for note in notes)


def _since(event_id: str, case: Case) -> str:
    return "clock zero" if event_id == case.about.clock_zero else latency_text(case.times().since_zero[event_id])


def _deed(event: dict) -> str:
    acts = ", ".join(_act(act, event["actor"]) for act in event["acts"])
    where = ", ".join(vocabulary.CHANNELS[channel] for channel in event["channel"] if channel != "other")
    actor = vocabulary.ACTORS[event["actor"]] + (f", by {where}" if where else "")
    who = ", ".join(filter(None, (event["speaker"], event["role"])))
    strategies = ", ".join(vocabulary.STRATEGIES[strategy] for strategy in event["strategies"])
    lines = (who, f"strategy: {strategies}" if strategies else "")
    small = "".join(f'<span class="who">{escape(line)}</span>' for line in lines if line)
    return f'{acts}<br><span class="actor">{actor}</span>{small}'


def _act(act: str, actor: str) -> str:
    """Only the organisation's acts are coloured."""
    family = vocabulary.act_family(act) if actor == "organisation" else "other"
    colour = "" if family == "other" else f" {FAMILY_CLASSES[family]}"
    return f'<span class="did{colour}">{vocabulary.ACTS[act]}</span>'
