"""Short names for cases, made by rule, so that a case nobody has seen gets one too."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from aftermath.case_files.about import About

_BRACKETED = re.compile(r"(?<!\s)\s*[(\[（【][^()\[\]（）【】]*[)\]）】]")


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
    organisations = {
        about.id: " ".join(_BRACKETED.sub("", about.organisation).split()) or about.organisation.strip()
        for about in sorted(abouts, key=lambda about: about.id)
    }
    sharing: dict[str, list[str]] = {}
    for case_id, organisation in organisations.items():
        sharing.setdefault(organisation.casefold(), []).append(case_id)
    own_words: dict[str, list[str]] = {}  # those of an id that not all of the organisation have
    for case_ids in sharing.values():
        words = {case_id: case_id.split("-") for case_id in case_ids}
        common = set.intersection(*map(set, words.values()))
        own_words |= {case_id: [word for word in own if word not in common] for case_id, own in words.items()}
    told_apart = {case_id: " ".join([name, *own_words[case_id]]) for case_id, name in organisations.items()}
    uses = Counter(map(str.casefold, told_apart.values()))
    # rules end somewhere: where two names are still alike, the id itself decides
    return {
        case_id: name if uses[name.casefold()] == 1 else f"{organisations[case_id]} ({case_id})"
        for case_id, name in told_apart.items()
    }


def with_names(text: str, names: Mapping[str, str]) -> str:
    """A text with the names of cases in place of their ids, **not escaped**.

    Examples
    --------
    >>> with_names("general-mills is not known-case-2.", {"known-case": "Known", "general-mills": "General Mills"})
    'General Mills is not known-case-2.'
    """
    return re.sub(r"[\w-]+", lambda word: names.get(word.group(), word.group()), text)
