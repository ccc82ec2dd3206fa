"""Cutting releases, and telling how far each came."""
