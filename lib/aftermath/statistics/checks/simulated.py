"""Whether the intervals keep their word, as a simulation showed where the truth is known.

``benchmarks/simulation.py`` makes the study, which takes minutes; its table is kept in ``docs/simulation.md``, and read
here. Nothing is simulated when a page is built.

References
----------
Morris, T. P., White, I. R., and Crowther, M. J. (2019). Using simulation studies to evaluate statistical methods.
Statistics in Medicine 38, 2074-2102.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from aftermath.problems import AftermathError
from aftermath.statistics.inputs import SIMULATION
from aftermath.statistics.intervals import wilson
from aftermath.statistics.result import Result
from aftermath.wording import DASH, MINUS, counted, listed, number

# level of an interval -> how often it may hold the truth and be said to keep its word
HOLDS = {0.90: (0.87, 0.93), 0.95: (0.90, 0.98)}
MOSTLY_WARNED = 0.95
COMPARISON = "for comparison"  # rows that begin with it are not ours
KEEPS, NARROW, WIDE = "keeps its word", "too narrow", "wider than it says"
SAYS_SO, REFUSES = "too narrow, and says so", "refuses"

COLUMNS = {
    "estimator": pl.String,
    "n": pl.Int64,
    "truth": pl.String,
    "level": pl.Float64,
    "draws": pl.Int64,
    "estimates": pl.Int64,
    "warned": pl.Float64,
    "bias": pl.Float64,
    "coverage": pl.Float64,
    "width": pl.Float64,
    "open": pl.Float64,
}
_PERCENT = {"level": 0, "warned": 0, "bias": 1, "coverage": 1, "open": 0}  # decimals


PROMISES = "; ".join(
    f"{level:.0%} intervals between {low:.0%} and {high:.0%} of the time" for level, (low, high) in HOLDS.items()
)


class SimulationError(AftermathError):
    """The table of the simulation cannot be read; the text says what would mend it."""


@dataclass(frozen=True)
class SimulationStudy(Result):
    """What the simulation showed.

    Parameters
    ----------
    rows
        One row an estimator, size and truth: ``estimator``, ``n`` (texts, bins or cases), ``truth`` (what is particular
        about the data sets), ``level`` (of the intervals), ``draws`` (data sets), ``estimates`` (those that gave one),
        ``warned`` (share of these whose text says that the interval may be too narrow), ``bias`` (of the median estimate) and
        ``width`` (median, of the interval), **both as shares of the true value**, ``coverage`` (share of intervals that held
        the truth) and ``open`` (share of intervals without an upper end). From ``warned`` on null where there is no estimate.
    """

    rows: pl.DataFrame

    @property
    def table(self) -> pl.DataFrame:
        """``rows``, with the Monte Carlo interval of the coverage (95 %, Wilson) and the verdict in words."""
        ends = [
            (None, None) if row["coverage"] is None else wilson(row["coverage"], row["estimates"])
            for row in self.rows.iter_rows(named=True)
        ]
        bounds = pl.DataFrame(ends, schema={"coverage_lower": pl.Float64, "coverage_upper": pl.Float64}, orient="row")
        verdicts = pl.Series("verdict", [verdict(row) for row in self.rows.iter_rows(named=True)])
        return pl.concat([self.rows, bounds], how="horizontal").with_columns(verdicts)

    @cached_property
    def ours(self) -> pl.DataFrame:
        """The rows of our own estimators."""
        return self.table.filter(~pl.col("estimator").str.starts_with(COMPARISON))

    @property
    def text(self) -> str:
        kept = self.ours.filter(pl.col("verdict") == KEEPS).height
        draws = listed([number(draws) for draws in self.rows["draws"].unique().sort()])
        exceptions = " ".join(filter(None, map(self._named, (NARROW, SAYS_SO, WIDE))))
        return (
            f"In {draws} simulated data sets a row, {counted(kept, 'row')} of {self.ours.height} hold the truth as often as their "
            f"intervals say ({PROMISES}). {exceptions or 'No row is too narrow, and none wider than it says.'} "
            "The truths are ours: real series may be worse behaved than any of them."
        )

    def _named(self, kind: str) -> str:
        rows = self.ours.filter(pl.col("verdict") == kind).iter_rows(named=True)
        named = [f"{row['estimator']}, n = {row['n']}, {row['truth']} ({row['coverage']:.1%})" for row in rows]
        return f"{kind[0].upper()}{kind[1:]}: {'; '.join(named)}." if named else ""


def verdict(row: Mapping[str, float | None]) -> str:
    """Whether intervals that held the truth this often keep their word.

    Parameters
    ----------
    row
        Its ``level``, ``coverage`` (None where there was no estimate) and ``warned``. At 90 % **both ends of 87 to 93 %** keep it, at 95 % those of 90 to 98 %.

    Examples
    --------
    >>> [verdict({"level": 0.9, "coverage": share, "warned": 0.0}) for share in (0.87, 0.8699, 0.931)]
    ['keeps its word', 'too narrow', 'wider than it says']
    """
    level, coverage, warned = row["level"], row["coverage"], row["warned"]
    assert level is not None  # that of the intervals is always known
    low, high = HOLDS[level]
    if coverage is None:
        return REFUSES
    if coverage < low:
        assert warned is not None  # null only where there is no estimate
        return SAYS_SO if warned >= MOSTLY_WARNED else NARROW
    return WIDE if coverage > high else KEEPS


def simulation_study(path: Path = SIMULATION) -> SimulationStudy:
    """Read the table of the simulation.

    Parameters
    ----------
    path
        A file that ``simulation_markdown`` wrote.

    Returns
    -------
    SimulationStudy

    Raises
    ------
    SimulationError
        If the file is not there, or holds no such table.

    Examples
    --------
    >>> simulation_study().table["draws"].max()
    1000
    """
    if not path.is_file():
        raise SimulationError(f"{path}: is not there. `make simulation` makes it, in some minutes.")
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    if len(cells) < 3 or cells[0][: len(COLUMNS)] != list(COLUMNS):
        raise SimulationError(f"{path}: holds no table of the simulation. `make simulation` makes it anew.")
    rows = [[_read(text, name) for name, text in zip(COLUMNS, row, strict=False)] for row in cells[2:]]
    return SimulationStudy(pl.DataFrame(rows, schema=COLUMNS, orient="row"))


def simulation_markdown(rows: pl.DataFrame) -> str:
    """The study as a page of Markdown, verdicts included.

    Parameters
    ----------
    rows
        As ``SimulationStudy`` takes them.
    """
    head = [*COLUMNS, "verdict"]
    marks = ["---" if name in ("estimator", "truth", "verdict") else "---:" for name in head]
    body = [[_written(row[name], name) for name in head[:-1]] + [verdict(row)] for row in rows.to_dicts()]
    table = "\n".join(f"| {' | '.join(cells)} |" for cells in (head, marks, *body))
    return f"{_OPENING}\n{table}\n"


_OPENING = f"""# Do the intervals keep their word?

