"""Nothing is compiled that nobody calls."""

from __future__ import annotations

from pathlib import Path

from build_tasks.model.platform import AcceptedVersions, ToolRecipe
from build_tasks.planning.platform.needs import needed_groups, needed_programs

_ON_PATH = AcceptedVersions(">=1.0.0", ("version",))
_RECIPES = {
    "helm": ToolRecipe("helm", "4.0.0", Path(), {"helm": "x"}, accept={"helm": _ON_PATH}),
    "kubernetes": ToolRecipe(
        "kubernetes", "1.2.3", Path(), {"kubectl": "x", "kubelet": "y"}, accept={"kubectl": _ON_PATH}
    ),
    "moby": ToolRecipe("moby", "29.0.0", Path(), {"dockerd": "x", "docker-proxy": "y"}),
    "registry": ToolRecipe("registry", "3.0.0", Path(), {"registry": "x"}),
    "grype": ToolRecipe("grype", "1.0.0", Path(), {"grype": "x"}),
}
_INSIDE = ("kubelet", "registry")


def _needed(*to_build: str, managed: bool = False) -> set[str]:
    return set(needed_programs(_RECIPES, inside=_INSIDE, to_build=to_build, managed_engine=managed))


def test_where_publishers_images_are_used_only_what_is_called() -> None:
    assert _needed() == {"helm", "kubectl", "grype"}


def test_an_image_that_is_built_takes_all_programs_of_its_recipe() -> None:
    assert _needed("kubelet") == {"helm", "kubectl", "kubelet", "grype"}
    assert _needed("registry") == {"helm", "kubectl", "registry", "grype"}


def test_an_engine_of_our_own_takes_its_programs() -> None:
    assert _needed(managed=True) == {"helm", "kubectl", "grype", "dockerd", "docker-proxy"}


def test_groups_of_host_packages() -> None:
    assert needed_groups(builds_images=False, managed_engine=False) == ("signatures",)
    assert set(needed_groups(builds_images=True, managed_engine=True)) == {
        "signatures",
        "engine",
        "base-image",
    }
