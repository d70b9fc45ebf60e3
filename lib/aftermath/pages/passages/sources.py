"""What pages other than those of cases still take from here."""

from aftermath.pages.sources import library_version

__all__ = ["library_version"]
