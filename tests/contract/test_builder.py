"""The engine and its fake answer alike."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import quote
from uuid import uuid4

import pytest

from build_tasks.adapters.docker.client import DockerClient
from build_tasks.adapters.docker.engine import RUN_LABEL, DockerEngine
from build_tasks.errors import ExitCode, FlowError
from build_tasks.model.images import BuildRequest, ContainerExit, Digest, Ref
from build_tasks.planning.evidence.provenance import build_type, finished, provenance
from build_tasks.ports.artifacts import ImageBuilder
from tests.contract.fixtures_runtime import base_image as base_image
from tests.contract.fixtures_runtime import docker as docker
from tests.contract.fixtures_runtime import docker_client as docker_client
from tests.contract.fixtures_runtime import logged as logged
from tests.contract.fixtures_runtime import platform_registry as platform_registry
from tests.contract.fixtures_runtime import registry_digest
from tests.fakes.builder import FakeBuilder, ScriptedRun

_TARGET = "testrunner"


@dataclass
class Workshop:
    """An engine and a folder with the Dockerfile of what a test wants to see happen."""

    builder: ImageBuilder
    folder: Path
    base: str
    fake: FakeBuilder | None = None
    tags: list[str] = field(default_factory=list)

    def request(
        self, script: str, *, user: str = "65532", labels: Mapping[str, str] | None = None
    ) -> BuildRequest:
        """A request for an image that runs a shell script as that user."""
        entry = f'ENTRYPOINT ["sh", "/run.sh"]\nUSER {user}\n'
        return self.dockerfile(f"COPY run.sh /run.sh\n{entry}", {"run.sh": script}, labels or {})

    def dockerfile(self, steps: str, files: Mapping[str, str], labels: Mapping[str, str]) -> BuildRequest:
        """A request for the stage ``testrunner`` of a Dockerfile with these steps."""
        (self.folder / "Dockerfile").write_text(f"FROM contract-base AS {_TARGET}\n{steps}")
        for name, text in files.items():
            (self.folder / name).write_text(text)
        tag = f"contract-{uuid4().hex[:12]}:now"
        self.tags.append(tag)
        dockerfile = str(self.folder / "Dockerfile")
        contexts = {"contract-base": f"docker-image://{self.base}"}
        return BuildRequest(str(self.folder), dockerfile, _TARGET, tag, {}, labels, contexts)

    def runs(self, status: int, output: str, files: Mapping[str, str]) -> str:
        """Builds an image that behaves so; gives its tag."""
        writes = [f"printf %s {quote(text)} > /tmp/results/{name}" for name, text in files.items()]
        folder = ["mkdir -p /tmp/results"] if files else []
        says = [f"echo {quote(line)}" for line in output.splitlines()]
        script = "\n".join([*folder, *writes, *says, f"exit {status}"])
        if self.fake:
            self.fake.users[_TARGET] = "65532"
            left = {name: text.encode() for name, text in files.items()}
            self.fake.runs[_TARGET] = ScriptedRun(ContainerExit(status, output), left)
        request = self.request(script)
        self.builder.build(request)
        return request.tag


@pytest.fixture(params=["docker", "fake"])
def workshop(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workshop]:
    folder = tmp_path / "context"
    folder.mkdir()
    if request.param == "fake":
        fake = FakeBuilder(users={_TARGET: "65532"})
        yield Workshop(fake, folder, "base:1", fake)
        return
    engine: DockerEngine = request.getfixturevalue("docker")
    workshop = Workshop(engine, folder, request.getfixturevalue("base_image"))
    yield workshop
    for tag in workshop.tags:
        engine.client.call("image", "rm", "--force", tag, what="clean up")


def test_a_built_image_has_its_name_labels_and_user(workshop: Workshop) -> None:
    request = workshop.request("exit 0", labels={"org.opencontainers.image.revision": "abc", "x": "a=b"})
    workshop.builder.build(request)
    image = workshop.builder.inspect(request.tag)
    assert image is not None
    assert request.tag in image.tags
    assert request.labels.items() <= image.labels.items()
    assert image.user == "65532"
    assert workshop.builder.inspect(image.id) == image


def test_there_is_no_image_of_an_unknown_name(workshop: Workshop) -> None:
    assert workshop.builder.inspect("contract-nothing:here") is None


def test_equal_inputs_give_an_equal_image_under_another_name(workshop: Workshop) -> None:
    first = workshop.request("exit 0")
    second = replace(first, tag=first.tag.replace(":now", ":again"))
    workshop.tags.append(second.tag)
    workshop.builder.build(first)
    workshop.builder.build(second)
    images = [workshop.builder.inspect(request.tag) for request in (first, second)]
    assert images[0] and images[1] and images[0].id == images[1].id


def test_a_step_that_fails_is_named_with_its_last_lines(workshop: Workshop) -> None:
    if workshop.fake:
        workshop.fake.failures[_TARGET] = ["the reason", "exit code: 7"]
    steps = 'RUN ["sh", "-c", "echo the reason >&2; exit 7"]\n'
    with pytest.raises(FlowError) as raised:
        workshop.builder.build(workshop.dockerfile(steps, {}, {}))
    assert raised.value.code is ExitCode.BUILD_FAILED
    assert "exit code: 7" in raised.value.why
    assert any("the reason" in line for line in raised.value.details)


@pytest.mark.parametrize("status", [0, 3])
def test_a_run_gives_status_output_and_files(workshop: Workshop, tmp_path: Path, status: int) -> None:
    tag = workshop.runs(status, "one\ntwo", {"junit.xml": "<testsuites/>", "log.txt": "said"})
    results = tmp_path / "results"
    ended = workshop.builder.run(tag, results_from="/tmp/results", results_to=results, env={})
    assert ended == ContainerExit(status, "one\ntwo", oom_killed=False)
    assert (results / "junit.xml").read_text() == "<testsuites/>"
    assert (results / "log.txt").read_text() == "said"
    assert {path.stat().st_uid for path in results.iterdir()} == {os.getuid()}


def test_a_run_without_results_leaves_an_empty_folder(workshop: Workshop, tmp_path: Path) -> None:
    tag = workshop.runs(0, "nothing to write", {})
    results = tmp_path / "results"
    assert workshop.builder.run(tag, results_from="/tmp/none", results_to=results, env={}).status == 0
    assert list(results.iterdir()) == []


def test_an_image_that_is_not_there_cannot_run(workshop: Workshop, tmp_path: Path) -> None:
    with pytest.raises(FlowError, match="No such image") as raised:
        workshop.builder.run("contract-nothing:here", results_from="/r", results_to=tmp_path / "r", env={})
    assert raised.value.code is ExitCode.TOOL_FAILED


def test_the_pushed_digest_is_the_registrys(workshop: Workshop, registry_host: str) -> None:
    tag = workshop.runs(0, "pushed", {})
    ref = Ref(registry_host, f"contract/{uuid4().hex[:12]}", "v1.0.2")
    workshop.tags.append(str(ref))
    digest = workshop.builder.push(tag, ref)
    assert workshop.builder.push(tag, ref) == digest
    if workshop.fake:
        assert workshop.fake.pushed == {str(ref): digest}
    else:
        assert registry_digest(ref) == str(digest)
        assert registry_digest(ref.at(digest)) == str(digest)


@pytest.fixture
def real(docker: DockerEngine, base_image: str, tmp_path: Path) -> Iterator[Workshop]:
    folder = tmp_path / "context"
    folder.mkdir()
    workshop = Workshop(docker, folder, base_image)
    yield workshop
    for tag in workshop.tags:
        docker.client.call("image", "rm", "--force", tag, what="clean up")


def _containers(engine: DockerEngine) -> list[str]:
    wanted = f"label={RUN_LABEL}={engine.run_id}"
    return engine.client.call("ps", "--all", "--quiet", "--filter", wanted, what="look").stdout.split()


def test_variables_reach_the_container_and_not_the_arguments(
    real: Workshop, docker: DockerEngine, tmp_path: Path
) -> None:
    request = real.request('echo "$TOKEN" | { read -r t; echo "${#t}"; }')
    docker.build(request)
    ended = docker.run(
        request.tag, results_from="/r", results_to=tmp_path / "r", env={"TOKEN": "s3cret-value"}
    )
    assert ended.output == "12"
    log = docker.client.processes.log.path
    assert log is not None and "s3cret-value" not in log.read_text()


def test_an_entry_point_that_does_not_exist_is_a_crash(
    real: Workshop, docker: DockerEngine, tmp_path: Path
) -> None:
    request = real.dockerfile('ENTRYPOINT ["/no/such/program"]\n', {}, {})
    docker.build(request)
    ended = docker.run(request.tag, results_from="/r", results_to=tmp_path / "r", env={})
    assert ended.status == 127
    assert "/no/such/program" in ended.output


def test_an_interrupt_removes_the_container(
    real: Workshop, docker_client: DockerClient, tmp_path: Path
) -> None:
    def interrupt(line: str) -> None:
        if line == "started":
            os.kill(os.getpid(), signal.SIGINT)

    engine = DockerEngine(docker_client, run_id=uuid4().hex, on_line=interrupt)
    request = real.request("echo started; exec sleep 300")
    engine.build(request)
    with pytest.raises(KeyboardInterrupt):
        engine.run(request.tag, results_from="/r", results_to=tmp_path / "r", env={})
    assert _containers(engine) == []


def test_no_container_stays_behind(real: Workshop, docker: DockerEngine, tmp_path: Path) -> None:
    tag = real.runs(1, "done", {"a": "b"})
    docker.run(tag, results_from="/tmp/results", results_to=tmp_path / "r", env={})
    assert _containers(docker) == []


def test_an_unknown_stage_is_a_failed_build_that_names_it(real: Workshop, docker: DockerEngine) -> None:
    with pytest.raises(FlowError, match="nosuchstage") as raised:
        docker.build(replace(real.request("exit 0"), target="nosuchstage"))
    assert raised.value.code is ExitCode.BUILD_FAILED


@pytest.fixture
def cache(platform_registry: str) -> Ref:
    """A place for a build cache that is not there yet."""
    return Ref(platform_registry, f"contract/{uuid4().hex[:12]}", "cache")


def test_the_build_cache_is_kept_in_the_registry_and_the_builder_tells_its_digest(
    real: Workshop, cache: Ref
) -> None:
    request = replace(real.request("exit 0"), cache_from=(cache,), cache_to=cache)
    built = real.builder.build(request)
    assert str(built.cache) == registry_digest(cache)
    assert real.builder.inspect(request.tag) is not None


def test_a_build_that_leaves_no_cache_tells_none(workshop: Workshop) -> None:
    assert workshop.builder.build(workshop.request("exit 0")).cache is None


def test_an_engine_that_keeps_no_cache_elsewhere_builds_all_the_same(
    real: Workshop, docker_client: DockerClient, cache: Ref, tmp_path: Path
) -> None:
    """buildx refuses as it does for an engine with the older image store; all the rest is real."""
    refusal = "ERROR: failed to build: Cache export is not supported for the docker driver."
    buildx = tmp_path / "buildx"
    script = f'case "$*" in *cache-to=type=registry*) echo "{refusal}" >&2; exit 1;; esac'
    buildx.write_text(f'#!/bin/sh\n{script}\nexec {docker_client.engine.buildx} "$@"\n')
    buildx.chmod(0o755)
    client = replace(docker_client, engine=replace(docker_client.engine, buildx=buildx))
    request = replace(real.request("exit 0"), cache_to=cache)
    built = DockerEngine(client).build(request)
    assert built.provenance != {} and built.cache is None, "nobody could take it from anywhere"
    assert real.builder.inspect(request.tag) is not None


def test_a_cache_that_cannot_be_reached_fails_no_build(real: Workshop) -> None:
    nowhere = Ref("localhost:9", "contract/nowhere", "cache")
    request = replace(real.request("exit 0"), cache_from=(nowhere,), cache_to=nowhere)
    assert real.builder.build(request).cache is None
    assert real.builder.inspect(request.tag) is not None


def test_a_cache_that_is_gone_fails_no_build(real: Workshop, cache: Ref) -> None:
    gone = cache.at(Digest("sha256:" + "0" * 64))
    real.builder.build(replace(real.request("exit 0"), cache_from=(gone,)))


def test_a_build_tells_its_provenance(workshop: Workshop) -> None:
    request = replace(workshop.request("exit 0"), args={"REVISION": "c0ffee"})
    told = provenance(workshop.builder.build(request).provenance)
    assert told.type.startswith("https://slsa.dev/provenance/")
    assert build_type(told) != ""
    assert told.predicate["invocation"]["parameters"]["args"]["build-arg:REVISION"] == "c0ffee"


def test_real_provenance_has_its_time_and_its_materials(real: Workshop) -> None:
    told = provenance(real.builder.build(real.request("exit 0")).provenance)
    assert finished(told) is not None
    assert "buildConfig" in told.predicate, "in full"


def test_an_engine_that_is_down_is_unavailable(docker_client: DockerClient) -> None:
    nowhere = replace(docker_client.engine, host="unix:///nonexistent/docker.sock")
    with pytest.raises(FlowError, match="does not answer") as raised:
        DockerEngine(DockerClient(docker_client.processes, nowhere)).inspect("x")
    assert raised.value.code is ExitCode.UNAVAILABLE


def test_a_registry_that_is_down_is_unavailable(real: Workshop, docker: DockerEngine) -> None:
    tag = real.runs(0, "", {})
    ref = Ref("localhost:9", "contract/nowhere", "v1.0.0")
    real.tags.append(str(ref))
    with pytest.raises(FlowError) as raised:
        docker.push(tag, ref)
    assert raised.value.code is ExitCode.UNAVAILABLE
