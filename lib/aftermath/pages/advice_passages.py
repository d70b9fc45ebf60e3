"""Like against like, advice under test, strategies and theory, and what follows: passages of the comparison page."""

from __future__ import annotations

from collections.abc import Iterable

from aftermath.comparison.advice import rule_in_words, titles_of_texts
from aftermath.comparison.conclusions import Conclusion
from aftermath.comparison.conclusions import conclusions as concluded
from aftermath.comparison.contrasts import Matched
from aftermath.comparison.contrasts import contrasts as matched_contrasts
from aftermath.comparison.entry import Entry
from aftermath.comparison.playbook import FILE, Playbook, Tested, playbook
from aftermath.comparison.rules import FOLLOWED, NOT_FOLLOWED, NOT_KNOWN, UNOBSERVABLE
from aftermath.comparison.scoreboard import Comparison
from aftermath.comparison.strategies import WINDOW_DAYS, Strategies
from aftermath.measures.stances import FEW
from aftermath.measures.tone import Phase
from aftermath.measures.transparency import Index
from aftermath.pages.exhibit import Exhibit, Passage, exhibit
from aftermath.pages.full_table import phase_words
from aftermath.pages.html import escape
from aftermath.pages.naming import event_links, link_of, with_names
from aftermath.pages.passages.tables import absent, folded, rows_of, table
from aftermath.wording import DASH, NO_BREAK, counted, in_words, interval, latency_text, number
from aftermath.workspace import Workspace, find_workspace

_STATES = (FOLLOWED, NOT_FOLLOWED, NOT_KNOWN)
_HOW = (
    "Followed and not followed are what the record and all coders bear out; in part is not followed, nor is what was not seen by the "
    "end of the record. Where the interval straddles the limit, the coders differ or the record is silent, it is not known. Counts "
    "open to the cases, each with its reason and its events."
)
_HOW_FARED = (
    "How cases fared is the rise of favourability from the first phase to the last; a case that began low can rise most. {few} "
    "The difference is the mean where the advice was followed less the mean where it was not. Its interval holds every shift between "
    "the groups that the permutation test does not reject, or Welch’s test, as groups need not spread alike; each case is one number. Where so few cases have a rise that "
    "no shift could be rejected, there are too few to tell. Chosen cases, no cause shown."
)


def contrasts(comparison: Comparison, workspace: Workspace | None = None) -> Passage:
    """The matched contrasts, a small table each; a sentence where no case of any is here."""
    found = matched_contrasts(comparison, workspace)
    if not found.matched:
        return Passage(absent(found.text))
    return Passage("".join(_contrast(comparison, each) for each in found.matched))


def _contrast(comparison: Comparison, found: Matched) -> str:
    headings = (
        "Case",
        "First response",
        "Named apology",
        "Transparency",
        "Empathy",
        "Favourability, first phase",
        "Favourability, last phase",
        "Strategies and theory",
    )
    title = escape(found.contrast.title)
    rows = rows_of((_contrast_cells(comparison, found, entry) for entry in found.entries), headings)
    content = table("stack small", found.contrast.title, headings, rows)
    return (
        f'<div class="contrast"><h3>{title}</h3><p class="how">{escape(with_names(found.text, comparison))}</p>'
        f'<div class="tscroll" tabindex="0" role="region" aria-label="{title}">{content}</div></div>'
    )


def _contrast_cells(comparison: Comparison, found: Matched, entry: Entry) -> Iterable[str]:
    steps = [
        escape(latency_text(entry.speed[step].latency)) if entry.speed else DASH
        for step in ("response", "named_apology")
    ]
    openness = entry.transparency
    indices = (openness.transparency, openness.empathy) if openness else (None, None)
    phases = (entry.first_phase, entry.last_phase)
    match = found.matches.get(entry.case_id, DASH)
    return (link_of(comparison, entry.case_id), *steps, *map(_index, indices), *map(_phase, phases), escape(match))


def _index(index: Index | None) -> str:
    if index is None or not index.defined:
        return DASH
    extent = counted(index.applicable, "item") if index.whole else index.n
    return f"{number(index.value)} {interval(index.lower, index.upper)}, n{NO_BREAK}={NO_BREAK}{extent}"


def _phase(phase: Phase | None) -> str:
    return escape(phase_words(phase)) if phase else DASH


def _tested(comparison: Comparison, workspace: Workspace) -> Playbook:
    """The advice of a workspace put to the test, **once for a page** where it is the one in force."""
    return comparison.advice if workspace == find_workspace() else playbook(comparison, workspace)


def advice(comparison: Comparison, workspace: Workspace | None = None) -> Passage:
    """Every piece of advice with the cases that followed it and those that did not; a sentence where there is no file."""
    workspace = workspace or find_workspace()
    if not (workspace.cases / FILE).is_file():
        return Passage(absent(f"This workspace has no {FILE} beside its cases, so no advice is put to the test."))
    found = _tested(comparison, workspace)
    if not found.tested or not found.tested[0].answers:
        return Passage(
            absent("There is no advice, or no case with a crisis on record, so nothing can be put to the test.")
        )
    titles = titles_of_texts(workspace)
    texts = dict.fromkeys(each.advice.text_id for each in found.tested)
    parts = "".join(
        _text(comparison, found, titles.get(text, text), text, not place) for place, text in enumerate(texts)
    )
    paragraphs = (found.text, _HOW, _HOW_FARED.format(few=_few_texts(comparison)))
    words = "".join(f'<p class="how ic">{escape(with_names(each, comparison))}</p>' for each in paragraphs)
    download = '<p class="get ic">Every piece of advice: <a href="data/advice.csv" download>CSV</a>.</p>'
    return Passage(f'{words}<div class="texts">{parts}</div>{download}')


