"""What every result has: a table, a text, and a look in the laboratory."""

from __future__ import annotations

from abc import abstractmethod

import polars as pl

from aftermath.display import Display, Displayed
from aftermath.problems import AftermathError


class NothingToMeasure(AftermathError):
    """The evidence cannot bear this measure; the text says why."""


class Result(Displayed):
    """A frozen result with the faces that all results share; its figure is drawn in ``figures``."""

    @property
    @abstractmethod
    def table(self) -> pl.DataFrame:
        """The numbers, one row each, with their uncertainty and the rows they rest on."""

    @property
    @abstractmethod
    def text(self) -> str:
        """Two or three plain sentences with the numbers, their uncertainty and n.

        Event and document ids in the text (``e07``, ``d12``) become links on a page.
        """

    @property
    def display(self) -> Display:
        """The text, and the table below it."""
        return Display(text=self.text, tables={"": self.table})
