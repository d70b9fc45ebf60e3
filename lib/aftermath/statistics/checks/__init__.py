"""Our numbers beside printed ones: each method on data for which a paper or another program prints what must come out.

Those that need no archive are here, for a reader's tour (``notebooks/method_checks.ipynb``). All of them, with those that
need archives, are tests in ``tests/oracles/``.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import polars as pl

from aftermath.statistics.checks.check import METHODS, Check, Source
from aftermath.statistics.result import Result
from aftermath.wording import listed, number

__all__ = ["METHODS", "Check", "MethodChecks", "Source", "method_checks"]


@dataclass(frozen=True)
class MethodChecks(Result):
    """Our numbers beside printed ones.

    Parameters
    ----------
    checks
        In the order of ``METHODS``.
    """

    checks: tuple[Check, ...]

    def of(self, *methods: str) -> MethodChecks:
        """The checks of some methods alone.

        Raises
        ------
        ValueError
            If no method is given, or one has no check.
        """
        unknown = set(methods) - {check.method for check in self.checks}
        if unknown or not methods:
            raise ValueError(
                f"no check is of {listed(sorted(unknown)) or 'no method'}: choose from {', '.join(METHODS)}"
            )
        return MethodChecks(tuple(check for check in self.checks if check.method in methods))

    @property
    def agree(self) -> bool:
        """Whether all of them agree; **False where there is none**."""
        return bool(self.checks) and all(check.agrees for check in self.checks)

    @property
    def table(self) -> pl.DataFrame:
        """One row a number: ``method``, ``data``, ``quantity``, ``ours``, ``printed``, ``difference``, ``tolerance``,
        ``agrees``, ``origin``."""
        names = ("data", "quantity", "ours", "printed", "difference", "tolerance", "agrees", "origin")
        rows = [
            {"method": METHODS[check.method]} | {name: getattr(check, name) for name in names} for check in self.checks
        ]
        return pl.DataFrame(rows)

    @property
    def text(self) -> str:
        n = len(self.checks)
        agreeing = sum(check.agrees for check in self.checks)
        how_many = (
            f"All {number(n)} numbers agree"
            if agreeing == n > 1
            else f"{number(agreeing)} of {number(n)} numbers agree"
        )
        origins = listed(list(dict.fromkeys(check.origin for check in self.checks)))
        reasons = " ".join(dict.fromkeys(f"{check.why}." for check in self.checks))
        return f"{how_many} with what is printed: {origins}. {reasons}"


def method_checks() -> MethodChecks:
    """Compute every number for which a printed one is at hand, and compare.

    Returns
    -------
    MethodChecks
        It takes a few seconds, most of them to load the packages that hold the data.

    Examples
    --------
    >>> method_checks().of("ears").table["ours"].to_list()
    ['4.00000', '2.16025', '3.70328']
    """
    from aftermath.statistics.checks.computed import PARTS

    return MethodChecks(tuple(itertools.chain.from_iterable(part() for part in PARTS)))
