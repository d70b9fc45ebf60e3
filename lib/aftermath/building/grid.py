"""The grid of a sweep: which values each parameter takes, read from ``name=values`` texts."""

from __future__ import annotations

import csv
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

from aftermath.running.parameters import Parameter, ParameterError, Value, Values, checked, parse_settings
from aftermath.wording import number

MOST = 5_000
_LARGEST = 2**63  # a column of whole numbers holds 64 bits


def read_values(parameters: Mapping[str, Parameter], settings: Iterable[str]) -> dict[str, list[Value]]:
    """The values that each parameter is to take.

    Parameters
    ----------
    parameters
        What the notebook declares.
    settings
        ``name=values`` texts. Values have ``,`` between them; **where the parameter is a list, its items have the comma and
        values have** ``|``. A value that holds the mark itself stands in double quotes. A name that comes again adds values.

    Returns
    -------
    dict
        Name to values, in the order given.

    Raises
    ------
    ParameterError
        If a name is unknown, or a value is empty, ill-typed or given twice.

    Examples
    --------
    >>> from aftermath.running.parameters import declared
    >>> known = declared("seed: int = 0\\nphase_days: list[int] = [7, 30]")
    >>> read_values(known, ["phase_days=7,30|14", "seed=0,1"])
    {'phase_days': [[7, 30], [14]], 'seed': [0, 1]}
    """
    values: dict[str, list[Value]] = {}
    for name, value in itertools.chain.from_iterable(_read(parameters, setting) for setting in settings):
        taken = values.setdefault(name, [])
        if value in taken:
            raise ParameterError(
                f"{name}: the value {value!r} is given twice, and every point is run once. Leave one out."
            )
        taken.append(value)
    return values


def _read(parameters: Mapping[str, Parameter], setting: str) -> Iterator[tuple[str, Value]]:
    """The values of one text, each with the name."""
    name, equals, text = setting.partition("=")
    name = name.strip()
    if not equals or name not in parameters:
        parse_settings(parameters, [setting])  # raises, in the words of a build
    for part in _parts(parameters[name], text):
        value = parse_settings(parameters, [f"{name}={part}"])[name]
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, int) and not -_LARGEST <= item < _LARGEST:
                raise ParameterError(f"{name}: {item} is beyond the whole numbers that a table can hold (64 bits).")
        yield name, value


def _parts(parameter: Parameter, text: str) -> list[str]:
    """The texts of the single values: as in a table of one line, with quotes where a value holds the mark."""
    mark = "|" if parameter.kind.startswith("list") else ","
    try:
        text.encode()
        parts = next(csv.reader([text], delimiter=mark, skipinitialspace=True, strict=True), [])
    except (UnicodeEncodeError, csv.Error) as error:
        raise ParameterError(f"{parameter.name}: {text!r} cannot be read as values ({error}).") from error
    if not parts or not all(part.strip() for part in parts):
        raise ParameterError(
            f"{parameter.name}={text}: holds an empty value. Write values with {mark} between them"
            + (", and [] for an empty list." if mark == "|" else ".")
        )
    return parts


def grid(parameters: Mapping[str, Parameter], values: Mapping[str, Sequence[Value]]) -> list[dict[str, Value]]:
    """Every combination of values.

    Parameters
    ----------
    parameters
        What the notebook declares.
    values
        Name to the values that it takes.

    Returns
    -------
    list of dict
        One a point, each with **all** parameters of the notebook in its order, defaults filled in: a point is the same
        whether a default was spelled out or not. The last parameter varies fastest.

    Raises
    ------
    ParameterError
        If a required parameter is missing, or there are more than ``MOST`` points.

    Examples
    --------
    >>> from aftermath.running.parameters import declared
    >>> grid(declared('seed: int = 0\\ncoder: str = "a"'), {"coder": ["a", "b"]})
    [{'seed': 0, 'coder': 'a'}, {'seed': 0, 'coder': 'b'}]
    """
    checked(parameters, {name: some[0] for name, some in values.items()})
    count = math.prod(map(len, values.values()))
    if count > MOST:
        raise ParameterError(
            f"the grid has {number(count)} points, and {number(MOST)} are the most. Leave values out, or sweep in parts."
        )
    defaults = {name: [known.default] for name, known in parameters.items() if known.default is not None}
    axes = [values[name] if name in values else defaults[name] for name in parameters]
    return [dict(zip(parameters, point, strict=True)) for point in itertools.product(*axes)]


def varying(points: Sequence[Values]) -> list[str]:
    """The names whose value is not the same at every point."""
    return [name for name in points[0] if any(point[name] != points[0][name] for point in points)]


def spelled(values: Values) -> str:
    """Values as they would be set on the command line, e.g. ``seed=0, phase_days=7,30``."""
    items = {name: value if isinstance(value, list) else [value] for name, value in values.items()}
    return "; ".join(f"{name}={','.join(map(str, some))}" for name, some in items.items())
