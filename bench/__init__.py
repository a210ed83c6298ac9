"""Figures, never tests: what is measured, on what, against whom. `make bench` writes RESULTS.md."""
