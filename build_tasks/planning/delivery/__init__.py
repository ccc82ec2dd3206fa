"""Versions in environments: when one is hopeless, what promoting changes, which can go. Pure."""
