"""`platform.pin` and what it makes possible: the publishers' real addresses, and stand-ins for all of them.

A proxy with an authority of its own answers for every site, as a company's does. For Docker's registry a
local one answers. The program that asks it is the real `oras`, out of the stand-in of its own release.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tarfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest
import trustme

from build_tasks.adapters.machine.operating_system import OperatingSystem
from build_tasks.adapters.programs.process import CommandLog, Completed, Processes
from build_tasks.adapters.provisioning.recipe_files import RecipeFiles
from build_tasks.adapters.registry.client import OrasClient
from build_tasks.config.platform_lock import load_pins
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import Ref
from build_tasks.model.platform import Toolbox
from build_tasks.model.routes import Route
from build_tasks.model.upstream import TARGETS, Pins, Release
from build_tasks.recipes import FOLDER
from build_tasks.wiring.provisioning import Provisioning
from tests.contract.download_site import Handler, Site, proxying
from tests.contract.fixtures_registry import configure, serving
from tests.fakes.oci_content import put_image
from tests.fakes.reporter import FakeReporter

_RECIPES = RecipeFiles(FOLDER)
_UPSTREAM = _RECIPES.upstream()
_BASE = "eclipse-temurin:25"
_SETTINGS = """
[tool.build_tasks]
application = "shop"
[tool.build_tasks.environments.prod]
cluster = "prod"
namespace = "shop"
production = true
"""


def _version(release: Release) -> str:
    return _RECIPES.tools()[release.recipe].version


@dataclass
class World:
    """The internet as a laptop behind a proxy sees it, and a repository on that laptop."""

    site: Site
    proxy: str
    bundle: Path
    home: Path
    oras: bytes

    @property
    def repository(self) -> Path:
        return self.home / "repository"

    def publish(self) -> None:
        """Every release for every machine, with checksums in each publisher's own form."""
        self.site.files.clear()
        for release in _UPSTREAM.releases.values():
            lists: dict[str, list[str]] = {}
            for target in (t for t in TARGETS if t.system in release.systems):
                url, version = release.url(_version(release), target), _version(release)
                content = self._file(release, release.path_inside(version, target))
                self.site.files[_path(url)] = content
                line = f"{sha256(content).hexdigest()} *{url.rpartition('/')[2]}"
                alone = release.checksums.endswith(".sha256")
                lists.setdefault(release.checksums_url(version, target), []).append(
                    line.partition(" ")[0] if alone else line
                )
            self.site.files |= {_path(url): "\n".join(lines).encode() for url, lines in lists.items()}

    def _file(self, release: Release, member: str) -> bytes:
        if release.program == "oras":
            return self.oras
        script = f"#!/bin/sh\necho {release.program} v{_version(release)}\n".encode()
        return _archive(member, script) if member else script

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "HOME": str(self.home),
            "PATH": "/usr/bin:/bin",
            "HTTPS_PROXY": self.proxy,
            "SSL_CERT_FILE": str(self.bundle),
            "XDG_CACHE_HOME": str(self.home / "cache"),
            "XDG_STATE_HOME": str(self.home / "state"),
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "BUILD_TASKS_ROUTES": "upstream",
        }

    def pin(self, *flags: str) -> Completed:
        """Type ``inv platform.pin`` in the repository."""
        words = ["-m", "build_tasks", "--search-root", str(self.repository), "platform.pin", *flags]
        processes = Processes(CommandLog(None), self.environment)
        return processes.run([sys.executable, *words], cwd=self.repository, check=False)

    def tools(self, pins: Pins) -> Callable[[list[str]], Toolbox]:
        """What brings programs on this machine, under these pins."""
        processes = Processes(CommandLog(None), self.environment)
        return Provisioning(
            self.home / "own-cache",
            processes,
            FakeReporter(),
            network_policies=False,
            routes=(Route.UPSTREAM,),
            pins=pins,
        ).tools()


def _path(url: str) -> str:
    """How the stand-in calls an address: the host, then the path."""
    return url.removeprefix("https://")


