"""Files that measures read besides the cases of a workspace: they came with the library."""

from aftermath.workspace import INSTALLED_FROM

CHECKED_CASES = ("gm-ignition-recall", "kitchenaid-tweet", "united-3411")
SIMULATION = INSTALLED_FROM / "docs" / "simulation.md"
