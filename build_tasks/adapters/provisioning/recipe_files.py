"""The recipes that ship with this package, and the tools' settings in them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from build_tasks.model.platform import AcceptedVersions, HostPackages, StandIn, ToolRecipe
from build_tasks.model.upstream import Release, Upstream


class _Tool(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    version: str
    programs: dict[str, str]
    cgo: bool = False
    tags: tuple[str, ...] = ()
    stamps: dict[str, str] = {}
    accept: dict[str, AcceptedVersions] = {}
    keep: dict[str, tuple[str, ...]] = {}
    program_stamps: dict[str, dict[str, str]] = {}


class _HostGroup(msgspec.Struct, forbid_unknown_fields=True):
    why: str
    packages: tuple[str, ...]
    programs: dict[str, str] = {}


class _BaseImages(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    stand_in: tuple[StandIn, ...]


class _Release(msgspec.Struct, forbid_unknown_fields=True):
    recipe: str
    file: str
    checksums: str
    member: str = ""
    systems: tuple[str, ...] = ("linux", "darwin")


class _Images(msgspec.Struct, forbid_unknown_fields=True, rename="kebab"):
    registry_of_short_names: str
    platform: dict[str, str]


class _Upstream(msgspec.Struct, forbid_unknown_fields=True):
    releases: dict[str, _Release]
    images: _Images


class RecipeFiles:
    """Reads recipes.

    :param root: the folder ``build_tasks/recipes``; everything in it is ours, so a mistake is a bug.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def tools(self) -> Mapping[str, ToolRecipe]:
        """Recipes by name, from ``tools/<name>/recipe.toml``."""
        found = {}
        for file in sorted((self._root / "tools").glob("*/recipe.toml")):
            table = msgspec.toml.decode(file.read_bytes(), type=_Tool)
            settings = {name: getattr(table, name) for name in table.__struct_fields__}
            found[file.parent.name] = ToolRecipe(name=file.parent.name, folder=file.parent, **settings)
        return found

    def host_packages(self) -> Mapping[str, HostPackages]:
        """Groups of host packages by name, from ``host-packages.toml``."""
        text = (self._root / "host-packages.toml").read_bytes()
        tables = msgspec.toml.decode(text, type=dict[str, _HostGroup])
        return {
            name: HostPackages(name, t.why, t.packages, {p: Path(at) for p, at in t.programs.items()})
            for name, t in tables.items()
        }

    def stand_ins(self) -> Mapping[str, StandIn]:
        """Stand-ins by upstream reference, from ``base-images.toml``."""
        text = (self._root / "base-images.toml").read_bytes()
        return {s.reference: s for s in msgspec.toml.decode(text, type=_BaseImages).stand_in}

    def upstream(self) -> Upstream:
        """What publishers offer, from ``upstream.toml``."""
        table = msgspec.toml.decode((self._root / "upstream.toml").read_bytes(), type=_Upstream)
        releases = {
            name: Release(program=name, **msgspec.structs.asdict(r)) for name, r in table.releases.items()
        }
        return Upstream(releases, table.images.platform, table.images.registry_of_short_names)

    def folder(self, name: str) -> Path:
        """The files of a recipe."""
        return self._root / name

    def text(self, name: str) -> Mapping[str, str]:
        """The settings of a recipe file that holds texts only."""
        return msgspec.toml.decode((self._root / name).read_bytes(), type=dict[str, str])