def _archive(member: str, content: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz", compresslevel=1) as tar:
        info = tarfile.TarInfo(member)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return made.getvalue()


@dataclass(frozen=True)
class Hub:
    """A registry with every image that anybody names, their digests, and the archive of oras's release."""

    host: str
    digests: Mapping[str, str]
    oras: bytes


@pytest.fixture(scope="module")
def hub(
    tool: Callable[[str], Path], processes: Processes, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Hub]:
    """One of its own: it has to hold names without a prefix."""
    folder = tmp_path_factory.mktemp("hub")
    host, store = configure(folder), OrasClient(processes, tool("oras"))
    with serving(tool("registry"), folder, host):
        digests = {}
        for reference in (*_UPSTREAM.images.values(), *_RECIPES.stand_ins(), _BASE):
            where = _UPSTREAM.locate(reference)
            image = put_image(store, Ref(host, where.repository, where.tag), layer=reference.encode())
            digests[reference] = str(image)
        release = _UPSTREAM.releases["oras"]
        member = release.path_inside(_version(release), TARGETS[0])
        yield Hub(host, digests, _archive(member, tool("oras").read_bytes()))


@pytest.fixture
def world(hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    authority, site = trustme.CA(), Site()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    with proxying(site, authority, {"registry-1.docker.io": hub.host}) as proxy:
        made = World(site, proxy, tmp_path / "ca.pem", tmp_path, hub.oras)
        made.publish()
        _repository(made.repository)
        for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "NO_PROXY", "no_proxy"):
            monkeypatch.delenv(name, raising=False)
        for name in ("HTTPS_PROXY", "SSL_CERT_FILE"):
            monkeypatch.setenv(name, made.environment[name])
        yield made


def _repository(folder: Path) -> None:
    """One with a service on a base image that no recipe knows."""
    service = folder / "services" / "orders"
    service.mkdir(parents=True)
    shutil.copy(FOLDER.parents[1] / "tasks.py", folder)
    (service / "service.toml").write_text(
        'name = "orders"\nkind = "api"\nowner = "x"\n[delivery]\nenvironments = ["qa"]\n'
    )
    settings = _SETTINGS + '[tool.build_tasks.environments.qa]\ncluster = "devtest"\nnamespace = "qa"\n'
    (folder / "pyproject.toml").write_text(settings)
    (service / "Dockerfile").write_text(
        f"FROM {_BASE} AS build\nFROM build AS testrunner\nFROM build AS final\n"
    )


def test_everything_is_pinned_from_checksum_files_and_the_registry(world: World, hub: Hub) -> None:
    done = world.pin()
    assert done.status == 0, done.stdout + done.stderr
    pins = load_pins(world.repository)
    assert set(pins.tools) == set(_UPSTREAM.releases)
    for release in _UPSTREAM.releases.values():
        pinned = pins.tools[release.program]
        assert pinned.version == _version(release)
        assert pinned.files == {
            target: sha256(world.site.files[_path(release.url(pinned.version, target))]).hexdigest()
            for target in TARGETS
            if target.system in release.systems
        }
    assert {reference: str(digest) for reference, digest in pins.images.items()} == hub.digests
    downloaded = [path for path in world.site.paths() if path.endswith((".tar.gz", "kubectl"))]
    assert len(downloaded) == 1, "of the releases only oras is downloaded, to ask the registry"
    again = world.pin("--json")
    assert again.status == 0, again.stderr
    assert '"state": "new"' not in again.stdout and '"state": "changed"' not in again.stdout


def test_a_dry_run_writes_nothing(world: World) -> None:
    assert world.pin("--dry-run").status == 0
    assert not (world.repository / "platform.lock").exists()


def test_programs_come_as_they_were_pinned(world: World) -> None:
    assert world.pin().status == 0
    provide = world.tools(load_pins(world.repository))
    toolbox = provide([*_UPSTREAM.releases])
    asked = len(world.site.asked)
    for release in _UPSTREAM.releases.values():
        done = Processes(CommandLog(None)).run([toolbox[release.program], "version"])
        assert _version(release) in done.stdout
    assert provide([*_UPSTREAM.releases]).paths == toolbox.paths
    assert len(world.site.asked) == asked, "the second run downloads nothing"


def test_a_release_that_was_tampered_with_after_it_was_pinned(world: World) -> None:
    assert world.pin().status == 0
    pins = load_pins(world.repository)
    kubectl = _UPSTREAM.releases["kubectl"]
    here = OperatingSystem.here().target
    world.site.files[_path(kubectl.url(_version(kubectl), here))] = b"#!/bin/sh\necho evil\n"
    with pytest.raises(FlowError) as caught:
        world.tools(pins)(["kubectl"])
    assert caught.value.code is ExitCode.CONFLICT
    world.site.files[_path(kubectl.checksums_url(_version(kubectl), here))] = b"e" * 64
    refused = world.pin()
    assert refused.status == ExitCode.CONFLICT
    assert "other files under the same version" in refused.stderr
    assert load_pins(world.repository) == pins
    assert world.pin("--replace").status == 0


def test_a_publisher_that_is_missing_does_not_keep_the_others_from_being_pinned(world: World) -> None:
    helm = _UPSTREAM.releases["helm"]
    for path in [path for path in world.site.files if path.startswith("get.helm.sh/")]:
        del world.site.files[path]
    done = world.pin()
    assert done.status == ExitCode.UNAVAILABLE
    assert "helm: get.helm.sh answers 404" in done.stderr
    assert set(load_pins(world.repository).tools) == set(_UPSTREAM.releases) - {helm.program}


def test_without_the_proxy_s_authority_nothing_is_believed(world: World) -> None:
    (world.home / "other.pem").write_bytes(trustme.CA().cert_pem.bytes())
    world.bundle = world.home / "other.pem"
    done = world.pin()
    assert done.status == ExitCode.UNAVAILABLE
    assert "certificate" in done.stderr and "Traceback" not in done.stderr
    assert load_pins(world.repository) == Pins()


def test_a_site_that_is_down_for_a_moment(world: World) -> None:
    path = _path(_UPSTREAM.releases["kind"].checksums_url(_version(_UPSTREAM.releases["kind"]), TARGETS[0]))

    def busy(handler: Handler) -> None:
        del world.site.answers[path]
        handler.status(503)

    world.site.answers[path] = busy
    assert world.pin().status == 0


def test_the_node_that_is_pinned_is_the_one_that_kind_was_made_with(tool: Callable[[str], Path]) -> None:
    """kind's own source names the node image that it was tried with, by digest; the program has it inside."""
    node = _UPSTREAM.images["node"]
    assert f"{node}@sha256:".encode() in tool("kind").read_bytes()


def test_the_environment_of_these_tests_reaches_no_site(world: World) -> None:
    """All of the above proves something only if nothing got past the proxy."""
    assert os.environ["HTTPS_PROXY"] == world.proxy
    world.site.files.clear()
    with pytest.raises(FlowError) as caught:
        world.tools(Pins())(["helm"])
    assert caught.value.code is ExitCode.UNAVAILABLE
