"""Files that measures read besides the cases of a workspace: they came with the library."""

from aftermath.workspace import INSTALLED_FROM

PRICES = {
    case_id: INSTALLED_FROM / "casestudies" / case_id / "prices.csv"
    for case_id in ("gm-ignition-recall", "kitchenaid-tweet", "united-3411")
}
SIMULATION = INSTALLED_FROM / "docs" / "simulation.md"
