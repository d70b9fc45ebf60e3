"""One number of ours beside a printed one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aftermath.wording import MINUS

METHODS = {
    "turnbull": "Turnbull’s curve",
    "alpha": "Krippendorff’s α",
    "gwet": "Gwet’s AC1 and AC2",
    "kappa": "Cohen’s κ",
    "local_level": "Local level",
    "change_points": "Change points",
    "resilience": "Resilience loss",
    "event_study": "Event study",
    "ears": "EARS C1",
    "post_id": "Time in a post id",
    "network": "Temporal network",
}
LAST_DIGIT = "Tolerance: half a unit of the last printed digit"


@dataclass(frozen=True)
class Check:
    """One number of ours beside a printed one.

    Parameters
    ----------
    method
        A key of ``METHODS``.
    data
        What it was computed from.
    quantity
        What is compared.
    ours, printed
        As text, the second **as it was printed**.
    difference, tolerance
        In the unit of the quantity; seconds for moments.
    origin
        Who printed it.
    why
        Why the tolerance is what it is, without a full stop.
    """

    method: str
    data: str
    quantity: str
    ours: str
    printed: str
    difference: float
    tolerance: float
    origin: str
    why: str

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance, **inclusive**; a number that is none never agrees."""
        return self.difference <= self.tolerance


@dataclass(frozen=True)
class Source:
    """Where numbers were printed, and from which data.

    Parameters
    ----------
    method, data, origin
        As ``Check`` takes them.
    """

    method: str
    data: str
    origin: str

    def number(self, quantity: str, ours: float, printed: str) -> Check:
        """A number beside a printed one; they agree where they are the same **to the last printed digit**.

        Parameters
        ----------
        quantity, ours
            What is compared, and our number.
        printed
            As it was printed, with a plain minus or a true one.

        Examples
        --------
        >>> arithmetic = Source("ears", "1 to 7", "arithmetic")
        >>> arithmetic.number("sd", 2.1602, "2.160").agrees, arithmetic.number("sd", 2.161, "2.160").agrees
        (True, False)
        """
        digits = len(printed.partition(".")[2])
        # halves are not exact in binary: a hair more
        return self.within(quantity, ours, printed, 0.5 * 10.0**-digits * (1 + 1e-9), LAST_DIGIT)

    def within(self, quantity: str, ours: float, printed: str, tolerance: float, why: str) -> Check:
        """A number beside a printed one that cannot be the same to the last digit.

        Parameters
        ----------
        quantity, ours, printed
            As ``number`` takes them.
        tolerance, why
            How far apart they may be, and why.
        """
        digits = len(printed.partition(".")[2])
        difference = abs(float(ours) - float(printed.replace(MINUS, "-")))
        shown = f"{ours:.{digits + 2 if digits else 0}f}".replace("-", MINUS)
        return Check(
            self.method,
            self.data,
            quantity,
            shown,
            printed.replace("-", MINUS),
            difference,
            tolerance,
            self.origin,
            why,
        )

    def count(self, quantity: str, ours: int, printed: str) -> Check:
        """A whole number beside a printed one; they agree where they are the same."""
        return self.within(quantity, ours, printed, 0.0, "No tolerance: whole numbers")

    def moment(self, quantity: str, ours: datetime, printed: str) -> Check:
        """A moment beside a printed one, which has an offset; they agree where they are the same."""
        theirs = datetime.fromisoformat(printed)
        shown = ours.astimezone(theirs.tzinfo).isoformat(" ", "milliseconds")
        difference = abs((ours - theirs).total_seconds())
        why = "No tolerance: ids carry whole milliseconds"
        return Check(self.method, self.data, quantity, shown, printed, difference, 0.0, self.origin, why)
