"""Saved tables as R reads them: R 4.2.2 with haven 2.5.1 and readr 2.1.4, Debian 12.

The lines below were printed by ``READ_IN_R`` in a folder with the files that ``am.save`` makes of ``saved_tables.EVERY_KIND``: name of
the variable, its label, its values (``-`` for a missing one), and the labels of its values. pandas has to find the same.
"""

from __future__ import annotations

import shutil
import subprocess

import pandas as pd
import pyreadstat
import pytest

import aftermath as am
from saved_tables import EVERY_KIND

READ_IN_R = r"""
suppressMessages({library(haven); library(readr)})
show <- function(d) for (n in names(d)) {
  v <- d[[n]]; l <- attr(v, "labels")
  x <- if (inherits(v, "POSIXct")) format(v, "%Y-%m-%d %H:%M:%S", tz = "UTC")
    else if (is.character(v)) ifelse(nchar(v) > 40, paste(nchar(v), "characters"), v)
    else if (inherits(v, "Date")) as.character(v)
    else format(round(as.numeric(v), 9), digits = 12, drop0trailing = TRUE, trim = TRUE)
  values <- paste(ifelse(is.na(x) | x == "NA", "-", x), collapse = " / ")
  label <- if (is.null(attr(v, "label"))) "" else attr(v, "label")
  cat(paste(n, label, values, paste(l, names(l), collapse = ", "), sep = " | "), "\n", sep = "")
}
for (f in c("kinds.dta", "kinds.sav")) {
  d <- if (grepl("dta", f)) read_dta(f) else read_sav(f)
  cat("## ", f, " | ", attr(d, "label"), "\n", sep = ""); show(d)
}
cat("## kinds.csv\n"); show(read_csv("kinds.csv", show_col_types = FALSE))
"""

LABELLED = """\
event_id | Event | e01 / e02 / e03 | 
acts | What was done | recall;apology /  / denial | 
lower_seconds | Lower end (s) | 476 / - / 0.333333333 | 
n | n | 1 / - / -3 | 
coders_differ | Coders differ | 1 / 0 / - | 0 no, 1 yes
kind | Kind | 3 / 1 / - | 1 all, 2 original, 3 reply
earliest | Earliest (UTC) | 2012-10-04 01:42:07 / - / 1999-12-31 23:00:00 | 
read_on | Read on | 2012-10-04 / - / 1899-12-30 | 
gap | Gap (s) | 90 / - / -86400 | 
favourability | Favourability to the organisation (−2 to +2) | -2 / 0 / - | \
-2 damaging, -1 unfavourable, 0 balanced, 1 favourable, 2 praise
summary | Summary | =1+1 / @brand – “quoted” /  | 
abstract | Abstract | 2720 characters / short /  | 
"""
PLAIN = """\
event_id |  | e01 / e02 / e03 | 
acts |  | recall;apology / - / denial | 
lower_seconds |  | 476 / - / 0.333333333 | 
n |  | 1 / - / -3 | 
coders_differ |  | 1 / 0 / - | 
kind |  | reply / all / - | 
earliest |  | 2012-10-04 01:42:07 / - / 1999-12-31 23:00:00 | 
read_on |  | 2012-10-04 / - / 1899-12-30 | 
gap |  | 90 / - / -86400 | 
favourability |  | -2 / 0 / - | 
summary |  | '=1+1 / '@brand – “quoted” / - | 
abstract |  | 2720 characters / short / - | 
"""
TITLE = "Every kind (Aftermath 0.1.0)"
PRINTED_BY_R = f"## kinds.dta | {TITLE}\n{LABELLED}## kinds.sav | {TITLE}\n{LABELLED}## kinds.csv\n{PLAIN}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("saved")
    for suffix in ("dta", "sav", "csv"):
        am.save(EVERY_KIND, made / f"kinds.{suffix}", caption="Every kind")
    return made


def shown(frame: pd.DataFrame, labels: dict[str, str | None], values: dict[str, dict]) -> str:
    """A frame of pandas in the words of the script above."""
    lines = []
    for name in frame.columns:
        of_values = ", ".join(f"{int(number)} {word}" for number, word in values.get(name, {}).items())
        cells = " / ".join(_cell(value) for value in frame[name])
        lines.append(f"{name} | {labels.get(name) or ''} | {cells} | {of_values}\n")
    return "".join(lines)


def _cell(value) -> str:
    if value is None or value is pd.NaT or value != value:
        return "-"
    if isinstance(value, str):
        return f"{len(value)} characters" if len(value) > 40 else value
    return f"{round(float(value), 9):.12g}" if isinstance(value, bool | int | float) else str(value)


@pytest.mark.parametrize("suffix", ["dta", "sav"])
def test_labelled_files_are_read_in_pandas_as_in_r(folder, suffix):
    read = {"dta": pyreadstat.read_dta, "sav": pyreadstat.read_sav}[suffix]
    frame, about = read(folder / f"kinds.{suffix}")
    assert about.file_label == TITLE
    assert shown(frame, about.column_names_to_labels, about.variable_value_labels) == LABELLED


def test_csv_is_read_in_pandas_as_in_r(folder):
    frame = pd.read_csv(folder / "kinds.csv")
    frame["coders_differ"] = [None if pd.isna(value) else int(value) for value in frame["coders_differ"]]
    frame["earliest"] = pd.to_datetime(frame["earliest"], utc=True).dt.tz_localize(None)
    assert shown(frame, {}, {}) == PLAIN


@pytest.mark.slow
def test_r_still_prints_so(folder):
    if not (rscript := shutil.which("Rscript")):
        pytest.skip("R is not installed")
    asked = subprocess.run([rscript, "-e", READ_IN_R], cwd=folder, capture_output=True, text=True, timeout=120)
    if "there is no package" in asked.stderr:
        pytest.skip("R has no haven or readr")
    assert asked.stdout == PRINTED_BY_R, asked.stderr
