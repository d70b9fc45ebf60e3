"""Comparison: all cases side by side, no further than their intervals bear.

Associations between the measures (rank correlation, permutation) belong in a module of their own
here; they take a ``scoreboard.Comparison``.
"""
