"""Data that the flow and the local platform are made from."""

from __future__ import annotations

from pathlib import Path

#: The folder of the recipes, wherever the package is installed.
FOLDER = Path(__file__).parent
