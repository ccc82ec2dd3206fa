"""The systems that run pipelines: those that are known, and what else may run us."""

from __future__ import annotations

from enum import Enum, StrEnum
from typing import TypeAlias


class CiSystem(StrEnum):
    """A CI system with variables, forms and pipeline files that are known; its value is what is typed."""

    AZURE = "azure"
    GITHUB = "github"
    GITLAB = "gitlab"

    @property
    def words(self) -> str:
        """What people call it."""
        return _WORDS[self]


class Elsewhere(Enum):
    """What runs us where it is none of these."""

    SHELL = "a shell"
    OTHER_CI = "a CI system"

    @property
    def words(self) -> str:
        """What people call it."""
        return self.value


#: What runs a process of ours.
RunBy: TypeAlias = CiSystem | Elsewhere

_WORDS = {
    CiSystem.AZURE: "Azure Pipelines",
    CiSystem.GITHUB: "GitHub Actions",
    CiSystem.GITLAB: "GitLab CI",
}
