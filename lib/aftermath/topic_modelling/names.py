"""Names taken out of texts, so that what is left speaks of themes and not of cases.

Three kinds: organisations (the aliases of all cases), people (who speaks in any case), and every other word that is
capitalised inside a sentence: places, products, publishers, days of the week. A script without capital letters loses
only the names that the cases give.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from aftermath.case_files.case import Case

ORGANISATION, PERSON = "the company", "someone"

_WORD = re.compile(r"[^\W\d_](?:[\w.&’'-]*\w)?")
_SENTENCE_END = re.compile(r"(?:^|[.!?:])[\s\"“”'’(]*$")
_POSSESSIVE = re.compile(r"['’]s?$")


@dataclass(frozen=True)
class Names:
    """What is taken out of a text, besides words capitalised inside a sentence.

    Parameters
    ----------
    organisations, people
        As they are written; **upper and lower case differ**: "United" is a company, "united" is not.
    others
        Words that are names at the start of a sentence too: capitalised inside some text, never in lower case.
    """

    organisations: tuple[str, ...]
    people: tuple[str, ...]
    others: frozenset[str] = frozenset()

    def mask(self, text: str, organisation: str = ORGANISATION, person: str = PERSON) -> str:
        """A text without names.

        Parameters
        ----------
        text
            Any text.
        organisation, person
            What stands in the place of a company or a person; may be empty. Other names leave no trace.

        Examples
        --------
        >>> Names(("United",), ("Oscar Munoz",)).mask("United's chief, Oscar Munoz, wrote from Chicago on Monday.")
        'the company chief, someone, wrote from on.'
        """
        text = self._organisation.sub(organisation, text)
        text = self._person.sub(person, text)
        return _tidy(self._without_others(text), (organisation, person))

    def _without_others(self, text: str) -> str:
        def leave(match: re.Match) -> str:
            word = match.group()
            if not word[0].isupper():
                return word
            at_the_start = _SENTENCE_END.search(text, 0, match.start()) is not None
            return word if at_the_start and _POSSESSIVE.sub("", word) not in self.others else ""

        return _WORD.sub(leave, text)

    @cached_property
    def _organisation(self) -> re.Pattern[str]:
        return _any_of(self.organisations)

    @cached_property
    def _person(self) -> re.Pattern[str]:
        return _any_of(self.people)


def names_of(cases: Iterable[Case]) -> Names:
    """The names that cases give, and those that their abstracts show.

    Parameters
    ----------
    cases
        **All cases of a workspace**, so that one case's company is masked in another's coverage too.

    Returns
    -------
    Names
        Sorted.

    Examples
    --------
    >>> import aftermath as am
    >>> "Whirlpool" in names_of([am.load_case("kitchenaid-tweet")]).organisations
    True
    """
    cases = tuple(cases)
    texts = [text for case in cases for text in case.coverage["abstract"]]
    lower = {word for text in texts for word, _ in _words(text) if word.islower()}
    seen = {word for text in texts for word, at_the_start in _words(text) if word[0].isupper() and not at_the_start}
    owners = {name for case in cases for name in (case.about.organisation, case.about.parent) if name}
    organisations = {part.strip() for name in owners for part in re.split(r"[()]", name) if part.strip()}
    speakers = {text for case in cases for text in case.events["speaker"].drop_nulls()}
    people = {name.strip() for text in speakers for name in text.split(";") if name.strip()}
    # not the III of Scovel III
    last = {[part for part in name.split() if not part.isupper() or part == name][-1] for name in people}
    surnames = {name for name in last if name.lower() not in lower}
    return Names(
        organisations=tuple(sorted(organisations.union(*(case.about.aliases for case in cases)))),
        people=tuple(sorted(people | surnames)),
        others=frozenset(word for word in seen if word.lower() not in lower),
    )


def _words(text: str) -> Iterator[tuple[str, bool]]:
    """Every word without its possessive, and whether a sentence begins with it."""
    before = 0  # where the word before ends
    for match in _WORD.finditer(text):
        yield _POSSESSIVE.sub("", match.group()), _SENTENCE_END.search(text, before, match.start()) is not None
        before = match.end()


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    """Any of the names as a whole word with its possessive; the longest first, so that none hides in another."""
    ordered = sorted(set(names), key=lambda name: (-len(name), name))
    spaced, unspaced = ([re.escape(name) for name in ordered if _sets_spaces(name) is kind] for kind in (True, False))
    bounded = [rf"(?<!\w)(?:{'|'.join(spaced)})(?:['’]s)?(?!\w)"] if spaced else []
    return re.compile("|".join([*bounded, *unspaced]) or r"(?!)")


def _sets_spaces(name: str) -> bool:
    """Words of scripts that set no spaces have no bounds."""
    return name.isascii() or any(letter.islower() or letter.isupper() for letter in name)


def _tidy(text: str, placeholders: Iterable[str]) -> str:
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"\b(?:the|a|an) (the|someone)\b", r"\1", text, flags=re.IGNORECASE)
    for placeholder in filter(None, placeholders):
        text = re.sub(rf"({re.escape(placeholder)})(?:[ -]+{re.escape(placeholder)})+", r"\1", text)
    return re.sub(r"\s+([,.;:!?])", r"\1", text).strip()
