"""Short names for cases, made by rule, so that a case nobody has seen gets one too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from aftermath.cases.about import About

_BRACKETED = re.compile(r"\s*[(\[（【][^)\]）】]*[)\]）】]")


def short_names(abouts: Iterable[About]) -> dict[str, str]:
    """A short name for each case, **no two alike**.

    The name is the organisation without a bracketed part. Where several cases share an organisation,
    the words of the id that tell them apart are added.

    Parameters
    ----------
    abouts
        What the ``case.yaml`` of each case says; ids are unique.

    Returns
    -------
    dict
        Case id to name, in order of id.

    Examples
    --------
    >>> import aftermath as am
    >>> pair = [am.load_case(case_id).about for case_id in ("tiktok-copyright-audio", "tiktok-data-transparency")]
    >>> list(short_names(pair).values())
    ['TikTok copyright audio', 'TikTok data transparency']
    """
    organisations = {about.id: _plain(about.organisation) for about in sorted(abouts, key=lambda about: about.id)}
    told_apart = {case_id: _told_apart(case_id, organisations) for case_id in organisations}
    uses = Counter(map(str.casefold, told_apart.values()))
    # rules end somewhere: where two names are still alike, the id itself decides
    return {
        case_id: name if uses[name.casefold()] == 1 else f"{organisations[case_id]} ({case_id})"
        for case_id, name in told_apart.items()
    }


def _plain(organisation: str) -> str:
    return " ".join(_BRACKETED.sub("", organisation).split()) or organisation.strip()


def _told_apart(case_id: str, organisations: Mapping[str, str]) -> str:
    name = organisations[case_id]
    sharing = [other for other, organisation in organisations.items() if organisation.casefold() == name.casefold()]
    if len(sharing) == 1:
        return name
    common = set.intersection(*(set(other.split("-")) for other in sharing))
    own = [word for word in case_id.split("-") if word not in common]
    return " ".join([name, *own])
