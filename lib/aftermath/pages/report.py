"""A page in the making: what a cell of its notebook measured is shown as a block, by the template of its type."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from markupsafe import Markup

from aftermath.case_files.case import Case
from aftermath.case_files.cases import takes_id
from aftermath.display import Displayed
from aftermath.measures.tone import PHASE_DAYS
from aftermath.pages.block import Block
from aftermath.pages.drawing import page_drawing
from aftermath.pages.nothing import Nothing
from aftermath.pages.references import References
from aftermath.pages.templating import render, sentence
from aftermath.running.parameters import ParameterError
from aftermath.statistics.result import NothingToMeasure, Result
from aftermath.statistics.series import SeriesError
from aftermath.workspace import Workspace, find_workspace

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from aftermath.comparison.conclusions import Conclusion
    from aftermath.comparison.scoreboard import Comparison
    from aftermath.comparison.trial import Trial
    from aftermath.statistics.checks import MethodChecks

_Given = ParamSpec("_Given")
_Measured = TypeVar("_Measured")
_Shown = TypeVar("_Shown", bound="Result | Case | Comparison | Conclusion")


@dataclass(frozen=True, eq=False)
class Report:
    """The page of a case, of a comparison, of numbers on trial or of the checks of the methods, while its notebook runs.

    Parameters
    ----------
    of
        What it is about. Templates know it as ``case``, ``comparison``, ``trial`` or ``method_checks``.
    parameters
        Name of a parameter to its value, as the page names them.
    workspace
        Where templates of one's own may be.
    """

    of: Case | Comparison | Trial | MethodChecks
    parameters: Mapping[str, int | float | list[int]]
    workspace: Workspace
    _numbers: dict[str, int] = field(default_factory=dict, init=False, repr=False)

    def attempt(
        self, measure: Callable[_Given, _Measured], *arguments: _Given.args, **more: _Given.kwargs
    ) -> _Measured | Nothing:
        """What a function measures, or why the evidence cannot bear it: **the one place that turns the one into the other**.

        Parameters
        ----------
        measure
            Any function that raises ``NothingToMeasure`` where it must, e.g. ``am.speed``.
        *arguments, **more
            What it is given.

        Examples
        --------
        >>> import aftermath as am
        >>> case = am.load_case("weishi-data-fabrication")
        >>> am.report(case).attempt(am.speed, case).reason
        'No crisis is on record, so there is no clock and no speed to measure.'
        """
        try:
            return measure(*arguments, **more)
        except (NothingToMeasure, SeriesError) as nothing:
            return Nothing(sentence(str(nothing).removeprefix(f"{self.of.id}: " if isinstance(self.of, Case) else "")))

    def show(
        self,
        what: _Shown | Nothing | Sequence[_Shown | Nothing],
        template: str = "",
        *,
        figure: Callable[..., go.Figure] | go.Figure | Nothing | None = None,
        instead: str | None = "nothing",
        **values: Any,
    ) -> Block:
        """A block of the page.

        Its template is that of the type: a ``Speed`` is shown by ``speed.html.j2``, a ``MarketReaction`` by
        ``market_reaction.html.j2``. It is looked for in the workspace's ``notebooks/templates/``, then in the library.

        Parameters
        ----------
        what
            What is shown: a result; the case itself; or several of one kind, of which those stay that could be measured.
            Templates know it as ``result``.
        template
            Another template than that of the type, e.g. ``sources`` of a case.
        figure
            Draws it: a function of ``am.figures``; or the drawing itself, where it is made from something else. **Figures are
            numbered in the order in which they are first shown**; a drawing that is shown again keeps its number.
        instead
            The template that takes its place where there is nothing to measure or to draw, with the reason; None for an
            empty place.
        **values
            What else the template names.

        Raises
        ------
        TemplateError
            If there is no such template.

        Examples
        --------
        >>> import aftermath as am
        >>> case = am.load_case("kitchenaid-tweet")
        >>> block = am.report(case).show(am.speed(case), figure=am.figures.latency_ladder)
        >>> "exactly 7 min 56 s to 8 min 55 s" in block.html.replace("\u00a0", " ")
        True
        """
        results = what if isinstance(what, Sequence) else [what]
        measured = [result for result in results if not isinstance(result, Nothing)]
        drawn = figure if not callable(figure) else self.attempt(figure, *measured) if measured else None
        if not measured or isinstance(drawn, Nothing):
            known = self._known | values | {"result": drawn if measured else results[0]}
            return Block(render(instead, self.workspace, **known) if instead else Markup(""))
        known = self._known | values | {"result": measured if isinstance(what, Sequence) else what}
        template = template or _template_of(measured[0])
        if drawn is None:
            html = render(template, self.workspace, **known)
            return Block(html, shown=measured[0] if isinstance(measured[0], Displayed) else None)
        data = json.loads(str(drawn.to_json()))
        drawing = page_drawing(data)
        number = self._numbers.setdefault(drawing.script, len(self._numbers) + 1)
        html = render(template, self.workspace, number=number, drawing=drawing, **known)
        return Block(html, drawn, data)

    @cached_property
    def _known(self) -> dict[str, Any]:
        """What every template of the page knows."""
        references = References(self.of) if isinstance(self.of, Case) else None
        known = {"references": references, "parameters": self.parameters, "workspace": self.workspace}
        return {_template_of(self.of): self.of, **known}


def _template_of(shown: Result | Case | Comparison | Conclusion) -> str:
    """``speed`` for a ``Speed``, ``market_reaction`` for a ``MarketReaction``."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type(shown).__name__).lower()


@takes_id
def report(
    of: Case | Comparison | Trial | MethodChecks,
    *,
    seed: int = 0,
    phase_days: Sequence[int] = PHASE_DAYS,
    interval_level: float = 0.95,
    workspace: Workspace | None = None,
) -> Report:
    """Begin the page of a case, of a comparison, of numbers on trial or of the checks of the methods, to be shown one block a cell.

    Parameters
    ----------
    of
        Any case or its id, crisis on record or not; a comparison; numbers on trial; or the checks of the methods.
    seed, phase_days, interval_level
        The parameters of the notebook, which the page names.
    workspace
        Where templates of one's own may be; the workspace in force if not given.

    Raises
    ------
    ParameterError
        If ``interval_level`` is no level.

    Examples
    --------
    >>> import aftermath as am
    >>> case = am.load_case("kitchenaid-tweet")
    >>> "KitchenAid" in am.report(case).show(case, "head").html
    True
    """
    if not 0 < interval_level < 1:
        raise ParameterError(f"interval_level must lie between 0 and 1, e.g. 0.95, not {interval_level!r}.")
    parameters = {"seed": seed, "phase_days": list(phase_days), "interval_level": interval_level}
    return Report(of, parameters, workspace or find_workspace())
