"""Adapters for `platform.pin`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from build_tasks.adapters.machine.whole_files import write_whole
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.adapters.registry.registry import OrasRegistry
from build_tasks.config.platform_lock import FILE, load_pins, pins_text
from build_tasks.model.upstream import Pins
from build_tasks.ports.artifacts import Registry
from build_tasks.recipes import FOLDER
from build_tasks.steps.artifacts.inputs import read_dockerfile
from build_tasks.steps.platform.pin import PinParts

if TYPE_CHECKING:
    from build_tasks.wiring import Composition


def pin_parts(composition: Composition, *, dry_run: bool) -> tuple[PinParts, Pins]:
    """What pinning works with, and what is pinned now.

    :param dry_run: nothing is saved.
    """
    before, recipes = load_pins(composition.root), RecipeFiles(FOLDER)
    upstream, bench = recipes.upstream(), composition.workbench

    def registry(pins: Pins) -> Registry:
        toolbox = composition.platform.provisioning_under(pins).tools()(["oras"])
        return OrasRegistry(composition.processes, toolbox["oras"])

    def save(pins: Pins) -> None:
        if not dry_run:
            write_whole(composition.root / FILE, pins_text(pins))

    bases = [base for service in bench.services.values() for base in read_dockerfile(bench, service).bases]
    parts = PinParts(
        upstream=upstream,
        recipes=recipes.tools(),
        references=[*upstream.images.values(), *recipes.stand_ins(), *(b for b in bases if "@" not in b)],
        downloads=composition.platform.provisioning.downloads(),
        registry=registry,
        save=save,
        reporter=composition.reporter,
    )
    return parts, before
