"""Versions that a demonstration releases: a second one begins where the first one ended."""

from __future__ import annotations

from build_tasks.model.version import Version


def next_versions(released: list[Version]) -> tuple[Version, Version]:
    """The next two free patch versions: 0.1.0 and 0.1.1 on a new platform."""
    final = [version for version in released if not version.is_prerelease]
    one = max(final).bump("patch") if final else Version.parse("0.1.0")
    return one, one.bump("patch")
