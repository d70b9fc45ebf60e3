"""How the rows of a table are found in a file as people have it: text or spreadsheet, with what stands around the rows."""
