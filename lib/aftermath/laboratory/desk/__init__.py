"""The coding desk: what is still to be coded, one text or one item of the rubric at a time."""
