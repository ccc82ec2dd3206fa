"""Patterns of branches and paths, as languages that can be compared."""
