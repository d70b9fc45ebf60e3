"""Comparison: all cases side by side, no further than their intervals bear."""
