"""A convention that a chart breaks, and what is needed to find the place in its templates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Violation:
    """One broken convention.

    :param message: what is wrong, ``resources.limits.cpu is missing``.
    :param path: the keys that lead to it in the object, positions in lists left out: ``("spec", "template",
        "spec", "containers", "resources", "limits", "cpu")``.
    :param container: the container that it is about.
    :param subject: the object, ``Deployment/delivery-v1-0-2``; empty if it is about the chart.
    :param source: the object's template as Helm names it; else a file's path from the repository's root.
    """

    message: str
    path: tuple[str, ...] = ()
    container: str = ""
    subject: str = ""
    source: str = ""

    @property
    def kind(self) -> str:
        return self.subject.partition("/")[0]

    def __str__(self) -> str:
        container = f"container {self.container}" if self.container else ""
        return ": ".join(part for part in (self.subject, container, self.message) if part)
