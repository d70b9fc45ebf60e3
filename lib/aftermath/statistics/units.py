"""Units beside each other: those to which something happened, and controls, read, checked and refused where they cannot be compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from aftermath.statistics.level_change import level_change
from aftermath.statistics.series import EventTime, SeriesError, decimals, read_series, spell
from aftermath.wording import counted, interval, listed, number

UNCOVERED = 0.25  # of the stretch before, or from the event on, that a control may lack at its beginning, or end


@dataclass(frozen=True)
class Unit:
    """One unit: its checked series, counted from the event.

    Parameters
    ----------
    name
        E.g. a firm.
    time
        From the event, which is 0, in order, shape ``(n,)``: days where instants were given, else the numbers as given.
    value, weights
        And the observations behind each value, shape ``(n,)``.
    times
        The times as they were given.
    """

    name: str
    time: np.ndarray
    value: np.ndarray
    weights: np.ndarray
    times: pl.Series

    @property
    def after(self) -> np.ndarray:
        """True from the event on, **inclusive**."""
        return self.time >= 0

    @property
    def counts(self) -> tuple[int, int]:
        """Observations before the event, and from it on."""
        return int(np.sum(~self.after)), int(np.sum(self.after))

    def change(self, at: float = 0.0, until: float = np.inf) -> float:
        """The mean of its values from a time on, up to another that is left out, less their mean before it.

        Each value counts with what is behind it. **NaN where there is none on a side.**
        """
        sides = [(self.time >= at) & (self.time < until), self.time < at]
        if not all(side.any() for side in sides):
            return np.nan
        after, before = (float(np.average(self.value[side], weights=self.weights[side])) for side in sides)
        return after - before


@dataclass(frozen=True)
class Units:
    """Treated units and their controls around one event.

    Parameters
    ----------
    treated, controls
        In the order in which they were given.
    unit
        Of time: ``day`` or ``step``.
    doubts
        What makes the controls doubtful, in sentences; empty where nothing was seen.
    """

    treated: tuple[Unit, ...]
    controls: tuple[Unit, ...]
    unit: str
    doubts: tuple[str, ...] = ()

    @property
    def both(self) -> tuple[Unit, ...]:
        """Treated units, then controls."""
        return (*self.treated, *self.controls)

    @property
    def text(self) -> str:
        """How many of each there are, their names, and the observations of each before the event and from it on."""
        groups = ((self.treated, "treated unit"), (self.controls, "control"))
        named = [f"{counted(len(group), noun)} ({listed([_extent(unit) for unit in group])})" for group, noun in groups]
        return f"n = {' and '.join(named)}; observations before the event + from it on"


def read_units(
    series: pl.DataFrame,
    controls: pl.DataFrame | None,
    at: EventTime,
    own_events: Mapping[str, EventTime] | None = None,
) -> Units:
    """Check treated units and controls, and whether they can be compared.

    Parameters
    ----------
    series, controls
        ``time``, ``value``, and optionally ``n`` (observations behind each value) and ``unit`` (its name): without it all rows
        are one unit.
    at
        The first time after the change, **inclusive**.
    own_events
        Names of controls to the time of an event of their own, where they had one.

    Returns
    -------
    Units

    Raises
    ------
    SeriesError
        If there is no control; one is a treated unit, too, or had an event of its own within the series; a series cannot be
        read; or a control begins late or ends early: **it may lack a quarter of the stretch on either side of the event**.

    Examples
    --------
    >>> ours = pl.DataFrame({"time": range(6), "value": [1.0, 2, 1, 4, 5, 4]})
    >>> others = pl.DataFrame({"unit": ["b"] * 6, "time": range(6), "value": [1.0, 2, 1, 2, 1, 1]})
    >>> found = read_units(ours, others, 3)
    >>> [(unit.name, round(unit.change(), 2)) for unit in found.both]
    [('the series', 3.0), ('b', 0.0)]
    """
    if not isinstance(controls, pl.DataFrame) or controls.is_empty():
        raise SeriesError(
            "there is no control: give controls, a table with the columns unit, time and value of others to whom it did not "
            "happen; without any, level_change estimates the change of the series alone"
        )
    ours, others = _parted(series, "the series"), _parted(controls, "the control")
    if both := ours.keys() & others.keys():
        raise SeriesError(f"{min(both)!r} is both treated and a control: give as controls other firms only")
    (*treated,) = (_unit(name, frame, at) for name, frame in ours.items())
    (*rest,) = (_unit(name, frame, at) for name, frame in others.items())
    found = Units(tuple(treated), tuple(rest), "step" if series["time"].dtype.is_numeric() else "day")
    _check_cover(found)
    _check_own_events(found, own_events or {})
    doubts = (_moved(unit, others[unit.name], at) for unit in found.controls)
    return replace(found, doubts=tuple(filter(None, doubts)))


def _extent(unit: Unit) -> str:
    before, after = unit.counts
    return f"{unit.name} {number(before)} + {number(after)}"


def _parted(frame: pl.DataFrame, alone: str) -> dict[str, pl.DataFrame]:
    """Name of each unit to its rows; one unit where there are no names."""
    if not isinstance(frame, pl.DataFrame):
        raise SeriesError(
            f"{alone} is a {type(frame).__name__}: give a polars DataFrame with the columns time and value"
        )
    if "unit" not in frame.columns:
        return {alone: frame}
    if frame.schema["unit"] != pl.String or frame["unit"].null_count():
        raise SeriesError("the column 'unit' must hold a name in every row: write the name of the firm there")
    return {part["unit"][0]: part for part in frame.partition_by("unit", maintain_order=True)}


def _unit(name: str, frame: pl.DataFrame, at: EventTime) -> Unit:
    try:
        data = read_series(frame, at)
    except SeriesError as error:
        raise SeriesError(f"{name}: {error}") from error
    return Unit(name, data.time - data.at, data.value, data.weights, frame["time"])


def _check_cover(found: Units) -> None:
    """Refuse controls that begin long after the treated units do, or end long before them."""
    first = min(unit.time[0] for unit in found.treated)
    last = max(unit.time[-1] for unit in found.treated)
    for control in found.controls:
        late, early = control.time[0] - first, last - control.time[-1]
        if late > UNCOVERED * -first:
            raise SeriesError(
                f"{control.name} begins late: its first observation ({control.times[0]}) comes {spell(late, found.unit)} after the "
                f"first of the treated, more than a quarter of the stretch before the event; lengthen it, or shorten the series"
            )
        if early > UNCOVERED * last:
            raise SeriesError(
                f"{control.name} ends early: its last observation ({control.times[-1]}) comes {spell(early, found.unit)} before the "
                f"last of the treated, more than a quarter of the stretch from the event on; lengthen it, or shorten the series"
            )


def _check_own_events(found: Units, own_events: Mapping[str, EventTime]) -> None:
    controls = {control.name: control for control in found.controls}
    for name, own in own_events.items():
        if name not in controls:
            raise SeriesError(
                f"{name!r} is no control: its own event cannot affect it; the controls are {listed([*controls])}"
            )
        times = controls[name].times
        try:
            within = times[0] <= own <= times[-1]
        except TypeError as error:
            raise SeriesError(
                f"the own event of {name} is {own!r}: give a time like those of its series, e.g. {times[0]!r}"
            ) from error
        if within:
            raise SeriesError(
                f"{name} is affected: an event of its own ({own}) lies within its series; leave it out of the controls"
            )


def _moved(control: Unit, rows: pl.DataFrame, at: EventTime) -> str:
    """That a control changed at the event by itself, or that this cannot be told; empty where no change was seen."""
    try:
        found = level_change(rows, at)
    except SeriesError:
        before, after = control.counts
        return (
            f"Whether {control.name} was affected itself cannot be told ({counted(before, 'observation')} before the event and "
            f"{after} from it on)."
        )
    if found.lower <= 0 <= found.upper:
        return ""
    digits = decimals(found.upper - found.lower)
    return (
        f"{control.name} is affected: its own level moved at the event by {number(found.change, digits, sign=True)} "
        f"{interval(found.lower, found.upper, digits, sign=True)}, so the difference may be its move as well."
    )
