"""What the platform is made from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from build_tasks.model.platform import PlatformImages
from build_tasks.model.upstream import ToolOrigin


class Supplies(Protocol):
    """The tools and images of the platform, already pinned."""

    def missing_tools(self) -> Sequence[str]:
        """Recipes of tools that are not callable now. Makes nothing."""

    def tool_origins(self) -> Sequence[ToolOrigin]:
        """Where the tools come from that may be the user's own. Makes nothing."""

    def tools(self) -> None:
        """Make kind, kubectl, helm, oras, docker ... callable, and the managed engine's own programs."""

    def updates(self) -> None:
        """Once a day: have base images that lack security updates made anew when they are next needed."""

    def image_names(self) -> PlatformImages:
        """The platform's images by name, each for one content; certain once :meth:`images` made them."""

    def images(self) -> PlatformImages:
        """The same, and the engine has them: made if need be."""
