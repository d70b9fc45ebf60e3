"""Measures: each a function from a case to a small frozen result with a table, a text and a figure."""
