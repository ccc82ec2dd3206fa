"""Which programs the platform needs on a machine: not all that there are recipes for."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from build_tasks.model.platform import ToolRecipe

#: Recipes of the managed engine.
_ENGINE = ("moby", "containerd", "runc")
#: Groups of host packages: for approvals, for the managed engine, for images made from Debian packages.
_SIGNATURES, _ENGINE_NEEDS, FOR_IMAGES = "signatures", "engine", "base-image"


def needed_programs(
    recipes: Mapping[str, ToolRecipe],
    *,
    inside: Collection[str],
    to_build: Collection[str],
    managed_engine: bool,
) -> tuple[str, ...]:
    """What is called on this machine, and what is put into images that have to be built here.

    :param recipes: by name.
    :param inside: programs that are only ever in images, unless a recipe accepts them on PATH.
    :param to_build: those of them whose images no publisher's will do for.
    :param managed_engine: the container engine is ours to bring.
    """
    wanted: list[str] = []
    for recipe in recipes.values():
        programs = tuple(recipe.programs)
        if recipe.name in _ENGINE:
            wanted += programs if managed_engine else ()
        elif set(programs) & set(inside) and not set(programs) & set(to_build):
            wanted += [program for program in programs if program in recipe.accept]
        else:
            wanted += programs
    return tuple(wanted)


def needed_groups(*, builds_images: bool, managed_engine: bool) -> tuple[str, ...]:
    """Groups of host packages that have to be there before anything is made.

    What else compiling a tool takes is installed when one is compiled.
    """
    engine = (_ENGINE_NEEDS,) if managed_engine else ()
    return (_SIGNATURES, *engine, *((FOR_IMAGES,) if builds_images else ()))
