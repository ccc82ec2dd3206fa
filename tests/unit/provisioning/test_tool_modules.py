"""What several tools are built from is compiled once: they require one version of it (decision 30)."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from build_tasks.recipes import FOLDER

_REQUIRED = re.compile(r"^(?:require |replace |\t)(?:\S+ => )?(?P<module>\S+) (?P<version>v\S+)", re.M)
#: Compiled only where PATH has no docker; its own repository pins its requirements, and knows why.
_TOOLS_APART = {"docker"}
#: Modules that a tool has at a version of its own, with the reason.
_APART = {
    ("etcd", "go.etcd.io/"): "it is etcd",
    ("moby", "go.etcd.io/"): "swarmkit does not compile with raft 3.7",
    ("cilium", "k8s.io/"): "cilium 1.20 does not compile with client-go 0.37",
    ("cilium", "sigs.k8s.io/"): "controller-runtime 0.25 requires client-go 0.37",
    ("cilium", "github.com/osrg/gobgp/"): "its go.mod says why",
}


def test_no_module_has_two_versions() -> None:
    found: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for go_mod in sorted((FOLDER / "tools").glob("*/go.mod")):
        for module, version in _required(go_mod):
            found[module][version].append(go_mod.parent.name)
    twice = {module: dict(versions) for module, versions in found.items() if len(versions) > 1}
    assert twice == {}, "`go get <module>@<newest>` and `go mod tidy` in the folder of each that is behind"


def test_what_is_apart_has_to_be() -> None:
    for tool, module in _APART:
        assert module in (FOLDER / "tools" / tool / "go.mod").read_text(encoding="utf-8")


def _required(go_mod: Path) -> list[tuple[str, str]]:
    tool, text = go_mod.parent.name, go_mod.read_text(encoding="utf-8")
    if tool in _TOOLS_APART:
        return []
    apart = tuple(module for owner, module in _APART if owner == tool)
    found = {str(one["module"]): str(one["version"]) for one in _REQUIRED.finditer(text)}
    return [(module, version) for module, version in found.items() if not module.startswith(apart)]
