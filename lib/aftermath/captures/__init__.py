"""Archived copies of sources: looked up, saved, verified, taken from files of web archives, and what they say of times."""