def _few_texts(comparison: Comparison) -> str:
    """In how many cases the rise rests on few texts; nothing where no case has one."""
    smaller = [min(each.first_phase.n, each.last_phase.n) for each in comparison.entries if each.rise is not None]
    if not smaller:
        return ""
    return (
        f"In {number(sum(n < FEW for n in smaller))} of {counted(len(smaller), 'case')} that have one, a phase has fewer than "
        f"{in_words(FEW)} texts; what that leaves unsure is not in the interval."
    )


def _text(comparison: Comparison, found: Playbook, title: str, text_id: str, unfolded: bool) -> str:
    tested = [each for each in found.tested if each.advice.text_id == text_id]
    headings = ("Advice", "Followed where", "Followed", "Not followed", "Not known", "How they fared")
    rows = rows_of((_advice_cells(comparison, each) for each in tested), headings)
    content = table("stack advice", title, headings, rows)
    return folded(title, counted(len(tested), "piece") + " of advice", content, f"Advice: {title}", unfolded=unfolded)


def _advice_cells(comparison: Comparison, tested: Tested) -> Iterable[str]:
    counts = (_answers(comparison, tested, state) for state in _STATES)
    asked = len(tested.answers) - sum(len(tested.cases(state)) for state in _STATES)
    others = f' <span class="who">{counted(asked, "case")} not asked</span>' if asked else ""
    return (
        escape(tested.advice.advice),
        escape(rule_in_words(tested.advice.rule)) + others,
        *counts,
        _fared(tested),
    )


def _fared(tested: Tested) -> str:
    found = tested.difference
    if found is None:
        return escape(tested.fared)
    return f'<b>{escape(found.size)}</b> <span class="who">{escape(tested.means)}; {escape(found.how)}.</span>'


def _answers(comparison: Comparison, tested: Tested, state: str) -> str:
    cases = tested.cases(state)
    if not cases:
        return "0"
    if tested.advice.rule == UNOBSERVABLE:
        return f'{number(len(cases))} <span class="who">all</span>'
    items = "".join(f"<li>{_answer(comparison, tested, case_id)}</li>" for case_id in cases)
    return f'<details class="ids"><summary>{number(len(cases))}</summary><ul>{items}</ul></details>'


def _answer(comparison: Comparison, tested: Tested, case_id: str) -> str:
    found = tested.answers[case_id]
    events = event_links(comparison, case_id, found.evidence)
    return f"{link_of(comparison, case_id)}: {escape(found.why)}{f' {events}' if events else ''}"


def strategies(comparison: Comparison, *, id: str = "f7") -> Exhibit | Passage:
    """Which strategies were used when, and whether theory recommends them; a sentence where no crisis is on record."""
    from aftermath.figures import strategy_sequence

    found = comparison.strategies
    if not found.cases:
        return Passage(absent("No case has a crisis on record, so there is no strategy to set against theory."))
    return exhibit(
        found,
        strategy_sequence(found, comparison.names),
        id=id,
        title="Response strategies in order of time, and what theory recommends",
        how="A lane is a cluster of strategies; a bar runs over the time in which the event lies. In bold, the cluster that "
        "situational crisis communication theory recommends for the type of crisis; its lane is there even where it is empty. "
        f"Beside the name: the type, and whether the strategies up to day {WINDOW_DAYS} (dashed) match; mixed is with denial beside.",
        words=f"{found.text} What theory recommends is a claim about reputation, not tested here.",
        table=_strategies_table(comparison),
        rows=counted(len(found.cases), "case"),
    )


def _strategies_table(comparison: Comparison) -> str:
    headings = ("Case", "Crisis type", f"Clusters up to day {WINDOW_DAYS}, in order", "Recommended", "Match", "Events")
    cells = (_strategy_cells(comparison, each) for each in comparison.strategies.cases)
    return table("", "Strategies and theory", headings, rows_of(cells, headings))


def _strategy_cells(comparison: Comparison, found: Strategies) -> Iterable[str]:
    events = dict.fromkeys(use.event_id for use in found.early)
    return (
        link_of(comparison, found.case_id),
        escape(found.crisis_type),
        escape(", ".join(found.clusters)) or "none on record",
        escape(found.recommended),
        escape(found.match),
        event_links(comparison, found.case_id, events),
    )


def conclusions(comparison: Comparison, workspace: Workspace | None = None) -> Passage:
    """What follows and what does not, each answer chosen by rule from the results."""
    workspace = workspace or find_workspace()
    playbook = _tested(comparison, workspace) if (workspace.cases / FILE).is_file() else None
    boxes = "".join(_box(comparison, each) for each in concluded(comparison, playbook))
    how = (
        "These sentences are chosen by fixed rules from the results above, so that other cases give other sentences. None of "
        "them is about causes, and none about crises that are not on this shelf."
    )
    return Passage(f'<p class="how ic">{how}</p><div class="lim">{boxes}</div>')


def _box(comparison: Comparison, each: Conclusion) -> str:
    return f"<div><h3>{escape(each.question)}</h3><p>{escape(with_names(each.words, comparison))}</p></div>"
