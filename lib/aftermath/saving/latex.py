"""Tables for LaTeX, with the rules of booktabs."""

from __future__ import annotations

import re

from aftermath.saving.described import Described
from aftermath.saving.worded import numeric, widths, worded
from aftermath.saving.written import Written

_ESCAPES = {
    "\\": r"\textbackslash{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    "\u00a0": "~",
    "\u2212": "$-$",
    "–": "--",
    "—": "---",
    "…": r"\ldots{}",
    "“": "``",
    "”": "''",
    "‘": "`",
    "’": "'",
    "×": r"$\times$",
    "→": r"$\rightarrow$",
    "≤": r"$\leq$",
    "≥": r"$\geq$",
    "∞": r"$\infty$",
    "α": r"$\alpha$",
    "τ": r"$\tau$",
    "\n": " ",
}
_SPECIAL = re.compile("|".join(map(re.escape, _ESCAPES)))
_LONG, _MANY = 30, 8  # rows beyond which a table runs over pages, and columns that a page has room for
_PAGE = 85  # characters of a line


def escaped(text: str) -> str:
    r"""Text as LaTeX prints it.

    Examples
    --------
    >>> print(escaped("5 % of $3, \\input{x} – “so”"))
    5 \% of \$3, \textbackslash{}input\{x\} -- ``so''
    """
    return _SPECIAL.sub(lambda found: _ESCAPES[found.group()], text)


def as_latex(table: Described, name: str) -> Written:
    """A table with caption and note, to be taken in by ``\\input``: values as in prose, labels with units for headings.

    Tables of more than thirty rows run over pages.
    """
    rows = worded(table)
    line = "{} \\\\".format
    heading = line(" & ".join(escaped(label) for label in table.labels.values()))
    body = [line(" & ".join(map(escaped, row))) for row in rows]
    long = len(rows) > _LONG
    needs = "array, booktabs, longtable" if long else "array, booktabs"
    opening = f"% Needs \\usepackage{{{needs}}}; Chinese and other scripts need LuaLaTeX or XeLaTeX."
    caption = [f"\\caption{{{escaped(table.caption)}}}", f"\\label{{tab:{re.sub(r'[^A-Za-z0-9-]+', '-', name)}}}"]
    note = rf"\par\smallskip\footnotesize {escaped(' '.join(filter(None, (table.note, table.citation))))}"
    columns = _columns(table, rows)
    ruled = ["\\toprule", heading, "\\midrule", *(["\\endhead"] if long else []), *body, "\\bottomrule"]
    if long:
        lines = [
            f"\\begin{{longtable}}{{{columns}}}",
            f"{''.join(caption)}\\\\",
            *ruled,
            "\\end{longtable}",
            f"{{{note}\\par}}",
        ]
    else:
        tabular = [f"\\begin{{tabular}}{{{columns}}}", *ruled, "\\end{tabular}"]
        lines = ["\\begin{table}", "\\centering\\small", *caption, *tabular, note, "\\end{table}"]
    many = (f"{len(table.labels)} columns are many for a page; save those that matter: table.select(...)",)
    return Written(("\n".join([opening, *lines]) + "\n").encode(), many if len(table.labels) > _MANY else ())


def _columns(table: Described, rows: list[list[str]]) -> str:
    """Numbers at the right; columns break their lines, so that a page is wide enough."""
    parts = widths(table, rows, _PAGE)
    room = 1 - 0.03 * len(parts)  # the rest stands between columns
    return "".join(
        rf">{{\ragged{'left' if is_number else 'right'}\arraybackslash}}p{{{part * room:.3f}\linewidth}}"
        for part, is_number in zip(parts, numeric(table), strict=True)
    )
