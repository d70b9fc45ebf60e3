"""Replays of documented crises: one script, stepped through in a notebook, in a terminal and on a page."""
