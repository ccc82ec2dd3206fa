"""Which entries of the cache nothing needs any more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from build_tasks.adapters.provisioning.cached_things import CachedFolders
from build_tasks.adapters.provisioning.content_store import ContentStore


class Host:
    """A cache with some tools, instances that link to them, and an engine's configuration."""

    def __init__(self, root: Path) -> None:
        self.store = ContentStore(root / "cache")
        self.instances = root / "state"
        self.engine = root / "run" / "daemon.json"
        self.wanted: set[Path] = set()
        self.things = CachedFolders([self.store], lambda: self.wanted, self.instances, self.engine)

    def tool(self, name: str, key: str) -> Path:
        with self.store.fill(name, key) as folder:
            (folder / "bin").mkdir()
            (folder / "bin" / name).write_text("program")
        return self.store.root / name / key

    def unused(self) -> set[str]:
        return {entry.title for entry in self.things.unused()}


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


def test_what_recipes_name_is_needed(host: Host) -> None:
    host.wanted = {host.tool("kind", "new")}
    host.tool("kind", "old")
    assert host.unused() == {"kind/old"}


def test_what_an_instance_links_to_is_needed(host: Host) -> None:
    used, unused = host.tool("kind", "used"), host.tool("kind", "unused")
    links = host.store.links({"kind": used / "bin" / "kind"})
    left = host.store.links({"kind": unused / "bin" / "kind"})
    (host.instances / "local").mkdir(parents=True)
    (host.instances / "local" / "tools").symlink_to(links)
    assert host.unused() == {"kind/unused", f"links/{left.name}"}


def test_what_the_engine_runs_from_is_needed(host: Host) -> None:
    proxy = host.tool("moby", "running") / "bin" / "docker-proxy"
    links = host.store.links({"docker-proxy": proxy})
    host.engine.parent.mkdir()
    host.engine.write_text(json.dumps({"userland-proxy-path": str(links / "docker-proxy")}))
    assert host.unused() == set()
    host.engine.write_text("not JSON")
    assert host.unused() == {"moby/running", f"links/{links.name}"}


def test_an_entry_is_measured_and_removed_whole(host: Host) -> None:
    path = host.tool("kind", "old")
    (entry,) = host.things.unused()
    assert entry.size >= len("program")
    host.things.remove(entry)
    host.things.remove(entry)
    assert not path.exists()
    assert [child.name for child in path.parent.iterdir()] == [".lock"]


def test_an_empty_cache(host: Host) -> None:
    assert host.unused() == set()
