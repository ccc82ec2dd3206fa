"""The systems that run pipelines."""

from __future__ import annotations

from enum import Enum


class Ci(Enum):
    """CI systems that have variables and forms of their own; ``OTHER`` is one that we do not know."""

    NONE = "none"
    GITHUB = "github"
    AZURE = "azure"
    GITLAB = "gitlab"
    OTHER = "other"

    @property
    def words(self) -> str:
        """What people call it."""
        return _WORDS[self]


_WORDS = {
    Ci.NONE: "a shell",
    Ci.GITHUB: "GitHub Actions",
    Ci.AZURE: "Azure Pipelines",
    Ci.GITLAB: "GitLab CI",
    Ci.OTHER: "a CI system",
}