Made by `make simulation`; not written by hand. Where the truth is known, intervals should hold it as often as their level
says. A row keeps its word where they do ({PROMISES}); at 1,000 draws chance alone moves a coverage by up to 1.9 points.
Every row is named, whatever it shows; [methods.md](methods.md) says what follows from it.

- **n**: coded texts, bins (the event in the middle), or cases; **level**: of the intervals.
- **estimates**: data sets that gave an estimate; the rest gave none and said why. **warned**: share of them whose own text
  says that the interval may be too narrow.
- **bias**: of the median estimate, and **width**: of the median interval, both as a share of the true value.
- **open**: intervals that have no upper end; they cannot miss the truth on that side.
"""


def _written(value: str | float | None, name: str) -> str:
    if value is None:
        return DASH
    if name in _PERCENT:
        return f"{100 * value:{'+' if name == 'bias' else ''}.{_PERCENT[name]}f} %".replace("-", MINUS)
    if isinstance(value, float):
        return f"{value:.2f}" if math.isfinite(value) else "no end"
    return str(value)


def _read(text: str, name: str) -> str | float | None:
    if text == DASH:
        return None
    plain = text.replace(MINUS, "-").replace("%", "").strip()
    if COLUMNS[name] == pl.String:
        return text
    if COLUMNS[name] == pl.Int64:
        return int(plain)
    value = math.inf if plain == "no end" else float(plain)
    return value / 100 if name in _PERCENT else value
