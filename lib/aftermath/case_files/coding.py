"""What of a case is not coded: unlike ``na`` or an empty stance, nobody knows what it would have been."""

from __future__ import annotations

from aftermath import vocabulary
from aftermath.case_files.case import Case
from aftermath.case_files.columns import in_rows

UNITS = {"stances": "doc_id", "rubric": "item"}  # table to the column that names what is coded


def uncoded(case: Case, table: str, coder: str) -> tuple[str, ...]:
    """What one coder has not coded, **whoever else has**.

    Parameters
    ----------
    case
        Any sound case.
    table
        ``stances`` or ``rubric``.
    coder
        Id of the coder, who need not have coded anything.

    Returns
    -------
    tuple
        Texts in the order of the coverage, or items in that of the rubric; empty where no crisis is on record.

    Examples
    --------
    >>> from aftermath.case_files.case import load_case
    >>> uncoded(load_case("kitchenaid-tweet"), "rubric", "c")[:3]
    ('T1', 'T2', 'T3')
    """
    if not case.about.documented:
        return ()
    wanted = case.coverage["doc_id"] if table == "stances" else vocabulary.RUBRIC_ITEMS
    given = {unit for unit, other in in_rows(getattr(case, table), UNITS[table], "coder") if other == coder}
    return tuple(name for name in wanted if name not in given)


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
    return tuple((item, coder.id) for coder in case.coders_of("rubric") for item in uncoded(case, "rubric", coder.id))


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
    return tuple(
        (doc_id, coder.id) for coder in case.coders_of("stances") for doc_id in uncoded(case, "stances", coder.id)
    )


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
