"""Versions of services: which may come next, and who approves them. Pure."""
