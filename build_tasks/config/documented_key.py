"""What a key of a configuration file means, kept beside its type."""

from __future__ import annotations

from msgspec import Meta


def documented(text: str, example: object) -> Meta:
    """A key's meaning and an example, as docs/configuration.md shows them."""
    return Meta(description=text, examples=[example])
