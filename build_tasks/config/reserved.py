"""Names that a service cannot have."""

#: Top-level tasks and collections.
RESERVED = frozenset({"all", "app", "board", "ci", "demo", "platform", "release", "repo"})
