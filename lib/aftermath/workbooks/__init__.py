"""Coding workbooks: the tables of a case as a spreadsheet, written and read back."""
