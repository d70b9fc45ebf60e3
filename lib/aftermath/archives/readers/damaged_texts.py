"""Texts that are not what was written, because a program on the way cut them or took their letters for others."""

from __future__ import annotations

from collections import Counter

import polars as pl

from aftermath.wording import number

_LOOKED_AT = 2_000  # texts of each file, the first, so that it depends on no batches
# what UTF-8 becomes that is read as Windows-1252 and written again
_GARBLED = r"[ÃÂ][\x{80}-\x{bf}€‚ƒ„…†‡ˆ‰Š‹Œ‘’“”•–—˜™š›œžŸ]|â€[\x{80}-\x{bf}™œ˜“”¦\x{fffd}]|ðŸ"
_ENDS_IN_ELLIPSIS = r"(?:…|\w\.\.\.)(?:\s*https?://\S{1,60})?\s*$"
# characters that programs keep at most, and no platform allows just so many; texts that have them before it is no accident
_LENGTHS = {244: 2, 255: 2, 256: 2, 32_767: 1, 65_535: 1}
_NO_ACCIDENT = 2  # texts
_FEW, _MANY = 5, 0.2  # texts that end in an ellipsis, and their share: people write it, too


class DamagedTexts:
    """The first texts of each file of an archive, as far as they show what happened to them.

    Examples
    --------
    >>> looked = DamagedTexts()
    >>> looked.take(pl.Series(["the cafÃ© is closed", "weâ€™re sorry", "a" * 255, "b" * 255]), "posts.csv")
    >>> for remark in looked.remarks():
    ...     print(remark.partition(":")[0].replace(chr(160), " "))
    Of 4 texts looked at, 2 hold letters such as â€™ or Ã©
    Of 4 texts looked at, 2 are of just 255 characters and none is longer
    """

    def __init__(self) -> None:
        self._garbled = self._cut = 0
        self._of_file: Counter[str] = Counter()
        self._longest: Counter[int] = Counter()

    def take(self, texts: pl.Series, file: str) -> None:
        """Look at the next texts.

        Parameters
        ----------
        texts
            Of a batch.
        file
            Where they are from.
        """
        some = texts.head(_LOOKED_AT - self._of_file[file])
        if some.is_empty():
            return
        self._of_file[file] += len(some)
        self._garbled += int(some.str.contains(_GARBLED).sum())
        self._cut += int(some.str.contains(_ENDS_IN_ELLIPSIS).sum())
        lengths = some.str.len_chars()
        if isinstance(longest := lengths.max(), int):
            self._longest[longest] += int((lengths == longest).sum())

    def remarks(self) -> list[str]:
        """What should be known of the texts, a sentence each."""
        looked_at = self._of_file.total()
        of = f"Of {number(looked_at)} texts looked at, "
        sentences: list[str] = []
        if self._garbled >= _NO_ACCIDENT:
            sentences.append(
                f"{of}{number(self._garbled)} hold letters such as â€™ or Ã©: UTF-8 was taken for another encoding before they were "
                "exported, and words with them are not what was written. Export the posts anew as UTF-8."
            )
        if self._cut >= _FEW and self._cut > _MANY * looked_at:
            sentences.append(
                f"{of}{number(self._cut)} end in an ellipsis, as where they are cut: what is measured of them is that of what is left."
            )
        longest = max(self._longest, default=0)
        if longest in _LENGTHS and self._longest[longest] >= _LENGTHS[longest]:
            are = "is" if self._longest[longest] == 1 else "are"
            sentences.append(
                f"{of}{number(self._longest[longest])} {are} of just {number(longest)} characters and none is longer: a program on the way "
                "cuts them. Export the posts anew without it."
            )
        return sentences
