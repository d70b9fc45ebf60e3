"""Figures and tables as files for papers and other programs."""
