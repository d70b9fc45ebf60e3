"""Building all pages: incremental, side by side, interruptible."""
