"""Running notebooks: parameters, kernels, logs, and the numbers that a notebook hands on. Knows no page."""
