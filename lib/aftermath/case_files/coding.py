"""What of a case is not coded: unlike ``na`` or an empty stance, nobody knows what it would have been."""

from __future__ import annotations

from collections.abc import Iterable

from aftermath import vocabulary
from aftermath.case_files.case import Case


def uncoded_items(case: Case) -> tuple[tuple[str, str], ...]:
    """Items of the rubric that a coder has not scored.

    Parameters
    ----------
    case
        Any sound case.

    Returns
    -------
    tuple
        (item, coder), by coder and in the order of the rubric. **Empty where no crisis is on record**: there is
        nothing to score.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> uncoded_items(load_case("kitchenaid-tweet"))
    ()
    """
    return _missing(case, "rubric", "item", vocabulary.RUBRIC_ITEMS)


def uncoded_texts(case: Case) -> tuple[tuple[str, str], ...]:
    """Texts that a coder has not coded.

    Parameters
    ----------
    case
        Any sound case.

    Returns
    -------
    tuple
        (doc_id, coder), by coder and in the order of the table; empty where no crisis is on record.
    """
    return _missing(case, "stances", "doc_id", case.coverage["doc_id"])


def _missing(case: Case, table: str, key: str, wanted: Iterable[str]) -> tuple[tuple[str, str], ...]:
    if not case.about.documented:
        return ()
    given = set(getattr(case, table).select(key, "coder").iter_rows())
    pairs = ((name, coder.id) for coder in case.coders_of(table) for name in wanted)
    return tuple(pair for pair in pairs if pair not in given)


def singly_coded_texts(case: Case) -> tuple[str, ...]:
    """Texts that one coder alone has coded: of these no agreement can be told.

    Parameters
    ----------
    case
        Any sound case.

    Returns
    -------
    tuple
        Ids in the order of the table, **those of a case with a single coder among them**.
    """
    times = dict(case.stances.group_by("doc_id").len().iter_rows())
    return tuple(doc_id for doc_id in case.coverage["doc_id"] if times.get(doc_id) == 1)
