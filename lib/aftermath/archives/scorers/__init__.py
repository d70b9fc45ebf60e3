"""Scorers of sentiment: one for each language, all of one shape.

``protocol`` says what a scorer is, ``english`` is VADER, ``chinese`` a linear model of our own, and ``transformer``
reads a model that lies in a local folder.
"""
