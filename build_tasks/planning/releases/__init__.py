"""Versions: which may come next, who approves them, what promoting them changes, which can go. Pure."""
