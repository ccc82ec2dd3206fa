"""This machine: its kind, its limits, files that are written whole or kept private."""
