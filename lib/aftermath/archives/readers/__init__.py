"""Readers of raw exports: one for each format, the same post table from all of them."""

from __future__ import annotations

from aftermath.archives.readers.detection import FORMATS, detect
from aftermath.archives.readers.reading import Reading, read

__all__ = ["FORMATS", "Reading", "detect", "read"]
