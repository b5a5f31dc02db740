"""Benchmarks: each prints its goal, the figure, and where it makes sense the ratio to a reference of the same run."""
