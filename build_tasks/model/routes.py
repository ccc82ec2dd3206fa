"""How the platform comes by tools and images."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

#: Names the routes of a machine, in place of the repository's settings.
ROUTES_VARIABLE = "BUILD_TASKS_ROUTES"


class Route(StrEnum):
    """How the platform comes by a tool or an image."""

    PATH = "path"
    UPSTREAM = "upstream"
    PACKAGES = "packages"


def routes_of(text: str) -> tuple[Route, ...]:
    """Routes from a list with commas.

    :raises ValueError: it names none, or another.
    """
    names = [name.strip() for name in text.split(",") if name.strip()]
    known = ", ".join(Route)
    unknown = [name for name in names if name not in set(Route)]
    if unknown or not names:
        raise ValueError(f"{text!r} is no list of routes (known: {known})")
    return tuple(dict.fromkeys(map(Route, names)))


def pulls_images(routes: Sequence[Route]) -> bool:
    """Whether publishers are asked for images: not after recipes, which make every image they know."""
    before = routes[: routes.index(Route.PACKAGES)] if Route.PACKAGES in routes else routes
    return Route.UPSTREAM in before
