"""What pages other than those of cases still take from here."""

from aftermath.pages.notes import read_notes

__all__ = ["read_notes"]
