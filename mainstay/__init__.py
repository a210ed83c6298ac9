"""Mainstay: supervised opioid withdrawal, and the recovery that follows."""

__version__ = "0.1.0"
