"""Rows of labelled lanes, counted in px from the top: what the figures of the comparison have in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from aftermath.figures.theme import LIGHT, TICK, Property, note, safe, scatter_trace, shortened, text_width, whole_parts


def headline(text: str, rest: str, top: float, room: float, **position: Property) -> dict:
    """A bold name over its row with something beside it in plain type, cut to the room there is.

    Parameters
    ----------
    text, rest
        Not yet made safe.
    top
        Px from the top of the drawing to the middle of the line.
    room
        In px.
    place
        Further properties of the annotation.
    """
    bold = shortened(text, room, bold=True)
    left = room - text_width(f"{bold}  ", bold=True)
    plain = whole_parts(rest, left) if bold == text and left > 40 else ""
    words = f"<b>{safe(bold)}</b>" + (f"  {safe(plain)}" if plain else "")
    look = {"xref": "paper", "x": 0, "xanchor": "left", "yanchor": "middle"}
    own: dict[str, Property] = {"name": "major", "y": top, **look, **position}
    return note(words, font={"color": LIGHT["ink"]}, **own)


def label(
    text: str, middle: float, room: float, *, font: Mapping[str, Property] | None = None, **position: Property
) -> dict:
    """The name of a lane, right-aligned at the left edge of the drawing."""
    look = {"xref": "paper", "x": 0, "xshift": -8, "xanchor": "right", "yanchor": "middle", "name": "label"}
    own: dict[str, Property] = {**look, **position}
    return note(
        safe(shortened(text, room, TICK)), y=middle, font={"size": TICK, "color": LIGHT["ink2"], **(font or {})}, **own
    )


def segments(
    lines: Iterable[Sequence[tuple[float, float]]],
    colour: str,
    width: float,
    name: str,
    *,
    dash: str = "solid",
    **more: Property,
) -> dict:
    """Separate lines of one look as one trace."""
    points = [point for line in lines for point in (*line, (None, None))]
    return scatter_trace(
        x=[x for x, _ in points],
        y=[y for _, y in points],
        mode="lines",
        line={"color": colour, "width": width, "dash": dash},
        name=name,
        hoverinfo="skip",
        **more,
    )
