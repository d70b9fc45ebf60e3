"""What may be set in a notebook: typed, and checked before a kernel starts.

A notebook declares its parameters once, in the cell tagged ``parameters``, as
``name: type = default`` lines. The cell is read, **never run**.
"""

from __future__ import annotations

import ast
import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from aftermath.problems import AftermathError

REQUIRED = None  # the default of a parameter that has none

Value: TypeAlias = int | float | str | bool | list[int] | list[str]
Values: TypeAlias = Mapping[str, Value]


class ParameterError(AftermathError):
    """A parameter is unknown, has a value of the wrong type, or is declared in a way that cannot be read."""


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name
        Its name.
    kind
        ``int``, ``float``, ``str``, ``bool``, ``list[int]`` or ``list[str]``.
    default
        What holds where nothing is set; ``REQUIRED`` where the notebook names none.
    """

    name: str
    kind: str
    default: Value | None = REQUIRED

    def __str__(self) -> str:
        return f"{self.name}: {self.kind}" + ("" if self.default is REQUIRED else f" = {self.default!r}")


def _is_int(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_float(value: Any) -> bool:
    return _is_int(value) or (isinstance(value, float) and math.isfinite(value))


def _is_str(value: Any) -> bool:
    return isinstance(value, str)


def _items(test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list | tuple) and all(map(test, value))


# kind -> (does a value fit, how it is stored, what to write)
_KINDS: dict[str, tuple[Callable[[Any], bool], Callable[[Any], Value], str]] = {
    "int": (_is_int, int, "a whole number, e.g. 7"),
    "float": (_is_float, float, "a number, e.g. 0.5"),
    "str": (_is_str, str, "text"),
    "bool": (lambda value: isinstance(value, bool), bool, "true or false"),
    "list[int]": (_items(_is_int), list, "whole numbers with commas between, e.g. 7,30"),
    "list[str]": (_items(_is_str), list, "words with commas between, e.g. a,b"),
}

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """What a notebook declares in its cell tagged ``parameters``.

    Parameters
    ----------
    notebook
        An ``.ipynb`` file.

    Returns
    -------
    dict
        Name to parameter, in the order of the cell; empty where the notebook has no such cell.

    Raises
    ------
    ParameterError
        If the file is not a notebook, or a line of the cell is not ``name: type = default``.
    """
    try:
        cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        tagged = [cell for cell in cells if "parameters" in cell.get("metadata", {}).get("tags", ())]
        sources = ["".join(cell["source"]) for cell in tagged]  # one text, or its lines
    except FileNotFoundError as error:
        raise ParameterError(f"{notebook}: there is no such notebook. Restore it, e.g. from the repository.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ParameterError(
            f"{notebook}: is not a notebook that can be read ({error}). Open it in JupyterLab."
        ) from error
    return declared(sources[0], notebook.name) if sources else {}


def declared(source: str, where: str = "the parameters cell") -> dict[str, Parameter]:
    """The parameters that a cell declares.

    Parameters
    ----------
    source
        The text of the cell.
    where
        How errors name the notebook.

    Returns
    -------
    dict
        Name to parameter, in order.

    Raises
    ------
    ParameterError
        If a line is not ``name: type = default``.

    Examples
    --------
    >>> [str(parameter) for parameter in declared("seed: int = 0  # any whole number").values()]
    ['seed: int = 0']
    """
    try:
        lines = ast.parse(source).body
    except SyntaxError as error:
        raise ParameterError(f"{where}, parameters cell, line {error.lineno}: is not Python ({error.msg}).") from error
    parameters = [_declaration(line, where) for line in lines]
    return {parameter.name: parameter for parameter in parameters}


def _declaration(line: ast.stmt, where: str) -> Parameter:
    where = f"{where}, parameters cell, line {line.lineno}"
    kind = ast.unparse(line.annotation) if isinstance(line, ast.AnnAssign) else ""
    if not isinstance(line, ast.AnnAssign) or kind not in _KINDS or not isinstance(line.target, ast.Name):
        raise ParameterError(
            f"{where}: {ast.unparse(line)!r} declares no parameter. Write `name: type = default` "
            f"with one of the types {', '.join(_KINDS)}."
        )
    if line.value is None:
        return Parameter(line.target.id, kind)
    try:
        value = ast.literal_eval(line.value)
    except (ValueError, TypeError) as error:
        raise ParameterError(
            f"{where}: the default of {line.target.id} must be a plain value, not a calculation."
        ) from error
    return Parameter(line.target.id, kind, fitting(Parameter(line.target.id, kind), value, f"{where}: "))


def fitting(parameter: Parameter, value: Any, where: str = "") -> Value:
    """A value as a parameter takes it.

    Parameters
    ----------
    parameter
        The parameter.
    value
        The value; a whole number is taken for a ``float``, a tuple for a list, **True is no whole number**.
    where
        Opens the text of the error.

    Returns
    -------
    Value
        The value, converted to the declared type.

    Raises
    ------
    ParameterError
        If the value is of another type; the error says what is wanted.
    """
    fits, store, hint = _KINDS[parameter.kind]
    if not fits(value):
        raise ParameterError(f"{where}{parameter.name} must be {parameter.kind} ({hint}), not {value!r}.")
    return store(value)


def checked(parameters: Mapping[str, Parameter], values: Mapping[str, Any]) -> dict[str, Value]:
    """Values checked against what a notebook declares.

    Parameters
    ----------
    parameters
        What :func:`read_parameters` returned.
    values
        Name to value.

    Returns
    -------
    dict
        Name to value, sorted by name, each of the declared type; **defaults are not filled in**.

    Raises
    ------
    ParameterError
        If a name is unknown (the error lists the known ones), a value is ill-typed, or a required one is missing.
    """
    unknown = sorted(set(values) - set(parameters))
    if unknown:
        raise ParameterError(f"there is no parameter {_quoted(unknown)}. {known(parameters.values())}")
    missing = sorted(
        name for name, parameter in parameters.items() if parameter.default is REQUIRED and name not in values
    )
    if missing:
        raise ParameterError(f"{_quoted(missing)} must be set. {known(parameters.values())}")
    return {name: fitting(parameters[name], values[name]) for name in sorted(values)}


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(map(repr, names))


def known(parameters: Iterable[Parameter]) -> str:
    """The sentence that lists the known parameters with their types and defaults."""
    listed = "; ".join(map(str, parameters))
    return f"Known parameters: {listed}." if listed else "This notebook has no parameters."


def parse_settings(parameters: Mapping[str, Parameter], settings: Iterable[str]) -> dict[str, Value]:
    """Values from ``name=value`` strings, read by the declared types.

    Parameters
    ----------
    parameters
        What the notebooks declare.
    settings
        Strings such as ``seed=3`` or ``phase_days=7,30``; **the last of a name holds**.

    Returns
    -------
    dict
        Name to value.

    Raises
    ------
    ParameterError
        If a string has no ``=``, a name is unknown, or a text cannot be read as the declared type.

    Examples
    --------
    >>> parse_settings(declared("phase_days: list[int] = [7, 30]"), ["phase_days=1,7,30"])
    {'phase_days': [1, 7, 30]}
    """
    values = {}
    for setting in settings:
        name, equals, text = setting.partition("=")
        name = name.strip()
        if not equals:
            raise ParameterError(f"{setting!r} sets nothing: write name=value, e.g. -p seed=3.")
        if name not in parameters:
            raise ParameterError(f"there is no parameter {name!r}. {known(parameters.values())}")
        values[name] = _parsed(parameters[name], text.strip())
    return values


def _parsed(parameter: Parameter, text: str) -> Value:
    if parameter.kind == "str":
        return text
    if parameter.kind == "bool":
        return fitting(parameter, _TRUTH.get(text.lower(), text))
    if parameter.kind.startswith("list"):
        return _parsed_list(parameter, text)
    return fitting(parameter, _literal(text))


def _parsed_list(parameter: Parameter, text: str) -> Value:
    whole = _literal(text) if text[:1] in "[(" and text else None
    if isinstance(whole, list | tuple):
        return fitting(parameter, whole)
    parts = [part.strip() for part in text.split(",")] if text else []
    return fitting(parameter, parts if parameter.kind == "list[str]" else [_literal(part) for part in parts])


def _literal(text: str) -> Any:
    """A plain Python value, or the text itself where it is none."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return text
